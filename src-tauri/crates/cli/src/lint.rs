//! `wxpay lint`: what can be seen on a message without a key.

use std::ops::ControlFlow;

use desk::{Clock, Evidence, Examined, SystemClock, examine};
use serde_json::json;
use wxpay_diagnose::diagnosis::Effort;
use wxpay_diagnose::knowledge::Severity;
use wxpay_diagnose::rules::Context;

use crate::desk_options::{DeskOptions, standard_input_once};
use crate::diagnose::context_words;
use crate::diagnose::json::{kind, repairs, warnings};
use crate::diagnose::text::suspicions;
use crate::exit::{Exit, Failure};
use crate::message::{self, InputPath};
use crate::option_words::FormatWord;
use crate::output::Output;

const AFTER: &str = "\
INPUT is read as by wxpay diagnose. Hints are worth a look and usual in messages that are fine: they alone leave the exit \
status at 0.

Exit status: 0 clean · 1 warnings · 3 INPUT cannot be read

Examples:
  wxpay lint order.xml
  wxpay lint call.json --context jsapi
  wxpay lint - --json < order.xml";

/// Check the fields of a message without a key [字段检查]
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Lint {
    /// File with the message, or - for standard input
    #[arg(value_name = "INPUT")]
    input: InputPath,
    /// How INPUT is to be read, if detection guesses wrong
    #[arg(long, value_name = "FORMAT")]
    format: Option<FormatWord>,
    /// What INPUT is [场景]: an endpoint such as unifiedorder, or jsapi, app, native, pay-notify, refund-notify, answer
    #[arg(long, value_name = "CONTEXT", hide_possible_values = true, value_parser = context_words())]
    context: Option<Context>,
}

pub(crate) fn run(command: &Lint, desk: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    standard_input_once([Some(command.input.as_path()), desk.passphrase_file()])?;
    let evidence = Evidence {
        pasted: message::read_bytes(&command.input)?,
        format: command.format.map(|word| word.0),
        context: command.context,
        now: Some(SystemClock.now()),
        ..Evidence::default()
    };
    // Without a key nothing is searched; what is left are the rules.
    let examined = examine(&evidence, Effort::default(), &mut |_| ControlFlow::Continue(()));
    if let Some(cause) = examined.unreadable {
        return Err(Failure::Input { place: message::place(&command.input), cause });
    }
    let clean = !examined.diagnosis.warnings.iter().any(|warning| warning.severity != Severity::Hint);
    if output.is_json() {
        document(&examined, clean, output)?;
    } else {
        describe(&examined, clean, output)?;
    }
    Ok(if clean { Exit::Done } else { Exit::No })
}

fn document(examined: &Examined, clean: bool, output: &mut Output) -> Result<(), Failure> {
    output.document(&json!({
        "clean": clean,
        "context": examined.context.map(Context::as_str),
        "detected": kind(&examined.read),
        "warnings": warnings(&examined.diagnosis.warnings),
        "repairs": repairs(&examined.read),
    }))
}

fn describe(examined: &Examined, clean: bool, output: &mut Output) -> Result<(), Failure> {
    let notes: Vec<String> = examined.read.repairs.iter().map(|placed| placed.repair.to_string()).collect();
    message::tell(&notes, output);
    let warnings = &examined.diagnosis.warnings;
    let count = warnings.iter().filter(|warning| warning.severity != Severity::Hint).count();
    let text = if clean {
        "没有发现问题 clean".to_owned()
    } else {
        format!("发现 {count} 处疑似问题 {count} warning(s)")
    };
    output.verdict(clean, &text)?;
    output
        .line(&format!("  场景 context: {}", examined.context.map_or("未识别 unknown", |context| context.as_str())))?;
    suspicions(&warnings.iter().collect::<Vec<_>>(), output)
}
