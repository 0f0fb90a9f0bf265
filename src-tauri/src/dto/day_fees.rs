//! Fees of a day that are off, one by one.

use desk::{FeeOff, FeePage, exact_yuan_text};
use serde::Serialize;

use crate::dto::number::{Count, Fen};
use crate::error::IpcError;

/// A row of a bill whose fee is not what base and rate give.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct FeeRow {
    pub(crate) bill_line: Count,
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

impl TryFrom<FeeOff> for FeeRow {
    type Error = IpcError;

    fn try_from(fee: FeeOff) -> Result<Self, IpcError> {
        Ok(Self {
            bill_line: fee.bill_line.into(),
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
        let rows = page.rows.into_iter().map(TryInto::try_into).collect::<Result<_, IpcError>>()?;
        Ok(Self { total: page.listed.into(), rows })
    }
}
