//! What is measured, and the page that it makes.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use desk_store::{Flags, OrderFilter, OrderSort, OrderState, SortBy, Store};
use wxpay_protocol::{TradeType, UtcMs};

use crate::Fault;
use crate::seed::{self, Dice};

pub(crate) const WINDOW: usize = 60;
const WINDOWS: u64 = 2_000;
const SEARCHES: u64 = 200;

/// Orders a second.
#[allow(clippy::cast_precision_loss, reason = "a rate for people")]
pub(crate) fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// What the processor has spent on this process so far; nothing where the system does not say.
pub(crate) fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold anything, the twelfth and thirteenth numbers are ticks of a hundredth of a second.
    let ticks: u64 = stat
        .rsplit(')')
        .next()
        .map(|rest| rest.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum())
        .unwrap_or_default();
    Duration::from_millis(ticks * 10)
}

/// Lines of a table: what, how many times, p50, p99, the slowest, and beside what.
pub(crate) struct Page(String);

impl Page {
    pub(crate) fn new(orders: u64) -> Self {
        Self(format!("{orders} orders\n| what | of | p50 | p99 | slowest | beside |\n|---|---|---|---|---|---|\n"))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    pub(crate) fn one(&mut self, what: &str, time: Duration, beside: &str) {
        // Writing into a String cannot fail.
        writeln!(self.0, "| {what} | 1 | {} | | | {beside} |", ms(time)).ok();
    }

    pub(crate) fn rate(&mut self, what: &str, count: u64, time: Duration, beside: &str) {
        writeln!(self.0, "| {what} | {count} | {:.0}/s | | | {beside} |", per_second(count, time)).ok();
    }

    pub(crate) fn many(&mut self, what: &str, mut times: Vec<Duration>, beside: &str) -> Duration {
        times.sort_unstable();
        let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
        let [p50, p99, slowest] = [at(50), at(99), times.last()].map(|time| time.copied().unwrap_or_default());
        writeln!(self.0, "| {what} | {} | {} | {} | {} | {beside} |", times.len(), ms(p50), ms(p99), ms(slowest)).ok();
        p50
    }
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

pub(crate) fn timed<T>(work: impl FnOnce() -> Result<T, desk_store::StoreError>) -> Result<(T, Duration), Fault> {
    let started = Instant::now();
    let done = work()?;
    Ok((done, started.elapsed()))
}

fn filters() -> Vec<OrderFilter> {
    let all = OrderFilter::default;
    let day = |day: i64| UtcMs(1_704_038_400_000 + day * 86_400_000);
    vec![
        all(),
        OrderFilter { states: vec![OrderState::Success], ..all() },
        OrderFilter { states: vec![OrderState::PayError, OrderState::Revoked], ..all() },
        OrderFilter { states: vec![OrderState::Unverified], ..all() },
        OrderFilter { flags: vec![Flags::CONFLICT], ..all() },
        OrderFilter { created_from: Some(day(300)), created_to: Some(day(330)), ..all() },
        OrderFilter { amount_min_fen: Some(49_990), ..all() },
        OrderFilter { amount_min_fen: Some(100), amount_max_fen: Some(30_000), ..all() },
        OrderFilter { trade_types: vec![TradeType::Native], profile: Some("shop".into()), ..all() },
        OrderFilter {
            states: vec![OrderState::Accept],
            trade_types: vec![TradeType::App],
            amount_max_fen: Some(50),
            ..all()
        },
        OrderFilter { profile: Some("nobody".into()), ..all() },
    ]
}

/// First rows and whole snapshots of every filter under every sort.
pub(crate) fn lists(store: &Store, page: &mut Page) -> Result<(), Fault> {
    let (mut first, mut opened) = (Vec::new(), Vec::new());
    for by in SortBy::ALL {
        let (firsts, opens) = every_filter(store, by)?;
        page.many(&format!("first 60 rows by {}, every filter", by.as_str()), firsts.clone(), "");
        first.extend(firsts);
        opened.extend(opens);
    }
    page.many("first 60 rows, every filter and sort", first, "goal 100 ms");
    page.many("ids and exact totals, every filter and sort", opened, "goal 1 s");
    Ok(())
}

/// The times of first rows and of whole snapshots.
fn every_filter(store: &Store, by: SortBy) -> Result<(Vec<Duration>, Vec<Duration>), Fault> {
    let (mut first, mut opened) = (Vec::new(), Vec::new());
    for filter in filters() {
        for descending in [true, false] {
            let sort = OrderSort { by, descending };
            first.push(timed(|| store.first_rows(&filter, sort, WINDOW))?.1);
            opened.push(timed(|| store.open_list(&filter, sort))?.1);
        }
    }
    Ok((first, opened))
}

/// Windows of sixty rows at any place of the list of everything.
pub(crate) fn windows(store: &Store, page: &mut Page) -> Result<(), Fault> {
    let ids = store.open_list(&OrderFilter::default(), OrderSort { by: SortBy::TotalFee, descending: true })?.ids;
    let mut dice = Dice(1);
    let end = ids.len().saturating_sub(WINDOW);
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..WINDOWS {
        let anywhere = usize::try_from(dice.below(end as u64 + 1)).unwrap_or_default();
        for (times, start) in times.iter_mut().zip([anywhere, 0, end]) {
            let window = ids.get(start..(start + WINDOW).min(ids.len())).unwrap_or_default();
            times.push(timed(|| store.rows(window))?.1);
        }
    }
    let [anywhere, first, deepest] = times;
    page.many("60 rows anywhere", anywhere, "goal 10 ms");
    let first = page.many("the first 60 rows again", first, "goal p99 1 ms");
    let deepest_p50 = page.many("the deepest 60 rows", deepest, "goal p99 1 ms");
    let ratio = deepest_p50.as_secs_f64() / first.as_secs_f64();
    page.one("deepest / first, of the medians", Duration::ZERO, &format!("{ratio:.2}; goal 1.5"));
    Ok(())
}

/// What a window does at its start, so that no search or list waits for it.
pub(crate) fn texts(store: &Store, page: &mut Page) -> Result<(), Fault> {
    page.one("read all texts and put them in order", timed(|| store.prepare_search())?.1, "");
    Ok(())
}

/// Parts of numbers from four digits on, and words.
pub(crate) fn searches(store: &Store, orders: u64, page: &mut Page) -> Result<(), Fault> {
    let search = |text: &str| {
        let filter = OrderFilter { search: text.to_owned(), ..OrderFilter::default() };
        timed(|| store.first_rows(&filter, OrderSort::default(), WINDOW))
    };
    let mut dice = Dice(2);
    for (digits, what) in [(4, "four digits of a number"), (6, "six digits"), (10, "ten digits")] {
        let mut times = Vec::new();
        for _ in 0..SEARCHES {
            let number = seed::order(dice.below(orders), orders, 0)?.out_trade_no;
            let at = usize::try_from(dice.below(28 - digits + 1)).unwrap_or_default();
            let part: String = number.as_str().chars().skip(at).take(usize::try_from(digits).unwrap_or(4)).collect();
            let (rows, time) = search(&part)?;
            assert!(!rows.is_empty(), "{part} is part of a number");
            times.push(time);
        }
        page.many(what, times, "goal p99 20 ms");
    }
    for words in ["拿铁", "铁", "抹茶 大杯", "天府三街店-气泡水", "00号", "没有"] {
        let times = (0..20).map(|_| search(words).map(|found| found.1)).collect::<Result<_, _>>()?;
        page.many(&format!("the word {words}"), times, "");
    }
    let openid = seed::order(orders / 2, orders, 0)?.openid;
    let openid = openid.as_ref().map(wxpay_protocol::ids::OpenId::as_str).unwrap_or_default();
    let times = (0..20).map(|_| search(openid).map(|found| found.1)).collect::<Result<_, _>>()?;
    page.many("an openid", times, "");
    Ok(())
}

/// What the window waits for at its start, with the open orders that are due.
pub(crate) fn polling(folder: &Path, page: &mut Page) -> Result<(), Fault> {
    let (store, time) = timed(|| Store::open(folder))?;
    let open = store.open_count(None)?;
    let (_, first) = timed(|| store.first_rows(&OrderFilter::default(), OrderSort::default(), WINDOW))?;
    page.one(&format!("open the store and show its first rows, {open} orders due"), time + first, "goal 2 s");
    let (_, due) = timed(|| store.due(None, UtcMs(i64::MAX), 256))?;
    page.one("the first 256 questions that are due", due, "");
    Ok(())
}
