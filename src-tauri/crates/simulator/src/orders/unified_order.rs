//! unifiedorder (protocol page §4.1): a new order, or the same one asked for again.

use wxpay_protocol::{TradeType, UtcMs};

use crate::answer::{Done, Field, Refusal};
use crate::check::{Accepted, Unsigned};
use crate::event::Event;
use crate::gateway::Gateway;
use crate::ledger::entry::Entry;
use crate::ledger::fields::Fields;
use crate::ledger::record::{Order, Prepay};
use crate::orders::asked::{self, Asked, check_notify_url};
use crate::text;

/// How long a prepay_id can be used (protocol page §8).
const PREPAY_LIFE_MS: i64 = 2 * 3_600_000;

impl Gateway {
    pub(crate) fn unified_order<'a>(
        &self,
        request: &'a Accepted,
        nonce_str: &'a str,
        now: UtcMs,
    ) -> Result<Done<'a>, Refusal> {
        let (asked, trade_type) = read(request)?;
        let mch_id = request.merchant.mch_id.as_str();
        let mut ledger = self.ledger_mut();
        let count = ledger.next_prepay();
        let known = ledger.order(mch_id, asked.out_trade_no);
        let reported = known.map(|order| order.changed);
        let (prepay, entry) = match known {
            Some(order) => self.reenter(order, request, trade_type, count, now)?,
            None => self.create(request, &asked, trade_type, count, now)?,
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
        Ok(Done { fields: layout(request, nonce_str, trade_type, prepay), durable })
    }

    fn create(
        &self,
        request: &Accepted,
        asked: &Asked<'_>,
        trade_type: TradeType,
        count: u64,
        now: UtcMs,
    ) -> Result<(Prepay, Option<Entry>), Refusal> {
        let earliest = now.plus_ms(i64::from(self.switches.time_expire_min_s) * 1000);
        if asked.expires_at.is_some_and(|end| end < earliest) {
            let reason = format!("time_expire is less than {} s away", self.switches.time_expire_min_s);
            return Err(Refusal::Unsigned(Unsigned::new(text::TIME_EXPIRE_SHORT, reason)));
        }
        let prepay = self.issue(count, trade_type, now);
        let order = Order { prepay: Some(Box::new(prepay.clone())), ..Order::asked_for(request, asked, now) };
        Ok((prepay, Some(Entry::Created(Box::new(order)))))
    }

    fn reenter(
        &self,
        order: &Order,
        request: &Accepted,
        trade_type: TradeType,
        count: u64,
        now: UtcMs,
    ) -> Result<(Prepay, Option<Entry>), Refusal> {
        self.check_reentry(order, request, now)?;
        let Some(prepay) = order.prepay.as_deref() else {
            return Err(Refusal::duplicate("the order exists as one by payment code"));
        };
        if self.switches.reentry_keeps_prepay_id && prepay.issued_at.plus_ms(PREPAY_LIFE_MS) > now {
            return Ok((prepay.clone(), None));
        }
        let prepay = self.issue(count, trade_type, now);
        let entry = Entry::Reissued {
            mch_id: order.mch_id().to_owned(),
            out_trade_no: order.out_trade_no().to_owned(),
            prepay: Box::new(prepay.clone()),
        };
        Ok((prepay, Some(entry)))
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

impl Order {
    /// A new order as it was asked for: neither session nor scan yet.
    pub(crate) fn asked_for(request: &Accepted, asked: &Asked<'_>, now: UtcMs) -> Self {
        Self {
            fields: Fields::of_request(&request.params),
            total_fee: asked.total_fee,
            sign_type: request.sign_type,
            created_at: now,
            expires_at: asked.expires_at,
            prepay: None,
            closed_at: None,
            cancelled_at: None,
            payment: None,
            scan: None,
            reversed_at: None,
            refunds: Vec::new(),
            changed: 0,
        }
    }
}

fn read(request: &Accepted) -> Result<(Asked<'_>, TradeType), Refusal> {
    let asked = asked::read(request)?;
    let trade_type = TradeType::parse(request.field("trade_type").unwrap_or_default())
        .ok_or_else(|| Refusal::format_of("trade_type", "JSAPI, NATIVE, APP or MWEB"))?;
    check_notify_url(request.field("notify_url").unwrap_or_default())?;
    if trade_type == TradeType::Mweb {
        let scene: Option<serde_json::Value> =
            request.field("scene_info").and_then(|text| serde_json::from_str(text).ok());
        if !scene.is_some_and(|scene| scene.get("h5_info").is_some_and(serde_json::Value::is_object)) {
            return Err(Refusal::format_of("scene_info", "JSON with an object h5_info"));
        }
    }
    Ok((asked, trade_type))
}

fn layout<'a>(request: &'a Accepted, nonce_str: &'a str, trade_type: TradeType, prepay: Prepay) -> Vec<Field<'a>> {
    let mut fields = request.envelope();
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
