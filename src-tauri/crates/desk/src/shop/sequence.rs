//! One order's sequence, put together from what is remembered and what is stored of it.

use desk_store::{Event, Observation, Order, Profile, Source, StoredNotice};
use wxpay_client::RequestFault;
use wxpay_protocol::{order_query, unified_order};

use super::Shop;
use super::steps::{NewStep, ShopExchange, ShopOrder, ShopStep};
use crate::changes::Tag;
use crate::desk::Inner;
use crate::{Desk, DeskError, notices};

/// So many notices of one order are drawn, the newest: anybody may send refused ones.
const NOTICES: usize = 100;

impl Shop {
    /// Remembers the request of a question about an order of a mini program; those of other orders are nobody's business here.
    pub(crate) fn note_question(
        &self,
        order: &Order,
        seq: i64,
        request: impl FnOnce() -> Result<String, RequestFault>,
    ) {
        if !self.steps.has(&order.profile, order.out_trade_no.as_str()) {
            return;
        }
        // What cannot be written is not sent either.
        if let Ok(request) = request() {
            self.steps.asked(seq, request);
        }
    }

    /// A question and its answer; the request where it left from here and is remembered.
    fn asked(&self, seen: Observation) -> ShopExchange {
        let request = self.steps.question(seen.evidence.asked_seq);
        ShopExchange { path: order_query::PATH, request, answer: seen.raw }
    }

    fn query_step(&self, seen: Observation) -> ShopStep {
        let evidence = &seen.evidence;
        ShopStep {
            id: evidence.received_seq.unsigned_abs(),
            at: evidence.received_at,
            kind: "query",
            out_trade_no: None,
            request: None,
            answer: None,
            ok: evidence.verified && matches!(evidence.event, Event::TradeState(_)),
            exchanges: vec![self.asked(seen)],
        }
    }
}

impl Desk {
    /// The orders that the test back end served lately, the one that the mini program asked for last first.
    pub fn shop_orders(&self) -> Vec<ShopOrder> {
        self.inner.shop.steps.orders()
    }

    /// The sequence of one order, the newest first: what the mini program asked, every notice of it, and every question of this
    /// desk. Without a number, the requests that led to no order.
    pub async fn shop_sequence(&self, profile: &str, out_trade_no: Option<&str>) -> Result<Vec<ShopStep>, DeskError> {
        let (profile, number) = (profile.to_owned(), out_trade_no.map(str::to_owned));
        self.blocking(move |inner| {
            // Within one moment an order is placed before it is asked about, and told about after that.
            let own = inner.shop.steps.of(&profile, number.as_deref());
            let (told, mut steps): (Vec<_>, Vec<_>) = own.into_iter().partition(|step| step.kind == "state");
            if let Some(number) = &number {
                steps.extend(inner.stored_steps(&profile, number)?);
            }
            steps.extend(told);
            steps.sort_by_key(|step| step.at);
            steps.reverse();
            for step in &mut steps {
                step.out_trade_no.clone_from(&number);
            }
            Ok(steps)
        })
        .await
    }

    pub(super) fn shop_step(&self, profile: &str, step: NewStep<'_>) -> u64 {
        let id = self.inner.shop.steps.add(profile, self.now(), step);
        self.inner.changes.note(Tag::Notices, []);
        id
    }

    /// How an order was placed last: the signed request, and the gateway's answer if one came.
    pub(super) async fn placing_exchange(&self, profile: &str, number: &str) -> Result<ShopExchange, DeskError> {
        let (order, signer) = self.order_and_signer(profile, number).await?;
        self.blocking(move |inner| {
            let request = inner.committed_request(&order)?;
            let request = wxpay_client::signed_request(&request, &signer.key, order.sign_type)?;
            let answers = inner.store.observations(order.id)?.into_iter();
            let last = answers.filter(|seen| seen.evidence.source == Source::Create).max_by_key(order_of_arrival);
            let answer = last.and_then(|last| last.raw);
            Ok(ShopExchange { path: unified_order::PATH, request: Some(request), answer })
        })
        .await
    }

    /// The last question about an order that was answered, if there was one.
    pub(super) async fn query_exchange(&self, order: &Order) -> Result<Vec<ShopExchange>, DeskError> {
        let order_id = order.id;
        self.blocking(move |inner| {
            let answered = inner.store.observations(order_id)?.into_iter();
            let last = answered.filter(|seen| is_query(seen) && seen.raw.is_some()).max_by_key(order_of_arrival);
            Ok(last.map(|last| inner.shop.asked(last)).into_iter().collect())
        })
        .await
    }
}

impl Inner {
    /// The questions about an order, then its notices; none of what is not here any more.
    fn stored_steps(&self, profile: &str, number: &str) -> Result<Vec<ShopStep>, DeskError> {
        let Some(Profile { mch_id, .. }) = self.store.profile(profile)? else { return Ok(Vec::new()) };
        let observations = match self.store.order(mch_id.as_str(), number)? {
            Some(order) => self.store.observations(order.id)?,
            None => Vec::new(),
        };
        let asked = observations.into_iter().filter(is_query).map(|seen| self.shop.query_step(seen));
        let notices = self.store.notices_of_order(mch_id.as_str(), number, NOTICES)?;
        Ok(asked.chain(notices.iter().rev().map(notice_step)).collect())
    }
}

fn is_query(seen: &Observation) -> bool {
    seen.evidence.source == Source::Query
}

fn order_of_arrival(seen: &Observation) -> i64 {
    seen.evidence.received_seq
}

fn notice_step(notice: &StoredNotice) -> ShopStep {
    ShopStep {
        id: notice.id.unsigned_abs(),
        at: notice.received_at,
        kind: "notify",
        out_trade_no: None,
        request: Some(String::from_utf8_lossy(&notice.body).into_owned()),
        answer: Some(notices::answer(notice.verdict).to_owned()),
        exchanges: Vec::new(),
        ok: notice.verdict.is_acknowledged(),
    }
}
