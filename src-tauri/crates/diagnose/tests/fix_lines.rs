//! Every line to change is code: each is wrapped in a small program, and the compiler of its language parses it. A language
//! whose compiler is not installed is left out, and that is said.

#![allow(clippy::unwrap_used, reason = "a test stops where a file or a program cannot be had")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wxpay_diagnose::knowledge::{CauseId, Language};

/// Parses without looking for what a snippet does not define; `javac` itself would.
const JAVA_PARSER: &str = r"
import com.sun.source.util.JavacTask;
import java.nio.file.Path;
import java.util.Arrays;
import javax.tools.ToolProvider;

public class Parse {
    public static void main(String[] files) throws Exception {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var manager = compiler.getStandardFileManager(null, null, null);
        var units = manager.getJavaFileObjectsFromPaths(Arrays.stream(files).map(Path::of).toList());
        var found = new javax.tools.DiagnosticCollector<javax.tools.JavaFileObject>();
        ((JavacTask) compiler.getTask(null, manager, found, null, null, units)).parse();
        found.getDiagnostics().forEach(System.err::println);
        System.exit(found.getDiagnostics().isEmpty() ? 0 : 1);
    }
}
";

/// The code in the smallest program that can hold it.
fn program(language: Language, cause: CauseId, code: &str) -> String {
    let indented = |by: &str| -> String { code.lines().flat_map(|line| [by, line, "\n"]).collect() };
    match language {
        Language::Php => format!("<?php\nfunction fix()\n{{\n{}}}\n", indented("    ")),
        Language::Java => {
            format!("class Fix {{\n    Object fix() throws Exception {{\n{}    }}\n}}\n", indented("        "))
        }
        Language::Go => format!("package fix\n\nfunc fix() {{\n{}}}\n", indented("\t")),
        Language::Node => format!("async function fix() {{\n{}}}\n", indented("  ")),
        Language::Python => format!("def fix():\n{}", indented("    ")),
        // A property is a member, not a statement.
        Language::CSharp if code.starts_with('[') => format!("class {cause}\n{{\n{}}}\n", indented("    ")),
        Language::CSharp => {
            format!("class {cause}\n{{\n    async Task<object> F()\n    {{\n{}    }}\n}}\n", indented("        "))
        }
    }
}

const fn extension(language: Language) -> &'static str {
    match language {
        Language::Php => "php",
        Language::Java => "java",
        Language::Go => "go",
        Language::Node => "mjs",
        Language::Python => "py",
        Language::CSharp => "cs",
    }
}

/// Writes one program for each cause; answers the files.
fn written(language: Language, folder: &Path) -> Vec<PathBuf> {
    let texts = CauseId::ALL.iter().filter_map(|cause| Some((cause, cause.text()?.fix(language)?)));
    texts
        .map(|(cause, code)| {
            let file = folder.join(format!("{cause}.{}", extension(language)));
            fs::write(&file, program(language, *cause, code)).unwrap();
            file
        })
        .collect()
}

/// What a program says when it refuses; nothing when it accepts.
fn refusal(program: &str, arguments: &[&OsStr]) -> Option<String> {
    let ran = Command::new(program).args(arguments).output().unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    (!ran.status.success()).then(|| String::from_utf8_lossy(&said).into_owned())
}

fn is_installed(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).output().is_ok_and(|ran| ran.status.success())
}

/// Parses all files in one run, behind the arguments that the compiler wants first.
fn together(program: &str, first: &[&str], files: &[PathBuf]) -> Option<String> {
    let arguments: Vec<&OsStr> =
        first.iter().map(OsStr::new).chain(files.iter().map(|file| file.as_os_str())).collect();
    refusal(program, &arguments)
}

/// Parses each file by itself.
fn one_by_one(program: &str, option: &str, files: &[PathBuf]) -> Option<String> {
    let said: String =
        files.iter().filter_map(|file| refusal(program, &[OsStr::new(option), file.as_os_str()])).collect();
    (!said.is_empty()).then_some(said)
}

/// Checks a language in a folder of its own: what was refused, or nothing; none where its compiler is not there.
fn checked(language: Language) -> Option<(usize, Option<String>)> {
    let folder = std::env::temp_dir().join(format!("wxpay-fix-lines-{}-{}", std::process::id(), language.as_str()));
    fs::create_dir_all(&folder).unwrap();
    let files = written(language, &folder);
    let answer = match language {
        Language::Php => is_installed("php", "--version").then(|| one_by_one("php", "-l", &files)),
        Language::Go => is_installed("gofmt", "-h").then(|| together("gofmt", &["-e", "-l"], &files)),
        Language::Node => is_installed("node", "--version").then(|| one_by_one("node", "--check", &files)),
        Language::Python => {
            is_installed("python3", "--version").then(|| together("python3", &["-m", "py_compile"], &files))
        }
        Language::CSharp => is_installed("mcs", "--version").then(|| together("mcs", &["--parse"], &files)),
        Language::Java => is_installed("javac", "-version").then(|| {
            let parser = folder.join("Parse.java");
            fs::write(&parser, JAVA_PARSER).unwrap();
            together("java", &[&parser.to_string_lossy()], &files)
        }),
    };
    fs::remove_dir_all(&folder).unwrap();
    answer.map(|refused| (files.len(), refused))
}

#[test]
fn every_line_to_change_is_code_in_its_language() {
    let mut refused: Vec<String> = Vec::new();
    for language in Language::ALL {
        match checked(language) {
            None => println!("{}: not checked, its compiler is not installed", language.name()),
            Some((count, None)) => println!("{}: {count} lines parsed", language.name()),
            Some((_, Some(said))) => refused.push(format!("{}:\n{said}", language.name())),
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
