use std::process::Stdio;

use crate::program::{Desk, KEY, V1, V1_MD5};

#[test]
fn no_option_carries_a_secret() {
    let desk = Desk::new();
    desk.file("order.txt", V1);
    for arguments in [
        vec!["sign", "order.txt", "--key", "SECRETSECRET"],
        vec!["sign", "order.txt", "--key=SECRETSECRET"],
        vec!["verify", "order.txt", "--api-key=SECRETSECRET"],
        vec!["pay-params", "--appid", "wx1", "--prepay-id", "wx2", "--key=SECRETSECRET"],
    ] {
        let answer = desk.run(&arguments).expect(2);
        assert!(!answer.err.contains("SECRETSECRET") && answer.out.is_empty(), "{}", answer.err);
    }
}

#[test]
fn the_environment_carries_no_secret() {
    let desk = Desk::new();
    desk.file("order.txt", V1);
    let output = desk
        .command(&["sign", "order.txt"])
        .env("WXPAY_KEY", KEY)
        .env("WXPAY_KEY_FILE", "key.txt")
        .env("KEY_FILE", "key.txt")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(6));
}

#[test]
fn without_a_key_file_and_without_a_terminal_the_secret_is_missing() {
    let desk = Desk::new();
    desk.file("order.txt", V1);
    desk.file("empty.txt", "\n");
    for arguments in [
        vec!["sign", "order.txt", "--json"],
        vec!["sign", "order.txt", "--json", "--key-file", "nowhere.txt"],
        vec!["sign", "order.txt", "--json", "--key-file", "empty.txt"],
    ] {
        let answer = desk.run(&arguments).expect(6);
        assert_eq!(answer.json()["error"]["code"], "secret_missing", "{arguments:?}");
    }
}

#[test]
fn a_file_that_cannot_be_a_key_is_refused() {
    let desk = Desk::new();
    desk.file("order.txt", V1);
    desk.file("big.txt", "x".repeat(5000));
    assert!(desk.run(&["sign", "order.txt", "--key-file", "big.txt"]).expect(3).err.contains("4096"));
}

#[test]
fn a_byte_order_mark_and_one_line_end_of_the_key_file_are_dropped_and_nothing_else() {
    let desk = Desk::new();
    desk.file("order.txt", V1);
    let sign = |content: String| {
        desk.file("variant.txt", content);
        desk.run(&["sign", "order.txt", "--key-file", "variant.txt"]).expect(0)
    };
    for content in [KEY.to_owned(), format!("{KEY}\n"), format!("{KEY}\r\n"), format!("\u{FEFF}{KEY}\r\n")] {
        assert_eq!(sign(content.clone()).out.trim(), V1_MD5, "{content:?}");
    }
    for content in [format!("{KEY} "), format!(" {KEY}"), format!("{KEY}\n\n")] {
        let answer = sign(content.clone());
        assert_ne!(answer.out.trim(), V1_MD5, "{content:?}");
        assert!(answer.err.contains("white space"), "{}", answer.err);
    }
}

#[test]
fn the_key_may_come_from_standard_input_and_then_the_input_is_a_file() {
    let desk = Desk::new();
    desk.file("order.txt", V1);
    let answer = desk.run_with(&["sign", "order.txt", "--key-file", "-"], format!("{KEY}\n")).expect(0);
    assert_eq!(answer.out.trim(), V1_MD5);
    desk.run_with(&["sign", "-", "--key-file", "-"], KEY).expect(2);
    desk.run_with(&["verify", "--jsonl", "-", "--key-file", "-"], KEY).expect(2);
}

#[test]
fn no_output_ever_holds_the_key() {
    let desk = Desk::new();
    desk.file("order.txt", format!("{V1}&sign={V1_MD5}&key={KEY}"));
    desk.file("broken.txt", format!("<xml><key>{KEY}</key><a>"));
    for arguments in [
        vec!["sign", "order.txt", "--key-file", "key.txt"],
        vec!["sign", "order.txt", "--key-file", "key.txt", "--json"],
        vec!["verify", "order.txt", "--key-file", "key.txt"],
        vec!["verify", "order.txt", "--key-file", "key.txt", "--json"],
        vec!["verify", "broken.txt", "--key-file", "key.txt", "--json"],
        vec!["verify", "key.txt", "--key-file", "key.txt", "--json"],
    ] {
        let answer = desk.run(&arguments);
        let everything = answer.out + &answer.err;
        assert!(!everything.contains(KEY) && !everything.contains("0123456789abcdef"), "{everything}");
    }
}
