//! What earlier days left in a merchant's accounts, added up once per day and not again for every fund flow.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use wxpay_protocol::bill::{AccountType, Rate};

use super::days::{DayBook, Movement};

/// The days that were added up, by merchant number.
#[derive(Default)]
pub(crate) struct Balances(Mutex<HashMap<String, BTreeMap<i64, Day>>>);

/// What the movements of a day come to; days only grow, so the ones that were counted stay counted.
#[derive(Default)]
struct Day {
    rate: Rate,
    counted: usize,
    nets: Nets,
}

/// Fen that came into each account, less those that went.
#[derive(Clone, Copy, Default)]
pub(super) struct Nets {
    basic: i128,
    fees: i128,
}

impl Nets {
    pub(super) fn add(&mut self, account: AccountType, fen: i128) {
        match account {
            AccountType::Basic => self.basic += fen,
            AccountType::Fees => self.fees += fen,
            AccountType::Operation => {}
        }
    }

    fn of(self, account: AccountType) -> i128 {
        match account {
            AccountType::Basic => self.basic,
            AccountType::Fees => self.fees,
            AccountType::Operation => 0,
        }
    }
}

impl Balances {
    /// What all days before `day` come to; `add` adds one movement, at the merchant's `rate`.
    pub(super) fn before(
        &self,
        days: &DayBook,
        mch_id: &str,
        day: i64,
        rate: Rate,
        account: AccountType,
        add: impl Fn(Movement, &mut Nets),
    ) -> i128 {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(mch_id.to_owned()).or_default();
        let mut sum = 0;
        for (number, movements) in days.before(mch_id, day) {
            let known = known.entry(number).or_default();
            if known.rate != rate {
                *known = Day { rate, ..Day::default() };
            }
            for movement in movements.iter().skip(known.counted) {
                add(*movement, &mut known.nets);
            }
            known.counted = movements.len();
            sum += known.nets.of(account);
        }
        sum
    }
}
