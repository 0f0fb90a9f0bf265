//! `wxpay verify`: whether a sign is right, for one message or for very many.

use std::path::PathBuf;

use serde_json::json;
use wxpay_diagnose::report::SignTypeFrom;
use wxpay_diagnose::{Question, Report, Verdict, report};

use crate::bulk;
use crate::desk_options::DeskOptions;
use crate::exit::{Exit, Failure};
use crate::message::{self, InputPath, MessageOptions};
use crate::output::Output;
use crate::signing_key::SigningKey;

const AFTER: &str = "\
Examples:
  wxpay verify notice.xml --key-file key.txt
  wxpay verify - --key-file key.txt --json < answer.xml
  wxpay verify notice.xml --profile shop                                 (its key and its sign type)
  wxpay verify call.json --appid wx0000000000000001 --key-file key.txt   (the paySign of wx.requestPayment)
  wxpay verify --jsonl messages.jsonl --key-file key.txt                 (one {\"id\",\"body\"} per line)";

/// Verify the sign of a message [验签]: exit 0 if it is right, 1 if it is wrong or missing
///
/// The algorithm is --sign-type, else that of the --profile, else the message's own sign_type, else what fits the length. A message that
/// names another sign_type than the given one is invalid, and so is a sign in lower case.
#[derive(clap::Args)]
#[command(after_help = AFTER, after_long_help = format!("{}\n\n{AFTER}", message::INPUT_KINDS))]
pub(crate) struct Verify {
    /// File with the message, or - for standard input
    #[arg(value_name = "INPUT", required_unless_present = "jsonl", conflicts_with = "jsonl")]
    input: Option<InputPath>,
    /// File with one JSON object {"id","body"} per line, or - for standard input: verify them all
    #[arg(long, value_name = "FILE")]
    jsonl: Option<PathBuf>,
    #[command(flatten)]
    options: MessageOptions,
}

pub(crate) fn run(command: &Verify, desk: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    match (&command.jsonl, &command.input) {
        (Some(file), _) => bulk::run(file, &command.options, desk, output),
        (None, Some(file)) => one(file, &command.options, desk, output),
        (None, None) => one(&InputPath::from("-"), &command.options, desk, output),
    }
}

fn one(path: &InputPath, options: &MessageOptions, desk: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let input = options.read(path, desk)?;
    let signing = SigningKey::find(&options.key, desk)?;
    let question = Question {
        sign: false,
        key: Some(&signing.key),
        chosen: options.chosen(),
        recorded: signing.recorded(),
        appid: signing.appid(options.appid.as_deref()),
    };
    let report =
        report::examine(&input, &question).map_err(|cause| Failure::Report { place: message::place(path), cause })?;
    let valid = report.verdict == Verdict::Match;
    if output.is_json() {
        document(&report, valid, output)?;
    } else {
        describe(&report, valid, output)?;
    }
    Ok(if valid { Exit::Done } else { Exit::No })
}

fn document(report: &Report, valid: bool, output: &mut Output) -> Result<(), Failure> {
    output.document(&json!({
        "valid": valid,
        "verdict": report.verdict,
        "reason": report.fault.map(|fault| fault.to_string()),
        "sign_type": report.sign_type.as_str(),
        "sign_type_from": report.sign_type_from,
        "sign_name": report.sign_name,
        "given_sign": report.given_sign,
        "expected_sign": report.expected_sign,
        "string_to_sign": report.string_to_sign,
        "bytes": report.bytes,
        "included": report.sorted,
        "excluded": message::excluded(report),
        "detected": report.detected,
        "warnings": message::warnings(report),
    }))
}

fn describe(report: &Report, valid: bool, output: &mut Output) -> Result<(), Failure> {
    message::tell(&message::warnings(report), output);
    match report.fault {
        Some(fault) => output.verdict(valid, &format!("invalid [签名无效]: {fault}"))?,
        None => output.verdict(valid, "valid [签名有效]")?,
    }
    let from = match report.sign_type_from {
        SignTypeFrom::Chosen => "as --sign-type says",
        SignTypeFrom::Profile => "as the profile says",
        SignTypeFrom::Message => "as the message says",
        SignTypeFrom::Length => "by the length of the sign",
        SignTypeFrom::Default => "by default",
    };
    output.line(&format!("  sign type  {} ({from})", report.sign_type.as_str()))?;
    output.line(&format!("  given      {}", report.given_sign.as_deref().unwrap_or("(none)")))?;
    output.line(&format!("  expected   {}", report.expected_sign.as_deref().unwrap_or("(unknown)")))?;
    output.line(&format!("  string     {}", report.string_to_sign))
}
