//! Reading orders: lists, one order with its evidence, the parameters for the payer's device, the overview.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use desk_store::{Advice, Flags, Observation, Order, OrderFilter, OrderSort, OrderState, Overview, Totals};
use wxpay_client::signed_request;
use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::{TradeType, UtcMs, order_query, pay_params};

use crate::desk::Inner;
use crate::next_question::{NextQuestion, next_question};
use crate::pace::HeldBack;
use crate::signer::Signer;
use crate::{Desk, DeskError};

/// Snapshots that are kept; a window shows one list at a time, and going back must find the one before.
const SNAPSHOTS: usize = 8;
/// The most rows of one request.
const ROWS_MAX: usize = 1000;

/// The lists that are open.
#[derive(Default)]
pub(crate) struct Lists(Mutex<Open>);

#[derive(Default)]
struct Open {
    next: u32,
    snapshots: VecDeque<(u32, Arc<[i64]>)>,
}

impl Lists {
    fn keep(&self, ids: Arc<[i64]>) -> u32 {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.next = open.next.wrapping_add(1);
        let snapshot = open.next;
        open.snapshots.push_back((snapshot, ids));
        if open.snapshots.len() > SNAPSHOTS {
            open.snapshots.pop_front();
        }
        snapshot
    }

    fn find(&self, snapshot: u32) -> Result<Arc<[i64]>, DeskError> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = open.snapshots.iter().find(|(number, _)| *number == snapshot);
        found
            .map(|(_, ids)| Arc::clone(ids))
            .ok_or_else(|| DeskError::NotFound { what: "open list", name: snapshot.to_string() })
    }
}

/// A list that was opened.
#[derive(Clone, Copy, Debug)]
pub struct OpenedOrders {
    /// For [`Desk::orders_rows`].
    pub snapshot: u32,
    /// Exact totals over the whole list.
    pub totals: Totals,
}

/// What the program does about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is asked about on schedule.
    Polling,
    /// Its creation is unknown: it is asked about, and sent again unchanged if the gateway does not have it.
    ResendWait,
    /// Evidence disagrees, or the signature of its answers never holds: a person must look.
    HumanNeeded,
    /// It is old enough to be closed at the next question.
    ClosePending,
    /// Nothing more.
    Done,
}

impl Doing {
    /// The word that the window translates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Polling => "polling",
            Self::ResendWait => "resend_wait",
            Self::HumanNeeded => "human_needed",
            Self::ClosePending => "close_pending",
            Self::Done => "done",
        }
    }

    fn of(order: &Order, now: UtcMs) -> Self {
        let needs = [Flags::CONFLICT, Flags::UNVERIFIED_ANSWER, Flags::PAID_AFTER_CLOSE];
        if needs.into_iter().any(|flag| order.flags.contains(flag)) {
            Self::HumanNeeded
        } else if order.next_query_at.is_none() {
            Self::Done
        } else if order.advice == Advice::Resend || order.state == OrderState::Creating {
            Self::ResendWait
        } else if order.expires_at.is_some_and(|expires_at| expires_at <= now) {
            Self::ClosePending
        } else {
            Self::Polling
        }
    }
}

/// One order with everything that is known of it.
#[derive(Clone, Debug)]
pub struct OrderDetail {
    /// The order.
    pub order: Order,
    /// Its evidence, oldest first.
    pub observations: Vec<Observation>,
    /// What the program does about it.
    pub doing: Doing,
    /// When it is asked about next and why then; nothing when it is not.
    pub next_question: Option<NextQuestion>,
    /// The parameters for the payer's device, signed now; nothing without a prepay_id, for other trade types, or while the
    /// key cannot be had.
    pub pay_params: Option<Vec<(String, String)>>,
    /// The question as a curl command, with its sign and never with the key; nothing while the key cannot be had.
    pub curl: Option<String>,
}

impl Desk {
    /// Opens a list: all matching orders at this moment, sorted, with their totals.
    pub async fn orders_open(&self, filter: OrderFilter, sort: OrderSort) -> Result<OpenedOrders, DeskError> {
        self.blocking(move |inner| {
            let opened = inner.store.open_list(&filter, sort)?;
            let snapshot = inner.lists.keep(opened.ids);
            Ok(OpenedOrders { snapshot, totals: opened.totals })
        })
        .await
    }

    /// The rows `start..end` of an open list, as they are now; at most 1000. A list that is gone has to be opened again.
    pub async fn orders_rows(&self, snapshot: u32, start: usize, end: usize) -> Result<Vec<Order>, DeskError> {
        self.blocking(move |inner| {
            let ids = inner.lists.find(snapshot)?;
            let end = end.min(ids.len()).min(start.saturating_add(ROWS_MAX));
            Ok(inner.store.rows(ids.get(start.min(end)..end).unwrap_or_default())?)
        })
        .await
    }

    /// The first orders of a list, without opening it.
    pub async fn orders_first(
        &self,
        filter: OrderFilter,
        sort: OrderSort,
        limit: usize,
    ) -> Result<Vec<Order>, DeskError> {
        self.blocking(move |inner| Ok(inner.store.first_rows(&filter, sort, limit)?)).await
    }

    /// Reads what searches look through, a second's work for a million orders, so that the first search need not wait for it.
    pub async fn prepare_search(&self) -> Result<(), DeskError> {
        self.blocking(|inner| Ok(inner.store.prepare_search()?)).await
    }

    /// One order of a profile with its evidence.
    pub async fn order_detail(&self, profile: &str, out_trade_no: &str) -> Result<OrderDetail, DeskError> {
        let (profile, number) = (profile.to_owned(), out_trade_no.trim().to_owned());
        self.blocking(move |inner| {
            let of = inner.profile(&profile)?;
            let order = inner.order(&of.mch_id, &number)?;
            let observations = inner.store.observations(order.id)?;
            let doing = Doing::of(&order, inner.clock.now());
            let held_back = inner.pace(of.environment, of.mch_id.as_str()).held_back();
            let schedule = inner.store.schedule(order.id)?;
            let next_question = next_question(&order, schedule, &observations, &inner.poll_policy()?, held_back);
            // A missing or locked key is no reason not to show the order.
            let signer = inner.signer(&profile).ok();
            let pay_params = signer.as_ref().and_then(|signer| inner.pay_params(signer, &order).ok().flatten());
            let curl = signer.as_ref().and_then(|signer| inner.curl(signer, &order).ok());
            Ok(OrderDetail { order, observations, doing, next_question, pay_params, curl })
        })
        .await
    }

    /// The parameters for the payer's device, signed now: JSAPI (mini program and official account) and APP orders that
    /// were created have them.
    pub async fn pay_params(
        &self,
        profile: &str,
        out_trade_no: &str,
    ) -> Result<Option<Vec<(String, String)>>, DeskError> {
        let (profile, number) = (profile.to_owned(), out_trade_no.trim().to_owned());
        self.blocking(move |inner| {
            let signer = inner.signer(&profile)?;
            let order = inner.order(&signer.profile.mch_id, &number)?;
            inner.pay_params(&signer, &order)
        })
        .await
    }

    /// The figures of the last `days` Beijing days, today included; of one profile, or of all.
    pub async fn overview(&self, days: u32, profile: Option<&str>) -> Result<Overview, DeskError> {
        let profile = profile.map(str::to_owned);
        let back = i64::from(days.clamp(1, 366) - 1) * UtcMs::DAY_MS;
        self.blocking(move |inner| {
            let now = inner.clock.now();
            let from = UtcMs(now.0.saturating_sub(back)).start_of_day();
            Ok(inner.store.overview(from, now.start_of_day().plus_ms(UtcMs::DAY_MS), profile.as_deref())?)
        })
        .await
    }

    /// Why no questions of a profile are sent at the moment, if that is so.
    pub async fn held_back(&self, profile: &str) -> Result<Option<HeldBack>, DeskError> {
        let profile = self.profile(profile).await?.profile;
        Ok(self.inner.pace(profile.environment, profile.mch_id.as_str()).held_back())
    }
}

impl Inner {
    fn pay_params(&self, signer: &Signer, order: &Order) -> Result<Option<Vec<(String, String)>>, DeskError> {
        let Some(prepay_id) = &order.prepay_id else { return Ok(None) };
        // In partner mode the payer's device speaks for the sub-merchant, where one is set.
        let appid: &Appid = signer.profile.sub_appid.as_ref().unwrap_or(&order.appid);
        let mch_id: &MchId = signer.profile.sub_mch_id.as_ref().unwrap_or(&order.mch_id);
        let (nonce, now) = (self.nonce()?, self.clock.now());
        let params = match order.trade_type.as_deref().and_then(TradeType::parse) {
            Some(TradeType::Jsapi) => pay_params::jsapi(appid, prepay_id, &nonce, now, &signer.key, order.sign_type),
            Some(TradeType::App) => {
                pay_params::app(appid, mch_id, prepay_id, &nonce, now, &signer.key, order.sign_type)
            }
            _ => return Ok(None),
        };
        Ok(Some(params?.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }

    fn curl(&self, signer: &Signer, order: &Order) -> Result<String, DeskError> {
        signer.merchant_of(order)?;
        let request = self.query_request(signer, order)?;
        let body = signed_request(&request, &signer.key, order.sign_type)?;
        // A quote inside single quotes ends them, stands by itself and opens them again.
        let quoted = body.replace('\'', r"'\''");
        let url = signer.to.url(order_query::PATH);
        Ok(format!("curl -sS -X POST -H 'Content-Type: text/xml; charset=utf-8' --data-binary '{quoted}' '{url}'"))
    }
}
