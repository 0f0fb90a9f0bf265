//! What lists are sorted by where no index of the store is in that order.

use rusqlite::Connection;

use super::{State, Texts, last_seen};
use crate::StoreError;
use crate::list::IdSet;

/// A text of an order that lists are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// WeChat's number: the verified one, else the claimed one.
    TransactionId,
    /// What was bought, capital ASCII letters as small ones.
    Body,
    /// The profile.
    Profile,
}

impl Texts {
    /// Hands out every order that the connection sees, or those among some, ascending by id: an integer that ascends as the text
    /// does by code point, and the id. Orders without the text have 0.
    pub(crate) fn each_key(
        &self,
        connection: &Connection,
        key: Key,
        among: Option<&IdSet>,
        mut each: impl FnMut(u128, i64),
    ) -> Result<(), StoreError> {
        let seen = last_seen(connection)?;
        let mut state = self.lock();
        state.follow(connection)?;
        state.rank();
        for (place, id) in state.ids.iter().enumerate().take_while(|(_, id)| **id <= seen) {
            if among.is_none_or(|set| set.contains(*id)) {
                each(state.key(key, place), *id);
            }
        }
        Ok(())
    }

    /// Has `work` look at some orders, ascending by id: the merchant's number and the id. Nothing where the texts would have to be
    /// waited for.
    pub(crate) fn by_out_trade_no<T>(
        &self,
        connection: &Connection,
        among: &IdSet,
        work: impl FnOnce(&mut dyn Iterator<Item = (&str, i64)>) -> T,
    ) -> Result<Option<T>, StoreError> {
        let Some(mut state) = self.lock_if_read() else { return Ok(None) };
        state.follow(connection)?;
        let places = state.ids.iter().zip(&state.out_trade_nos).filter(|(id, _)| among.contains(**id));
        let mut orders = places.filter_map(|(id, place)| Some((state.numbers.get(*place)?, *id)));
        Ok(Some(work(&mut orders)))
    }
}

impl State {
    pub(super) fn rank(&mut self) {
        self.bodies.rank();
        self.profiles.rank();
    }

    fn key(&self, key: Key, place: usize) -> u128 {
        let rank = match key {
            Key::TransactionId => return self.transaction_ids.get(place).copied().unwrap_or_default(),
            Key::Body => self.bodies.rank_of(place),
            Key::Profile => self.profiles.rank_of(place),
        };
        rank.map_or(0, u128::from)
    }
}

/// A number of up to 32 digits, four bits each, so that it ascends as the text does. WeChat's have 28 (protocol page §4.2); of
/// another one what comes behind the first letter does not count.
pub(crate) fn packed(number: &str) -> u128 {
    let mut packed = 0;
    let mut is_number = true;
    for place in 0..32 {
        let letter = number.as_bytes().get(place).filter(|_| is_number);
        is_number = letter.is_some_and(u8::is_ascii_digit);
        packed = packed << 4
            | match letter {
                None => 0,
                Some(digit @ b'0'..=b'9') => u128::from(digit - b'0') + 2,
                Some(letter) if *letter < b'0' => 1,
                Some(_) => 12,
            };
    }
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers_ascend_as_their_texts_do() {
        let mut numbers = [
            "",
            "0",
            "00",
            "1",
            "12",
            "2",
            "42",
            "42-",
            "420",
            "4200001234202601010000000001",
            "4200001234202601010000000002",
            "42000012342026010100000000020",
            "4200001234202601020000000000",
            "42x",
            "99999999999999999999999999999999",
            "a",
        ];
        numbers.sort_unstable();
        let packed: Vec<u128> = numbers.iter().map(|number| packed(number)).collect();
        assert!(packed.is_sorted_by(|one, other| one < other), "{packed:x?}");
    }

    #[test]
    fn behind_a_letter_nothing_counts_and_so_never_too_much() {
        assert_eq!(packed("42x9"), packed("42y"));
        assert!(packed("42x9") > packed("429") && packed("42x9") < packed("43"));
    }
}
