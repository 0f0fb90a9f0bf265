//! The last exchanges with their exact bytes, and how often each endpoint gave each answer.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use wxpay_protocol::UtcMs;

/// How many exchanges are kept.
pub const KEPT_EXCHANGES: usize = 500;

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// 1, 2, 3 … since the gateway was started.
    pub id: u64,
    /// When it ended, in virtual time.
    pub at: UtcMs,
    /// `received` by the gateway, or `sent` by it (a notice).
    pub direction: Direction,
    /// The HTTP method.
    pub method: String,
    /// The path asked for; the whole notify_url for a notice.
    pub path: String,
    /// The request's Content-Type, if it had one.
    pub content_type: Option<String>,
    /// The request's body, exactly.
    pub request: Bytes,
    /// The status of the answer; 0 when a notice was not answered.
    pub status: u16,
    /// The answer's body, exactly.
    pub response: Bytes,
    /// From the request's last byte to the answer, in microseconds.
    pub took_us: u64,
    /// The endpoint's name, `notice` for notices, `-` for none.
    pub endpoint: &'static str,
    /// `SUCCESS`, an err_code, `FAIL`; `ACKNOWLEDGED` or `UNACKNOWLEDGED` for notices.
    pub outcome: &'static str,
    /// Why it was refused, in more detail than the wire says.
    pub reason: Option<String>,
}

/// Who asked whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The gateway was asked.
    Received,
    /// The gateway asked (a notice).
    Sent,
}

impl Direction {
    /// `received` or `sent`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Sent => "sent",
        }
    }
}

impl Exchange {
    /// One line: `orderquery → ORDERNOTEXIST`.
    pub fn summary(&self) -> String {
        match &self.reason {
            Some(reason) => format!("{} → {} ({reason})", self.endpoint, self.outcome),
            None => format!("{} → {}", self.endpoint, self.outcome),
        }
    }

    /// A curl command for a shell that sends the same bytes again. `base_url` is where the gateway listens.
    pub fn as_curl(&self, base_url: &str) -> String {
        let url = match self.direction {
            Direction::Received => format!("{base_url}{}", self.path),
            Direction::Sent => self.path.clone(),
        };
        let content_type = match &self.content_type {
            Some(content_type) => format!(" -H {}", quoted(&format!("Content-Type: {content_type}"))),
            None => String::new(),
        };
        let command = format!("curl -sS -X {} {}{content_type}", quoted(&self.method), quoted(&url));
        if self.request.is_empty() {
            return command;
        }
        match std::str::from_utf8(&self.request) {
            // A body that begins with @ would name a file, and a shell drops NUL.
            Ok(body) if !body.starts_with('@') && !body.contains('\0') => {
                format!("{command} --data-binary {}", quoted(body))
            }
            _ => {
                let octal = self.request.iter().fold(String::new(), |octal, byte| octal + &format!("\\{byte:03o}"));
                format!("printf {} | {command} --data-binary @-", quoted(&octal))
            }
        }
    }
}

/// As one word for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[derive(Default)]
pub(crate) struct Traffic(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    exchanges: VecDeque<Arc<Exchange>>,
    counts: BTreeMap<(&'static str, &'static str), u64>,
    seen: u64,
}

impl Traffic {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an exchange and returns the id that it was given.
    pub(crate) fn keep(&self, mut exchange: Exchange) -> u64 {
        let mut kept = self.kept();
        kept.seen += 1;
        exchange.id = kept.seen;
        *kept.counts.entry((exchange.endpoint, exchange.outcome)).or_default() += 1;
        // The oldest is freed after the lock is released.
        let oldest = if kept.exchanges.len() >= KEPT_EXCHANGES { kept.exchanges.pop_front() } else { None };
        kept.exchanges.push_back(Arc::new(exchange));
        let id = kept.seen;
        drop(kept);
        drop(oldest);
        id
    }

    /// The newest first, at most `limit`.
    pub(crate) fn newest(&self, limit: usize) -> Vec<Arc<Exchange>> {
        self.kept().exchanges.iter().rev().take(limit).map(Arc::clone).collect()
    }

    /// One exchange, while it is kept.
    pub(crate) fn find(&self, id: u64) -> Option<Arc<Exchange>> {
        let kept = self.kept();
        let first = kept.exchanges.front()?.id;
        kept.exchanges.get(usize::try_from(id.checked_sub(first)?).ok()?).map(Arc::clone)
    }

    pub(crate) fn seen(&self) -> u64 {
        self.kept().seen
    }

    pub(crate) fn counts(&self) -> Vec<(&'static str, &'static str, u64)> {
        self.kept().counts.iter().map(|((endpoint, outcome), count)| (*endpoint, *outcome, *count)).collect()
    }
}
