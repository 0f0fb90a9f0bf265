//! Reading an answer of the gateway: the layers of §2.3 and the verification of §2.5, in that order.

use crate::sign::{self, SignFault};
use crate::xml::{self, XmlError};
use crate::{Params, Secret, SignType};

/// What we asked, so that an answer to something else is noticed.
pub struct Asked<'a> {
    /// Our appid; an answer that names another is refused.
    pub appid: &'a str,
    /// Our merchant number; likewise.
    pub mch_id: &'a str,
    /// The algorithm of the request; the answer does not choose.
    pub sign_type: SignType,
    /// The key of the merchant.
    pub key: &'a Secret,
    /// Fields that must come back as we know them, compared where the answer has them.
    pub echoes: &'a [(&'a str, &'a str)],
}

/// An answer that could be read, by layer.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// return_code and result_code are SUCCESS, the sign holds, and it answers our question.
    Accepted(Params),
    /// The gateway refused, under its sign.
    Refused(Refusal),
    /// `return_code=FAIL`: never signed, so it explains and proves nothing.
    NotAccepted {
        /// The reason in the gateway's words.
        return_msg: String,
    },
}

/// A signed refusal (`result_code=FAIL`).
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `err_code`, such as ORDERPAID.
    pub err_code: String,
    /// `err_code_des` as sent.
    pub err_code_des: String,
    /// The whole answer.
    pub params: Params,
}

/// Why an answer counts for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerFault {
    /// Not a message at all.
    #[error("the answer cannot be read: {0}")]
    Xml(#[from] XmlError),
    /// Neither SUCCESS nor FAIL.
    #[error("the answer has no return_code of SUCCESS or FAIL")]
    NoReturnCode,
    /// Neither SUCCESS nor FAIL.
    #[error("the answer has no result_code of SUCCESS or FAIL")]
    NoResultCode,
    /// The sign is missing or wrong.
    #[error("the answer is not verified: {0}")]
    Sign(#[from] SignFault),
    /// A good sign over the answer to another question.
    #[error("the answer is about something else: {field} is {answered:?}, asked was {asked:?}")]
    Mismatch {
        /// The wire's name of the field.
        field: String,
        /// What we asked about.
        asked: String,
        /// What came back.
        answered: String,
    },
}

/// Reads and verifies an answer to an XML endpoint.
pub fn read(body: &[u8], asked: &Asked<'_>) -> Result<Answer, AnswerFault> {
    let params = xml::read(body, "xml")?;
    match params.filled("return_code") {
        Some("SUCCESS") => {}
        Some("FAIL") => {
            // The sandbox says `retmsg` (§1.4).
            let return_msg =
                params.filled("return_msg").or_else(|| params.filled("retmsg")).unwrap_or_default().to_owned();
            return Ok(Answer::NotAccepted { return_msg });
        }
        _ => return Err(AnswerFault::NoReturnCode),
    }
    sign::verify(&params, asked.key, asked.sign_type)?;
    let own = [("appid", asked.appid), ("mch_id", asked.mch_id)];
    for (field, ours) in own.iter().chain(asked.echoes) {
        if let Some(theirs) = params.filled(field).filter(|theirs| theirs != ours) {
            return Err(AnswerFault::Mismatch {
                field: (*field).to_owned(),
                asked: (*ours).to_owned(),
                answered: theirs.to_owned(),
            });
        }
    }
    match params.filled("result_code") {
        Some("SUCCESS") => Ok(Answer::Accepted(params)),
        Some("FAIL") => Ok(Answer::Refused(Refusal {
            err_code: params.filled("err_code").unwrap_or_default().to_owned(),
            err_code_des: params.filled("err_code_des").unwrap_or_default().to_owned(),
            params,
        })),
        _ => Err(AnswerFault::NoResultCode),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Secret {
        Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec())
    }

    fn signed(pairs: &[(&str, &str)]) -> String {
        let mut params = Params::from_pairs(pairs.iter().copied()).unwrap();
        let sign = sign::sign(&params, &key(), SignType::Md5);
        params.push("sign", &sign).unwrap();
        xml::write(&params, xml::is_amount).unwrap()
    }

    fn open(body: &str) -> Result<Answer, AnswerFault> {
        read(
            body.as_bytes(),
            &Asked {
                appid: "wx1",
                mch_id: "19",
                sign_type: SignType::Md5,
                key: &key(),
                echoes: &[("out_trade_no", "T20240102")],
            },
        )
    }

    const GOOD: [(&str, &str); 5] = [
        ("return_code", "SUCCESS"),
        ("appid", "wx1"),
        ("mch_id", "19"),
        ("result_code", "SUCCESS"),
        ("out_trade_no", "T20240102"),
    ];

    fn with(field: &str, value: &str) -> String {
        signed(&GOOD.map(|(name, old)| (name, if name == field { value } else { old })))
    }

    #[test]
    fn an_unsigned_failure_is_kept_apart_from_a_signed_refusal() {
        let unsigned = "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[签名错误，请检查后再试]]></return_msg></xml>";
        assert_eq!(open(unsigned), Ok(Answer::NotAccepted { return_msg: "签名错误，请检查后再试".into() }));
        let refused = signed(&[
            ("return_code", "SUCCESS"),
            ("result_code", "FAIL"),
            ("err_code", "ORDERNOTEXIST"),
            ("err_code_des", "order not exist"),
        ]);
        assert!(matches!(open(&refused), Ok(Answer::Refused(refusal)) if refusal.err_code == "ORDERNOTEXIST"));
    }

    #[test]
    fn a_wrong_or_missing_sign_verifies_nothing() {
        assert_eq!(
            open(&with("out_trade_no", "T20240102").replace("T20240102", "T20240103")),
            Err(AnswerFault::Sign(SignFault::Mismatch))
        );
        assert_eq!(
            open("<xml><return_code>SUCCESS</return_code><result_code>SUCCESS</result_code></xml>"),
            Err(AnswerFault::Sign(SignFault::Missing))
        );
    }

    #[test]
    fn a_good_sign_over_another_order_merchant_or_app_is_a_mismatch() {
        assert!(
            matches!(open(&with("out_trade_no", "T20240103")), Err(AnswerFault::Mismatch { field, .. }) if field == "out_trade_no")
        );
        assert!(matches!(open(&with("mch_id", "20")), Err(AnswerFault::Mismatch { field, .. }) if field == "mch_id"));
        assert!(matches!(open(&with("appid", "wx2")), Err(AnswerFault::Mismatch { field, .. }) if field == "appid"));
    }

    #[test]
    fn missing_codes_are_not_taken_for_success() {
        assert_eq!(open("<xml><result_code>SUCCESS</result_code></xml>"), Err(AnswerFault::NoReturnCode));
        assert_eq!(open(&signed(&[("return_code", "SUCCESS")])), Err(AnswerFault::NoResultCode));
        assert_eq!(open(&with("result_code", "success")), Err(AnswerFault::NoResultCode));
    }

    #[test]
    fn the_good_answer_is_accepted() {
        assert!(matches!(open(&signed(&GOOD)), Ok(Answer::Accepted(_))));
    }
}
