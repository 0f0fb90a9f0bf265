//! The window: from the start of its process to the first contentful paint, and what it costs while nobody touches it.

use serde_json::Value;

use super::Figure;
use super::process::measured;
use crate::TaskError;
use crate::command::command;
use crate::workspace::Workspace;

pub(super) fn measure(workspace: &Workspace) -> Result<Vec<Figure>, TaskError> {
    let arguments = [workspace.release_program("wxpay-desk")];
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
    Ok(vec![
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
    ])
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
