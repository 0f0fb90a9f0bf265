//! The file that refused rows are written to: the one that was named, else one beside the source, else one in the data folder.
//!
//! Its titles name the source, so that it is written anew by the next import of the same file, and goes when that refuses
//! nothing; what anybody else put under its name is left alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use desk_sheets::{CsvTable, Reader, WriteError};

use crate::DeskError;
use crate::reconciling::{Parts, hex};

/// The folder inside the data folder.
const FOLDER: &str = "refused";
/// The most names that are tried in one folder.
const NAMES_MAX: u32 = 20;
/// So many characters of the source's name stand in that of a file in the data folder, which every file system takes.
const STEM_MAX: usize = 40;

/// Where the refused rows of one source go.
pub(crate) struct RefusedFile {
    named: Option<PathBuf>,
    beside: PathBuf,
    kept: PathBuf,
    titles: [String; 3],
}

impl RefusedFile {
    /// For the rows of `source`; a file that was named is tried at once.
    ///
    /// # Errors
    /// It cannot be written; nothing was imported yet.
    pub(crate) fn of(source: &Path, named: Option<&Path>, data_dir: &Path) -> Result<Self, DeskError> {
        if let Some(named) = named {
            check(named).map_err(|fault| refused(named, &fault.into()))?;
        }
        let name = source.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            named: named.map(Path::to_owned),
            beside: source.with_extension("refused.csv"),
            kept: kept_path(source, data_dir),
            titles: ["行号 line".into(), "原因 reason".into(), format!("内容 cells: {name}")],
        })
    }

    /// The table with its titles, in the first place that can be written, and that place.
    pub(crate) fn begin(&self) -> Result<(CsvTable<File>, PathBuf), DeskError> {
        let (file, path) = match &self.named {
            Some(named) => File::create(named).map(|file| (file, named.clone())).map_err(|fault| (named, fault)),
            // A folder that takes no file, such as a share that can only be read, must not end an import half way.
            None => self.create(&self.beside).or_else(|_| self.create_kept().map_err(|fault| (&self.kept, fault))),
        }
        .map_err(|(place, fault)| refused(place, &fault.into()))?;
        let table =
            CsvTable::new(file, Reader::People, &self.titles.each_ref().map(String::as_str)).and_then(|mut table| {
                // The titles at once: a file that an import left behind when it broke off is known by them.
                table.write_out()?;
                Ok(table)
            });
        Ok((table.map_err(|fault| refused(&path, &fault))?, path))
    }

    /// Nothing was refused: what the last import of the same source wrote goes, because it holds no longer.
    pub(crate) fn clear(&self) {
        let places = match &self.named {
            Some(named) => vec![named.clone()],
            None => [&self.beside, &self.kept].into_iter().flat_map(|place| names(place)).collect(),
        };
        for place in places.iter().filter(|place| self.is_ours(place)) {
            if let Err(fault) = fs::remove_file(place) {
                tracing::warn!(place = %place.display(), %fault, "refused rows of an earlier import are still there");
            }
        }
    }

    fn create_kept(&self) -> io::Result<(File, PathBuf)> {
        self.kept.parent().map_or(Ok(()), fs::create_dir_all)?;
        self.create(&self.kept)
    }

    /// Under the first name that is free or ours.
    fn create(&self, place: &Path) -> io::Result<(File, PathBuf)> {
        for path in names(place) {
            match File::create_new(&path) {
                Err(fault) if fault.kind() == ErrorKind::AlreadyExists && !self.is_ours(&path) => {}
                Err(fault) if fault.kind() == ErrorKind::AlreadyExists => return Ok((File::create(&path)?, path)),
                created => return Ok((created?, path)),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    /// Whether an import of the same source wrote it.
    fn is_ours(&self, path: &Path) -> bool {
        let titles = CsvTable::new(Vec::<u8>::new(), Reader::People, &self.titles.each_ref().map(String::as_str));
        let Ok(titles) = titles.and_then(CsvTable::finish) else { return false };
        // Only files have an end that can be waited for.
        let Some(file) = fs::metadata(path).ok().filter(fs::Metadata::is_file).and_then(|_| File::open(path).ok())
        else {
            return false;
        };
        let mut begins = Vec::new();
        file.take(titles.len() as u64).read_to_end(&mut begins).is_ok() && begins == titles
    }
}

/// The name itself, and those that are taken where it belongs to something else.
fn names(place: &Path) -> impl Iterator<Item = PathBuf> {
    let name = move |number: u32| match number {
        1 => place.to_owned(),
        _ => place.with_extension(format!("{number}.csv")),
    };
    (1..=NAMES_MAX).map(name)
}

/// Sources of the same name in several folders have a file each.
fn kept_path(source: &Path, data_dir: &Path) -> PathBuf {
    let whole = std::path::absolute(source).unwrap_or_else(|_| source.to_owned());
    let digest = hex(&Parts::new().add(whole.as_os_str().as_encoded_bytes()).finish());
    let stem: String = source.file_stem().unwrap_or_default().to_string_lossy().chars().take(STEM_MAX).collect();
    data_dir.join(FOLDER).join(format!("{stem}-{}.refused.csv", digest.get(..8).unwrap_or_default()))
}

/// Whether a file that was named can be written. One that is there stays as it is.
fn check(named: &Path) -> io::Result<()> {
    match fs::metadata(named) {
        Ok(known) if known.is_file() || known.is_dir() => OpenOptions::new().write(true).open(named).map(drop),
        // A pipe or a device is opened once, when there is something to write.
        Ok(_) => Ok(()),
        Err(fault) if fault.kind() == ErrorKind::NotFound => {
            File::create_new(named)?;
            fs::remove_file(named)
        }
        Err(fault) => Err(fault),
    }
}

/// Refused rows cannot be written there.
pub(crate) fn refused(place: &Path, fault: &WriteError) -> DeskError {
    DeskError::input(
        "refused_file",
        format!("{} cannot be written ({fault}); say where refused rows shall be written", place.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk_sheets::Cell;

    fn written(file: &RefusedFile) -> PathBuf {
        let (mut table, path) = file.begin().unwrap();
        table.row(&[Cell::Count(2), Cell::Text("x"), Cell::Id("y")]).unwrap();
        table.finish().unwrap();
        path
    }

    #[test]
    fn a_file_of_somebody_else_under_the_name_stays_and_that_of_the_same_source_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let of = |name: &str| RefusedFile::of(&at(name), None, &at("data")).unwrap();
        fs::write(at("orders.refused.csv"), "a list of my own\n").unwrap();
        assert_eq!(written(&of("orders.csv")), at("orders.refused.2.csv"));
        assert_eq!(written(&of("orders.xlsx")), at("orders.refused.3.csv"), "another source of the same stem");
        assert_eq!(written(&of("orders.csv")), at("orders.refused.2.csv"));
        of("orders.csv").clear();
        let left = ["orders.refused.csv", "orders.refused.2.csv", "orders.refused.3.csv"].map(|name| at(name).exists());
        assert_eq!(left, [true, false, true], "what holds no longer is gone, and nothing else");
    }

    #[test]
    fn a_folder_that_takes_no_file_leaves_the_data_folder_with_a_file_for_each_source() {
        let folder = tempfile::tempdir().unwrap();
        // The name with its ending is longer than a file system takes.
        let long = "订".repeat(83);
        let source = |of: &str| folder.path().join(of).join(format!("{long}.csv"));
        let of = |of: &str| RefusedFile::of(&source(of), None, &folder.path().join("data")).unwrap();
        for name in ["a", "b"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let [first, second] = ["a", "b"].map(|name| written(&of(name)));
        assert!(first.starts_with(folder.path().join("data/refused")) && first != second, "{first:?} {second:?}");
        assert_eq!(written(&of("a")), first);
        of("a").clear();
        assert!(!first.exists() && second.exists());
    }

    #[test]
    fn a_named_file_is_tried_at_once_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let named = folder.path().join("rows.csv");
        let of = |named: &Path| RefusedFile::of(&folder.path().join("orders.csv"), Some(named), folder.path());
        let file = of(&named).unwrap();
        assert!(!named.exists());
        assert_eq!(written(&file), named);
        fs::write(&named, "my own\n").unwrap();
        of(&named).unwrap().clear();
        assert_eq!(fs::read_to_string(&named).unwrap(), "my own\n");
        for place in [folder.path().to_owned(), folder.path().join("none/rows.csv")] {
            assert_eq!(of(&place).err().and_then(|fault| fault.field()), Some("refused_file"));
        }
    }
}
