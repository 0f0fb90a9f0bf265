//! A wire to a gateway in memory: what a fault does to a socket, in virtual time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use desk::client::{LostReason, NotSentReason, Wire, WireAnswer, WireCall, WireFault, WireReply};
use desk::simulator::faults::{Delivery, Kind};
use desk::simulator::{Answer, Gateway, Request};
use tokio::time::{Instant, sleep};

/// The real wire's deadline for a whole exchange.
const DEADLINE: Duration = Duration::from_secs(15);
/// What the real wire reads at most.
const READ_CAP: usize = 1024 * 1024;

/// Carries every request to the gateway, each over a connection of its own, and moves the gateway's clock with tokio's.
pub struct FaultyWire {
    gateway: Arc<Gateway>,
    began: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How far the gateway's clock has been moved.
    advanced_s: u64,
    refusing_until: Option<Instant>,
}

impl FaultyWire {
    /// To be made inside the runtime whose time it follows. The gateway's own clock must stand still.
    pub fn new(gateway: Arc<Gateway>) -> Self {
        Self { gateway, began: Instant::now(), state: Mutex::default() }
    }

    /// Moves the gateway's clock to tokio's; whether the gateway listens.
    fn arrive(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = self.began.elapsed().as_secs().saturating_sub(state.advanced_s);
        if missing > 0 && self.gateway.advance_s(u32::try_from(missing).unwrap_or(u32::MAX)).is_ok() {
            state.advanced_s += missing;
        }
        state.refusing_until.is_none_or(|until| until <= Instant::now())
    }

    async fn carry(&self, path: &str, body: &str) -> Result<WireAnswer, WireFault> {
        if !self.arrive() {
            return Err(WireFault::NotSent(NotSentReason::Refused));
        }
        match self.gateway.fault_of_connection() {
            // Nobody here asks for a list of revoked certificates, and this wire leads to one city only.
            None | Some(Kind::TlsRevoked | Kind::FirstCityDown) => {}
            Some(Kind::ResetOnAccept) => return Err(WireFault::Lost(LostReason::Broken)),
            Some(_) => return Err(WireFault::NotSent(NotSentReason::Tls)),
        }
        let answer = self.gateway.handle(&Request::post(path, body.as_bytes()));
        self.leave(&answer).await
    }

    async fn leave(&self, answer: &Answer) -> Result<WireAnswer, WireFault> {
        let length = answer.body.len();
        match answer.delivery {
            Delivery::Whole | Delivery::ThenClosed | Delivery::AfterNotice(_) => Ok(whole(answer)),
            Delivery::Reset | Delivery::ResetAfter { .. } => Err(WireFault::Lost(LostReason::Broken)),
            Delivery::Declared { content_length, .. } if content_length <= length => {
                let mut short = whole(answer);
                short.body.truncate(content_length);
                Ok(short)
            }
            Delivery::Declared { .. } | Delivery::Silent { .. } => {
                sleep(DEADLINE).await;
                Err(WireFault::Lost(LostReason::Deadline))
            }
            Delivery::Trickled { gap_ms } => {
                let all = Duration::from_millis(gap_ms.saturating_mul(length as u64));
                sleep(all.min(DEADLINE)).await;
                if all < DEADLINE { Ok(whole(answer)) } else { Err(WireFault::Lost(LostReason::Deadline)) }
            }
            Delivery::Padded { body_bytes } => {
                let mut padded = whole(answer);
                padded.body.resize(usize::try_from(body_bytes).unwrap_or(READ_CAP).min(READ_CAP), b' ');
                padded.cut = true;
                Ok(padded)
            }
            Delivery::ThenRefusing { ms } => {
                let until = Instant::now() + Duration::from_millis(ms);
                self.state.lock().unwrap_or_else(PoisonError::into_inner).refusing_until = Some(until);
                Ok(whole(answer))
            }
            Delivery::At(moment) => {
                let wait = u64::try_from(moment.0.saturating_sub(self.gateway.now().0)).unwrap_or(0);
                let wait = Duration::from_millis(wait);
                sleep(wait.min(DEADLINE)).await;
                if wait < DEADLINE { Ok(whole(answer)) } else { Err(WireFault::Lost(LostReason::Deadline)) }
            }
        }
    }
}

fn whole(answer: &Answer) -> WireAnswer {
    let body = answer.body.get(..READ_CAP.min(answer.body.len())).unwrap_or_default();
    WireAnswer {
        status: answer.status,
        body: body.to_vec(),
        cut: answer.body.len() > READ_CAP,
        encoded: answer.headers.iter().any(|(name, _)| *name == "content-encoding"),
    }
}

impl Wire for FaultyWire {
    fn post<'a>(&'a self, call: WireCall<'a>) -> WireReply<'a> {
        Box::pin(self.carry(call.path, call.body))
    }
}
