//! Transfers, red packets, coupons and profit sharing: how they are signed is known, their fields are general knowledge.

use super::book::{HMAC_ONLY, MD5_ONLY, PLAIN, SIGN_TYPES};
use super::endpoint::{Algorithms, Certainty, Rule, SecondSign, Signing};
use super::field::{Field, Shape};

const fn may(name: &'static str) -> Field {
    Field::unlimited(name).unconfirmed()
}

const NONCE: Field = Field::new("nonce_str", 32).required();
const SIGN_MD5: Field = Field::new("sign", 32).required();
const SIGN_HMAC: Field = Field::new("sign", 64).required();
const HMAC: Field = Field::new("sign_type", 32).values(&["HMAC-SHA256"]).required();

/// The names of profit sharing.
macro_rules! sharing {
    ($name:literal, $path:literal, $title:literal, $english:literal, $certificate:literal, [$($own:literal),*]) => {
        Rule {
            name: $name,
            paths: &[$path],
            title: ($title, $english),
            own: &[$(may($own)),*],
            common: &[
                Field::new("mch_id", 32).required(),
                may("appid"),
                may("brand_mch_id"),
                may("sub_mch_id"),
                may("sub_appid"),
                NONCE,
                SIGN_HMAC,
                HMAC,
            ],
            signing: HMAC_ONLY,
            certificate: $certificate,
            fields: Certainty::Unconfirmed,
            ..PLAIN
        }
    };
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "transfers",
        paths: &["/mmpaymkttransfers/promotion/transfers"],
        title: ("企业付款到零钱", "transfer to a customer's balance"),
        own: &[
            Field::unlimited("mch_appid").required(),
            Field::unlimited("mchid").required(),
            may("device_info"),
            NONCE,
            SIGN_MD5,
            may("partner_trade_no"),
            may("openid"),
            may("check_name").values(&["NO_CHECK", "FORCE_CHECK"]),
            may("re_user_name"),
            Field::fen("amount", 1).unconfirmed(),
            may("desc"),
            may("spbill_create_ip").shaped(Shape::Address),
            may("scene"),
            may("brand_id"),
            may("finder_template_id"),
        ],
        common: &[],
        renamed: &[("appid", "mch_appid"), ("mch_id", "mchid")],
        signing: MD5_ONLY,
        certificate: true,
        fields: Certainty::Unconfirmed,
        ..PLAIN
    },
    Rule {
        name: "gettransferinfo",
        paths: &["/mmpaymkttransfers/gettransferinfo"],
        title: ("查询企业付款", "query a transfer"),
        own: &[may("appid"), may("mch_id"), NONCE, SIGN_MD5, may("partner_trade_no")],
        common: &[],
        signing: MD5_ONLY,
        certificate: true,
        fields: Certainty::Unconfirmed,
        ..PLAIN
    },
    Rule {
        name: "sendredpack",
        paths: &["/mmpaymkttransfers/sendredpack"],
        title: ("发放普通红包", "send a red packet"),
        own: RED_PACKET,
        common: &[],
        renamed: &[("appid", "wxappid")],
        signing: MD5_ONLY,
        certificate: true,
        fields: Certainty::Unconfirmed,
        ..PLAIN
    },
    Rule {
        name: "sendworkwxredpack",
        paths: &["/mmpaymkttransfers/sendworkwxredpack"],
        title: ("发放企业微信红包", "send a red packet of WeCom"),
        own: &[
            Field::unlimited("wxappid").required(),
            Field::unlimited("mch_id").required(),
            NONCE,
            SIGN_MD5,
            Field::new("workwx_sign", 32).required(),
            may("mch_billno"),
            may("sender_name"),
            may("sender_header_media_id"),
            may("agentid"),
            may("re_openid"),
            Field::fen("total_amount", 1).unconfirmed(),
            may("wishing"),
            may("act_name"),
            may("remark"),
            may("scene_id"),
        ],
        common: &[],
        renamed: &[("appid", "wxappid")],
        signing: MD5_ONLY,
        second_sign: Some(SecondSign {
            name: "workwx_sign",
            suffix: "&secret=",
            secret: ("企业微信应用的 secret", "the secret of the WeCom application"),
        }),
        certificate: true,
        fields: Certainty::Unconfirmed,
    },
    Rule {
        name: "send_coupon",
        paths: &["/mmpaymkttransfers/send_coupon"],
        title: ("发放代金券", "send a coupon"),
        own: &[
            may("coupon_stock_id"),
            may("openid_count"),
            may("partner_trade_no"),
            may("openid"),
            may("appid"),
            may("mch_id"),
            may("sub_mch_id"),
            may("op_user_id"),
            may("device_info"),
            NONCE,
            SIGN_HMAC,
            may("sign_type").values(SIGN_TYPES),
            may("version"),
            may("type"),
        ],
        common: &[],
        // One thread says that it knows no sign_type, others that it takes HMAC-SHA256 only.
        signing: Signing { algorithms: Algorithms::HmacOnly, sign_type_field: true, certainty: Certainty::Unconfirmed },
        certificate: true,
        fields: Certainty::Unconfirmed,
        ..PLAIN
    },
    sharing!(
        "profitsharing",
        "/secapi/pay/profitsharing",
        "请求单次分账",
        "share a payment once",
        true,
        ["transaction_id", "out_order_no", "receivers"]
    ),
    sharing!(
        "multiprofitsharing",
        "/secapi/pay/multiprofitsharing",
        "请求多次分账",
        "share a payment several times",
        true,
        ["transaction_id", "out_order_no", "receivers"]
    ),
    sharing!(
        "profitsharingquery",
        "/pay/profitsharingquery",
        "查询分账结果",
        "query how a payment was shared",
        false,
        ["transaction_id", "out_order_no"]
    ),
    sharing!(
        "profitsharingaddreceiver",
        "/pay/profitsharingaddreceiver",
        "添加分账接收方",
        "add a receiver",
        false,
        ["receiver"]
    ),
    sharing!(
        "profitsharingremovereceiver",
        "/pay/profitsharingremovereceiver",
        "删除分账接收方",
        "remove a receiver",
        false,
        ["receiver"]
    ),
    sharing!(
        "profitsharingfinish",
        "/secapi/pay/profitsharingfinish",
        "完结分账",
        "finish sharing",
        true,
        ["transaction_id", "out_order_no", "amount", "description"]
    ),
    sharing!(
        "profitsharingreturn",
        "/secapi/pay/profitsharingreturn",
        "分账回退",
        "take a share back",
        true,
        [
            "order_id",
            "out_order_no",
            "out_return_no",
            "return_account_type",
            "return_account",
            "return_amount",
            "description"
        ]
    ),
    sharing!(
        "profitsharingreturnquery",
        "/pay/profitsharingreturnquery",
        "回退结果查询",
        "query a share taken back",
        false,
        ["order_id", "out_order_no", "out_return_no"]
    ),
    sharing!(
        "profitsharingorderamountquery",
        "/pay/profitsharingorderamountquery",
        "查询订单待分账金额",
        "query what is left to share",
        false,
        ["transaction_id"]
    ),
];

const RED_PACKET: &[Field] = &[
    Field::unlimited("wxappid").required(),
    Field::unlimited("mch_id").required(),
    NONCE,
    SIGN_MD5,
    may("sub_mch_id"),
    may("msgappid"),
    may("consume_mch_id"),
    may("mch_billno"),
    may("send_name"),
    may("re_openid"),
    Field::fen("total_amount", 1).unconfirmed(),
    may("total_num").shaped(Shape::Integer),
    may("wishing"),
    may("client_ip").shaped(Shape::Address),
    may("act_name"),
    may("remark"),
    may("scene_id"),
    may("risk_info"),
];
