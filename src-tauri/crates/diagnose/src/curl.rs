//! A curl command as terminals, browsers and API tools copy it.

use crate::input::{Fields, read_body};
use crate::{InputError, Repair, pairs};

/// Options whose next word is their value and no URL.
const TAKES_VALUE: [&str; 23] = [
    "-H",
    "--header",
    "-X",
    "--request",
    "-A",
    "--user-agent",
    "-e",
    "--referer",
    "-b",
    "--cookie",
    "-o",
    "--output",
    "-u",
    "--user",
    "-x",
    "--proxy",
    "-m",
    "--max-time",
    "--cacert",
    "--cert",
    "-E",
    "--key",
    "--resolve",
];

/// Whether a text is a curl command.
pub(crate) fn is_command(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches("$ ");
    ["curl ", "curl.exe ", "curl\t", "curl\\\n", "curl\n"].iter().any(|start| text.starts_with(start))
}

/// What a command sends.
pub(crate) enum Sent {
    /// The body.
    Body(String),
    /// Without a body, the parameters of the URL.
    Query(String),
}

/// Reads the body of a command, else the parameters of its URL.
pub(crate) fn read(text: &str) -> Result<Fields, InputError> {
    let mut fields = match sent(text)? {
        Sent::Body(body) => read_body(&body),
        Sent::Query(query) => pairs::read_query(&query),
    }?;
    fields.repairs.push(Repair::TextAround);
    Ok(fields)
}

/// Finds out what a command sends.
pub(crate) fn sent(text: &str) -> Result<Sent, InputError> {
    let words = words(text.trim().trim_start_matches("$ "))?;
    let mut body: Option<String> = None;
    let mut url = None;
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        let (option, attached) = split_option(word);
        match option {
            "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-ascii" | "--json" | "--data-urlencode" => {
                let given = attached.or_else(|| rest.next().map(String::as_str)).unwrap_or_default();
                if given.starts_with('@') && option != "--data-raw" {
                    return Err(InputError::CurlElsewhere { what: "a file (@…)" });
                }
                let joined = body.get_or_insert_default();
                if !joined.is_empty() {
                    joined.push('&');
                }
                if option == "--data-urlencode" {
                    urlencode(given, joined);
                } else {
                    joined.push_str(given);
                }
            }
            "-F" | "--form" | "--form-string" => {
                return Err(InputError::CurlElsewhere { what: "a form (-F)" });
            }
            "-T" | "--upload-file" => return Err(InputError::CurlElsewhere { what: "a file (-T)" }),
            "--url" => url = attached.map(str::to_owned).or_else(|| rest.next().cloned()),
            _ if attached.is_none() && TAKES_VALUE.contains(&option) => {
                rest.next();
            }
            _ if !word.starts_with('-') && url.is_none() => url = Some(word.clone()),
            _ => {}
        }
    }
    let none = InputError::NoParameters { what: "curl command" };
    match (body.filter(|text| !text.trim().is_empty()), url) {
        (Some(body), _) => Ok(Sent::Body(body)),
        (None, Some(url)) => {
            let query = pairs::query_of(&url, "curl command")?;
            if query == url { Err(none) } else { Ok(Sent::Query(query.to_owned())) }
        }
        (None, None) => Err(none),
    }
}

/// `--data=x` and `-dx` carry their value with them.
fn split_option(word: &str) -> (&str, Option<&str>) {
    if word.starts_with("--") {
        return match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (word, None),
        };
    }
    for short in ["-d", "-H", "-X", "-F"] {
        if let Some(value) = word.strip_prefix(short).filter(|value| !value.is_empty()) {
            return (short, Some(value));
        }
    }
    (word, None)
}

fn urlencode(given: &str, out: &mut String) {
    match given.split_once('=') {
        Some((name, value)) => {
            if !name.is_empty() {
                out.push_str(name);
                out.push('=');
            }
            pairs::encode(value, out);
        }
        None => pairs::encode(given, out),
    }
}

/// Splits a command line as a POSIX shell does, with `$'…'` and with a line end escaped by `\`, `^` or a back-tick.
fn words(text: &str) -> Result<Vec<String>, InputError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars().peekable();
    while let Some(found) = rest.next() {
        match found {
            '\\' | '^' | '`' if matches!(rest.peek(), Some('\n' | '\r')) => {
                rest.next_if_eq(&'\r');
                rest.next_if_eq(&'\n');
            }
            '\\' => word.get_or_insert_default().extend(rest.next()),
            '\'' => single_quoted(&mut rest, word.get_or_insert_default())?,
            '"' => double_quoted(&mut rest, word.get_or_insert_default())?,
            '$' if rest.peek() == Some(&'\'') => {
                rest.next();
                ansi_quoted(&mut rest, word.get_or_insert_default())?;
            }
            space if space.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

fn single_quoted(rest: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), InputError> {
    for found in rest {
        if found == '\'' {
            return Ok(());
        }
        word.push(found);
    }
    Err(InputError::CurlQuote { quote: '\'' })
}

fn double_quoted(rest: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), InputError> {
    while let Some(found) = rest.next() {
        match found {
            '"' => return Ok(()),
            '\\' => match rest.next() {
                Some('\n') => {}
                Some(next @ ('"' | '\\' | '$' | '`')) => word.push(next),
                Some(next) => word.extend(['\\', next]),
                None => break,
            },
            other => word.push(other),
        }
    }
    Err(InputError::CurlQuote { quote: '"' })
}

fn ansi_quoted(rest: &mut impl Iterator<Item = char>, word: &mut String) -> Result<(), InputError> {
    let mut raw = String::new();
    while let Some(found) = rest.next() {
        match found {
            '\'' => {
                word.push_str(&crate::log_line::resolve_backslashes(&raw));
                return Ok(());
            }
            '\\' => {
                raw.push('\\');
                raw.extend(rest.next());
            }
            other => raw.push(other),
        }
    }
    Err(InputError::CurlQuote { quote: '\'' })
}
