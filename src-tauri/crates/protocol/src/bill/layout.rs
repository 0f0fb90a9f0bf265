//! Which value stands where, by the titles of a bill's header.

use super::cells::{ABSENT, MAX_VALUES};
use super::refusal::shown;
use super::{BillRefusal, BillType, Column, Generation};

const COLUMNS: usize = Column::RateNote as usize + 1;

/// The header of a bill of trades, understood.
#[derive(Clone, Debug)]
pub struct Layout {
    kind: BillType,
    generation: Generation,
    columns: usize,
    places: [usize; COLUMNS],
}

impl Layout {
    /// Which rows the bill holds.
    pub const fn kind(&self) -> BillType {
        self.kind
    }

    /// The years of its columns.
    #[inline]
    pub const fn generation(&self) -> Generation {
        self.generation
    }

    /// How many titles the header has, known and unknown.
    #[inline]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// The number of a column in each row, from 0; an empty value where the bill has no such column.
    #[inline]
    pub(super) fn place(&self, column: Column) -> usize {
        self.places[column as usize]
    }

    /// Whether the bill has this column.
    #[inline]
    pub fn has(&self, column: Column) -> bool {
        self.place(column) != ABSENT
    }

    /// Reads a header: titles between commas, in any order, unknown ones passed over. A bill needs its times, numbers, states
    /// and amounts; which of them is missing is the refusal.
    pub(super) fn read(header: &str) -> Result<Self, BillRefusal> {
        let mut places = [ABSENT; COLUMNS];
        let (mut columns, mut recharge, mut current, mut oldest) = (0, false, false, false);
        for (place, title) in header.split(',').enumerate() {
            columns = place + 1;
            if columns > MAX_VALUES {
                return Err(BillRefusal::Header { found: shown(header.as_bytes()) });
            }
            let title = title.trim().trim_matches(['`', '"']);
            recharge |= title == "返还手续费";
            current |= title == "应结订单金额";
            oldest |= title.starts_with("企业红包");
            let Some(column) = Column::titled(title) else { continue };
            let slot = &mut places[column as usize];
            if *slot != ABSENT {
                return Err(BillRefusal::TitleTwice { title: title.to_owned() });
            }
            *slot = place;
        }
        let has = |column: Column| places[column as usize] != ABSENT;
        let kind = match (has(Column::RefundId), has(Column::RefundAppliedAt)) {
            _ if recharge => BillType::RechargeRefund,
            (_, true) => BillType::Refund,
            (true, false) => BillType::All,
            (false, false) => BillType::Success,
        };
        let generation = match (current, oldest) {
            (true, _) => Generation::Current,
            (false, true) => Generation::Oldest,
            (false, false) => Generation::Legacy,
        };
        let missing = Column::of(kind, generation).find(|column| column.is_needed() && !has(*column));
        match missing {
            Some(column) => Err(BillRefusal::TitleMissing { title: column.title(kind, generation) }),
            None => Ok(Self { kind, generation, columns, places }),
        }
    }
}

impl Column {
    /// The column under a title of any kind and generation.
    fn titled(title: &str) -> Option<Self> {
        BillType::ALL.into_iter().find_map(|kind| {
            Generation::ALL.into_iter().find_map(|generation| {
                Self::of(kind, generation).find(|column| column.title(kind, generation) == title)
            })
        })
    }

    /// Whether a bill cannot be read without it.
    const fn is_needed(self) -> bool {
        matches!(
            self,
            Self::TradeTime
                | Self::TransactionId
                | Self::OutTradeNo
                | Self::TradeState
                | Self::SettlementTotalFee
                | Self::RefundId
                | Self::OutRefundNo
                | Self::SettlementRefundFee
                | Self::RefundStatus
                | Self::Fee
                | Self::TotalFee
                | Self::RefundFee
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(kind: BillType, generation: Generation) -> String {
        Column::of(kind, generation).map(|column| column.title(kind, generation)).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn every_kind_and_generation_is_known_by_its_titles() {
        for kind in BillType::ALL {
            for generation in Generation::ALL {
                let layout = Layout::read(&header(kind, generation)).unwrap();
                assert_eq!((layout.kind(), layout.generation()), (kind, generation));
                assert_eq!(layout.columns(), Column::of(kind, generation).count());
            }
        }
    }

    #[test]
    fn columns_are_found_wherever_they_stand() {
        let mut titles: Vec<String> =
            header(BillType::All, Generation::Current).split(',').map(str::to_owned).collect();
        titles.reverse();
        titles.insert(3, "一个新的列".to_owned());
        let layout = Layout::read(&titles.join(",")).unwrap();
        assert_eq!(layout.columns(), 28);
        assert_eq!(layout.place(Column::TradeTime), 27);
        assert_eq!(layout.place(Column::RateNote), 0);
    }

    #[test]
    fn a_missing_or_doubled_title_is_named() {
        let full = header(BillType::All, Generation::Current);
        assert_eq!(
            Layout::read(&full.replace("订单金额,申请", "某金额,申请")).unwrap_err(),
            BillRefusal::TitleMissing { title: "订单金额" }
        );
        assert_eq!(
            Layout::read(&full.replace("付款银行", "商户订单号")).unwrap_err(),
            BillRefusal::TitleTwice { title: "商户订单号".to_owned() }
        );
    }
}
