//! unifiedorder (protocol page §4.1): a new order, or the same one asked for again.

use std::net::IpAddr;

use wxpay_protocol::ids::OutTradeNo;
use wxpay_protocol::{Fen, TradeState, TradeType, UtcMs};

use crate::answer::{Done, Field, Refusal};
use crate::check::{Accepted, Unsigned};
use crate::event::Event;
use crate::gateway::Gateway;
use crate::ledger::record::{Entry, Fields, Order, Prepay};
use crate::text;

/// How long a prepay_id can be used (protocol page §8).
const PREPAY_LIFE_MS: i64 = 2 * 3_600_000;

/// The business fields of a request, in their types.
struct Asked<'a> {
    out_trade_no: &'a str,
    trade_type: TradeType,
    total_fee: Fen,
    expires_at: Option<UtcMs>,
}

impl Gateway {
    pub(crate) fn unified_order<'a>(
        &self,
        request: &'a Accepted,
        nonce_str: &'a str,
        now: UtcMs,
    ) -> Result<Done<'a>, Refusal> {
        let asked = read(request)?;
        let mch_id = request.merchant.mch_id.as_str();
        let mut ledger = self.ledger_mut();
        let count = ledger.next_prepay();
        let known = ledger.order(mch_id, asked.out_trade_no);
        let reported = known.map(|order| order.changed);
        let (prepay, entry) = match known {
            Some(order) => self.reenter(order, request, &asked, count, now)?,
            None => self.create(request, &asked, count, now)?,
        };
        let is_new = matches!(entry, Some(Entry::Created(_)));
        let durable =
            entry.map(|entry| self.commit(&mut ledger, entry)).transpose().map_err(Refusal::system_error)?.or(reported);
        drop(ledger);
        if is_new {
            self.tell(|| Event::OrderCreated {
                mch_id: mch_id.to_owned(),
                out_trade_no: asked.out_trade_no.to_owned(),
            });
        }
        Ok(Done { fields: layout(request, nonce_str, asked.trade_type, prepay), durable })
    }

    fn create(
        &self,
        request: &Accepted,
        asked: &Asked<'_>,
        count: u64,
        now: UtcMs,
    ) -> Result<(Prepay, Option<Entry>), Refusal> {
        let earliest = now.plus_ms(i64::from(self.switches.time_expire_min_s) * 1000);
        if asked.expires_at.is_some_and(|end| end < earliest) {
            let reason = format!("time_expire is less than {} s away", self.switches.time_expire_min_s);
            return Err(Refusal::Unsigned(Unsigned::new(text::TIME_EXPIRE_SHORT, reason)));
        }
        let prepay = self.issue(count, asked.trade_type, now);
        let order = Order {
            fields: Fields::of_request(&request.params),
            total_fee: asked.total_fee,
            sign_type: request.sign_type,
            created_at: now,
            expires_at: asked.expires_at,
            prepay: prepay.clone(),
            closed_at: None,
            cancelled_at: None,
            payment: None,
            changed: 0,
        };
        Ok((prepay, Some(Entry::Created(Box::new(order)))))
    }

    fn reenter(
        &self,
        order: &Order,
        request: &Accepted,
        asked: &Asked<'_>,
        count: u64,
        now: UtcMs,
    ) -> Result<(Prepay, Option<Entry>), Refusal> {
        self.check_reentry(order, request, now)?;
        if self.switches.reentry_keeps_prepay_id && order.prepay.issued_at.plus_ms(PREPAY_LIFE_MS) > now {
            return Ok((order.prepay.clone(), None));
        }
        let prepay = self.issue(count, asked.trade_type, now);
        let entry = Entry::Reissued {
            mch_id: order.mch_id().to_owned(),
            out_trade_no: asked.out_trade_no.to_owned(),
            prepay: prepay.clone(),
        };
        Ok((prepay, Some(entry)))
    }

    /// What an existing order says to being ordered again.
    fn check_reentry(&self, order: &Order, request: &Accepted, now: UtcMs) -> Result<(), Refusal> {
        if order.payment.is_some() {
            return Err(Refusal::signed("ORDERPAID", text::ALREADY_PAID));
        }
        if order.trade_state(now, &self.switches) == TradeState::Closed || order.is_over(now, &self.switches) {
            return Err(Refusal::signed("ORDERCLOSED", text::ALREADY_CLOSED));
        }
        // A prepay_id belongs to one app, so another appid is always another order.
        let different = std::iter::once("appid")
            .chain(self.switches.reentry_compares.iter().map(String::as_str))
            .find(|name| with_default(name, order.fields.get(name)) != with_default(name, request.field(name)));
        match different {
            None => Ok(()),
            Some(name) => Err(Refusal::Signed {
                err_code: "INVALID_REQUEST",
                err_code_des: text::DUPLICATE_NUMBER.into(),
                reason: Some(format!("the order exists with another {name}")),
            }),
        }
    }

    fn issue(&self, count: u64, trade_type: TradeType, now: UtcMs) -> Prepay {
        let prepay_id = self.draw.prepay_id(count, now);
        let code_url = (trade_type == TradeType::Native)
            .then(|| format!("weixin://wxpay/bizpayurl?pr={}", self.draw.code_token(count)));
        let mweb_url = (trade_type == TradeType::Mweb).then(|| {
            let package = now.unix_seconds().rem_euclid(10_000_000_000);
            format!("https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={prepay_id}&package={package:010}")
        });
        Prepay { prepay_id, code_url, mweb_url, issued_at: now }
    }
}

fn with_default<'a>(name: &str, value: Option<&'a str>) -> Option<&'a str> {
    if name == "fee_type" { value.or(Some("CNY")) } else { value }
}

fn read(request: &Accepted) -> Result<Asked<'_>, Refusal> {
    let field = |name| request.field(name).unwrap_or_default();
    let out_trade_no = field("out_trade_no");
    if let Err(fault) = OutTradeNo::new(out_trade_no) {
        return Err(Refusal::format_of("out_trade_no", fault.rule));
    }
    let total_fee = field("total_fee")
        .parse()
        .ok()
        .and_then(Fen::new)
        .filter(|amount| amount.get() >= 1)
        .ok_or_else(|| Refusal::format_of("total_fee", "from 1 to 999999999999999 fen"))?;
    let trade_type = TradeType::parse(field("trade_type"))
        .ok_or_else(|| Refusal::format_of("trade_type", "JSAPI, NATIVE, APP or MWEB"))?;
    if request.field("fee_type").is_some_and(|currency| currency != "CNY") {
        return Err(Refusal::format_of("fee_type", "only CNY"));
    }
    if field("spbill_create_ip").parse::<IpAddr>().is_err() {
        return Err(Refusal::format_of("spbill_create_ip", "an IPv4 or IPv6 address"));
    }
    check_notify_url(field("notify_url"))?;
    check_words(request)?;
    let moment = |name| {
        request
            .field(name)
            .map(UtcMs::parse_compact)
            .transpose()
            .map_err(|fault| Refusal::format_of(name, &fault.to_string()))
    };
    moment("time_start")?;
    Ok(Asked { out_trade_no, trade_type, total_fee, expires_at: moment("time_expire")? })
}

/// Absolute http or https, no query string (protocol page §7.1); loopback is allowed here, production refuses it.
fn check_notify_url(url: &str) -> Result<(), Refusal> {
    let parsed = reqwest::Url::parse(url).ok().filter(|parsed| matches!(parsed.scheme(), "http" | "https"));
    match parsed {
        Some(parsed) if parsed.query().is_none() && parsed.fragment().is_none() && parsed.has_host() => Ok(()),
        _ => Err(Refusal::format_of("notify_url", "an absolute http or https address without a query string")),
    }
}

fn check_words(request: &Accepted) -> Result<(), Refusal> {
    if request.field("trade_type") == Some("MWEB") {
        let scene: Option<serde_json::Value> =
            request.field("scene_info").and_then(|text| serde_json::from_str(text).ok());
        if !scene.is_some_and(|scene| scene.get("h5_info").is_some_and(serde_json::Value::is_object)) {
            return Err(Refusal::format_of("scene_info", "JSON with an object h5_info"));
        }
    }
    for (name, allowed) in [("limit_pay", &["no_credit"][..]), ("profit_sharing", &["Y", "N"])] {
        if request.field(name).is_some_and(|word| !allowed.contains(&word)) {
            return Err(Refusal::format_of(name, &allowed.join(" or ")));
        }
    }
    Ok(())
}

fn layout<'a>(request: &'a Accepted, nonce_str: &'a str, trade_type: TradeType, prepay: Prepay) -> Vec<Field<'a>> {
    let mut fields: Vec<Field<'a>> = vec![
        ("return_code", "SUCCESS".into()),
        ("return_msg", "OK".into()),
        ("result_code", "SUCCESS".into()),
        ("mch_id", request.merchant.mch_id.as_str().into()),
        ("appid", request.merchant.appid.as_str().into()),
    ];
    if let Some(device_info) = request.field("device_info") {
        fields.push(("device_info", device_info.into()));
    }
    fields.extend([
        ("nonce_str", nonce_str.into()),
        ("sign", "".into()),
        ("prepay_id", prepay.prepay_id.into()),
        ("trade_type", trade_type.as_str().into()),
    ]);
    fields.extend(prepay.code_url.map(|url| ("code_url", url.into())));
    fields.extend(prepay.mweb_url.map(|url| ("mweb_url", url.into())));
    fields
}
