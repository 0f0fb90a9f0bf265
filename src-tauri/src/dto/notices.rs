//! Notices: the listener, what arrived, and how it was judged.

use desk::{Forwarded, ListenStatus, NoticeDetail, NoticeOutcome, NoticePage};
use serde::{Deserialize, Serialize};

use crate::dto::evidence::Effect;
use crate::dto::number::{AtMs, Count};

mirrored! {
    /// What became of a notice.
    NoticeVerdict of desk_store::NoticeVerdict {
        /// Verified, and its order follows.
        Accepted = "accepted",
        /// The same was accepted before.
        Duplicate = "duplicate",
        /// Older than what is known.
        Stale = "stale",
        /// Genuine, of an order that is not known here.
        Orphan = "orphan",
        /// About a refund: it has a signed query asked.
        Hint = "hint",
        /// Not believed.
        Refused = "refused",
    }
}

/// The listener.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct Listener {
    pub(crate) url: String,
    pub(crate) notify_url: String,
    pub(crate) forward: Option<String>,
    /// The profile of the test back end, while it is served.
    pub(crate) shop: Option<String>,
    /// Where other machines reach the test back end; null where they do not.
    pub(crate) wide: Option<String>,
}

impl From<ListenStatus> for Listener {
    fn from(status: ListenStatus) -> Self {
        let ListenStatus { url, notify_url, forward, shop, wide } = status;
        Self { url, notify_url, forward, shop, wide }
    }
}

/// How to listen.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct ListenRequest {
    /// 0 takes a free one.
    pub(crate) port: u16,
    /// A random one where null.
    pub(crate) path: Option<String>,
    pub(crate) public_url: Option<String>,
    pub(crate) forward: Option<String>,
    /// The profile of the test back end; none is served where null.
    pub(crate) shop: Option<String>,
    /// Whether other machines reach the test back end; null where they do not.
    pub(crate) wide: Option<WideListening>,
}

/// Letting other machines reach the test back end, which a person agreed to.
#[derive(Debug, Deserialize, specta::Type)]
pub(crate) struct WideListening {
    /// On every network of this machine.
    pub(crate) port: u16,
    pub(crate) confirmation: String,
}

/// One check of a notice.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct NoticeCheck {
    pub(crate) name: &'static str,
    pub(crate) ok: bool,
    /// What was found, in English.
    pub(crate) detail: String,
}

/// A notice and how it was judged.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct NoticeRow {
    /// Nothing for one that was only looked at.
    pub(crate) id: Option<Count>,
    pub(crate) received_at: AtMs,
    /// `payment` or `refund`.
    pub(crate) kind: Option<&'static str>,
    pub(crate) profile: Option<String>,
    pub(crate) verdict: NoticeVerdict,
    pub(crate) checks: Vec<NoticeCheck>,
    pub(crate) answer: &'static str,
    pub(crate) took_ms: Option<Count>,
    pub(crate) duplicate_of: Option<Count>,
    pub(crate) attempt: u32,
    pub(crate) next_due_at: Option<AtMs>,
    pub(crate) effect: Option<Effect>,
    pub(crate) out_trade_no: Option<String>,
    pub(crate) out_refund_no: Option<String>,
    /// What req_info holds, where it opened: names and values.
    pub(crate) decrypted: Option<Vec<(String, String)>>,
}

fn count(number: i64) -> Count {
    Count::from(number.unsigned_abs())
}

impl From<NoticeOutcome> for NoticeRow {
    fn from(outcome: NoticeOutcome) -> Self {
        let checks = outcome.checks.into_iter();
        Self {
            id: outcome.id.map(count),
            received_at: outcome.received_at.into(),
            kind: outcome.kind.map(wxpay_protocol::notice_check::NoticeKind::as_str),
            profile: outcome.profile,
            verdict: outcome.verdict.into(),
            checks: checks.map(|check| NoticeCheck { name: check.name, ok: check.ok, detail: check.detail }).collect(),
            answer: outcome.answer,
            took_ms: outcome.took_ms.map(count),
            duplicate_of: outcome.duplicate_of.map(count),
            attempt: outcome.attempt,
            next_due_at: outcome.next_due_at.map(Into::into),
            effect: outcome.effect.map(Into::into),
            out_trade_no: outcome.out_trade_no,
            out_refund_no: outcome.out_refund_no,
            decrypted: outcome.decrypted,
        }
    }
}

/// A stretch of the list.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct NoticesPage {
    pub(crate) total: Count,
    pub(crate) rows: Vec<NoticeRow>,
}

impl From<NoticePage> for NoticesPage {
    fn from(page: NoticePage) -> Self {
        Self { total: page.total.into(), rows: page.rows.into_iter().map(Into::into).collect() }
    }
}

/// What a program on this machine answered to a notice.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct NoticeForwarded {
    pub(crate) url: String,
    pub(crate) status: Option<u32>,
    pub(crate) answer: String,
    pub(crate) took_ms: Option<Count>,
}

impl NoticeForwarded {
    pub(crate) fn of(url: String, said: Forwarded) -> Self {
        Self { url, status: Some(said.status.into()), answer: said.answer, took_ms: Some(count(said.took_ms)) }
    }
}

/// A notice with its bytes.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct NoticeView {
    pub(crate) notice: NoticeRow,
    /// Its bytes as text; of a refused one the beginning.
    pub(crate) body: String,
    /// Whether that is only the beginning, which cannot be replayed.
    pub(crate) is_cut: bool,
    pub(crate) peer: Option<String>,
    pub(crate) forward: Option<NoticeForwarded>,
}

impl From<NoticeDetail> for NoticeView {
    fn from(detail: NoticeDetail) -> Self {
        let forward = detail.forward.map(|forward| NoticeForwarded {
            url: forward.url,
            status: forward.status.and_then(|status| u32::try_from(status).ok()),
            answer: forward.answer,
            took_ms: forward.took_ms.map(count),
        });
        Self {
            notice: detail.outcome.into(),
            body: String::from_utf8_lossy(&detail.body).into_owned(),
            is_cut: detail.is_cut,
            peer: detail.peer,
            forward,
        }
    }
}
