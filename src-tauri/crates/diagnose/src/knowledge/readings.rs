//! What an error text already tells, without hashing anything.

use super::{CauseId, Words};

/// What a text of the gateway or of a client means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What it means and where to look first.
    pub words: Words,
    /// The causes that come into question, the likeliest first; empty where it is no matter of the sign.
    pub causes: Vec<CauseId>,
}

struct Row {
    /// The text is meant if all parts of one of these stand in it, in any letter case.
    any_of: &'static [&'static [&'static str]],
    chinese: &'static str,
    english: &'static str,
    causes: &'static [CauseId],
}

type Id = CauseId;

/// The first row that fits counts, so that the more special ones stand before the general ones.
const ROWS: &[Row] = &[
    Row {
        any_of: &[&["沙箱验证签名失败"], &["调用getsignkey"], &["沙箱签名key"], &["沙箱", "签名"]],
        chinese: "沙箱只认 getsignkey 换来的沙箱密钥：请重新获取并用它按 MD5 签名，正式密钥在沙箱里一律签名错误",
        english: "the sandbox takes its own key only: fetch it with getsignkey and sign with MD5; the production key always fails there",
        causes: &[Id::H1, Id::H2],
    },
    Row {
        any_of: &[&["获取沙箱密钥失败"]],
        chinese: "getsignkey 这个请求本身没有通过：它要用正式的 API 密钥按 MD5 签名，只含 mch_id 与 nonce_str",
        english: "the getsignkey request itself failed: it is signed with the production API key, by MD5, over mch_id and nonce_str only",
        causes: &[Id::E1, Id::H1],
    },
    Row {
        any_of: &[&["mch_id", "is required", "sign"]],
        chinese: "沙箱没有读到报文：多半是地址用了旧的 sandboxnew，或 Content-Type 不是 XML；并不是真的缺字段",
        english: "the sandbox could not read the body: an old sandbox address or a Content-Type that is not XML, not a missing field",
        causes: &[Id::H3],
    },
    Row {
        any_of: &[&["字节数 64", "32"], &["/body/xml/sign", "最大值 32"]],
        chinese: "发来的是 64 位 HMAC-SHA256 签名，而接口按 MD5（32 位）校验：请在报文里写 sign_type=HMAC-SHA256 并参与签名；该接口若只支持 MD5 就改用 MD5",
        english: "a sign of 64 digits came where MD5 (32) is expected: send and sign sign_type=HMAC-SHA256, or use MD5 where the endpoint knows MD5 only",
        causes: &[Id::F4, Id::A3],
    },
    Row {
        any_of: &[
            &["支付验证签名失败"],
            &["fail_invalid signature"],
            &["unable to verify signature"],
            &["验证签名失败"],
        ],
        chinese: "订单已下成功，错的是调起支付的二次签名：请核对五个参数的名字与大小写、package、签名类型和所用的 appId",
        english: "the order was placed; the second signature of the client call is wrong: check the five names and their case, package, sign type and appId",
        causes: &[
            Id::A15,
            Id::B2,
            Id::B3,
            Id::B4,
            Id::B5,
            Id::B6,
            Id::D20,
            Id::F1,
            Id::G1,
            Id::G2,
            Id::G3,
            Id::G4,
            Id::G5,
            Id::G6,
            Id::G7,
            Id::H4,
        ],
    },
    Row {
        any_of: &[&["参数格式校验错误！"]],
        chinese: "这是 WxJava 在验通知时抛出的文字：验签没有通过，先看签名类型是否与下单一致，再看是否丢了字段",
        english: "this is what WxJava says when a notice does not verify: check the sign type of the order first, then dropped fields",
        causes: &[Id::F2, Id::A8],
    },
    Row {
        any_of: &[
            &["缺少参数", "total_fee"],
            &["missing", "total_fee"],
            &["requestpayment:fail"],
            &["get_brand_wcpay_request:fail"],
            &["choosewxpay:fail"],
        ],
        chinese: "调起支付失败但没有说明：看 prepay_id 是否为空（下单其实失败了）、appid 与 openid 是否同一应用、二次签名是否正确",
        english: "the client call failed without a reason: look for an empty prepay_id (the order had failed), an appid and openid of different apps, or a wrong second signature",
        causes: &[Id::G3, Id::G8, Id::G5, Id::A15, Id::B2],
    },
    Row {
        any_of: &[&["errcode", "-1"], &["错误码", "-1"], &["error code", "-1"]],
        chinese: "Android 返回 -1 通常是开放平台登记的包名或应用签名不符，与 API 签名无关",
        english: "-1 on Android usually means that the package name or app signature is not the registered one; the API sign has nothing to do with it",
        causes: &[Id::G9],
    },
    Row {
        any_of: &[&["签名错误"], &["signerror"], &["签名失败"], &["sign error"]],
        chinese: "签名没有通过：依次看密钥是不是这个商户号的、签名的参数是否就是发出的参数、报文字节是否为 UTF-8",
        english: "the sign was refused: is the key that of this mch_id, are the fields signed the fields sent, is the body UTF-8 on the wire",
        causes: &[Id::E1, Id::E2, Id::E3, Id::E7, Id::A1, Id::A6, Id::D15, Id::D14],
    },
    Row {
        any_of: &[&["xml格式错误"], &["xml_format_error"], &["data format error"]],
        chinese: "报文不是合格的 XML：值里的 & 与 < 要转义或放进 CDATA，标签要成对，值不能截断",
        english: "the body is not well-formed XML: escape & and < or use CDATA, close every tag, do not cut the text",
        causes: &[Id::A12, Id::D10],
    },
    Row {
        any_of: &[&["not_utf8"], &["编码格式错误"]],
        chinese: "报文的字节不是 UTF-8：请按 UTF-8 发送，并在 Content-Type 里写 charset=utf-8",
        english: "the bytes of the body are not UTF-8: send UTF-8 and say charset=utf-8 in Content-Type",
        causes: &[Id::D15, Id::D14, Id::D16],
    },
    Row {
        any_of: &[&["64 位有符号整数"], &["total_fee参数格式错误"]],
        chinese: "金额不是以分为单位的整数：total_fee 不能有小数点、科学计数法或空格",
        english: "the amount is no whole number of fen: no decimal point, no exponent, no space in total_fee",
        causes: &[Id::D1, Id::D2, Id::D3],
    },
    Row {
        any_of: &[&["必须传入sub_mch_id"]],
        chinese: "mch_id 是服务商号：请加上 sub_mch_id，并用服务商的密钥签名",
        english: "mch_id is that of a service provider: add sub_mch_id and sign with the provider's key",
        causes: &[Id::E7, Id::E9],
    },
    Row {
        any_of: &[
            &["appid和mch_id不匹配"],
            &["mch_id与appid不匹配"],
            &["appid_mchid_not_match"],
            &["appid不存在"],
            &["appid_not_exist"],
            &["mchid_not_exist"],
            &["appid参数长度有误"],
        ],
        chinese: "appid 或 mch_id 填错，或这两者没有绑定：在商户平台的产品中心核对，签名不是问题所在",
        english: "appid or mch_id is wrong, or the two are not bound to each other: check them in the merchant platform; the sign is not the matter",
        causes: &[Id::E9, Id::G8],
    },
    Row {
        any_of: &[&["refund_fee_mismatch"], &["订单金额或退款金额与之前请求不一致"]],
        chinese: "金额与之前的请求差了：多半是浮点转分少了或多了 1 分，请用整数分计算",
        english: "the amount is not that of the earlier request: usually one fen lost or won by floating point; calculate in whole fen",
        causes: &[Id::D4],
    },
    Row {
        any_of: &[&["no required ssl certificate"], &["ssl certificate error"], &["证书验证失败"], &["cert_error"]],
        chinese: "缺少或用错了商户证书，请求还没有走到验签：请附上该 mch_id 的 apiclient_cert",
        english: "the merchant certificate is missing or not that of this mch_id; the sign was not even looked at: present apiclient_cert",
        causes: &[],
    },
];

/// What a return_msg, an err_code or a client's error text means; nothing for a text that is not known.
pub fn reading_of(return_msg: &str) -> Option<Reading> {
    let text = return_msg.to_lowercase();
    let row = ROWS.iter().find(|row| row.any_of.iter().any(|parts| parts.iter().all(|part| text.contains(part))))?;
    Some(Reading { words: Words::new(row.chinese, row.english), causes: row.causes.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_cause(text: &str) -> Option<CauseId> {
        reading_of(text).and_then(|reading| reading.causes.first().copied())
    }

    #[test]
    fn the_texts_that_people_bring_lead_to_their_branch() {
        for (text, cause) in [
            ("签名错误，请检查后再试", CauseId::E1),
            ("SIGNERROR", CauseId::E1),
            ("沙箱验证签名失败，请确认沙箱签名key是否正确（通过getsignkey调用生成）", CauseId::H1),
            ("验证签名失败, 请调用getsignkey获取", CauseId::H1),
            ("\"mch_id\" is required. \"sign\" is required. \"nonce_str\" is required", CauseId::H3),
            ("支付验证签名失败", CauseId::A15),
            ("fail_invalid signature", CauseId::A15),
            ("requestPayment:fail", CauseId::G3),
            ("errCode: -1", CauseId::G9),
            ("参数格式校验错误！", CauseId::F2),
            ("输入源“/body/xml/sign”映射到值字段“签名”字符串规则校验失败，字节数 64，大于最大值 32", CauseId::F4),
        ] {
            assert_eq!(first_cause(text), Some(cause), "{text}");
        }
    }

    #[test]
    fn a_missing_certificate_is_no_matter_of_the_sign() {
        assert_eq!(reading_of("400 No required SSL certificate was sent").map(|reading| reading.causes), Some(vec![]));
    }

    #[test]
    fn every_row_is_reachable_by_its_own_parts() {
        for row in ROWS {
            for parts in row.any_of {
                let text = parts.join(" ");
                assert!(parts.iter().all(|part| *part == part.to_lowercase()), "{text} is compared in lower case");
                assert!(reading_of(&text).is_some(), "{text}");
            }
            assert!(!row.chinese.is_ascii() && !row.english.is_empty());
        }
    }

    #[test]
    fn an_unknown_text_has_no_reading() {
        for text in ["", "OK", "订单不存在"] {
            assert_eq!(reading_of(text), None, "{text}");
        }
    }
}
