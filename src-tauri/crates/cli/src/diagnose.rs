//! `wxpay diagnose`: why a sign is refused.

pub(crate) mod json;
mod keys;
mod strings;
pub(crate) mod text;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use desk::{Clock, Evidence, Examined, SystemClock, examine, redacted_report};
use wxpay_diagnose::diagnosis::{Effort, Outcome};
use wxpay_diagnose::knowledge::Language;
use wxpay_diagnose::rules::{Context, Endpoint};

use crate::desk_options::{DeskOptions, block_on, standard_input_once};
use crate::diagnose::keys::{KeyOptions, Merchant};
use crate::exit::{Exit, Failure};
use crate::message::{self, InputPath};
use crate::option_words::{FormatWord, SignTypeWord};
use crate::output::Output;
use crate::progress::{Bar, cancel_on_interrupt};

const AFTER: &str = "\
INPUT is what was signed: XML (broken XML too), JSON, pairs a=1&b=2, a string to sign, a curl command or URL, a captured \
request, a log line, or a map as PHP, Java, Go, Python or JavaScript prints it. --sent is what really went over the wire; \
for a client call it may be the order that it pays for.

A cause is proven [确诊] when the given sign was computed again to the last bit (proof: hash); a paySign that equals the \
order's sign is proven as its copy (proof: copy), and by hash where --sent is that order or its answer. What only looks \
wrong is a suspicion [疑似]. Nothing is sent anywhere.

Exit status: 0 the sign is right · 1 it is not, explained or not, or nothing could be compared · 2 usage · 3 INPUT or \
--sent cannot be read · 6 a key that was named is missing or locked

Examples:
  wxpay diagnose order.xml --key-file key.txt
  wxpay diagnose order.xml --profile shop                      (tries its AppSecret and the keys of the other profiles too)
  wxpay diagnose signed.txt --sent wire.xml --key-file key.txt --fixes php
  wxpay diagnose call.json --appid wx0000000000000001 --key-file key.txt --context jsapi --sent order.xml
  wxpay diagnose order.xml --key-file key.txt --other-key appsecret=secret.txt --other-key 商户B=b.txt
  wxpay diagnose notice.xml --key-file - --json < key.txt
  wxpay diagnose order.xml --key-file key.txt --return-msg 签名错误 --refund-notice refund.xml --deep";

/// Find out why a sign is refused [签名诊断]: the cause, proven by hash, and what to change
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Diagnose {
    /// File with the message that was signed, or - for standard input
    #[arg(value_name = "INPUT")]
    input: InputPath,
    /// How INPUT is to be read, if detection guesses wrong
    #[arg(long, value_name = "FORMAT")]
    format: Option<FormatWord>,
    /// The sign to explain [签名]; without it the one in INPUT
    #[arg(long, value_name = "SIGN")]
    sign: Option<String>,
    /// The algorithm that should have been used [签名类型]; without it the message's own sign_type, else the length decides
    #[arg(long, value_name = "TYPE")]
    sign_type: Option<SignTypeWord>,
    /// What INPUT is [场景]: an endpoint such as unifiedorder, or jsapi, app, native, pay-notify, refund-notify, answer
    #[arg(long, value_name = "CONTEXT", hide_possible_values = true, value_parser = context_words())]
    context: Option<Context>,
    /// The appId of a client call, which is signed and not carried; the profile's with --profile
    #[arg(long, value_name = "APPID")]
    appid: Option<String>,
    /// File with what was really sent [实际发出的报文], where it is not INPUT
    #[arg(long, value_name = "FILE")]
    sent: Option<PathBuf>,
    /// What the gateway or the client said [返回信息], such as 签名错误
    #[arg(long, value_name = "TEXT")]
    return_msg: Option<String>,
    /// File with a refund notification [退款通知] of the merchant: its req_info proves a key offline
    #[arg(long, value_name = "FILE")]
    refund_notice: Option<PathBuf>,
    #[command(flatten)]
    keys: KeyOptions,
    /// Search for seconds instead of a moment: all subsets of 20 fields, three changes at once [深度搜索]
    #[arg(long)]
    deep: bool,
    /// Show the line of code to change, in one language or in all
    #[arg(long, value_name = "LANGUAGE", value_parser = language_words())]
    fixes: Option<Fixes>,
    /// Print a report without keys and personal values, to show to others [脱敏报告]
    #[arg(long)]
    report: bool,
}

/// `--fixes`.
#[derive(Clone, Copy)]
pub(crate) enum Fixes {
    All,
    Of(Language),
}

impl Fixes {
    pub(crate) fn wants(self, language: Language) -> bool {
        matches!(self, Self::All) || matches!(self, Self::Of(wanted) if wanted == language)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("this word is not known")]
struct UnknownWord;

/// `--context`.
pub(crate) fn context_words() -> impl TypedValueParser<Value = Context> {
    let calls = ["jsapi", "app", "native", "pay-notify", "refund-notify", "answer"];
    let words = calls.into_iter().chain(Endpoint::all().map(Endpoint::name));
    PossibleValuesParser::new(words).try_map(|word| Context::parse(&word).ok_or(UnknownWord))
}

fn language_words() -> impl TypedValueParser<Value = Fixes> {
    let words = Language::ALL.into_iter().map(Language::as_str).chain(["all"]);
    PossibleValuesParser::new(words).try_map(|word| {
        let language = Language::ALL.into_iter().find(|language| language.as_str() == word);
        match language {
            Some(language) => Ok(Fixes::Of(language)),
            None if word == "all" => Ok(Fixes::All),
            None => Err(UnknownWord),
        }
    })
}

pub(crate) fn run(command: &Diagnose, desk: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    standard_input_once(command.files(desk))?;
    let evidence = command.evidence(desk)?;
    let (evidence, examined) = search(evidence, command.deep)?;
    let report = command.report.then(|| redacted_report(&evidence, &examined));
    let unreadable = command.unreadable(&examined);
    if output.is_json() {
        output.document(&json::document(&examined, unreadable.as_ref(), command.fixes, report)?)?;
    } else if let Some(failure) = unreadable {
        return Err(failure);
    } else if let Some(report) = report {
        output.raw(&report)?;
    } else {
        text::describe(&examined, command.fixes, output)?;
    }
    Ok(exit(&examined))
}

fn exit(examined: &Examined) -> Exit {
    match examined.diagnosis.verdict {
        _ if examined.unreadable.is_some() || examined.sent_unreadable().is_some() => Exit::Refused,
        Outcome::Valid => Exit::Done,
        Outcome::Explained | Outcome::Unexplained | Outcome::Malformed => Exit::No,
    }
}

impl Diagnose {
    /// A text without a single field, INPUT before --sent.
    fn unreadable(&self, examined: &Examined) -> Option<Failure> {
        let input = examined.unreadable.clone().map(|cause| (message::place(&self.input), cause));
        let sent = || {
            let place = self.sent.as_deref().map(|path| path.display().to_string());
            examined.sent_unreadable().map(|cause| (format!("--sent {}", place.unwrap_or_default()), cause))
        };
        input.or_else(sent).map(|(place, cause)| Failure::Input { place, cause })
    }

    /// Everything that may claim standard input.
    fn files<'p>(&'p self, desk: &'p DeskOptions) -> impl Iterator<Item = Option<&'p Path>> {
        [Some(self.input.as_path()), self.sent.as_deref(), self.refund_notice.as_deref(), desk.passphrase_file()]
            .into_iter()
            .chain(self.keys.files())
    }

    fn evidence(&self, desk: &DeskOptions) -> Result<Evidence, Failure> {
        let read = |path: &Option<PathBuf>| path.as_deref().map(message::read_bytes).transpose();
        // The inputs come first: whoever mistypes a name is not asked for a passphrase.
        let (pasted, sent) = (message::read_bytes(&self.input)?, read(&self.sent)?);
        let refund_notice = read(&self.refund_notice)?;
        let Merchant { keys, profile } = self.keys.collect(desk)?;
        let appid = self.appid.clone().or_else(|| profile.as_ref().map(|profile| profile.appid.to_string()));
        Ok(Evidence {
            pasted,
            format: self.format.map(|word| word.0),
            sent,
            sign: self.sign.clone(),
            sign_type: self.sign_type.map(|word| word.0),
            recorded: profile.as_ref().map(|profile| profile.sign_type),
            context: self.context,
            appid,
            keys,
            return_msg: self.return_msg.clone(),
            refund_notice,
            now: Some(SystemClock.now()),
        })
    }
}

/// Searches; for long with a bar that Ctrl-C ends with what is known by then.
fn search(evidence: Evidence, deep: bool) -> Result<(Evidence, Examined), Failure> {
    if !deep {
        let examined = examine(&evidence, Effort::default(), &mut |_| ControlFlow::Continue(()));
        return Ok((evidence, examined));
    }
    block_on(async {
        let cancel = cancel_on_interrupt();
        let work = move || {
            let bar = Bar::new("search");
            let examined = examine(&evidence, Effort::deep(), &mut |progress| {
                bar.show_search(progress);
                if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            bar.finish();
            (evidence, examined)
        };
        tokio::task::spawn_blocking(work).await.map_err(|fault| Failure::Runtime(std::io::Error::other(fault)))
    })
}
