//! The one writer. A reader that goes away (`| head`) ends the output quietly and changes no exit status.

use std::io::{BufWriter, ErrorKind, IsTerminal, Stderr, Stdout, Write};

use serde::Serialize;
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};

pub(crate) struct Output {
    json: bool,
    closed: bool,
    terminal: bool,
    out: BufWriter<Stdout>,
    notes: Stderr,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let out = std::io::stdout();
        Self { json, closed: false, terminal: out.is_terminal(), out: BufWriter::new(out), notes: std::io::stderr() }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// One JSON document, on one line.
    pub(crate) fn document(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        let answer = serde_json::to_writer(&mut self.out, document)
            .map_err(std::io::Error::from)
            .and_then(|()| self.out.write_all(b"\n"));
        self.settle(answer)
    }

    /// A JSON document that people read too.
    pub(crate) fn spread_document(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        if self.json {
            return self.document(document);
        }
        let answer = serde_json::to_writer_pretty(&mut self.out, document)
            .map_err(std::io::Error::from)
            .and_then(|()| self.out.write_all(b"\n"));
        self.settle(answer)
    }

    /// A line for people. What could steer a terminal is shown as its number.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        let answer = self.out.write_all(harmless(text).as_bytes()).and_then(|()| self.out.write_all(b"\n"));
        self.settle(answer)
    }

    /// A line in colour, where there is a terminal that wants colours.
    pub(crate) fn verdict(&mut self, good: bool, text: &str) -> Result<(), Failure> {
        if self.terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) {
            let colour = if good { 32 } else { 31 };
            let answer = writeln!(self.out, "\u{1b}[{colour}m{}\u{1b}[0m", harmless(text));
            return self.settle(answer);
        }
        self.line(text)
    }

    /// Text as it is: help, completions.
    pub(crate) fn raw(&mut self, text: &str) -> Result<(), Failure> {
        let answer = self.out.write_all(text.as_bytes());
        self.settle(answer)
    }

    /// Something worth knowing beside the answer, on standard error.
    pub(crate) fn note(&mut self, text: &str) {
        // Standard error is the last place to complain at; where it is gone there is nobody to tell.
        writeln!(self.notes, "note: {}", harmless(text)).ok();
    }

    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        let answer = self.out.flush();
        self.settle(answer)
    }

    pub(crate) fn failure(&mut self, failure: &Failure) -> Exit {
        self.error(failure.code(), &failure.to_string());
        failure.exit()
    }

    /// What clap says about a command line.
    pub(crate) fn usage(&mut self, refusal: &clap::Error) -> Exit {
        let sentence = refusal.render();
        if self.json {
            let text = sentence.to_string();
            let first = text.lines().next().unwrap_or_default();
            self.error("usage", first.trim_start_matches("error: "));
        } else {
            let shown = if self.notes.is_terminal() { sentence.ansi().to_string() } else { sentence.to_string() };
            write!(self.notes, "{shown}").ok();
        }
        Exit::Usage
    }

    fn error(&mut self, code: &str, sentence: &str) {
        writeln!(self.notes, "error[{code}]: {}", harmless(sentence)).ok();
        if self.json {
            let document = json!({"error": {"code": code, "message": sentence}});
            // The exit status tells of the error even where its document could not be written.
            self.document(&document).and_then(|()| self.finish()).ok();
        }
    }

    fn settle(&mut self, answer: std::io::Result<()>) -> Result<(), Failure> {
        match answer {
            _ if self.closed => Ok(()),
            Ok(()) => Ok(()),
            Err(cause) if cause.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(cause) => Err(Failure::Output(cause)),
        }
    }
}

/// A sum as JSON's number, as text beyond what a number holds.
pub(crate) fn number(sum: i128) -> Value {
    i64::try_from(sum).map_or_else(|_| json!(sum.to_string()), |sum| json!(sum))
}

/// Control and direction characters as `\u{…}`, so that a message cannot write to the terminal that shows it.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for found in text.chars() {
        let steers = (found.is_control() && !matches!(found, '\n' | '\t'))
            || matches!(found, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        if steers {
            shown.extend(found.escape_unicode());
        } else {
            shown.push(found);
        }
    }
    shown
}
