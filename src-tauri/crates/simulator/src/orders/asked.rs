//! What unifiedorder and micropay have in common: the business fields of an order, in their types, and what makes two
//! requests under one number the same order.

use std::net::IpAddr;

use wxpay_protocol::ids::OutTradeNo;
use wxpay_protocol::{Fen, TradeState, UtcMs};

use crate::answer::Refusal;
use crate::check::Accepted;
use crate::gateway::Gateway;
use crate::ledger::record::Order;
use crate::text;

/// The fields that every order has.
pub(crate) struct Asked<'a> {
    pub(crate) out_trade_no: &'a str,
    pub(crate) total_fee: Fen,
    pub(crate) expires_at: Option<UtcMs>,
}

/// Reads and checks the fields that every order has.
pub(crate) fn read(request: &Accepted) -> Result<Asked<'_>, Refusal> {
    let field = |name| request.field(name).unwrap_or_default();
    let out_trade_no = field("out_trade_no");
    if let Err(fault) = OutTradeNo::new(out_trade_no) {
        return Err(Refusal::format_of("out_trade_no", fault.rule));
    }
    let total_fee = amount(request, "total_fee")?;
    if request.field("fee_type").is_some_and(|currency| currency != "CNY") {
        return Err(Refusal::format_of("fee_type", "only CNY"));
    }
    if field("spbill_create_ip").parse::<IpAddr>().is_err() {
        return Err(Refusal::format_of("spbill_create_ip", "an IPv4 or IPv6 address"));
    }
    for (name, allowed) in
        [("limit_pay", &["no_credit"][..]), ("profit_sharing", &["Y", "N"]), ("deposit", &["Y", "N"])]
    {
        if request.field(name).is_some_and(|word| !allowed.contains(&word)) {
            return Err(Refusal::format_of(name, &allowed.join(" or ")));
        }
    }
    let moment = |name| {
        request
            .field(name)
            .map(UtcMs::parse_compact)
            .transpose()
            .map_err(|fault| Refusal::format_of(name, &fault.to_string()))
    };
    moment("time_start")?;
    Ok(Asked { out_trade_no, total_fee, expires_at: moment("time_expire")? })
}

/// An amount of at least one fen.
pub(crate) fn amount(request: &Accepted, name: &str) -> Result<Fen, Refusal> {
    request
        .field(name)
        .and_then(|text| text.parse().ok())
        .and_then(Fen::new)
        .filter(|amount| amount.get() >= 1)
        .ok_or_else(|| Refusal::format_of(name, "from 1 to 999999999999999 fen"))
}

/// Absolute http or https, no query string (protocol page §7.1); loopback is allowed here, production refuses it.
pub(crate) fn check_notify_url(url: &str) -> Result<(), Refusal> {
    let parsed = reqwest::Url::parse(url).ok().filter(|parsed| matches!(parsed.scheme(), "http" | "https"));
    match parsed {
        Some(parsed) if parsed.query().is_none() && parsed.fragment().is_none() && parsed.has_host() => Ok(()),
        _ => Err(Refusal::format_of("notify_url", "an absolute http or https address without a query string")),
    }
}

impl Gateway {
    /// What an existing order says to being ordered again (protocol page §4.1).
    pub(crate) fn check_reentry(&self, order: &Order, request: &Accepted, now: UtcMs) -> Result<(), Refusal> {
        match order.trade_state(now, &self.switches) {
            TradeState::Success | TradeState::Refund => {
                return Err(Refusal::signed("ORDERPAID", text::ALREADY_PAID).reporting(order.changed));
            }
            TradeState::Revoked => {
                return Err(Refusal::signed("ORDERREVERSED", text::DESC_REVOKED).reporting(order.changed));
            }
            TradeState::Closed => return Err(Refusal::signed("ORDERCLOSED", text::ALREADY_CLOSED)),
            _ if order.is_over(now, &self.switches) => {
                return Err(Refusal::signed("ORDERCLOSED", text::ALREADY_CLOSED));
            }
            _ => {}
        }
        // A prepay_id belongs to one app and a payment code to none, so these are always another order.
        let fixed = ["appid", "sub_appid", "sub_mch_id"];
        let different = fixed
            .into_iter()
            .chain(self.switches.reentry_compares.iter().map(String::as_str))
            .find(|name| with_default(name, order.fields.get(name)) != with_default(name, request.field(name)));
        match different {
            None => Ok(()),
            Some(name) => Err(Refusal::duplicate(&format!("the order exists with another {name}"))),
        }
    }
}

fn with_default<'a>(name: &str, value: Option<&'a str>) -> Option<&'a str> {
    if name == "fee_type" { value.or(Some("CNY")) } else { value }
}
