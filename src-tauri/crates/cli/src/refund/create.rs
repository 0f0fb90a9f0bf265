//! `wxpay refund create`: one refund, after a person or a script has said which order and how much.

use std::io::{BufRead, IsTerminal};

use desk::{RefundWish, Refundable};
use wxpay_protocol::Fen;

use crate::desk_options::DeskOptions;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::refund::tell;

const AFTER: &str = "\
The order and its refunds are asked for first; what is left is shown, and the amount has to be typed once more, or given as \
--confirm N:FEN. In production the merchant's certificate must be imported (wxpay profile import-cert).

Exit 0 accepted, which is not refunded yet · 3 it cannot be, or was not confirmed · 4 not sent or refused · 5 unknown: ask \
about the same number · 6 the key or the certificate is missing or locked.

Examples:
  wxpay refund create --out-trade-no 20240102030405000112345678 --refund-fee 101
  wxpay refund create --out-trade-no 2024… --refund-fee 50 --desc 不合身 --confirm 2024…:50 --json";

/// Refund a paid order, in whole or in part [申请退款]
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Create {
    /// The merchant's order number [商户单号]
    #[arg(long, value_name = "N")]
    out_trade_no: String,
    /// The amount to give back, in fen
    #[arg(long, value_name = "FEN")]
    refund_fee: String,
    /// A refund number of your own; the same number again is the same refund. Without it one is made
    #[arg(long, value_name = "R")]
    out_refund_no: Option<String>,
    /// What the payer reads, up to 80 bytes
    #[arg(long, value_name = "TEXT")]
    desc: Option<String>,
    /// Confirms without a question: the order's number, a colon, the amount in fen
    #[arg(long, value_name = "N:FEN")]
    confirm: Option<String>,
}

pub(crate) async fn run(create: &Create, options: &DeskOptions, output: &mut Output) -> Result<Exit, Failure> {
    let refund_fee =
        Fen::parse_wire(&create.refund_fee).map_err(|cause| Failure::Amount { option: "--refund-fee", cause })?;
    let number = create.out_trade_no.trim();
    if let Some(confirmed) = &create.confirm {
        let wanted = format!("{number}:{refund_fee}");
        if *confirmed != wanted {
            return Err(Failure::NotConfirmed(format!("--confirm is {confirmed:?}, this refund is {wanted:?}")));
        }
    } else if !std::io::stdin().is_terminal() {
        return Err(Failure::OptionNeeded { kind: "refund create without a terminal", option: "--confirm N:FEN" });
    }
    let (desk, profile) = options.open_profile().await?;
    if create.confirm.is_none() {
        ask(&desk.refundable(&profile.name, number).await?, refund_fee, output)?;
    }
    let wish = RefundWish {
        profile: profile.name.clone(),
        out_trade_no: number.to_owned(),
        refund_fee,
        out_refund_no: create.out_refund_no.clone(),
        refund_desc: create.desc.clone(),
    };
    let result = desk.create_refund(wish).await?;
    let detail = desk.refund_detail(&profile.name, &result.out_refund_no).await?;
    tell(&result, &detail, output)
}

fn ask(refundable: &Refundable, refund_fee: Fen, output: &mut Output) -> Result<(), Failure> {
    let order = &refundable.order;
    output.note(&format!(
        "order [订单] {}  {}\n  paid [已付] {} fen · left [可退] {} fen · refund [退款] {refund_fee} fen · profile {}\n\
         type the amount in fen to refund it [输入退款金额（分）确认]:",
        order.out_trade_no, order.body, order.total_fee, refundable.left, order.profile
    ));
    let mut typed = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut typed)
        .map_err(|cause| Failure::Unreadable { place: "the terminal".to_owned(), cause })?;
    if typed.trim() == refund_fee.to_string() {
        return Ok(());
    }
    Err(Failure::NotConfirmed("another text than the amount was typed".to_owned()))
}
