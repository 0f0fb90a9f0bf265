//! Orders and refunds.

use super::book::PLAIN;
use super::endpoint::Rule;
use super::field::{Field, Shape};

const ORDER_NUMBER: Field = Field::new("out_trade_no", 32).shaped(Shape::Number);

/// What unifiedorder and micropay share.
macro_rules! order_fields {
    ($($more:expr),* $(,)?) => {
        &[
            Field::new("version", 32),
            Field::new("device_info", 32),
            Field::new("body", 128).required(),
            Field::new("detail", 6144),
            Field::new("attach", 127),
            ORDER_NUMBER.required(),
            Field::new("fee_type", 16),
            Field::fen("total_fee", 1).required(),
            Field::new("spbill_create_ip", 64).shaped(Shape::Address).required(),
            Field::new("time_start", 14).shaped(Shape::Time),
            Field::new("time_expire", 14).shaped(Shape::Time),
            Field::new("goods_tag", 32),
            Field::new("limit_pay", 32).values(&["no_credit"]),
            Field::new("receipt", 8),
            Field::new("profit_sharing", 16).values(&["Y", "N"]),
            Field::new("scene_info", 256).shaped(Shape::Json),
            $($more),*
        ]
    };
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "unifiedorder",
        paths: &["/pay/unifiedorder"],
        title: ("统一下单", "place an order"),
        own: order_fields![
            Field::new("notify_url", 256).shaped(Shape::NoticeUrl).required(),
            Field::new("trade_type", 16).values(&["JSAPI", "NATIVE", "APP", "MWEB"]).required(),
            Field::new("product_id", 32).when("trade_type", "NATIVE").unconfirmed(),
            Field::new("openid", 128).when("trade_type", "JSAPI"),
            Field::new("sub_openid", 128),
            Field::unlimited("user_type").values(&[
                "IDCARD",
                "HONGKONG_MACAO",
                "HONGKONG_MACAO_RESIDENT",
                "TAIWAN_RESIDENT",
                "FOREIGN_RESIDENT",
                "OVERSEA_PASSPORT",
            ]),
            Field::unlimited("user_creid"),
            Field::unlimited("user_truename"),
        ],
        ..PLAIN
    },
    Rule {
        name: "micropay",
        paths: &["/pay/micropay"],
        title: ("付款码支付", "payment by the customer's code"),
        own: order_fields![Field::new("auth_code", 128).required(), Field::new("deposit", 1)],
        ..PLAIN
    },
    Rule {
        name: "orderquery",
        paths: &["/pay/orderquery"],
        title: ("查询订单", "query an order"),
        own: &[
            Field::new("transaction_id", 32).one_of("transaction_id / out_trade_no"),
            ORDER_NUMBER.one_of("transaction_id / out_trade_no"),
            Field::new("version", 32).unconfirmed(),
        ],
        ..PLAIN
    },
    Rule {
        name: "closeorder",
        paths: &["/pay/closeorder"],
        title: ("关闭订单", "close an order"),
        own: &[ORDER_NUMBER.required()],
        ..PLAIN
    },
    Rule {
        name: "reverse",
        paths: &["/secapi/pay/reverse"],
        title: ("撤销订单", "reverse a payment by code"),
        own: &[
            Field::new("transaction_id", 32).one_of("transaction_id / out_trade_no"),
            ORDER_NUMBER.one_of("transaction_id / out_trade_no"),
        ],
        certificate: true,
        ..PLAIN
    },
    Rule {
        name: "refund",
        paths: &["/secapi/pay/refund"],
        title: ("申请退款", "refund"),
        own: REFUND,
        certificate: true,
        ..PLAIN
    },
    Rule {
        name: "refundv2",
        paths: &["/secapi/pay/refundv2"],
        title: ("单品优惠退款", "refund of single products"),
        own: &[
            Field::new("version", 32),
            Field::new("detail", 6144),
            Field::new("transaction_id", 32).one_of("transaction_id / out_trade_no"),
            ORDER_NUMBER.one_of("transaction_id / out_trade_no"),
            Field::new("out_refund_no", 64).shaped(Shape::Number).required(),
            Field::fen("total_fee", 1).required(),
            Field::fen("refund_fee", 1).required(),
            Field::new("refund_fee_type", 8),
            Field::new("refund_desc", 80),
            Field::new("refund_account", 30),
            Field::new("notify_url", 256).shaped(Shape::NoticeUrl),
            Field::unlimited("op_user_id").unconfirmed(),
        ],
        certificate: true,
        ..PLAIN
    },
    Rule {
        name: "refundquery",
        paths: &["/pay/refundquery"],
        title: ("查询退款", "query refunds"),
        own: REFUND_QUERY,
        ..PLAIN
    },
    Rule {
        name: "refundqueryv2",
        paths: &["/pay/refundqueryv2"],
        title: ("查询单品优惠退款", "query refunds of single products"),
        own: REFUND_QUERY,
        ..PLAIN
    },
];

const REFUND: &[Field] = &[
    Field::new("transaction_id", 32).one_of("transaction_id / out_trade_no"),
    ORDER_NUMBER.one_of("transaction_id / out_trade_no"),
    Field::new("out_refund_no", 64).shaped(Shape::Number).required(),
    Field::fen("total_fee", 1).required(),
    Field::fen("refund_fee", 1).required(),
    Field::new("refund_fee_type", 8),
    Field::new("refund_desc", 80),
    Field::new("refund_account", 30).values(&["REFUND_SOURCE_UNSETTLED_FUNDS", "REFUND_SOURCE_RECHARGE_FUNDS"]),
    Field::new("notify_url", 256).shaped(Shape::NoticeUrl),
    // Long gone from the documents; the gateway still takes it, signed like every other field.
    Field::unlimited("op_user_id").unconfirmed(),
    Field::new("device_info", 32).unconfirmed(),
];

const REFUND_QUERY: &[Field] = &[
    Field::new("refund_id", 32).one_of("refund_id / out_refund_no / transaction_id / out_trade_no"),
    Field::new("out_refund_no", 64)
        .shaped(Shape::Number)
        .one_of("refund_id / out_refund_no / transaction_id / out_trade_no"),
    Field::new("transaction_id", 32).one_of("refund_id / out_refund_no / transaction_id / out_trade_no"),
    ORDER_NUMBER.one_of("refund_id / out_refund_no / transaction_id / out_trade_no"),
    Field::unlimited("offset").shaped(Shape::Integer),
    Field::new("version", 32).unconfirmed(),
];
