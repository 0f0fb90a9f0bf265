//! The merchant's own side: orders and refunds out of tables.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use desk_reconcile::{Basis, LocalOrder, LocalRefund, LocalSide};
use desk_sheets::{Field, Layout, Row, RowKind, RowKinds, Sheet, Table};

use super::differences::{MAX_MALFORMED, MalformedLine};
use super::own_side::{OwnFiles, OwnReading};
use super::{LocalRead, ReconcileFault, Watch, Watched, place};
use crate::row_refusal::RowRefusal;

impl OwnFiles {
    /// Reads what the bills can be compared with.
    pub(super) fn read(
        &self,
        wanted: &OwnReading,
        watch: Watch<'_>,
    ) -> Result<(LocalRead, LocalSide, Vec<MalformedLine>), ReconcileFault> {
        let mut reading = Reading {
            side: LocalSide::new(wanted.day, wanted.share.clone()),
            read: LocalRead::default(),
            malformed: Vec::new(),
            basis: wanted.basis,
        };
        if let Some(path) = self.orders.as_ref().filter(|_| wanted.scope.payments) {
            reading.table(self, path, Table::Orders, watch)?;
        }
        if let Some(path) = self.refunds.as_ref().filter(|_| wanted.scope.refunds) {
            reading.table(self, path, Table::Refunds, watch)?;
        }
        Ok((reading.read, reading.side, reading.malformed))
    }
}

/// Opens a table and understands its header.
pub(super) fn open<R: std::io::Read + std::io::Seek>(
    files: &OwnFiles,
    source: R,
    table: Table,
    path: &Path,
) -> Result<(Sheet<R>, Layout), ReconcileFault> {
    let refused = |cause| ReconcileFault::Sheet { place: place(path), cause };
    let mut sheet = Sheet::open(source).map_err(refused)?;
    let named = match (table, &files.refunds_mapping) {
        (Table::Orders, _) => &files.mapping.sheet,
        (Table::Refunds, Some(own)) => &own.sheet,
        (Table::Refunds, None) => &files.refunds_sheet,
    };
    if let Some(named) = named {
        sheet.choose_named(named).map_err(refused)?;
    }
    let head = sheet.head().map_err(refused)?;
    let mapping = match (table, &files.refunds_mapping) {
        (Table::Refunds, Some(own)) => own.clone(),
        (Table::Refunds, None) => {
            // One mapping serves both tables: what it says of orders is not asked of refunds.
            let mut mapping = files.mapping.clone();
            let has = |title: &String| head.rows.iter().any(|row| row.cells.contains(title));
            mapping.columns.retain(|_, title| has(title));
            mapping
        }
        (Table::Orders, _) => files.mapping.clone(),
    };
    let layout = Layout::new(&head, table, &mapping).map_err(refused)?;
    Ok((sheet, layout))
}

struct Reading {
    side: LocalSide,
    read: LocalRead,
    malformed: Vec<MalformedLine>,
    basis: Basis,
}

impl Reading {
    fn table(&mut self, files: &OwnFiles, path: &Path, table: Table, watch: Watch<'_>) -> Result<(), ReconcileFault> {
        let file = File::open(path).map_err(|cause| ReconcileFault::Unreadable { place: place(path), cause })?;
        let (mut sheet, layout) = open(files, Watched { file, watch }, table, path)?;
        if table == Table::Orders && !layout.has(Field::PaidAt) {
            return Err(ReconcileFault::NoPaidAt(place(path)));
        }
        if table == Table::Refunds && !layout.has(Field::CreatedAt) && !layout.has(Field::RefundedAt) {
            return Err(ReconcileFault::NoRefundTime(place(path)));
        }
        let sheet_name = sheet.sheet_name().map(str::to_owned);
        match table {
            Table::Orders => self.read.orders_sheet = sheet_name,
            Table::Refunds => self.read.refunds_sheet = sheet_name,
        }
        let amount = amount_field(&layout, table, self.basis);
        let mut kinds = RowKinds::default();
        let each = sheet.each(|row| {
            if row.line() > layout.header_line() {
                let kind = kinds.next(&layout, row);
                self.row(&layout, (table, kind), amount, row);
            }
            ControlFlow::Continue(())
        });
        each.map_err(|cause| ReconcileFault::Sheet { place: place(path), cause })
    }

    fn row(&mut self, layout: &Layout, (table, kind): (Table, RowKind), amount: Field, row: &Row<'_>) {
        let taken = match (kind, table) {
            (RowKind::Entry, Table::Orders) => self.order(layout, amount, row),
            (RowKind::Entry, Table::Refunds) => self.refund(layout, amount, row),
            (RowKind::Continuation | RowKind::Total | RowKind::Blank, _) => {
                self.read.passed_over += 1;
                Ok(())
            }
            (RowKind::Broken(fault), _) => Err(RowRefusal::Broken(fault)),
            (RowKind::Shifted, _) => Err(RowRefusal::Shifted),
        };
        if let Err(fault) = taken {
            self.read.malformed += 1;
            if self.malformed.len() < MAX_MALFORMED {
                self.malformed.push(MalformedLine::of_local(table == Table::Refunds, row.line(), &fault));
            }
        }
    }

    fn order(&mut self, layout: &Layout, amount: Field, row: &Row<'_>) -> Result<(), RowRefusal> {
        let number = layout.number(row, Field::OutTradeNo)?;
        let transaction_id = layout.number(row, Field::TransactionId);
        let is_damaged = transaction_id.is_err();
        let order = LocalOrder {
            line: row.line(),
            out_trade_no: number.ok_or(RowRefusal::Missing(Field::OutTradeNo))?,
            // A number that a spreadsheet rounded is no evidence against the bill's.
            transaction_id: transaction_id.ok().flatten().unwrap_or_default(),
            amount: layout.amount(row, amount)?.ok_or(RowRefusal::Missing(amount))?,
            state: layout.trade_state(row)?,
            paid_at: layout.moment(row, Field::PaidAt)?,
        };
        self.read.orders += 1;
        self.count_damage(is_damaged, row);
        self.side.push_order(&order);
        Ok(())
    }

    fn refund(&mut self, layout: &Layout, amount: Field, row: &Row<'_>) -> Result<(), RowRefusal> {
        let refund_id = layout.number(row, Field::RefundId);
        let out_refund_no = layout.number(row, Field::OutRefundNo);
        let is_damaged = refund_id.is_err() || out_refund_no.is_err();
        let (refund_id, out_refund_no) = match (refund_id, out_refund_no) {
            // One whole number is enough to find the refund by.
            (Err(_), Ok(Some(number))) => (None, Some(number)),
            (Ok(Some(number)), Err(_)) => (Some(number), None),
            (refund_id, out_refund_no) => (refund_id?, out_refund_no?),
        };
        if refund_id.is_none() && out_refund_no.is_none() {
            return Err(RowRefusal::Missing(Field::RefundId));
        }
        let accepted_at = match layout.moment(row, Field::CreatedAt)? {
            None => layout.moment(row, Field::RefundedAt)?,
            accepted_at => accepted_at,
        };
        let refund = LocalRefund {
            line: row.line(),
            refund_id: refund_id.unwrap_or_default(),
            out_refund_no: out_refund_no.unwrap_or_default(),
            amount: layout.amount(row, amount)?.ok_or(RowRefusal::Missing(amount))?,
            status: layout.refund_status(row)?,
            accepted_at,
        };
        self.read.refunds += 1;
        self.count_damage(is_damaged, row);
        self.side.push_refund(&refund);
        Ok(())
    }

    /// Counts a row of which one number is damaged and the other one whole.
    fn count_damage(&mut self, is_damaged: bool, row: &Row<'_>) {
        if is_damaged {
            self.read.damaged_ids += 1;
            self.read.first_damaged_line.get_or_insert(row.line());
        }
    }
}

/// The column that holds the amount that is compared; where the file has only one amount, that one.
pub(super) fn amount_field(layout: &Layout, table: Table, basis: Basis) -> Field {
    if table == Table::Refunds {
        return Field::RefundFee;
    }
    let wanted = match basis {
        Basis::Order => Field::TotalFee,
        Basis::Settle => Field::SettlementTotalFee,
        Basis::Cash => Field::CashFee,
    };
    if layout.has(wanted) { wanted } else { layout.order_amount().unwrap_or(wanted) }
}
