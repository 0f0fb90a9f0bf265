//! Printed objects whose texts stand in quotation marks: JSON with faults, JavaScript, Python, PHP's var_export and
//! var_dump, Go's `%#v`.

use std::ops::Range;

use super::broken_xml::is_space;
use super::fault::FaultKind;
use super::gathered::{Gathered, Item};
use super::names::name_at;
use super::traced::{Traced, backslash, resolve};
use crate::Repair;

/// How names are written; the last that occurs decides.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Names {
    #[default]
    Double,
    Single,
    Bare,
}

/// What the marks of an object say about the language that printed it.
#[derive(Clone, Copy, Default)]
pub(super) struct Style {
    /// `=>` stands between name and value.
    pub(super) arrow: bool,
    /// How the names are written.
    pub(super) names: Names,
    /// `None`, `True` or `False`.
    pub(super) python_word: bool,
}

/// Reads the members of the object that opens at `start`, nested values as they are written. Answers where it ends.
pub(super) fn read(source: &Traced, start: usize, gathered: &mut Gathered) -> (Vec<Item>, Style, usize) {
    let mut reader = Reader {
        source,
        text: source.text(),
        at: start,
        style: Style::default(),
        closes: [true; 4],
        quotes: None,
        wide: None,
    };
    let mut items = Vec::new();
    let opened = reader.open();
    while reader.member(&mut items, gathered, opened) {}
    if let Some(range) = reader.quotes {
        gathered.repair(Repair::SmartQuotes, Some(source.origin(range)));
    }
    if let Some(range) = reader.wide {
        gathered.repair(Repair::FullWidthSigns, Some(source.origin(range)));
    }
    (items, reader.style, reader.at)
}

/// Words of several languages for a value that is not there.
pub(super) fn is_null(word: &str) -> bool {
    ["null", "None", "undefined", "nil", "<nil>", "NULL", "(null)"].contains(&word)
}

enum Value {
    Text(Traced),
    /// JSON's null: an absent field, as the strict reader has it.
    Absent,
    Null,
    Nested(Traced),
    Code,
}

struct Reader<'t> {
    source: &'t Traced,
    text: &'t str,
    at: usize,
    style: Style,
    // Whether each kind of quotation mark may still be closed; one search to the end of the text is enough.
    closes: [bool; 4],
    quotes: Option<Range<usize>>,
    wide: Option<Range<usize>>,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) {
        self.at = self.text.len() - self.rest().trim_start_matches(skipped).len();
    }

    /// Whether there is an opening bracket; members without any are read to the end of the text.
    fn open(&mut self) -> bool {
        self.skip(is_space);
        self.take("{") || self.take("[") || self.take("(")
    }

    /// One member; no when there are no more.
    fn member(&mut self, items: &mut Vec<Item>, gathered: &mut Gathered, opened: bool) -> bool {
        self.skip(|found| is_space(found) || matches!(found, ',' | ';' | '，' | '▼' | '▶'));
        let start = self.at;
        let Some(first) = self.peek() else {
            if opened {
                gathered.fault(FaultKind::Incomplete, self.source.origin(start..start));
            }
            return false;
        };
        if matches!(first, '}' | ']' | ')') {
            self.at += 1;
            return false;
        }
        let Some(name) = self.name(gathered) else {
            self.recover(gathered, start);
            return true;
        };
        self.skip(is_space);
        if self.peek() == Some('(') {
            self.bracketed();
            self.skip(is_space);
            if self.peek() == Some('{') {
                self.bracketed();
            }
            return true;
        }
        if !self.separator() {
            self.recover(gathered, start);
            return true;
        }
        self.skip(|found| is_space(found) && found != '\n');
        let value = self.value(gathered);
        let origin = self.source.origin(start..self.at);
        match value {
            Value::Text(value) => items.push(Item { name, value, origin }),
            Value::Nested(value) => {
                gathered.fault(FaultKind::Nested(name.chars().take(64).collect()), origin.clone());
                items.push(Item { name, value, origin });
            }
            Value::Null => {
                gathered.repair(Repair::NullRead(name.chars().take(64).collect()), Some(origin.clone()));
                items.push(Item { name, value: Traced::made("", origin.clone()), origin });
            }
            Value::Code => gathered.repair(Repair::ScriptObject, Some(origin)),
            Value::Absent => {}
        }
        true
    }

    /// Passes over what cannot be read, to the next comma, line or bracket.
    fn recover(&mut self, gathered: &mut Gathered, start: usize) {
        let rest = self.text.get(start..).unwrap_or_default();
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let len = rest
            .get(first..)
            .and_then(|rest| rest.find([',', '\n', '{', '}', ']', ')']))
            .map_or(rest.len(), |at| at + first);
        self.at = self.at.max(start + len);
        gathered.fault(FaultKind::NotAPair, self.source.origin(start..self.at));
    }

    fn separator(&mut self) -> bool {
        if self.take("=>") {
            self.style.arrow = true;
            return true;
        }
        if self.take(":") || self.take("=") {
            return true;
        }
        let start = self.at;
        let found = self.take("：") || self.take("＝");
        if found {
            self.wide = Some(self.wide.take().map_or(start, |range| range.start)..self.at);
        }
        found
    }

    fn name(&mut self, gathered: &mut Gathered) -> Option<String> {
        if self.take("[") {
            self.skip(is_space);
            let name = self.plain_name(gathered)?;
            // `["appid":protected]` is how var_dump shows a property.
            let close = self.rest().find(']').filter(|at| *at < 64)?;
            self.at += close + 1;
            self.style.arrow = true;
            return Some(name);
        }
        self.plain_name(gathered)
    }

    fn plain_name(&mut self, gathered: &mut Gathered) -> Option<String> {
        self.python_prefix();
        match self.peek()? {
            quote @ ('"' | '\'' | '“' | '”' | '‘' | '’' | '＂') => {
                if quote == '\'' && self.style.names == Names::Double {
                    self.style.names = Names::Single;
                }
                self.string(quote, gathered).map(|name| name.text().to_owned())
            }
            found if found.is_ascii_alphanumeric() || matches!(found, '_' | '$' | ':') => {
                self.take(":");
                let rest = self.rest();
                let named = name_at(rest);
                let digits = rest.len() - rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
                let len = if named.is_empty() { digits } else { named.len() };
                if !named.is_empty() {
                    self.style.names = Names::Bare;
                }
                self.at += len;
                (len > 0).then(|| rest.get(..len).unwrap_or_default().to_owned())
            }
            _ => None,
        }
    }

    /// A text in quotation marks with its escapes resolved; one that is not closed ends with its line.
    fn string(&mut self, quote: char, gathered: &mut Gathered) -> Option<Traced> {
        let open = self.at;
        self.at += quote.len_utf8();
        let start = self.at;
        let class = match quote {
            '"' => 0,
            '\'' => 1,
            '‘' | '’' => 2,
            _ => 3,
        };
        let end = if *self.closes.get(class)? { self.closing(class) } else { None };
        let Some((end, after)) = end else {
            if let Some(closes) = self.closes.get_mut(class) {
                *closes = false;
            }
            let line = self.rest().find('\n').unwrap_or(self.rest().len());
            self.at += line;
            gathered.fault(FaultKind::Quote, self.source.origin(open..self.at));
            return Some(self.source.slice(start..self.at));
        };
        self.at = after;
        if class >= 2 {
            self.quotes = Some(self.quotes.take().map_or(open, |range| range.start)..after);
        }
        let inside = self.source.slice(start..end);
        let php = self.style.arrow && quote == '\'';
        let resolved = resolve(&inside, &['\\'], |text| match text.as_bytes().get(1) {
            Some(b'\\' | b'\'') if php => backslash(text),
            _ if php => None,
            Some(b'b') => Some((2, vec![8])),
            Some(b'f') => Some((2, vec![12])),
            _ => backslash(text),
        });
        Some(resolved.map_or(inside, |(text, _)| text))
    }

    /// Where the closing mark stands and where it ends. A curly one closes only where a value can end.
    fn closing(&self, class: usize) -> Option<(usize, usize)> {
        let rest = self.rest();
        let mut escaped = false;
        for (at, found) in rest.char_indices() {
            if escaped {
                escaped = false;
                continue;
            }
            let closes = match (class, found) {
                (_, '\\') => {
                    escaped = true;
                    false
                }
                (0, '"') | (1, '\'') => true,
                (2, '‘' | '’' | '\'') | (3, '“' | '”' | '＂' | '"') => {
                    let behind = rest.get(at + found.len_utf8()..).unwrap_or_default().trim_start();
                    behind.is_empty() || behind.starts_with([',', ':', '}', ']', ')', '=', '，', '：', ';'])
                }
                _ => false,
            };
            if closes {
                return Some((self.at + at, self.at + at + found.len_utf8()));
            }
        }
        None
    }

    /// The letter of Python's u'…' and b'…'.
    fn python_prefix(&mut self) {
        let mut marks = self.rest().bytes();
        if matches!((marks.next(), marks.next()), (Some(b'u' | b'b' | b'r'), Some(b'"' | b'\''))) {
            self.at += 1;
        }
    }

    fn value(&mut self, gathered: &mut Gathered) -> Value {
        self.skip(is_space);
        let start = self.at;
        let rest = self.rest();
        let word = name_at(rest);
        let behind = rest.get(word.len()..).unwrap_or_default();
        self.python_prefix();
        match self.peek() {
            Some(quote @ ('"' | '\'' | '“' | '”' | '‘' | '’' | '＂')) => {
                return self.string(quote, gathered).map_or(Value::Absent, Value::Text);
            }
            Some('{' | '[') => {
                self.bracketed();
                return Value::Nested(self.source.slice(start..self.at));
            }
            _ => {}
        }
        if let Some(value) = self.typed(word, behind, gathered) {
            return value;
        }
        self.bare(word)
    }

    /// `string(18) "…"`, `int(1)`, `array(2) {…}`, `string '…' (length=18)`, `Decimal('1.00')`, a call-back.
    fn typed(&mut self, word: &str, behind: &str, gathered: &mut Gathered) -> Option<Value> {
        let start = self.at;
        let trimmed = behind.trim_start();
        let code = matches!(word, "function" | "async") || (word.is_empty() && behind.starts_with('('));
        if code || (!word.is_empty() && trimmed.starts_with("=>") && !self.style.arrow) {
            while let Some(found) = self.peek().filter(|found| !matches!(found, ',' | '}' | ')' | '\n')) {
                if matches!(found, '(' | '{' | '[') { self.bracketed() } else { self.at += found.len_utf8() }
            }
            return Some(Value::Code);
        }
        if matches!(word, "array" | "Array" | "object" | "stdClass" | "map" | "new") {
            // `object(stdClass)#1 (2) {` has its bracket near by.
            self.at += behind.bytes().take(32).position(|byte| matches!(byte, b'{' | b'(' | b'['))? + word.len();
            self.bracketed();
            let close = self.rest().trim_start();
            if close.starts_with('{') {
                self.skip(is_space);
                self.bracketed();
            }
            return Some(Value::Nested(self.source.slice(start..self.at)));
        }
        if word == "string" && trimmed.starts_with('\'') {
            self.at = self.text.len() - trimmed.len();
            let value = self.string('\'', gathered)?;
            if self.rest().trim_start().starts_with("(length=") {
                self.skip(is_space);
                self.bracketed();
            }
            return Some(Value::Text(value));
        }
        if word.is_empty() || !behind.starts_with('(') {
            return None;
        }
        let inside = behind.get(1..)?;
        let close = inside.find(')').filter(|at| *at < 512)?;
        let argument = inside.get(..close)?;
        let open = start + word.len() + 1;
        self.at = open + close + 1;
        if word == "string" {
            return Some(self.counted(argument, gathered));
        }
        let inner = argument.trim_matches(['"', '\'']);
        let at = open + argument.find(inner).unwrap_or(0);
        Some(Value::Text(self.source.slice(at..at + inner.len())))
    }

    /// The text behind `string(18)`, which is as long as it says.
    fn counted(&mut self, argument: &str, gathered: &mut Gathered) -> Value {
        let counted = argument.parse::<usize>().ok();
        self.skip(is_space);
        let quoted = self.rest().strip_prefix('"');
        let exact = counted
            .zip(quoted)
            .and_then(|(len, text)| text.get(len..).filter(|behind| behind.starts_with('"')).map(|_| len));
        if let Some(len) = exact {
            let start = self.at + 1;
            self.at = start + len + 1;
            return Value::Text(self.source.slice(start..start + len));
        }
        let start = self.at;
        let line = self.rest().find('\n').unwrap_or(self.rest().len());
        let text = self.rest().get(..line).unwrap_or_default();
        let inner = text.strip_prefix('"').unwrap_or(text).trim_end();
        let inner = inner.strip_suffix('"').unwrap_or(inner);
        let at = start + usize::from(text.starts_with('"'));
        self.at += line;
        gathered.fault(FaultKind::PrintedLength("string".to_owned()), self.source.origin(start..self.at));
        Value::Text(self.source.slice(at..at + inner.len()))
    }

    /// A number, a word, or text that should have been quoted.
    fn bare(&mut self, word: &str) -> Value {
        let start = self.at;
        let rest = self.rest();
        let len = rest.find([',', '\n', '}', ']', ')', ';']).unwrap_or(rest.len());
        let text = rest.get(..len).unwrap_or_default().trim_end();
        self.at += text.len();
        self.style.python_word |= matches!(text, "None" | "True" | "False");
        if text == "null" && !self.style.arrow && word == "null" {
            return Value::Absent;
        }
        if is_null(text) {
            return Value::Null;
        }
        Value::Text(self.source.slice(start..start + text.len()))
    }

    /// Goes behind the bracket that closes the one that stands here, or to the end.
    fn bracketed(&mut self) {
        let len = balanced(self.rest()).unwrap_or(self.rest().len());
        self.at += len;
    }
}

/// How long the text is from its opening bracket to the one that closes it; quoted text is passed over.
pub(super) fn balanced(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, found) in text.char_indices() {
        match (quote, found) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == found => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(found),
            (None, '{' | '[' | '(') => depth += 1,
            (None, '}' | ']' | ')') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + found.len_utf8());
                }
            }
            _ => {}
        }
    }
    None
}
