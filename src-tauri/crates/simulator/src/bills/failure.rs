//! How the endpoints that answer with text refuse: downloadbill by error_code (protocol page §6.6), the others by err_code.

use super::switches::BillSwitches;
use crate::answer::Answer;
use crate::check::Unsigned;
use crate::endpoint::Endpoint;
use crate::text;

/// Why downloadbill gives no bill: error_code and return_msg, exactly as WeChat writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BillFailure {
    error_code: &'static str,
    return_msg: &'static str,
}

impl BillFailure {
    pub(super) const NO_BILL_EXIST: Self = Self::new("20002", "No Bill Exist");
    pub(super) const BILL_CREATING: Self = Self::new("20002", "Bill Creating");
    pub(super) const BILL_TYPE: Self = Self::new("20001", "invalid bill_type");
    pub(super) const BILL_DATE: Self = Self::new("20001", "invalid bill_date");
    pub(super) const TAR_TYPE: Self = Self::new("20001", "invalid tar_type, Only GZIP supported");
    /// No source has its number; 20003 is that of a download that failed.
    pub(super) const COMPRESS: Self = Self::new("20003", "CompressGZip Error");

    const fn new(error_code: &'static str, return_msg: &'static str) -> Self {
        Self { error_code, return_msg }
    }

    /// Its words for a request that did not get past its sign.
    fn of(refused: &Unsigned) -> Self {
        let return_msg = match &*refused.return_msg {
            text::BAD_SIGN => "sign error",
            text::LACK_PARAMS => "missing parameter",
            text::REQUIRE_POST => text::REQUIRE_POST,
            text::POST_DATA_EMPTY => "empty post data",
            text::XML_FORMAT | text::NOT_UTF8 => "data format error",
            text::NO_SUCH_APPID | text::APPID_MCH_ID_MISMATCH | text::APPID_LENGTH => "invalid appid",
            text::SYSTEM_ERROR => return Self::new("20003", "system error"),
            other if other.contains("/nonce_str”") => "nonce_str too long",
            _ => "invalid parameter",
        };
        Self::new("20001", return_msg)
    }

    pub(super) fn answer(self, reason: impl Into<String>) -> Answer {
        let Self { error_code, return_msg } = self;
        let body = format!(
            "<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[{return_msg}]]></return_msg>\n<error_code><![CDATA[{error_code}]]></error_code>\n</xml>"
        );
        Answer { reason: Some(reason.into()), ..Answer::new(Endpoint::DownloadBill, error_code, body) }
    }
}

/// What an endpoint with words of its own says to a request that was not accepted; nothing for the others.
pub(crate) fn of_unsigned(endpoint: Endpoint, refused: &Unsigned) -> Option<Answer> {
    (endpoint == Endpoint::DownloadBill).then(|| BillFailure::of(refused).answer(refused.reason.clone()))
}

/// Why downloadfundflow or batchquerycomment gives nothing: an err_code beside a result_code of FAIL, unsigned.
pub(super) fn text_refused(
    endpoint: Endpoint,
    err_code: &'static str,
    err_code_des: &str,
    switches: &BillSwitches,
    reason: impl Into<String>,
) -> Answer {
    let (return_code, return_msg) = if switches.refusal_says_fail { ("FAIL", err_code_des) } else { ("SUCCESS", "OK") };
    let body = format!(
        "<xml><return_code><![CDATA[{return_code}]]></return_code>\n<return_msg><![CDATA[{return_msg}]]></return_msg>\n<result_code><![CDATA[FAIL]]></result_code>\n<err_code><![CDATA[{err_code}]]></err_code>\n<err_code_des><![CDATA[{err_code_des}]]></err_code_des>\n</xml>"
    );
    Answer { reason: Some(reason.into()), ..Answer::new(endpoint, err_code, body) }
}
