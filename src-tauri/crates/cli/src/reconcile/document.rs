//! What `wxpay reconcile --json` says of a day: one document, in which fees may be without end.

use std::path::PathBuf;

use desk::reconcile::Class;
use desk::{DayKept, DaySides, MalformedLine, OwnSide, Reconciled};
use serde::Serialize;
use serde_json::{Map, Value, json};
use wxpay_protocol::UtcMs;

use super::{settled_days, unsettled_days};
use crate::bill::check::unread;
use crate::exit::Failure;
use crate::fees::EveryFee;
use crate::output::{Output, number};

#[derive(Serialize)]
struct Document<'d> {
    #[serde(flatten)]
    day: Value,
    fee_diff: FeeDiff<'d>,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<Vec<Value>>,
}

#[derive(Serialize)]
struct FeeDiff<'d> {
    count: u64,
    amount_fee_1e5_yuan: Value,
    amount_fee_1e8_yuan: Value,
    listed: u64,
    rows: &'d EveryFee,
}

/// Writes the day, every fee of it that is off, and what the gateway answered.
pub(super) fn write(
    day: Value,
    found: &Reconciled,
    rows: &EveryFee,
    asked: Option<Vec<Value>>,
    output: &mut Output,
) -> Result<(), Failure> {
    let fees = &found.verdict.fees;
    let fee_diff = FeeDiff {
        count: fees.count,
        amount_fee_1e5_yuan: number(fees.difference.milli_fen()),
        amount_fee_1e8_yuan: number(fees.difference.exact()),
        listed: fees.count,
        rows,
    };
    output.document(&Document { day, fee_diff, asked })
}

/// All of it but the fees.
pub(super) fn day(sides: &DaySides, found: &Reconciled, kept: Option<&DayKept>, outputs: &[PathBuf]) -> Value {
    let (bills, local, verdict) = (&found.bills, &found.local, &found.verdict);
    let sums = bills.totals.sums;
    let classes: Map<String, Value> = Class::ALL
        .into_iter()
        .map(|class| {
            let tally = verdict.tally(class);
            let shown = json!({
                "count": tally.count,
                "bill_fen": number(tally.bill_fen),
                "local_fen": number(tally.local_fen),
                "bill_rows": tally.bill_rows,
                "local_rows": tally.local_rows,
            });
            (class.name().to_owned(), shown)
        })
        .collect();
    json!({
        "date": sides.date.day(),
        "balanced": found.is_balanced(),
        "bill": {
            "no_trade": sides.bills.is_empty(),
            "rows": sums.rows,
            "payments": bills.totals.payments,
            "refunds": bills.totals.refunds,
            "files": bills.files.len(),
            "same_files": bills.same,
            "mch_id": bills.mch_id,
            "settle_fen": number(sums.settlement_total_fee),
            "refund_fen": number(sums.settlement_refund_fee),
            "total_fen": number(sums.total_fee),
            "fee_1e5": number(sums.fee_milli_fen),
            "summary_ok": bills.totals.summary_ok,
            "unread": unread(&bills.totals),
            "not_compared": verdict.not_compared,
            "recharge_refunds": bills.recharge_refunds,
        },
        "local": {
            "source": match sides.own { OwnSide::Files(_) => "files", OwnSide::Kept(_) => "store" },
            "rows": local.orders + local.refunds,
            "orders": local.orders,
            "claims": local.claims,
            "refunds": local.refunds,
            "out_of_scope": verdict.out_of_scope,
            "time_marked": verdict.time_marked,
            "passed_over": local.passed_over,
            "damaged_ids": local.damaged_ids,
            "first_damaged_line": local.first_damaged_line,
        },
        "classes": classes,
        "malformed": {
            "count": found.malformed_count(),
            "bill": bills.totals.malformed,
            "local": local.malformed,
            "rows": found.malformed.iter().take(1000).map(|row| malformed(row, &bills.files)).collect::<Vec<_>>(),
        },
        "kept": kept.map(|kept| json!({
            "run": kept.run,
            "again": kept.is_again,
            "closed": kept.run.is_none(),
            "settled_beside": settled_days(&kept.settled_beside),
            "unsettled_beside": unsettled_days(&kept.settled_beside),
            "denied_at": kept.denied_at.map(UtcMs::rfc3339),
            "other_bills": kept.other_bills.iter().map(|bill| &bill.file).collect::<Vec<_>>(),
        })),
        "outputs": outputs,
    })
}

fn malformed(row: &MalformedLine, bills: &[PathBuf]) -> Value {
    let MalformedLine { side, file, line, code, reason, reason_en } = row;
    let file = file.and_then(|file| bills.get(file)).map(|path| path.display().to_string());
    json!({"side": side, "file": file, "line": line, "code": code, "reason": reason_en, "reason_zh": reason})
}
