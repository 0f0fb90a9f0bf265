//! `wxpay order list`: the orders of the data folder.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use desk::store::{Order, OrderFilter, OrderSort, OrderState, SortBy};
use serde_json::{Map, Value, json};

use crate::created::Created;
use crate::desk_options::DeskOptions;
use crate::exit::{Exit, Failure};
use crate::order::show;
use crate::output::Output;

/// Rows that are fetched at once.
const WINDOW: usize = 1000;

/// List orders, the newest first [订单列表]
///
/// Without --profile the orders of all merchants. Nothing is sent and no key is needed.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay order list --state SUCCESS --state REFUND\n  wxpay order list --search 2024010203 --limit 0 --json\n  wxpay order list --from 2026-11-01 --to 2026-11-30\n  wxpay order list --sort total_fee --limit 10"
)]
pub(crate) struct List {
    #[command(flatten)]
    orders: Which,
    /// At most so many rows; 0 lists all
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

/// Which orders, and how they are sorted.
#[derive(clap::Args)]
pub(crate) struct Which {
    /// Only orders in this state; may be repeated
    #[arg(long, value_name = "STATE")]
    state: Vec<StateWord>,
    /// Any four characters of a number or its beginning, a whole openid, or words of the goods
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    search: String,
    #[command(flatten)]
    created: Created,
    /// Sorted by this column; equal ones keep the order of the store
    #[arg(long, value_parser = sort_words(), default_value = SortBy::CreatedAt.as_str())]
    sort: SortBy,
    /// Smallest first
    #[arg(long)]
    ascending: bool,
}

impl Which {
    pub(crate) fn filter(&self, profile: Option<&str>) -> OrderFilter {
        OrderFilter {
            states: self.state.iter().map(|word| word.0).collect(),
            profile: profile.map(str::to_owned),
            search: self.search.clone(),
            created_from: self.created.from(),
            created_to: self.created.before(),
            ..OrderFilter::default()
        }
    }

    pub(crate) fn sort(&self) -> OrderSort {
        OrderSort { by: self.sort, descending: !self.ascending }
    }
}

/// The words of `--sort`.
fn sort_words() -> impl TypedValueParser<Value = SortBy> {
    let by = |word: String| SortBy::ALL.into_iter().find(|by| by.as_str() == word).unwrap_or_default();
    PossibleValuesParser::new(SortBy::ALL.map(SortBy::as_str)).map(by)
}

/// `--state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct StateWord(OrderState);

impl clap::ValueEnum for StateWord {
    fn value_variants<'a>() -> &'a [Self] {
        const WORDS: [StateWord; 11] = [
            StateWord(OrderState::Unverified),
            StateWord(OrderState::Creating),
            StateWord(OrderState::CreateFailed),
            StateWord(OrderState::NotPay),
            StateWord(OrderState::UserPaying),
            StateWord(OrderState::Accept),
            StateWord(OrderState::Success),
            StateWord(OrderState::Refund),
            StateWord(OrderState::Closed),
            StateWord(OrderState::Revoked),
            StateWord(OrderState::PayError),
        ];
        &WORDS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}

pub(crate) async fn run(command: &List, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let desk = options.open().await?;
    if let Some(name) = options.profile() {
        desk.profile(name).await?;
    }
    let opened = desk.orders_open(command.orders.filter(options.profile()), command.orders.sort()).await?;
    let count = usize::try_from(opened.totals.count).unwrap_or(usize::MAX);
    let wanted = if command.limit == 0 { count } else { count.min(command.limit) };
    let mut orders: Vec<Map<String, Value>> = Vec::new();
    let mut start = 0;
    while start < wanted {
        let rows = desk.orders_rows(opened.snapshot, start, wanted.min(start + WINDOW)).await?;
        if rows.is_empty() {
            break;
        }
        start += rows.len();
        for order in &rows {
            if output.is_json() {
                orders.push(row(order));
            } else {
                output.line(&text(order))?;
            }
        }
    }
    if output.is_json() {
        output.document(&json!({"count": opened.totals.count, "orders": orders}))?;
    } else if start < count {
        output.note(&format!("{start} of {count} orders; --limit 0 lists all"));
    } else if count == 0 {
        output.note("no order matches [没有符合条件的订单]");
    }
    Ok(Exit::Done)
}

fn row(order: &Order) -> Map<String, Value> {
    let mut row = show::fields(order);
    row.insert("profile".to_owned(), json!(order.profile));
    row
}

fn text(order: &Order) -> String {
    let state = match order.claimed_state {
        Some(claimed) if order.state == OrderState::Unverified => format!("{} (claimed {claimed})", order.state),
        _ => order.state.to_string(),
    };
    let flags = order.flags.words().join(",");
    format!(
        "{:<28}  {:>10}  {:<8}  {}  {:<10}  {}{}{}",
        order.out_trade_no.as_str(),
        order.total_fee.get(),
        order.trade_type.as_deref().unwrap_or("-"),
        order.created_at.dashed(),
        state,
        order.transaction_id.as_ref().map_or("-", |id| id.as_str()),
        if flags.is_empty() { "" } else { "  " },
        flags
    )
}
