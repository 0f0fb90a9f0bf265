//! The files of this repository, and the rules about their places and names.

use std::fs;
use std::path::Path;

use super::Finding;
use crate::TaskError;

/// A text file: its path from the root, with slashes, and what it says.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    /// The file's ending, without the dot.
    pub(super) fn ending(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, ending)| ending)
    }
}

/// Names at the top level: the card's, and what tools force there.
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "LICENSE",
    "src-tauri",
    "ui",
    "tests",
    "icons",
    "clippy.toml",
    "deny.toml",
    "rustfmt.toml",
];
/// What is made, not written.
const MADE: &[&str] = &["target", "node_modules", "dist", "gen", "__pycache__", ".venv"];
const WRITTEN: &[&str] = &["rs", "ts", "tsx", "css", "html", "py", "mjs", "js", "sh", "md", "toml", "json"];
const BANNED_NAMES: &[&str] = &["utils", "util", "types", "mod", "helpers", "helper", "common", "misc", "manager"];

/// Every text file that somebody wrote.
pub(super) fn files(root: &Path) -> Result<Vec<File>, TaskError> {
    let mut files = Vec::new();
    collect(root, "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<(), TaskError> {
    let error = |source| TaskError::File { what: folder.display().to_string(), source };
    for entry in fs::read_dir(folder).map_err(error)? {
        let entry = entry.map_err(error)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let kind = entry.file_type().map_err(error)?;
        if kind.is_dir() {
            let made = MADE.contains(&name.as_str()) || name == ".git" || path.join("CACHEDIR.TAG").exists();
            if !made {
                collect(&path, &format!("{prefix}{name}/"), files)?;
            }
        } else if WRITTEN.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
            let bytes = fs::read(&path).map_err(error)?;
            files.push(File { path: format!("{prefix}{name}"), text: String::from_utf8_lossy(&bytes).into_owned() });
        }
    }
    Ok(())
}

pub(super) fn findings(root: &Path, files: &[File]) -> Result<Vec<Finding>, TaskError> {
    let error = |source| TaskError::File { what: root.display().to_string(), source };
    let mut findings = Vec::new();
    for entry in fs::read_dir(root).map_err(error)? {
        let entry = entry.map_err(error)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let built = entry.path().join("CACHEDIR.TAG").exists() || name == "target";
        if !built && !name.starts_with('.') && !TOP_LEVEL.contains(&name.as_str()) {
            findings.push(Finding::new(name, "does not belong at the top level"));
        }
    }
    findings.extend(banned_names(files));
    findings.extend(files.iter().filter(|file| file.ending() == "md").flat_map(|file| dead_links(root, file)));
    Ok(findings)
}

fn banned_names(files: &[File]) -> impl Iterator<Item = Finding> + '_ {
    files.iter().filter(|file| matches!(file.ending(), "rs" | "ts" | "tsx" | "py")).filter_map(|file| {
        let name = file.path.rsplit('/').next()?;
        let stem = name.split('.').next()?.to_lowercase();
        BANNED_NAMES.contains(&stem.as_str()).then(|| Finding::new(&file.path, "is named after nothing that it holds"))
    })
}

/// Relative links of a page that lead nowhere.
fn dead_links(root: &Path, page: &File) -> Vec<Finding> {
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut findings = Vec::new();
    for (number, line) in page.text.lines().enumerate() {
        for rest in line.split("](").skip(1) {
            let Some((link, _)) = rest.split_once(')') else { continue };
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !root.join(folder).join(target).exists() {
                findings.push(Finding::new(
                    format!("{}:{}", page.path, number + 1),
                    format!("links to {target}, which is not there"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_folder_beside_the_card_is_found() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("docs")).unwrap();
        fs::create_dir(root.path().join("ui")).unwrap();
        fs::create_dir(root.path().join(".ci")).unwrap();
        let found = findings(root.path(), &[]).unwrap();
        assert_eq!(found.iter().map(|finding| finding.place.as_str()).collect::<Vec<_>>(), ["docs"]);
    }

    #[test]
    fn a_file_named_after_nothing_is_found() {
        let files = [
            file("a/src/utils.rs", ""),
            file("a/src/mod.rs", ""),
            file("ui/src/types.test.ts", ""),
            file("a/src/fen.rs", ""),
        ];
        assert_eq!(banned_names(&files).count(), 3);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("there.png"), "").unwrap();
        let page = file("README.md", "[a](there.png) [b](gone.md#x) [c](https://example.com) [d](#here)\n");
        let found = dead_links(root.path(), &page);
        assert_eq!(found, [Finding::new("README.md:1", "links to gone.md, which is not there")]);
    }

    #[test]
    fn what_is_built_is_not_read() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["node_modules", "target", "src"] {
            fs::create_dir(root.path().join(folder)).unwrap();
            fs::write(root.path().join(folder).join("a.rs"), "").unwrap();
        }
        let read = files(root.path()).unwrap();
        assert_eq!(read.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["src/a.rs"]);
    }
}
