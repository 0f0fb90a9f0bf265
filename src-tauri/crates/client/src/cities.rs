//! WeChat Pay's two cities: where api.mch.weixin.qq.com cannot be reached, or answers with an error of its server,
//! api2.mch.weixin.qq.com is asked, and the other way round.
//!
//! A request goes on at the other city only where no byte of it has left ([`WireFault::NotSent`]), with the very same bytes; one
//! that may have arrived is never sent again here: after an error of the server the next requests go there.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use wxpay_protocol::environment::Environment;

use crate::Destination;
use crate::wire::{Wire, WireAnswer, WireCall, WireFault};

/// After so many requests in a row that a city did not take, the other one is asked.
const FAILURES: u32 = 3;
/// After this the city of the profile is tried again.
const HOME_AFTER: Duration = Duration::from_secs(300);

/// Where the requests of each environment go at the moment.
#[derive(Default)]
pub(crate) struct Cities(Mutex<HashMap<Environment, City>>);

#[derive(Default)]
struct City {
    failures: u32,
    /// When the home city last did not take a request, while the other one is asked.
    away_since: Option<Instant>,
}

impl Cities {
    /// Sends a request to the city of its destination, or to the other one while that is not reached.
    pub(crate) async fn post(&self, wire: &dyn Wire, call: WireCall<'_>) -> Result<WireAnswer, WireFault> {
        let Some(other) = call.to.other_city() else { return wire.post(call).await };
        let (to, home) = (call.to, call.to.environment());
        if !self.tries_home(home) {
            let came = wire.post(WireCall { to: &other, ..call }).await;
            if why_down(&came).is_some() {
                self.turn_back(home);
            }
            return came;
        }
        let came = wire.post(call).await;
        let Some(reason) = why_down(&came) else {
            if self.come_home(home) {
                tracing::info!(at = to.base(), "the gateway is reached again");
            }
            return came;
        };
        if !self.goes_away(home) {
            return came;
        }
        tracing::warn!(from = to.base(), to = other.base(), %reason, "the gateway takes no requests; asking the other city");
        match came {
            Err(WireFault::NotSent(_)) => wire.post(WireCall { to: &other, ..call }).await,
            may_have_arrived => may_have_arrived,
        }
    }

    /// Whether the other city is asked for this destination at the moment.
    pub(crate) fn is_away(&self, to: &Destination) -> bool {
        self.with(to.environment(), |city| city.away_since.is_some())
    }

    fn tries_home(&self, home: Environment) -> bool {
        self.with(home, |city| {
            let tries = city.away_since.is_none_or(|since| since.elapsed() >= HOME_AFTER);
            // One request tries; the others of the same moment stay where they are answered.
            if tries && city.away_since.is_some() {
                city.away_since = Some(Instant::now());
            }
            tries
        })
    }

    /// Counts a request that was not taken; whether the other city is to be asked.
    fn goes_away(&self, home: Environment) -> bool {
        self.with(home, |city| {
            city.failures = city.failures.saturating_add(1);
            let goes = city.failures >= FAILURES;
            if goes {
                city.away_since = Some(Instant::now());
            }
            goes
        })
    }

    /// Whether that is news.
    fn come_home(&self, home: Environment) -> bool {
        self.with(home, |city| std::mem::take(city).away_since.is_some())
    }

    /// The other city fails too: home is asked again, and left at its first failure, because it was down a moment ago.
    fn turn_back(&self, home: Environment) {
        self.with(home, |city| *city = City { failures: FAILURES - 1, away_since: None });
    }

    fn with<T>(&self, home: Environment, work: impl FnOnce(&mut City) -> T) -> T {
        work(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(home).or_default())
    }
}

/// Why the city did not take the request, if it did not: it was not reached, or its server failed.
fn why_down(came: &Result<WireAnswer, WireFault>) -> Option<String> {
    match came {
        Err(WireFault::NotSent(reason)) => Some(reason.to_string()),
        Ok(answer) if (500..600).contains(&answer.status) => Some(format!("HTTP {}", answer.status)),
        Err(WireFault::Lost(_)) | Ok(_) => None,
    }
}
