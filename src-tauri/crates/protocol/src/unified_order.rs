//! unifiedorder: creating an order (protocol page §4.1).

use std::net::IpAddr;

use crate::ids::{Appid, IdError, MchId, NonceStr, OpenId, OutTradeNo, PrepayId};
use crate::params::ParamError;
use crate::{Fen, Params, SignType, TradeType, UtcMs};

/// Path of the endpoint.
pub const PATH: &str = "/pay/unifiedorder";

/// What the page says about one request field.
#[derive(Clone, Copy, Debug)]
pub struct FieldRule {
    /// The wire's name.
    pub name: &'static str,
    /// Longest value in UTF-8 bytes; the larger where the pages differ (§9 row 24).
    pub max_bytes: usize,
}

const fn rule(name: &'static str, max_bytes: usize) -> FieldRule {
    FieldRule { name, max_bytes }
}

/// Every documented request field, in the order in which it is written.
pub const FIELDS: &[FieldRule] = &[
    rule("version", 32),
    rule("appid", 32),
    rule("mch_id", 32),
    rule("sub_appid", 32),
    rule("sub_mch_id", 32),
    rule("device_info", 32),
    rule("nonce_str", 32),
    rule("sign", 64),
    rule("sign_type", 32),
    rule("body", 128),
    rule("detail", 6144),
    rule("attach", 127),
    rule("out_trade_no", 32),
    rule("fee_type", 16),
    rule("total_fee", 15),
    rule("spbill_create_ip", 64),
    rule("time_start", 14),
    rule("time_expire", 14),
    rule("goods_tag", 32),
    rule("notify_url", 256),
    rule("trade_type", 16),
    rule("product_id", 32),
    rule("limit_pay", 32),
    rule("openid", 128),
    rule("sub_openid", 128),
    rule("receipt", 8),
    rule("profit_sharing", 16),
    rule("scene_info", 256),
    rule("user_type", 32),
    rule("user_creid", 64),
    rule("user_truename", 64),
];

/// A request to create an order. Optional fields that are `None` or empty are not sent.
#[derive(Clone, Debug)]
pub struct UnifiedOrder {
    /// App that the merchant number is bound to.
    pub appid: Appid,
    /// Merchant number.
    pub mch_id: MchId,
    /// Random text.
    pub nonce_str: NonceStr,
    /// Algorithm; `sign_type` is sent for HMAC-SHA256 only, MD5 being the default.
    pub sign_type: SignType,
    /// What is bought, up to 128 bytes.
    pub body: String,
    /// Our number.
    pub out_trade_no: OutTradeNo,
    /// Amount in fen, at least 1.
    pub total_fee: Fen,
    /// IP of the payer (JSAPI, APP, MWEB) or of the caller (NATIVE).
    pub spbill_create_ip: String,
    /// Where the payment notification goes: absolute http(s), no query string.
    pub notify_url: String,
    /// How it is paid.
    pub trade_type: TradeType,
    /// The payer; required for JSAPI.
    pub openid: Option<OpenId>,
    /// Product number; required for NATIVE.
    pub product_id: Option<String>,
    /// JSON about the scene; required for MWEB.
    pub scene_info: Option<String>,
    /// Echoed in query, notification and bill.
    pub attach: Option<String>,
    /// JSON about the goods.
    pub detail: Option<String>,
    /// Terminal, `WEB` on a PC or in an official account.
    pub device_info: Option<String>,
    /// Currency, CNY when absent.
    pub fee_type: Option<String>,
    /// Coupon tag.
    pub goods_tag: Option<String>,
    /// `no_credit` to refuse credit cards.
    pub limit_pay: Option<String>,
    /// When the order was made.
    pub time_start: Option<UtcMs>,
    /// When it expires; at least five minutes ahead, and never changed afterwards.
    pub time_expire: Option<UtcMs>,
    /// `Y` for an e-invoice entry.
    pub receipt: Option<String>,
    /// `Y` or `N`.
    pub profit_sharing: Option<String>,
    /// `1.0` for single-product discounts.
    pub version: Option<String>,
    /// Partner mode: the sub-merchant's app.
    pub sub_appid: Option<Appid>,
    /// Partner mode: the sub-merchant.
    pub sub_mch_id: Option<MchId>,
    /// Partner mode: the payer under sub_appid.
    pub sub_openid: Option<OpenId>,
    /// Real-name payment: kind of document (IDCARD, …).
    pub user_type: Option<String>,
    /// Real-name payment: number of the document.
    pub user_creid: Option<String>,
    /// Real-name payment: name of the payer.
    pub user_truename: Option<String>,
}

/// Why a request is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct RequestFault {
    /// The wire's name of the field.
    pub field: &'static str,
    /// What the page demands.
    pub rule: &'static str,
}

impl UnifiedOrder {
    /// A request with the required fields; the rest is set by name.
    #[expect(clippy::too_many_arguments, reason = "these are the fields that the page requires of every order")]
    pub fn new(
        appid: Appid,
        mch_id: MchId,
        nonce_str: NonceStr,
        sign_type: SignType,
        body: String,
        out_trade_no: OutTradeNo,
        total_fee: Fen,
        spbill_create_ip: String,
        notify_url: String,
        trade_type: TradeType,
    ) -> Self {
        Self {
            appid,
            mch_id,
            nonce_str,
            sign_type,
            body,
            out_trade_no,
            total_fee,
            spbill_create_ip,
            notify_url,
            trade_type,
            openid: None,
            product_id: None,
            scene_info: None,
            attach: None,
            detail: None,
            device_info: None,
            fee_type: None,
            goods_tag: None,
            limit_pay: None,
            time_start: None,
            time_expire: None,
            receipt: None,
            profit_sharing: None,
            version: None,
            sub_appid: None,
            sub_mch_id: None,
            sub_openid: None,
            user_type: None,
            user_creid: None,
            user_truename: None,
        }
    }

    /// The parameters without `sign`, in the order of [`FIELDS`], after the rules of §4.1 and §8 were checked.
    pub fn params(&self) -> Result<Params, RequestFault> {
        self.check()?;
        let total_fee = self.total_fee.to_string();
        let time_start = self.time_start.map(UtcMs::compact);
        let time_expire = self.time_expire.map(UtcMs::compact);
        let sign_type = (self.sign_type == SignType::HmacSha256).then_some(self.sign_type.as_str());
        let value = |name: &str| -> Option<&str> {
            match name {
                "version" => self.version.as_deref(),
                "appid" => Some(self.appid.as_str()),
                "mch_id" => Some(self.mch_id.as_str()),
                "sub_appid" => self.sub_appid.as_ref().map(Appid::as_str),
                "sub_mch_id" => self.sub_mch_id.as_ref().map(MchId::as_str),
                "device_info" => self.device_info.as_deref(),
                "nonce_str" => Some(self.nonce_str.as_str()),
                "sign_type" => sign_type,
                "body" => Some(&self.body),
                "detail" => self.detail.as_deref(),
                "attach" => self.attach.as_deref(),
                "out_trade_no" => Some(self.out_trade_no.as_str()),
                "fee_type" => self.fee_type.as_deref(),
                "total_fee" => Some(&total_fee),
                "spbill_create_ip" => Some(&self.spbill_create_ip),
                "time_start" => time_start.as_deref(),
                "time_expire" => time_expire.as_deref(),
                "goods_tag" => self.goods_tag.as_deref(),
                "notify_url" => Some(&self.notify_url),
                "trade_type" => Some(self.trade_type.as_str()),
                "product_id" => self.product_id.as_deref(),
                "limit_pay" => self.limit_pay.as_deref(),
                "openid" => self.openid.as_ref().map(OpenId::as_str),
                "sub_openid" => self.sub_openid.as_ref().map(OpenId::as_str),
                "receipt" => self.receipt.as_deref(),
                "profit_sharing" => self.profit_sharing.as_deref(),
                "scene_info" => self.scene_info.as_deref(),
                "user_type" => self.user_type.as_deref(),
                "user_creid" => self.user_creid.as_deref(),
                "user_truename" => self.user_truename.as_deref(),
                _ => None,
            }
        };
        let mut params = Params::new();
        for field in FIELDS {
            let Some(text) = value(field.name).filter(|text| !text.is_empty()) else { continue };
            if text.len() > field.max_bytes {
                return Err(RequestFault {
                    field: field.name,
                    rule: "is longer than the protocol allows; shorten it (Chinese characters count as three bytes)",
                });
            }
            if text.chars().any(char::is_control) {
                return Err(RequestFault {
                    field: field.name,
                    rule: "holds a control character or a line break; remove it",
                });
            }
            push(&mut params, field.name, text)?;
        }
        Ok(params)
    }

    fn check(&self) -> Result<(), RequestFault> {
        let fault = |field, rule| Err(RequestFault { field, rule });
        if self.total_fee.get() < 1 {
            return fault("total_fee", "must be at least 1 fen");
        }
        if self.body.trim().is_empty() {
            return fault("body", "is required: say what is bought");
        }
        if self.trade_type == TradeType::Jsapi && self.openid.is_none() && self.sub_openid.is_none() {
            return fault("openid", "is required for JSAPI: the payer's openid under this appid");
        }
        if self.trade_type == TradeType::Native && self.product_id.as_deref().is_none_or(str::is_empty) {
            return fault("product_id", "is required for NATIVE");
        }
        if self.trade_type == TradeType::Mweb && self.scene_info.as_deref().is_none_or(str::is_empty) {
            return fault("scene_info", "is required for MWEB: JSON with h5_info");
        }
        if self.spbill_create_ip.parse::<IpAddr>().is_err() {
            return fault("spbill_create_ip", "must be an IPv4 or IPv6 address, such as 127.0.0.1");
        }
        let address = self.notify_url.strip_prefix("https://").or_else(|| self.notify_url.strip_prefix("http://"));
        if address.is_none_or(|rest| rest.is_empty() || rest.starts_with('/') || rest.contains(char::is_whitespace)) {
            return fault("notify_url", "must be an absolute http or https address");
        }
        if self.notify_url.contains(['?', '#']) {
            return fault("notify_url", "must not carry a query string");
        }
        Ok(())
    }
}

fn push(params: &mut Params, name: &'static str, value: &str) -> Result<(), RequestFault> {
    params.push(name, value).map_err(|fault| match fault {
        ParamError::ValueTooLong(_) => RequestFault { field: name, rule: "is longer than the protocol allows" },
        ParamError::Duplicate(_) | ParamError::TooManyFields | ParamError::NoName => {
            RequestFault { field: name, rule: "cannot be added to the request" }
        }
    })
}

/// A verified answer to unifiedorder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnifiedOrderAnswer {
    /// The session of the payment, valid for two hours.
    pub prepay_id: PrepayId,
    /// How it is paid, as echoed.
    pub trade_type: Option<TradeType>,
    /// NATIVE: the text of the QR code, valid for two hours.
    pub code_url: Option<String>,
    /// MWEB: the address to redirect to, valid for five minutes.
    pub mweb_url: Option<String>,
}

impl UnifiedOrderAnswer {
    /// Reads the answer's own fields; without a prepay_id it is no answer to unifiedorder.
    pub fn from_params(params: &Params) -> Result<Self, IdError> {
        Ok(Self {
            prepay_id: PrepayId::new(params.filled("prepay_id").unwrap_or_default())?,
            trade_type: params.filled("trade_type").and_then(TradeType::parse),
            code_url: params.filled("code_url").map(str::to_owned),
            mweb_url: params.filled("mweb_url").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, sign, xml};

    fn order() -> UnifiedOrder {
        let mut order = UnifiedOrder::new(
            Appid::new("wx0000000000000001").unwrap(),
            MchId::new("1900000001").unwrap(),
            NonceStr::new("5d2b6c2a8db53831f7eda20af46e531c").unwrap(),
            SignType::Md5,
            "测试商城-T恤 & \"帽子\"".into(),
            OutTradeNo::new("T20240102030405_001").unwrap(),
            Fen::new(101).unwrap(),
            "127.0.0.1".into(),
            "https://shop.example.com/wx/notify".into(),
            TradeType::Jsapi,
        );
        order.openid = Some(OpenId::new("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").unwrap());
        order.device_info = Some("WEB".into());
        order.attach = Some("a=1&b=2+3%20".into());
        order
    }

    #[test]
    fn the_golden_request_is_written_byte_for_byte() {
        let mut params = order().params().unwrap();
        let key = Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec());
        let sign = sign::sign(&params, &key, SignType::Md5);
        params.push("sign", &sign).unwrap();
        let golden = include_str!("../tests/goldens.xml").split("\n\n").next().unwrap();
        assert_eq!(xml::write(&params, xml::is_amount).unwrap(), golden);
    }

    #[test]
    fn hmac_orders_name_their_algorithm_and_md5_orders_do_not() {
        assert_eq!(order().params().unwrap().get("sign_type"), None);
        let hmac = UnifiedOrder { sign_type: SignType::HmacSha256, ..order() };
        assert_eq!(hmac.params().unwrap().get("sign_type"), Some("HMAC-SHA256"));
    }

    #[test]
    fn what_the_page_forbids_is_refused_before_sending_and_named() {
        let refused = |change: &dyn Fn(&mut UnifiedOrder)| {
            let mut request = order();
            change(&mut request);
            request.params().unwrap_err().field
        };
        assert_eq!(refused(&|order| order.total_fee = Fen::ZERO), "total_fee");
        assert_eq!(refused(&|order| order.total_fee = Fen::new(-1).unwrap()), "total_fee");
        assert_eq!(refused(&|order| order.openid = None), "openid");
        assert_eq!(refused(&|order| order.trade_type = TradeType::Native), "product_id");
        assert_eq!(refused(&|order| order.trade_type = TradeType::Mweb), "scene_info");
        assert_eq!(refused(&|order| order.notify_url = "https://shop.example.com/wx?a=1".into()), "notify_url");
        assert_eq!(refused(&|order| order.notify_url = "shop.example.com".into()), "notify_url");
        for address in ["https://", "http:///wx/notify", "https://shop.example.com/wx notify"] {
            assert_eq!(refused(&|order| order.notify_url = address.into()), "notify_url", "{address}");
        }
        for ip in ["", "localhost", "127.0.0", "127.0.0.1:80"] {
            assert_eq!(refused(&|order| order.spbill_create_ip = ip.into()), "spbill_create_ip", "{ip}");
        }
        assert_eq!(refused(&|order| order.body = " ".into()), "body");
        assert_eq!(refused(&|order| order.body = "恤".repeat(43)), "body");
        assert_eq!(refused(&|order| order.attach = Some("a\nb".into())), "attach");
    }

    #[test]
    fn an_answer_without_a_prepay_id_is_refused() {
        assert!(UnifiedOrderAnswer::from_params(&Params::new()).is_err());
    }
}
