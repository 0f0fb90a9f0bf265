//! Whether a file that came is the bill that was asked for, and whole.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use desk_store::Profile;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use wxpay_protocol::bill::download::BillKind;
use wxpay_protocol::bill::{Bill, BillLine, BillRefusal, BillTotals, FundFlowSums, TradeReader};

use super::{BillFault, BillWish, word_of};
use crate::Cancel;
use crate::bill_files::{BillText, Hashed};
use crate::reconciling::{OneBill, bill_digest, file_digest, hex};

/// What was found in a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soundness {
    /// Of its plain text, in small hexadecimal digits: packed anew it is the same.
    pub sha256: String,
    /// Rows, those that cannot be read included.
    pub rows: u64,
    /// Rows that cannot be read.
    pub malformed: u64,
    /// Every row was read and the summary says the same.
    pub summary_ok: bool,
    /// What came and went, where it is a fund flow.
    pub flow: Option<FundFlowSums>,
    /// The same digest.
    pub(super) digest: [u8; 32],
    /// What a bill of trades is.
    pub(super) trades: Option<OneBill>,
    /// Of its plain text, for the header `Digest`.
    sha1: String,
}

/// Reads every row: of the day, the merchant or sub-merchant and the kind that were asked for, and adding up to the summary.
pub(super) fn check(file: &Path, wish: &BillWish, of: &Profile) -> Result<Soundness, BillFault> {
    let unreadable = |fault: io::Error| BillFault::from(BillRefusal::Unreadable(fault.to_string()));
    let text = File::open(file).and_then(BillText::open).map_err(unreadable)?;
    let (mut sha256, mut sha1) = (Sha256::new(), Sha1::new());
    let hashed = Hashed::new(Hashed::new(text, Some(&mut sha256)), Some(&mut sha1));
    let (mut of_trades, mut flow) = (None, None);
    let (rows, malformed, summary_ok) = match (Bill::open(hashed)?, wish.kind) {
        (Bill::Trades(bill), BillKind::Trades(kind)) => {
            if bill.layout().kind() != kind {
                let (found, asked) = (word_of(bill.layout().kind()), word_of(kind));
                return Err(BillFault::OtherKind { found, asked });
            }
            let columns = bill.layout().columns();
            let totals = trades(*bill, wish, of)?;
            of_trades = Some(OneBill { kind, columns, totals });
            (totals.sums.rows + totals.malformed, totals.malformed, totals.summary_ok)
        }
        (Bill::FundFlow(reader), BillKind::FundFlow(_)) => {
            let totals = reader.read()?;
            let malformed = totals.malformed.len() as u64;
            flow = Some(totals.sums);
            (totals.sums.incomes + totals.sums.expenses + malformed, malformed, totals.summary_ok)
        }
        (Bill::Trades(bill), asked) => {
            return Err(BillFault::OtherKind { found: word_of(bill.layout().kind()), asked: asked.word() });
        }
        (Bill::FundFlow(_), asked) => {
            return Err(BillFault::OtherKind { found: "FUNDFLOW".into(), asked: asked.word() });
        }
    };
    let digest: [u8; 32] = sha256.finalize().into();
    let (sha256, sha1) = (hex(&digest), hex(&sha1.finalize()));
    Ok(Soundness { sha256, rows, malformed, summary_ok, flow, digest, trades: of_trades, sha1 })
}

fn trades<R: Read>(mut bill: TradeReader<R>, wish: &BillWish, of: &Profile) -> Result<BillTotals, BillFault> {
    bill.expect_merchant(of.mch_id.as_str());
    if let Some(sub_mch_id) = &of.sub_mch_id {
        bill.expect_sub_merchant(sub_mch_id.as_str());
    }
    let day = wish.day.beijing_day();
    while let Some(line) = bill.next_line()? {
        if let BillLine::Row(row) = line
            && row.at.beijing_day() != day
        {
            return Err(BillFault::OtherDay { line: row.line, at: row.at.dashed(), day: wish.day.day() });
        }
    }
    Ok(*bill.totals())
}

/// Compares the header `Digest` of a fund flow; of a gzip file nobody knows which of the two texts it covers (protocol page
/// §4.7), so either will do.
pub(super) fn check_digest(
    wish: &BillWish,
    header: Option<&str>,
    file_sha1: &str,
    soundness: &Soundness,
) -> Result<Option<bool>, BillFault> {
    if matches!(wish.kind, BillKind::Trades(_)) {
        return Ok(None);
    }
    let Some(header) = header else { return Ok(Some(false)) };
    let said = header.trim().strip_prefix("SHA=").unwrap_or(header).to_ascii_lowercase();
    if said == file_sha1 || said == soundness.sha1 {
        return Ok(Some(true));
    }
    Err(BillFault::Digest { said: header.chars().take(80).collect(), found: file_sha1.to_owned() })
}

/// The digest of a file's plain text; of a file that cannot be unpacked, of its bytes.
pub(super) fn sha256_of(file: &Path) -> io::Result<String> {
    let cancel = Cancel::new();
    bill_digest(file, &cancel).or_else(|_| file_digest(file, &cancel)).map(|digest| hex(&digest))
}

#[cfg(test)]
mod tests {
    use wxpay_protocol::UtcMs;
    use wxpay_protocol::bill::{AccountType, BillType};

    use super::*;

    fn wish(kind: BillKind) -> BillWish {
        BillWish { profile: "shop".into(), day: UtcMs(0), kind, packed: true, to: "flow.csv.gz".into() }
    }

    #[test]
    fn a_fund_flow_whose_digest_is_neither_of_its_file_nor_of_its_text_is_refused() {
        let soundness = Soundness {
            sha256: String::new(),
            rows: 2,
            malformed: 0,
            summary_ok: true,
            flow: None,
            digest: [0; 32],
            trades: None,
            sha1: "bb22".into(),
        };
        let flow = wish(BillKind::FundFlow(AccountType::Basic));
        let held = |wish: &BillWish, header: Option<&str>| check_digest(wish, header, "aa11", &soundness);
        let refused = held(&flow, Some("SHA=cc33"));
        assert!(
            matches!(&refused, Err(BillFault::Digest { said, found }) if said == "SHA=cc33" && found == "aa11"),
            "{refused:?}"
        );
        assert!(matches!(held(&flow, Some("SHA=")), Err(BillFault::Digest { .. })));
        assert_eq!(held(&flow, None).unwrap(), Some(false), "without one nothing is known");
        assert_eq!(held(&flow, Some("SHA=AA11")).unwrap(), Some(true));
        assert_eq!(held(&flow, Some("bb22")).unwrap(), Some(true));
        assert_eq!(held(&wish(BillKind::Trades(BillType::All)), Some("SHA=cc33")).unwrap(), None);
    }
}
