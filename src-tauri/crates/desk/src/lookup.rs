//! Lookup (查单): a pasted number or message, and the answer for the customer behind it: what kind of number it is, where the
//! order and its refunds stand, whether that can still change, from where each step is known, and what to do.
//!
//! The store is read first; then, unless that was ruled out, WeChat Pay is asked with signed queries under the merchant's pace.
//! What it answers is kept as evidence like that of any other query. A lookup never moves money. The answers stand by then; the
//! bills of the days that the orders and refunds are of, which may be large, are looked through behind them.

mod answer;
mod asking;
mod bills;
mod inquiry;
mod numbers;
mod payment_way;
mod sentence;
mod table;
mod timeline;

use desk_store::{NumberFound, Order, Profile};
use tokio::task::JoinSet;

pub use answer::{LookupAnswer, LookupVerdict};
pub use inquiry::Inquiry;
pub use numbers::{NumberKind, PastedNumber, numbers};
pub use table::LookupTable;
pub use timeline::{Step, StepSource};

use crate::progress::{Cancel, Meter, OnProgress};
use crate::{Desk, DeskError};
use asking::FoundThere;

/// The most numbers of one lookup.
pub const LOOKUP_MAX: usize = 1_000;
/// So many numbers are looked up side by side; the pace towards the gateway is the merchant's all the same.
const AT_ONCE: usize = 8;
/// With so few, one after another, so that two numbers of one order are not asked about at the same time.
const FEW: usize = 4;

/// What is to be looked up.
#[derive(Clone, Debug, Default)]
pub struct LookupWish {
    /// A number, several, or a whole message.
    pub text: String,
    /// The merchant that is asked about numbers that the store does not have; else the one in use, or the only one.
    pub profile: Option<String>,
    /// Only what is known here.
    pub offline: bool,
    /// Whether several numbers of one order give one answer, as in a customer's message; else each number has its own.
    pub one_per_order: bool,
}

/// The answers, in the order of the numbers in the text.
#[derive(Clone, Debug)]
pub struct LookedUp {
    /// At least one, unless it was stopped.
    pub answers: Vec<LookupAnswer>,
    /// How many numbers the text has.
    pub numbers: usize,
    /// Whether it was stopped; what was looked up until then is there.
    pub cancelled: bool,
    /// The profile whose bills may have what is known of none.
    asker: Option<String>,
}

impl Desk {
    /// Looks up every number of a text, here and at WeChat Pay; [`Desk::lookup_in_bills`] goes on from there.
    ///
    /// # Errors
    /// [`DeskError::Input`] when there is no number in it, or more than [`LOOKUP_MAX`].
    pub async fn lookup(&self, wish: LookupWish, progress: OnProgress, cancel: &Cancel) -> Result<LookedUp, DeskError> {
        let asker = self.asker(wish.profile.as_deref()).await?;
        let of = asker.as_ref().filter(|_| wish.profile.is_some());
        let numbers = self.numbers_in(wish.text, of).await?;
        if numbers.is_empty() {
            return Err(DeskError::input(
                "text",
                "holds no number; paste a 微信支付单号 (4200…), a 商户单号, a 退款单号, or the whole message",
            ));
        }
        if numbers.len() > LOOKUP_MAX {
            return Err(DeskError::input(
                "text",
                format!("holds {} numbers; look up at most {LOOKUP_MAX} at a time", numbers.len()),
            ));
        }
        let count = numbers.len();
        let mut meter = Meter::new(count as u64, progress);
        let mut waiting = numbers.into_iter().enumerate();
        let mut under_way = JoinSet::new();
        let mut answers: Vec<(usize, Vec<LookupAnswer>)> = Vec::new();
        let width = if count <= FEW { 1 } else { AT_ONCE };
        loop {
            while under_way.len() < width && !cancel.is_cancelled() {
                let Some((place, number)) = waiting.next() else { break };
                let (desk, asker, named, offline) = (self.clone(), asker.clone(), wish.profile.is_some(), wish.offline);
                under_way.spawn(async move { (place, desk.look_up(number, asker, named, offline).await) });
            }
            let Some(joined) = under_way.join_next().await else { break };
            let (place, found) = joined.map_err(|_| DeskError::Internal("looking a number up"))?;
            answers.push((place, found?));
            meter.add(1);
        }
        answers.sort_by_key(|(place, _)| *place);
        let mut flat: Vec<LookupAnswer> = Vec::new();
        for answer in answers.into_iter().flat_map(|(_, found)| found) {
            match flat.iter_mut().find(|known| wish.one_per_order && known.is_same_order(&answer)) {
                Some(known) => known.join(answer),
                None => flat.push(answer),
            }
        }
        let asker = asker.map(|profile| profile.name);
        Ok(LookedUp { answers: flat, numbers: count, cancelled: cancel.is_cancelled(), asker })
    }

    /// Adds what bills and reconciling say to the answers. Tells the bytes of the bills that are read; of a total of 0 where
    /// there are none.
    pub async fn lookup_in_bills(
        &self,
        found: LookedUp,
        progress: OnProgress,
        cancel: &Cancel,
    ) -> Result<LookedUp, DeskError> {
        let cancel = cancel.clone();
        self.blocking(move |inner| {
            let LookedUp { mut answers, numbers, asker, .. } = found;
            if !cancel.is_cancelled() {
                inner.add_bills(&mut answers, asker.as_deref(), progress, &cancel);
            }
            Ok(LookedUp { answers, numbers, cancelled: cancel.is_cancelled(), asker })
        })
        .await
    }

    /// The numbers of a text, those that were wrapped over two lines put together by what the store has of a merchant, or of all.
    async fn numbers_in(&self, text: String, of: Option<&Profile>) -> Result<Vec<PastedNumber>, DeskError> {
        let mch_id = of.map(|profile| profile.mch_id.to_string());
        self.blocking(move |inner| {
            let is_known =
                |number: &str| inner.store.find_number(number, mch_id.as_deref()).map(|found| !found.is_empty());
            Ok(numbers::numbers_where(&text, is_known)?)
        })
        .await
    }

    /// Who asks about what is not known here; nobody, where no merchant can be chosen.
    async fn asker(&self, named: Option<&str>) -> Result<Option<Profile>, DeskError> {
        match self.choose_profile(named).await {
            Ok(profile) => Ok(Some(profile)),
            Err(DeskError::NotFound { .. } | DeskError::Input { .. }) if named.is_none() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The answers for one number; several where several merchants have used it.
    async fn look_up(
        &self,
        number: PastedNumber,
        asker: Option<Profile>,
        named: bool,
        offline: bool,
    ) -> Result<Vec<LookupAnswer>, DeskError> {
        if !number.kind.is_asked() {
            return Ok(vec![answer::explained(number)]);
        }
        let known = self.known_by(&number, asker.as_ref().filter(|_| named)).await?;
        if !known.is_empty() {
            let mut answers = Vec::with_capacity(known.len());
            for (order, refund) in known {
                let inquiry = if offline { Inquiry::NotAsked } else { self.ask_known(&order).await? };
                answers.push(self.answer_for(number.clone(), order.id, refund, inquiry).await?);
            }
            return Ok(answers);
        }
        let Some(profile) = asker.filter(|_| !offline) else {
            return Ok(vec![answer::absent(number, None, Inquiry::NotAsked)]);
        };
        Ok(vec![match self.find_there(&profile, &number).await? {
            FoundThere::Kept(order_id) => {
                let known = self.known_by(&number, Some(&profile)).await?;
                let refund = known.into_iter().find(|(order, _)| order.id == order_id).and_then(|(_, refund)| refund);
                self.answer_for(number, order_id, refund, Inquiry::Answered).await?
            }
            FoundThere::Reported(report) => answer::reported(number, &profile, &report),
            FoundThere::Nothing(inquiry) => answer::absent(number, Some(&profile), inquiry),
        }])
    }

    /// The orders that the store has for a number, each with the refund that the number names.
    async fn known_by(
        &self,
        number: &PastedNumber,
        of: Option<&Profile>,
    ) -> Result<Vec<(Order, Option<i64>)>, DeskError> {
        let (text, mch_id) = (number.text.clone(), of.map(|profile| profile.mch_id.clone()));
        self.blocking(move |inner| {
            let found = inner.store.find_number(&text, mch_id.as_ref().map(wxpay_protocol::ids::MchId::as_str))?;
            let mut known: Vec<(Order, Option<i64>)> = Vec::new();
            for NumberFound { order_id, refund } in found {
                match known.iter_mut().find(|(order, _)| order.id == order_id) {
                    Some((_, named)) => *named = named.or(refund),
                    None => known.extend(inner.store.order_by_id(order_id)?.map(|order| (order, refund))),
                }
            }
            Ok(known)
        })
        .await
    }

    async fn answer_for(
        &self,
        number: PastedNumber,
        order_id: i64,
        refund: Option<i64>,
        inquiry: Inquiry,
    ) -> Result<LookupAnswer, DeskError> {
        self.blocking(move |inner| {
            let order = inner.store.order_by_id(order_id)?.ok_or(DeskError::Internal("reading an order back"))?;
            let observations = inner.store.observations(order_id)?;
            let mut refunds = Vec::new();
            for refund in inner.store.refunds_of(order_id)? {
                let observations = inner.store.refund_observations(refund.id)?;
                refunds.push(crate::RefundDetail { refund, observations });
            }
            // The refund that was asked for is told first.
            refunds.sort_by_key(|detail| Some(detail.refund.id) != refund);
            let environment = inner.store.profile(&order.profile)?.map(|profile| profile.environment);
            Ok(answer::known(number, environment, order, &observations, &refunds, refund, inquiry))
        })
        .await
    }
}
