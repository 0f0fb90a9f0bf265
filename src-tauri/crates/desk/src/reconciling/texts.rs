//! The texts of rows that differ, looked up again where they stand.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Cursor};
use std::ops::ControlFlow;
use std::path::PathBuf;

use desk_reconcile::{Basis, BillPlace, Difference, Fingerprint};
use desk_sheets::{Field, Form, Layout, Row, Table};
use desk_store::Scanned;
use wxpay_protocol::bill::{BillRow, BillState, Column};
use wxpay_protocol::{Fen, UtcMs};

use super::own_side::{OwnFiles, OwnSide};
use super::{ReconcileFault, bill_rows, local, place, raw_lines};
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

/// The texts of the own side, by line or by the store's id.
#[derive(Default)]
pub(super) struct OwnTexts {
    orders: HashMap<u64, Texts>,
    refunds: HashMap<u64, Texts>,
}

impl OwnTexts {
    /// The texts of these rows of the own side.
    pub(super) fn of_rows(
        (own, basis): (&OwnSide, Basis),
        rows: &[Difference],
        cancel: &Cancel,
    ) -> Result<Self, ReconcileFault> {
        let [orders, refunds] = [false, true].map(|is_refund| {
            let rows = rows.iter().filter(|row| row.is_refund == is_refund);
            let mut wanted: Vec<u64> = rows.filter_map(|row| row.local_line).filter(|line| *line > 0).collect();
            wanted.sort_unstable();
            wanted.dedup();
            wanted
        });
        let mut texts = Self::default();
        match own {
            OwnSide::Files(files) => {
                texts.orders = look_up(files, (Table::Orders, basis), &orders, cancel)?;
                texts.refunds = look_up(files, (Table::Refunds, basis), &refunds, cancel)?;
            }
            OwnSide::Kept(kept) => kept.again(&orders, &refunds, |row| texts.take(row))?,
        }
        Ok(texts)
    }

    /// The texts of an order or a refund.
    pub(super) fn of(&self, is_refund: bool, line: u64) -> Option<&Texts> {
        if is_refund { self.refunds.get(&line) } else { self.orders.get(&line) }
    }

    fn take(&mut self, row: Scanned<'_>) {
        let or_empty = |text: Option<&str>| text.unwrap_or_default().to_owned();
        match row {
            Scanned::Order(order) => {
                let texts = Texts {
                    out_trade_no: order.out_trade_no.to_owned(),
                    transaction_id: or_empty(order.transaction_id),
                    state: order.shown_state.as_str().to_owned(),
                    paid_at: order.paid_at.map(UtcMs::dashed).unwrap_or_default(),
                    hour: order.paid_at.map(hour),
                    is_claim: order.is_claim,
                    numbers: Numbers::new(order.out_trade_no.as_bytes(), b"", b""),
                    own_amount: Some(order.total_fee),
                    ..Texts::default()
                };
                self.orders.insert(order.id.unsigned_abs(), texts);
            }
            Scanned::Refund(refund) => {
                let texts = Texts {
                    out_trade_no: refund.out_trade_no.to_owned(),
                    transaction_id: or_empty(refund.transaction_id),
                    refund_id: or_empty(refund.refund_id),
                    out_refund_no: refund.out_refund_no.to_owned(),
                    state: refund.state.as_str().to_owned(),
                    hour: refund.accepted_at.map(hour),
                    numbers: Numbers::new(
                        refund.out_trade_no.as_bytes(),
                        refund.refund_id.unwrap_or_default().as_bytes(),
                        refund.out_refund_no.as_bytes(),
                    ),
                    own_amount: Some(refund.refund_fee),
                    ..Texts::default()
                };
                self.refunds.insert(refund.id.unsigned_abs(), texts);
            }
        }
    }
}

/// The texts of the bill's rows.
pub(super) fn bill_texts(
    files: &[PathBuf],
    rows: &[Difference],
    cancel: &Cancel,
) -> Result<HashMap<BillPlace, Texts>, ReconcileFault> {
    let wanted: Vec<BillPlace> = rows.iter().filter_map(|row| row.bill).collect();
    let mut found = HashMap::with_capacity(wanted.len());
    bill_rows::again(files, wanted, cancel, |at, row| {
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

/// Looks local rows up again: by their lines in a text file, else by reading the table once more.
fn look_up(
    files: &OwnFiles,
    (table, basis): (Table, Basis),
    wanted: &[u64],
    cancel: &Cancel,
) -> Result<HashMap<u64, Texts>, ReconcileFault> {
    let Some(path) = files.table(table).filter(|_| !wanted.is_empty()) else { return Ok(HashMap::new()) };
    let unreadable = |cause| ReconcileFault::Unreadable { place: place(path), cause };
    let refused = |cause| ReconcileFault::Sheet { place: place(path), cause };
    let file = BufReader::new(File::open(path).map_err(unreadable)?);
    let (mut sheet, layout) = local::open(files, file, table, path)?;
    let amount = local::amount_field(&layout, table, basis);
    if let Form::Text { encoding: "UTF-8", .. } = sheet.form() {
        let header = layout.header_line();
        let numbers: Vec<u64> = (1..=header).chain(wanted.iter().copied()).collect();
        let lines = raw_lines::with_numbers(path, &numbers, cancel).map_err(unreadable)?;
        let (mut few, _) = local::open(files, Cursor::new(lines), table, path)?;
        let mut rows = Vec::with_capacity(wanted.len());
        few.each(|row| {
            if row.line() > header {
                rows.push(of_local(&layout, amount, row));
            }
            ControlFlow::Continue(())
        })
        .map_err(refused)?;
        if rows.len() == wanted.len() {
            return Ok(wanted.iter().copied().zip(rows).collect());
        }
    }
    let mut rest = wanted.iter().copied().peekable();
    let mut found = HashMap::with_capacity(wanted.len());
    sheet
        .each(|row| {
            if rest.next_if_eq(&row.line()).is_some() {
                found.insert(row.line(), of_local(&layout, amount, row));
            }
            if rest.peek().is_some() && !cancel.is_cancelled() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })
        .map_err(refused)?;
    Ok(found)
}

/// The hour of the day, Beijing.
fn hour(at: UtcMs) -> u8 {
    u8::try_from((at.0 - at.start_of_day().0) / 3_600_000).unwrap_or_default()
}

fn of_local(layout: &Layout, amount: Field, row: &Row<'_>) -> Texts {
    let text = |field: Field| layout.text(row, field).ok().flatten().map(Cow::into_owned).unwrap_or_default();
    let number = |field: Field| layout.number(row, field).ok().flatten().unwrap_or_default();
    let state = if layout.has(Field::RefundStatus) { Field::RefundStatus } else { Field::State };
    Texts {
        out_trade_no: text(Field::OutTradeNo),
        transaction_id: text(Field::TransactionId),
        refund_id: text(Field::RefundId),
        out_refund_no: text(Field::OutRefundNo),
        state: text(state),
        paid_at: text(Field::PaidAt),
        hour: [Field::PaidAt, Field::CreatedAt]
            .into_iter()
            .find_map(|field| layout.moment(row, field).ok().flatten())
            .map(hour),
        numbers: Numbers::new(number(Field::OutTradeNo), number(Field::RefundId), number(Field::OutRefundNo)),
        own_amount: layout.amount(row, amount).ok().flatten(),
        ..Texts::default()
    }
}
