//! The texts of rows that differ, looked up again where they stand.

use std::collections::HashMap;

use desk_reconcile::{Basis, BillPlace, Difference, Fingerprint};
use wxpay_protocol::bill::{BillRow, BillState, Column};
use wxpay_protocol::{Fen, UtcMs};

use super::ReconcileFault;
use super::bill_rows::BillRows;
use crate::progress::Cancel;

/// The texts of a row; those that it does not have are empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    pub(super) out_trade_no: String,
    pub(super) transaction_id: String,
    pub(super) refund_id: String,
    pub(super) out_refund_no: String,
    pub(super) state: String,
    pub(super) paid_at: String,
    /// Beijing.
    pub(super) hour: Option<u8>,
    pub(super) device_info: String,
    pub(super) trade_type: String,
    pub(super) sub_mch_id: String,
    pub(super) attach: String,
    /// The store has it as a claim, and nothing of it verified.
    pub(super) is_claim: bool,
    /// By which the row is known again, exactly as it was read.
    pub(super) numbers: Numbers,
    /// Of the bill: which of WeChat's amounts are which.
    pub(super) amounts: Vec<(Basis, Fen)>,
    /// Of the own side: the amount that is compared.
    pub(super) own_amount: Option<Fen>,
}

/// The numbers of a row as they are compared: of the order, and WeChat's and the merchant's of the refund.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    order: Fingerprint,
    refund_id: Fingerprint,
    out_refund_no: Fingerprint,
}

impl Numbers {
    pub(super) fn new(out_trade_no: &[u8], refund_id: &[u8], out_refund_no: &[u8]) -> Self {
        let [order, refund_id, out_refund_no] = [out_trade_no, refund_id, out_refund_no].map(Fingerprint::of);
        Self { order, refund_id, out_refund_no }
    }

    /// The one that a difference has.
    pub(super) fn of(self, is_refund: bool) -> Fingerprint {
        match (is_refund, self.refund_id.is_some()) {
            (false, _) => self.order,
            (true, true) => self.refund_id,
            (true, false) => self.out_refund_no,
        }
    }

    /// Whether it has WeChat's number of the refund.
    pub(super) fn has_refund_id(self) -> bool {
        self.refund_id.is_some()
    }

    /// Whether a refund has this number, WeChat's or the merchant's.
    pub(super) fn is_refund_with(self, number: Fingerprint) -> bool {
        number.is_some() && [self.refund_id, self.out_refund_no].contains(&number)
    }

    /// Whether two rows are one refund by either of its numbers.
    pub(super) fn is_refund_of(self, other: Self) -> bool {
        let is_one = |one: Fingerprint, other: Fingerprint| one.is_some() && one == other;
        is_one(self.refund_id, other.refund_id) || is_one(self.out_refund_no, other.out_refund_no)
    }
}

/// The texts of the bill's rows.
pub(super) fn bill_texts(
    bills: &mut BillRows<'_>,
    rows: &[Difference],
    cancel: &Cancel,
) -> Result<HashMap<BillPlace, Texts>, ReconcileFault> {
    let wanted: Vec<BillPlace> = rows.iter().filter_map(|row| row.bill).collect();
    let mut found = HashMap::with_capacity(wanted.len());
    bills.again(wanted, cancel, |at, row| {
        found.insert(at, of_bill(row));
    })?;
    Ok(found)
}

fn of_bill(row: &BillRow<'_>) -> Texts {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let is_refund = row.state == BillState::Refund;
    Texts {
        out_trade_no: text(row.out_trade_no),
        transaction_id: text(row.transaction_id),
        refund_id: text(row.refund_id),
        out_refund_no: text(row.out_refund_no),
        state: text(row.text(if is_refund { Column::RefundStatus } else { Column::TradeState })),
        paid_at: text(row.text(Column::TradeTime)),
        hour: Some(hour(row.at)),
        device_info: text(row.text(Column::DeviceInfo)),
        trade_type: text(row.text(Column::TradeType)),
        sub_mch_id: text(row.text(Column::SubMchId)),
        attach: text(row.text(Column::Attach)),
        amounts: Basis::ALL
            .into_iter()
            .map(|basis| (basis, if is_refund { basis.of_refund(row) } else { basis.of_payment(row) }))
            .collect(),
        own_amount: None,
        is_claim: false,
        numbers: Numbers::new(row.out_trade_no, row.refund_id, row.out_refund_no),
    }
}

/// The hour of the day, Beijing.
pub(super) fn hour(at: UtcMs) -> u8 {
    u8::try_from((at.0 - at.start_of_day().0) / 3_600_000).unwrap_or_default()
}
