//! The window's pages: their packages and their build.

use std::fs;
use std::path::Path;

use crate::TaskError;
use crate::command::{npm, run};

/// Installs the packages of `folder` exactly as its lock file says, if that changed since the last time.
///
/// Install scripts never run: a package may bring files, not act.
pub(crate) fn install_packages(folder: &Path) -> Result<(), TaskError> {
    let lock = folder.join("package-lock.json");
    let stamp = folder.join("node_modules").join(".installed-lock.json");
    let wanted = fs::read(&lock).map_err(|source| file_error(&lock, source))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run(npm(folder, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, wanted).map_err(|source| file_error(&stamp, source))
}

/// Builds the pages into `ui/dist`.
pub(crate) fn build(ui: &Path) -> Result<(), TaskError> {
    Ok(run(npm(ui, ["run", "build"]))?)
}

pub(crate) fn file_error(file: &Path, source: std::io::Error) -> TaskError {
    TaskError::File { what: file.display().to_string(), source }
}
