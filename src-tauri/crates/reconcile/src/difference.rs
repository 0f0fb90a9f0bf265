//! A row that does not agree, or a pair, and what it is where it is put down outside of the memory.

use crate::{BillPlace, Class, Fingerprint, Reason};

/// A row that does not agree, or a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is.
    pub class: Class,
    /// Why.
    pub reason: Reason,
    /// The merchant's number of the order; of a refund WeChat's of the refund, or where it has none the merchant's. Of a pair the
    /// bill's.
    pub number: Fingerprint,
    /// Which of those of its class that are about one number (of a payment that was made twice: about one transaction of it),
    /// from 1. No two of them have the same; some may be missing.
    pub nth: u32,
    /// The bill's row. Of a payment and its reverse, the payment.
    pub bill: Option<BillPlace>,
    /// Whether it is about a refund, so that the local line is one of the refunds.
    pub is_refund: bool,
    /// The line of the local side; 0 of an order that was carried over from the day beside.
    pub local_line: Option<u64>,
    /// The bill's amount, in fen.
    pub bill_fen: i64,
    /// The local amount, in fen.
    pub local_fen: i64,
    /// The order was paid on the day beside, which counts its amount, so that the sums of this day have nothing of it.
    pub is_counted_beside: bool,
}

/// What a list of differences goes by: class, then the bill's files and lines, then orders before refunds and their lines.
pub type ListOrder = (Class, (usize, u64), bool, Option<u64>);

const REFUND: u8 = 1;
const BESIDE: u8 = 2;
const IN_BILL: u8 = 4;
const LOCAL: u8 = 8;

impl Difference {
    /// What it takes as bytes.
    pub const BYTES: usize = 60;

    /// The local amount less the bill's, in fen, as the sums of the day have it.
    pub fn gap_fen(&self) -> i128 {
        let local_fen = if self.is_counted_beside { 0 } else { self.local_fen };
        i128::from(local_fen) - i128::from(self.bill_fen)
    }

    /// Where it stands among the differences of its day; no two stand in one place.
    pub fn order(&self) -> ListOrder {
        let bill = self.bill.map_or((usize::MAX, u64::MAX), |bill| (bill.file, bill.line));
        (self.class, bill, self.is_refund, self.local_line)
    }

    /// As bytes, to be read by [`Difference::from_bytes`] of the same program.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let flags = [
            (self.is_refund, REFUND),
            (self.is_counted_beside, BESIDE),
            (self.bill.is_some(), IN_BILL),
            (self.local_line.is_some(), LOCAL),
        ];
        let flags = flags.into_iter().filter(|(is_set, _)| *is_set).fold(0, |flags, (_, flag)| flags | flag);
        let bill = self.bill.unwrap_or(BillPlace { file: 0, line: 0, offset: 0 });
        let file = u8::try_from(bill.file).unwrap_or(u8::MAX);
        let mut bytes = [0; Self::BYTES];
        let mut room = bytes.as_mut_slice();
        let mut put = |part: &[u8]| {
            if let Some((to, rest)) = std::mem::take(&mut room).split_at_mut_checked(part.len()) {
                to.copy_from_slice(part);
                room = rest;
            }
        };
        put(&[self.class as u8, self.reason as u8, flags, file]);
        put(&self.number.to_bytes());
        put(&self.nth.to_le_bytes());
        put(&bill.line.to_le_bytes());
        put(&bill.offset.to_le_bytes());
        put(&self.local_line.unwrap_or_default().to_le_bytes());
        put(&self.bill_fen.to_le_bytes());
        put(&self.local_fen.to_le_bytes());
        bytes
    }

    /// What was put down as these bytes; nothing where they were not.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Option<Self> {
        let mut rest = bytes.as_slice();
        let [class, reason, flags, file] = take(&mut rest)?;
        let has = |flag: u8| flags & flag > 0;
        let number = Fingerprint::from_bytes(take(&mut rest)?);
        let nth = u32::from_le_bytes(take(&mut rest)?);
        let (line, offset) = (u64::from_le_bytes(take(&mut rest)?), u64::from_le_bytes(take(&mut rest)?));
        let local_line = u64::from_le_bytes(take(&mut rest)?);
        let (bill_fen, local_fen) = (i64::from_le_bytes(take(&mut rest)?), i64::from_le_bytes(take(&mut rest)?));
        Some(Self {
            class: Class::ALL.get(usize::from(class)).copied()?,
            reason: Reason::ALL.get(usize::from(reason)).copied()?,
            number,
            nth,
            bill: has(IN_BILL).then_some(BillPlace { file: usize::from(file), line, offset }),
            is_refund: has(REFUND),
            local_line: has(LOCAL).then_some(local_line),
            bill_fen,
            local_fen,
            is_counted_beside: has(BESIDE),
        })
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (part, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_comes_back_from_its_bytes_as_it_was() {
        let bill = BillPlace { file: 63, line: u64::from(u32::MAX), offset: (1 << 40) - 1 };
        let row = Difference {
            class: Class::AmountDiff,
            reason: Reason::Amount,
            number: Fingerprint::of(b"T1"),
            nth: 7,
            bill: Some(bill),
            is_refund: false,
            local_line: Some(0),
            bill_fen: -5,
            local_fen: i64::MAX,
            is_counted_beside: true,
        };
        let mut rows = vec![row, Difference { bill: None, ..row }, Difference { local_line: None, ..row }];
        rows.push(Difference { is_refund: true, is_counted_beside: false, bill_fen: i64::MIN, ..row });
        rows.extend(Class::ALL.map(|class| Difference { class, ..row }));
        rows.extend(Reason::ALL.map(|reason| Difference { reason, ..row }));
        for row in rows {
            assert_eq!(Difference::from_bytes(&row.to_bytes()), Some(row));
        }
        let mut damaged = row.to_bytes();
        damaged[0] = u8::MAX;
        assert_eq!(Difference::from_bytes(&damaged), None);
    }
}
