//! Where this program keeps its data: `--data-dir`, else `WXPAY_DESK_HOME`, else the platform's own folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The name of the environment variable that names the data folder.
pub(crate) const HOME_VARIABLE: &str = "WXPAY_DESK_HOME";

/// What the command line of the window asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// `--data-dir DIR`, as given.
    pub(crate) data_dir: Option<PathBuf>,
    /// `--try`: where nothing was ever set, begin on the built-in gateway with its sample merchant.
    pub(crate) try_at_once: bool,
    /// `--version`: print it and leave.
    pub(crate) version: bool,
}

/// Why the command line was not understood; the text is printed as it is.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum ArgumentError {
    #[error("--data-dir 后面缺少文件夹。/ --data-dir needs a folder: wxpay-desk --data-dir DIR")]
    FolderMissing,
    #[error("不认识的参数 {0}。/ Unknown argument {0}; the window knows --data-dir DIR, --try and --version")]
    Unknown(String),
}

impl Arguments {
    /// Reads the arguments after the program's name.
    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, ArgumentError> {
        let mut read = Self::default();
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            let text = argument.to_string_lossy();
            if text == "--version" {
                read.version = true;
            } else if text == "--try" {
                read.try_at_once = true;
            } else if text == "--data-dir" {
                let folder = rest.next().filter(|folder| !folder.is_empty());
                read.data_dir = Some(folder.ok_or(ArgumentError::FolderMissing)?.into());
            } else if let Some(folder) = text.strip_prefix("--data-dir=") {
                if folder.is_empty() {
                    return Err(ArgumentError::FolderMissing);
                }
                read.data_dir = Some(folder.into());
            } else {
                return Err(ArgumentError::Unknown(text.into_owned()));
            }
        }
        Ok(read)
    }
}

/// The folder that somebody named: the argument first, then the variable; `None` leaves it to the platform.
pub(crate) fn named(argument: Option<&Path>, variable: Option<OsString>) -> Option<PathBuf> {
    argument.map(Path::to_path_buf).or_else(|| variable.filter(|value| !value.is_empty()).map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Arguments, ArgumentError> {
        Arguments::read(arguments.iter().map(OsString::from))
    }

    #[test]
    fn a_folder_without_a_name_is_refused() {
        assert_eq!(read(&["--data-dir"]), Err(ArgumentError::FolderMissing));
        assert_eq!(read(&["--data-dir="]), Err(ArgumentError::FolderMissing));
        assert_eq!(read(&["--data-dir", ""]), Err(ArgumentError::FolderMissing));
    }

    #[test]
    fn an_unknown_argument_is_refused_by_name() {
        assert_eq!(read(&["--datadir", "x"]), Err(ArgumentError::Unknown("--datadir".to_owned())));
    }

    #[test]
    fn the_argument_wins_over_the_variable_and_an_empty_variable_is_none() {
        let argument = read(&["--data-dir", "/a"]).unwrap().data_dir;
        assert_eq!(named(argument.as_deref(), Some("/b".into())), Some(PathBuf::from("/a")));
        assert_eq!(named(None, Some("/b".into())), Some(PathBuf::from("/b")));
        assert_eq!(named(None, Some(OsString::new())), None);
        assert_eq!(named(None, None), None);
    }
}
