//! What is signed: requests, client calls and notices, simple and rich, made anew from a seed.

use crate::fields::{self, Fields};
use crate::rng::Rng;

/// The digest that the merchant means to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Md5,
    Hmac,
}

impl Algorithm {
    pub(crate) const fn wire(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Hmac => "HMAC-SHA256",
        }
    }
}

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// unifiedorder.
    Request,
    /// promotion/transfers, which has no sign_type.
    Transfers,
    /// sendredpack, whose names make sort orders differ.
    RedPack,
    /// A payment notice; it carries the right sign and the merchant computed another.
    Notice,
    /// The call of JSAPI and of the mini program.
    Jsapi,
    /// The call of the APP SDK.
    App,
}

/// How it is pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paste {
    Xml,
    Json,
    /// `wx.requestPayment({…})` in a page.
    Script,
}

/// Which sign stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    /// The one that the wrong code made.
    Made,
    /// The right one; what the wrong code made is given apart.
    Right,
    /// The first of two; the second is given apart.
    First,
    /// The one that the wrong code made, as `paySign` and as `sign`.
    Both,
}

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    OtherMerchant,
    AppSecret,
    V3,
    Sandbox,
    Previous,
}

/// A key that is offered beside the one in use.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    pub(crate) role: Role,
    pub(crate) name: &'static str,
    pub(crate) secret: String,
}

/// A message before it is signed.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) kind: Kind,
    pub(crate) rich: bool,
    pub(crate) algorithm: Algorithm,
    /// In the order in which the merchant's code adds them.
    pub(crate) fields: Fields,
    pub(crate) key: String,
    pub(crate) others: Vec<Offered>,
    /// Given apart, where the call does not carry it.
    pub(crate) appid: Option<String>,
    pub(crate) context: Option<&'static str>,
    pub(crate) paste: Paste,
    pub(crate) carried: Carried,
    /// Whether the user says by which digest the order was placed.
    pub(crate) says_algorithm: bool,
    /// What was verified in the place of the message, where the user has that too.
    pub(crate) verified: Option<Fields>,
}

impl Order {
    pub(crate) fn new(kind: Kind, rich: bool, algorithm: Algorithm, rng: &mut Rng) -> Self {
        let mut order = Self {
            kind,
            rich,
            algorithm,
            fields: Fields::new(),
            key: rng.word(32),
            others: Vec::new(),
            appid: None,
            context: None,
            paste: Paste::Xml,
            carried: Carried::Made,
            says_algorithm: false,
            verified: None,
        };
        let said = rng.chance(50);
        match kind {
            Kind::Request => {
                order.request(rng);
                order.context = said.then_some("unifiedorder");
            }
            Kind::Transfers => {
                order.transfers(rng);
                order.context = Some("transfers");
            }
            Kind::RedPack => order.red_pack(rng),
            Kind::Notice => {
                order.notice(rng);
                order.carried = Carried::Right;
                order.context = said.then_some("pay-notify");
            }
            Kind::Jsapi => {
                order.jsapi(rng);
                order.context = said.then_some("jsapi");
            }
            Kind::App => {
                order.app(rng);
                order.context = said.then_some("app");
            }
        }
        if matches!(kind, Kind::Request | Kind::Transfers | Kind::RedPack) && rng.chance(30) {
            order.paste = Paste::Json;
        }
        order
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        fields::get(&self.fields, name)
    }

    pub(crate) fn put(&mut self, name: &str, value: impl AsRef<str>) {
        fields::put(&mut self.fields, name, value.as_ref());
    }

    /// Whether it is a message of the server and no client call.
    pub(crate) const fn is_message(&self) -> bool {
        !matches!(self.kind, Kind::Jsapi | Kind::App)
    }

    /// The field that holds words of the merchant's own, added where it is missing.
    pub(crate) fn text_field(&mut self) -> Option<&'static str> {
        let name = match self.kind {
            Kind::Request => "body",
            Kind::Transfers => "desc",
            Kind::RedPack => "act_name",
            Kind::Notice => "attach",
            Kind::Jsapi | Kind::App => return None,
        };
        if self.get(name).is_none_or(str::is_empty) {
            self.put(name, "gold member");
        }
        Some(name)
    }

    /// The field that holds the amount.
    pub(crate) const fn amount_field(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Request | Kind::Notice => Some("total_fee"),
            Kind::Transfers => Some("amount"),
            Kind::RedPack => Some("total_amount"),
            Kind::Jsapi | Kind::App => None,
        }
    }

    fn request(&mut self, rng: &mut Rng) {
        self.put("appid", format!("wx{}", rng.hex(16)));
        self.put("mch_id", format!("1{}", rng.digits(9)));
        self.put("nonce_str", rng.word(32));
        let goods = ["vip", "test", "recharge", "ticket-A12", "coffee", "order_7", "T-shirt"];
        self.put("body", rng.pick(&goods));
        if self.rich {
            self.rich_request(rng);
            return;
        }
        self.put("out_trade_no", format!("{}{}", rng.word(4), rng.digits(12)));
        self.put("total_fee", rng.between(1, 99_999).to_string());
        if rng.chance(50) {
            self.put("spbill_create_ip", format!("10.{}.{}.7", rng.below(255), rng.below(255)));
        }
        if self.algorithm == Algorithm::Hmac {
            self.put("sign_type", "HMAC-SHA256");
        } else if rng.chance(50) {
            self.put("trade_type", rng.pick(&["NATIVE", "APP", "MWEB"]));
        }
    }

    /// Sixteen fields with everything in them that code stumbles over.
    fn rich_request(&mut self, rng: &mut Rng) {
        let bodies = ["测试商城 <新款> T恤 & 帽子😀", "年度会员 & 礼包 <第2期>🎁", "咖啡+蛋糕 50% off 🍰 & 更多 <b>"];
        self.put("body", rng.pick(&bodies));
        let price = rng.between(1, 9999);
        let detail = format!(
            "{{\"cost_price\":{price},\"goods_detail\":[{{\"goods_id\":\"{}\",\"goods_name\":\"蓝色 & 大号\",\"quantity\":1,\"url\":\"https://shop.example.com/g/1\"}}]}}",
            rng.digits(6)
        );
        self.put("detail", detail);
        self.put("attach", "");
        self.put("out_trade_no", format!("{}_{}", rng.digits(14), rng.digits(4)));
        self.put("total_fee", rng.between(100, 999_999).to_string());
        self.put("spbill_create_ip", format!("203.0.113.{}", rng.between(1, 254)));
        self.put("notify_url", format!("https://shop{}.example.com/wx/notify", rng.below(100)));
        self.put("trade_type", "NATIVE");
        self.put("goods_tag", rng.pick(&["A+B 50%", "x+y %41 z", "1+1 100%"]));
        self.put("coupon_fee", "0");
        self.put("coupon_fee_0", rng.between(1, 99).to_string());
        self.put("coupon_fee_10", rng.between(100, 199).to_string());
        match self.algorithm {
            Algorithm::Hmac => self.put("sign_type", "HMAC-SHA256"),
            Algorithm::Md5 => self.put("device_info", rng.pick(&["WEB", "POS-01"])),
        }
    }

    fn transfers(&mut self, rng: &mut Rng) {
        self.put("mch_appid", format!("wx{}", rng.hex(16)));
        self.put("mchid", format!("1{}", rng.digits(9)));
        self.put("nonce_str", rng.word(32));
        self.put("partner_trade_no", rng.digits(18));
        self.put("openid", format!("o{}", rng.word(27)));
        self.put("check_name", "NO_CHECK");
        self.put("amount", rng.between(30, 99_999).to_string());
        self.put("desc", if self.rich { "佣金 & 奖励 <九月>" } else { "commission" });
        if self.rich {
            self.put("spbill_create_ip", "192.0.2.1");
            self.put("device_info", "013467007045764");
        }
    }

    fn red_pack(&mut self, rng: &mut Rng) {
        self.put("nonce_str", rng.word(32));
        self.put("mch_billno", rng.digits(28));
        self.put("mch_id", format!("1{}", rng.digits(9)));
        self.put("wxappid", format!("wx{}", rng.hex(16)));
        self.put("send_name", if self.rich { "天虹百货 & 好友" } else { "shop" });
        self.put("re_openid", format!("o{}", rng.word(27)));
        self.put("total_amount", rng.between(100, 20_000).to_string());
        self.put("remark", if self.rich { "快来抢 <祝> 😀" } else { "thanks" });
        if self.rich {
            self.put("total_num", "1");
            self.put("wishing", "感谢您参加猜灯谜活动 祝您元宵节快乐");
            self.put("client_ip", "192.0.2.7");
            self.put("act_name", "猜灯谜抢红包活动");
            self.put("scene_id", "PRODUCT_2");
            self.put("risk_info", "posttime%3d123123412%26clientversion%3d234134");
            self.put("coupon_fee_2", "7");
            self.put("coupon_fee_10", "8");
        }
    }

    fn notice(&mut self, rng: &mut Rng) {
        self.put("appid", format!("wx{}", rng.hex(16)));
        let fee = rng.between(200, 99_999);
        if self.rich {
            self.put("attach", "门店A&3号 桌+1");
            self.put("bank_type", "OTHERS");
            self.put("cash_fee", (fee - 12).to_string());
            self.put("coupon_count", "2");
            self.put("coupon_fee", "12");
            self.put("coupon_fee_0", "0");
            self.put("coupon_fee_1", "12");
            self.put("fee_type", "CNY");
            self.put("is_subscribe", "N");
        }
        self.put("mch_id", format!("1{}", rng.digits(9)));
        self.put("nonce_str", rng.hex(32));
        if self.rich {
            self.put("openid", format!("o{}", rng.word(27)));
        }
        self.put("out_trade_no", rng.digits(18));
        self.put("result_code", "SUCCESS");
        self.put("return_code", "SUCCESS");
        self.put("time_end", format!("202601{:02}1{}", rng.between(1, 28), rng.digits(5)));
        self.put("total_fee", fee.to_string());
        self.put("transaction_id", format!("42000{}", rng.digits(23)));
    }

    fn prepay_id(rng: &mut Rng) -> String {
        format!("wx{}{}", rng.digits(10), rng.hex(24))
    }

    fn seconds(rng: &mut Rng) -> String {
        format!("17{}", rng.digits(8))
    }

    fn jsapi(&mut self, rng: &mut Rng) {
        let appid = format!("wx{}", rng.hex(16));
        if self.rich {
            self.appid = Some(appid);
            self.paste = Paste::Script;
        } else {
            self.put("appId", appid);
            self.paste = Paste::Json;
        }
        self.put("timeStamp", Self::seconds(rng));
        self.put("nonceStr", rng.word(32));
        self.put("package", format!("prepay_id={}", Self::prepay_id(rng)));
        self.put("signType", self.algorithm.wire());
    }

    fn app(&mut self, rng: &mut Rng) {
        self.paste = if self.rich { Paste::Xml } else { Paste::Json };
        self.put("appid", format!("wx{}", rng.hex(16)));
        self.put("partnerid", format!("1{}", rng.digits(9)));
        self.put("prepayid", Self::prepay_id(rng));
        self.put("package", "Sign=WXPay");
        self.put("noncestr", rng.word(32));
        self.put("timestamp", Self::seconds(rng));
    }
}
