//! `/_control/orders`, `/_control/scan`: orders, and the customer.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use wxpay_protocol::Fen;

use crate::control::asked::{ListQuery, Whose, moment, read};
use crate::control::json::order_json;
use crate::control::{Control, Refused, Shared};
use crate::gateway::Gateway;
use crate::ledger::record::{Coupon, PasswordAnswer};
use crate::orders::{CustomerError, Pay, SOMEBODY};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PayBody {
    openid: Option<String>,
    coupon_fee: Option<i64>,
    coupons: Vec<Coupon>,
    bank_type: Option<String>,
    at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScanBody {
    /// A code_url of a NATIVE order, any order's prepay_id, or a printed code of NATIVE mode 1.
    code: String,
    /// Where the merchant is asked for the order of a printed code, if not at its own address.
    callback: Option<String>,
    #[serde(default)]
    pay: PayBody,
}

impl PayBody {
    fn means(self) -> Result<Pay, CustomerError> {
        let coupon_fee = Fen::new(self.coupon_fee.unwrap_or(0))
            .ok_or(CustomerError::Invalid { field: "coupon_fee", rule: "金额超出范围 (out of range)" })?;
        let at = self.at.as_deref().map(moment).transpose()?;
        let pay = Pay { openid: self.openid, coupons: self.coupons, bank_type: self.bank_type, at };
        Ok(pay.with_coupon(coupon_fee))
    }
}

pub(super) async fn list(State(control): Shared, Query(query): Query<ListQuery>) -> Json<Value> {
    let orders = control.gateway.orders(&query.search, query.limit());
    Json(json!({"total": control.gateway.status().orders, "orders": orders.iter().map(order_json).collect::<Vec<_>>()}))
}

pub(super) async fn show(
    State(control): Shared,
    Path(out_trade_no): Path<String>,
    Query(whose): Query<Whose>,
) -> Result<Json<Value>, Refused> {
    Ok(Json(order_json(&control.gateway.order(whose.mch_id(), &out_trade_no)?)))
}

pub(super) async fn pay(
    State(control): Shared,
    Path(out_trade_no): Path<String>,
    Query(whose): Query<Whose>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    pay_one(&control, whose.mch_id(), &out_trade_no, read(&body)?).await
}

/// The customer scans a code, or opens a payment from its prepay_id, and pays.
pub(super) async fn scan(State(control): Shared, body: Bytes) -> Result<Json<Value>, Refused> {
    let asked: ScanBody = read(&body)?;
    let gateway = &control.gateway;
    let code = if Gateway::is_static_code(&asked.code) {
        let openid = asked.pay.openid.as_deref().unwrap_or(SOMEBODY);
        gateway.scan_static_code(&asked.code, openid, asked.callback.as_deref()).await?
    } else {
        asked.code
    };
    let Some((mch_id, out_trade_no)) = gateway.order_of_code(&code) else {
        return Err(Refused::missing(
            "没有这个 code_url 或 prepay_id 的订单；重新下单后旧的会失效 (no order of this code_url or prepay_id; a new one replaces the old)",
        ));
    };
    pay_one(&control, Some(&mch_id), &out_trade_no, asked.pay).await
}

async fn pay_one(
    control: &Control,
    mch_id: Option<&str>,
    out_trade_no: &str,
    means: PayBody,
) -> Result<Json<Value>, Refused> {
    let (_, entry) = control.gateway.pay_entry(mch_id, out_trade_no, &means.means()?)?;
    control.gateway.entry_durable(entry).await?;
    Ok(Json(order_json(&control.gateway.order(mch_id, out_trade_no)?)))
}

/// What the payer of a micropay order does about the password: `entered` unless said otherwise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    #[serde(default = "entered")]
    answer: PasswordAnswer,
}

const fn entered() -> PasswordAnswer {
    PasswordAnswer::Entered
}

pub(super) async fn password(
    State(control): Shared,
    Path(out_trade_no): Path<String>,
    Query(whose): Query<Whose>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let PasswordBody { answer } = read(&body)?;
    let entry = control.gateway.answer_password(whose.mch_id(), &out_trade_no, answer)?;
    control.gateway.entry_durable(entry).await?;
    Ok(Json(order_json(&control.gateway.order(whose.mch_id(), &out_trade_no)?)))
}

pub(super) async fn cancel(
    State(control): Shared,
    Path(out_trade_no): Path<String>,
    Query(whose): Query<Whose>,
) -> Result<Json<Value>, Refused> {
    let entry = control.gateway.cancel_entry(whose.mch_id(), &out_trade_no)?;
    control.gateway.entry_durable(entry).await?;
    Ok(Json(order_json(&control.gateway.order(whose.mch_id(), &out_trade_no)?)))
}

/// What the payer writes about an order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommentBody {
    stars: u8,
    text: String,
}

pub(super) async fn comment(
    State(control): Shared,
    Path(out_trade_no): Path<String>,
    Query(whose): Query<Whose>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let CommentBody { stars, text } = read(&body)?;
    let entry = control.gateway.comment(whose.mch_id(), &out_trade_no, stars, &text)?;
    control.gateway.entry_durable(entry).await?;
    Ok(Json(json!({"out_trade_no": out_trade_no, "stars": stars, "text": text})))
}
