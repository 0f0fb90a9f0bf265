//! The programs that were built beside the test that runs now.

use std::path::{Path, PathBuf};

/// Why a built program was not found.
#[derive(Debug, thiserror::Error)]
pub enum NotBuilt {
    /// The program is not beside this test.
    #[error("{0} is not built: `cargo xtask test` builds it first")]
    Missing(PathBuf),
    /// This test does not know where it stands itself.
    #[error("the folder of the built programs is not known")]
    NoFolder,
}

/// The window, `wxpay-desk`.
pub fn wxpay_desk() -> Result<PathBuf, NotBuilt> {
    program("wxpay-desk")
}

/// The command line, `wxpay`.
pub fn wxpay() -> Result<PathBuf, NotBuilt> {
    program("wxpay")
}

fn program(name: &str) -> Result<PathBuf, NotBuilt> {
    let this = std::env::current_exe().map_err(|_| NotBuilt::NoFolder)?;
    let mut folder = this.parent().ok_or(NotBuilt::NoFolder)?;
    // Tests stand one folder below the programs, the tour beside them.
    if folder.file_name().is_some_and(|name| name == "deps") {
        folder = folder.parent().unwrap_or(Path::new("."));
    }
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if program.is_file() { Ok(program) } else { Err(NotBuilt::Missing(program)) }
}
