//! One field on each line: `name: value`, `name = value`, or columns with a tab between them.

use super::broken_xml::is_space;
use super::fault::FaultKind;
use super::gathered::{Gathered, Item};
use super::names::{is_known, name_at, offset_in};
use super::traced::Traced;
use crate::Repair;

/// Whether most lines are fields and one of them is the protocol's.
pub(super) fn are_fields(text: &str) -> bool {
    let (mut fields, mut others, mut known) = (0usize, 0usize, false);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match split(line) {
            Some((name, _, _)) => {
                fields += 1;
                known |= is_known(name);
            }
            None => others += 1,
        }
    }
    known && fields > others && (fields > 1 || others == 0)
}

/// Whether one line is a field of any name.
pub(super) fn are_fields_or_unknown(line: &str) -> bool {
    split(line).is_some()
}

/// Name, value, and whether the sign between them is a full-width one.
fn split(line: &str) -> Option<(&str, &str, bool)> {
    let line = line.trim_matches(is_space);
    let bare = line.trim_start_matches(['"', '\'', '-', '*', '|', ' ']);
    let name = name_at(bare);
    if name.is_empty() {
        return None;
    }
    let behind = bare.get(name.len()..)?.trim_start_matches(['"', '\'']);
    let trimmed = behind.trim_start_matches([' ', '|']);
    let value = if line.starts_with('|') && behind.trim_start().starts_with('|') {
        // A row of a table in Markdown.
        trimmed.trim_end_matches(['|', ' '])
    } else if behind.starts_with('\t') {
        behind.trim_start_matches('\t')
    } else if let Some(value) = trimmed.strip_prefix("=>").or_else(|| trimmed.strip_prefix([':', '=', '\t'])) {
        value
    } else if let Some(value) = trimmed.strip_prefix(['：', '＝']) {
        return Some((name, value, true));
    } else {
        return None;
    };
    Some((name, value, false))
}

pub(super) fn read(source: &Traced, gathered: &mut Gathered) -> Vec<Item> {
    let text = source.text();
    let mut items = Vec::new();
    for line in text.lines().filter(|line| !line.trim_matches(is_space).is_empty()) {
        let at = offset_in(text, line);
        let Some((name, value, wide)) = split(line) else {
            gathered.fault(FaultKind::NotAPair, source.origin(at..at + line.len()));
            continue;
        };
        let origin = source.origin(at..at + line.len());
        if wide {
            gathered.repair(Repair::FullWidthSigns, Some(origin.clone()));
        }
        let mut value = value.trim_matches(is_space);
        // A line out of an object: `"appid": "wx",`.
        let bare = value.trim_end_matches([',', ';']);
        if bare.len() > 1
            && [('"', '"'), ('\'', '\'')].iter().any(|(open, close)| bare.starts_with(*open) && bare.ends_with(*close))
        {
            value = bare.get(1..bare.len() - 1).unwrap_or_default();
        }
        let start = offset_in(text, value);
        items.push(Item { name: name.to_owned(), value: source.slice(start..start + value.len()), origin });
    }
    items
}
