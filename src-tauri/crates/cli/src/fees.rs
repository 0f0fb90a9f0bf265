//! Fees that are off, one by one, for programs and for people.

use std::fs::File;
use std::io::{BufReader, BufWriter, Seek as _, Write as _};

use desk::{Cancel, FeeOff, ReconcileFault, Reconciled, exact_yuan_text};
use serde::ser::{Error, Serialize, SerializeSeq, Serializer};
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::output::{Output, number};

/// Lines that people are shown; all are in JSON and in the tables.
const SHOWN: usize = 20;

/// A row as JSON: amounts in fen, fees exact in hundred-millionths of a yuan.
pub(crate) fn row(fee: &FeeOff) -> Value {
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
}

/// Every fee of a day that is off as JSON rows, read once into a file of its own, so that none of them is held and what is refused
/// is refused before a document begins.
pub(crate) struct EveryFee {
    rows: File,
}

impl EveryFee {
    /// Those of a day.
    pub(crate) fn read(found: &Reconciled, cancel: &Cancel) -> Result<Self, ReconcileFault> {
        let unwritable = |cause: std::io::Error| ReconcileFault::Unwritable {
            place: std::env::temp_dir().display().to_string(),
            cause: cause.into(),
        };
        let mut rows = BufWriter::new(tempfile::tempfile().map_err(unwritable)?);
        found.each_fee_off(cancel, |fee| {
            let written = serde_json::to_writer(&mut rows, &row(&fee)).map_err(std::io::Error::from);
            written.and_then(|()| rows.write_all(b"\n")).map_err(unwritable)
        })?;
        let mut rows = rows.into_inner().map_err(|fault| unwritable(fault.into_error()))?;
        rows.rewind().map_err(unwritable)?;
        Ok(Self { rows })
    }
}

impl Serialize for EveryFee {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(None)?;
        for row in serde_json::Deserializer::from_reader(BufReader::new(&self.rows)).into_iter::<Value>() {
            rows.serialize_element(&row.map_err(S::Error::custom)?)?;
        }
        rows.end()
    }
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
