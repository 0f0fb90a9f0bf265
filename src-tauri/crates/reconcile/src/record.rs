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
    /// Its first byte in the plain text, below a tebibyte.
    pub offset: u64,
}

/// Sixty-four bits where rows lie four bytes apart, so that no row is filled up to eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Halves(pub(crate) [u32; 2]);

impl Halves {
    #[allow(clippy::cast_possible_truncation, reason = "each half takes its thirty-two bits")]
    const fn of(whole: u64) -> Self {
        Self([(whole >> 32) as u32, whole as u32])
    }

    pub(crate) const fn whole(self) -> u64 {
        (self.0[0] as u64) << 32 | self.0[1] as u64
    }
}

/// A payment or what a reverse gave back; 40 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BillPayment {
    pub(crate) number: Fingerprint,
    transaction: Halves,
    amount: Halves,
    /// Forty bits of the offset, seventeen of the second of the day, six of the file's number, one of the state.
    place: Halves,
    line: u32,
}

const SECOND_BITS: u32 = 17;
const FILE_BITS: u32 = 6;

impl BillPayment {
    /// A row of the day: its second is 0 ..= 86 399, its offset below a tebibyte.
    #[inline]
    pub(crate) fn new(
        (number, transaction): (Fingerprint, u64),
        amount_fen: i64,
        state: BillState,
        seconds: i32,
        at: BillPlace,
    ) -> Self {
        let second = u64::try_from(seconds).unwrap_or_default().min((1 << SECOND_BITS) - 1);
        let file = at.file as u64 % MAX_BILLS as u64;
        let place = (at.offset << SECOND_BITS | second) << FILE_BITS | file;
        Self {
            number,
            transaction: Halves::of(transaction),
            amount: Halves::of(amount_fen.cast_unsigned()),
            place: Halves::of(place << 1 | u64::from(state == BillState::Revoked)),
            line: line(at.line),
        }
    }

    pub(crate) const fn transaction(&self) -> u64 {
        self.transaction.whole()
    }

    pub(crate) const fn amount_fen(&self) -> i64 {
        self.amount.whole().cast_signed()
    }

    pub(crate) const fn is_revoked(&self) -> bool {
        self.place.whole() & 1 == 1
    }

    /// Of the day.
    pub(crate) const fn second(&self) -> u64 {
        (self.place.whole() >> (FILE_BITS + 1)) % (1 << SECOND_BITS)
    }

    pub(crate) fn place(&self) -> BillPlace {
        let file = usize::try_from(self.file()).unwrap_or_default();
        BillPlace { file, line: u64::from(self.line), offset: self.place.whole() >> (SECOND_BITS + FILE_BITS + 1) }
    }

    /// The order of a bill: by file and line.
    pub(crate) const fn order(&self) -> (u64, u32) {
        (self.file(), self.line)
    }

    /// Everything that is kept of it.
    #[inline]
    pub(crate) const fn words(&self) -> [u64; 5] {
        let [upper, lower] = self.number.words(self.line);
        [upper, lower, self.transaction.whole(), self.amount.whole(), self.place.whole()]
    }

    const fn file(&self) -> u64 {
        (self.place.whole() >> 1) % MAX_BILLS as u64
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
    /// Its place among the refunds of all bills; no bill has so many that the last number is one.
    pub(crate) row: u32,
}

impl BillRefund {
    const JUDGED: u32 = u32::MAX;

    pub(crate) fn new(
        (id, out_number): (Fingerprint, Fingerprint),
        amount_fen: i64,
        is_success: bool,
        at: BillPlace,
        row: u32,
    ) -> Self {
        Self { id, out_number, amount_fen, place: pack(at, u64::from(is_success)), line: line(at.line), row }
    }

    pub(crate) const fn is_success(&self) -> bool {
        self.place & 1 == 1
    }

    /// The same refund once it was judged by WeChat's number: it only says that the merchant's is taken.
    pub(crate) const fn judged(self) -> Self {
        Self { row: Self::JUDGED, ..self }
    }

    pub(crate) const fn is_judged(&self) -> bool {
        self.row == Self::JUDGED
    }

    pub(crate) fn place(&self) -> BillPlace {
        unpack(self.place, self.line)
    }

    /// Everything that is kept of it.
    pub(crate) const fn words(&self) -> [u64; 6] {
        let ([id, id_end], [out_number, out_number_end]) = (self.id.words(self.line), self.out_number.words(0));
        [id, id_end, out_number, out_number_end, self.amount_fen.cast_unsigned(), self.place]
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

/// A local order; 36 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) number: Fingerprint,
    transaction: Halves,
    /// The amount, and two bits of the word.
    amount: Halves,
    /// `i32::MAX` where it has no time of payment.
    pub(crate) seconds: i32,
    pub(crate) line: u32,
}

impl Order {
    pub(crate) const UNPAID: i32 = i32::MAX;
    /// The line of an order that was carried over from the day beside; lines begin at 1.
    pub(crate) const CARRIED: u32 = 0;

    /// `transaction` is 0 where the file has none.
    #[inline]
    pub(crate) fn new(
        (number, transaction): (Fingerprint, u64),
        amount_fen: i64,
        word: OrderWord,
        seconds: i32,
        line: u64,
    ) -> Self {
        // No amount has more than fifty bits.
        let amount = amount_fen << 2 | word as i64;
        Self {
            number,
            transaction: Halves::of(transaction),
            amount: Halves::of(amount.cast_unsigned()),
            seconds,
            line: Self::line(line),
        }
    }

    pub(crate) const fn transaction(&self) -> u64 {
        self.transaction.whole()
    }

    pub(crate) const fn amount_fen(&self) -> i64 {
        self.amount.whole().cast_signed() >> 2
    }

    pub(crate) const fn word(&self) -> OrderWord {
        match self.amount.whole() % 4 {
            0 => OrderWord::Paid,
            1 => OrderWord::Revoked,
            2 => OrderWord::Unpaid,
            _ => OrderWord::Silent,
        }
    }

    pub(crate) fn line(number: u64) -> u32 {
        line(number)
    }

    /// Everything that is kept of it.
    #[inline]
    pub(crate) const fn words(&self) -> [u64; 5] {
        let [upper, lower] = self.number.words(self.line);
        let seconds = self.seconds.cast_unsigned() as u64;
        [upper, lower, self.transaction.whole(), self.amount.whole(), seconds]
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

impl Refund {
    /// Everything that is kept of it.
    pub(crate) const fn words(&self) -> [u64; 6] {
        let ([id, id_end], [out_number, out_number_end]) = (self.id.words(self.line), self.out_number.words(0));
        let status = match self.is_success {
            None => 0,
            Some(is_success) => 1 + is_success as u64,
        };
        let words = status << 1 | self.in_day as u64;
        [id, id_end, out_number, out_number_end, self.amount_fen.cast_unsigned(), words]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wxpay_protocol::Fen;

    #[test]
    fn a_row_takes_no_more_than_it_says() {
        assert_eq!(size_of::<BillPayment>(), 40);
        assert_eq!(size_of::<Order>(), 36);
        assert_eq!(size_of::<BillRefund>(), 48);
        assert_eq!(size_of::<Refund>(), 40);
    }

    #[test]
    fn a_payment_comes_back_as_it_was() {
        for (file, line, offset, fen, second) in [
            (0, 2, 0, 0, 0),
            (63, u64::from(u32::MAX), (1 << 40) - 1, Fen::MAX.get(), 86_399),
            (7, 12, 4_000_000_000, -Fen::MAX.get(), 1),
        ] {
            let at = BillPlace { file, line, offset };
            for state in [BillState::Revoked, BillState::Success] {
                let payment = BillPayment::new((Fingerprint::of(b"T"), u64::MAX - 1), fen, state, second, at);
                assert_eq!((payment.place(), payment.is_revoked()), (at, state == BillState::Revoked));
                assert_eq!((payment.amount_fen(), payment.transaction()), (fen, u64::MAX - 1));
                assert_eq!(
                    (payment.second(), payment.order()),
                    (second.unsigned_abs().into(), (file as u64, u32::try_from(line).unwrap()))
                );
            }
            let refund = BillRefund::new((Fingerprint::NONE, Fingerprint::NONE), 1, false, at, 0);
            assert_eq!((refund.place(), refund.is_success()), (at, false));
        }
    }

    #[test]
    fn an_order_comes_back_as_it_was() {
        for fen in [0, 1, -1, Fen::MAX.get(), -Fen::MAX.get()] {
            for word in [OrderWord::Paid, OrderWord::Revoked, OrderWord::Unpaid, OrderWord::Silent] {
                let order = Order::new((Fingerprint::of(b"T"), 77), fen, word, -3, 5);
                assert_eq!((order.amount_fen(), order.word(), order.transaction()), (fen, word, 77));
                assert_eq!((order.seconds, order.line), (-3, 5));
            }
        }
    }
}
