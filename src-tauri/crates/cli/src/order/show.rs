//! `wxpay order show`: one order with its evidence.

use desk::store::{Event, Observation, Order, OrderState};
use desk::{HeldBack, NextQuestion, OrderDetail};
use serde_json::{Map, Value, json};
use wxpay_protocol::{Fen, UtcMs};

use crate::desk_options::DeskOptions;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::refund;

/// Show an order with its state, its flags and every observation [证据]
///
/// Nothing is sent and no key is needed. Exit 1 if there is no such order.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay order show 20240102030405000112345678\n  wxpay order show 20240102030405000112345678 --json"
)]
pub(crate) struct Show {
    /// The merchant's order number [商户单号]
    out_trade_no: String,
}

pub(crate) async fn run(command: &Show, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let desk = options.open().await?;
    let profile = options.choose(&desk).await?;
    let detail = desk.order_detail(&profile.name, &command.out_trade_no).await?;
    if output.is_json() {
        let mut document = fields(&detail.order);
        document.insert("observations".to_owned(), detail.observations.iter().map(observation).collect());
        let refunds = desk.refunds_of(&profile.name, &command.out_trade_no).await?;
        document
            .insert("refunds".to_owned(), refunds.iter().map(|refund| Value::Object(refund::fields(refund))).collect());
        document.insert("doing".to_owned(), json!(detail.doing.as_str()));
        document.insert("next_question".to_owned(), json!(detail.next_question.map(next_question)));
        if let Some(claimed) = detail.order.claimed_total_fee {
            document.insert("claimed_total_fee".to_owned(), json!(claimed.get()));
        }
        output.document(&document)?;
    } else {
        describe(&detail, output)?;
    }
    Ok(Exit::Done)
}

/// What every document says of an order: amounts in fen, times in Beijing time.
pub(crate) fn fields(order: &Order) -> Map<String, Value> {
    let time = |at: Option<UtcMs>| at.map(UtcMs::rfc3339);
    let transaction_id = order.transaction_id.as_ref().map(ToString::to_string);
    let fields = [
        ("out_trade_no", json!(order.out_trade_no.as_str())),
        ("transaction_id", json!(transaction_id)),
        ("mch_id", json!(order.mch_id.as_str())),
        ("appid", json!(order.appid.as_str())),
        ("trade_type", json!(order.trade_type)),
        ("total_fee", json!(order.total_fee.get())),
        ("paid_fee", json!(order.paid_fee.map(Fen::get))),
        ("refunded_fee", json!(order.refunded_fee.get())),
        ("state", json!(order.state.as_str())),
        ("claimed_state", json!(order.claimed_state.map(OrderState::as_str))),
        ("flags", json!(order.flags.words())),
        ("created_at", json!(order.created_at.rfc3339())),
        ("paid_at", json!(time(order.paid_at))),
        ("next_query_at", json!(time(order.next_query_at))),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn next_question(next: NextQuestion) -> Value {
    let (zh, en) = next.why.sentence();
    let held_back = next.held_back.map(HeldBack::as_str);
    json!({"at": next.at.rfc3339(), "why": next.why.as_str(), "text": en, "text_zh": zh, "held_back": held_back})
}

fn observation(observation: &Observation) -> Value {
    let evidence = &observation.evidence;
    let trade_state = match &evidence.event {
        Event::TradeState(report) => Some(report.trade_state.as_str()),
        _ => None,
    };
    json!({
        "source": evidence.source.as_str(),
        "asked_at": evidence.asked_at.map(UtcMs::rfc3339),
        "received_at": evidence.received_at.rfc3339(),
        "verified": evidence.verified,
        "trade_state": trade_state,
        "effect": observation.effect.as_str(),
        "reason": observation.reason.as_str(),
        "digest": observation.digest,
    })
}

fn describe(detail: &OrderDetail, output: &mut Output) -> Result<(), Failure> {
    let order = &detail.order;
    let flags = order.flags.words().join(", ");
    output.line(&format!("{}  {}  {} fen", order.out_trade_no, order.state, order.total_fee))?;
    let texts = [
        ("flags [标记]", Some(flags).filter(|flags| !flags.is_empty())),
        ("claimed [声称]", order.claimed_state.map(|state| format!("{state}, not verified [未核实]"))),
        ("amount in the file [文件里的金额]", order.claimed_total_fee.map(other_amount)),
        ("transaction_id [微信单号]", order.transaction_id.as_ref().map(ToString::to_string)),
        ("merchant [商户号]", Some(format!("{} {}", order.mch_id, order.appid))),
        ("trade type", order.trade_type.clone()),
        ("body", Some(order.body.clone()).filter(|body| !body.is_empty())),
        ("created [下单]", Some(order.created_at.rfc3339())),
        ("paid [支付]", order.paid_at.map(UtcMs::rfc3339)),
        ("paid fee", order.paid_fee.map(|fee| format!("{fee} fen"))),
        ("prepay_id", order.prepay_id.as_ref().map(ToString::to_string)),
        ("code_url", order.code_url.clone()),
        ("mweb_url", order.mweb_url.clone()),
        ("next question [下次查单]", detail.next_question.map(told)),
        ("doing", Some(detail.doing.as_str().to_owned())),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            output.line(&format!("  {name}  {text}"))?;
        }
    }
    for seen in &detail.observations {
        let verified = if seen.evidence.verified { "verified" } else { "not verified" };
        output.line(&format!(
            "  {}  {}  {}  {verified}  {} ({})",
            seen.evidence.received_at.rfc3339(),
            seen.evidence.source,
            said(&seen.evidence.event),
            seen.effect,
            seen.reason
        ))?;
    }
    Ok(())
}

fn other_amount(claimed: Fen) -> String {
    format!("{claimed} fen; WeChat Pay says another amount [与微信支付的金额不同]")
}

fn told(next: NextQuestion) -> String {
    let (zh, en) = next.why.sentence();
    let waits =
        next.held_back.map_or_else(String::new, |why| format!("; nothing is sent now [暂停]: {}", why.as_str()));
    format!("{}: {en} [{zh}]{waits}", next.at.rfc3339())
}

fn said(event: &Event) -> String {
    match event {
        Event::Created { .. } => "created".to_owned(),
        Event::Refused { err_code, err_code_des } => format!("{err_code} {err_code_des}"),
        Event::NotDone { why } | Event::Unknown { why } => why.clone(),
        Event::CloseAccepted => "close accepted".to_owned(),
        Event::TradeState(report) => report.trade_state.as_str().to_owned(),
        Event::OrderNotExist { err_code_des } => format!("ORDERNOTEXIST {err_code_des}"),
        Event::UnsignedFail { return_msg } => format!("FAIL {return_msg}"),
        Event::Claim(claim) => format!("claim {}", claim.state.map_or("", |state| state.as_str())),
    }
}
