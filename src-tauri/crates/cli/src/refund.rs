//! `wxpay refund`: giving money back, and what became of it.

mod create;

use clap::Subcommand;
use clap::builder::PossibleValue;
use desk::store::{Refund, RefundFilter, RefundState};
use desk::{RefundDetail, RefundResult, arrival};
use serde_json::{Map, Value, json};
use wxpay_protocol::UtcMs;

use crate::created::Created;
use crate::desk_options::{DeskOptions, block_on};
use crate::exit::{Exit, Failure};
use crate::output::Output;

const AFTER: &str = "\
A refund is reserved on the disk before it is sent; all refunds of an order together never exceed its payment. Accepted is \
not refunded: wxpay refund query or wxpay poll tells what became of it. Where the answer is lost [结果未知] the exit status is \
5: ask about the same number, never refund again under a new one.

Examples:
  wxpay refund create --out-trade-no 20240102030405000112345678 --refund-fee 101
  wxpay refund query R20240102030405ab12cd…
  wxpay refund list --state PROCESSING";

/// Refunds [退款]: create, query, list
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Refunds {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Create(create::Create),
    Query(Query),
    List(List),
}

/// Ask the gateway what became of a refund [查询退款]
///
/// Exit 0 it is known · 1 there is no such refund here or at the gateway (REFUNDNOTEXIST) · 4 not sent or refused · 5
/// unknown.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  wxpay refund query R20240102030405ab12cd --json")]
struct Query {
    /// The merchant's refund number [商户退款单号]
    out_refund_no: String,
}

/// List refunds, the newest first [退款列表]
///
/// Without --profile the refunds of all merchants. Nothing is sent and no key is needed.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay refund list --state UNKNOWN --state PROCESSING\n  wxpay refund list --search R2024 --json\n  wxpay refund list --from 2026-11-01 --to 2026-11-30 --offset 1000 --limit 1000"
)]
struct List {
    #[command(flatten)]
    which: Which,
    /// Pass over so many rows
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    offset: usize,
    /// At most so many rows, up to 1000
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
}

/// Which refunds.
#[derive(clap::Args)]
pub(crate) struct Which {
    /// Only refunds in this state; may be repeated
    #[arg(long, value_name = "STATE")]
    state: Vec<StateWord>,
    /// The beginning of a number of the refund, or a whole number of its order
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    search: String,
    #[command(flatten)]
    created: Created,
}

impl Which {
    pub(crate) fn filter(&self, profile: Option<&str>) -> RefundFilter {
        RefundFilter {
            states: self.state.iter().map(|word| word.0).collect(),
            created_from: self.created.from(),
            created_to: self.created.before(),
            profile: profile.map(str::to_owned),
            search: self.search.clone(),
        }
    }
}

/// `--state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StateWord(RefundState);

impl clap::ValueEnum for StateWord {
    fn value_variants<'a>() -> &'a [Self] {
        const WORDS: [StateWord; 8] = [
            StateWord(RefundState::Reserved),
            StateWord(RefundState::Submitted),
            StateWord(RefundState::Unknown),
            StateWord(RefundState::Processing),
            StateWord(RefundState::Change),
            StateWord(RefundState::Success),
            StateWord(RefundState::RefundClose),
            StateWord(RefundState::Rejected),
        ];
        &WORDS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}

pub(crate) fn run(command: &Refunds, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    block_on(async {
        match &command.action {
            Action::Create(create) => create::run(create, options, output).await,
            Action::Query(query) => self::query(query, options, output).await,
            Action::List(list) => self::list(list, options, output).await,
        }
    })
}

async fn query(query: &Query, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let (desk, profile) = options.open_profile().await?;
    let result = desk.query_refund(&profile.name, &query.out_refund_no).await?;
    let detail = desk.refund_detail(&profile.name, &query.out_refund_no).await?;
    tell(&result, &detail, output)
}

async fn list(list: &List, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let desk = options.open().await?;
    if let Some(name) = options.profile() {
        desk.profile(name).await?;
    }
    let found = desk.refunds(list.which.filter(options.profile()), list.offset, list.limit.into()).await?;
    if output.is_json() {
        let rows: Vec<Map<String, Value>> = found.rows.iter().map(fields).collect();
        let amount = |fen: i128| i64::try_from(fen).unwrap_or(i64::MAX);
        output.document(&json!({
            "count": found.totals.count,
            "refunded_fee": amount(found.totals.refunded_fen),
            "held_fee": amount(found.totals.held_fen),
            "refunds": rows,
        }))?;
        return Ok(Exit::Done);
    }
    for refund in &found.rows {
        output.line(&format!(
            "{:<44}  {:>10}  {}  {:<11}  {}{}",
            refund.out_refund_no.as_str(),
            refund.refund_fee.get(),
            refund.created_at.dashed(),
            refund.state.as_str(),
            refund.out_trade_no,
            if refund.conflict { "  conflict [矛盾]" } else { "" }
        ))?;
    }
    if found.rows.is_empty() {
        output.note("no refund matches [没有符合条件的退款]");
    } else if found.totals.count > found.rows.len() as u64 {
        output.note(&format!("{} of {} refunds", found.rows.len(), found.totals.count));
    }
    Ok(Exit::Done)
}

/// What every document says of a refund: amounts in fen, times in Beijing time.
pub(crate) fn fields(refund: &Refund) -> Map<String, Value> {
    let words = arrival(refund.state, refund.refund_channel.as_deref(), refund.recv_account.as_deref());
    let fields = [
        ("out_refund_no", json!(refund.out_refund_no.as_str())),
        ("refund_id", json!(refund.refund_id)),
        ("out_trade_no", json!(refund.out_trade_no.as_str())),
        ("transaction_id", json!(refund.transaction_id.as_ref().map(ToString::to_string))),
        ("mch_id", json!(refund.mch_id.as_str())),
        ("profile", json!(refund.profile)),
        ("origin", json!(refund.origin.as_str())),
        ("refund_fee", json!(refund.refund_fee.get())),
        ("total_fee", json!(refund.total_fee.get())),
        ("refund_desc", json!(refund.refund_desc)),
        ("state", json!(refund.state.as_str())),
        ("conflict", json!(refund.conflict)),
        ("refund_channel", json!(refund.refund_channel)),
        ("refund_recv_account", json!(refund.recv_account)),
        ("arrival", json!(words.1)),
        ("arrival_zh", json!(words.0)),
        ("created_at", json!(refund.created_at.rfc3339())),
        ("success_at", json!(refund.success_at.map(UtcMs::rfc3339))),
        ("next_query_at", json!(refund.next_query_at.map(UtcMs::rfc3339))),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Says what one exchange about a refund gave, and where the refund stands.
pub(crate) fn tell(result: &RefundResult, detail: &RefundDetail, output: &mut Output) -> Result<Exit, Failure> {
    let exit = Exit::from_status(result.exit_status());
    let refund = &detail.refund;
    if output.is_json() {
        let mut document = fields(refund);
        let said = [
            ("detail", json!(result.detail)),
            ("err_code", json!(result.err_code)),
            ("err_code_des", json!(result.err_code_des)),
            ("return_msg", json!(result.return_msg)),
            ("effect", json!(result.effect.as_str())),
            ("reason", json!(result.reason.as_str())),
            ("observations", detail.observations.iter().map(observation).collect()),
        ];
        document.extend(said.into_iter().map(|(name, value)| (name.to_owned(), value)));
        output.document(&document)?;
        return Ok(exit);
    }
    let state = format!("{}: ", result.state);
    let said = result.detail.strip_prefix(&state).unwrap_or(&result.detail);
    output
        .verdict(exit == Exit::Done, &format!("{}  {} fen  {state}{said}", result.out_refund_no, result.refund_fee))?;
    let words = arrival(refund.state, refund.refund_channel.as_deref(), refund.recv_account.as_deref());
    output.line(&format!("  {}", words.0))?;
    Ok(exit)
}

fn observation(seen: &desk::store::RefundObservation) -> Value {
    use desk::store::RefundEvent;
    let status = match &seen.evidence.event {
        RefundEvent::Reported(seen) => Some(seen.status.as_str()),
        _ => None,
    };
    json!({
        "source": seen.evidence.source.as_str(),
        "asked_at": seen.evidence.asked_at.rfc3339(),
        "received_at": seen.evidence.received_at.rfc3339(),
        "verified": seen.evidence.verified,
        "refund_status": status,
        "effect": seen.effect.as_str(),
        "reason": seen.reason.as_str(),
        "digest": seen.digest,
    })
}
