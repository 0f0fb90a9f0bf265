use std::process::Stdio;

use crate::program::{Desk, V1};

#[test]
fn every_command_has_help_with_an_example() {
    let desk = Desk::new();
    let all = desk.run(&["--help"]).expect(0).out;
    for command in [
        "sign",
        "verify",
        "diagnose",
        "lint",
        "pay-params",
        "simulator",
        "profile",
        "order",
        "refund",
        "notify",
        "listen",
        "poll",
        "lookup",
        "alarms",
        "bill",
        "reconcile",
        "day",
        "completions",
    ] {
        assert!(all.contains(command), "{command}");
        let help = desk.run(&[command, "--help"]).expect(0).out;
        assert!(help.contains("Examples:") && help.contains(&format!("wxpay {command}")), "{help}");
    }
    for command in [
        "profile add",
        "profile list",
        "profile show",
        "profile probe",
        "profile import-cert",
        "profile remove",
        "simulator pay",
    ]
    .into_iter()
    .chain([
        "simulator cancel",
        "simulator password",
        "simulator refunds",
        "simulator refund",
        "simulator scan",
        "simulator orders",
        "simulator order",
        "simulator ledger",
    ])
    .chain(["simulator notices", "simulator resend", "simulator traffic", "simulator curl", "simulator clock"])
    .chain([
        "simulator merchants",
        "simulator merchants add",
        "simulator snippets",
        "simulator faults",
        "simulator scenario",
        "simulator scenario run",
    ])
    .chain([
        "order create",
        "order query",
        "order close",
        "order show",
        "order list",
        "order import",
        "refund create",
        "refund query",
        "refund list",
        "notify inspect",
        "notify send",
        "bill check",
        "day list",
        "day report",
        "day show",
        "day note",
        "day close",
        "day reopen",
        "day read-remarks",
        "export differences",
    ]) {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = desk.run(&words).expect(0).out;
        assert!(help.contains("Example") && help.contains(&format!("wxpay {command}")), "{help}");
    }
    assert!(desk.run(&["sign", "--help"]).expect(0).out.contains("attach=a=1&b=2"));
    assert!(all.contains("Exit status"));
    assert!(desk.run(&["--version"]).expect(0).out.starts_with("wxpay 0."));
}

#[test]
fn the_help_of_listen_says_what_a_relay_must_do() {
    let help = Desk::new().run(&["listen", "--help"]).expect(0).out;
    // Wherever its lines end.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["cannot reach this machine", "byte for byte, with its body untouched", "within five seconds"] {
        assert!(help.contains(words), "{words}: {help}");
    }
}

#[test]
fn a_command_line_that_makes_no_sense_is_usage() {
    let desk = Desk::new();
    desk.run(&[]).expect(2);
    desk.run(&["sing"]).expect(2);
    desk.run(&["sign"]).expect(2);
    desk.run(&["verify"]).expect(2);
    desk.run(&["verify", "a", "--jsonl", "b", "--key-file", "key.txt"]).expect(2);
    desk.run(&["sign", "a", "--sign-type", "md5"]).expect(2);
    let answer = desk.run(&["sign", "a", "--sign-type", "SHA1", "--json"]).expect(2);
    assert_eq!(answer.json()["error"]["code"], "usage");
}

#[test]
fn completions_exist_for_the_usual_shells() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = desk.run(&["completions", shell]).expect(0).out;
        assert!(script.contains("pay-params") && script.contains("key-file"), "{shell}");
    }
    desk.run(&["completions", "cobol"]).expect(2);
}

#[test]
fn a_reader_that_goes_away_ends_the_output_quietly() {
    let desk = Desk::new();
    desk.file("order.txt", V1);
    let mut child = desk
        .command(&["completions", "zsh"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_an_error() {
    let desk = Desk::new();
    desk.file("order.txt", V1);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = desk
        .command(&["sign", "order.txt", "--key-file", "key.txt"])
        .stdin(Stdio::null())
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard output"));
}
