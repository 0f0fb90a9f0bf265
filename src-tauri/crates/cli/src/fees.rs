//! Fees that are off, one by one, for programs and for people.

use std::cell::RefCell;

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

/// Every fee of a day that is off as JSON rows, written while they are read, so that none of them is held.
pub(crate) struct EveryFee<'f> {
    found: &'f Reconciled,
    /// Why the rows ended before their end.
    fault: RefCell<Option<ReconcileFault>>,
}

impl<'f> EveryFee<'f> {
    /// Those of a day, once they were read to their end: what is refused then is refused before half a document is written.
    pub(crate) fn checked(found: &'f Reconciled, cancel: &Cancel) -> Result<Self, ReconcileFault> {
        found.each_fee_off(cancel, |_| Ok(()))?;
        Ok(Self { found, fault: RefCell::default() })
    }

    /// Why they could not be written to their end, if that is what failed.
    pub(crate) fn into_fault(self) -> Option<ReconcileFault> {
        self.fault.into_inner()
    }
}

impl Serialize for EveryFee<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (mut rows, mut failed) = (serializer.serialize_seq(None)?, None);
        // A document that was begun is written to its end.
        let each = self.found.each_fee_off(&Cancel::new(), |fee| {
            rows.serialize_element(&row(&fee)).map_err(|fault| {
                failed = Some(fault);
                ReconcileFault::Internal
            })
        });
        match (failed, each) {
            (Some(fault), _) => Err(fault),
            (None, Err(fault)) => {
                let said = S::Error::custom(&fault);
                *self.fault.borrow_mut() = Some(fault);
                Err(said)
            }
            (None, Ok(())) => rows.end(),
        }
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
