//! The convention of every line below a header: each value behind a back-tick, commas between them.

/// What ends a line of a bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LineEnd {
    /// Carriage return and line feed, as captured.
    #[default]
    CrLf,
    /// Line feed alone.
    Lf,
}

impl LineEnd {
    /// The characters themselves.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CrLf => "\r\n",
            Self::Lf => "\n",
        }
    }
}

/// Writes one value behind its back-tick; `is_first` of its line has no comma before it. Commas and back-ticks inside of a
/// value stay as they are, as in production; a line break would end the row and becomes a space.
pub(super) fn push_cell(out: &mut String, is_first: bool, value: &str) {
    out.push_str(if is_first { "`" } else { ",`" });
    if value.contains(['\r', '\n']) {
        out.extend(value.chars().map(|found| if matches!(found, '\r' | '\n') { ' ' } else { found }));
    } else {
        out.push_str(value);
    }
}

/// Writes values as one row, without the line's end.
pub(super) fn push_row<'a>(out: &mut String, values: impl IntoIterator<Item = &'a str>) {
    for (place, value) in values.into_iter().enumerate() {
        push_cell(out, place == 0, value);
    }
}
