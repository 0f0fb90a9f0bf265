//! What is remembered of the sequence between a mini program and the test back end; no secret and no js_code is in it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use wxpay_protocol::UtcMs;

/// So many steps are remembered.
const STEPS: usize = 200;
/// So many questions about the orders of those steps are remembered.
const QUESTIONS: usize = 1_000;

/// One step of the sequence between a mini program and this back end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopStep {
    /// Ascending among the steps of its kind.
    pub id: u64,
    /// When it happened.
    pub at: UtcMs,
    /// `login`, `prepay`, `params`, `notify`, `query` or `state`.
    pub kind: &'static str,
    /// The order, once there is one, even where placing it failed.
    pub out_trade_no: Option<String>,
    /// What came, as it was received; of js_code and of secrets only that they were there. Nothing where this desk asked, as in
    /// `login` and `query`.
    pub request: Option<String>,
    /// What was answered, whole; nothing where this desk asked.
    pub answer: Option<String>,
    /// What WeChat was asked for it and said.
    pub exchanges: Vec<ShopExchange>,
    /// Whether it went well.
    pub ok: bool,
}

/// A question to the gateway, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopExchange {
    /// Where it went, such as `/pay/unifiedorder`.
    pub path: &'static str,
    /// The signed request as it was sent, or what was asked of a login with its secrets masked; nothing where it left another
    /// process, or before this one was started.
    pub request: Option<String>,
    /// The answer as received, of a login with its secrets masked; nothing where none came.
    pub answer: Option<String>,
}

/// An order that the test back end served lately; without a number, the requests that led to none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopOrder {
    /// The profile in whose name it was served.
    pub profile: String,
    /// Its number.
    pub out_trade_no: Option<String>,
    /// When the mini program asked for it last.
    pub at: UtcMs,
}

/// A step before it has its place and time.
pub(super) struct NewStep<'a> {
    pub(super) kind: &'static str,
    pub(super) out_trade_no: Option<&'a str>,
    pub(super) request: Option<String>,
    pub(super) answer: Option<String>,
    pub(super) exchanges: Vec<ShopExchange>,
    pub(super) ok: bool,
}

/// The latest steps, and the latest questions about their orders.
#[derive(Default)]
pub(super) struct Steps(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    last: u64,
    /// Each with its profile, the oldest first.
    steps: VecDeque<(String, ShopStep)>,
    /// By the number that the store gave each question.
    questions: VecDeque<(i64, String)>,
}

impl Steps {
    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a step and answers its id.
    pub(super) fn add(&self, profile: &str, at: UtcMs, step: NewStep<'_>) -> u64 {
        let mut remembered = self.remembered();
        remembered.last += 1;
        let id = remembered.last;
        let NewStep { kind, out_trade_no, request, answer, exchanges, ok } = step;
        let out_trade_no = out_trade_no.map(str::to_owned);
        let step = ShopStep { id, at, kind, out_trade_no, request, answer, exchanges, ok };
        remembered.steps.push_back((profile.to_owned(), step));
        if remembered.steps.len() > STEPS {
            remembered.steps.pop_front();
        }
        id
    }

    /// A login turned out to be for this order.
    pub(super) fn led_to(&self, id: u64, out_trade_no: &str) {
        if let Some((_, step)) = self.remembered().steps.iter_mut().rev().find(|(_, step)| step.id == id) {
            step.out_trade_no = Some(out_trade_no.to_owned());
        }
    }

    /// The steps of one order, or those that led to none; the oldest first.
    pub(super) fn of(&self, profile: &str, out_trade_no: Option<&str>) -> Vec<ShopStep> {
        let remembered = self.remembered();
        let of =
            remembered.steps.iter().filter(|(by, step)| by == profile && step.out_trade_no.as_deref() == out_trade_no);
        of.map(|(_, step)| step.clone()).collect()
    }

    /// Every order that has a step, the one of the newest step first.
    pub(super) fn orders(&self) -> Vec<ShopOrder> {
        let mut orders: Vec<ShopOrder> = Vec::new();
        for (profile, step) in self.remembered().steps.iter().rev() {
            let is_known = |order: &ShopOrder| order.profile == *profile && order.out_trade_no == step.out_trade_no;
            if !orders.iter().any(is_known) {
                let (profile, out_trade_no) = (profile.clone(), step.out_trade_no.clone());
                orders.push(ShopOrder { profile, out_trade_no, at: step.at });
            }
        }
        orders
    }

    /// Whether an order has a step.
    pub(super) fn has(&self, profile: &str, out_trade_no: &str) -> bool {
        let remembered = self.remembered();
        remembered.steps.iter().any(|(by, step)| by == profile && step.out_trade_no.as_deref() == Some(out_trade_no))
    }

    /// Remembers a question about an order by the number that the store gave it.
    pub(super) fn asked(&self, seq: i64, request: String) {
        let mut remembered = self.remembered();
        remembered.questions.push_back((seq, request));
        if remembered.questions.len() > QUESTIONS {
            remembered.questions.pop_front();
        }
    }

    /// The request of a question, if it left from here and is remembered.
    pub(super) fn question(&self, seq: i64) -> Option<String> {
        let remembered = self.remembered();
        remembered.questions.iter().find(|(of, _)| *of == seq).map(|(_, request)| request.clone())
    }
}
