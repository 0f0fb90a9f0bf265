//! What merchants were told: for each order and endpoint how many answers were given, altered and dropped, and by which fault.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::faults::{Fate, Kind};

/// Counts are kept apart so that growing one part holds up few requests, and briefly.
const PARTS: usize = 64;
/// So many answers go to the journal together.
const BATCH: usize = 1024;

/// Of which order an answer spoke; none for a number that the gateway does not have.
type OrderPlace = Option<u32>;

/// One kind of answer about one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Told {
    order: OrderPlace,
    endpoint: &'static str,
    fault: Option<Kind>,
}

/// Counts as the journal keeps them: place of the order, endpoint, fault, how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AnswerCount(OrderPlace, String, Option<Kind>, u32);

/// The answers at one endpoint, about one order or about all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EndpointAnswers {
    /// The endpoint's name.
    pub endpoint: String,
    /// Genuine ones that left whole, however late.
    pub given: u64,
    /// Others that left in place of the genuine one, by fault.
    pub altered: BTreeMap<Kind, u64>,
    /// Genuine or none, but the asker did not get it whole, by fault.
    pub dropped: BTreeMap<Kind, u64>,
}

/// All counts. Its own locks, as questions are counted without changing the ledger.
pub(crate) struct Answers {
    parts: [Mutex<HashMap<Told, u32>>; PARTS],
    // Not yet in the journal.
    fresh: Mutex<Vec<Told>>,
}

impl Default for Answers {
    fn default() -> Self {
        Self { parts: std::array::from_fn(|_| Mutex::default()), fresh: Mutex::default() }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Answers {
    /// Counts one answer; gives what should go to the journal now: at once what was not simply given, otherwise a batch.
    pub(crate) fn count(
        &self,
        order: OrderPlace,
        endpoint: &'static str,
        fault: Option<Kind>,
    ) -> Option<Vec<AnswerCount>> {
        let fault = fault.filter(|fault| fault.fate() != Fate::Given);
        let told = Told { order, endpoint, fault };
        self.add(told, 1);
        let mut fresh = locked(&self.fresh);
        fresh.push(told);
        if fault.is_none() && fresh.len() < BATCH {
            return None;
        }
        let batch = std::mem::take(&mut *fresh);
        drop(fresh);
        Some(counted(batch))
    }

    /// What is not in the journal yet.
    pub(crate) fn take_fresh(&self) -> Vec<AnswerCount> {
        let fresh = std::mem::take(&mut *locked(&self.fresh));
        counted(fresh)
    }

    /// Counts what a journal says; an endpoint that this program does not have is left out.
    pub(crate) fn replay(&self, counts: Vec<AnswerCount>) {
        for AnswerCount(order, endpoint, fault, count) in counts {
            if let Some(endpoint) = crate::Endpoint::named(&endpoint) {
                self.add(Told { order, endpoint: endpoint.name(), fault }, count);
            }
        }
    }

    fn add(&self, told: Told, count: u32) {
        let mut part = locked(self.part(told.order));
        let known = part.entry(told).or_default();
        *known = known.saturating_add(count);
    }

    fn part(&self, order: OrderPlace) -> &Mutex<HashMap<Told, u32>> {
        let place = usize::try_from(order.unwrap_or(u32::MAX)).unwrap_or_default();
        &self.parts[place % PARTS]
    }

    /// Of one order.
    pub(crate) fn of(&self, order: u32) -> Vec<EndpointAnswers> {
        let endpoints = crate::Endpoint::all().iter().map(|endpoint| endpoint.name());
        let part = locked(self.part(Some(order)));
        let kinds = || std::iter::once(None).chain(Kind::all().map(Some));
        let mut sums = Vec::new();
        for endpoint in endpoints {
            // Without an answer that was given or spoilt there is nothing to say of the endpoint.
            let counts: Vec<(Option<Kind>, u32)> = kinds()
                .filter_map(|fault| Some((fault, *part.get(&Told { order: Some(order), endpoint, fault })?)))
                .collect();
            if !counts.is_empty() {
                let mut answers = EndpointAnswers { endpoint: endpoint.to_owned(), ..EndpointAnswers::default() };
                for (fault, count) in counts {
                    answers.add(fault, u64::from(count));
                }
                sums.push(answers);
            }
        }
        sums
    }

    /// Over all orders, and over requests about none.
    pub(crate) fn sums(&self) -> Vec<EndpointAnswers> {
        let mut sums: HashMap<(&'static str, Option<Kind>), u64> = HashMap::new();
        for part in &self.parts {
            for (told, count) in &*locked(part) {
                *sums.entry((told.endpoint, told.fault)).or_default() += u64::from(*count);
            }
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_unstable();
        let mut all: Vec<EndpointAnswers> = Vec::new();
        for ((endpoint, fault), count) in sums {
            if all.last().is_none_or(|last| last.endpoint != endpoint) {
                all.push(EndpointAnswers { endpoint: endpoint.to_owned(), ..EndpointAnswers::default() });
            }
            if let Some(last) = all.last_mut() {
                last.add(fault, count);
            }
        }
        all
    }
}

impl EndpointAnswers {
    fn add(&mut self, fault: Option<Kind>, count: u64) {
        match fault.map(|fault| (fault, fault.fate())) {
            None | Some((_, Fate::Given)) => self.given += count,
            Some((fault, Fate::Altered)) => *self.altered.entry(fault).or_default() += count,
            Some((fault, Fate::Dropped)) => *self.dropped.entry(fault).or_default() += count,
        }
    }
}

fn counted(mut told: Vec<Told>) -> Vec<AnswerCount> {
    told.sort_unstable();
    told.chunk_by(|one, next| one == next)
        .filter_map(|same| {
            let first = same.first()?;
            let count = u32::try_from(same.len()).unwrap_or(u32::MAX);
            Some(AnswerCount(first.order, first.endpoint.to_owned(), first.fault, count))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_order_endpoint_and_fate_and_survive_the_journal() {
        let answers = Answers::default();
        assert_eq!(answers.count(Some(3), "orderquery", None), None);
        assert_eq!(answers.count(Some(3), "orderquery", Some(Kind::LateAnswer)), None);
        let batch = answers.count(Some(3), "orderquery", Some(Kind::AnswerDropped)).unwrap();
        assert_eq!(batch.len(), 2);
        let altered = answers.count(Some(3), "closeorder", Some(Kind::WrongSign)).unwrap();
        assert_eq!(answers.count(None, "orderquery", None), None);

        let expected = [
            EndpointAnswers {
                endpoint: "orderquery".to_owned(),
                given: 2,
                altered: BTreeMap::new(),
                dropped: BTreeMap::from([(Kind::AnswerDropped, 1)]),
            },
            EndpointAnswers {
                endpoint: "closeorder".to_owned(),
                given: 0,
                altered: BTreeMap::from([(Kind::WrongSign, 1)]),
                dropped: BTreeMap::new(),
            },
        ];
        assert_eq!(answers.of(3), expected);
        assert!(answers.of(4).is_empty());
        assert_eq!(answers.sums()[1].given, 3);

        let written = serde_json::to_string(&[batch, altered, answers.take_fresh()].concat()).unwrap();
        assert!(written.len() < 200, "{written}");
        let replayed = Answers::default();
        replayed.replay(serde_json::from_str(&written).unwrap());
        assert_eq!((replayed.of(3), replayed.sums()), (answers.of(3), answers.sums()));
    }

    #[test]
    fn plain_answers_go_to_the_journal_in_batches() {
        let answers = Answers::default();
        let batches: Vec<_> =
            (0..3000).filter_map(|place| answers.count(Some(place % 7), "orderquery", None)).collect();
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [7, 7]);
        assert_eq!(answers.take_fresh().len(), 7);
        assert!(answers.take_fresh().is_empty());
    }
}
