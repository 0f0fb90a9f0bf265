//! What web pages and chats do to pairs: `¬ify_url=`, `&amp;`, ＝ and ＆.

use super::gathered::Gathered;
use super::names::name_at;
use super::traced::Traced;
use crate::{Repair, pairs};

/// Characters that HTML makes of an `&` and the beginning of a name, for entities that need no `;`.
const ENTITIES: [(char, &str); 28] = [
    ('¬', "not"),
    ('×', "times"),
    ('©', "copy"),
    ('®', "reg"),
    ('¶', "para"),
    ('§', "sect"),
    ('¤', "curren"),
    ('¢', "cent"),
    ('£', "pound"),
    ('¥', "yen"),
    ('°', "deg"),
    ('µ', "micro"),
    ('¨', "uml"),
    ('¯', "macr"),
    ('\u{AD}', "shy"),
    ('ð', "eth"),
    ('÷', "divide"),
    ('ª', "ordf"),
    ('º', "ordm"),
    ('´', "acute"),
    ('¸', "cedil"),
    ('·', "middot"),
    ('¦', "brvbar"),
    ('±', "plusmn"),
    ('«', "laquo"),
    ('»', "raquo"),
    ('¡', "iexcl"),
    ('¿', "iquest"),
];

/// Turns damage at the borders of pairs back; text inside of values stays as it is.
pub(super) fn repair(source: &Traced, gathered: &mut Gathered) -> Option<Traced> {
    let text = source.text();
    if text.is_ascii() && !text.contains("&amp;") && !text.contains("\\u0026") {
        return None;
    }
    let mut out = Traced::default();
    let mut kept = 0;
    let mut border = true;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let len = found.len_utf8();
        let replaced = match found {
            '&' | '\\' => ["&amp;", "\\u0026"]
                .iter()
                .find(|mark| rest.starts_with(**mark) && begins_pair(rest.get(mark.len()..).unwrap_or_default()))
                .map(|mark| {
                    let way = if found == '&' { Repair::EntitiesResolved } else { Repair::BackslashesResolved };
                    (mark.len(), "&".to_owned(), way)
                }),
            '＆' if begins_pair(rest.get(len..).unwrap_or_default()) => {
                Some((len, "&".to_owned(), Repair::FullWidthSigns))
            }
            '＝' if border => Some((len, "=".to_owned(), Repair::FullWidthSigns)),
            _ => entity_damage(found, rest),
        };
        if let Some((taken, instead, way)) = replaced {
            out.push_copy(source, kept..at);
            out.push_instead(&instead, source, at..at + taken);
            let marked = if matches!(way, Repair::HtmlEntityDamage { .. }) {
                taken + name_at(rest.get(taken..).unwrap_or_default()).len()
            } else {
                taken
            };
            gathered.repair(way, Some(source.origin(at..at + marked)));
            border = instead.starts_with('&');
            at += taken;
            kept = at;
            continue;
        }
        // A border reaches from an `&` over the letters of a name to the sign behind it.
        border = found == '&'
            || found == '\n'
            || (border && (found.is_ascii_alphanumeric() || found == '_' || found == ' '));
        at += len;
    }
    if kept == 0 {
        return None;
    }
    out.push_copy(source, kept..text.len());
    Some(out)
}

fn begins_pair(text: &str) -> bool {
    let name = name_at(text);
    !name.is_empty() && text.get(name.len()..).is_some_and(|behind| behind.starts_with(['=', '＝']))
}

fn entity_damage(found: char, rest: &str) -> Option<(usize, String, Repair)> {
    let (_, entity) = ENTITIES.iter().find(|(damaged, _)| *damaged == found)?;
    let tail = rest.get(found.len_utf8()..)?;
    let len = tail.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_')).unwrap_or(tail.len());
    let name = format!("{entity}{}", tail.get(..len.min(64))?);
    let behind = tail.get(len..)?;
    // `×tamp` may be the last thing in the text; another name must have its `=`.
    let cut = behind.is_empty() && name == "timestamp";
    if !(behind.starts_with(['=', '＝']) || cut) || !pairs::is_name(&name) {
        return None;
    }
    Some((found.len_utf8(), format!("&{entity}"), Repair::HtmlEntityDamage { found, name }))
}
