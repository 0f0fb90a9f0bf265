//! What is known of the days before and after a day.

use std::path::PathBuf;

use desk_reconcile::{Day, Edge, Fingerprint, LocalOrder, LocalSide};
use wxpay_protocol::Fen;

use super::texts::Texts;

/// What is known of the days before and after: their bills, and the orders that waited there for this day's bill.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Bills of them: what was paid around midnight is looked up in them.
    pub bills: Vec<BesideBill>,
    /// Those on which nothing was traded, so that they have no bill.
    pub without_trade: Vec<Edge>,
    /// Orders of their own sides that wait for a bill: a payment of this day's bill may be one of them.
    pub waiting: Vec<WaitingOrder>,
}

/// A bill of a day beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BesideBill {
    /// Where it lies.
    pub file: PathBuf,
    /// SHA-256 of its plain text when it was noted: a file that says something else is refused. None where nobody noted it.
    pub digest: Option<[u8; 32]>,
}

/// An order that waits for a bill on the day beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingOrder {
    /// The day whose own side has it.
    pub edge: Edge,
    /// The merchant's number.
    pub out_trade_no: String,
    /// WeChat's number; empty where it is not known.
    pub transaction_id: String,
    /// The amount that is compared.
    pub amount: Fen,
    /// When it was paid, as its own side wrote it.
    pub paid_at: String,
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
        self.bills.is_empty() && self.without_trade.is_empty() && self.waiting.is_empty()
    }

    /// Adds the orders that wait to a side of files, which may not have what was paid on another day.
    pub(super) fn carry_over(&self, day: Day, side: &mut LocalSide) {
        for order in &self.waiting {
            side.push_carried(&LocalOrder {
                line: 0,
                out_trade_no: order.out_trade_no.as_bytes(),
                transaction_id: order.transaction_id.as_bytes(),
                amount: order.amount,
                // What waits is kept without its state.
                state: None,
                paid_at: Some(order.edge.nearest(day)),
            });
        }
    }

    /// The texts of the order with this number that was carried over.
    pub(super) fn texts(&self, number: Fingerprint) -> Option<Texts> {
        let order = self.waiting.iter().rfind(|order| Fingerprint::of(order.out_trade_no.as_bytes()) == number)?;
        Some(Texts {
            out_trade_no: order.out_trade_no.clone(),
            transaction_id: order.transaction_id.clone(),
            paid_at: order.paid_at.clone(),
            ..Texts::default()
        })
    }
}
