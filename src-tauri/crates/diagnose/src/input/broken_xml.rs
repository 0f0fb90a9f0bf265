//! XML that the strict reader refuses: as many fields as can be had, and what is wrong at which place.

use std::collections::HashMap;
use std::ops::Range;

use super::fault::FaultKind;
use super::gathered::Gathered;
use super::names::is_known;
use super::traced::Traced;
use crate::Repair;

/// Reads every field that can be told; answers no when there is a document type, which is never read.
pub(super) fn read(source: &Traced, gathered: &mut Gathered) -> bool {
    let text = source.text();
    if let Some(at) = find_ignoring_case(text, "<!doctype").or_else(|| find_ignoring_case(text, "<!entity")) {
        gathered.fault(FaultKind::Doctype, source.origin(at..at + 9));
        return false;
    }
    let mut reader = Reader {
        source,
        text,
        at: 0,
        root: String::new(),
        open: None,
        last_ends: last_ends(text),
        cdata_ends: true,
        comment_ends: true,
    };
    reader.open_root(gathered);
    while reader.step(gathered) {}
    true
}

fn find_ignoring_case(text: &str, lower: &str) -> Option<usize> {
    text.match_indices('<')
        .map(|(at, _)| at)
        .find(|at| text.get(*at..at + lower.len()).is_some_and(|found| found.eq_ignore_ascii_case(lower)))
}

/// Where each name is closed for the last time, which tells a nested element from a field without its end.
fn last_ends(text: &str) -> HashMap<&str, usize> {
    text.match_indices("</").map(|(at, _)| (tag_name(text.get(at + 2..).unwrap_or_default()), at)).collect()
}

fn tag_name(text: &str) -> &str {
    let end = text.find(|found: char| !(found.is_alphanumeric() || matches!(found, '_' | '-' | '.' | ':')));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

fn short(name: &str) -> String {
    name.chars().take(64).collect()
}

struct Field {
    name: String,
    start: usize,
    value: String,
    not_escaped: Option<Range<usize>>,
    entity: Option<Range<usize>>,
}

struct Reader<'t> {
    source: &'t Traced,
    text: &'t str,
    at: usize,
    root: String,
    open: Option<Field>,
    last_ends: HashMap<&'t str, usize>,
    // Whether a search for the end of a CDATA section or comment may still succeed; one failure means that none will.
    cdata_ends: bool,
    comment_ends: bool,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fault(&self, gathered: &mut Gathered, kind: FaultKind, range: Range<usize>) {
        gathered.fault(kind, self.source.origin(range));
    }

    /// Goes behind the start tag of the root. A message whose beginning was cut off has none.
    fn open_root(&mut self, gathered: &mut Gathered) {
        self.prologue(gathered);
        if let Some(at) = self.rest().find("<xml").map(|at| at + self.at) {
            let before = self.text.get(self.at..at).unwrap_or_default();
            self.stray(before, self.at, gathered);
            self.at = at;
            self.start_tag(gathered, true);
            "xml".clone_into(&mut self.root);
            return;
        }
        let first = self.rest().strip_prefix('<').map(tag_name).unwrap_or_default();
        let last = self.last_ends.iter().max_by_key(|(_, at)| **at).map_or("", |(name, _)| *name);
        if !first.is_empty() && first == last && !is_known(first) {
            self.fault(gathered, FaultKind::Root(short(first)), self.at..self.at + first.len() + 1);
            self.root = first.to_owned();
            self.start_tag(gathered, true);
        } else {
            "xml".clone_into(&mut self.root);
            self.fault(gathered, FaultKind::Incomplete, self.at..self.at);
        }
    }

    /// The declaration, and white space of any kind before the root.
    fn prologue(&mut self, gathered: &mut Gathered) {
        self.at = self.text.len() - self.rest().trim_start_matches(is_space).len();
        if let Some(declaration) = self.rest().strip_prefix("<?xml") {
            let len = declaration.find('>').map_or(declaration.len(), |end| end + 1) + 5;
            let words = self.rest().get(..len).unwrap_or_default();
            if let Some(named) = words.split_once("encoding").map(|(_, named)| named) {
                let name: String = named
                    .chars()
                    .skip_while(|found| !found.is_ascii_alphanumeric())
                    .take_while(|found| found.is_ascii_alphanumeric() || matches!(found, '-' | '_'))
                    .take(32)
                    .collect();
                if !name.is_empty() && !name.eq_ignore_ascii_case("utf-8") && !name.eq_ignore_ascii_case("utf8") {
                    self.fault(gathered, FaultKind::Charset(name), self.at..self.at + len);
                }
            }
            if words.contains(['“', '”', '‘', '’']) {
                gathered.repair(Repair::SmartQuotes, Some(self.source.origin(self.at..self.at + len)));
            }
            self.at += len;
            self.at = self.text.len() - self.rest().trim_start_matches(is_space).len();
        }
    }

    /// One tag or piece of text; no when the message is over.
    fn step(&mut self, gathered: &mut Gathered) -> bool {
        let rest = self.rest();
        if rest.is_empty() {
            self.end_of_text(gathered);
            return false;
        }
        if let Some(data) = rest.strip_prefix("<![CDATA[") {
            self.cdata(data, gathered);
        } else if rest.starts_with("<!--") || rest.starts_with("<?") {
            self.markup(gathered);
        } else if rest.starts_with("</") {
            return self.end_tag(gathered);
        } else if rest
            .strip_prefix('<')
            .is_some_and(|name| name.starts_with(|first: char| first.is_alphabetic() || first == '_'))
        {
            self.start_tag(gathered, false);
        } else {
            self.words(gathered);
        }
        true
    }

    fn cdata(&mut self, data: &'t str, gathered: &mut Gathered) {
        let start = self.at;
        let end = if self.cdata_ends { data.find("]]>") } else { None };
        let (value, len) = if let Some(end) = end {
            (data.get(..end).unwrap_or_default(), end + 3)
        } else {
            // Without its own end it reaches to the next end tag.
            self.cdata_ends = false;
            self.fault(gathered, FaultKind::NotClosed("![CDATA[".to_owned()), start..start + 9);
            let end = data.find("</").unwrap_or(data.len());
            (data.get(..end).unwrap_or_default(), end)
        };
        match &mut self.open {
            Some(field) => field.value.push_str(&value.replace("\r\n", "\n").replace('\r', "\n")),
            None => self.fault(gathered, FaultKind::StrayText, start..start + 9 + len),
        }
        self.at += 9 + len;
    }

    fn markup(&mut self, gathered: &mut Gathered) {
        let rest = self.rest();
        let end = match rest.starts_with("<!--") {
            true if self.comment_ends => {
                let end = rest.find("-->").map(|at| at + 3);
                self.comment_ends = end.is_some();
                end
            }
            true => None,
            false => rest.find('>').map(|at| at + 1),
        };
        let len = end.unwrap_or(rest.len().min(if self.comment_ends { rest.len() } else { 4 }));
        self.fault(gathered, FaultKind::Markup, self.at..self.at + len);
        self.at += len;
    }

    /// `<name>` or `<name/>`, inside of a field too.
    fn start_tag(&mut self, gathered: &mut Gathered, root: bool) {
        let start = self.at;
        let inside = self.rest().get(1..).unwrap_or_default();
        let name = tag_name(inside);
        let behind = inside.get(name.len()..).unwrap_or_default();
        // Attributes reach to the next `>`; without one, or with another tag before it, only the name is the tag.
        let close = behind.find(['<', '>']).filter(|at| behind.as_bytes().get(*at) == Some(&b'>'));
        let middle = behind.get(..close.unwrap_or(0)).unwrap_or_default();
        let empty = middle.ends_with('/');
        let plain = name.rsplit(':').next().unwrap_or(name);
        if let Some(field) = &self.open
            && !root
        {
            let nested = self.last_ends.get(field.name.as_str()).is_some_and(|end| *end > start);
            if nested {
                self.nested(gathered);
                return;
            }
            let unclosed = FaultKind::NotClosed(short(&field.name));
            self.fault(gathered, unclosed, field.start..field.start + field.name.len() + 2);
            self.close(gathered, None);
        }
        let attributes = middle.trim_end_matches('/').trim_matches(is_space);
        self.at = start + 1 + name.len() + close.map_or(0, |at| at + 1);
        if plain.len() < name.len() || !attributes.is_empty() {
            self.fault(gathered, FaultKind::Attributes(short(plain)), start..self.at);
        }
        if close.is_none() && !root {
            self.fault(gathered, FaultKind::BrokenTag(short(plain)), start..self.at);
        }
        if root {
            return;
        }
        if empty {
            gathered.add(plain, "", self.source.origin(start..self.at));
        } else {
            let name = plain.to_owned();
            self.open = Some(Field { name, start, value: String::new(), not_escaped: None, entity: None });
        }
    }

    /// An element inside of a field: everything up to the field's end is its value as it is written.
    fn nested(&mut self, gathered: &mut Gathered) {
        let Some(field) = &mut self.open else { return };
        let close = format!("</{}", field.name);
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.find(&close).unwrap_or(rest.len());
        field.value.push_str(rest.get(..len).unwrap_or_default());
        let kind = FaultKind::Nested(short(&field.name));
        let range = self.at..self.at + len;
        self.at += len;
        self.fault(gathered, kind, range);
    }

    /// `</name>`; no when it closes the root.
    fn end_tag(&mut self, gathered: &mut Gathered) -> bool {
        let start = self.at;
        let inside = self.rest().get(2..).unwrap_or_default();
        let full = tag_name(inside);
        let name = full.rsplit(':').next().unwrap_or(full);
        let behind = inside.get(full.len()..).unwrap_or_default();
        let close = behind.find(|found: char| !is_space(found)).filter(|at| behind.as_bytes().get(*at) == Some(&b'>'));
        self.at = start + 2 + full.len() + close.map_or(0, |at| at + 1);
        let cut = close.is_none() && behind.trim_matches(is_space).is_empty();
        let root = name == self.root && !cut;
        if let Some(field) = &self.open {
            let opened = field.name.clone();
            let tag = field.start..field.start + opened.len() + 2;
            if cut && opened.starts_with(name) {
                self.close(gathered, None);
                self.fault(gathered, FaultKind::Incomplete, start..self.at);
                return false;
            }
            if name == opened {
                self.close(gathered, None);
            } else if root {
                self.fault(gathered, FaultKind::NotClosed(short(&opened)), tag);
                self.close(gathered, None);
            } else {
                let taken =
                    if (is_known(name) && !is_known(&opened)) || gathered.has(&opened) { name } else { &opened };
                let kind =
                    FaultKind::MismatchedTag { opened: short(&opened), closed: short(name), taken: short(taken) };
                self.fault(gathered, kind, field.start..self.at);
                let taken = taken.to_owned();
                self.close(gathered, Some(taken));
            }
        } else if !root {
            if cut && self.root.starts_with(name) {
                self.fault(gathered, FaultKind::Incomplete, start..self.at);
                return false;
            }
            self.fault(gathered, FaultKind::StrayEnd(short(name)), start..self.at);
        }
        if root {
            let tail = self.rest();
            self.stray(tail, self.at, gathered);
        }
        !root
    }

    /// Adds the open field, under another name where that was decided.
    fn close(&mut self, gathered: &mut Gathered, name: Option<String>) {
        let Some(field) = self.open.take() else { return };
        let name = name.unwrap_or(field.name);
        if let Some(range) = field.not_escaped {
            self.fault(gathered, FaultKind::NotEscaped(short(&name)), range);
        }
        if let Some(range) = field.entity {
            self.fault(gathered, FaultKind::Entity(short(&name)), range);
        }
        gathered.add(&name, &field.value, self.source.origin(field.start..self.at));
    }

    /// Text up to the next `<`.
    fn words(&mut self, gathered: &mut Gathered) {
        let start = self.at;
        let rest = self.rest();
        let skipped = usize::from(rest.starts_with('<'));
        let len = rest.get(skipped..).and_then(|words| words.find('<')).map_or(rest.len(), |at| at + skipped);
        let words = rest.get(..len).unwrap_or_default();
        self.at += len;
        if let Some(field) = &mut self.open {
            append(field, words, start);
            return;
        }
        // `total_fee>600</total_fee>` has lost its first character, `fee>600</total_fee>` more of them.
        let bare = words.trim_matches(is_space);
        let closed = self.rest().strip_prefix("</").map(tag_name).unwrap_or_default();
        match bare.split_once('>').filter(|(name, _)| !closed.is_empty() && closed.ends_with(name)) {
            Some((lost, value)) => {
                let at = start + words.find(bare).unwrap_or(0);
                let behind = at + lost.len() + 1;
                self.fault(gathered, FaultKind::BrokenTag(short(closed)), at..behind);
                let name = closed.to_owned();
                let mut field = Field { name, start: at, value: String::new(), not_escaped: None, entity: None };
                append(&mut field, value, behind);
                self.open = Some(field);
            }
            None => self.stray(words, start, gathered),
        }
    }

    /// Text that belongs to no field; spaces that nobody sees are dropped.
    fn stray(&self, words: &str, start: usize, gathered: &mut Gathered) {
        let bare = words.trim_matches(is_space);
        if !bare.is_empty() {
            let at = start + words.find(bare).unwrap_or(0);
            self.fault(gathered, FaultKind::StrayText, at..at + bare.len());
        } else if let Some(at) = words.find(|found: char| !found.is_ascii()) {
            gathered.repair(
                Repair::SpacesDropped,
                Some(self.source.origin(start + at..start + words.trim_ascii_end().len())),
            );
        }
    }

    fn end_of_text(&mut self, gathered: &mut Gathered) {
        let end = self.text.len();
        if let Some(field) = &self.open {
            let kind = FaultKind::CutOff(short(&field.name));
            self.fault(gathered, kind, field.start..end);
            self.close(gathered, None);
        } else {
            self.fault(gathered, FaultKind::Incomplete, end..end);
        }
    }
}

/// White space, the kinds that a screen does not show included.
pub(super) fn is_space(found: char) -> bool {
    found.is_whitespace() || matches!(found, '\u{FEFF}' | '\u{200B}'..='\u{200D}' | '\u{2060}')
}

/// Adds text to a value with its entities resolved; what is not escaped stays as it is and is noted.
fn append(field: &mut Field, words: &str, start: usize) {
    let mut rest = words;
    let mut at = start;
    if rest.starts_with('<') {
        field.not_escaped.get_or_insert(at..at + 1);
    }
    while let Some(found) = rest.find(['&', '\r']) {
        let (before, after) = rest.split_at(found);
        field.value.push_str(before);
        at += found;
        let (taken, resolved) = if after.starts_with('\r') {
            (if after.starts_with("\r\n") { 2 } else { 1 }, Some('\n'))
        } else {
            reference(after)
        };
        if let Some(found) = resolved {
            field.value.push(found);
        } else {
            field.value.push_str(after.get(..taken).unwrap_or_default());
            let noted = if taken > 1 { &mut field.entity } else { &mut field.not_escaped };
            noted.get_or_insert(at..at + taken);
        }
        rest = after.get(taken..).unwrap_or_default();
        at += taken;
    }
    field.value.push_str(rest);
}

/// How long a reference is and what it stands for; a lone `&` is one byte long, an unknown entity stands for nothing.
fn reference(text: &str) -> (usize, Option<char>) {
    let name = text.get(1..).unwrap_or_default();
    let end = name.bytes().take(12).position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'#'));
    let Some(end) = end.filter(|end| *end > 0 && name.as_bytes().get(*end) == Some(&b';')) else { return (1, None) };
    let name = name.get(..end).unwrap_or_default();
    let code = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let resolved = match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match (name.strip_prefix("#x"), name.strip_prefix('#')) {
            (Some(digits), _) => code(digits, 16),
            (_, Some(digits)) => code(digits, 10),
            _ => None,
        },
    };
    (end + 2, resolved)
}
