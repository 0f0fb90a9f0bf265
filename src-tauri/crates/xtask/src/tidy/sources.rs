//! Rules about what stands in the files.

use super::Finding;
use super::tree::File;

/// No file is longer.
const MOST_LINES: usize = 500;

/// One rule over lines: where it holds, what a line may not contain, and why.
struct Rule {
    applies: fn(&File) -> bool,
    forbidden: &'static [&'static str],
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        applies: |file| is_code(file) && file.path != HERE,
        forbidden: &["TODO", "FIXME", "XXX:", "HACK:", "unimplemented!("],
        why: "is left undone",
    },
    Rule {
        applies: |file| file.ending() == "rs" && !file.path.contains("/store/") && file.path != HERE,
        forbidden: &[
            "\"SELECT ",
            "\"INSERT INTO ",
            "\"UPDATE ",
            "\"DELETE FROM ",
            "\"CREATE TABLE ",
            "\"PRAGMA ",
            "\"BEGIN IMMEDIATE",
        ],
        why: "speaks SQL outside the store",
    },
    Rule {
        applies: |file| file.path.starts_with("ui/src/") && !file.path.starts_with("ui/src/ipc/"),
        forbidden: &["@tauri-apps/", "__TAURI_INTERNALS__"],
        why: "reaches for Tauri outside ui/src/ipc",
    },
    Rule {
        applies: |file| {
            file.path.starts_with("ui/src/") && matches!(file.ending(), "ts" | "tsx") && !file.path.contains(".test.")
        },
        forbidden: &["innerHTML", "dangerouslySetInnerHTML", "eval(", "new Function(", "document.write("],
        why: "could run what a message contains",
    },
    Rule {
        applies: |file| file.path == "ui/index.html",
        forbidden: &["<style", "javascript:", "onload=", "onclick="],
        why: "would need a weaker content policy",
    },
    Rule {
        applies: |file| file.path.starts_with("src-tauri/") && file.ending() == "rs" && file.path != HERE,
        forbidden: &["danger_accept", "accept_invalid", "tls_danger"],
        why: "could switch the verification of TLS off",
    },
    Rule {
        applies: |file| file.ending() == "rs" && is_about_money(&file.path),
        forbidden: &[": f64", ": f32", "as f64", "as f32", "<f64>", "<f32>"],
        why: "has a float where money lives",
    },
    Rule {
        applies: |file| file.path.starts_with("src-tauri/src/") && file.path != "src-tauri/src/ipc.rs",
        forbidden: &["tauri_specta"],
        why: "knows the bindings' generator; only ipc.rs does",
    },
];

/// This file names what it forbids.
const HERE: &str = "src-tauri/crates/xtask/src/tidy/sources.rs";

fn is_code(file: &File) -> bool {
    matches!(file.ending(), "rs" | "ts" | "tsx" | "css" | "py" | "mjs" | "js" | "sh")
}

fn is_about_money(path: &str) -> bool {
    ["protocol", "store", "reconcile"].iter().any(|name| path.starts_with(&format!("src-tauri/crates/{name}/src/")))
}

fn is_generated(path: &str) -> bool {
    path == "ui/src/ipc/bindings.ts" || path.starts_with("tests/generated/")
}

pub(super) fn findings(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| !is_generated(&file.path)) {
        let lines = file.text.lines().count();
        if is_code(file) && lines > MOST_LINES {
            findings.push(Finding::new(&file.path, format!("has {lines} lines; {MOST_LINES} is the most")));
        }
        for rule in RULES.iter().filter(|rule| (rule.applies)(file)) {
            for (number, line) in file.text.lines().enumerate() {
                if let Some(word) = rule.forbidden.iter().find(|word| line.contains(**word)) {
                    findings
                        .push(Finding::new(format!("{}:{}", file.path, number + 1), format!("`{word}` {}", rule.why)));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        findings(&[File { path: path.to_owned(), text: text.to_owned() }]).len()
    }

    #[test]
    fn each_rule_finds_its_planted_line_and_only_where_it_holds() {
        for (path, line, elsewhere) in [
            ("src-tauri/crates/desk/src/a.rs", "// TODO later", "README.md"),
            ("src-tauri/crates/desk/src/a.rs", "query(\"SELECT 1\")", "src-tauri/crates/store/src/a.rs"),
            ("ui/src/app/a.ts", "import x from \"@tauri-apps/api\"", "ui/src/ipc/a.ts"),
            ("ui/src/app/a.tsx", "e.innerHTML = x", "ui/src/app/a.test.tsx"),
            ("ui/index.html", "<style>", "ui/src/app/a.css"),
            ("src-tauri/crates/client/src/a.rs", ".danger_accept_invalid_certs(true)", "ui/src/a.ts"),
            ("src-tauri/crates/protocol/src/a.rs", "let yuan: f64 = 0.1;", "src-tauri/crates/cli/src/a.rs"),
            ("src-tauri/src/lib.rs", "use tauri_specta::Builder;", "src-tauri/src/ipc.rs"),
        ] {
            assert_eq!(found(path, line), 1, "{line} in {path}");
            assert_eq!(found(elsewhere, line), 0, "{line} in {elsewhere}");
        }
    }

    #[test]
    fn a_file_that_is_too_long_is_found_unless_it_is_generated() {
        let long = "\n".repeat(MOST_LINES + 1);
        assert_eq!(found("ui/src/app/a.ts", &long), 1);
        assert_eq!(found("ui/src/app/a.ts", &"\n".repeat(MOST_LINES)), 0);
        assert_eq!(found("ui/src/ipc/bindings.ts", &long), 0);
    }
}
