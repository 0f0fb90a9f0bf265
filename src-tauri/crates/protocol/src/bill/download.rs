//! Fetching bills: what is asked for, and what WeChat Pay says where it gives none (protocol page §4.6, §4.7, §6.6).

use super::lines::not_a_bill;
use super::{AccountType, BillRefusal, BillType};
use crate::close_order::signed_later;
use crate::ids::{Appid, MchId, NonceStr};
use crate::{Params, SignType, UtcMs};

/// Path of downloadbill.
pub const TRADES_PATH: &str = "/pay/downloadbill";
/// Path of downloadfundflow, which needs the merchant's certificate.
pub const FUND_FLOW_PATH: &str = "/pay/downloadfundflow";

/// A day's bill is complete so many milliseconds after the day's beginning: at 10:00 of the next day.
const COMPLETE_AFTER_MS: i64 = 34 * 3_600_000;

/// Which bill of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BillKind {
    /// Trades (交易账单).
    Trades(BillType),
    /// The movements of one account (资金账单).
    FundFlow(AccountType),
}

impl BillKind {
    /// The path of its endpoint.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Trades(_) => TRADES_PATH,
            Self::FundFlow(_) => FUND_FLOW_PATH,
        }
    }

    /// How its request is signed: fund flows take HMAC-SHA256 only.
    pub const fn sign_type(self, of_merchant: SignType) -> SignType {
        match self {
            Self::Trades(_) => of_merchant,
            Self::FundFlow(_) => SignType::HmacSha256,
        }
    }

    /// A word for names of files: `ALL`, `SUCCESS`, `REFUND`, `RECHARGE_REFUND`, `FUNDFLOW-Basic` and so on.
    pub fn word(self) -> String {
        match self {
            Self::Trades(kind) => kind.as_str().to_owned(),
            Self::FundFlow(account) => format!("FUNDFLOW-{}", account.as_str()),
        }
    }
}

/// The parameters of a download, without `sign`. `packed` asks for a gzip file.
pub fn request(
    appid: &Appid,
    mch_id: &MchId,
    (day, kind, packed): (UtcMs, BillKind, bool),
    nonce_str: &NonceStr,
    sign_type: SignType,
) -> Params {
    let bill_date = day.day().replace('-', "");
    let mut fields = vec![
        ("appid", appid.as_str()),
        ("mch_id", mch_id.as_str()),
        ("nonce_str", nonce_str.as_str()),
        ("bill_date", bill_date.as_str()),
        match kind {
            BillKind::Trades(kind) => ("bill_type", kind.as_str()),
            BillKind::FundFlow(account) => ("account_type", account.as_str()),
        },
    ];
    if packed {
        fields.push(("tar_type", "GZIP"));
    }
    signed_later(&fields, kind.sign_type(sign_type))
}

/// From when on the bill of a day can be fetched: 10:00 Beijing time of the next day.
pub fn complete_at(day: UtcMs) -> UtcMs {
    day.start_of_day().plus_ms(COMPLETE_AFTER_MS)
}

/// Why there is no bill, in WeChat Pay's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoBill {
    /// `error_code`, or the fund flow's `err_code`.
    pub error_code: String,
    /// `return_msg`, or the fund flow's `err_code_des`.
    pub return_msg: String,
}

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBillMeaning {
    /// Nothing was traded on that day.
    NoTrade,
    /// It is being made.
    Creating,
    /// The sign does not hold.
    Sign,
    /// Another parameter is not accepted.
    Parameter,
    /// The merchant's permission for bills was taken away.
    NotPermitted,
    /// A failure of the gateway.
    Failed,
    /// A code that the protocol does not know.
    Other,
}

impl NoBill {
    /// Reads an answer that came instead of a bill.
    ///
    /// # Errors
    ///
    /// It is neither a bill nor a refusal of a bill.
    pub fn read(body: &[u8]) -> Result<Self, BillRefusal> {
        match not_a_bill(body) {
            BillRefusal::Answer { return_msg, error_code } => Ok(Self { error_code, return_msg }),
            other => Err(other),
        }
    }

    /// What it means: by the text where the number stands for several things, in whatever case it is written.
    pub fn meaning(&self) -> NoBillMeaning {
        let text = self.return_msg.to_ascii_lowercase();
        match (self.error_code.as_str(), text.as_str()) {
            ("NO_BILL_EXIST", _) | (_, "no bill exist") => NoBillMeaning::NoTrade,
            ("BILL_CREATING", _) | (_, "bill creating") => NoBillMeaning::Creating,
            (_, "sign error") => NoBillMeaning::Sign,
            ("20001" | "PARAM_ERROR", _) => NoBillMeaning::Parameter,
            ("20007", _) => NoBillMeaning::NotPermitted,
            ("100" | "20003" | "20100" | "SYSTEMERROR", _) | (_, "compressgzip error" | "uncompressgzip error") => {
                NoBillMeaning::Failed
            }
            _ => NoBillMeaning::Other,
        }
    }
}

impl NoBillMeaning {
    /// What it means and what to do, in Chinese and in English.
    pub const fn sentences(self) -> (&'static str, &'static str) {
        match self {
            Self::NoTrade => ("当天没有交易，没有账单", "nothing was traded on that day, so there is no bill"),
            Self::Creating => ("账单还在生成，10 点以后再下载", "the bill is being made; download it after 10:00"),
            Self::Sign => (
                "签名错误：检查 API 密钥是不是这个商户号的",
                "the sign was refused; check that the API key is the one of this merchant",
            ),
            Self::Parameter => (
                "参数不被接受：检查日期（最近三个月内）和类型",
                "a parameter was refused; check the date (within three months) and the type",
            ),
            Self::NotPermitted => (
                "商户号的账单权限已关闭，请联系微信支付",
                "the merchant may not fetch bills; ask WeChat Pay to open it again",
            ),
            Self::Failed => ("微信支付一侧下载失败，请稍后再试", "WeChat Pay could not give the bill; try again later"),
            Self::Other => ("微信支付拒绝了下载", "WeChat Pay refused the download"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: &str, text: &str) -> NoBillMeaning {
        NoBill { error_code: code.into(), return_msg: text.into() }.meaning()
    }

    #[test]
    fn refusals_are_known_by_their_texts_where_their_numbers_say_several_things() {
        for (code, text, meaning) in [
            ("20002", "No Bill Exist", NoBillMeaning::NoTrade),
            ("20002", "NO Bill Exist", NoBillMeaning::NoTrade),
            ("20002", "Bill Creating", NoBillMeaning::Creating),
            ("20001", "SIGN ERROR", NoBillMeaning::Sign),
            ("20001", "invalid bill_date", NoBillMeaning::Parameter),
            ("20007", "当前商户号账单API权限已经关闭", NoBillMeaning::NotPermitted),
            ("100", "SYSTEMERROR", NoBillMeaning::Failed),
            ("–", "CompressGZip Error", NoBillMeaning::Failed),
            ("NO_BILL_EXIST", "账单不存在", NoBillMeaning::NoTrade),
            ("BILL_CREATING", "账单未生成", NoBillMeaning::Creating),
            ("29999", "what nobody has seen", NoBillMeaning::Other),
        ] {
            assert_eq!(refusal(code, text), meaning, "{code} {text}");
        }
    }

    #[test]
    fn an_answer_is_read_whichever_of_the_two_endpoints_it_is_of() {
        let trades = b"<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[No Bill Exist]]></return_msg>\n<error_code><![CDATA[20002]]></error_code>\n</xml>";
        assert_eq!(
            NoBill::read(trades).unwrap(),
            NoBill { error_code: "20002".into(), return_msg: "No Bill Exist".into() }
        );
        let flow = "<xml><return_code>FAIL</return_code><return_msg>账单不存在</return_msg><result_code>FAIL</result_code><err_code>NO_BILL_EXIST</err_code><err_code_des>账单不存在</err_code_des></xml>";
        assert_eq!(NoBill::read(flow.as_bytes()).unwrap().meaning(), NoBillMeaning::NoTrade);
        assert_eq!(NoBill::read(b"<html><body>proxy</body></html>").unwrap_err(), BillRefusal::Markup);
        assert!(NoBill::read(b"").is_err());
    }

    #[test]
    fn a_request_names_the_day_and_fund_flows_are_signed_with_hmac_whatever_the_merchant_uses() {
        let (appid, mch_id) = (Appid::new("wx0000000000000001").unwrap(), MchId::new("1900000001").unwrap());
        let nonce = NonceStr::new("n").unwrap();
        let day = UtcMs::parse_dashed("2024-01-02 03:04:05").unwrap();
        let fields = |kind, packed| {
            let request = request(&appid, &mch_id, (day, kind, packed), &nonce, SignType::Md5);
            request.iter().skip(3).map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
        };
        assert_eq!(fields(BillKind::Trades(BillType::All), false), "bill_date=20240102&bill_type=ALL");
        assert_eq!(fields(BillKind::Trades(BillType::Refund), false), "bill_date=20240102&bill_type=REFUND");
        assert_eq!(
            fields(BillKind::FundFlow(AccountType::Basic), true),
            "bill_date=20240102&account_type=Basic&tar_type=GZIP&sign_type=HMAC-SHA256"
        );
        assert_eq!(complete_at(day).dashed(), "2024-01-03 10:00:00");
    }
}
