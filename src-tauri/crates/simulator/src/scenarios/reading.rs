//! Scenario files: TOML in which every key is known, and every mistake is named with its line.

use serde::Deserialize;
use toml::Spanned;
use wxpay_protocol::Fen;

use crate::scenarios::scenario::{
    Act, Counted, CouponAmount, CouponWish, Fits, NoticeWish, Nth, Rule, Scenario, Step, Trigger, When,
};
use crate::scenarios::timing::{SpanRange, TimeOfDay, TimingError};

/// Longer files are no scenarios.
const MAX_BYTES: usize = 64 * 1024;

/// Why a text is no scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("场景文件第 {line} 行：{sentence} (line {line} of the scenario)")]
pub struct ScenarioError {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong there and what is allowed.
    pub sentence: String,
}

/// A mistake at a byte of the text.
struct Mistake {
    at: usize,
    sentence: String,
}

type Read<T> = Result<T, Mistake>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScenarioFile {
    name: Spanned<String>,
    title: String,
    title_en: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    about_en: String,
    rule: Spanned<Vec<Spanned<RuleFile>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    on: Option<Spanned<String>>,
    #[serde(rename = "match", default)]
    fits: FitsFile,
    steps: Vec<Spanned<StepFile>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FitsFile {
    mch_id: Option<String>,
    out_trade_no: Option<String>,
    out_trade_no_prefix: Option<String>,
    body: Option<String>,
    trade_type: Option<String>,
    total_fee: Option<Spanned<i64>>,
    refund_fee: Option<Spanned<i64>>,
    nth: Option<Spanned<toml::Value>>,
    counted: Option<Spanned<String>>,
    percent: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    r#do: Spanned<String>,
    after: Option<Spanned<String>>,
    at: Option<Spanned<String>>,
    openid: Option<Spanned<String>>,
    coupons: Option<Spanned<Vec<CouponFile>>>,
    notice: Option<Spanned<String>>,
    r#for: Option<Spanned<String>>,
    by: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CouponFile {
    fee: Spanned<toml::Value>,
    #[serde(default)]
    kind: Option<Spanned<String>>,
}

impl Scenario {
    /// Reads a scenario file.
    pub fn read(source: &str) -> Result<Self, ScenarioError> {
        let located = |mistake: Mistake| ScenarioError {
            line: source.bytes().take(mistake.at).filter(|byte| *byte == b'\n').count() + 1,
            sentence: mistake.sentence,
        };
        if source.len() > MAX_BYTES {
            return Err(located(mistake(0, "文件超过 64 KiB (longer than 64 KiB)")));
        }
        let file: ScenarioFile = toml::from_str(source).map_err(|fault| {
            located(Mistake { at: fault.span().map_or(0, |span| span.start), sentence: in_words(fault.message()) })
        })?;
        scenario(file, source).map_err(located)
    }
}

fn mistake(at: usize, sentence: impl Into<String>) -> Mistake {
    Mistake { at, sentence: sentence.into() }
}

fn at<T>(spanned: &Spanned<T>) -> usize {
    spanned.span().start
}

/// The parser's own words, with the frequent ones in Chinese first.
fn in_words(message: &str) -> String {
    let message = message.trim();
    let quoted = || message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("unknown field") {
        format!("不认识的键 {} ({message})", quoted())
    } else if message.starts_with("missing field") {
        format!("缺少键 {} ({message})", quoted())
    } else if message.starts_with("invalid type") {
        format!("值的类型不对 ({message})")
    } else {
        format!("TOML 写法有误 ({message})")
    }
}

fn scenario(file: ScenarioFile, source: &str) -> Read<Scenario> {
    let name = file.name.get_ref();
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > 64 || !name.bytes().all(is_word) {
        return Err(mistake(
            at(&file.name),
            "name 只能用小写字母、数字和连字符，至多 64 个 (name takes lower-case letters, digits and hyphens, 64 at most)",
        ));
    }
    if file.rule.get_ref().is_empty() {
        return Err(mistake(at(&file.rule), "至少要有一条 [[rule]] (at least one [[rule]])"));
    }
    let name = name.clone();
    let rules = file.rule.into_inner().into_iter().map(rule).collect::<Read<Vec<_>>>()?;
    Ok(Scenario {
        name,
        title: file.title,
        title_en: file.title_en,
        about: file.about,
        about_en: file.about_en,
        source: source.to_owned(),
        rules,
    })
}

fn rule(file: Spanned<RuleFile>) -> Read<Rule> {
    let start = at(&file);
    let file = file.into_inner();
    let on = match file.on.as_ref().map(|on| on.get_ref().as_str()) {
        None | Some("order") => Trigger::Order,
        Some("micropay") => Trigger::Micropay,
        Some("refund") => Trigger::Refund,
        Some(_) => {
            return Err(mistake(
                file.on.as_ref().map_or(start, at),
                "on 只能是 order、micropay 或 refund (on is order, micropay or refund)",
            ));
        }
    };
    if file.steps.is_empty() {
        return Err(mistake(start, "steps 至少要有一步 (steps needs at least one step)"));
    }
    let fits = fits(file.fits)?;
    if fits.refund_fee.is_some() && on != Trigger::Refund {
        return Err(mistake(start, "refund_fee 只用于 on = \"refund\" (refund_fee goes with on = \"refund\" only)"));
    }
    let mut steps = Vec::with_capacity(file.steps.len());
    for file in &file.steps {
        let step = step(file, on)?;
        if matches!(&step.act, Act::Pay { notice: NoticeWish::BeforeAnswer, .. })
            && (!steps.is_empty() || !matches!(step.when, When::After(after) if after == SpanRange::ZERO))
        {
            return Err(mistake(
                at(file),
                "notice = \"before_answer\" 只能用于第一步且不带 after、at (before_answer is for a first step without after or at)",
            ));
        }
        steps.push(step);
    }
    Ok(Rule { on, fits, steps })
}

fn fits(file: FitsFile) -> Read<Fits> {
    let counted = match file.counted.as_ref().map(|counted| (at(counted), counted.get_ref().as_str())) {
        None | Some((_, "all")) => Counted::All,
        Some((_, "same_goods")) => Counted::SameGoods,
        Some((at, _)) => return Err(mistake(at, "counted 只能是 all 或 same_goods (counted is all or same_goods)")),
    };
    let percent = file.percent.map(|percent| {
        let within = u8::try_from(*percent.get_ref()).ok().filter(|percent| (1..=100).contains(percent));
        within.ok_or_else(|| mistake(at(&percent), "percent 须为 1 到 100 的整数 (a whole number from 1 to 100)"))
    });
    Ok(Fits {
        mch_id: file.mch_id,
        out_trade_no: file.out_trade_no,
        out_trade_no_prefix: file.out_trade_no_prefix,
        body: file.body,
        trade_type: file.trade_type,
        total_fee: file.total_fee.as_ref().map(positive).transpose()?,
        refund_fee: file.refund_fee.as_ref().map(positive).transpose()?,
        nth: file.nth.as_ref().map(nth).transpose()?,
        counted,
        percent: percent.transpose()?,
    })
}

fn positive(fee: &Spanned<i64>) -> Read<Fen> {
    Fen::new(*fee.get_ref())
        .filter(|amount| *amount > Fen::ZERO)
        .ok_or_else(|| mistake(at(fee), "金额须为正整数，单位分 (a positive whole number of fen)"))
}

fn nth(value: &Spanned<toml::Value>) -> Read<Nth> {
    let refused = || {
        mistake(
            at(value),
            "nth 须为从 1 开始的序号、序号列表，或 \"odd\"、\"even\"、\"every 5\" (a position from 1, a list of them, or \"odd\", \"even\", \"every 5\")",
        )
    };
    let position = |value: &toml::Value| {
        value.as_integer().and_then(|position| u64::try_from(position).ok()).filter(|position| *position > 0)
    };
    match value.get_ref() {
        toml::Value::Array(positions) => positions.iter().map(position).collect::<Option<Vec<_>>>().map(Nth::These),
        toml::Value::String(word) => match word.as_str() {
            "odd" => Some(Nth::Every { step: 2, first: 1 }),
            "even" => Some(Nth::Every { step: 2, first: 2 }),
            other => other
                .strip_prefix("every ")
                .and_then(|step| step.trim().parse().ok())
                .filter(|step| *step > 0)
                .map(|step| Nth::Every { step, first: step }),
        },
        single => position(single).map(|position| Nth::These(vec![position])),
    }
    .ok_or_else(refused)
}

fn step(file: &Spanned<StepFile>, on: Trigger) -> Read<Step> {
    let step = file.get_ref();
    let when = match (&step.after, &step.at) {
        (None, None) => When::After(SpanRange::ZERO),
        (Some(after), None) => When::After(span(after)?),
        (None, Some(moment)) => {
            When::At(TimeOfDay::parse(moment.get_ref()).map_err(|fault| mistake(at(moment), fault.to_string()))?)
        }
        (Some(_), Some(moment)) => {
            return Err(mistake(at(moment), "after 与 at 只能用一个 (after and at exclude each other)"));
        }
    };
    let act = act(step)?;
    let is_possible = match on {
        Trigger::Order | Trigger::Micropay => {
            !matches!(act, Act::Succeed { .. } | Act::Fail { .. } | Act::Change { .. } | Act::Stay(_))
        }
        Trigger::Refund => !matches!(act, Act::Pay { .. } | Act::Cancel | Act::Leave | Act::Expire),
    };
    if !is_possible {
        return Err(mistake(
            at(&step.r#do),
            format!("{} 不能用于这种 on (this step does not go with this `on`)", act.word()),
        ));
    }
    keys_belong(step)?;
    Ok(Step { when, act })
}

fn act(step: &StepFile) -> Read<Act> {
    let notice = || step.notice.as_ref().map_or(Ok(NoticeWish::Normal), notice_wish);
    Ok(match step.r#do.get_ref().as_str() {
        "pay" | "password" => Act::Pay {
            openid: step.openid.as_ref().map(|openid| openid.get_ref().clone()),
            coupons: step.coupons.as_ref().map_or(Ok(Vec::new()), coupons)?,
            notice: notice()?,
        },
        "cancel" => Act::Cancel,
        "leave" => Act::Leave,
        "expire" => Act::Expire,
        "succeed" => Act::Succeed { notice: notice()? },
        "fail" => Act::Fail { notice: notice()? },
        "change" => Act::Change { notice: notice()? },
        "stay" => match &step.r#for {
            Some(length) => Act::Stay(span(length)?),
            None => return Err(mistake(at(&step.r#do), "stay 需要 for，例如 for = \"1d\" (stay needs for = \"1d\")")),
        },
        "advance" => match &step.by {
            // A range has no use here: the clock is everybody's.
            Some(by) => Act::Advance { ms: span(by)?.drawn_ms(0) },
            None => {
                return Err(mistake(at(&step.r#do), "advance 需要 by，例如 by = \"1h\" (advance needs by = \"1h\")"));
            }
        },
        _ => {
            return Err(mistake(
                at(&step.r#do),
                "do 只能是 pay、password、cancel、leave、expire、succeed、fail、change、stay、advance (these are all that a step can do)",
            ));
        }
    })
}

/// A key that another action takes would be left out silently, so it is refused.
fn keys_belong(step: &StepFile) -> Read<()> {
    let word = step.r#do.get_ref().as_str();
    let is_payment = matches!(word, "pay" | "password");
    let has_notice = is_payment || matches!(word, "succeed" | "fail" | "change");
    let stray = [
        ("openid", step.openid.as_ref().map(at), is_payment),
        ("coupons", step.coupons.as_ref().map(at), is_payment),
        ("notice", step.notice.as_ref().map(at), has_notice),
        ("for", step.r#for.as_ref().map(at), word == "stay"),
        ("by", step.by.as_ref().map(at), word == "advance"),
    ];
    match stray.into_iter().find_map(|(key, place, belongs)| place.filter(|_| !belongs).map(|place| (key, place))) {
        Some((key, place)) => {
            Err(mistake(place, format!("{key} 不能用于 do = \"{word}\" ({key} does not go with this `do`)")))
        }
        None => Ok(()),
    }
}

fn span(text: &Spanned<String>) -> Read<SpanRange> {
    text.get_ref().parse().map_err(|fault: TimingError| mistake(at(text), fault.to_string()))
}

fn notice_wish(text: &Spanned<String>) -> Read<NoticeWish> {
    Ok(match text.get_ref().as_str() {
        "normal" => NoticeWish::Normal,
        "never" => NoticeWish::Never,
        "before_answer" => NoticeWish::BeforeAnswer,
        other => match other.strip_prefix("after ").map(str::parse) {
            Some(Ok(late)) => NoticeWish::Late(late),
            _ => {
                return Err(mistake(
                    at(text),
                    "notice 只能是 normal、never、before_answer 或 \"after 1h\" (normal, never, before_answer or \"after 1h\")",
                ));
            }
        },
    })
}

fn coupons(files: &Spanned<Vec<CouponFile>>) -> Read<Vec<CouponWish>> {
    const MOST: usize = crate::orders::MAX_COUPONS;
    if files.get_ref().len() > MOST {
        return Err(mistake(at(files), "至多 10 张券 (ten coupons at most)"));
    }
    files.get_ref().iter().map(coupon).collect()
}

fn coupon(file: &CouponFile) -> Read<CouponWish> {
    let amount = match file.fee.get_ref() {
        toml::Value::Integer(fee) => Fen::new(*fee).filter(|fee| *fee > Fen::ZERO).map(CouponAmount::Fee),
        toml::Value::String(text) => text
            .strip_suffix('%')
            .and_then(|percent| percent.parse().ok())
            .filter(|percent| (1..=100).contains(percent))
            .map(CouponAmount::Percent),
        _ => None,
    };
    let amount = amount.ok_or_else(|| {
        mistake(at(&file.fee), "fee 须为正整数（分）或 \"10%\" (a positive whole number of fen, or \"10%\")")
    })?;
    let is_no_cash = match file.kind.as_ref().map(|kind| (at(kind), kind.get_ref().as_str())) {
        None | Some((_, "CASH")) => false,
        Some((_, "NO_CASH")) => true,
        Some((at, _)) => return Err(mistake(at, "kind 只能是 CASH 或 NO_CASH (kind is CASH or NO_CASH)")),
    };
    Ok(CouponWish { amount, is_no_cash })
}
