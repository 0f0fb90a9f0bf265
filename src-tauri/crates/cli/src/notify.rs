//! `wxpay notify`: what a notification says, and sending one to a program on this machine.

use std::path::PathBuf;

use clap::Subcommand;
use desk::store::NoticeVerdict;
use desk::{LoopbackUrl, NoticeOutcome};
use serde_json::{Map, Value, json};
use wxpay_protocol::notice::ACCEPTED;
use wxpay_protocol::notice_check::NoticeKind;
use wxpay_protocol::{Fen, Params, SignType, UtcMs, req_info, sign, xml};

use crate::desk_options::{DeskOptions, block_on, standard_input_once};
use crate::exit::{Exit, Failure};
use crate::message;
use crate::option_words::SignTypeWord;
use crate::output::Output;
use crate::secrets::{API_KEY, KeySource, secret};

const AFTER: &str = "\
Examples:
  wxpay notify inspect notice.xml --key-file key.txt
  wxpay notify inspect notice.xml --profile shop --json
  wxpay notify send --to http://127.0.0.1:3000/notify --key-file key.txt --out-trade-no T20240102030405_001 --total-fee 101";

/// Notifications [通知]: inspect, send
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Notify {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Inspect(Inspect),
    Send(Box<Send>),
}

const INSPECT_AFTER: &str = "\
With --profile the message is judged as if it had arrived there: by the record of its order, and against what arrived before. \
With --key-file it is judged by the key alone. Nothing is kept or sent.

Exit 0 it would be acknowledged · 1 it would be refused · 3 it cannot be read.

Examples:
  wxpay notify inspect notice.xml --key-file key.txt --json
  wxpay notify inspect - --profile shop < notice.xml";

/// Say check by check what a notification is worth; a refund notice is decrypted [通知检查]
#[derive(clap::Args)]
#[command(after_help = INSPECT_AFTER)]
struct Inspect {
    /// The body as it arrived, - for standard input
    input: PathBuf,
    #[command(flatten)]
    key: KeySource,
    /// How the order was signed; the message's own word otherwise
    #[arg(long, value_name = "TYPE")]
    sign_type: Option<SignTypeWord>,
}

const SEND_AFTER: &str = "\
Sends to this machine only. With a file its bytes go out as they are; otherwise a payment notice is made from the options, or \
with --refund-status a refund notice.

Exit 0 acknowledged · 1 answered, and not acknowledged · 3 refused, or nobody answered.

Examples:
  wxpay notify send --to http://127.0.0.1:3000/notify --file notice.xml
  wxpay notify send --to http://127.0.0.1:3000/notify --key-file key.txt --appid wx0000000000000001 --mch-id 1900000001 \\
      --out-trade-no T20240102030405_001 --total-fee 101 --refund-status SUCCESS";

/// Send a notification to a program on this machine, as WeChat would [发送测试通知]
#[derive(clap::Args)]
#[command(after_help = SEND_AFTER)]
struct Send {
    /// Where to; an http address of this machine
    #[arg(long, value_name = "URL")]
    to: String,
    /// A message as it arrived once
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out_trade_no", "total_fee", "refund_status"])]
    file: Option<PathBuf>,
    #[command(flatten)]
    key: KeySource,
    /// The app; the profile's otherwise
    #[arg(long, value_name = "APPID")]
    appid: Option<String>,
    /// The merchant; the profile's otherwise
    #[arg(long, value_name = "MCH_ID")]
    mch_id: Option<String>,
    /// The order
    #[arg(long, value_name = "N", required_unless_present = "file")]
    out_trade_no: Option<String>,
    /// Its amount in fen
    #[arg(long, value_name = "FEN", required_unless_present = "file")]
    total_fee: Option<String>,
    /// How it is signed
    #[arg(long, value_name = "TYPE", default_value = "MD5")]
    sign_type: SignTypeWord,
    /// What the order's attach was
    #[arg(long, value_name = "TEXT")]
    attach: Option<String>,
    /// Makes it a refund notice: SUCCESS, CHANGE or REFUNDCLOSE
    #[arg(long, value_name = "STATUS", value_parser = ["SUCCESS", "CHANGE", "REFUNDCLOSE"])]
    refund_status: Option<String>,
    /// The refund's number
    #[arg(long, value_name = "R", requires = "refund_status")]
    out_refund_no: Option<String>,
}

pub(crate) fn run(command: &Notify, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    block_on(async {
        match &command.action {
            Action::Inspect(inspect) => self::inspect(inspect, options, output).await,
            Action::Send(send) => self::send(send, options, output).await,
        }
    })
}

async fn inspect(inspect: &Inspect, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    standard_input_once([Some(inspect.input.as_path()), inspect.key.file(), options.passphrase_file()])?;
    let body = message::read_bytes(&inspect.input)?;
    let outcome = if options.profile().is_some() && inspect.key.file().is_none() {
        let (desk, profile) = options.open_profile().await?;
        desk.inspect_notice(body, Some(&profile.name)).await?
    } else {
        let key = secret(&API_KEY, inspect.key.file())?;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let now = UtcMs(i64::try_from(now.as_millis()).unwrap_or(i64::MAX));
        desk::inspect_by_key(&body, &key, inspect.sign_type.map(|word| word.0), now)
    };
    let unreadable = outcome.checks.first().is_some_and(|check| check.name == "message" && !check.ok);
    if output.is_json() {
        output.document(&fields(&outcome))?;
    } else {
        describe(&outcome, output)?;
    }
    Ok(match outcome.verdict {
        NoticeVerdict::Refused if unreadable => Exit::Refused,
        NoticeVerdict::Refused => Exit::No,
        _ => Exit::Done,
    })
}

async fn send(send: &Send, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let to = LoopbackUrl::parse(&send.to)?;
    let desk = options.open().await?;
    let body = match &send.file {
        Some(file) => message::read_bytes(file)?,
        None => self::body(send, options, &desk).await?.into_bytes(),
    };
    let said = desk.send_notice(&to, body).await?;
    let acknowledged = said.status == 200
        && xml::read(said.answer.trim().as_bytes(), "xml")
            .is_ok_and(|ack| ack.filled("return_code") == Some("SUCCESS"));
    if output.is_json() {
        output.document(&json!({
            "status": said.status,
            "answer": said.answer,
            "acknowledged": acknowledged,
            "took_ms": said.took_ms,
        }))?;
    } else {
        let word = if acknowledged { "acknowledged [已应答]" } else { "not acknowledged [未应答]" };
        output.verdict(acknowledged, &format!("{word}: HTTP {} in {} ms", said.status, said.took_ms))?;
        output.line(&format!("  {}", said.answer))?;
        if !acknowledged {
            output.note(&format!("WeChat takes HTTP 200 with {ACCEPTED} for an acknowledgement"));
        }
    }
    Ok(if acknowledged { Exit::Done } else { Exit::No })
}

/// A notice made from the options, under the given key or the profile's.
async fn body(send: &Send, options: &DeskOptions, desk: &desk::Desk) -> Result<String, Failure> {
    let profile = if send.appid.is_some() && send.mch_id.is_some() { None } else { Some(options.choose(desk).await?) };
    let key = match (&profile, send.key.file()) {
        (Some(profile), None) => {
            if !profile.builtin {
                options.unlock(desk).await?;
            }
            desk.api_key(&profile.name).await?
        }
        _ => secret(&API_KEY, send.key.file())?,
    };
    let appid = send.appid.clone().or_else(|| profile.as_ref().map(|of| of.appid.to_string())).unwrap_or_default();
    let mch_id = send.mch_id.clone().or_else(|| profile.as_ref().map(|of| of.mch_id.to_string())).unwrap_or_default();
    let total_fee = Fen::parse_wire(send.total_fee.as_deref().unwrap_or_default())
        .map_err(|cause| Failure::Amount { option: "--total-fee", cause })?
        .to_string();
    let number = send.out_trade_no.as_deref().unwrap_or_default();
    let now = desk.now();
    // Numbers that WeChat would make: recognisable as made up.
    let transaction_id = format!("4200000000{}0000", now.compact());
    let common = [("appid", appid.as_str()), ("mch_id", mch_id.as_str()), ("nonce_str", "wxpaydesknotice")];
    if let Some(status) = &send.refund_status {
        let refund_no = send.out_refund_no.clone().unwrap_or_else(|| format!("R{number}"));
        let refund_id = format!("50000000{}0000000", now.compact());
        let success_time = now.dashed();
        let mut inside = vec![
            ("out_refund_no", refund_no.as_str()),
            ("out_trade_no", number),
            ("refund_fee", total_fee.as_str()),
            ("refund_id", refund_id.as_str()),
            ("refund_status", status.as_str()),
            ("settlement_refund_fee", total_fee.as_str()),
        ];
        if status == "SUCCESS" {
            inside.push(("success_time", &success_time));
        }
        inside.extend([("total_fee", total_fee.as_str()), ("transaction_id", transaction_id.as_str())]);
        let document = written(&Params::from_pairs(inside)?)?.replace("<xml>", "<root>").replace("</xml>", "</root>");
        let sealed = req_info::seal(&document, &key);
        let outer = [("return_code", "SUCCESS")].into_iter().chain(common).chain([("req_info", sealed.as_str())]);
        return written(&Params::from_pairs(outer)?);
    }
    let time_end = now.compact();
    let mut fields = Params::from_pairs(common.into_iter().chain([
        ("bank_type", "OTHERS"),
        ("cash_fee", total_fee.as_str()),
        ("fee_type", "CNY"),
        ("is_subscribe", "N"),
        ("out_trade_no", number),
        ("result_code", "SUCCESS"),
        ("return_code", "SUCCESS"),
        ("time_end", time_end.as_str()),
        ("total_fee", total_fee.as_str()),
        ("trade_type", "JSAPI"),
        ("transaction_id", transaction_id.as_str()),
    ]))?;
    if let Some(attach) = &send.attach {
        fields.push("attach", attach)?;
    }
    if send.sign_type.0 == SignType::HmacSha256 {
        fields.push("sign_type", send.sign_type.0.as_str())?;
    }
    fields.push("sign", &sign::sign(&fields, &key, send.sign_type.0))?;
    written(&fields)
}

fn written(params: &Params) -> Result<String, Failure> {
    xml::write(params, xml::is_amount).map_err(|fault| Failure::Word {
        option: "the notice",
        given: fault.to_string(),
        expected: "text that can stand in XML",
    })
}

/// What every document says of a notice.
pub(crate) fn fields(outcome: &NoticeOutcome) -> Map<String, Value> {
    let checks: Vec<Value> = outcome
        .checks
        .iter()
        .map(|check| json!({"name": check.name, "ok": check.ok, "detail": check.detail}))
        .collect();
    let decrypted = outcome.decrypted.as_ref().map(|pairs| {
        let pairs: Map<String, Value> =
            pairs.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
        pairs
    });
    let fields = [
        ("id", json!(outcome.id)),
        ("kind", json!(outcome.kind.map(NoticeKind::as_str))),
        ("verdict", json!(outcome.verdict.as_str())),
        ("checks", json!(checks)),
        ("answer", json!(outcome.answer)),
        ("took_ms", json!(outcome.took_ms)),
        ("duplicate_of", json!(outcome.duplicate_of)),
        ("attempt", json!(outcome.attempt)),
        ("next_due_at", json!(outcome.next_due_at.map(UtcMs::rfc3339))),
        ("effect", json!(outcome.effect.map(desk::store::Effect::as_str))),
        ("profile", json!(outcome.profile)),
        ("out_trade_no", json!(outcome.out_trade_no)),
        ("out_refund_no", json!(outcome.out_refund_no)),
        ("received_at", json!(outcome.received_at.rfc3339())),
        ("decrypted", json!(decrypted)),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The same for people.
pub(crate) fn describe(outcome: &NoticeOutcome, output: &mut Output) -> Result<(), Failure> {
    let words = match outcome.verdict {
        NoticeVerdict::Accepted => "accepted [已接受]",
        NoticeVerdict::Duplicate => "duplicate [重复]",
        NoticeVerdict::Stale => "stale, changes nothing [过时]",
        NoticeVerdict::Orphan => "genuine, of an order or refund that is not known here [未知订单或退款]",
        NoticeVerdict::Hint => "a hint: only a signed refundquery proves it [仅提示，以退款查询为准]",
        NoticeVerdict::Refused => "refused [拒绝]",
    };
    let number = outcome.out_trade_no.as_deref().unwrap_or("-");
    let took = outcome.took_ms.map(|ms| format!("  {ms} ms")).unwrap_or_default();
    output.verdict(outcome.verdict.is_acknowledged(), &format!("{number}  {words}{took}"))?;
    for check in &outcome.checks {
        let mark = if check.ok { "✓" } else { "✗" };
        output.line(&format!("  {mark} {}  {}", check.name, check.detail))?;
    }
    if let Some(id) = outcome.duplicate_of {
        output.line(&format!("  the same as notice {id} [与通知 {id} 相同]"))?;
    }
    if let Some(at) = outcome.next_due_at {
        output.line(&format!("  attempt [第几次] {}; the next is due [下一次] {}", outcome.attempt, at.rfc3339()))?;
    }
    for (name, value) in outcome.decrypted.iter().flatten() {
        output.line(&format!("    {name}  {value}"))?;
    }
    Ok(())
}
