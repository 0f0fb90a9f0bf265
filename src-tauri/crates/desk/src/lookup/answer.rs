//! The answer to one number.

use desk_store::{Event, Flags, Observation, Order, OrderState, Profile, Refund};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::error_code;
use wxpay_protocol::order_query::OrderReport;
use wxpay_protocol::xml;

use super::inquiry::{Inquiry, next_without_key};
use super::numbers::{NumberKind, PastedNumber, endpoint_of};
use super::payment_way::payment_way;
use super::sentence::{Standing, not_exist_reasons};
use super::timeline::{Step, reports_of, timeline};
use crate::RefundDetail;
use crate::told::{Told, of_code};

/// How many digits WeChat's order numbers have today.
const TRANSACTION_ID_DIGITS: usize = 28;

/// What a lookup gave, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupVerdict {
    /// The order or refund is known, and where it stands.
    Found,
    /// Neither here nor at WeChat Pay.
    NotFound,
    /// It is not known where it stands, or whether it exists.
    Unknown,
    /// No order can be asked for by it; the answer says what it is.
    Explained,
}

impl LookupVerdict {
    /// The word for people, in Chinese and English.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Found => ("找到", "found"),
            Self::NotFound => ("没有", "not found"),
            Self::Unknown => ("未知", "unknown"),
            Self::Explained => ("不是单号", "no order number"),
        }
    }

    /// The word that scripts compare.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NotFound => "not_found",
            Self::Unknown => "unknown",
            Self::Explained => "explained",
        }
    }
}

/// What is told about one number.
#[derive(Clone, Debug)]
pub struct LookupAnswer {
    /// The number.
    pub number: PastedNumber,
    /// Other numbers of the text that belong to the same order.
    pub also: Vec<PastedNumber>,
    /// Found or not.
    pub verdict: LookupVerdict,
    /// The profile of the order, or the one that was asked.
    pub profile: Option<String>,
    /// The environment: of the profile, or the sandbox where the number itself says so.
    pub environment: Option<Environment>,
    /// What is read to the customer.
    pub sentence: Told,
    /// Whether it can no longer change; nothing where no order is known.
    pub is_final: Option<bool>,
    /// That in words.
    pub finality: Option<Told>,
    /// What happened, oldest first.
    pub timeline: Vec<Step>,
    /// The order.
    pub order: Option<Order>,
    /// Its refunds, the one that was asked for first.
    pub refunds: Vec<Refund>,
    /// How the question of just now went.
    pub inquiry: Inquiry,
    /// What the error code of the answer means and what to do, where there was one.
    pub code: Option<Told>,
    /// Why WeChat Pay may not have it, where it does not.
    pub reasons: Vec<Told>,
    /// What to do now.
    pub next: Told,
}

impl LookupAnswer {
    /// The exit status of the command line: 0 found or explained, 1 not found, 5 unknown, 6 unknown for want of the key.
    pub fn exit_status(&self) -> u8 {
        match self.verdict {
            LookupVerdict::Found => 0,
            LookupVerdict::Explained if self.number.kind == NumberKind::ErrCode => 0,
            LookupVerdict::NotFound | LookupVerdict::Explained => 1,
            LookupVerdict::Unknown if matches!(self.inquiry, Inquiry::NoKey { .. }) => 6,
            LookupVerdict::Unknown => 5,
        }
    }

    pub(super) fn is_same_order(&self, other: &Self) -> bool {
        matches!((&self.order, &other.order), (Some(own), Some(theirs)) if own.id == theirs.id)
    }

    /// Takes in the answer to another number of the same order; the one that names a refund tells more.
    pub(super) fn join(&mut self, other: Self) {
        let number = other.number.clone();
        let names_refund = |kind| matches!(kind, NumberKind::RefundId | NumberKind::OutRefundNo);
        if names_refund(other.number.kind) && !names_refund(self.number.kind) {
            let mut also = std::mem::take(&mut self.also);
            also.insert(0, self.number.clone());
            *self = Self { also, ..other };
        } else {
            self.also.push(number);
        }
    }

    /// Puts a step among the others. Of an order that nobody has the sentence says that a bill tells of it.
    pub(super) fn add(&mut self, step: Step) {
        let is_missed = matches!(self.verdict, LookupVerdict::NotFound | LookupVerdict::Unknown);
        if self.order.is_none() && is_missed && self.timeline.is_empty() {
            self.sentence.zh.push_str("不过账单或对账结果里有它。");
            self.sentence.en.push_str(" A bill or a reconciled day has it, though.");
        }
        self.timeline.push(step);
        self.timeline.sort_by_key(|step| step.at);
    }

    fn bare(number: PastedNumber, verdict: LookupVerdict, sentence: Told, next: Told) -> Self {
        let environment = number.is_sandbox.then_some(Environment::Sandbox);
        Self {
            number,
            also: Vec::new(),
            verdict,
            profile: None,
            environment,
            sentence,
            is_final: None,
            finality: None,
            timeline: Vec::new(),
            order: None,
            refunds: Vec::new(),
            inquiry: Inquiry::NotAsked,
            code: None,
            reasons: Vec::new(),
            next,
        }
    }
}

/// The answer for an order of the store.
pub(super) fn known(
    number: PastedNumber,
    environment: Option<Environment>,
    order: Order,
    observations: &[Observation],
    refunds: &[RefundDetail],
    named: Option<i64>,
    inquiry: Inquiry,
) -> LookupAnswer {
    let only_refunds: Vec<Refund> = refunds.iter().map(|detail| detail.refund.clone()).collect();
    let standing = Standing {
        state: order.state,
        claimed_state: order.claimed_state,
        flags: order.flags,
        total_fee: Some(order.paid_fee.unwrap_or(order.total_fee)),
        paid_at: order.paid_at,
        way: way_of(observations),
        refunds: &only_refunds,
        payment_errors: reports_of(observations, OrderState::PayError),
        inquiry: &inquiry,
    };
    let (is_final, finality) = standing.finality();
    let verdict = match &inquiry {
        Inquiry::NotExist if order.state == OrderState::Unverified => LookupVerdict::NotFound,
        Inquiry::Refused { .. } | Inquiry::Failed { .. } if !is_final => LookupVerdict::Unknown,
        _ if order.state == OrderState::Creating => LookupVerdict::Unknown,
        _ => LookupVerdict::Found,
    };
    let reasons = if inquiry == Inquiry::NotExist { not_exist_reasons() } else { Vec::new() };
    // A number of the merchant's that turned out to be a refund's is called what it is.
    let kind = match number.kind {
        NumberKind::OutTradeNo if named.is_some() && order.out_trade_no.as_str() != number.text => {
            NumberKind::OutRefundNo
        }
        kind => kind,
    };
    let mut answer = LookupAnswer {
        profile: Some(order.profile.clone()),
        is_final: Some(is_final),
        finality: Some(finality),
        timeline: timeline(&order, observations, refunds),
        code: code_of(&inquiry),
        reasons,
        ..LookupAnswer::bare(PastedNumber { kind, ..number }, verdict, standing.sentence(), standing.next())
    };
    answer.environment = environment.or(answer.environment);
    answer.order = Some(order);
    answer.refunds = only_refunds;
    answer.inquiry = inquiry;
    answer
}

/// The answer for an order that WeChat Pay has and that cannot be kept, because its amount was not told.
pub(super) fn reported(number: PastedNumber, profile: &Profile, report: &OrderReport) -> LookupAnswer {
    let inquiry = Inquiry::Answered;
    let standing = Standing {
        state: report.trade_state.into(),
        claimed_state: None,
        flags: Flags::NONE,
        total_fee: report.total_fee,
        paid_at: report.time_end,
        way: report.bank_type.as_deref().and_then(payment_way),
        refunds: &[],
        payment_errors: 0,
        inquiry: &inquiry,
    };
    let (is_final, finality) = standing.finality();
    LookupAnswer {
        profile: Some(profile.name.clone()),
        environment: Some(profile.environment),
        is_final: Some(is_final),
        finality: Some(finality),
        inquiry: Inquiry::Answered,
        ..LookupAnswer::bare(number, LookupVerdict::Found, standing.sentence(), standing.next())
    }
}

/// The answer for a number that nobody has, or of which nobody knows.
pub(super) fn absent(number: PastedNumber, asked: Option<&Profile>, inquiry: Inquiry) -> LookupAnswer {
    let shown = number.shown();
    let merchant = asked.map(|profile| profile.mch_id.to_string()).unwrap_or_default();
    let (verdict, sentence) = match &inquiry {
        Inquiry::NotExist | Inquiry::Answered => (
            LookupVerdict::NotFound,
            Told::new(
                format!("没有找到 {shown}：微信支付的商户 {merchant} 没有这个单号的订单或退款，本机也没有记录。"),
                format!(
                    "{shown} was not found: WeChat Pay has neither an order nor a refund of merchant {merchant} under it, and nothing is known here."
                ),
            ),
        ),
        Inquiry::NotAsked => (
            LookupVerdict::NotFound,
            Told::new(
                format!("本机没有 {shown} 的记录，也没有向微信支付查询。"),
                format!("Nothing is known here of {shown}, and WeChat Pay was not asked."),
            ),
        ),
        Inquiry::NoKey { .. } => (
            LookupVerdict::Unknown,
            Told::new(
                format!("还不知道 {shown} 的情况：取不到商户 {merchant} 的密钥，没有向微信支付查询，本机也没有记录。"),
                format!(
                    "It is not known where {shown} stands: without the key of merchant {merchant} WeChat Pay was not asked, and nothing is known here."
                ),
            ),
        ),
        Inquiry::Refused { .. } | Inquiry::Failed { .. } => (
            LookupVerdict::Unknown,
            Told::new(
                format!("还不知道 {shown} 的情况：没有得到微信支付的可信答复，本机也没有记录。"),
                format!(
                    "It is not known where {shown} stands: WeChat Pay gave no answer that can be trusted, and nothing is known here."
                ),
            ),
        ),
    };
    let next = next_for_absent(&number, asked, &inquiry);
    let reasons = if inquiry == Inquiry::NotExist { not_exist_reasons() } else { Vec::new() };
    let code = code_of(&inquiry);
    let mut answer = LookupAnswer {
        profile: asked.map(|profile| profile.name.clone()),
        inquiry,
        code,
        reasons,
        ..LookupAnswer::bare(number, verdict, sentence, next)
    };
    answer.environment = answer.environment.or(asked.map(|profile| profile.environment));
    answer
}

fn next_for_absent(number: &PastedNumber, asked: Option<&Profile>, inquiry: &Inquiry) -> Told {
    if number.is_sandbox && asked.is_some_and(|profile| profile.environment != Environment::Sandbox) {
        return Told::new(
            "这是沙箱的单号：用沙箱的商户配置再查",
            "this is a number of the sandbox: ask under a profile of the sandbox",
        );
    }
    let digits = number.text.len();
    if number.kind == NumberKind::TransactionId && !number.is_sandbox && digits != TRANSACTION_ID_DIGITS {
        return Told::new(
            format!("微信支付单号有 {TRANSACTION_ID_DIGITS} 位，这里有 {digits} 位：请复制完整的单号"),
            format!("a transaction_id has {TRANSACTION_ID_DIGITS} digits, this has {digits}: copy the whole number"),
        );
    }
    match inquiry {
        Inquiry::NotAsked if asked.is_none() => {
            Told::new("选择商户，联网后再查一次", "choose the merchant and ask online")
        }
        Inquiry::NoKey { why } => next_without_key(why),
        Inquiry::Failed { why } => Told::new(format!("稍后再查（{why}）"), format!("ask again later ({why})")),
        Inquiry::Refused { .. } => code_of(inquiry).unwrap_or_else(|| Told::new("稍后再查", "ask again later")),
        _ => Told::new(
            "按下面的原因逐条核对；请客户提供账单里 4200 开头的微信支付订单号（交易单号）",
            "go through the reasons below; ask the customer for the transaction number of their bill, which begins with 4200",
        ),
    }
}

/// The answer for what no order can be asked by.
pub(super) fn explained(number: PastedNumber) -> LookupAnswer {
    let ask_for = Told::new(
        "请提供账单里 4200 开头的微信支付订单号，或商户单号",
        "ask for the transaction number of the bill, which begins with 4200, or the merchant's number",
    );
    let (zh, en) = match number.kind {
        NumberKind::PrepayId => (
            "这是预支付会话标识 prepay_id，两小时有效，不能用来查单。",
            "This is a prepay_id, the session of a payment, valid for two hours; no order can be asked for by it.",
        ),
        NumberKind::Appid => (
            "这是 appid（公众号、小程序或 App 的标识），不是单号。",
            "This is an appid, which names an app and no order.",
        ),
        NumberKind::MchId => {
            ("这像是商户号 mch_id，不是单号。", "This looks like an mch_id, which names a merchant and no order.")
        }
        NumberKind::OpenId => (
            "这是 openid（用户标识），不是单号；可在订单列表里搜索它。",
            "This is an openid, which names a payer; search for it in the list of orders.",
        ),
        NumberKind::AuthCode => (
            "这是付款码：它可以扣款，请不要粘贴或转发，也查不到订单。",
            "This is a payment code: money can be taken with it, so do not paste or forward it; it finds no order.",
        ),
        _ => ("", ""),
    };
    if number.kind == NumberKind::ErrCode {
        let meaning = endpoint_of(&number.text).and_then(|path| error_code::meaning(path, &number.text));
        let sentence = meaning.map(of_code).unwrap_or_default();
        let next = meaning.map(|meaning| Told::new(meaning.action_zh, meaning.action_en)).unwrap_or_default();
        let is_absence = matches!(number.text.as_str(), "ORDERNOTEXIST" | "REFUNDNOTEXIST");
        let reasons = if is_absence { not_exist_reasons() } else { Vec::new() };
        let answer = LookupAnswer::bare(number, LookupVerdict::Explained, sentence, next);
        return LookupAnswer { reasons, ..answer };
    }
    LookupAnswer::bare(number, LookupVerdict::Explained, Told::new(zh, en), ask_for)
}

fn code_of(inquiry: &Inquiry) -> Option<Told> {
    let (err_code, des) = match inquiry {
        Inquiry::Refused { err_code, err_code_des } => (err_code.as_str(), Some(err_code_des)),
        Inquiry::NotExist => ("ORDERNOTEXIST", None),
        _ => return None,
    };
    let known = endpoint_of(err_code).and_then(|path| error_code::meaning(path, err_code)).map(of_code);
    known.or_else(|| des.map(|des| of_unknown_code(err_code, des)))
}

/// What WeChat Pay says with a code that no page of it names.
fn of_unknown_code(err_code: &str, des: &str) -> Told {
    let (err_code, des) = (shown(err_code), shown(des));
    Told::new(
        format!("{err_code}：{des}。文档里没有这个错误码，按微信支付的原话处理，或稍后再查"),
        format!("{err_code}: {des}. No page names this code: follow WeChat Pay's own words, or ask again later"),
    )
}

fn shown(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(128).collect()
}

/// From what the payer paid: only a verified message that reports a payment says so.
fn way_of(observations: &[Observation]) -> Option<Told> {
    observations.iter().filter(|seen| seen.evidence.verified).find_map(|seen| {
        let Event::TradeState(report) = &seen.evidence.event else { return None };
        report.transaction_id.as_ref()?;
        let params = xml::read(seen.raw.as_deref()?.as_bytes(), "xml").ok()?;
        payment_way(params.filled("bank_type")?)
    })
}
