//! When an order is asked about next, and why then.

use desk_store::{Advice, Observation, Order, OrderState, Origin, PollPolicy, Schedule, Source};
use wxpay_protocol::UtcMs;

use crate::pace::HeldBack;

/// The next question about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextQuestion {
    /// When it is due; what is sent then also waits for its turn among the others.
    pub at: UtcMs,
    /// Why then.
    pub why: WhyThen,
    /// Why nothing is sent to the gateway at the moment, if that is so: the question waits for the end of that.
    pub held_back: Option<HeldBack>,
}

/// Why a question is due when it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyThen {
    /// A file says that the order exists and is open; nobody asked about it yet.
    Claimed,
    /// Its creation was sent or is about to be; the first question comes after the time of an answer.
    FirstAfterCreation,
    /// Nobody knows whether its creation arrived: the question decides whether it is sent again, unchanged.
    CreationUnknown,
    /// The gateway does not have it: its creation is sent again, unchanged.
    SendAgain,
    /// A notice or a payment hints that it changed, which only a signed answer may say.
    Hinted,
    /// What came in last can only be explained by an answer.
    ToExplain,
    /// It expires then: it is asked about a last time and, if it is unpaid, closed.
    Expiry,
    /// Nothing was final yet; it is asked about after longer and longer pauses.
    Ladder {
        /// Which question of the ladder it is, 1 or more.
        question: u32,
        /// Seconds between the last answer and the question.
        gap_s: u32,
    },
}

impl WhyThen {
    /// The word that the window translates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::FirstAfterCreation => "first_after_creation",
            Self::CreationUnknown => "creation_unknown",
            Self::SendAgain => "send_again",
            Self::Hinted => "hinted",
            Self::ToExplain => "to_explain",
            Self::Expiry => "expiry",
            Self::Ladder { .. } => "ladder",
        }
    }

    /// One sentence in Chinese and in English.
    pub fn sentence(self) -> (String, String) {
        let (zh, en) = match self {
            Self::Ladder { question, gap_s } => {
                return (
                    format!("尚未到终态，第 {question} 次轮询，距上次应答 {gap_s} 秒"),
                    format!("not final yet: question {question} of the ladder, {gap_s} s after the last answer"),
                );
            }
            Self::Claimed => (
                "导入的文件称此单未结束，尚未向微信核实",
                "an imported file says that it is open; nobody asked about it yet",
            ),
            Self::FirstAfterCreation => (
                "下单请求已提交，等应答时限过后首次查单",
                "its creation was sent; the first question comes after the time of an answer",
            ),
            Self::CreationUnknown => (
                "下单结果未知，查单后决定是否原样重发",
                "its creation is unknown; the answer decides whether it is sent again, unchanged",
            ),
            Self::SendAgain => (
                "微信侧没有此单，用原单号原样重发下单请求",
                "the gateway does not have it; its creation is sent again, unchanged",
            ),
            Self::Hinted => (
                "收到可能已变化的提示，以签名的查单应答为准",
                "something hints that it changed, which only a signed answer may say",
            ),
            Self::ToExplain => ("最近收到的内容需查单才能解释", "what came in last can only be explained by an answer"),
            Self::Expiry => (
                "订单到期，最后查一次，未支付则关单",
                "it expires then: asked about a last time and, if unpaid, closed",
            ),
        };
        (zh.to_owned(), en.to_owned())
    }
}

/// Why the next question about an order is due when it is; nothing when none is.
pub(crate) fn next_question(
    order: &Order,
    schedule: Schedule,
    observations: &[Observation],
    policy: &PollPolicy,
    held_back: Option<HeldBack>,
) -> Option<NextQuestion> {
    let at = order.next_query_at?;
    let why = why_then(order, at, schedule, observations, policy);
    Some(NextQuestion { at, why, held_back })
}

fn why_then(
    order: &Order,
    at: UtcMs,
    schedule: Schedule,
    observations: &[Observation],
    policy: &PollPolicy,
) -> WhyThen {
    let asked = |seen: &&Observation| seen.evidence.source != Source::Import;
    let newest_asked = observations.iter().filter(asked).map(|seen| seen.evidence.asked_seq).max().unwrap_or_default();
    if schedule.hint_seq > newest_asked {
        return WhyThen::Hinted;
    }
    if order.advice == Advice::Resend {
        return WhyThen::SendAgain;
    }
    let Some(last) = observations.iter().rfind(asked) else {
        return if order.origin == Origin::Test { WhyThen::FirstAfterCreation } else { WhyThen::Claimed };
    };
    if order.state == OrderState::Creating {
        return WhyThen::CreationUnknown;
    }
    if order.expires_at == Some(at) {
        return WhyThen::Expiry;
    }
    if schedule.poll_step == 0 {
        return WhyThen::ToExplain;
    }
    let gap_s =
        policy.gap_ms(schedule.poll_step - 1).unwrap_or_else(|| at.0.saturating_sub(last.evidence.received_at.0))
            / 1000;
    let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    WhyThen::Ladder { question: number(schedule.poll_step), gap_s: number(gap_s) }
}
