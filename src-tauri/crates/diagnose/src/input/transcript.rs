//! What `curl -v` prints: `> ` before what it sent, `< ` before what came back, `* ` before its own remarks.

use super::names::offset_in;
use super::traced::Traced;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Answer,
}

/// The request in a transcript where its body stands there, else the answer, without the marks in front of their lines;
/// nothing where the text is no transcript.
pub(super) fn unmarked(source: &Traced) -> Option<Traced> {
    let text = source.text();
    let begins = |line: &str| {
        ["> POST ", "> GET ", "> PUT "].iter().any(|mark| line.starts_with(mark)) || line.starts_with("< HTTP/")
    };
    if !text.lines().any(begins) {
        return None;
    }
    let (mut request, mut answer) = (Traced::default(), Traced::default());
    let mut side: Option<Side> = None;
    for line in text.split_inclusive('\n') {
        let at = offset_in(text, line);
        let end = at + line.len();
        let bare = line.trim_end();
        let (now, skipped) = if bare == ">" || line.starts_with("> ") {
            (Side::Request, line.len().min(2))
        } else if bare == "<" || line.starts_with("< ") {
            (Side::Answer, line.len().min(2))
        } else if line.starts_with("* ") || line.starts_with("{ [") || line.starts_with("} [") || side.is_none() {
            continue;
        } else {
            (side.unwrap_or(Side::Request), 0)
        };
        // `>` alone ends the headers; its line end stays.
        let from = if bare.len() == 1 && skipped > 0 { at + 1 } else { at + skipped };
        side = Some(now);
        let into = if now == Side::Request { &mut request } else { &mut answer };
        into.push_copy(source, from..end);
    }
    Some(if has_body(&request) || answer.text().is_empty() { request } else { answer })
}

fn has_body(message: &Traced) -> bool {
    let text = message.text().replace("\r\n", "\n");
    text.split_once("\n\n").is_some_and(|(_, body)| !body.trim().is_empty())
}

/// The body of a message that was sent in chunks, without their sizes; nothing where it is not cut so.
pub(super) fn without_chunk_sizes(body: &Traced) -> Option<Traced> {
    let text = body.text();
    let mut joined = Traced::default();
    let mut at = text.len() - text.trim_start_matches(['\r', '\n']).len();
    loop {
        let (size, behind) = size_at(text, at)?;
        if size == 0 {
            return (joined.len() > 0).then_some(joined);
        }
        // A capture may have lost the carriage returns, or hold only what was shown of the last chunk.
        let end = behind.checked_add(size)?.min(text.len());
        let end = if size_at(text, line_after(text, end)).is_some() { end } else { end_before_size(text, behind) };
        text.get(behind..end)?;
        joined.push_copy(body, behind..end);
        at = line_after(text, end);
        if at >= text.len() {
            return Some(joined);
        }
    }
}

/// The size of a chunk that stands on a line of its own, and where the chunk begins.
fn size_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let line = text.get(at..)?.split_inclusive('\n').next()?;
    let digits = line.trim_end().split(';').next()?;
    let size = usize::from_str_radix(digits, 16).ok().filter(|_| (1..=8).contains(&digits.len()))?;
    Some((size, at + line.len()))
}

fn line_after(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.len() - rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).unwrap_or(rest).len()
}

/// Where the next line that is nothing but a size begins, without the line end in front of it.
fn end_before_size(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let sizes = rest.split_inclusive('\n').map(|line| offset_in(text, line));
    let next = sizes.skip(1).find(|at| size_at(text, *at).is_some());
    next.map_or(text.len(), |at| {
        let before = text.get(..at).unwrap_or_default();
        before.trim_end_matches('\n').trim_end_matches('\r').len()
    })
}

#[cfg(test)]
#[path = "transcript_tests.rs"]
mod tests;
