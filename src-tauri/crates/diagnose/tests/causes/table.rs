//! The confusion table: for each cause, what the program called it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use wxpay_diagnose::diagnosis::{Effort, Outcome};

use crate::orders::{Algorithm, Kind, Order};
use crate::plant::ALL;
use crate::planted::{self, Planted};
use crate::rng::Rng;
use crate::trial::{self, Found};

/// The four columns: how rich the message is, and its digest.
pub(crate) const COLUMNS: [(bool, Algorithm); 4] =
    [(false, Algorithm::Md5), (false, Algorithm::Hmac), (true, Algorithm::Md5), (true, Algorithm::Hmac)];

/// What was found of so many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) planted: usize,
    pub(crate) itself: usize,
    pub(crate) named: usize,
    pub(crate) same_bytes: BTreeMap<String, usize>,
    pub(crate) later: BTreeMap<String, usize>,
    pub(crate) other: BTreeMap<String, usize>,
    pub(crate) nothing: BTreeMap<String, usize>,
}

impl Tally {
    pub(crate) fn add(&mut self, found: Found) {
        self.planted += 1;
        match found {
            Found::Itself => self.itself += 1,
            Found::Named => self.named += 1,
            Found::SameBytes(what) => *self.same_bytes.entry(what).or_default() += 1,
            Found::Later(what) => *self.later.entry(what).or_default() += 1,
            Found::Other(what) => *self.other.entry(what).or_default() += 1,
            Found::Nothing(why) => *self.nothing.entry(why).or_default() += 1,
        }
    }

    pub(crate) fn merge(&mut self, more: &Self) {
        self.planted += more.planted;
        self.itself += more.itself;
        self.named += more.named;
        let answers = [
            (&mut self.same_bytes, &more.same_bytes),
            (&mut self.later, &more.later),
            (&mut self.other, &more.other),
            (&mut self.nothing, &more.nothing),
        ];
        for (into, from) in answers {
            for (what, count) in from {
                *into.entry(what.clone()).or_default() += count;
            }
        }
    }

    /// The right cause or an indistinguishable twin came first.
    pub(crate) fn right(&self) -> usize {
        self.itself + self.named + self.same_bytes.values().sum::<usize>()
    }

    /// The share of the right ones in a hundred; all of none.
    pub(crate) fn percent(&self) -> f64 {
        if self.planted == 0 { 100.0 } else { ratio(self.right(), self.planted) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few millions at most")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 * 100.0 / whole as f64
}

/// One cause in the four columns.
pub(crate) struct Row {
    pub(crate) cause: &'static str,
    pub(crate) columns: [Tally; 4],
}

impl Row {
    pub(crate) fn total(&self) -> Tally {
        sum(&self.columns)
    }
}

pub(crate) fn sum<'t>(tallies: impl IntoIterator<Item = &'t Tally>) -> Tally {
    tallies.into_iter().fold(Tally::default(), |mut sum, tally| {
        sum.merge(tally);
        sum
    })
}

/// Plants every cause so many times in each column.
pub(crate) fn singles(tries: usize, seed: u64, mut missed: impl FnMut(&Planted, &Found)) -> Vec<Row> {
    ALL.iter()
        .enumerate()
        .map(|(index, plant)| Row {
            cause: plant.cause,
            columns: std::array::from_fn(|column| {
                let (rich, algorithm) = COLUMNS[column];
                let mut rng = Rng::seeded(seed ^ ((index as u64) << 32) ^ ((column as u64) << 24));
                let mut tally = Tally::default();
                for _ in 0..tries {
                    let Some(planted) = planted::single(plant, rich, algorithm, &mut rng) else { continue };
                    let found = trial::try_one(&planted);
                    if !found.is_right() {
                        missed(&planted, &found);
                    }
                    tally.add(found);
                }
                tally
            }),
        })
        .collect()
}

/// Plants two causes at once, so many times in each column.
pub(crate) fn pairs(tries: usize, seed: u64, mut missed: impl FnMut(&Planted, &Found)) -> [Tally; 4] {
    std::array::from_fn(|column| {
        let (rich, algorithm) = COLUMNS[column];
        let mut rng = Rng::seeded(seed ^ 0x7061_6972 ^ ((column as u64) << 40));
        let mut tally = Tally::default();
        for _ in 0..tries {
            let planted = planted::pair(rich, algorithm, &mut rng);
            let found = trial::try_one(&planted);
            if !found.is_right() {
                missed(&planted, &found);
            }
            tally.add(found);
        }
        tally
    })
}

/// How the program did on signs that nothing explains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Baseless {
    pub(crate) tried: usize,
    /// Called proven, or valid.
    pub(crate) proven: usize,
    /// Not answered at all, which would prove nothing about the rest.
    pub(crate) refused: usize,
}

impl Baseless {
    fn and(self, more: Self) -> Self {
        Self { tried: self.tried + more.tried, proven: self.proven + more.proven, refused: self.refused + more.refused }
    }
}

/// So many tries have one seed, so that every number of threads draws the same.
const DRAWN_TOGETHER: usize = 1000;

/// Random signs and wrong keys, on all processors.
pub(crate) fn baseless_tries(tries: usize, seed: u64, effort: Effort) -> Baseless {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut sum = Baseless::default();
        loop {
            let begin = next.fetch_add(DRAWN_TOGETHER, Ordering::Relaxed);
            if begin >= tries {
                return sum;
            }
            sum = sum.and(drawn_together(DRAWN_TOGETHER.min(tries - begin), seed ^ ((begin as u64) << 20), effort));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        all.into_iter().fold(Baseless::default(), |sum, one| sum.and(one.join().expect("no try panics")))
    })
}

fn drawn_together(tries: usize, seed: u64, effort: Effort) -> Baseless {
    let mut rng = Rng::seeded(seed ^ 0x6661_6c73);
    (0..tries).fold(Baseless::default(), |mut sum, _| {
        sum.tried += 1;
        match trial::ask(&baseless(&mut rng), effort) {
            Err(_) => sum.refused += 1,
            Ok(answer) => {
                let claims = matches!(answer.verdict, Outcome::Explained | Outcome::Valid);
                sum.proven += usize::from(claims || !answer.explanations.is_empty());
            }
        }
        sum
    })
}

/// A sign that no change of this message under this key can give.
pub(crate) fn baseless(rng: &mut Rng) -> Planted {
    let (rich, algorithm) = rng.pick(&COLUMNS);
    if rng.chance(40) {
        // Made with a key that nobody offers, with or without a mistake.
        loop {
            let plant = &ALL[rng.below(ALL.len())];
            let Some(mut planted) = planted::single(plant, rich, algorithm, rng) else { continue };
            // These do not depend on the key at hand, or not on any.
            if ["A16", "E2", "E3", "E4", "E6", "E7", "H1", "G1", "F6", "F8"].contains(&plant.cause) {
                continue;
            }
            planted.order.key = rng.word(32);
            return planted;
        }
    }
    let kind = rng.pick(&[Kind::Request, Kind::Notice, Kind::Jsapi, Kind::App]);
    let order = Order::new(kind, rich, algorithm, rng);
    let length = match algorithm {
        _ if rng.chance(10) => rng.pick(&[16, 31, 30, 40, 62, 63]),
        Algorithm::Md5 => 32,
        Algorithm::Hmac => 64,
    };
    let sign = if rng.chance(80) { rng.hex(length).to_uppercase() } else { rng.hex(length) };
    Planted::with_sign(order, sign)
}

/// The table in Markdown.
pub(crate) fn page(rows: &[Row]) -> String {
    let mut page = String::from(
        "| cause | planted | itself first | twin first, named | twin first, same bytes | found, but first is | another first | not found | simple MD5 | simple HMAC | rich MD5 | rich HMAC |\n|---|--:|--:|--:|---|---|---|---|--:|--:|--:|--:|\n",
    );
    for row in rows {
        line(&mut page, row.cause, &row.total(), &row.columns);
    }
    let columns: [Tally; 4] = std::array::from_fn(|column| sum(rows.iter().map(|row| &row.columns[column])));
    line(&mut page, "**all**", &sum(&columns), &columns);
    page
}

/// One line of the table; the last four cells are the right ones in a hundred.
pub(crate) fn line(page: &mut String, name: &str, total: &Tally, columns: &[Tally; 4]) {
    let shares: Vec<String> = columns
        .iter()
        .map(|tally| if tally.planted == 0 { "–".to_owned() } else { format!("{:.1}", tally.percent()) })
        .collect();
    // Writing into a String cannot fail.
    writeln!(
        page,
        "| {name} | {} | {} | {} | {} | {} | {} | {} | {} |",
        total.planted,
        total.itself,
        total.named,
        counts(&total.same_bytes),
        counts(&total.later),
        counts(&total.other),
        counts(&total.nothing),
        shares.join(" | ")
    )
    .ok();
}

fn counts(of: &BTreeMap<String, usize>) -> String {
    let mut all: Vec<(&String, &usize)> = of.iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let more: usize = all.iter().skip(4).map(|(_, count)| **count).sum();
    let mut shown: Vec<String> = all.iter().take(4).map(|(what, count)| format!("{what} {count}")).collect();
    if more > 0 {
        shown.push(format!("others {more}"));
    }
    if shown.is_empty() { "0".to_owned() } else { shown.join(", ") }
}
