//! What a person or a script is told about a refund, and when its money arrives.

use desk_store::{
    Advice, Effect, NewRefundObservation, RecordedRefund, Refund, RefundEvent, RefundReason, RefundState,
};
use wxpay_protocol::{Fen, error_code};

/// One refund after one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundResult {
    /// The profile.
    pub profile: String,
    /// The order.
    pub out_trade_no: String,
    /// The refund.
    pub out_refund_no: String,
    /// Its amount.
    pub refund_fee: Fen,
    /// The state now.
    pub state: RefundState,
    /// Whether evidence disagrees and a person is needed.
    pub conflict: bool,
    /// One English sentence: what is known, and what happens next.
    pub detail: String,
    /// `err_code` of a signed refusal.
    pub err_code: Option<String>,
    /// `err_code_des` of a signed refusal.
    pub err_code_des: Option<String>,
    /// The text of an unsigned `return_code=FAIL`.
    pub return_msg: Option<String>,
    /// What the answer did to the refund.
    pub effect: Effect,
    /// Why.
    pub reason: RefundReason,
    outcome: Said,
}

/// What the exchange itself said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Accepted,
    Known,
    Absent,
    No,
    Nothing,
}

impl RefundResult {
    pub(crate) fn new(
        refund: &Refund,
        path: &str,
        observation: &NewRefundObservation,
        recorded: &RecordedRefund,
    ) -> Self {
        let (err_code, err_code_des, return_msg) = match &observation.event {
            RefundEvent::Refused { err_code, err_code_des, .. } => {
                (Some(err_code.clone()), Some(err_code_des.clone()), None)
            }
            RefundEvent::NotExist { err_code_des } => {
                (Some("REFUNDNOTEXIST".to_owned()), Some(err_code_des.clone()), None)
            }
            RefundEvent::UnsignedFail { return_msg } => (None, None, Some(return_msg.clone())),
            _ => (None, None, None),
        };
        Self {
            profile: refund.profile.clone(),
            out_trade_no: refund.out_trade_no.to_string(),
            out_refund_no: refund.out_refund_no.to_string(),
            refund_fee: refund.refund_fee,
            state: recorded.state,
            conflict: recorded.conflict,
            detail: detail(path, observation, recorded),
            err_code,
            err_code_des,
            return_msg,
            effect: recorded.effect,
            reason: recorded.reason,
            outcome: said(observation),
        }
    }

    /// Whether the gateway accepted it just now.
    pub(crate) fn was_accepted(&self) -> bool {
        self.outcome == Said::Accepted
    }

    /// The exit status of the command line: 0 accepted or known, 1 the gateway has no such refund, 4 not sent or refused, 5
    /// unknown.
    pub fn exit_status(&self) -> u8 {
        match self.outcome {
            Said::Accepted | Said::Known => 0,
            Said::Absent => 1,
            Said::No => 4,
            Said::Nothing => 5,
        }
    }
}

fn said(observation: &NewRefundObservation) -> Said {
    match (&observation.event, observation.verified) {
        (RefundEvent::NotSent { .. } | RefundEvent::UnsignedFail { .. }, _) | (RefundEvent::Refused { .. }, true) => {
            Said::No
        }
        (RefundEvent::Unknown { .. }, _) | (_, false) => Said::Nothing,
        (RefundEvent::Accepted { .. }, true) => Said::Accepted,
        (RefundEvent::Reported(_), true) => Said::Known,
        (RefundEvent::NotExist { .. }, true) => Said::Absent,
    }
}

fn detail(path: &str, observation: &NewRefundObservation, recorded: &RecordedRefund) -> String {
    let state = recorded.state;
    match &observation.event {
        _ if recorded.effect == Effect::Conflict => {
            format!("the answer contradicts what is known ({}); a person must look at the refund", recorded.reason)
        }
        RefundEvent::Accepted { .. } => "accepted, not yet refunded; a query tells what becomes of it".into(),
        RefundEvent::Reported(seen) => {
            let words = arrival(state, seen.refund_channel.as_deref(), seen.recv_account.as_deref());
            format!("{state}: {}", words.1)
        }
        RefundEvent::NotExist { .. } if state == RefundState::Rejected => {
            "the gateway verifiably never accepted it; its amount is free again".into()
        }
        RefundEvent::NotExist { .. } => {
            "REFUNDNOTEXIST: the gateway has no such refund yet; its amount stays held until that is certain".into()
        }
        RefundEvent::Refused { err_code, err_code_des, .. } => match error_code::meaning(path, err_code) {
            Some(meaning) => format!("{err_code} {err_code_des}: {}; {}", meaning.en, meaning.action_en),
            None => format!("{err_code}: {err_code_des}"),
        },
        RefundEvent::NotSent { why } => format!("{why}; nothing was sent"),
        RefundEvent::UnsignedFail { return_msg } => {
            format!(
                "refused without a signature: {return_msg}; its amount stays held until queries agree that it does not exist"
            )
        }
        RefundEvent::Unknown { why } => {
            format!("{why}; the outcome is unknown, a query with the same number decides; never use a new one")
        }
    }
}

/// Why a refund is asked about when it is next, in Chinese and in English; nothing where no question comes.
pub fn why_asked(refund: &Refund) -> Option<(&'static str, &'static str)> {
    refund.next_query_at?;
    if refund.advice == Advice::Resend {
        return Some((
            "微信侧没有此退款，用原退款单号原样重发申请",
            "the gateway does not have it; its request is sent again, unchanged",
        ));
    }
    Some(match refund.state {
        RefundState::Reserved | RefundState::Unknown => (
            "申请结果未知，用同一退款单号查询后才能确定",
            "the outcome of its request is unknown; a query with the same number decides",
        ),
        RefundState::Change => (
            "退款异常，等商户处理，很少再查询",
            "the payer's card takes nothing; it is asked about rarely until somebody handles it",
        ),
        RefundState::Submitted
        | RefundState::Processing
        | RefundState::Success
        | RefundState::RefundClose
        | RefundState::Rejected => (
            "还没有最终结果，按设置的阶梯越查越疏；收到退款通知会立即查询",
            "not final yet: asked about after longer and longer pauses, and at once when a notice comes",
        ),
    })
}

/// When the money arrives, in Chinese and in English (protocol page §4.5): by where the refund stands, its channel and the
/// account that WeChat names. Whoever says how long it takes says it in these words.
pub fn arrival(state: RefundState, channel: Option<&str>, recv_account: Option<&str>) -> (&'static str, &'static str) {
    let balance = recv_account.is_some_and(|account| account.contains("零钱"));
    match (state, channel) {
        (RefundState::Reserved | RefundState::Submitted, _) => {
            ("已提交，尚未退款，稍后会再查询", "submitted, not yet refunded; it is asked about again")
        }
        (RefundState::Unknown, _) => (
            "结果未知：用同一退款单号查询中，请勿换单号重新退款",
            "unknown: it is asked about under the same number; do not refund again under another one",
        ),
        (RefundState::Rejected, _) => ("未受理：没有退款，金额已释放", "not accepted: nothing was refunded"),
        (RefundState::RefundClose, _) => {
            ("退款关闭：没有退款，可以重新申请", "closed: nothing was refunded; a new refund may be asked for")
        }
        (RefundState::Change, _) => (
            "退款异常：用户的卡已作废或冻结，请到商户平台-交易中心处理",
            "the payer's card takes nothing; handle it in the merchant platform's transaction centre",
        ),
        (RefundState::Success, Some("OTHER_BALANCE" | "BALANCE")) => (
            "退款成功：已退到用户的零钱（原账户不能收款）",
            "refunded: it went to the payer's WeChat balance, because the original account takes nothing",
        ),
        (RefundState::Success, Some("OTHER_BANKCARD")) => (
            "退款成功：已退到用户的另一张银行卡，以银行入账为准",
            "refunded to another card of the payer; the bank decides when it shows",
        ),
        (RefundState::Success, _) if balance => ("退款成功：已退回用户零钱", "refunded to the payer's WeChat balance"),
        (RefundState::Success, _) => (
            "退款成功：已退回原支付账户，以银行入账为准",
            "refunded to the account that paid; the bank decides when it shows",
        ),
        (RefundState::Processing, _) if balance => {
            ("处理中，退回零钱一般 20 分钟内到账", "under way, to the balance usually within 20 minutes")
        }
        (RefundState::Processing, _) if recv_account.is_some_and(|account| !account.is_empty()) => (
            "处理中，退回银行卡一般 1–3 个工作日到账",
            "under way, to a bank card usually within one to three working days",
        ),
        (RefundState::Processing, _) => (
            "处理中，退回零钱一般 20 分钟内到账，退回银行卡一般 1–3 个工作日到账",
            "under way, to the balance usually within 20 minutes, to a bank card within one to three working days",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_money_goes_and_when_is_said_for_each_channel_and_account_in_both_languages() {
        let card = Some("招商银行信用卡0403");
        for (state, channel, account, zh, en) in [
            (RefundState::Processing, Some("ORIGINAL"), Some("支付用户的零钱"), "20 分钟", "20 minutes"),
            (RefundState::Processing, Some("ORIGINAL"), card, "1–3 个工作日", "one to three working days"),
            (RefundState::Processing, None, None, "1–3 个工作日", "one to three working days"),
            (RefundState::Processing, None, Some(""), "20 分钟", "20 minutes"),
            (RefundState::Success, Some("ORIGINAL"), Some("支付用户零钱"), "已退回用户零钱", "WeChat balance"),
            (RefundState::Success, Some("ORIGINAL"), card, "原支付账户", "the account that paid"),
            (RefundState::Success, None, None, "原支付账户", "the account that paid"),
            (RefundState::Success, Some("BALANCE"), card, "用户的零钱（原账户不能收款）", "takes nothing"),
            (RefundState::Success, Some("OTHER_BALANCE"), card, "用户的零钱（原账户不能收款）", "takes nothing"),
            (RefundState::Success, Some("OTHER_BANKCARD"), card, "另一张银行卡", "another card"),
            (RefundState::Change, Some("ORIGINAL"), card, "商户平台", "merchant platform"),
            (RefundState::RefundClose, None, None, "没有退款，可以重新申请", "nothing was refunded"),
            (RefundState::Rejected, None, None, "金额已释放", "not accepted"),
            (RefundState::Submitted, None, None, "尚未退款", "not yet refunded"),
            (RefundState::Unknown, None, None, "请勿换单号", "under the same number"),
        ] {
            let said = arrival(state, channel, account);
            assert!(said.0.contains(zh) && said.1.contains(en), "{state} {channel:?} {account:?}: {said:?}");
        }
        let to_a_card = arrival(RefundState::Processing, None, card);
        assert!(!to_a_card.0.contains("零钱") && !to_a_card.1.contains("balance"), "{to_a_card:?}");
    }
}
