//! Client calls: the names and fixed values of the second signature.

use wxpay_protocol::UtcMs;

use super::{Findings, Severity, Subject, shown};
use crate::Kind;
use crate::knowledge::{CauseId as Id, Words};
use crate::rules::Context;

const EIGHT_HOURS_S: i64 = 8 * 3600;

/// The wrong name, the right one, the cause.
type Alias = (&'static str, &'static str, Id);

const JSAPI_ALIASES: &[Alias] = &[
    ("appid", "appId", Id::B1),
    ("appID", "appId", Id::B1),
    ("app_id", "appId", Id::B1),
    ("nonce_str", "nonceStr", Id::B6),
    ("noncestr", "nonceStr", Id::B6),
    ("noncStr", "nonceStr", Id::B6),
    ("time_stamp", "timeStamp", Id::B2),
    ("timestamp", "timeStamp", Id::B2),
    ("timeStrap", "timeStamp", Id::B2),
    ("sign_type", "signType", Id::A13),
    ("signtype", "signType", Id::A13),
    ("payPackage", "package", Id::B4),
    ("packageValue", "package", Id::B4),
    ("packageStr", "package", Id::B4),
    ("package_", "package", Id::B4),
    ("_package", "package", Id::B4),
    ("pkg", "package", Id::B4),
    ("paysign", "paySign", Id::B5),
    ("pay_sign", "paySign", Id::B5),
    ("sign", "paySign", Id::B5),
];

const APP_ALIASES: &[Alias] = &[
    ("appId", "appid", Id::B3),
    ("app_id", "appid", Id::B3),
    ("partnerId", "partnerid", Id::B3),
    ("partner_id", "partnerid", Id::B3),
    ("mch_id", "partnerid", Id::B3),
    ("prepayId", "prepayid", Id::B3),
    ("prepay_id", "prepayid", Id::B3),
    ("nonceStr", "noncestr", Id::B3),
    ("nonce_str", "noncestr", Id::B6),
    ("timeStamp", "timestamp", Id::B3),
    ("time_stamp", "timestamp", Id::B3),
    ("packageValue", "package", Id::B4),
    ("payPackage", "package", Id::B4),
    ("package_", "package", Id::B4),
    ("paySign", "sign", Id::B5),
];

pub(super) fn look(subject: &Subject<'_>, now: Option<UtcMs>, findings: &mut Findings) {
    match subject.context {
        Some(Context::Jsapi) => jsapi(subject, findings),
        Some(Context::App) => app(subject, findings),
        Some(Context::Native) => native(subject, findings),
        _ => return,
    }
    for name in ["timeStamp", "timestamp", "time_stamp"] {
        if let Some(value) = subject.params.filled(name) {
            time_stamp(name, value, now, findings);
        }
    }
}

fn jsapi(subject: &Subject<'_>, findings: &mut Findings) {
    aliases(JSAPI_ALIASES, subject, findings);
    // Only a text that is signed as it stands must hold appId; the call of a mini program does not pass it on.
    let signed_text = matches!(subject.input.kind, Kind::StringToSign | Kind::Pairs);
    if signed_text && !subject.has("appId") && !subject.has("paySign") && !has_any(subject, JSAPI_ALIASES, "appId") {
        missing("appId", findings);
    }
    for name in ["nonceStr", "package", "signType", "timeStamp"] {
        if subject.params.filled(name).is_none() && !has_any(subject, JSAPI_ALIASES, name) {
            missing(name, findings);
        }
    }
    if subject.has("timeStamp") && subject.has("timestamp") {
        findings.hint(
            "both_time_stamps",
            Id::G10,
            "timestamp",
            Words::new(
                "timeStamp 与 timestamp 同时存在；签名用 timeStamp，wx.chooseWXPay 的入参才叫 timestamp，两者的值必须相同",
                "both timeStamp and timestamp are there; timeStamp is signed, timestamp is the argument of wx.chooseWXPay, and both must hold the same value",
            ),
        );
    }
    if let (Some(pay_sign), Some(sign)) = (subject.params.filled("paySign"), subject.params.filled("sign"))
        && pay_sign == sign
    {
        order_sign(findings);
    }
    if let Some(package) = subject.params.get("package") {
        jsapi_package(package, findings);
    }
}

pub(super) fn order_sign(findings: &mut Findings) {
    findings.error(
        "pay_sign_is_order_sign",
        Id::G1,
        "paySign",
        Words::new(
            "paySign 与下单应答里的 sign 相同；必须对 appId、nonceStr、package、signType、timeStamp 重新签名",
            "paySign is the sign of the order; sign anew over appId, nonceStr, package, signType and timeStamp",
        ),
    );
}

fn jsapi_package(package: &str, findings: &mut Findings) {
    let value = package.strip_prefix("prepay_id=");
    if is_missing(value.unwrap_or(package)) {
        findings.error(
            "prepay_id_missing",
            Id::G3,
            "package",
            Words::new(
                format!("package 是“{}”：没有 prepay_id，下单其实失败了；请先看下单应答的 result_code 与 err_code_des", shown(package)),
                format!("package is {:?}: there is no prepay_id, the order had failed; look at result_code and err_code_des of its answer", shown(package)),
            ),
        );
    } else if package == "Sign=WXPay" {
        findings.error(
            "package_form",
            Id::G2,
            "package",
            Words::new(
                "package 是 Sign=WXPay，那是 App 的写法；这里应为 prepay_id= 加上 prepay_id",
                "package is Sign=WXPay, which belongs to the APP call; here it is prepay_id= and the prepay_id",
            ),
        );
    } else if value.is_none_or(|id| id.contains(char::is_whitespace)) && !package.contains('%') {
        findings.error(
            "package_form",
            Id::G2,
            "package",
            Words::new(
                format!("package 是“{}”；应为 prepay_id= 紧跟 prepay_id，没有空格", shown(package)),
                format!("package is {:?}; it must be prepay_id= and the prepay_id, without a blank", shown(package)),
            ),
        );
    }
}

fn is_missing(value: &str) -> bool {
    matches!(value.trim(), "" | "null" | "undefined" | "None" | "nil" | "NULL" | "false" | "NaN")
}

fn app(subject: &Subject<'_>, findings: &mut Findings) {
    aliases(APP_ALIASES, subject, findings);
    for name in ["appid", "noncestr", "package", "partnerid", "prepayid", "timestamp"] {
        if subject.params.filled(name).is_none() && !has_any(subject, APP_ALIASES, name) {
            missing(name, findings);
        }
    }
    for name in ["signType", "sign_type"] {
        if subject.has(name) {
            findings.warn(
                "app_sign_type",
                Id::B3,
                name,
                Words::new(
                    format!("App 调起支付没有 {name}，也不参与签名；用下单时的签名类型即可"),
                    format!("the APP call has no {name} and does not sign it; the type of the order is used"),
                ),
            );
        }
    }
    if let Some(package) = subject.params.filled("package").filter(|package| *package != "Sign=WXPay") {
        findings.error(
            "app_package",
            Id::G4,
            "package",
            Words::new(
                format!("App 的 package 固定为 Sign=WXPay，现在是“{}”；prepay_id 放在 prepayid 里", shown(package)),
                format!(
                    "package of an APP call is always Sign=WXPay, it is {:?}; the prepay_id goes into prepayid",
                    shown(package)
                ),
            ),
        );
    }
    if let Some(prepay) = subject.params.get("prepayid") {
        if is_missing(prepay) {
            findings.error(
                "prepay_id_missing",
                Id::G3,
                "prepayid",
                Words::new(
                    "prepayid 是空的：下单其实失败了；请先看下单应答的 result_code 与 err_code_des",
                    "prepayid is empty: the order had failed; look at result_code and err_code_des of its answer",
                ),
            );
        } else if prepay.starts_with("prepay_id=") {
            findings.error(
                "app_prepay_id",
                Id::G4,
                "prepayid",
                Words::new("prepayid 不加 prepay_id= 前缀", "prepayid has no prefix prepay_id="),
            );
        }
    }
    if let Some(partner) = subject.params.filled("partnerid") {
        partner_id(partner, findings);
    }
}

fn partner_id(partner: &str, findings: &mut Findings) {
    if partner.bytes().all(|byte| byte.is_ascii_digit()) && (8..=10).contains(&partner.len()) {
        return;
    }
    let severity = if partner.starts_with("wx") { Severity::Error } else { Severity::Warning };
    findings.add(
        severity,
        "partner_id",
        Id::G6,
        "partnerid",
        Words::new(
            format!("partnerid 是“{}”；应为 10 位数字的商户号，prepay_id 放在 prepayid 里", shown(partner)),
            format!(
                "partnerid is {:?}; it is the merchant number of ten digits, the prepay_id goes into prepayid",
                shown(partner)
            ),
        ),
    );
}

fn native(subject: &Subject<'_>, findings: &mut Findings) {
    for name in ["appid", "mch_id", "nonce_str", "product_id", "time_stamp"] {
        if subject.params.filled(name).is_none() {
            missing(name, findings);
        }
    }
    if subject.params.get("product_id").is_some_and(|id| id.len() > 32) {
        findings.error(
            "too_long",
            None,
            "product_id",
            Words::new("product_id 最长 32 字节", "product_id has at most 32 bytes"),
        );
    }
}

fn missing(name: &str, findings: &mut Findings) {
    findings.error(
        "call_field_missing",
        Id::A15,
        name,
        Words::new(
            format!("调起支付缺少 {name}；少一个字段，签名就不对"),
            format!("the client call lacks {name}; the sign is wrong with one field missing"),
        ),
    );
}

fn has_any(subject: &Subject<'_>, aliases: &[Alias], right: &str) -> bool {
    aliases.iter().any(|(wrong, meant, _)| *meant == right && subject.has(wrong))
}

fn aliases(table: &[Alias], subject: &Subject<'_>, findings: &mut Findings) {
    // Written as a script or as JSON, `timestamp` is the argument of wx.chooseWXPay.
    let signed_text = matches!(subject.input.kind, Kind::StringToSign | Kind::Pairs);
    for (wrong, right, cause) in table {
        if !subject.has(wrong) || subject.has(right) || (*wrong == "timestamp" && *right == "timeStamp" && !signed_text)
        {
            continue;
        }
        findings.error(
            "call_field_name",
            *cause,
            wrong,
            Words::new(
                format!("调起支付里没有 {wrong}，应为 {right}；名字和大小写都参与签名"),
                format!("the client call has no {wrong}, it is {right}; name and letter case are signed"),
            ),
        );
    }
}

fn time_stamp(name: &str, value: &str, now: Option<UtcMs>, findings: &mut Findings) {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    if digits && value.len() == 13 {
        return findings.error(
            "milliseconds",
            Id::D20,
            name,
            Words::new(
                format!("{name} 是 13 位毫秒；必须是 10 位秒，除以 1000 取整"),
                format!("{name} is in milliseconds (13 digits); it must be seconds (10 digits): divide by 1000"),
            ),
        );
    }
    if !digits || value.len() != 10 {
        return findings.error(
            "time_stamp_form",
            Id::D20,
            name,
            Words::new(
                format!("{name} 是“{}”；必须是 10 位数字的秒数", shown(value)),
                format!("{name} is {:?}; it must be seconds since 1970, ten digits", shown(value)),
            ),
        );
    }
    let (Some(now), Ok(seconds)) = (now, value.parse::<i64>()) else { return };
    let ahead = seconds - now.unix_seconds();
    if (ahead - EIGHT_HOURS_S).abs() < 1800 {
        findings.warn(
            "time_stamp_local",
            Id::D20,
            name,
            Words::new(
                format!("{name} 比现在超前约 8 小时，像用北京时间减 1970-01-01 算出来的；应从 UTC 起算"),
                format!(
                    "{name} is about eight hours ahead, as local Beijing time counted from 1970 is; count from UTC"
                ),
            ),
        );
    } else if !(-7200..=600).contains(&ahead) {
        let away = length(ahead.unsigned_abs());
        findings.hint(
            "time_stamp_far",
            Id::D20,
            name,
            Words::new(
                format!("{name} 与现在相差{}；prepay_id 有效 2 小时", away.chinese),
                format!("{name} is {} away from now; a prepay_id lives for two hours", away.english),
            ),
        );
    }
}

/// A length of time in its largest whole unit of minutes, hours or days.
fn length(seconds: u64) -> Words {
    match seconds / 60 {
        minutes @ 0..120 => Words::new(format!(" {minutes} 分钟"), format!("{minutes} minutes")),
        minutes @ 120..2880 => Words::new(format!(" {} 小时", minutes / 60), format!("{} hours", minutes / 60)),
        minutes => Words::new(format!(" {} 天", minutes / 1440), format!("{} days", minutes / 1440)),
    }
}
