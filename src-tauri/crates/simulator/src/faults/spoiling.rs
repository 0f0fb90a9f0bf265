//! What becomes of a genuine answer: other fields, another sign, other bytes, another way out.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::body::Bytes;
use wxpay_protocol::{RefundStatus, SignType, UtcMs, sign, xml};

use super::catalogue::{Kind, Parameter};
use super::delivery::Delivery;
use super::force::Fired;
use super::gzip;
use super::message::Message;
use super::misbehaving::{Asker, nginx_page};
use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::ledger::refund::RefundPlan;
use crate::merchant::{Known, Merchant};

impl Gateway {
    /// The answer as the fault leaves it; nothing where the fault finds nothing in it to take hold of.
    pub(super) fn spoil(&self, answer: Answer, asker: &Asker, fired: &Fired) -> Option<Answer> {
        match fired.rule.fault {
            Kind::WrongSign | Kind::NoSign | Kind::OtherSignType => self.spoil_sign(answer, asker, fired.rule.fault),
            Kind::DateShifted => self.shift_date(answer, asker, fired),
            Kind::DateGarbage => Some(with_header(answer, "date", "Someday, 99 Smarch 2026 25:61:61 LMT".to_owned())),
            Kind::RefundLaterClosed => self.doom_refund(answer, asker, fired, RefundStatus::RefundClose),
            Kind::RefundLaterChanged => self.doom_refund(answer, asker, fired, RefundStatus::Change),
            fault if changes_fields(fault) => self.spoil_fields(answer, asker, fired),
            _ => spoil_bytes(answer, fired),
        }
    }

    /// In whose name and how the asker's answers are signed.
    pub(super) fn signer_of(&self, asker: &Asker) -> Option<(Arc<Merchant>, SignType)> {
        let Known::Merchant(merchant) = self.merchants.find(&asker.appid, &asker.mch_id) else { return None };
        let sign_type = asker.sign_type.as_deref().map_or(Some(SignType::Md5), SignType::parse)?;
        Some((merchant, sign_type))
    }

    /// The answer with its fields changed and signed again; nothing where it is not signed.
    pub(super) fn rewrite(&self, answer: Answer, asker: &Asker, change: impl FnOnce(&mut Message)) -> Option<Answer> {
        let mut message = Message::read(&answer.body).filter(|message| message.get("sign").is_some())?;
        let (merchant, sign_type) = self.signer_of(asker)?;
        change(&mut message);
        Some(Answer { body: message.signed(&merchant.key, sign_type), ..answer })
    }

    fn spoil_sign(&self, answer: Answer, asker: &Asker, fault: Kind) -> Option<Answer> {
        let mut message = Message::read(&answer.body)?;
        let (merchant, sign_type) = self.signer_of(asker)?;
        let genuine = message.get("sign")?.to_owned();
        match fault {
            Kind::NoSign => message.remove("sign"),
            Kind::WrongSign => {
                let other = if genuine.starts_with('0') { "1" } else { "0" };
                message.set("sign", &format!("{other}{}", genuine.get(1..)?));
            }
            _ => {
                let other = match sign_type {
                    SignType::Md5 => SignType::HmacSha256,
                    SignType::HmacSha256 => SignType::Md5,
                };
                let params = xml::read(&answer.body, "xml").ok()?;
                message.set("sign", &sign::sign(&params, &merchant.key, other));
            }
        }
        Some(Answer { body: Bytes::from(message.into_text()), ..answer })
    }

    fn spoil_fields(&self, answer: Answer, asker: &Asker, fired: &Fired) -> Option<Answer> {
        let message = Message::read(&answer.body)?;
        if !takes_hold(fired.rule.fault, &message) {
            return None;
        }
        let other = (fired.rule.fault == Kind::OtherOrder).then(|| self.neighbour_of(asker));
        self.rewrite(answer, asker, |message| match fired.rule.fault {
            Kind::OtherOrder => {
                let (out_trade_no, transaction_id) = other.unwrap_or_default();
                become_another(message, &out_trade_no, &transaction_id);
            }
            Kind::NoTransactionId => message.remove("transaction_id"),
            Kind::AmountsAsYuan => amounts_as_yuan(message),
            Kind::UnknownTradeState => message.set("trade_state", fired.rule.word(Parameter::TradeState)),
            Kind::AnsweredClosed => unpaid(message, fired.rule.word(Parameter::TradeState), "订单已关闭"),
            Kind::UserPaying => unpaid(message, "USERPAYING", "需要用户输入支付密码"),
            Kind::ExtraFields => extra_fields(message),
            Kind::UnicodeNames => message.set("备注", "多一个字段"),
            Kind::HugeAttach => {
                let bytes = usize::try_from(fired.number(Parameter::Bytes)).unwrap_or(usize::MAX);
                message.set("attach", &"x".repeat(bytes.min(64 << 20)));
            }
            Kind::RefundOldAmount => {
                let old = message.get("refund_fee").and_then(|fee| fee.parse::<i64>().ok()).unwrap_or(0);
                message.set("refund_fee", &(if old > 1 { old / 2 } else { old + 1 }).to_string());
            }
            _ => one_refund(message),
        })
    }

    /// The number and transaction of another order: the one before or after it, or one digit of its own changed.
    fn neighbour_of(&self, asker: &Asker) -> (String, String) {
        let ledger = self.ledger();
        let place = ledger.place(&asker.mch_id, &asker.out_trade_no);
        let beside = place.and_then(|place| {
            let before = place.checked_sub(1).and_then(|before| ledger.order_at(before));
            before.or_else(|| ledger.order_at(place + 1))
        });
        match beside {
            Some(order) => {
                let paid = order.payment.as_ref().map(|payment| payment.transaction_id.clone());
                (order.out_trade_no().to_owned(), paid.unwrap_or_else(|| "4200000000209901010000000000".to_owned()))
            }
            None => (format!("{}X", asker.out_trade_no), "4200000000209901010000000000".to_owned()),
        }
    }

    /// The answer as it is; the refund of which it speaks ends otherwise.
    fn doom_refund(&self, answer: Answer, asker: &Asker, fired: &Fired, status: RefundStatus) -> Option<Answer> {
        let message = Message::read(&answer.body)?;
        let plan = RefundPlan { status, at: fired.at.plus_ms(fired.ms_of_seconds()) };
        self.plan_refund(Some(&asker.mch_id), message.get("out_refund_no")?, Some(plan)).ok()?;
        Some(answer)
    }

    fn shift_date(&self, answer: Answer, asker: &Asker, fired: &Fired) -> Option<Answer> {
        let shifted = self.clock.now().plus_ms(fired.ms_of_seconds());
        let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(shifted.0).unwrap_or_default());
        let time_end = Message::read(&answer.body).and_then(|message| {
            let time_end = UtcMs::parse_compact(message.get("time_end")?).ok()?;
            Some(time_end.plus_ms(fired.ms_of_seconds()).compact())
        });
        let answer = match time_end {
            Some(time_end) => self.rewrite(answer, asker, |message| message.set("time_end", &time_end))?,
            None => answer,
        };
        Some(with_header(answer, "date", httpdate::fmt_http_date(date)))
    }
}

const fn changes_fields(fault: Kind) -> bool {
    matches!(
        fault,
        Kind::OtherOrder
            | Kind::NoTransactionId
            | Kind::AmountsAsYuan
            | Kind::UnknownTradeState
            | Kind::AnsweredClosed
            | Kind::UserPaying
            | Kind::ExtraFields
            | Kind::UnicodeNames
            | Kind::HugeAttach
            | Kind::RefundOldAmount
            | Kind::OneRefundPerPage
    )
}

/// Whether the answer has what the fault changes.
fn takes_hold(fault: Kind, message: &Message) -> bool {
    let succeeded = message.get("result_code") == Some("SUCCESS");
    match fault {
        Kind::NoTransactionId => message.get("transaction_id").is_some(),
        Kind::AmountsAsYuan => message.names().iter().any(|name| name.ends_with("_fee")),
        Kind::UnknownTradeState | Kind::AnsweredClosed => message.get("trade_state").is_some(),
        Kind::UserPaying => matches!(message.get("trade_state"), Some("NOTPAY" | "USERPAYING")),
        Kind::RefundOldAmount => message.get("refund_fee").is_some(),
        Kind::OneRefundPerPage => message.get("refund_count").is_some_and(|count| count != "1"),
        Kind::OtherOrder => succeeded,
        _ => true,
    }
}

fn become_another(message: &mut Message, out_trade_no: &str, transaction_id: &str) {
    if message.get("out_trade_no").is_none() {
        // unifiedorder echoes no number; its trade_type is the one thing of the order that can differ.
        let other = if message.get("trade_type") == Some("NATIVE") { "JSAPI" } else { "NATIVE" };
        message.set("trade_type", other);
        return;
    }
    message.set("out_trade_no", out_trade_no);
    if message.get("transaction_id").is_some() {
        message.set("transaction_id", transaction_id);
    }
}

fn amounts_as_yuan(message: &mut Message) {
    for name in message.names() {
        let fen = message.get(&name).and_then(|value| value.parse::<u64>().ok());
        if let Some(fen) = fen.filter(|_| xml::is_amount(&name) && name.contains("_fee")) {
            message.set(&name, &format!("{}.{:02}", fen / 100, fen % 100));
        }
    }
}

/// What orderquery says of an order that nobody has paid.
fn unpaid(message: &mut Message, trade_state: &str, trade_state_desc: &str) {
    const OF_A_PAYMENT: [&str; 11] = [
        "transaction_id",
        "time_end",
        "openid",
        "is_subscribe",
        "bank_type",
        "cash_fee",
        "cash_fee_type",
        "settlement_total_fee",
        "coupon_fee",
        "coupon_count",
        "fee_type",
    ];
    for name in message.names() {
        if OF_A_PAYMENT.contains(&name.as_str()) || name.starts_with("coupon_") {
            message.remove(&name);
        }
    }
    message.set("trade_state", trade_state);
    message.set("trade_state_desc", trade_state_desc);
}

fn extra_fields(message: &mut Message) {
    message.set("clearing_no", "4200001234202401021234567890");
    message.set("memo", &"一张收据上的长文字，共一百二十七字。".repeat(8).chars().take(127).collect::<String>());
    message.set("rate", "0.6%");
    if message.get("coupon_count").is_none() && message.get("transaction_id").is_some() {
        message.set("coupon_fee", "0");
        message.set("coupon_count", "20");
        for index in 0..20 {
            message.set(&format!("coupon_id_{index}"), &format!("{}", 10_000_000_000_u64 + index));
            message.set(&format!("coupon_fee_{index}"), "0");
        }
    }
}

/// Only the refund with the lowest index stays; total_refund_count still says how many there are.
fn one_refund(message: &mut Message) {
    let index_of = |name: &str| {
        let rest = name.strip_prefix("out_refund_no_")?;
        rest.parse::<u32>().ok()
    };
    let names = message.names();
    let Some(lowest) = names.iter().filter_map(|name| index_of(name)).min() else { return };
    let count = message.get("refund_count").unwrap_or_default().to_owned();
    for name in &names {
        // `coupon_refund_id_$n_$m` carries the refund's index first.
        let mut numbers = name.split('_').skip_while(|piece| piece.parse::<u32>().is_err());
        if numbers.next().and_then(|piece| piece.parse::<u32>().ok()).is_some_and(|index| index != lowest) {
            message.remove(name);
        }
    }
    if message.get("total_refund_count").is_none() {
        message.set("total_refund_count", &count);
    }
    message.set("refund_count", "1");
}

fn with_header(mut answer: Answer, name: &'static str, value: String) -> Answer {
    answer.headers.push((name, value));
    answer
}

/// The faults that need no key: bytes, status, headers, and how they leave.
fn spoil_bytes(answer: Answer, fired: &Fired) -> Option<Answer> {
    let bytes = usize::try_from(fired.number(Parameter::Bytes)).unwrap_or(usize::MAX);
    let status = u16::try_from(fired.number(Parameter::Status)).unwrap_or(answer.status);
    let length = answer.body.len();
    let ms = fired.number(Parameter::Seconds).saturating_mul(1000);
    let leaving = |delivery| Answer { delivery, ..answer.clone() };
    Some(match fired.rule.fault {
        Kind::AnswerDropped => leaving(Delivery::Reset),
        Kind::ResetMidBody => leaving(Delivery::ResetAfter { body_bytes: bytes.min(length) }),
        Kind::ShortContentLength => {
            leaving(Delivery::Declared { content_length: bytes.min(length.saturating_sub(1)), hold_ms: 0 })
        }
        Kind::LongContentLength => {
            leaving(Delivery::Declared { content_length: length.saturating_add(bytes), hold_ms: ms })
        }
        Kind::SlowAnswer => leaving(Delivery::Trickled { gap_ms: fired.number(Parameter::Ms) }),
        Kind::HugeAnswer => leaving(Delivery::Padded { body_bytes: fired.number(Parameter::Bytes) }),
        Kind::LateAnswer => leaving(Delivery::At(fired.at.plus_ms(fired.ms_of_seconds()))),
        Kind::KeepAliveClosed => leaving(Delivery::ThenClosed),
        Kind::RefuseConnections => leaving(Delivery::ThenRefusing { ms }),
        Kind::TruncatedXml => Answer { body: answer.body.slice(..bytes.min(length)), ..answer },
        Kind::EmptyBody => Answer { body: Bytes::new(), ..answer },
        Kind::NoContent => Answer { status: 204, body: Bytes::new(), ..answer },
        Kind::HtmlPage => Answer { status, content_type: "text/html", body: Bytes::from(nginx_page(status)), ..answer },
        Kind::GzipGarbage => {
            with_header(Answer { body: gzip::garbage(), ..answer }, "content-encoding", "gzip".to_owned())
        }
        Kind::GzipBomb => {
            let body = gzip::bomb(fired.number(Parameter::Bytes));
            with_header(Answer { body, ..answer }, "content-encoding", "gzip".to_owned())
        }
        Kind::Redirect => {
            let to = fired.rule.word(Parameter::To).to_owned();
            with_header(Answer { status, body: Bytes::new(), ..answer }, "location", to)
        }
        Kind::Bom => Answer { body: [b"\xEF\xBB\xBF".as_slice(), &answer.body].concat().into(), ..answer },
        Kind::Gbk | Kind::Utf16 => {
            let text = std::str::from_utf8(&answer.body).ok()?;
            let body = if fired.rule.fault == Kind::Gbk { gbk(text)? } else { utf16(text) };
            Answer { body, ..answer }
        }
        Kind::BillChanged => Answer { body: changed_bill(&answer.body)?, ..answer },
        _ => return None,
    })
}

/// Nothing where the text has no character that GBK writes in another way.
fn gbk(text: &str) -> Option<Bytes> {
    let (encoded, _, _) = encoding_rs::GBK.encode(text);
    (encoded != text.as_bytes()).then(|| Bytes::from(encoded.into_owned()))
}

fn utf16(text: &str) -> Bytes {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// The bill without its first row of data; the summary stays, so the two contradict each other.
fn changed_bill(body: &[u8]) -> Option<Bytes> {
    let mut lines: Vec<&[u8]> = body.split_inclusive(|byte| *byte == b'\n').collect();
    // A head, at least one row, the summary's head and its row.
    if lines.len() < 4 {
        return None;
    }
    lines.remove(1);
    Some(lines.concat().into())
}
