//! What stands beside the orders: refunds, notices and alarms, many of each.

use std::path::Path;
use std::time::Duration;

use desk_store::{AlarmFilter, FILE_NAME, RefundFilter, Store, StoreError};

use crate::Fault;
use crate::figures::{Page, WINDOW, timed};
use crate::seed::Dice;

/// So many of each, as far as there are orders.
const MANY: u64 = 200_000;
const ALARMS: u64 = 100_000;
const TURNS: usize = 1_000;

/// Writes them beside the orders, unless they are there: through the store each would be a commit of its own.
pub(crate) fn make(folder: &Path, orders: u64) -> Result<(), Fault> {
    let connection = rusqlite::Connection::open(folder.join(FILE_NAME))?;
    let found: i64 = connection.query_row("SELECT count(*) FROM notices", [], |row| row.get(0))?;
    if found > 0 {
        return Ok(());
    }
    let (many, alarms) = (MANY.min(orders).cast_signed(), ALARMS.min(orders).cast_signed());
    connection.execute(
        "INSERT INTO refunds (order_id, profile, mch_id, out_refund_no, origin, refund_fee, created_at, state, advice, changed_at) \
         SELECT id, profile, mch_id, 'R' || id, 1, 1, created_at + 60000, 2, 0, created_at FROM orders LIMIT ?1",
        [many],
    )?;
    connection.execute(
        "INSERT INTO notices (received_at, kind, profile, mch_id, out_trade_no, verdict, checks, attempt, digest, body) \
         SELECT created_at, 'payment', profile, mch_id, out_trade_no, 0, '[]', 1, zeroblob(32), zeroblob(700) FROM orders LIMIT ?1",
        [many],
    )?;
    connection.execute(
        "UPDATE orders SET flags = 2, changed_seq = id, changed_at = created_at WHERE id IN (SELECT id FROM orders LIMIT ?1)",
        [alarms],
    )?;
    Ok(())
}

/// Pages of refunds and of notices: the first, the deepest, and any.
pub(crate) fn pages(store: &Store, page: &mut Page) -> Result<(), Fault> {
    let refunds = store.refunds(&RefundFilter::default(), 0, 0)?.totals.count;
    let of_refunds = |start| store.refunds(&RefundFilter::default(), start, WINDOW).map(drop);
    places(page, &format!("{WINDOW} of {refunds} refunds"), refunds, of_refunds)?;
    let notices = store.notices("", 0, 0)?.total;
    places(page, &format!("{WINDOW} of {notices} notices"), notices, |start| store.notices("", start, WINDOW).map(drop))
}

fn places(
    page: &mut Page,
    what: &str,
    count: u64,
    read: impl Fn(usize) -> Result<(), StoreError>,
) -> Result<(), Fault> {
    let end = usize::try_from(count).unwrap_or_default().saturating_sub(WINDOW);
    let mut dice = Dice(3);
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..TURNS {
        let anywhere = usize::try_from(dice.below(end as u64 + 1)).unwrap_or_default();
        for (times, start) in times.iter_mut().zip([0, end, anywhere]) {
            times.push(timed(|| read(start))?.1);
        }
    }
    let [first, deepest, anywhere] = times;
    let first = page.many(&format!("the first {what}"), first, "goal p99 1 ms");
    let deepest = page.many(&format!("the last {what}"), deepest, "goal p99 1 ms");
    page.many(&format!("any {what}"), anywhere, "goal p99 1 ms");
    let ratio = deepest.as_secs_f64() / first.as_secs_f64();
    page.one("last / first, of the medians", Duration::ZERO, &format!("{ratio:.2}; goal 1.5"));
    Ok(())
}

/// Counting alarms, and pages of them.
pub(crate) fn alarms(store: &Store, page: &mut Page) -> Result<(), Fault> {
    let mut count = 0_u64;
    let mut counting = Vec::new();
    for _ in 0..20 {
        count = 0;
        counting.push(timed(|| store.each_alarm(|_| count += 1))?.1);
    }
    page.many(&format!("{count} alarms counted"), counting, "");
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let (found, time) = timed(|| store.alarm_rows(&AlarmFilter::default(), after, WINDOW))?;
        pages.push(time);
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    page.many(&format!("{WINDOW} alarms, each page to the last"), pages, "");
    Ok(())
}
