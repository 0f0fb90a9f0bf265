//! `wxpay simulator pay|cancel|password|scan|comment`: the customer of a running gateway.

use serde_json::{Map, Value, json};
use wxpay_protocol::ids::{MchId, OpenId, OutTradeNo};

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::simulator::control::{Ask, ControlOptions, word};

/// Which order.
#[derive(clap::Args)]
pub(crate) struct OrderChoice {
    /// The merchant's order number [商户单号]
    #[arg(long, value_name = "N", value_parser = |text: &str| OutTradeNo::new(text))]
    out_trade_no: OutTradeNo,
    /// Whose order, where two merchants have the same number
    #[arg(long, value_parser = |text: &str| MchId::new(text))]
    mch_id: Option<MchId>,
}

impl OrderChoice {
    fn post<'a>(&'a self, action: &'a str, body: Value) -> Ask<'a> {
        Ask::post(&["orders", self.out_trade_no.as_str(), action], body)
            .with("mch_id", self.mch_id.as_ref().map(MchId::as_str))
    }

    pub(crate) fn get(&self) -> Ask<'_> {
        Ask::get(&["orders", self.out_trade_no.as_str()]).with("mch_id", self.mch_id.as_ref().map(MchId::as_str))
    }
}

/// How the customer pays.
#[derive(clap::Args)]
struct Means {
    /// Who pays, for orders that do not say so
    #[arg(long, value_parser = |text: &str| OpenId::new(text))]
    openid: Option<OpenId>,
    /// Part of the amount that one CASH coupon pays, in fen
    #[arg(long, value_name = "FEN", value_parser = clap::value_parser!(i64).range(0..=999_999_999_999_999))]
    coupon_fee: Option<i64>,
    /// A coupon as FEN (CASH) or FEN:NO_CASH; may be repeated
    #[arg(long, value_name = "FEN[:KIND]", conflicts_with = "coupon_fee", value_parser = coupon)]
    coupon: Vec<Value>,
}

impl Means {
    fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        if let Some(openid) = &self.openid {
            body.insert("openid".to_owned(), json!(openid.as_str()));
        }
        if let Some(coupon_fee) = self.coupon_fee {
            body.insert("coupon_fee".to_owned(), json!(coupon_fee));
        }
        if !self.coupon.is_empty() {
            body.insert("coupons".to_owned(), json!(self.coupon));
        }
        body
    }
}

fn coupon(text: &str) -> Result<Value, &'static str> {
    let (fee, kind) = text.split_once(':').unwrap_or((text, "CASH"));
    let fee: i64 = fee.parse().ok().filter(|fee| *fee > 0).ok_or("a coupon is FEN or FEN:NO_CASH")?;
    if matches!(kind, "CASH" | "NO_CASH") {
        Ok(json!({"fee": fee, "type": kind}))
    } else {
        Err("the kind of a coupon is CASH or NO_CASH")
    }
}

/// Pay an order of a running simulator as the customer [模拟顾客支付]
///
/// Exit 1 if there is no such order, 4 if it cannot be paid (closed, paid already).
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  wxpay simulator pay --control http://127.0.0.1:8100/_control --control-token-file token.txt --out-trade-no 2024…
  wxpay simulator pay --control http://… --control-token-file token.txt --out-trade-no 2024… --coupon 10 --coupon 20:NO_CASH")]
pub(crate) struct Pay {
    #[command(flatten)]
    control: ControlOptions,
    #[command(flatten)]
    order: OrderChoice,
    #[command(flatten)]
    means: Means,
    /// When it was paid, Beijing time such as 2024-01-02T23:59:59+08:00; between the order and the gateway's now
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

pub(crate) async fn pay(command: &Pay, output: &mut Output) -> Result<Exit, Failure> {
    let mut body = command.means.body();
    if let Some(at) = &command.at {
        body.insert("at".to_owned(), json!(at));
    }
    command.control.settle(command.order.post("pay", Value::Object(body)), output, paid).await
}

/// Turn away from an order as the customer [模拟顾客取消]; for micropay the password is refused
///
/// The order stays payable. Exit 1 if there is no such order, 4 if its state does not allow it.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wxpay simulator cancel --control http://127.0.0.1:8100/_control --control-token-file token.txt --out-trade-no 2024…"
)]
pub(crate) struct Cancel {
    #[command(flatten)]
    control: ControlOptions,
    #[command(flatten)]
    order: OrderChoice,
}

pub(crate) async fn cancel(command: &Cancel, output: &mut Output) -> Result<Exit, Failure> {
    command
        .control
        .settle(command.order.post("cancel", json!({})), output, |order, output| {
            let line =
                format!("cancelled [顾客已取消]: {} {}", word(order, "out_trade_no"), word(order, "trade_state"));
            output.verdict(true, &line)
        })
        .await
}

/// Answer the question for the password of a micropay order [输入支付密码]
///
/// The order waits for it 45 virtual seconds. Exit 1 if there is no such order, 4 if it does not wait for a password.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay simulator password --out-trade-no 2024… --control http://127.0.0.1:8100/_control --control-token-file token.txt\n  wxpay simulator password --refused --out-trade-no 2024… --control … --control-token-file token.txt"
)]
pub(crate) struct Password {
    #[command(flatten)]
    control: ControlOptions,
    #[command(flatten)]
    order: OrderChoice,
    /// The bank refuses the payment: PAYERROR
    #[arg(long)]
    refused: bool,
    /// The customer turns away: NOTPAY
    #[arg(long, conflicts_with = "refused")]
    cancelled: bool,
}

pub(crate) async fn password(command: &Password, output: &mut Output) -> Result<Exit, Failure> {
    let answer = match (command.refused, command.cancelled) {
        (true, _) => "refused",
        (_, true) => "cancelled",
        _ => "entered",
    };
    let ask = command.order.post("password", json!({"answer": answer}));
    command
        .control
        .settle(ask, output, |order, output| {
            output.verdict(true, &format!("{} {}", word(order, "out_trade_no"), word(order, "trade_state")))
        })
        .await
}

/// Scan a code as the customer and pay [模拟顾客扫码]
///
/// The code is what unifiedorder answered: a NATIVE order's code_url, or any order's prepay_id; or a printed code of
/// NATIVE mode 1, for which the merchant is asked for the order first. Exit 1 if no order has it, 4 if it cannot be paid.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wxpay simulator scan 'weixin://wxpay/bizpayurl?pr=…' --control http://127.0.0.1:8100/_control --control-token-file token.txt"
)]
pub(crate) struct Scan {
    /// The code_url, the prepay_id or the printed code
    #[arg(value_name = "CODE")]
    code: String,
    /// Where the merchant is asked for the order of a printed code, if not at its own address
    #[arg(long, value_name = "URL")]
    callback: Option<String>,
    #[command(flatten)]
    control: ControlOptions,
    #[command(flatten)]
    means: Means,
}

pub(crate) async fn scan(command: &Scan, output: &mut Output) -> Result<Exit, Failure> {
    let ask =
        Ask::post(&["scan"], json!({"code": command.code, "callback": command.callback, "pay": command.means.body()}));
    command.control.settle(ask, output, paid).await
}

/// Write about a paid order as its payer [模拟顾客评价]; batchquerycomment then has it
///
/// A second comment takes the place of the first. Exit 1 if there is no such order, 4 if it is not paid.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  wxpay simulator comment --out-trade-no 2024… --stars 4 --text 送得有点慢 --control http://127.0.0.1:8100/_control --control-token-file token.txt"
)]
pub(crate) struct Comment {
    #[command(flatten)]
    control: ControlOptions,
    #[command(flatten)]
    order: OrderChoice,
    /// From 1 to 5
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    stars: u8,
    /// One line, at most 500 characters
    #[arg(long, value_name = "TEXT")]
    text: String,
}

pub(crate) async fn comment(command: &Comment, output: &mut Output) -> Result<Exit, Failure> {
    let ask = command.order.post("comment", json!({"stars": command.stars, "text": command.text}));
    command
        .control
        .settle(ask, output, |written, output| {
            output.verdict(true, &format!("written [已评价]: {}", word(written, "out_trade_no")))
        })
        .await
}

fn paid(order: &Value, output: &mut Output) -> Result<(), Failure> {
    output.verdict(true, &format!("paid [已支付]: {} {}", word(order, "out_trade_no"), word(order, "transaction_id")))
}
