//! What is kept of a row while both sides are read: numbers as fingerprints, amounts exact, and where the row stands.

use wxpay_protocol::bill::BillState;

use crate::Fingerprint;

/// So many files of bills can be told apart.
pub const MAX_BILLS: usize = 64;

/// Where a row of a bill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillPlace {
    /// Which of the bills, from 0, below [`MAX_BILLS`].
    pub file: usize,
    /// From 1.
    pub line: u64,
    /// Its first byte in the plain text.
    pub offset: u64,
}

/// A payment or what a reverse gave back; 48 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BillPayment {
    pub(crate) number: Fingerprint,
    pub(crate) transaction: u64,
    pub(crate) amount_fen: i64,
    /// The offset, six bits of the file's number, one of the state.
    place: u64,
    pub(crate) seconds: i32,
    line: u32,
}

impl BillPayment {
    #[inline]
    pub(crate) fn new(
        (number, transaction): (Fingerprint, u64),
        amount_fen: i64,
        state: BillState,
        seconds: i32,
        at: BillPlace,
    ) -> Self {
        let place = pack(at, u64::from(state == BillState::Revoked));
        Self { number, transaction, amount_fen, place, seconds, line: line(at.line) }
    }

    pub(crate) const fn is_revoked(&self) -> bool {
        self.place & 1 == 1
    }

    pub(crate) fn place(&self) -> BillPlace {
        unpack(self.place, self.line)
    }

    /// The order of a bill: by file and line.
    pub(crate) fn order(&self) -> (u64, u32) {
        ((self.place >> 1) % MAX_BILLS as u64, self.line)
    }
}

fn pack(at: BillPlace, bit: u64) -> u64 {
    at.offset << 7 | (at.file as u64 % MAX_BILLS as u64) << 1 | bit
}

fn unpack(place: u64, line: u32) -> BillPlace {
    let file = usize::try_from((place >> 1) % MAX_BILLS as u64).unwrap_or_default();
    BillPlace { file, line: u64::from(line), offset: place >> 7 }
}

/// Lines beyond four billion keep the last number; no file has so many.
fn line(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A refund of the bill.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BillRefund {
    pub(crate) id: Fingerprint,
    pub(crate) out_number: Fingerprint,
    pub(crate) amount_fen: i64,
    place: u64,
    line: u32,
}

impl BillRefund {
    pub(crate) fn new(
        id: Fingerprint,
        out_number: Fingerprint,
        amount_fen: i64,
        is_success: bool,
        at: BillPlace,
    ) -> Self {
        Self { id, out_number, amount_fen, place: pack(at, u64::from(is_success)), line: line(at.line) }
    }

    pub(crate) const fn is_success(&self) -> bool {
        self.place & 1 == 1
    }

    pub(crate) fn place(&self) -> BillPlace {
        unpack(self.place, self.line)
    }

    pub(crate) fn order(&self) -> (u64, u32) {
        ((self.place >> 1) % MAX_BILLS as u64, self.line)
    }
}

/// What a local order says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderWord {
    /// SUCCESS or REFUND: it was paid.
    Paid,
    /// REVOKED.
    Revoked,
    /// NOTPAY, CLOSED and the like.
    Unpaid,
    /// The file has no states.
    Silent,
}

/// A local order; 48 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) number: Fingerprint,
    /// 0 where the file has none.
    pub(crate) transaction: u64,
    pub(crate) amount_fen: i64,
    /// `i32::MAX` where it has no time of payment.
    pub(crate) seconds: i32,
    pub(crate) line: u32,
    pub(crate) word: OrderWord,
}

impl Order {
    pub(crate) const UNPAID: i32 = i32::MAX;

    pub(crate) fn line(number: u64) -> u32 {
        line(number)
    }
}

/// A local refund.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refund {
    pub(crate) id: Fingerprint,
    pub(crate) out_number: Fingerprint,
    pub(crate) amount_fen: i64,
    pub(crate) line: u32,
    pub(crate) in_day: bool,
    /// Whether it says SUCCESS; nothing where the file has no states.
    pub(crate) is_success: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_no_more_than_it_says() {
        assert_eq!(size_of::<BillPayment>(), 48);
        assert_eq!(size_of::<Order>(), 48);
    }

    #[test]
    fn places_come_back_as_they_were() {
        for (file, line, offset) in [(0, 2, 0), (63, u64::from(u32::MAX), (1 << 57) - 1), (7, 12, 4_000_000_000)] {
            let at = BillPlace { file, line, offset };
            let payment = BillPayment::new((Fingerprint::of(b"T"), 1), 1, BillState::Revoked, 0, at);
            assert_eq!((payment.place(), payment.is_revoked()), (at, true));
            let refund = BillRefund::new(Fingerprint::NONE, Fingerprint::NONE, 1, false, at);
            assert_eq!((refund.place(), refund.is_success()), (at, false));
        }
    }
}
