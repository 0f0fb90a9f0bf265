//! Where this repository stands, where cargo builds to, and which package depends on which.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Why cargo could not describe the workspace.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkspaceError {
    #[error("`cargo metadata` could not be started: {0}")]
    NotStarted(#[from] std::io::Error),
    #[error("`cargo metadata` failed: {0}")]
    Refused(String),
    #[error("`cargo metadata` printed something unexpected")]
    Unexpected,
}

/// A dependency as a manifest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) package: String,
    pub(crate) on: String,
    /// Only tests and measurements see it.
    pub(crate) for_tests: bool,
}

/// This repository.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder with the virtual manifest.
    pub(crate) root: PathBuf,
    /// The folder for everything built.
    pub(crate) target: PathBuf,
    /// The names of the member packages.
    pub(crate) members: Vec<String>,
    /// Every dependency of every member.
    pub(crate) dependencies: Vec<Dependency>,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn read() -> Result<Self, WorkspaceError> {
        let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output =
            Command::new(cargo).args(["metadata", "--format-version", "1", "--no-deps"]).current_dir(here).output()?;
        if !output.status.success() {
            return Err(WorkspaceError::Refused(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|_| WorkspaceError::Unexpected)?;
        Self::from_metadata(&metadata).ok_or(WorkspaceError::Unexpected)
    }

    fn from_metadata(metadata: &Value) -> Option<Self> {
        let mut members = Vec::new();
        let mut dependencies = Vec::new();
        for package in metadata.get("packages")?.as_array()? {
            let name = package.get("name")?.as_str()?;
            members.push(name.to_owned());
            for dependency in package.get("dependencies")?.as_array()? {
                dependencies.push(Dependency {
                    package: name.to_owned(),
                    on: dependency.get("name")?.as_str()?.to_owned(),
                    for_tests: dependency.get("kind")?.as_str() == Some("dev"),
                });
            }
        }
        Some(Self {
            root: metadata.get("workspace_root")?.as_str()?.into(),
            target: metadata.get("target_directory")?.as_str()?.into(),
            members,
            dependencies,
        })
    }

    /// The folder of the UI.
    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// A program of the debug build.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A program of the release build.
    pub(crate) fn release_program(&self, name: &str) -> PathBuf {
        self.target.join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A path as it is read in this repository: relative to its root, with slashes.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().replace('\\', "/")
    }
}
