//! Text files: how they are encoded and delimited, and their rows.

mod charset;
mod delimiter;
mod rows;
mod transcoding;

pub(crate) use charset::{Charset, Utf16, opening};
pub(crate) use delimiter::{delimiter, line_end};
pub(crate) use rows::TextRows;
pub(crate) use transcoding::Transcoding;
