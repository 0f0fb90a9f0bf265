//! Lists as a screen reads them: a stretch at a time, the newest first.

use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::record::{About, Notice, Order};
use crate::ledger::refund::Refund;
use crate::view::{NoticeView, OrderView, RefundView, matches, notice_view, refund_view};

/// A stretch of a list, and how long the list is in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch<T> {
    /// How many there are.
    pub total: usize,
    /// Those of the stretch.
    pub rows: Vec<T>,
}

impl Gateway {
    /// At most `limit` orders from the place `start`, counted from the newest, of those whose numbers, body or openid contain
    /// `search`. Without a search it costs the same however many orders there are.
    pub fn orders_page(&self, search: &str, start: usize, limit: usize) -> Stretch<OrderView> {
        self.let_happen();
        let now = self.now();
        let ledger = self.ledger();
        stretch(ledger.orders(), search, start, limit, matches, |order: &Order| Some(self.view(order, now)))
    }

    /// At most `limit` refunds from the place `start`, counted from the newest, of those whose numbers contain `search`.
    pub fn refunds_page(&self, search: &str, start: usize, limit: usize) -> Stretch<RefundView> {
        self.let_happen();
        let ledger = self.ledger();
        let has = |refund: &Refund, search: &str| {
            let order = ledger.order_at(refund.order);
            let transaction_id =
                order.and_then(|order| order.payment.as_ref()).map(|paid| paid.transaction_id.as_str());
            let of_order = order.is_some_and(|order| order.out_trade_no().contains(search));
            refund.out_refund_no.contains(search)
                || refund.refund_id.contains(search)
                || of_order
                || transaction_id.is_some_and(|id| id.contains(search))
        };
        stretch(ledger.refunds(), search, start, limit, has, |refund| refund_view(&ledger, refund))
    }

    /// At most `limit` notices from the place `start`, counted from the newest, of those about an order or a refund whose
    /// number contains `search`.
    pub fn notices_page(&self, search: &str, start: usize, limit: usize) -> Stretch<NoticeView> {
        self.let_happen();
        let ledger = self.ledger();
        let has = |notice: &Notice, search: &str| is_about(&ledger, notice, search);
        stretch(ledger.notices(), search, start, limit, has, |notice| Some(notice_view(&ledger, notice)))
    }
}

fn is_about(ledger: &Ledger, notice: &Notice, search: &str) -> bool {
    let of_order = ledger.order_of_notice(notice).is_some_and(|order| order.out_trade_no().contains(search));
    of_order
        || match notice.about {
            About::Payment(_) => false,
            About::Refund(place) => ledger.refund_at(place).is_some_and(|refund| refund.out_refund_no.contains(search)),
        }
}

fn stretch<T, V>(
    all: &[T],
    search: &str,
    start: usize,
    limit: usize,
    has: impl Fn(&T, &str) -> bool,
    view: impl Fn(&T) -> Option<V>,
) -> Stretch<V> {
    if search.is_empty() {
        let rows = all.iter().rev().skip(start).take(limit).filter_map(view).collect();
        return Stretch { total: all.len(), rows };
    }
    let (mut total, mut rows) = (0, Vec::new());
    for one in all.iter().rev().filter(|one| has(one, search)) {
        if total >= start && rows.len() < limit {
            rows.extend(view(one));
        }
        total += 1;
    }
    Stretch { total, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(search: &str, start: usize, limit: usize) -> Stretch<u32> {
        let all: Vec<u32> = (0..1000).collect();
        stretch(
            &all,
            search,
            start,
            limit,
            |number, search| number.to_string().contains(search),
            |number| Some(*number),
        )
    }

    #[test]
    fn a_stretch_counts_from_the_newest_and_says_how_many_there_are() {
        assert_eq!(of("", 0, 3), Stretch { total: 1000, rows: vec![999, 998, 997] });
        assert_eq!(of("", 998, 10), Stretch { total: 1000, rows: vec![1, 0] });
        assert_eq!(of("", 1000, 10), Stretch { total: 1000, rows: vec![] });
    }

    #[test]
    fn a_search_counts_all_that_it_finds_and_gives_the_stretch_of_those() {
        assert_eq!(of("99", 0, 2), Stretch { total: 19, rows: vec![999, 998] });
        assert_eq!(of("99", 18, 5), Stretch { total: 19, rows: vec![99] });
        assert_eq!(of("x", 0, 5), Stretch { total: 0, rows: vec![] });
    }
}
