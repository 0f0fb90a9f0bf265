//! What is known of the days before and after a day.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::PathBuf;

use desk_reconcile::{Class, Day, Edge, Fingerprint, LocalOrder, LocalSide, Reason};
use desk_store::Store;
use wxpay_protocol::Fen;

use super::ReconcileFault;
use super::texts::Texts;
use crate::days::each_found;

/// What is known of the days before and after: their bills, and the orders that waited there for this day's bill.
#[derive(Clone, Default)]
pub struct Beside {
    /// Bills of them: what was paid around midnight is looked up in them.
    pub bills: Vec<BesideBill>,
    /// Those on which nothing was traded, so that they have no bill.
    pub without_trade: Vec<Edge>,
    /// Orders of their own sides that wait for a bill: a payment of this day's bill may be one of them.
    pub waiting: WaitingOrders,
}

/// A bill of a day beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BesideBill {
    /// Where it lies.
    pub file: PathBuf,
    /// SHA-256 of its plain text when it was noted: a file that says something else is refused. None where nobody noted it.
    pub digest: Option<[u8; 32]>,
}

/// Orders of the days beside that wait, or waited, for this day's bill: read where they are kept whenever they are needed, so that
/// none of them is held.
#[derive(Clone, Default)]
pub struct WaitingOrders(Vec<WaitingRun>);

#[derive(Clone)]
struct WaitingRun {
    store: Store,
    run: i64,
    /// The day that it is of.
    edge: Edge,
}

/// An order that waits for a bill on the day beside.
struct WaitingOrder {
    /// The day whose own side has it.
    edge: Edge,
    out_trade_no: String,
    /// Empty where it is not known.
    transaction_id: String,
    /// The amount that is compared.
    amount: Fen,
    /// As its own side wrote it.
    paid_at: String,
}

impl WaitingOrders {
    /// Adds those of a run of the day that lies there, if there are any.
    pub(crate) fn add(&mut self, store: Store, run: i64, edge: Edge) -> Result<(), ReconcileFault> {
        let (run, mut has_any) = (WaitingRun { store, run, edge }, false);
        run.each(|_| {
            has_any = true;
            ControlFlow::Break(())
        })?;
        if has_any {
            self.0.push(run);
        }
        Ok(())
    }

    fn each(&self, mut take: impl FnMut(WaitingOrder)) -> Result<(), ReconcileFault> {
        self.0.iter().try_for_each(|run| {
            run.each(|order| {
                take(order);
                ControlFlow::Continue(())
            })
        })
    }
}

impl WaitingRun {
    fn each(&self, mut take: impl FnMut(WaitingOrder) -> ControlFlow<()>) -> Result<(), ReconcileFault> {
        let here = self.edge.from_there();
        each_found(&self.store, (self.run, Some(Class::DayCutLocal)), 0, |row| {
            let waits =
                Reason::parse(&row.reason).is_some_and(|reason| [here.waiting(), here.found()].contains(&reason));
            let (Some(out_trade_no), Some(amount), true) = (row.out_trade_no, row.local_fen.and_then(Fen::new), waits)
            else {
                return Ok(ControlFlow::Continue(()));
            };
            let transaction_id = row.transaction_id.unwrap_or_default();
            let paid_at = row.local_value.unwrap_or_default();
            Ok(take(WaitingOrder { edge: self.edge, out_trade_no, transaction_id, amount, paid_at }))
        })
    }
}

impl From<Vec<PathBuf>> for Beside {
    fn from(files: Vec<PathBuf>) -> Self {
        let bills = files.into_iter().map(|file| BesideBill { file, digest: None }).collect();
        Self { bills, ..Self::default() }
    }
}

impl Beside {
    /// Whether nothing is known of them.
    pub const fn is_empty(&self) -> bool {
        self.bills.is_empty() && self.without_trade.is_empty() && self.waiting.0.is_empty()
    }

    /// Adds the orders that wait to a side of files, which may not have what was paid on another day.
    pub(super) fn carry_over(&self, day: Day, side: &mut LocalSide) -> Result<(), ReconcileFault> {
        self.waiting.each(|order| {
            side.push_carried(&LocalOrder {
                line: 0,
                out_trade_no: order.out_trade_no.as_bytes(),
                transaction_id: order.transaction_id.as_bytes(),
                amount: order.amount,
                // What waits is kept without its state.
                state: None,
                paid_at: Some(order.edge.nearest(day)),
            });
        })
    }

    /// The texts of the orders with these numbers that were carried over; refused where one is not kept any more.
    pub(super) fn texts(&self, numbers: Vec<Fingerprint>) -> Result<HashMap<Fingerprint, Texts>, ReconcileFault> {
        let mut wanted: HashSet<Fingerprint> = numbers.into_iter().collect();
        let mut texts = HashMap::with_capacity(wanted.len());
        if wanted.is_empty() {
            return Ok(texts);
        }
        self.waiting.each(|order| {
            let number = Fingerprint::of(order.out_trade_no.as_bytes());
            if wanted.remove(&number) {
                let found = Texts {
                    out_trade_no: order.out_trade_no,
                    transaction_id: order.transaction_id,
                    paid_at: order.paid_at,
                    ..Texts::default()
                };
                texts.insert(number, found);
            }
        })?;
        if wanted.is_empty() { Ok(texts) } else { Err(ReconcileFault::Changed("the store [本地库]".to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_that_waited_and_is_kept_no_more_refuses_the_day_instead_of_being_written_empty() {
        let gone = Beside::default().texts(vec![Fingerprint::of(b"ORDER-404")]);
        assert!(matches!(&gone, Err(ReconcileFault::Changed(place)) if place.contains("本地库")));
        assert!(Beside::default().texts(Vec::new()).unwrap().is_empty());
    }
}
