//! `cargo xtask causes`: the confusion table of planted mistakes, printed and kept in CAUSES.md.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to the person at the terminal")]
#![expect(clippy::expect_used, reason = "a measurement that cannot go on stops")]
#![expect(clippy::cast_possible_truncation, reason = "bytes are cut out of wider numbers")]
#![expect(clippy::unnecessary_wraps, reason = "every plant has the same signature")]
#![expect(clippy::format_collect, clippy::format_push_string, reason = "plain string code, as it is in the wild")]
#![expect(clippy::many_single_char_names, reason = "SHA-1 names its words so")]

mod amounts;
mod calls;
mod charsets;
mod digest;
mod digests;
mod escapes;
mod fields;
mod joins;
mod keys;
mod names;
mod orders;
mod parameter_set;
mod plant;
mod planted;
mod rng;
mod signing;
mod table;
mod texts;
mod trial;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use wxpay_diagnose::diagnosis::Effort;

use crate::planted::Planted;
use crate::table::{Baseless, Row, Tally};
use crate::trial::Found;

const USAGE: &str = "cargo xtask causes [--tries N=50] [--seed S=2026] [--write] [--misses] [--no-false]";
/// For each try of a cause: pairs in each column, false tries over the singles, false tries over the whole search.
const PAIRS: usize = 20;
const FALSE_SINGLES: usize = 20_000;
const FALSE_WHOLE: usize = 200;
/// Misses of one cause that are shown.
const SHOWN: usize = 3;

struct Options {
    tries: usize,
    seed: u64,
    write: bool,
    misses: bool,
    falses: bool,
}

fn options() -> Option<Options> {
    let mut options = Options { tries: 50, seed: 2026, write: false, misses: false, falses: true };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--tries" => options.tries = words.next()?.parse().ok().filter(|tries| *tries > 0)?,
            "--seed" => options.seed = words.next()?.parse().ok()?,
            "--write" => options.write = true,
            "--misses" => options.misses = true,
            "--no-false" => options.falses = false,
            _ => return None,
        }
    }
    // A table without its last part is not the table.
    (options.falses || !options.write).then_some(options)
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let mut unfound: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut missed = |planted: &Planted, found: &Found| {
        let Planted { causes, sign, right_sign, text, pasted, .. } = planted;
        unfound
            .entry(causes.join("+"))
            .or_default()
            .push(format!("{found:?}, {sign} for {right_sign}\n    hashed {text}\n    pasted {}", pasted.trim_end()));
    };
    let started = Instant::now();
    let rows = table::singles(options.tries, options.seed, &mut missed);
    let singles_s = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let pairs = table::pairs(options.tries * PAIRS, options.seed, &mut missed);
    eprintln!("singles {singles_s:.1} s, pairs {:.1} s", started.elapsed().as_secs_f64());
    let falses = options.falses.then(|| falses(&options));
    if options.misses {
        show(&unfound);
    }
    let page = page(&options, &rows, &pairs, falses);
    println!("{page}");
    if options.write {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("CAUSES.md");
        if let Err(fault) = std::fs::write(&file, &page) {
            eprintln!("{}: {fault}", file.display());
            return ExitCode::FAILURE;
        }
    }
    let total = table::sum(rows.iter().flat_map(|row| &row.columns));
    let held = total.percent() >= 98.0
        && table::sum(&pairs).percent() >= 90.0
        && falses.is_none_or(|falses| [falses.singles, falses.whole].iter().all(|of| of.proven + of.refused == 0));
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Clone, Copy)]
struct Falses {
    singles: Baseless,
    whole: Baseless,
}

fn falses(options: &Options) -> Falses {
    let singles = Effort { pairs: false, subsets_of: 0, triples: false };
    let started = Instant::now();
    let found = Falses {
        singles: on_every_core(options.tries * FALSE_SINGLES, options.seed, singles),
        whole: on_every_core(options.tries * FALSE_WHOLE, options.seed ^ 1, Effort::default()),
    };
    eprintln!("false tries {:.1} s", started.elapsed().as_secs_f64());
    found
}

/// In a hundred parts with a seed each, so that the answer does not depend on how many cores there are.
fn on_every_core(tries: usize, seed: u64, effort: Effort) -> Baseless {
    const PARTS: usize = 100;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|core| {
                scope.spawn(move || {
                    (core..PARTS)
                        .step_by(cores)
                        .map(|part| {
                            let count = tries / PARTS + usize::from(part < tries % PARTS);
                            table::baseless_tries(count, seed ^ ((part as u64 + 1) << 32), effort)
                        })
                        .fold(Baseless::default(), together)
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker ends")).fold(Baseless::default(), together)
    })
}

fn together(one: Baseless, other: Baseless) -> Baseless {
    Baseless { tried: one.tried + other.tried, proven: one.proven + other.proven, refused: one.refused + other.refused }
}

fn show(unfound: &BTreeMap<String, Vec<String>>) {
    for (cause, of) in unfound {
        println!("{cause}: {} missed", of.len());
        for miss in of.iter().take(SHOWN) {
            println!("  {miss}");
        }
    }
}

fn page(options: &Options, rows: &[Row], pairs: &[Tally; 4], falses: Option<Falses>) -> String {
    let Options { tries, seed, .. } = options;
    let mut page = format!(
        "# Planted mistakes, and what the search called them\n\n\
         Made by `cargo xtask causes --tries {tries} --seed {seed} --write`. Code with one mistake, as it is in the wild and \
         independent of the search, signs a message; the whole default search is asked about the message, the key and the \
         sign. Each cause is planted up to {tries} times in each of four columns: simple (6 to 8 ASCII fields) and rich (16 fields), \
         or a client call or notice where the cause lives there, in MD5 and in HMAC-SHA256; a dash is a column where it \
         cannot change the sign.\n\n\
         *Itself first*: the first explanation is that cause. *Twin first*: the first explanation hashed the very same \
         bytes with the very same key, so that nothing in the message can tell the two apart; named says that the planted cause is \
         listed beside it. The last four columns are the share of these three in a hundred.\n\n"
    );
    page.push_str(&table::page(rows));
    page.push_str("\n## Two at once\n\n| | planted | both first | twins first, named | twins first, same bytes | found, but first is | another first | not found | simple MD5 | simple HMAC | rich MD5 | rich HMAC |\n|---|--:|--:|--:|---|---|---|---|--:|--:|--:|--:|\n");
    let mut total = table::sum(pairs);
    // Hundreds of combinations are no confusion that a table could show.
    for of in [&mut total.same_bytes, &mut total.later, &mut total.other, &mut total.nothing] {
        let count: usize = of.values().sum();
        of.clear();
        if count > 0 {
            of.insert("in all".to_owned(), count);
        }
    }
    table::line(&mut page, "pairs", &total, pairs);
    if let Some(Falses { singles, whole }) = falses {
        // Writing into a String cannot fail.
        write!(
            page,
            "\n## Called proven without a cause\n\nRandom signs of every length, and signs under a key that is not offered: \
             {} of {} over the single changes, {} of {} over the whole search; {} were not answered.\n",
            singles.proven,
            singles.tried,
            whole.proven,
            whole.tried,
            singles.refused + whole.refused
        )
        .ok();
    }
    page
}
