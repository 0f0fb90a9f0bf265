//! Whole-program tests over public APIs and the built programs.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it found by failing")]

mod faults;

use std::process::Command;

#[test]
fn the_window_prints_its_version_without_a_display() {
    let program = acceptance::built::wxpay_desk().unwrap();
    let output = Command::new(program).arg("--version").env_remove("DISPLAY").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("wxpay-desk {}\n", env!("CARGO_PKG_VERSION")));
    assert!(output.status.success());
}

#[test]
fn an_argument_that_the_window_does_not_know_is_a_usage_error() {
    let program = acceptance::built::wxpay_desk().unwrap();
    let output = Command::new(program).arg("--data").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--data-dir DIR"));
}
