//! What the gateway says about a doubtful order or refund: for programs, in Chinese and English, and as the store keeps it.

use desk_store::DayAnswer;
use wxpay_protocol::{Fen, RefundStatus, TradeState, UtcMs};

/// What the gateway says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewaySays {
    /// Verified: where an order stands.
    Order {
        /// Its state.
        state: TradeState,
        /// Its amount, where the answer has it.
        total_fee: Option<Fen>,
        /// WeChat's number, once it is paid.
        transaction_id: Option<String>,
        /// When it was paid.
        paid_at: Option<UtcMs>,
    },
    /// Verified: where a refund stands.
    Refund {
        /// Its state.
        status: RefundStatus,
        /// Its amount.
        refund_fee: Fen,
        /// WeChat's number.
        refund_id: String,
    },
    /// Verified: it has no such order or refund.
    Absent,
    /// No answer that can be believed, and why.
    Nothing(Silence),
}

/// Why there is no answer that can be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// WeChat Pay takes no such number; nothing was sent.
    NotANumber,
    /// The answer's signature does not hold.
    Unverified,
    /// Refused, signed: the code and its description.
    Refused(String),
    /// Refused without a signature: its return_msg.
    Unsigned(String),
    /// Verifiably not sent, and why, in English.
    NotSent(String),
    /// No answer, or none that can be read, and why, in English.
    Lost(String),
}

const ABSENT: &str = "NOTEXIST";
const UNKNOWN: &str = "UNKNOWN";

impl Silence {
    /// The word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotANumber => "not_a_number",
            Self::Unverified => "unverified",
            Self::Refused(_) => "refused",
            Self::Unsigned(_) => "unsigned",
            Self::NotSent(_) => "not_sent",
            Self::Lost(_) => "lost",
        }
    }

    /// What was said beside it.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::NotANumber | Self::Unverified => None,
            Self::Refused(text) | Self::Unsigned(text) | Self::NotSent(text) | Self::Lost(text) => Some(text),
        }
    }

    fn of(word: &str, detail: Option<&str>) -> Self {
        let text = detail.unwrap_or_default().to_owned();
        match word {
            "not_a_number" => Self::NotANumber,
            "unverified" => Self::Unverified,
            "refused" => Self::Refused(text),
            "unsigned" => Self::Unsigned(text),
            "not_sent" => Self::NotSent(text),
            _ => Self::Lost(text),
        }
    }

    const fn sentences(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotANumber => {
                ("这不是微信支付接受的单号，没有查询", "WeChat Pay takes no such number; nothing was asked")
            }
            Self::Unverified => {
                ("应答没有通过验签，不能采信：检查 API 密钥", "the answer's signature does not hold; check the API key")
            }
            Self::Refused(_) => ("微信支付拒绝了查询", "the gateway refused the question"),
            Self::Unsigned(_) => ("应答没有签名，不能采信", "the answer has no signature and cannot be believed"),
            Self::NotSent(_) => ("没有发出，请检查网络后再查", "not sent; check the network and ask again"),
            Self::Lost(_) => ("没有收到可用的应答，请稍后再查", "no usable answer came; ask again later"),
        }
    }
}

impl GatewaySays {
    /// The word for programs: a state, `NOTEXIST` or `UNKNOWN`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Order { state, .. } => state.as_str(),
            Self::Refund { status, .. } => status.as_str(),
            Self::Absent => ABSENT,
            Self::Nothing(_) => UNKNOWN,
        }
    }

    /// The sentence in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::Order { state, total_fee, paid_at, .. } => {
                let amount = total_fee.map(|fen| format!("，{}元", fen.yuan_text())).unwrap_or_default();
                let at = paid_at.map(|at| format!("，{}", at.dashed())).unwrap_or_default();
                format!("查单：{}{amount}{at}", state.meaning().0)
            }
            Self::Refund { status, refund_fee, .. } => {
                format!("查退款：{}，{}元", refund_words(*status).0, refund_fee.yuan_text())
            }
            Self::Absent => "微信支付没有这个单号".to_owned(),
            Self::Nothing(silence) => match silence.detail() {
                Some(detail) => format!("{}（{detail}）", silence.sentences().0),
                None => silence.sentences().0.to_owned(),
            },
        }
    }

    /// The sentence in English.
    pub fn english(&self) -> String {
        match self {
            Self::Order { state, total_fee, paid_at, .. } => {
                let amount = total_fee.map(|fen| format!(", {} yuan", fen.yuan_text())).unwrap_or_default();
                let at = paid_at.map(|at| format!(", {}", at.dashed())).unwrap_or_default();
                format!("the order: {}{amount}{at}", state.meaning().1)
            }
            Self::Refund { status, refund_fee, .. } => {
                format!("the refund: {}, {} yuan", refund_words(*status).1, refund_fee.yuan_text())
            }
            Self::Absent => "WeChat Pay has no such number".to_owned(),
            Self::Nothing(silence) => match silence.detail() {
                Some(detail) => format!("{} ({detail})", silence.sentences().1),
                None => silence.sentences().1.to_owned(),
            },
        }
    }

    /// As the store keeps it.
    pub(crate) fn answer(&self, asked_at: UtcMs, is_refund: bool) -> DayAnswer {
        let mut answer = DayAnswer {
            asked_at,
            is_refund,
            word: self.word().to_owned(),
            fee_fen: None,
            wechat_id: None,
            paid_at: None,
            silence: None,
            detail: None,
        };
        match self {
            Self::Order { total_fee, transaction_id, paid_at, .. } => {
                answer.fee_fen = total_fee.map(Fen::get);
                answer.wechat_id.clone_from(transaction_id);
                answer.paid_at = *paid_at;
            }
            Self::Refund { refund_fee, refund_id, .. } => {
                answer.fee_fen = Some(refund_fee.get());
                answer.wechat_id = Some(refund_id.clone());
            }
            Self::Absent => {}
            Self::Nothing(silence) => {
                answer.silence = Some(silence.word().to_owned());
                answer.detail = silence.detail().map(str::to_owned);
            }
        }
        answer
    }

    /// What the store kept.
    pub fn of(kept: &DayAnswer) -> Self {
        let fee = kept.fee_fen.and_then(Fen::new);
        let lost = || Self::Nothing(Silence::of(kept.silence.as_deref().unwrap_or_default(), kept.detail.as_deref()));
        if kept.word == ABSENT {
            return Self::Absent;
        }
        if kept.is_refund {
            return match (RefundStatus::parse(&kept.word), fee) {
                (Some(status), Some(refund_fee)) => {
                    Self::Refund { status, refund_fee, refund_id: kept.wechat_id.clone().unwrap_or_default() }
                }
                _ => lost(),
            };
        }
        TradeState::parse(&kept.word).map_or_else(lost, |state| Self::Order {
            state,
            total_fee: fee,
            transaction_id: kept.wechat_id.clone(),
            paid_at: kept.paid_at,
        })
    }
}

const fn refund_words(status: RefundStatus) -> (&'static str, &'static str) {
    match status {
        RefundStatus::Success => ("退款成功", "refunded"),
        RefundStatus::Processing => ("退款处理中", "under way"),
        RefundStatus::Change => ("退款异常", "the payer's account takes nothing"),
        RefundStatus::RefundClose => ("退款关闭", "closed, nothing was refunded"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back_and_has_words_in_both_languages() {
        let at = UtcMs(1_795_140_000_000);
        let fen = Fen::new(1990).unwrap();
        let said = [
            GatewaySays::Order {
                state: TradeState::Success,
                total_fee: Some(fen),
                transaction_id: Some("4200".into()),
                paid_at: Some(at),
            },
            GatewaySays::Refund { status: RefundStatus::Processing, refund_fee: fen, refund_id: "5000".into() },
            GatewaySays::Absent,
            GatewaySays::Nothing(Silence::NotANumber),
            GatewaySays::Nothing(Silence::Unverified),
            GatewaySays::Nothing(Silence::Refused("SYSTEMERROR 系统错误".into())),
            GatewaySays::Nothing(Silence::Unsigned("签名错误".into())),
            GatewaySays::Nothing(Silence::NotSent("no connection".into())),
            GatewaySays::Nothing(Silence::Lost("the connection broke".into())),
        ];
        for one in said {
            let kept = one.answer(at, matches!(one, GatewaySays::Refund { .. }));
            assert_eq!(GatewaySays::of(&kept), one);
            assert_eq!(kept.silence.is_some(), kept.word == UNKNOWN, "{kept:?}");
            assert!(!one.chinese().is_ascii() && one.english() != one.chinese(), "{one:?}");
        }
        assert!(GatewaySays::Absent.english().is_ascii());
    }
}
