//! How fast a merchant's gateway is asked: a token bucket, a pause after FREQUENCY_LIMITED, and a stop when the key seems wrong.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Part of a second whose tokens may be used at once after a rest.
const BURST: Duration = Duration::from_millis(100);
const PAUSE_MIN: Duration = Duration::from_secs(10);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// Answers in a row that do not verify, after which the key is taken to be wrong: so many at once,
const DOUBTS_MAX: u32 = 20;
/// or so many over a minute.
const DOUBTS_OVER_A_MINUTE: u32 = 5;
/// How often a verified answer has it looked up whether another process holds the key to be wrong.
const LOOK: Duration = Duration::from_secs(60);
/// How often a single question then finds out whether the key fits again.
const KEY_PAUSE: Duration = Duration::from_secs(600);

/// The pace towards one merchant's gateway, shared by everything that asks it.
#[derive(Clone, Default)]
pub(crate) struct Pace(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// When the next token is free.
    free_at: Option<Instant>,
    /// Until when only a single question goes out, to see whether the gateway takes questions again.
    paused_until: Option<Instant>,
    pause: Duration,
    why: Option<HeldBack>,
    /// Answers in a row that did not verify, and when the first of them came.
    doubts: u32,
    doubted_since: Option<Instant>,
    looked_at: Option<Instant>,
}

/// Why a gateway is left alone for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBack {
    /// Nothing can be sent: nobody is there.
    Unreachable,
    /// It says that it is asked too often (FREQUENCY_LIMITED).
    TooOften,
    /// Its answers do not verify, one after another: the API key was changed there, or is not the merchant's.
    KeyRefused,
}

impl HeldBack {
    /// The word that scripts compare.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::TooOften => "too_often",
            Self::KeyRefused => "key_refused",
        }
    }
}

impl Pace {
    /// The pace towards a merchant whose key was taken to be wrong before this process began: a single question finds out.
    pub(crate) fn of_refused_key() -> Self {
        let state = State { paused_until: Some(Instant::now()), why: Some(HeldBack::KeyRefused), ..State::default() };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Waits until `count` requests may be sent at `rate_per_s` (at least 1).
    pub(crate) async fn take(&self, count: u32, rate_per_s: u32) {
        let at = self.reserve(count, rate_per_s);
        tokio::time::sleep_until(at).await;
    }

    fn reserve(&self, count: u32, rate_per_s: u32) -> Instant {
        let gap = Duration::from_secs(1) / rate_per_s.max(1);
        let now = Instant::now();
        // One token is always at hand after a rest, however slow the rate.
        let burst = BURST.max(gap).saturating_sub(gap);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(burst).unwrap_or(now);
        let at = state.free_at.map_or(earliest, |free| free.max(earliest));
        state.free_at = Some(at + gap * count);
        // The last of several tokens is what has to be waited for.
        (at + gap * count.saturating_sub(1)).max(now)
    }

    /// How many may go out together without bunching beyond a tenth of a second, 1 to 256.
    pub(crate) fn chunk(rate_per_s: u32) -> u32 {
        (rate_per_s / 10).clamp(1, 256)
    }

    /// Nothing more for 10, 20, 40, then 60 seconds, and up to a tenth more by `jitter` (0..=255).
    pub(crate) fn leave_alone(&self, why: HeldBack, jitter: u8) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        // A gateway that is not there now says nothing of the key.
        if state.why == Some(HeldBack::KeyRefused) {
            return;
        }
        state.why = Some(why);
        // Several answers of the same moment are one refusal.
        if state.paused_until.is_some_and(|until| until > now) {
            return;
        }
        state.pause = if state.pause.is_zero() { PAUSE_MIN } else { (state.pause * 2).min(PAUSE_MAX) };
        let more = state.pause * u32::from(jitter) / 2560;
        state.paused_until = Some(now + state.pause + more);
    }

    /// The gateway answered a question: the pause is over, if the answer takes away its reason. Whether there was one.
    pub(crate) fn answered(&self, verified: bool) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if verified {
            (state.doubts, state.doubted_since) = (0, None);
        }
        let doubted = state.why == Some(HeldBack::KeyRefused);
        let over = state.paused_until.is_none_or(|until| until <= Instant::now());
        if (doubted && verified) || (!doubted && over) {
            state.pause = Duration::ZERO;
            state.paused_until = None;
            return state.why.take().is_some();
        }
        false
    }

    /// An answer did not verify. Whether the gateway is left alone from now on because of it, which it was not before.
    pub(crate) fn doubt_key(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let since = *state.doubted_since.get_or_insert(now);
        state.doubts = state.doubts.saturating_add(1);
        let lasting = state.doubts >= DOUBTS_OVER_A_MINUTE && now - since >= Duration::from_secs(60);
        let is_known = state.why == Some(HeldBack::KeyRefused);
        if state.doubts < DOUBTS_MAX && !lasting && !is_known {
            return false;
        }
        state.paused_until = Some(now + KEY_PAUSE);
        state.why.replace(HeldBack::KeyRefused) != Some(HeldBack::KeyRefused)
    }

    /// Whether a minute has passed since this was asked last.
    pub(crate) fn is_time_to_look(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if state.looked_at.is_some_and(|looked| now - looked < LOOK) {
            return false;
        }
        state.looked_at = Some(now);
        true
    }

    /// Why nothing is sent at the moment, if that is so.
    pub(crate) fn held_back(&self) -> Option<HeldBack> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).why
    }

    /// Something says that the gateway is there again: the pause is over at once.
    pub(crate) fn resume(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.pause = Duration::ZERO;
        state.paused_until = None;
        state.why = None;
        (state.doubts, state.doubted_since) = (0, None);
    }

    /// How long nothing may be asked, and after that whether only one question may be tried.
    pub(crate) fn pause(&self) -> Pause {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.paused_until {
            None => Pause::None,
            Some(until) if until > Instant::now() => Pause::Until(until),
            Some(_) => Pause::TryOne,
        }
    }
}

/// Whether the gateway wants to be left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    None,
    Until(Instant),
    TryOne,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ten_a_second_are_never_more_than_eleven_in_any_second() {
        let pace = Pace::default();
        let mut taken = Vec::new();
        for _ in 0..100 {
            pace.take(1, 10).await;
            taken.push(Instant::now());
        }
        for window in taken.windows(12) {
            assert!(window[11] - window[0] >= Duration::from_secs(1));
        }
        let whole = taken[99] - taken[0];
        assert!(whole >= Duration::from_millis(9800) && whole <= Duration::from_secs(10), "{whole:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn chunks_and_parallel_takers_keep_the_same_rate() {
        let pace = Pace::default();
        let started = Instant::now();
        let mut takers = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let pace = pace.clone();
            takers.spawn(async move {
                for _ in 0..10 {
                    pace.take(20, 2000).await;
                }
            });
        }
        takers.join_all().await;
        let whole = started.elapsed();
        assert!(whole >= Duration::from_millis(850) && whole <= Duration::from_millis(1050), "{whole:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_does_not_save_up_more_than_a_tenth_of_a_second() {
        let pace = Pace::default();
        pace.take(1, 100).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let started = Instant::now();
        for _ in 0..100 {
            pace.take(1, 100).await;
        }
        assert!(started.elapsed() >= Duration::from_millis(880), "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn after_frequency_limited_one_question_is_tried_every_ten_seconds_or_more() {
        let pace = Pace::default();
        assert_eq!(pace.pause(), Pause::None);
        let mut pauses = Vec::new();
        for _ in 0..5 {
            pace.leave_alone(HeldBack::TooOften, 0);
            pace.leave_alone(HeldBack::TooOften, 255);
            let Pause::Until(until) = pace.pause() else { panic!("not paused") };
            pauses.push((until - Instant::now()).as_secs());
            tokio::time::sleep_until(until).await;
            assert_eq!(pace.pause(), Pause::TryOne);
        }
        assert_eq!(pauses, [10, 20, 40, 60, 60]);
        pace.answered(false);
        assert_eq!(pace.pause(), Pause::None);
    }

    #[tokio::test(start_paused = true)]
    async fn answers_that_never_verify_stop_the_questions_until_one_does() {
        let pace = Pace::default();
        for _ in 1..DOUBTS_MAX {
            assert!(!pace.doubt_key());
        }
        pace.answered(false);
        assert!(pace.doubt_key(), "an error page in between proves no key");
        assert!(!pace.doubt_key(), "it is news once");
        assert_eq!(pace.held_back(), Some(HeldBack::KeyRefused));
        pace.leave_alone(HeldBack::TooOften, 0);
        pace.answered(false);
        assert_eq!(pace.held_back(), Some(HeldBack::KeyRefused));
        let Pause::Until(until) = pace.pause() else { panic!("not paused") };
        assert_eq!(until - Instant::now(), KEY_PAUSE);
        tokio::time::sleep_until(until).await;
        assert_eq!(pace.pause(), Pause::TryOne, "a single question now and then");
        assert!(!pace.doubt_key());
        assert!(matches!(pace.pause(), Pause::Until(_)));
        assert!(pace.answered(true), "the key fits again, at once");
        assert_eq!((pace.pause(), pace.held_back()), (Pause::None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_that_was_refused_before_the_start_is_tried_once_and_believed_again_only_when_an_answer_verifies() {
        let pace = Pace::of_refused_key();
        assert_eq!((pace.pause(), pace.held_back()), (Pause::TryOne, Some(HeldBack::KeyRefused)));
        assert!(!pace.doubt_key(), "it is no news");
        assert!(matches!(pace.pause(), Pause::Until(_)), "and one answer is enough to stop again");
        tokio::time::advance(KEY_PAUSE).await;
        assert!(pace.answered(true));
        assert_eq!((pace.pause(), pace.held_back()), (Pause::None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_doubts_stop_only_where_they_last_and_none_verified_in_between() {
        let pace = Pace::default();
        for _ in 0..4 {
            assert!(!pace.doubt_key());
            tokio::time::advance(Duration::from_secs(30)).await;
        }
        pace.answered(true);
        for _ in 0..4 {
            assert!(!pace.doubt_key());
            tokio::time::advance(Duration::from_secs(30)).await;
        }
        assert!(pace.doubt_key());
    }
}
