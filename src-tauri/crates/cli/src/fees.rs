//! Fees that are off, one by one, for programs and for people.

use desk::{FeeOff, exact_yuan_text};
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::output::{Output, number};

/// Lines that people are shown; ten thousand are in JSON, and all in the tables.
const SHOWN: usize = 20;

/// The rows as JSON: amounts in fen, fees exact in hundred-millionths of a yuan.
pub(crate) fn rows(fees: &[FeeOff]) -> Vec<Value> {
    let row = |fee: &FeeOff| {
        json!({
            "bill_line": fee.bill_line,
            "out_trade_no": fee.out_trade_no,
            "transaction_id": fee.transaction_id,
            "refund_id": Some(&fee.refund_id).filter(|number| !number.is_empty()),
            "base_fen": fee.base_fen,
            "rate": fee.rate_text(),
            "fee_1e5_yuan": fee.fee.get(),
            "expected_1e8_yuan": number(fee.expected_exact()),
            "gap_1e8_yuan": number(fee.gap().exact()),
        })
    };
    fees.iter().map(row).collect()
}

/// What the verdict ends with where fees are off.
pub(crate) fn verdict_words(count: u64) -> String {
    if count == 0 { String::new() } else { format!("; {count} fees are off [手续费 {count} 笔不一致]") }
}

/// The first rows, and how many there are beyond them.
pub(crate) fn describe(fees: &[FeeOff], total: u64, output: &mut Output) -> Result<(), Failure> {
    for fee in fees.iter().take(SHOWN) {
        let number = if fee.refund_id.is_empty() { &fee.out_trade_no } else { &fee.refund_id };
        output.line(&format!(
            "  fee_diff  line {}  {number}  {} × {}  bill {}  expected {}  gap {}",
            fee.bill_line,
            wxpay_protocol::bill::yuan_text(fee.base_fen.into()),
            fee.rate_text(),
            fee.fee,
            exact_yuan_text(fee.expected_exact()),
            exact_yuan_text(fee.gap().exact()),
        ))?;
    }
    let shown = fees.len().min(SHOWN) as u64;
    if total > shown {
        output.note(&format!(
            "{} more fees are off [还有更多手续费不一致]; the tables list all of them [表格里列出全部]",
            total - shown
        ));
    }
    Ok(())
}
