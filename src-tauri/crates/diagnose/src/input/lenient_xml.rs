//! Finding the one message in XML of a text, however it was wrapped.

use std::ops::Range;

use super::fault::FaultKind;
use super::gathered::Gathered;
use super::names::{is_known, name_at};
use super::pasted_key::role_of;
use super::traced::{Escape, Traced, backslash, entity, percent, resolve};
use super::{Kind, broken_xml};
use crate::Repair;

/// Takes off what wraps a message whole: entities, backslashes, percent signs, full-width brackets.
pub(super) fn peel(source: &Traced, gathered: &mut Gathered) -> Traced {
    let mut peeled = source.clone();
    for _ in 0..4 {
        let text = peeled.text();
        if text.contains("<xml") {
            break;
        }
        let lower = |mark: &str| {
            text.contains(mark)
                || text.contains(
                    &mark.to_ascii_uppercase().replace("\\X", "\\x").replace("\\U", "\\u").replace("XML", "xml"),
                )
        };
        let object = text.find('{').and_then(|at| text.get(at + 1..)).unwrap_or_default().trim_start();
        let escaped_object = ["\\\"", "\\x22", "\\u0022", "\\\\"].iter().any(|mark| object.starts_with(mark));
        let (next, repair) = if text.contains("&lt;xml")
            || text.contains("&amp;lt;xml")
            || (text.contains("&lt;") && !text.contains('<'))
        {
            (resolve(&peeled, &['&'], entity), Repair::EntitiesResolved)
        } else if lower("\\x3cxml") || lower("\\u003cxml") || escaped_object {
            (resolve(&peeled, &['\\'], backslash), Repair::BackslashesResolved)
        } else if text.contains("%3Cxml") || text.contains("%3cxml") || is_encoded_whole(text) {
            (resolve(&peeled, &['%', '+'], percent), Repair::Decoded)
        } else if text.contains("＜xml") {
            (resolve(&peeled, &['＜', '＞'], wide_bracket), Repair::FullWidthSigns)
        } else {
            break;
        };
        let Some((next, place)) = next else { break };
        gathered.repair(repair, Some(place));
        peeled = next;
    }
    peeled
}

/// Pairs that were percent-encoded as one text: `appid%3Dwx…%26key%3D…`.
fn is_encoded_whole(text: &str) -> bool {
    let holds = |upper: &str, lower: &str| text.contains(upper) || text.contains(lower);
    !text.contains(['=', '{', '<']) && holds("%3D", "%3d") && text.contains("%26")
}

fn wide_bracket(text: &str) -> Escape {
    let wide = text.chars().next()?;
    Some((wide.len_utf8(), vec![if wide == '＜' { b'<' } else { b'>' }]))
}

/// Whether there is an end tag of a name of the protocol, or of the root.
pub(super) fn holds_tags(text: &str) -> bool {
    text.match_indices("</").take(64).any(|(at, _)| {
        let name = name_at(text.get(at + 2..).unwrap_or_default());
        name == "xml" || (!name.is_empty() && is_known(name))
    }) || (text.trim_start().starts_with('<') && !name_at(text.trim_start().get(1..).unwrap_or_default()).is_empty())
        || text.trim_start().starts_with("<?xml")
        || text.trim_start().get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"))
}

/// Finds the one message in XML of a text and reads it.
pub(super) fn xml_message(source: &Traced, gathered: &mut Gathered) -> Kind {
    let text = source.text();
    let (range, count) = xml_range(text);
    if count > 1 {
        gathered.fault(FaultKind::SeveralMessages { count }, source.origin(range.clone()));
    }
    let before = text.get(..range.start).unwrap_or_default();
    let declared = before.trim_start_matches(broken_xml::is_space);
    let declaration = declared.starts_with("<?xml") || before.contains("<!");
    let around = (!declared.is_empty() && !declaration)
        || !text.get(range.end..).unwrap_or_default().trim_matches(broken_xml::is_space).is_empty();
    let range = if declaration { 0..range.end } else { range };
    let quoted = before.ends_with(['"', '\'']);
    let plain = source.slice(range);
    let resolved = if plain.text().contains('\\') { resolve(&plain, &['\\'], backslash) } else { None };
    if around {
        gathered.repair(Repair::TextAround, None);
    }
    let kind = if around { Kind::Log } else { Kind::Xml };
    let strict = |part: &Traced| wxpay_protocol::xml::read(part.text().trim().as_bytes(), "xml").ok();
    let resolved = resolved.filter(|(part, _)| quoted || (strict(&plain).is_none() && strict(part).is_some()));
    let part = match resolved {
        Some((part, place)) => {
            gathered.repair(Repair::BackslashesResolved, Some(place));
            // `<\\/xml>` could not be seen as the end before.
            let end = part.text().find("</xml>").map_or(part.len(), |at| at + "</xml>".len());
            part.slice(0..end)
        }
        None => plain,
    };
    match strict(&part) {
        Some(params) if params.iter().all(|(name, _)| role_of(name).is_none()) => gathered.fields.params = params,
        _ => _ = broken_xml::read(&part, gathered),
    }
    kind
}

/// The message that is meant, and how many there are: the first with a sign, else the first.
fn xml_range(text: &str) -> (Range<usize>, usize) {
    let starts: Vec<usize> = text
        .match_indices("<xml")
        .map(|(at, _)| at)
        .filter(|at| text.get(at + 4..).unwrap_or_default().starts_with(['>', ' ', '/', '\n', '\r', '\t']))
        .collect();
    let range_of = |index: usize| {
        let start = starts.get(index).copied().unwrap_or(0);
        let next = starts.get(index + 1).copied().unwrap_or(text.len());
        let part = text.get(start..next).unwrap_or_default();
        start..part.find("</xml>").map_or(next, |at| start + at + "</xml>".len())
    };
    let signed = (0..starts.len())
        .map(range_of)
        .find(|range| text.get(range.clone()).is_some_and(|part| part.contains("<sign>")));
    if starts.is_empty() { (0..text.len(), 0) } else { (signed.unwrap_or_else(|| range_of(0)), starts.len()) }
}
