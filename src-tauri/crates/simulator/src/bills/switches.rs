//! What the documentation leaves open about bills.

use serde::{Deserialize, Serialize};
use wxpay_protocol::bill::{BillForm, FeeRounding, Generation, LineEnd};

/// Behaviour of bills, fund flows and comments that no source confirms, or that differs between years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // Each is an independent yes or no of the documentation.
pub struct BillSwitches {
    /// A day's bill can be fetched while the day goes on, and says what has happened so far. On: tests would have to wait. When
    /// off, it says No Bill Exist until 09:00 of the next day, Bill Creating until 10:00, and what was true at 09:00 from then on.
    pub ready_at_once: bool,
    /// The years of its columns. `current`.
    pub columns: BillColumns,
    /// Lines end in a line feed alone. Off: they were captured with carriage return and line feed.
    pub line_feed_only: bool,
    /// It starts with a UTF-8 byte order mark. Off.
    pub byte_order_mark: bool,
    /// The summary of a SUCCESS bill has the four columns of the documentation. Off: seven were captured.
    pub short_success_summary: bool,
    /// 手续费 keeps its thousandths of a fen. Off: it is rounded to the fen, half a fen up.
    pub fee_keeps_thousandths: bool,
    /// What a reverse gave back stands in the row of its payment, as REVOKED. Off: it has a row of its own, so that the payment
    /// stays as it was on its day.
    pub reverse_in_row_of_payment: bool,
    /// Fees are taken from an account of their own (Fees). Off: from the basic account.
    pub fees_have_an_account: bool,
    /// The counts of a fund flow's summary are written `20.0`, as documented. Off: whole numbers were captured.
    pub flow_counts_as_documented: bool,
    /// The Digest header of a compressed fund flow covers the compressed bytes. Off: it covers the text.
    pub flow_digest_covers_gzip: bool,
    /// A refused downloadfundflow or batchquerycomment has return_code=FAIL. On, as it carries no sign; when off it says SUCCESS.
    pub refusal_says_fail: bool,
    /// The values of batchquerycomment stand behind back-ticks. Off.
    pub comments_have_back_ticks: bool,
    /// Every third payment is commented by itself an hour later. On; when off, nobody writes but who is made to.
    pub comments_by_themselves: bool,
}

/// The years of a bill's columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillColumns {
    /// 27 for ALL.
    #[default]
    Current,
    /// 24 for ALL: merchants without coupons that they pay for themselves.
    Legacy,
    /// 24 for ALL, in the wording 企业红包金额.
    Oldest,
}

impl Default for BillSwitches {
    fn default() -> Self {
        Self {
            ready_at_once: true,
            columns: BillColumns::Current,
            line_feed_only: false,
            byte_order_mark: false,
            short_success_summary: false,
            fee_keeps_thousandths: false,
            reverse_in_row_of_payment: false,
            fees_have_an_account: false,
            flow_counts_as_documented: false,
            flow_digest_covers_gzip: false,
            refusal_says_fail: true,
            comments_have_back_ticks: false,
            comments_by_themselves: true,
        }
    }
}

impl BillSwitches {
    pub(super) fn line_end(&self) -> LineEnd {
        if self.line_feed_only { LineEnd::Lf } else { LineEnd::CrLf }
    }

    pub(super) fn fee_rounding(&self) -> FeeRounding {
        if self.fee_keeps_thousandths { FeeRounding::DownToMilliFen } else { FeeRounding::HalfUpToFen }
    }

    pub(super) fn form(&self) -> BillForm {
        BillForm {
            generation: match self.columns {
                BillColumns::Current => Generation::Current,
                BillColumns::Legacy => Generation::Legacy,
                BillColumns::Oldest => Generation::Oldest,
            },
            line_end: self.line_end(),
            byte_order_mark: self.byte_order_mark,
            short_success_summary: self.short_success_summary,
        }
    }
}
