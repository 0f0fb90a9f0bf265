//! What separates cells and lines, by the first lines of a file.

/// The lines that are looked at.
const LINES: usize = 20;

/// Comma, tab or semicolon: the one that most of the first lines have equally often.
pub(crate) fn delimiter(head: &[u8], line_end: u8) -> u8 {
    let mut best = (b',', (0, 0));
    for candidate in [b',', b'\t', b';'] {
        let counts: Vec<usize> = head
            .split(|byte| *byte == line_end)
            .filter(|line| !line.trim_ascii().is_empty())
            .take(LINES)
            .map(|line| outside_quotes(line, candidate))
            .filter(|count| *count > 0)
            .collect();
        let agreeing = |count: usize| counts.iter().filter(|other| **other == count).count();
        let score = counts.iter().map(|count| (agreeing(*count), *count)).max().unwrap_or_default();
        if score > best.1 {
            best = (candidate, score);
        }
    }
    best.0
}

fn outside_quotes(line: &[u8], wanted: u8) -> usize {
    let mut quoted = false;
    line.iter()
        .filter(|byte| {
            quoted ^= **byte == b'"';
            !quoted && **byte == wanted
        })
        .count()
}

/// A line feed, or the carriage return of files that have no line feed at all.
pub(crate) fn line_end(head: &[u8]) -> u8 {
    if !head.contains(&b'\n') && head.contains(&b'\r') { b'\r' } else { b'\n' }
}
