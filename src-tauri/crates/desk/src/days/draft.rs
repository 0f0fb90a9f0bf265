//! A table that appears whole under its name, or not at all.

use std::fs;
use std::path::Path;

use desk_sheets::WriteError;

use crate::DeskError;

/// Writes a file under another name beside it and puts it in its place. `write` is told where, and whether it is a workbook.
///
/// # Errors
///
/// The ending is neither `.csv` nor `.xlsx`, what `write` says, or the file cannot be put in its place.
pub(super) fn written_whole<T>(
    file: &Path,
    write: impl FnOnce(&Path, bool) -> Result<T, DeskError>,
) -> Result<T, DeskError> {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let is_workbook = match ending.as_str() {
        "csv" => false,
        "xlsx" => true,
        _ => return Err(DeskError::input("file", "must end in .csv or .xlsx, which says what is written")),
    };
    let draft = file.with_extension(format!("{ending}.part"));
    let renamed = write(&draft, is_workbook).and_then(|written| {
        fs::rename(&draft, file).map_err(|fault| unwritable(file, &fault.into()))?;
        Ok(written)
    });
    if renamed.is_err() {
        // What cannot be removed is half a table under a name that says so.
        fs::remove_file(&draft).ok();
    }
    renamed
}

/// That a table cannot be written, and why.
pub(super) fn unwritable(file: &Path, fault: &WriteError) -> DeskError {
    DeskError::input("file", format!("{} cannot be written: {fault}", file.display()))
}
