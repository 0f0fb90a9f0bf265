//! The window: from the start of its process to the first contentful paint, what it costs while nobody touches it, and how its
//! list of orders scrolls.

use serde_json::Value;

use super::process::measured;
use super::{Figure, Run};
use crate::TaskError;
use crate::command::command;
use crate::orders::{self, SEED};

pub(super) fn measure(run: &Run<'_>) -> Result<Vec<Figure>, TaskError> {
    let Run { workspace, folder, orders, .. } = run;
    let (folder, count) = (folder.as_path(), *orders);
    let file = folder.join("scrolled.csv");
    orders::write(&file, count, SEED)?;
    let arguments = [workspace.release_program("wxpay-desk"), file];
    let said = measured(command(&workspace.root, workspace.program("measure"), arguments), &[0])?.output;
    let found: Value = serde_json::from_str(&said)
        .map_err(|_| TaskError::Measuring(format!("the window's measurement said something unexpected: {said}")))?;
    let number = |name: &str| found.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let list = |name: &str| -> Vec<f64> {
        found
            .get(name)
            .and_then(Value::as_array)
            .map_or_else(Vec::new, |all| all.iter().filter_map(Value::as_f64).collect())
    };
    let mut paints = list("first_paint_ms");
    paints.sort_by(f64::total_cmp);
    let median = paints.get(paints.len() / 2).copied().unwrap_or(f64::NAN);
    let (least, most) = (paints.first().copied().unwrap_or(f64::NAN), paints.last().copied().unwrap_or(f64::NAN));
    let mut figures = moving(found.get("frames").unwrap_or(&Value::Null));
    figures.extend([
        Figure {
            what: "first contentful paint after the start of the process, under Xvfb".to_owned(),
            goal: "under 1.2 s",
            found: format!("{median:.0} ms (median; {least:.0} to {most:.0})"),
            samples: format!("{} starts on a fresh data folder", paints.len()),
            yardstick: String::new(),
        },
        Figure {
            what: "processor time of all its processes, nothing to poll".to_owned(),
            goal: "under 1 % of a core",
            found: format!("{:.2} %", number("idle_percent")),
            samples: format!("{:.0} s untouched, orders shown", number("untouched_s")),
            yardstick: String::new(),
        },
        Figure {
            what: "the same while it polls and counts down to the next question".to_owned(),
            goal: "–",
            found: format!("{:.2} %", number("polling_percent")),
            samples: format!("{:.0} s untouched, three open orders", number("untouched_s")),
            yardstick: String::new(),
        },
        Figure {
            what: "payment to 已支付 in the untouched list".to_owned(),
            goal: "under 2 s",
            found: format!("{:.0} ms (slowest)", number("list_follows_ms")),
            samples: format!("{:.0} payments", number("payments")),
            yardstick: String::new(),
        },
        spread("paste to the proven cause, on the screen of signatures", &list("paste_to_cause_ms")),
        spread("paste to “nothing gives it”: the whole search over 16 fields", &list("paste_to_nothing_ms")),
        Figure {
            what: "peak memory of the program itself".to_owned(),
            goal: "–",
            found: format!("{:.0} MiB", number("peak_mib")),
            samples: "one run".to_owned(),
            yardstick: String::new(),
        },
    ]);
    Ok(figures)
}

/// Frames of the list while it is moved by script with every frame: a screen of 60 frames a second asks for one every 16.7 ms.
fn moving(frames: &Value) -> Vec<Figure> {
    let numbers = |of: &str, name: &str| -> Vec<f64> {
        let list = frames.get(of).and_then(|of| of.get(name)).and_then(Value::as_array);
        let mut numbers: Vec<f64> =
            list.map_or_else(Vec::new, |all| all.iter().map(|one| one.as_f64().unwrap_or(f64::INFINITY)).collect());
        numbers.sort_by(f64::total_cmp);
        numbers
    };
    let told = |sorted: &[f64]| {
        let at = |permille: usize| sorted.get((sorted.len() * permille / 1000).min(sorted.len().saturating_sub(1)));
        let [p50, p99, most] = [500, 990, 1000].map(|permille| at(permille).copied().unwrap_or(f64::NAN));
        format!("p50 {p50:.1}, p99 {p99:.1}, longest {most:.1} ms")
    };
    let lacking = |of: &str| {
        let lacks = frames.get(of).and_then(|of| of.get("lacks")).and_then(Value::as_array);
        let count = |what: &str| lacks.map_or(0, |all| all.iter().filter(|lack| lack.as_str() == Some(what)).count());
        format!("{} with a bare place, {} with a row still being read", count("bare"), count("waiting"))
    };
    let (scrolled, filled) = (numbers("scrolled", "took"), numbers("jumped", "filled"));
    let orders = frames.get("orders").and_then(Value::as_u64).unwrap_or_default();
    vec![
        Figure {
            what: format!("between two frames while {orders} orders scroll by, three rows a frame"),
            goal: "–",
            found: format!("{}; frames {}", told(&scrolled), lacking("scrolled")),
            samples: format!("{} frames under Xvfb", scrolled.len()),
            yardstick: String::new(),
        },
        Figure {
            what: "from a jump anywhere until every row in sight shows its order".to_owned(),
            goal: "–",
            found: told(&filled),
            samples: format!("{} jumps", filled.len()),
            yardstick: format!("frames meanwhile: {}; {}", told(&numbers("jumped", "took")), lacking("jumped")),
        },
    ]
}

/// Times in milliseconds, whose goal is that of an answer to what was pasted.
fn spread(what: &str, found: &[f64]) -> Figure {
    let mut sorted = found.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
    let (least, median, most) = (at(0), at(sorted.len() / 2), at(sorted.len().saturating_sub(1)));
    Figure {
        what: what.to_owned(),
        goal: "at most 150 ms",
        found: format!("{median:.0} ms (median; {least:.0} to {most:.0})"),
        samples: format!("{} pastes", sorted.len()),
        yardstick: String::new(),
    }
}
