//! What the classes add up to.

use crate::Class;

/// What a class adds up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Pairs, and rows of one side alone. The rows of one transaction_id count once.
    pub count: u64,
    /// Rows of the bill.
    pub bill_rows: u64,
    /// Rows of the local side.
    pub local_rows: u64,
    /// The bill's amounts, in fen.
    pub bill_fen: i128,
    /// The local amounts, in fen.
    pub local_fen: i128,
}

impl Tally {
    /// A row that only the local side has.
    const fn of_local(fen: i64) -> Self {
        Self { count: 1, bill_rows: 0, local_rows: 1, bill_fen: 0, local_fen: fen as i128 }
    }

    fn add(&mut self, more: Self) {
        self.count += more.count;
        self.bill_rows += more.bill_rows;
        self.local_rows += more.local_rows;
        self.bill_fen += more.bill_fen;
        self.local_fen += more.local_fen;
    }

    fn take(&mut self, less: Self) {
        self.count = self.count.saturating_sub(less.count);
        self.bill_rows = self.bill_rows.saturating_sub(less.bill_rows);
        self.local_rows = self.local_rows.saturating_sub(less.local_rows);
        self.bill_fen -= less.bill_fen;
        self.local_fen -= less.local_fen;
    }
}

/// What every class adds up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tallies([Tally; Class::ALL.len()]);

impl Tallies {
    /// What one of them adds up to.
    pub fn of(&self, class: Class) -> Tally {
        self.0.get(class.place()).copied().unwrap_or_default()
    }

    /// Adds to one of them.
    pub fn add(&mut self, class: Class, more: Tally) {
        if let Some(tally) = self.0.get_mut(class.place()) {
            tally.add(more);
        }
    }

    pub(crate) fn add_all(&mut self, more: &Self) {
        for class in Class::ALL {
            self.add(class, more.of(class));
        }
    }

    /// Moves an order that only the local side has from one class to another.
    pub fn recount(&mut self, from: Class, to: Class, local_fen: i64) {
        if let Some(tally) = self.0.get_mut(from.place()) {
            tally.take(Tally::of_local(local_fen));
        }
        self.add(to, Tally::of_local(local_fen));
    }
}
