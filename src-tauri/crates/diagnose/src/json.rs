//! A flat JSON object, numbers kept exactly as they are written.

use crate::input::Fields;
use crate::{InputError, Repair};

/// How strictly an object is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grammar {
    /// RFC 8259, and nothing after the object.
    Json,
    /// As in `wx.requestPayment({timeStamp: '…', success(res) {…}})`: bare names, single quotes, a last comma, call-backs.
    Script,
}

/// Reads an object. `null` is an absent field; objects and lists inside are refused.
pub(crate) fn read(text: &str, grammar: Grammar) -> Result<Fields, InputError> {
    let mut reader = Reader { text, at: 0, grammar, script: false };
    let mut fields = Fields::default();
    reader.space();
    if !reader.take('{') {
        return Err(reader.fault("a { must open the object"));
    }
    reader.space();
    if !reader.take('}') {
        while reader.member(&mut fields)? {}
    }
    reader.space();
    if reader.peek().is_some() {
        return Err(reader.fault("there is more text after the object"));
    }
    if reader.script {
        fields.repairs.push(Repair::ScriptObject);
    }
    Ok(fields)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    grammar: Grammar,
    script: bool,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let found = self.peek()?;
        self.at += found.len_utf8();
        Some(found)
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn fault(&self, what: &'static str) -> InputError {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        InputError::Json {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            what,
        }
    }

    /// One `"name": value` and what follows it; whether another one must come.
    fn member(&mut self, fields: &mut Fields) -> Result<bool, InputError> {
        self.space();
        let name = self.name()?;
        self.space();
        let script = self.grammar == Grammar::Script;
        if script && self.peek() == Some('(') {
            self.skip_code();
        } else {
            if !self.take(':') {
                return Err(self.fault("a : must follow the name"));
            }
            self.space();
            match self.value(&name) {
                Ok(Some(value)) => fields.push(&name, &value)?,
                Ok(None) => {}
                Err(_) if script && self.is_code() => self.skip_code(),
                Err(fault) => return Err(fault),
            }
        }
        self.space();
        if self.take('}') {
            return Ok(false);
        }
        if !self.take(',') {
            return Err(self.fault("a , or a } must follow the value"));
        }
        self.space();
        if script && self.take('}') {
            return Ok(false);
        }
        Ok(true)
    }

    fn name(&mut self) -> Result<String, InputError> {
        match self.peek() {
            Some('"') => self.string('"'),
            Some('\'') if self.grammar == Grammar::Script => {
                self.script = true;
                self.string('\'')
            }
            Some(found) if self.grammar == Grammar::Script && (found.is_ascii_alphabetic() || found == '_') => {
                self.script = true;
                let rest = self.rest();
                let end = rest.find(|next: char| !(next.is_ascii_alphanumeric() || next == '_')).unwrap_or(rest.len());
                self.at += end;
                Ok(rest.get(..end).unwrap_or_default().to_owned())
            }
            _ => Err(self.fault("a name in double quotes must stand here")),
        }
    }

    fn value(&mut self, name: &str) -> Result<Option<String>, InputError> {
        let nested = |what| InputError::Nested { name: name.chars().take(64).collect(), what };
        match self.peek() {
            Some('"') => self.string('"').map(Some),
            Some('\'') if self.grammar == Grammar::Script => {
                self.script = true;
                self.string('\'').map(Some)
            }
            Some('{') => Err(nested("an object")),
            Some('[') => Err(nested("a list")),
            Some('-' | '0'..='9') => self.number().map(Some),
            _ => {
                for (word, value) in [("true", Some("true")), ("false", Some("false")), ("null", None)] {
                    let rest = self.rest();
                    if rest.starts_with(word)
                        && !rest
                            .get(word.len()..)
                            .is_some_and(|after| after.starts_with(|next: char| next.is_alphanumeric()))
                    {
                        self.at += word.len();
                        return Ok(value.map(str::to_owned));
                    }
                }
                Err(self.fault("a text in double quotes, a number, true, false or null must stand here"))
            }
        }
    }

    fn number(&mut self) -> Result<String, InputError> {
        let start = self.at;
        let wrong = "this is not a number of JSON (no leading zeros, no bare point, no + in front)";
        self.take('-');
        if !self.take('0') && self.digits() == 0 {
            return Err(self.fault(wrong));
        }
        if self.take('.') && self.digits() == 0 {
            return Err(self.fault(wrong));
        }
        if self.take('e') || self.take('E') {
            let _signed = self.take('+') || self.take('-');
            if self.digits() == 0 {
                return Err(self.fault(wrong));
            }
        }
        if self.peek().is_some_and(|next| next.is_alphanumeric() || next == '.') {
            return Err(self.fault(wrong));
        }
        Ok(self.text.get(start..self.at).unwrap_or_default().to_owned())
    }

    fn digits(&mut self) -> usize {
        let rest = self.rest();
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += count;
        count
    }

    fn string(&mut self, quote: char) -> Result<String, InputError> {
        self.take(quote);
        let mut value = String::new();
        loop {
            let here = self.at;
            match self.next() {
                None => return Err(self.fault("a text is not closed")),
                Some(found) if found == quote => return Ok(value),
                Some('\\') => value.push(self.escape()?),
                Some(found) if found < ' ' => {
                    self.at = here;
                    return Err(self.fault("a line end or control character stands inside of a text; write it as \\n"));
                }
                Some(found) => value.push(found),
            }
        }
    }

    fn escape(&mut self) -> Result<char, InputError> {
        match self.next() {
            Some(found @ ('"' | '\\' | '/')) => Ok(found),
            Some('\'') if self.grammar == Grammar::Script => Ok('\''),
            Some('b') => Ok('\u{8}'),
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('u') => {
                let high = self.four_digits()?;
                let code = if (0xD800..0xDC00).contains(&high) {
                    if !(self.take('\\') && self.take('u')) {
                        return Err(self.fault("half of a surrogate pair stands alone"));
                    }
                    let low = self.four_digits()?;
                    if !(0xDC00..0xE000).contains(&low) {
                        return Err(self.fault("half of a surrogate pair stands alone"));
                    }
                    0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
                } else {
                    high
                };
                char::from_u32(code).ok_or_else(|| self.fault("half of a surrogate pair stands alone"))
            }
            _ => Err(self.fault("there is no such escape after the backslash")),
        }
    }

    fn four_digits(&mut self) -> Result<u32, InputError> {
        let digits = self.rest().get(..4).filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|text| u32::from_str_radix(text, 16).ok());
        match code {
            Some(code) => {
                self.at += 4;
                Ok(code)
            }
            None => Err(self.fault("\\u must be followed by four hexadecimal digits")),
        }
    }

    /// `function`, `async`, `(res) =>`, `res =>` or a variable: what a script has instead of a value.
    fn is_code(&self) -> bool {
        self.peek().is_some_and(|first| first == '(' || first.is_ascii_alphabetic() || first == '_')
    }

    /// Goes on to the comma or brace that ends this member, over anything in brackets or quotes.
    fn skip_code(&mut self) {
        self.script = true;
        let mut depth = 0usize;
        while let Some(found) = self.peek() {
            match found {
                '(' | '{' | '[' => depth += 1,
                ')' | ']' | '}' if depth > 0 => depth -= 1,
                '}' | ',' if depth == 0 => return,
                '"' | '\'' | '`' => {
                    self.next();
                    while let Some(inner) = self.next() {
                        if inner == '\\' {
                            self.next();
                        } else if inner == found {
                            break;
                        }
                    }
                    continue;
                }
                _ => {}
            }
            self.next();
        }
    }
}
