//! `wxpay sign`: the sign of a message.

use serde_json::json;
use wxpay_diagnose::{Question, report};

use crate::desk_options::DeskOptions;
use crate::exit::{Exit, Failure};
use crate::message::{self, InputPath, MessageOptions};
use crate::output::Output;
use crate::signing_key::SigningKey;

const AFTER: &str = "\
Examples:
  wxpay sign order.xml --key-file key.txt
  wxpay sign order.json --key-file key.txt --sign-type HMAC-SHA256
  wxpay sign order.xml --profile shop
  echo 'appid=wx1&body=test' | wxpay sign - --key-file key.txt --json
  wxpay sign call.json --appid wx0000000000000001 --key-file key.txt   (the paySign of wx.requestPayment)";

/// Sign a message [签名]: print the sign that belongs to it
///
/// Nothing is added to the message. The algorithm is --sign-type, else that of the --profile, else the message's own
/// sign_type, else MD5. A sign that is already there is left out.
#[derive(clap::Args)]
#[command(after_help = AFTER, after_long_help = format!("{}\n\n{AFTER}", message::INPUT_KINDS))]
pub(crate) struct Sign {
    /// File with the message, or - for standard input
    #[arg(value_name = "INPUT")]
    input: InputPath,
    #[command(flatten)]
    options: MessageOptions,
}

pub(crate) fn run(command: &Sign, desk: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let input = command.options.read(&command.input, desk)?;
    let signing = SigningKey::find(&command.options.key, desk)?;
    let question = Question {
        sign: true,
        key: Some(&signing.key),
        chosen: command.options.chosen(),
        recorded: signing.recorded(),
        appid: signing.appid(command.options.appid.as_deref()),
    };
    let report = report::examine(&input, &question)
        .map_err(|cause| Failure::Report { place: message::place(&command.input), cause })?;
    let warnings = message::warnings(&report);
    message::tell(&warnings, output);
    let sign = report.expected_sign.as_deref().unwrap_or_default();
    if output.is_json() {
        output.document(&json!({
            "sign": sign,
            "sign_name": report.sign_name,
            "sign_type": report.sign_type.as_str(),
            "sign_type_from": report.sign_type_from,
            "string_to_sign": report.string_to_sign,
            "bytes": report.bytes,
            "included": report.sorted,
            "excluded": message::excluded(&report),
            "detected": report.detected,
            "warnings": warnings,
        }))?;
    } else {
        output.line(sign)?;
    }
    Ok(Exit::Done)
}
