//! closeorder: closing an order that shall not be paid any more (protocol page §4.3).

use crate::ids::{Appid, MchId, NonceStr, OutTradeNo};
use crate::{Params, SignType};

/// Path of the endpoint.
pub const PATH: &str = "/pay/closeorder";

/// How long an order must exist before WeChat closes it, in milliseconds: five minutes.
pub const MIN_AGE_MS: i64 = 300_000;

/// The parameters of a close request, without `sign`.
pub fn request(
    appid: &Appid,
    mch_id: &MchId,
    out_trade_no: &OutTradeNo,
    nonce_str: &NonceStr,
    sign_type: SignType,
) -> Params {
    signed_later(
        &[
            ("appid", appid.as_str()),
            ("mch_id", mch_id.as_str()),
            ("out_trade_no", out_trade_no.as_str()),
            ("nonce_str", nonce_str.as_str()),
        ],
        sign_type,
    )
}

/// Parameters with `sign_type` where it is not the default. The names are distinct and the values bounded by their types.
pub(crate) fn signed_later(fields: &[(&str, &str)], sign_type: SignType) -> Params {
    let named = (sign_type == SignType::HmacSha256).then_some(("sign_type", sign_type.as_str()));
    Params::from_pairs(fields.iter().copied().chain(named)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order_query::{self, By};

    #[test]
    fn requests_hold_what_the_page_asks_for() {
        let appid = Appid::new("wx0000000000000001").unwrap();
        let mch_id = MchId::new("1900000001").unwrap();
        let number = OutTradeNo::new("T20240102030405_001").unwrap();
        let nonce = NonceStr::new("n").unwrap();
        let names = |params: &Params| params.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            names(&request(&appid, &mch_id, &number, &nonce, SignType::Md5)),
            ["appid", "mch_id", "out_trade_no", "nonce_str"]
        );
        let query = order_query::request(&appid, &mch_id, &By::OutTradeNo(number), &nonce, SignType::HmacSha256);
        assert_eq!(names(&query), ["appid", "mch_id", "out_trade_no", "nonce_str", "sign_type"]);
    }
}
