//! `cargo xtask tidy`: the rules of the house, as findings with a place and a reason.

mod imports;
mod sources;
mod tree;

use std::fmt;

use crate::TaskError;
use crate::workspace::Workspace;

/// Something against the rules.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The file or package, as it is read in this repository, with the line where there is one.
    pub(crate) place: String,
    /// What is wrong with it and what to do.
    pub(crate) what: String,
}

impl Finding {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.what)
    }
}

/// Prints every finding; one is enough to fail.
pub(crate) fn tidy(workspace: &Workspace) -> Result<(), TaskError> {
    let findings = findings(workspace)?;
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(TaskError::Untidy(findings.len())) }
}

fn findings(workspace: &Workspace) -> Result<Vec<Finding>, TaskError> {
    let files = tree::files(&workspace.root)?;
    let mut findings = imports::findings(&workspace.members, &workspace.dependencies);
    findings.extend(tree::findings(&workspace.root, &files)?);
    findings.extend(sources::findings(&files));
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_keeps_the_rules_of_the_house() {
        let workspace = Workspace::read().unwrap();
        let findings = findings(&workspace).unwrap();
        let text: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{}", text.join("\n"));
    }
}
