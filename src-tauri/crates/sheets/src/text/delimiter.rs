//! What separates cells and lines, by the first lines of a file.

/// The rows that are looked at.
const ROWS: usize = 20;
const CANDIDATES: [u8; 3] = [b',', b'\t', b';'];

/// Comma, tab or semicolon: the one that most of the first rows have equally often, outside of quotes.
pub(crate) fn delimiter(head: &[u8], line_end: u8) -> u8 {
    let rows = counts(head, line_end);
    let mut best = (b',', (0, 0));
    for (place, candidate) in CANDIDATES.into_iter().enumerate() {
        let count_of = |row: &[usize; 3]| row.get(place).copied().filter(|count| *count > 0);
        let agreeing = |count: usize| rows.iter().filter(|row| count_of(row) == Some(count)).count();
        let score = rows.iter().filter_map(count_of).map(|count| (agreeing(count), count)).max().unwrap_or_default();
        if score > best.1 {
            best = (candidate, score);
        }
    }
    best.0
}

/// How often each candidate stands in each of the first rows.
fn counts(head: &[u8], line_end: u8) -> Vec<[usize; 3]> {
    let mut rows = vec![[0; 3]];
    let mut quoted = false;
    for byte in head {
        quoted ^= *byte == b'"';
        if quoted {
            continue;
        }
        if *byte == line_end {
            if rows.len() == ROWS {
                break;
            }
            rows.push([0; 3]);
        } else if let Some(place) = CANDIDATES.iter().position(|candidate| candidate == byte)
            && let Some(count) = rows.last_mut().and_then(|row| row.get_mut(place))
        {
            *count += 1;
        }
    }
    rows
}

/// A line feed, or the carriage return of files that have no line feed at all.
pub(crate) fn line_end(head: &[u8]) -> u8 {
    if !head.contains(&b'\n') && head.contains(&b'\r') { b'\r' } else { b'\n' }
}
