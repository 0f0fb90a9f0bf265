//! Fees of a day that are off, one by one.

use std::path::Path;

use desk::{FeeOff, FeePage, exact_yuan_text};
use serde::Serialize;

use crate::dto::days::file_name;
use crate::dto::number::{Count, Fen};
use crate::error::IpcError;

/// A row of a bill whose fee is not what base and rate give.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct FeeRow {
    pub(crate) bill_line: Count,
    /// The file of the bill, where a day has several.
    pub(crate) bill_file: Option<String>,
    pub(crate) out_trade_no: String,
    pub(crate) transaction_id: String,
    /// Empty of a payment.
    pub(crate) refund_id: String,
    /// What the fee is taken of; negative of a refund.
    pub(crate) base_fen: Fen,
    /// Such as `0.60%`.
    pub(crate) rate: String,
    /// The fee in the bill, in yuan with five decimals.
    pub(crate) fee_yuan: String,
    /// What base and rate give, in yuan with five to eight decimals.
    pub(crate) expected_yuan: String,
    /// The fee less what is expected.
    pub(crate) gap_yuan: String,
}

impl FeeRow {
    fn of(bill_file: Option<String>, fee: FeeOff) -> Result<Self, IpcError> {
        Ok(Self {
            bill_line: fee.bill_line.into(),
            bill_file,
            base_fen: Fen::sum(fee.base_fen.into())?,
            rate: fee.rate_text(),
            fee_yuan: fee.fee.to_string(),
            expected_yuan: exact_yuan_text(fee.expected_exact()),
            gap_yuan: exact_yuan_text(fee.gap().exact()),
            out_trade_no: fee.out_trade_no,
            transaction_id: fee.transaction_id,
            refund_id: fee.refund_id,
        })
    }
}

/// A stretch of the fees of a day that are off.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct FeeRows {
    /// How many are listed one by one.
    pub(crate) total: Count,
    pub(crate) rows: Vec<FeeRow>,
}

impl TryFrom<FeePage> for FeeRows {
    type Error = IpcError;

    fn try_from(page: FeePage) -> Result<Self, IpcError> {
        let FeePage { listed, rows, bill_files, .. } = page;
        let file_of = |fee: &FeeOff| bill_files.get(fee.file)?.as_deref().map(Path::new).map(file_name);
        let row = |fee: FeeOff| FeeRow::of(file_of(&fee), fee);
        Ok(Self { total: listed.into(), rows: rows.into_iter().map(row).collect::<Result<_, IpcError>>()? })
    }
}

#[cfg(test)]
mod tests {
    use wxpay_protocol::bill::MilliFen;

    use super::*;

    #[test]
    fn a_fee_names_the_file_of_its_own_bill_without_the_folder() {
        let fee = |file| FeeOff {
            file,
            bill_line: 2,
            out_trade_no: "T1".to_owned(),
            transaction_id: "4200000000000000000000000001".to_owned(),
            refund_id: String::new(),
            base_fen: 100,
            rate_ppm: 6_000,
            fee: MilliFen::new(1_000_000),
        };
        let bill_files = ["/bills/morning.csv", "/bills/evening.csv"].map(|file| Some(file.to_owned())).to_vec();
        let page = FeePage { total: 2, listed: 2, rows: vec![fee(1), fee(0)], bill_files };
        let files = |page: FeePage| -> Vec<Option<String>> {
            FeeRows::try_from(page).unwrap().rows.into_iter().map(|row| row.bill_file).collect()
        };
        assert_eq!(files(page), ["evening.csv", "morning.csv"].map(|file| Some(file.to_owned())));
        let alone = FeePage { total: 1, listed: 1, rows: vec![fee(0)], bill_files: vec![None] };
        assert_eq!(files(alone), [None::<String>]);
    }
}
