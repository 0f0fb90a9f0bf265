//! NATIVE mode 1 (protocol page §3.4): a printed code names a product; when a customer scans it, the gateway asks the merchant,
//! who orders and answers with the prepay_id that is then paid.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use wxpay_protocol::notice::DEADLINE_MS;
use wxpay_protocol::{Params, SignType, sign, xml};

use crate::answer::{Field, write_signed};
use crate::gateway::Gateway;
use crate::merchant::{Known, Merchant};
use crate::notices::{delivery, notifier};
use crate::serve::traffic::{Direction, Exchange};
use crate::tools::short_url::SHORT_LINK;

/// What a printed code begins with.
pub(super) const STATIC_CODE: &str = "weixin://wxpay/bizpayurl?";
/// The fields of a printed code, all signed.
const FIELDS: [&str; 5] = ["appid", "mch_id", "nonce_str", "product_id", "time_stamp"];

/// Why a printed code leads to no order. Each says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StaticCodeError {
    /// Not a link of mode 1, or a field is missing.
    #[error("这不是模式一的二维码链接：{0}；请核对链接 (not a link of NATIVE mode 1; check it)")]
    NotACode(String),
    /// The merchant is not one of this gateway.
    #[error("模拟网关没有 appid {appid}、商户号 {mch_id} 的商户；请先添加 (no such merchant here; add it first)")]
    NoMerchant {
        /// The link's.
        appid: String,
        /// The link's.
        mch_id: String,
    },
    /// The link's sign is wrong.
    #[error(
        "二维码链接的签名不对；请用商户密钥对 appid、mch_id、nonce_str、product_id、time_stamp 重新签名 (the link's sign is wrong; sign these five fields again)"
    )]
    BadSign,
    /// Nobody said where to ask.
    #[error("没有设置商户的模式一回调地址；请在商户设置或请求的 callback 中给出 (no callback URL is set; give one)")]
    NoCallback,
    /// Another machine.
    #[error("回调地址 {0} 不在本机，模拟网关只向本机发送；请改用 127.0.0.1 (the gateway sends to this machine only)")]
    NotLoopback(String),
    /// The merchant gave no answer.
    #[error("商户回调没有应答：{0}；请看商户程序是否在运行 (the callback did not answer; is the shop running?)")]
    NoAnswer(String),
    /// The answer is not what the protocol asks for.
    #[error("商户回调的应答有误：{0}；请按协议返回签过名的 XML (the callback's answer is wrong; return signed XML)")]
    BadAnswer(String),
    /// The merchant says no.
    #[error("商户回调拒绝了：{0} (the callback refused)")]
    Refused(String),
}

/// What the merchant is asked, and of whom.
pub(crate) struct Question {
    pub(crate) url: String,
    pub(crate) body: String,
    appid: String,
    mch_id: String,
}

impl Gateway {
    /// Whether a text is a printed code of mode 1, or its short link.
    pub fn is_static_code(code: &str) -> bool {
        code.starts_with(SHORT_LINK) || (code.starts_with(STATIC_CODE) && code.contains("product_id="))
    }

    /// The customer scans a printed code: asks the merchant, at its address or at `callback`, and returns the prepay_id of the
    /// order that it made. Nothing is paid yet.
    pub async fn scan_static_code(
        &self,
        code: &str,
        openid: &str,
        callback: Option<&str>,
    ) -> Result<String, StaticCodeError> {
        let question = self.static_code_question(code, openid, callback)?;
        let client = notifier::client(Duration::from_millis(DEADLINE_MS));
        let client = client.map_err(|fault| StaticCodeError::NoAnswer(fault.to_string()))?;
        let started = Instant::now();
        let (status, body) = notifier::post(&client, &question.url, &question.body)
            .await
            .map_err(|fault| StaticCodeError::NoAnswer(notifier::words(&fault)))?;
        let result = self.static_code_answer(&question, status, &body);
        self.keep_exchange(Exchange {
            id: 0,
            at: self.now(),
            direction: Direction::Sent,
            method: "POST".to_owned(),
            path: question.url,
            content_type: Some("text/xml".to_owned()),
            request: Bytes::from(question.body),
            status,
            response: body,
            took_us: u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
            endpoint: "native mode 1",
            outcome: if result.is_ok() { "SUCCESS" } else { "FAIL" },
            reason: result.as_ref().err().map(ToString::to_string),
        });
        result
    }

    pub(crate) fn static_code_question(
        &self,
        code: &str,
        openid: &str,
        callback: Option<&str>,
    ) -> Result<Question, StaticCodeError> {
        let long_url = match code.strip_prefix(SHORT_LINK) {
            Some(token) => self.ledger().long_url(token).map(str::to_owned),
            None => Some(code.to_owned()),
        };
        let unknown = || StaticCodeError::NotACode("没有这个短链接".to_owned());
        let params = read_code(&long_url.ok_or_else(unknown)?)?;
        let field = |name| params.filled(name).unwrap_or_default();
        let (appid, mch_id) = (field("appid").to_owned(), field("mch_id").to_owned());
        let Known::Merchant(merchant) = self.merchants.find(&appid, &mch_id) else {
            return Err(StaticCodeError::NoMerchant { appid, mch_id });
        };
        sign::verify(&params, &merchant.key, SignType::Md5).map_err(|_| StaticCodeError::BadSign)?;
        let url = callback.or(merchant.native_notify_url.as_deref()).ok_or(StaticCodeError::NoCallback)?.to_owned();
        if !delivery::is_deliverable(&url) {
            return Err(StaticCodeError::NotLoopback(url));
        }
        let nonce_str = self.draw.nonce_str();
        let fields: [Field<'_>; 7] = [
            ("appid", appid.as_str().into()),
            ("openid", openid.into()),
            ("mch_id", mch_id.as_str().into()),
            ("is_subscribe", "N".into()),
            ("nonce_str", nonce_str.as_str().into()),
            ("product_id", field("product_id").into()),
            ("sign", "".into()),
        ];
        let body = write_signed(&fields, &merchant.key, SignType::Md5, |_| false)
            .map_err(|fault| StaticCodeError::NotACode(fault.to_string()))?;
        Ok(Question { url, body, appid, mch_id })
    }

    /// The prepay_id that the merchant answered with.
    pub(crate) fn static_code_answer(
        &self,
        question: &Question,
        status: u16,
        body: &[u8],
    ) -> Result<String, StaticCodeError> {
        let wrong = |what: &str| StaticCodeError::BadAnswer(what.to_owned());
        if status != 200 {
            return Err(StaticCodeError::BadAnswer(format!("HTTP {status}")));
        }
        let params =
            xml::read(body.trim_ascii(), "xml").map_err(|fault| StaticCodeError::BadAnswer(fault.chinese()))?;
        let said = |name| params.filled(name).unwrap_or_default();
        if said("return_code") != "SUCCESS" {
            return Err(StaticCodeError::Refused(said("return_msg").to_owned()));
        }
        let Known::Merchant(merchant) = self.merchants.find(&question.appid, &question.mch_id) else {
            return Err(wrong("商户已被移除"));
        };
        check_answer_sign(&params, &merchant)?;
        if said("appid") != question.appid || said("mch_id") != question.mch_id {
            return Err(wrong("appid 或 mch_id 不是所问商户的"));
        }
        if said("result_code") != "SUCCESS" {
            return Err(StaticCodeError::Refused(said("err_code_des").to_owned()));
        }
        match said("prepay_id") {
            "" => Err(wrong("没有 prepay_id")),
            prepay_id => Ok(prepay_id.to_owned()),
        }
    }
}

/// The fields of a printed code, unescaped.
fn read_code(code: &str) -> Result<Params, StaticCodeError> {
    let refused = |why: &str| StaticCodeError::NotACode(why.to_owned());
    let query = code.strip_prefix(STATIC_CODE).ok_or_else(|| refused("应以 weixin://wxpay/bizpayurl? 开头"))?;
    let url = reqwest::Url::parse(&format!("http://localhost/?{query}")).map_err(|_| refused("无法解析"))?;
    let pairs: Vec<_> = url.query_pairs().collect();
    let params = Params::from_pairs(pairs.iter().map(|(name, value)| (&**name, &**value)))
        .map_err(|fault| StaticCodeError::NotACode(fault.chinese()))?;
    match FIELDS.iter().chain(&["sign"]).find(|name| params.filled(name).is_none()) {
        Some(missing) => Err(StaticCodeError::NotACode(format!("缺少 {missing}"))),
        None => Ok(params),
    }
}

/// The merchant signs its answer with either algorithm.
fn check_answer_sign(params: &Params, merchant: &Merchant) -> Result<(), StaticCodeError> {
    let given = params.filled("sign").unwrap_or_default();
    let sign_type = SignType::from_hex_len(given.len()).unwrap_or_default();
    sign::verify(params, &merchant.key, sign_type)
        .map_err(|fault| StaticCodeError::BadAnswer(format!("签名不对，{fault}")))
}
