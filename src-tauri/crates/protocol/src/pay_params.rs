//! The second signature: what the payer's device is given (protocol page §3.4).

use crate::ids::{Appid, MchId, NonceStr, PrepayId};
use crate::params::ParamError;
use crate::{Params, Secret, SignType, UtcMs, sign};

/// Parameters for `wx.requestPayment` and `WeixinJSBridge`: appId, timeStamp, nonceStr, package, signType, paySign.
/// The mini program signs appId and does not pass it on. The sign type must be the one of unifiedorder.
pub fn jsapi(
    appid: &Appid,
    prepay_id: &PrepayId,
    nonce: &NonceStr,
    now: UtcMs,
    key: &Secret,
    sign_type: SignType,
) -> Result<Params, ParamError> {
    signed(
        &[
            ("appId", appid.as_str()),
            ("timeStamp", &now.unix_seconds().to_string()),
            ("nonceStr", nonce.as_str()),
            ("package", &format!("prepay_id={prepay_id}")),
            ("signType", sign_type.as_str()),
        ],
        "paySign",
        key,
        sign_type,
    )
}

/// Parameters for the APP SDK, all lower case; there is no signType field, the type is the one of unifiedorder.
pub fn app(
    appid: &Appid,
    mch_id: &MchId,
    prepay_id: &PrepayId,
    nonce: &NonceStr,
    now: UtcMs,
    key: &Secret,
    sign_type: SignType,
) -> Result<Params, ParamError> {
    signed(
        &[
            ("appid", appid.as_str()),
            ("partnerid", mch_id.as_str()),
            ("prepayid", prepay_id.as_str()),
            ("package", "Sign=WXPay"),
            ("noncestr", nonce.as_str()),
            ("timestamp", &now.unix_seconds().to_string()),
        ],
        "sign",
        key,
        sign_type,
    )
}

/// The link of a static NATIVE code (mode 1): `weixin://wxpay/bizpayurl?…`. MD5 always; values are URL-encoded in the link
/// only, not in the string that is signed.
pub fn native_link(
    appid: &Appid,
    mch_id: &MchId,
    product_id: &str,
    nonce: &NonceStr,
    now: UtcMs,
    key: &Secret,
) -> Result<(Params, String), ParamError> {
    let params = signed(
        &[
            ("appid", appid.as_str()),
            ("mch_id", mch_id.as_str()),
            ("product_id", product_id),
            ("time_stamp", &now.unix_seconds().to_string()),
            ("nonce_str", nonce.as_str()),
        ],
        "sign",
        key,
        SignType::Md5,
    )?;
    let query: Vec<String> = params.iter().map(|(name, value)| format!("{name}={}", url_encode(value))).collect();
    let link = format!("weixin://wxpay/bizpayurl?{}", query.join("&"));
    Ok((params, link))
}

fn signed(pairs: &[(&str, &str)], sign_name: &str, key: &Secret, sign_type: SignType) -> Result<Params, ParamError> {
    let mut params = Params::from_pairs(pairs.iter().copied())?;
    let sign = sign::sign(&params, key, sign_type);
    params.push(sign_name, &sign)?;
    Ok(params)
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
fn url_encode(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&sign::upper_hex(&[byte]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UtcMs = UtcMs(1_704_135_845_000);

    fn own_key() -> Secret {
        Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec())
    }

    fn prepay() -> PrepayId {
        PrepayId::new("wx0203040506789012abcdef0123456789000").unwrap()
    }

    fn nonce() -> NonceStr {
        NonceStr::new("IITRi8Iabbblz1Jc").unwrap()
    }

    #[test]
    fn the_official_jsapi_example_signs_as_published() {
        let params = jsapi(
            &Appid::new("wxd678efh567hg6787").unwrap(),
            &PrepayId::new("wx2017033010242291fcfe0db70013231072").unwrap(),
            &NonceStr::new("5K8264ILTKCH16CQ2502SI8ZNMTM67VS").unwrap(),
            UtcMs(1_490_840_662_000),
            &Secret::new(b"qazwsxedcrfvtgbyhnujmikolp111111".to_vec()),
            SignType::Md5,
        )
        .unwrap();
        assert_eq!(params.get("paySign"), Some("22D9B4E54AB1950F51E0649E8810ACD6"));
    }

    #[test]
    fn jsapi_vectors_sign_in_both_algorithms() {
        let appid = Appid::new("wx0000000000000001").unwrap();
        let sign = |sign_type| {
            jsapi(&appid, &prepay(), &nonce(), NOW, &own_key(), sign_type).unwrap().get("paySign").map(str::to_owned)
        };
        assert_eq!(sign(SignType::Md5).as_deref(), Some("A4C607DA0A12FF0DB36AF96858A45992"));
        assert_eq!(
            sign(SignType::HmacSha256).as_deref(),
            Some("3C6DF8C82952E84EB77B6ABF2B4021133B75107470294988D3E4A8F60DD9A891")
        );
    }

    #[test]
    fn app_vectors_sign_in_both_algorithms() {
        let appid = Appid::new("wx0000000000000002").unwrap();
        let mch_id = MchId::new("1900000001").unwrap();
        let sign = |sign_type| {
            app(&appid, &mch_id, &prepay(), &nonce(), NOW, &own_key(), sign_type)
                .unwrap()
                .get("sign")
                .map(str::to_owned)
        };
        assert_eq!(sign(SignType::Md5).as_deref(), Some("99931C00EB3FAA3591178183DB97023D"));
        assert_eq!(
            sign(SignType::HmacSha256).as_deref(),
            Some("EDB70DCDD491B80FF6CD858BEC4E7A3AD5842F5E36A370180ABCFAF07B3E0121")
        );
    }

    #[test]
    fn the_native_link_vector_signs_raw_values_and_encodes_them_in_the_link() {
        let appid = Appid::new("wx0000000000000001").unwrap();
        let mch_id = MchId::new("1900000001").unwrap();
        let nonce = NonceStr::new("f6808210402125e30663234f94c87a8c").unwrap();
        let (params, _) = native_link(&appid, &mch_id, "SKU-88888", &nonce, NOW, &own_key()).unwrap();
        assert_eq!(params.get("sign"), Some("6B7A76D9F79E6783DDEDBD23CCD0F408"));
        let (params, link) = native_link(&appid, &mch_id, "a b&c", &nonce, NOW, &own_key()).unwrap();
        assert!(
            link.starts_with("weixin://wxpay/bizpayurl?appid=") && link.contains("product_id=a%20b%26c&"),
            "{link}"
        );
        assert_eq!(params.get("product_id"), Some("a b&c"));
    }

    #[test]
    fn the_native_callback_answer_vector_signs() {
        let answer = Params::from_pairs([
            ("return_code", "SUCCESS"),
            ("appid", "wx0000000000000001"),
            ("mch_id", "1900000001"),
            ("nonce_str", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"),
            ("prepay_id", "wx0203040506789012abcdef0123456789000"),
            ("result_code", "SUCCESS"),
        ])
        .unwrap();
        assert_eq!(sign::sign(&answer, &own_key(), SignType::Md5), "1F23E403E8C3DB9983B069C07CAEBB4B");
    }
}
