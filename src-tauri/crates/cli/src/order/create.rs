//! `wxpay order create`: one test order or very many.

use desk::store::Profile;
use desk::{CreatedOrders, Desk, OrderResult, TestOrder};
use serde_json::{Map, Value, json};
use wxpay_protocol::{Fen, TradeType};

use crate::desk_options::DeskOptions;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::progress::{self, Bar};

const AFTER: &str = "\
An unpaid order of the last seven days with the same payer, goods, amount and type is used again [复用]: the same \
parameters are sent once more. --no-reuse makes a new one, and so do --out-trade-no and a --count above 1.

Exit status: 0 all were created · 3 refused before anything was sent · 4 one or more were not sent or refused · 5 the \
outcome of one or more is unknown: never order again under a new number, wxpay poll finds out.

Examples:
  wxpay order create --total-fee 101 --body 测试商品 --trade-type NATIVE --json
  wxpay order create --amount 19.99 --body 会员 --openid oUpF8uMuAJO_M2pxb1Q9zNjWeS6o
  wxpay order create --total-fee 1 --body load --trade-type NATIVE --count 1000";

/// Create test orders [测试下单] at the gateway of the profile
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Create {
    #[command(flatten)]
    amount: AmountOptions,
    /// What the payer reads [商品描述]
    #[arg(long, value_name = "TEXT")]
    body: String,
    /// How it is paid: JSAPI (needs --openid), NATIVE, APP, MWEB
    #[arg(long, value_name = "TYPE", default_value = "JSAPI")]
    trade_type: String,
    /// The payer
    #[arg(long)]
    openid: Option<String>,
    /// A number of your own; drawn if it is not given [商户单号]
    #[arg(long, value_name = "N")]
    out_trade_no: Option<String>,
    /// Echoed in answers, notifications and bills
    #[arg(long, value_name = "TEXT")]
    attach: Option<String>,
    /// The number of the goods; NATIVE gets one if it is not given
    #[arg(long)]
    product_id: Option<String>,
    /// Where the payment notification goes; the profile's address if it is not given
    #[arg(long, value_name = "URL")]
    notify_url: Option<String>,
    /// Four digits within the drawn number that say where it was ordered [场景码]
    #[arg(long, value_name = "NNNN")]
    scene: Option<String>,
    /// How many, up to 10000
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: u32,
    /// Always make a new order
    #[arg(long)]
    no_reuse: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct AmountOptions {
    /// The amount in fen [分], such as 1999
    #[arg(long, value_name = "FEN", allow_hyphen_values = true)]
    total_fee: Option<String>,
    /// The amount in yuan [元], such as 19.99
    #[arg(long, value_name = "YUAN", allow_hyphen_values = true)]
    amount: Option<String>,
}

impl AmountOptions {
    fn fen(&self) -> Result<Fen, Failure> {
        match (&self.total_fee, &self.amount) {
            (Some(fen), _) => Fen::parse_wire(fen).map_err(|cause| Failure::Amount { option: "--total-fee", cause }),
            (None, Some(yuan)) => Fen::parse_yuan(yuan).map_err(|cause| Failure::Amount { option: "--amount", cause }),
            (None, None) => Err(Failure::OptionNeeded { kind: "order create", option: "--total-fee or --amount" }),
        }
    }
}

pub(crate) async fn run(command: &Create, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let total_fee = command.amount.fen()?;
    let trade_type = TradeType::parse(&command.trade_type).ok_or_else(|| Failure::Word {
        option: "--trade-type",
        given: command.trade_type.chars().take(32).collect(),
        expected: "JSAPI, NATIVE, APP or MWEB",
    })?;
    let (desk, profile) = options.open_profile().await?;
    let order = TestOrder {
        profile: profile.name.clone(),
        goods_id: None,
        body: command.body.clone(),
        total_fee,
        trade_type,
        openid: command.openid.clone(),
        product_id: command.product_id.clone(),
        attach: command.attach.clone(),
        notify_url: command.notify_url.clone(),
        scene: command.scene.clone(),
        out_trade_no: command.out_trade_no.clone(),
        count: command.count,
        reuse: !command.no_reuse,
    };
    let bar = Bar::new("ordered [已下单]");
    let created = desk.create_orders(order, bar.watcher(), &progress::cancel_on_interrupt()).await;
    bar.finish();
    let created = created?;
    if let Some(why) = &created.stopped {
        output.note(&format!("stopped after {} orders, because nothing can be sent: {why}", created.orders.len()));
    }
    if created.cancelled {
        output.note(&format!("stopped after {} orders", created.orders.len()));
    }
    if output.is_json() {
        let mut orders = Vec::with_capacity(created.orders.len());
        for result in &created.orders {
            orders.push(document(result, &desk, &profile).await?);
        }
        output.document(&json!({"orders": orders}))?;
    } else {
        describe(&created, output)?;
    }
    Ok(exit(&created))
}

/// The worst of all; unknown is worse than refused, because somebody has to look.
fn exit(created: &CreatedOrders) -> Exit {
    if created.unknown > 0 {
        Exit::Unknown
    } else if created.rejected > 0 || created.cancelled || created.stopped.is_some() {
        Exit::NotSent
    } else {
        Exit::Done
    }
}

async fn document(result: &OrderResult, desk: &Desk, profile: &Profile) -> Result<Value, Failure> {
    let pay_params = match result.prepay_id {
        Some(_) => desk.pay_params(&profile.name, &result.out_trade_no).await?,
        None => None,
    };
    let pay_params = pay_params.map(|params| {
        params.into_iter().map(|(name, value)| (name, Value::from(value))).collect::<Map<String, Value>>()
    });
    Ok(json!({
        "out_trade_no": result.out_trade_no,
        "state": result.state.as_str(),
        "outcome": result.outcome.as_str(),
        "prepay_id": result.prepay_id,
        "code_url": result.code_url,
        "mweb_url": result.mweb_url,
        "pay_params": pay_params,
        "err_code": result.err_code,
        "err_code_des": result.err_code_des.as_deref().or(result.return_msg.as_deref()),
    }))
}

fn describe(created: &CreatedOrders, output: &mut Output) -> Result<(), Failure> {
    for result in &created.orders {
        let link = result.code_url.as_deref().or(result.mweb_url.as_deref()).or(result.prepay_id.as_deref());
        let said = match link {
            Some(link) => link,
            None => &result.detail,
        };
        output.line(&format!("{}  {}  {}  {said}", result.out_trade_no, result.state, result.outcome))?;
    }
    let good = created.rejected + created.unknown == 0 && !created.cancelled;
    output.verdict(
        good,
        &format!(
            "created [已创建] {}, used again [复用] {}, refused or not sent [未成功] {}, unknown [未知] {}",
            created.created, created.reused, created.rejected, created.unknown
        ),
    )
}
