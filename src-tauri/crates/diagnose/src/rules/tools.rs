//! Bills, tools and the sandbox's key.

use super::book::{COMMON_HMAC, COMMON_MD5, HMAC_ONLY, MD5_ONLY, PLAIN};
use super::endpoint::{Certainty, Rule};
use super::field::{Field, Shape};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "downloadbill",
        paths: &["/pay/downloadbill"],
        title: ("下载交易账单", "download the day's trades"),
        own: &[
            Field::new("bill_date", 8).shaped(Shape::Date).required(),
            Field::unlimited("bill_type").values(&["ALL", "SUCCESS", "REFUND", "RECHARGE_REFUND", "REVOKED"]),
            Field::new("tar_type", 8).values(&["GZIP"]),
            Field::new("device_info", 32),
        ],
        ..PLAIN
    },
    Rule {
        name: "downloadfundflow",
        paths: &["/pay/downloadfundflow"],
        title: ("下载资金账单", "download the fund flow"),
        own: &[
            Field::new("bill_date", 8).shaped(Shape::Date).required(),
            Field::new("account_type", 16).values(&["Basic", "Operation", "Fees"]).required(),
            Field::new("tar_type", 8).values(&["GZIP"]),
        ],
        common: COMMON_HMAC,
        signing: HMAC_ONLY,
        certificate: true,
        ..PLAIN
    },
    Rule {
        name: "batchquerycomment",
        paths: &["/billcommentsp/batchquerycomment"],
        title: ("拉取订单评价", "customers' comments"),
        own: &[
            Field::new("begin_time", 19).required(),
            Field::new("end_time", 19).required(),
            Field::unlimited("offset").shaped(Shape::Integer).required(),
            Field::unlimited("limit").shaped(Shape::Integer),
        ],
        common: COMMON_HMAC,
        signing: HMAC_ONLY,
        certificate: true,
        ..PLAIN
    },
    Rule {
        name: "authcodetoopenid",
        paths: &["/tools/authcodetoopenid"],
        title: ("付款码查询 openid", "openid of a customer's code"),
        own: &[Field::new("auth_code", 128).required()],
        common: COMMON_MD5,
        signing: MD5_ONLY,
        ..PLAIN
    },
    Rule {
        name: "shorturl",
        paths: &["/tools/shorturl"],
        title: ("转换短链接", "shorten a link"),
        own: &[Field::new("long_url", 512).required()],
        ..PLAIN
    },
    Rule {
        name: "report",
        paths: &["/payitil/report"],
        title: ("交易保障", "report how a call went"),
        own: &[
            Field::new("device_info", 32),
            Field::new("interface_url", 127).required(),
            Field::unlimited("execute_time").shaped(Shape::Integer),
            Field::new("return_code", 16),
            Field::new("return_msg", 128),
            Field::new("result_code", 16),
            Field::new("err_code", 32),
            Field::new("err_code_des", 128),
            Field::new("out_trade_no", 32),
            Field::new("user_ip", 16).required(),
            Field::new("time", 14).shaped(Shape::Time),
            Field::new("trades", 1024).shaped(Shape::Json),
        ],
        ..PLAIN
    },
    Rule {
        name: "getsignkey",
        paths: &["/xdc/apiv2getsignkey/sign/getsignkey", "/sandboxnew/pay/getsignkey"],
        title: ("获取沙箱密钥", "the sandbox's key"),
        own: &[
            Field::new("mch_id", 32).required(),
            Field::new("nonce_str", 32).required(),
            Field::new("sign", 32).required(),
        ],
        common: &[],
        signing: MD5_ONLY,
        fields: Certainty::Stated,
        ..PLAIN
    },
];
