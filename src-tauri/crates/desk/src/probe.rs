//! The live key probe: one harmless question to the gateway that tells whether a key is the merchant's.

use desk_store::Profile;
use wxpay_client::{Doubt, Exchange, NotSentReason, Outcome, Rejection};
use wxpay_diagnose::knowledge::CauseId;
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::OutTradeNo;
use wxpay_protocol::order_query::{self, By};

use crate::asking::with_sub_merchant;
use crate::desk::Inner;
use crate::observing::reached;
use crate::{Desk, DeskError};

/// Texts of the gateway are clipped to so many characters; the protocol allows 128 (protocol page §4).
const TEXT_CHARS_MAX: usize = 200;
/// Numbers of probes start with this, so that whoever reads the gateway's log knows what they are.
const NUMBER_PREFIX: &str = "KEYPROBE";
/// Random hexadecimal digits after the prefix: 96 bits, and 32 characters in all, the longest number that is allowed.
const NUMBER_DIGITS: usize = 24;

/// How an unsigned refusal of the sign begins, in lower case (protocol page §6.1 and §1.4). A text that only mentions such
/// words is not enough: who takes a right key for a wrong one resets it, and that stops every other system that uses it.
const SIGN_REFUSED: &[&str] =
    &["签名错误", "签名失败", "验证签名失败", "沙箱验证签名失败", "signerror", "sign error", "sign_error"];

/// What stands in an unsigned refusal of the merchant number or the app, in lower case (protocol page §6.1 and §1.4).
const MERCHANT_REFUSED: &[&str] = &[
    "appid不存在",
    "appid参数长度有误",
    "appid和mch_id不匹配",
    "mch_id与appid不匹配",
    "商户号不存在",
    "mch_id不存在",
    "mch_id参数长度有误",
    "invalid mch_id",
    "appid_not_exist",
    "mchid_not_exist",
    "appid_mchid_not_match",
];

/// What a probe found out about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyVerdict {
    /// The answer's sign holds under this key, so that the gateway has the same one.
    KeyRight {
        /// The code of a signed refusal, normally ORDERNOTEXIST.
        err_code: Option<String>,
    },
    /// The gateway refused the sign: the key is not the one of this merchant number.
    KeyWrong {
        /// The gateway's own words, unsigned.
        return_msg: String,
    },
    /// The gateway refused the merchant number or the app; of the key this says nothing.
    MerchantWrong {
        /// The gateway's own words, unsigned.
        return_msg: String,
    },
    /// Another unsigned refusal; of the key this says nothing.
    Refused {
        /// The gateway's own words, unsigned; may be empty.
        return_msg: String,
    },
    /// No byte reached the gateway.
    NotSent(NotSentReason),
    /// No answer, or one that proves nothing.
    Unknown {
        /// A stable word for the reason, such as `lost_deadline`.
        code: &'static str,
        /// The reason, as an English part of a sentence.
        why: String,
    },
}

/// One probe: what was asked in whose name, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyProbe {
    /// The profile as it was when it was asked.
    pub profile: Profile,
    /// The random number that was asked about; there is no such order anywhere.
    pub out_trade_no: OutTradeNo,
    /// From sending to the end of the answer, in milliseconds.
    pub took_ms: u64,
    /// What was found out.
    pub verdict: KeyVerdict,
}

impl Desk {
    /// Asks the gateway of a profile one read-only question about an order that cannot exist, signed with the profile's
    /// key: a signed answer proves the key. Nothing is stored, nothing is asked a second time, and every field is ASCII,
    /// so that no encoding can spoil the sign.
    ///
    /// It goes to WeChat under the merchant's key. Call it only when a person has asked for just this, never by itself;
    /// the window needs an [`Agreement::key_probe`](crate::Agreement::key_probe) first.
    ///
    /// # Errors
    /// No such profile, no key in the vault or a locked one, and a key that this environment refuses. Nothing was sent.
    pub async fn probe_key(&self, profile: &str) -> Result<KeyProbe, DeskError> {
        let name = profile.to_owned();
        let signer = self.blocking(move |inner| inner.signer(&name)).await?;
        let (appid, mch_id, sign_type) = (&signer.profile.appid, &signer.profile.mch_id, signer.profile.sign_type);
        let out_trade_no = self.inner.probe_number()?;
        let by = By::OutTradeNo(out_trade_no.clone());
        let request = order_query::request(appid, mch_id, &by, &self.inner.nonce()?, sign_type);
        let request = with_sub_merchant(request, &signer)?;
        self.take_pace(&signer, 1).await?;
        let merchant = signer.merchant(appid.as_str(), sign_type);
        let exchange = self.inner.client.query_order(&signer.to, merchant, &request, &[]).await?;
        self.note_pace(&signer, reached(&exchange)).await;
        let took_ms = exchange.took_ms;
        let verdict = KeyVerdict::of(exchange);
        tracing::info!(profile = signer.profile.name, verdict = verdict.as_str(), took_ms, "probed a key");
        Ok(KeyProbe { profile: signer.profile, out_trade_no, took_ms, verdict })
    }
}

impl Inner {
    fn probe_number(&self) -> Result<OutTradeNo, DeskError> {
        let nonce = self.nonce()?;
        let digits: String = nonce.as_str().chars().take(NUMBER_DIGITS).collect();
        Ok(OutTradeNo::new(format!("{NUMBER_PREFIX}{digits}"))?)
    }
}

impl KeyVerdict {
    fn of<T>(exchange: Exchange<T>) -> Self {
        match exchange.outcome {
            // Whatever a verified answer says, it was signed with this key.
            Outcome::Rejected(Rejection::Refused(refusal))
            | Outcome::Unknown(Doubt::SystemError(refusal) | Doubt::UnknownErrCode(refusal))
                if exchange.verified =>
            {
                Self::KeyRight { err_code: Some(clipped(&refusal.err_code)) }
            }
            Outcome::Confirmed(_) | Outcome::Unknown(_) if exchange.verified => Self::KeyRight { err_code: None },
            Outcome::Rejected(Rejection::NotSent(reason)) => Self::NotSent(reason),
            Outcome::Rejected(Rejection::Unsigned { return_msg }) => Self::of_unsigned(&return_msg),
            Outcome::Unknown(doubt) => Self::Unknown { code: doubt.code(), why: clipped(&doubt.to_string()) },
            Outcome::Confirmed(_) | Outcome::Rejected(Rejection::Refused(_)) => {
                Self::Unknown { code: "sign_invalid", why: "the answer is not verified".into() }
            }
        }
    }

    fn of_unsigned(return_msg: &str) -> Self {
        let words = return_msg.trim().to_lowercase();
        let return_msg = clipped(return_msg.trim());
        if SIGN_REFUSED.iter().any(|start| words.starts_with(start)) {
            Self::KeyWrong { return_msg }
        } else if MERCHANT_REFUSED.iter().any(|part| words.contains(part)) {
            Self::MerchantWrong { return_msg }
        } else {
            Self::Refused { return_msg }
        }
    }

    /// A stable word for programs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::KeyRight { .. } => "key_right",
            Self::KeyWrong { .. } => "key_wrong",
            Self::MerchantWrong { .. } => "merchant_wrong",
            Self::Refused { .. } => "refused",
            Self::NotSent(_) => "not_sent",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// The exit status of the command line: 0 the key is right, 1 the key or the merchant is wrong, 4 not sent or refused
    /// for another reason, 5 unknown.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::KeyRight { .. } => 0,
            Self::KeyWrong { .. } | Self::MerchantWrong { .. } => 1,
            Self::Refused { .. } | Self::NotSent(_) => 4,
            Self::Unknown { .. } => 5,
        }
    }

    /// The gateway's words, where it refused without a signature.
    pub fn return_msg(&self) -> Option<&str> {
        match self {
            Self::KeyWrong { return_msg } | Self::MerchantWrong { return_msg } | Self::Refused { return_msg } => {
                Some(return_msg)
            }
            Self::KeyRight { .. } | Self::NotSent(_) | Self::Unknown { .. } => None,
        }
    }

    /// The code of a signed refusal.
    pub fn err_code(&self) -> Option<&str> {
        match self {
            Self::KeyRight { err_code } => err_code.as_deref(),
            _ => None,
        }
    }

    /// What it proves and what to do next, in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::KeyRight { err_code } => format!(
                "密钥正确：网关的应答{}用这个密钥验签通过，网关存的就是这个密钥，商户号也对。不必重置密钥；别的请求若仍报签名错误，问题在那次请求的参数或字节里，请用签名调试查那一次。{}",
                err_code.as_ref().map(|code| format!("（{code}）")).unwrap_or_default(),
                if self.is_expected() { "" } else { "这次查询另被拒绝，请按该错误码处理。" },
            ),
            Self::KeyWrong { return_msg } => format!(
                "密钥与商户号不符：网关说“{return_msg}”。这次查询只有 ASCII 参数，由本程序签名，所以不是参数或编码的问题：或是密钥错了，或是商户号错了。先核对商户号，再向保管人核对 API 密钥（32 位的 APIv2 密钥，不是 APIv3 密钥或 AppSecret；服务商用服务商自己的密钥）；刚重置过的，约 15 分钟后再探测。重置是最后一步：所有还在用旧密钥的系统都会因此失败。"
            ),
            Self::MerchantWrong { return_msg } => format!(
                "商户号或 appid 不对：网关说“{return_msg}”。这与密钥无关，也不说明密钥对错。请核对配置里的商户号与 appid，并在商户平台“产品中心 › AppID 账号管理”确认两者已绑定，改好后再探测。"
            ),
            Self::Refused { return_msg } => format!(
                "被拒绝，但说的不是签名错误：网关说“{}”。密钥对错仍不知道。请先处理这个原因，再探测。",
                if return_msg.is_empty() { "（没有说明）" } else { return_msg },
            ),
            Self::NotSent(reason) => {
                format!("没有发出：{}。密钥对错仍不知道，修好后再探测。", not_sent_in_chinese(*reason))
            }
            Self::Unknown { code, .. } => {
                format!(
                    "结果未知：{}。密钥对错仍不知道；稍后可再探测一次，查询不会改动任何订单。",
                    doubt_in_chinese(code)
                )
            }
        }
    }

    /// What it proves and what to do next, in English.
    pub fn english(&self) -> String {
        match self {
            Self::KeyRight { err_code } => format!(
                "the key is right: the gateway's answer{} verifies under it, so that the gateway has this very key for this merchant number. Do not reset it; if other requests still fail with a sign error, the mistake is in the fields or bytes of that request: take that one to the signature workbench.{}",
                err_code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default(),
                if self.is_expected() { "" } else { " The question itself was refused; see to that code next." },
            ),
            Self::KeyWrong { return_msg } => format!(
                "the key is not that of this merchant number: the gateway says \"{return_msg}\". The question had ASCII fields only and was signed here, so fields and encoding are not the reason: either the key or the mch_id is wrong. Check the mch_id first, then compare the API key with whoever keeps it (the APIv2 key of 32 characters, not the APIv3 key or the AppSecret; a service provider signs with its own); after a reset wait about 15 minutes and probe again. Resetting the key comes last: it stops every other system that uses the old one."
            ),
            Self::MerchantWrong { return_msg } => format!(
                "the mch_id or the appid is wrong: the gateway says \"{return_msg}\". This has nothing to do with the key and says nothing about it. Check both in the profile, and on the merchant platform that the appid is bound to the merchant; then probe again."
            ),
            Self::Refused { return_msg } => format!(
                "refused, but not for a wrong sign: the gateway says \"{}\". Of the key this says nothing; see to that reason, then probe again.",
                if return_msg.is_empty() { "(nothing)" } else { return_msg },
            ),
            Self::NotSent(reason) => {
                format!("not sent: {reason}. Of the key this says nothing; probe again once that is mended.")
            }
            Self::Unknown { why, .. } => format!(
                "unknown: {why}. Of the key this says nothing; probe again later, the question changes no order."
            ),
        }
    }

    /// Whether a right key got what the question aims at.
    fn is_expected(&self) -> bool {
        matches!(self.err_code(), None | Some("ORDERNOTEXIST"))
    }
}

impl KeyProbe {
    /// The causes of the catalogue that the verdict speaks for, the likeliest first.
    pub fn causes(&self) -> &'static [CauseId] {
        match (&self.verdict, self.profile.environment) {
            (KeyVerdict::KeyWrong { .. }, Environment::Sandbox) => &[CauseId::H1, CauseId::H2],
            (KeyVerdict::KeyWrong { .. }, _) => &[CauseId::E1, CauseId::E7, CauseId::E9, CauseId::E4],
            (KeyVerdict::MerchantWrong { .. }, _) => &[CauseId::E9],
            _ => &[],
        }
    }

    /// The verdict, and what the environment makes of it, in Chinese.
    pub fn chinese(&self) -> String {
        self.verdict.chinese() + self.environment_note().map_or("", |(chinese, _)| chinese)
    }

    /// The verdict, and what the environment makes of it, in English.
    pub fn english(&self) -> String {
        let verdict = self.verdict.english();
        self.environment_note().map_or_else(|| verdict.clone(), |(_, english)| format!("{verdict} {english}"))
    }

    /// What a verdict does not say about the key that moves money, where it was not that one that was asked about.
    fn environment_note(&self) -> Option<(&'static str, &'static str)> {
        match self.profile.environment {
            Environment::Production | Environment::Standby => None,
            Environment::Sandbox => Some((
                "这是官方沙箱：它只认 getsignkey 换来的沙箱密钥（约 3 天有效），用正式密钥一律签名错误；这个结果不说明正式密钥的对错。",
                "This is the official sandbox: it takes only its own key from getsignkey (good for about three days), and the production key always fails there; the result says nothing about the production key.",
            )),
            Environment::Simulator => Some((
                "这是本机的模拟网关：这个结果只说明模拟网关的密钥，与微信无关。",
                "This is a simulator on this machine: the result is about its key and says nothing about WeChat's.",
            )),
        }
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

fn not_sent_in_chinese(reason: NotSentReason) -> &'static str {
    match reason {
        NotSentReason::Dns => "查不到网关的地址，请检查网络与 DNS",
        NotSentReason::Refused => "网关拒绝连接，请检查它是否在运行、中间有没有防火墙",
        NotSentReason::ConnectTimeout => "连接网关超时，请检查网络、代理与防火墙",
        NotSentReason::Tls => "TLS 证书或握手被拒绝，请检查系统时间、根证书与代理",
        NotSentReason::Connect => "连不上网关，请检查网络与代理",
        NotSentReason::Build => "请求无法生成",
    }
}

fn doubt_in_chinese(code: &str) -> &'static str {
    match code {
        "lost_deadline" => "限时内没有完整的应答",
        "lost_broken" => "应答还没收完连接就断了",
        "http_status" => "应答不是 HTTP 200，多半是代理或错误页",
        "sign_missing" => "应答没有签名，证明不了任何事",
        "sign_invalid" => "应答的签名用这个密钥验不过，可能中途被改，或应答的不是微信",
        "answer_mismatch" => "应答说的是另一个商户或另一个订单",
        _ => "应答不是微信支付的报文，多半来自代理或门户页面",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_about_the_sign_accuse_the_key() {
        for (text, verdict) in [
            ("签名错误", "key_wrong"),
            ("签名错误，请检查后再试", "key_wrong"),
            ("签名失败", "key_wrong"),
            (" SIGNERROR ", "key_wrong"),
            ("沙箱验证签名失败，请确认沙箱签名key是否正确（通过getsignkey调用生成）", "key_wrong"),
            ("AppID不存在，请检查后再试", "merchant_wrong"),
            ("appid参数长度有误", "merchant_wrong"),
            ("appid和mch_id不匹配", "merchant_wrong"),
            ("商户号mch_id与appid不匹配", "merchant_wrong"),
            ("请确认请求参数是否正确merchant invalid mch_id(1600000090)", "merchant_wrong"),
            ("", "refused"),
            ("OK", "refused"),
            ("参数格式校验错误", "refused"),
            ("受理机构必须传入sub_mch_id", "refused"),
            ("商户证书的签名错误", "refused"),
            ("输入源“/body/xml/sign”映射到值字段“签名”字符串规则校验失败，字节数 64，大于最大值 32", "refused"),
            ("system error", "refused"),
        ] {
            assert_eq!(KeyVerdict::of_unsigned(text).as_str(), verdict, "{text}");
        }
    }

    #[test]
    fn a_long_text_of_the_gateway_is_clipped() {
        let verdict = KeyVerdict::of_unsigned(&"签名错误".repeat(10_000));
        assert_eq!(verdict.return_msg().map(|text| text.chars().count()), Some(TEXT_CHARS_MAX));
    }
}
