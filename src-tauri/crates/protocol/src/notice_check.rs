//! Judging a notification as far as the message itself, our key and our record can say (protocol page §7): check by check, in
//! one order, and no further than the first that fails.

use crate::ids::{OpenId, OutRefundNo, OutTradeNo, TransactionId};
use crate::{Fen, Params, RefundStatus, Secret, SignType, UtcMs, req_info, sign};

/// What arrives at a notify_url.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A payment: signed.
    Payment,
    /// What became of a refund: not signed, encrypted under the key.
    Refund,
}

impl NoticeKind {
    /// A message with `req_info` is about a refund.
    pub fn of(params: &Params) -> Self {
        if params.get("req_info").is_some() { Self::Refund } else { Self::Payment }
    }

    /// The word that leaves the program.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Refund => "refund",
        }
    }
}

/// One check and how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which one: `fields`, `sign_type`, `sign`, `context`, `merchant`, `return_code`, `formats`, `decrypt`, `amount`,
    /// `currency`, `attach`.
    pub name: &'static str,
    /// Whether it passed.
    pub ok: bool,
    /// What was found, in Chinese with the English in brackets where it is more than a value.
    pub detail: String,
}

/// What a notice is judged by.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The app that the notice must name.
    pub appid: &'a str,
    /// The merchant that it must name.
    pub mch_id: &'a str,
    /// The algorithm of our record; the message does not choose.
    pub sign_type: SignType,
    /// The key of the merchant.
    pub key: &'a Secret,
    /// What our record of the order says, where there is one.
    pub record: Option<Record<'a>>,
}

/// Our record of an order.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Its amount; nothing where that is only claimed, because a claim is no reason to refuse what is signed.
    pub total_fee: Option<Fen>,
    /// What WeChat must echo, where the record has it.
    pub attach: Option<&'a str>,
}

/// A payment that was notified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentNotice {
    /// The order.
    pub out_trade_no: OutTradeNo,
    /// WeChat's number.
    pub transaction_id: TransactionId,
    /// The amount.
    pub total_fee: Fen,
    /// When it was paid.
    pub time_end: UtcMs,
    /// The payer.
    pub openid: Option<OpenId>,
}

/// A refund that was notified; unproven, because whoever has seen two such notices can splice a third.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundNotice {
    /// The order.
    pub out_trade_no: OutTradeNo,
    /// The refund.
    pub out_refund_no: OutRefundNo,
    /// What it is said to have become.
    pub status: RefundStatus,
    /// What `req_info` holds.
    pub inside: Params,
}

/// What a notice says, once every check passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A payment.
    Payment(PaymentNotice),
    /// A refund.
    Refund(Box<RefundNotice>),
}

/// The checks as far as they went.
#[derive(Clone, Debug)]
pub struct Judged {
    /// In their order; the last one failed, unless there is a notice.
    pub checks: Vec<Check>,
    /// What the notice says, if every check passed.
    pub notice: Option<Notice>,
}

/// Fields that every payment notice has.
const PAYMENT_FIELDS: [&str; 11] = [
    "return_code",
    "result_code",
    "appid",
    "mch_id",
    "nonce_str",
    "sign",
    "out_trade_no",
    "transaction_id",
    "total_fee",
    "trade_type",
    "time_end",
];
/// Fields of other signed messages; one of them in a notice is such a message, posted by somebody who saw it.
const FOREIGN_FIELDS: [&str; 8] = [
    "prepay_id",
    "code_url",
    "mweb_url",
    "refund_id",
    "out_refund_no",
    "notify_url",
    "spbill_create_ip",
    "trade_state_desc",
];
/// Fields that every `req_info` has.
const REFUND_FIELDS: [&str; 7] =
    ["out_refund_no", "out_trade_no", "refund_fee", "refund_id", "refund_status", "total_fee", "transaction_id"];

/// Judges a notice.
pub fn judge(params: &Params, known: &Known<'_>) -> Judged {
    let mut run = Run { checks: Vec::new() };
    let notice = match NoticeKind::of(params) {
        NoticeKind::Payment => run.payment(params, known).map(Notice::Payment),
        NoticeKind::Refund => run.refund(params, known).map(|notice| Notice::Refund(Box::new(notice))),
    };
    Judged { checks: run.checks, notice }
}

struct Run {
    checks: Vec<Check>,
}

impl Run {
    /// Notes a check; nothing where it failed, so that `?` ends the run.
    fn check<T>(&mut self, name: &'static str, found: Result<(T, String), String>) -> Option<T> {
        let (ok, detail, value) = match found {
            Ok((value, detail)) => (true, detail, Some(value)),
            Err(detail) => (false, detail, None),
        };
        self.checks.push(Check { name, ok, detail });
        value
    }

    fn payment(&mut self, params: &Params, known: &Known<'_>) -> Option<PaymentNotice> {
        self.check("fields", required(params, &PAYMENT_FIELDS))?;
        self.check("sign_type", sign_type(params, known.sign_type))?;
        let signed = sign::verify(params, known.key, known.sign_type);
        self.check("sign", signed.map(|()| ((), "一致 (holds)".to_owned())).map_err(|fault| fault.to_string()))?;
        self.check("context", context(params))?;
        self.check("merchant", merchant(params, known))?;
        self.check("return_code", return_code(params))?;
        let notice = self.check("formats", payment_formats(params))?;
        if let Some(record) = known.record {
            self.check("amount", amount(record.total_fee, notice.total_fee))?;
            let currency = params.filled("fee_type").unwrap_or("CNY");
            let is_yuan = if currency == "CNY" { Ok(((), "CNY".to_owned())) } else { Err(currency.to_owned()) };
            self.check("currency", is_yuan)?;
            if let Some(attach) = record.attach {
                let echoed = params.get("attach").unwrap_or_default();
                let same = if echoed == attach {
                    Ok(((), String::new()))
                } else {
                    Err("与下单时的不同 (is not ours)".to_owned())
                };
                self.check("attach", same)?;
            }
        }
        Some(notice)
    }

    fn refund(&mut self, params: &Params, known: &Known<'_>) -> Option<RefundNotice> {
        self.check("fields", required(params, &["return_code", "appid", "mch_id", "nonce_str", "req_info"]))?;
        self.check("merchant", merchant(params, known))?;
        self.check("return_code", return_code(params))?;
        let opened = req_info::open(params.filled("req_info").unwrap_or_default(), known.key);
        let inside = self.check(
            "decrypt",
            opened
                .map(|inside| (inside, "用这个密钥能解开 (opens under this key)".to_owned()))
                .map_err(|fault| fault.to_string()),
        )?;
        let notice = self.check("formats", refund_formats(inside))?;
        if let Some(record) = known.record {
            let total = notice.inside.filled("total_fee").and_then(|text| Fen::parse_wire(text).ok());
            self.check("amount", amount(record.total_fee, total.unwrap_or_default()))?;
        }
        Some(notice)
    }
}

fn required(params: &Params, names: &[&str]) -> Result<((), String), String> {
    let missing: Vec<&str> = names.iter().copied().filter(|name| params.filled(name).is_none()).collect();
    if missing.is_empty() {
        Ok(((), format!("{} 个字段 (fields)", params.len())))
    } else {
        Err(format!("缺少 {} (missing)", missing.join(", ")))
    }
}

fn sign_type(params: &Params, ours: SignType) -> Result<((), String), String> {
    match params.filled("sign_type") {
        None => Ok(((), format!("未写明，我们的是 {} (none named; ours)", ours.as_str()))),
        Some(named) if named == ours.as_str() => Ok(((), named.to_owned())),
        Some(named) => {
            let named: String = named.chars().take(32).collect();
            Err(format!("通知写 {named:?}，我们的记录是 {} (named there; our record)", ours.as_str()))
        }
    }
}

fn context(params: &Params) -> Result<((), String), String> {
    if let Some(name) = FOREIGN_FIELDS.iter().find(|name| params.get(name).is_some()) {
        return Err(format!("带有支付通知不会有的 {name}：这是另一种报文 (no payment notice has it: another message)"));
    }
    match params.filled("trade_state") {
        None | Some("SUCCESS") => Ok(((), "是支付通知 (a payment notice)".to_owned())),
        Some(_) => Err("trade_state 不是 SUCCESS：这是查询的应答 (the answer to a query)".to_owned()),
    }
}

fn merchant(params: &Params, known: &Known<'_>) -> Result<((), String), String> {
    for (name, ours) in [("mch_id", known.mch_id), ("appid", known.appid)] {
        let theirs = params.filled(name).unwrap_or_default();
        if theirs != ours {
            let theirs: String = theirs.chars().take(32).collect();
            return Err(format!("{name} 是 {theirs:?}，我们的是 {ours} (is not ours)"));
        }
    }
    Ok(((), format!("{} {}", known.mch_id, known.appid)))
}

fn return_code(params: &Params) -> Result<((), String), String> {
    for name in ["return_code", "result_code"] {
        if params.filled(name).is_some_and(|code| code != "SUCCESS") {
            return Err(format!("{name} 不是 SUCCESS (is not SUCCESS)"));
        }
    }
    Ok(((), "SUCCESS".to_owned()))
}

fn amount(ours: Option<Fen>, theirs: Fen) -> Result<((), String), String> {
    let Some(ours) = ours else {
        return Ok((
            (),
            format!(
                "{theirs} 分；我们只有导入的金额，未核实，不比较 (fen; ours is an unverified claim and not compared)"
            ),
        ));
    };
    if ours == theirs {
        Ok(((), format!("{ours} 分 (fen)")))
    } else {
        Err(format!("通知 {theirs} 分，我们的记录 {ours} 分 (fen notified; in our record)"))
    }
}

fn payment_formats(params: &Params) -> Result<(PaymentNotice, String), String> {
    let text = |name| params.filled(name).unwrap_or_default();
    let notice = PaymentNotice {
        out_trade_no: OutTradeNo::new(text("out_trade_no")).map_err(|fault| fault.to_string())?,
        transaction_id: TransactionId::new(text("transaction_id")).map_err(|fault| fault.to_string())?,
        total_fee: Fen::parse_wire(text("total_fee")).map_err(|fault| format!("total_fee: {fault}"))?,
        time_end: UtcMs::parse_compact(text("time_end")).map_err(|_| "time_end 不是时间 (is no time)".to_owned())?,
        openid: params.filled("openid").map(OpenId::new).transpose().map_err(|fault| fault.to_string())?,
    };
    if let (Some(cash), Some(coupon)) = (params.filled("cash_fee"), params.filled("coupon_fee")) {
        let sum = Fen::parse_wire(cash).ok().zip(Fen::parse_wire(coupon).ok()).and_then(|(a, b)| a.checked_add(b));
        if sum != Some(notice.total_fee) {
            return Err("cash_fee 加 coupon_fee 不等于 total_fee (the sum is not total_fee)".to_owned());
        }
    }
    let number = notice.out_trade_no.to_string();
    Ok((notice, number))
}

fn refund_formats(inside: Params) -> Result<(RefundNotice, String), String> {
    required(&inside, &REFUND_FIELDS).map_err(|missing| format!("req_info 里{missing}"))?;
    let text = |name| inside.filled(name).unwrap_or_default();
    let word = text("refund_status");
    let status = RefundStatus::parse(word).filter(|status| *status != RefundStatus::Processing).ok_or_else(|| {
        let word: String = word.chars().take(32).collect();
        format!("没见过的 refund_status {word:?} (unknown)")
    })?;
    for name in ["refund_fee", "total_fee"] {
        Fen::parse_wire(text(name)).map_err(|fault| format!("{name}: {fault}"))?;
    }
    let out_trade_no = OutTradeNo::new(text("out_trade_no")).map_err(|fault| fault.to_string())?;
    let out_refund_no = OutRefundNo::new(text("out_refund_no")).map_err(|fault| fault.to_string())?;
    let detail = format!("{out_refund_no} {status}");
    Ok((RefundNotice { out_trade_no, out_refund_no, status, inside }, detail))
}

#[cfg(test)]
#[path = "notice_check_tests.rs"]
mod tests;
