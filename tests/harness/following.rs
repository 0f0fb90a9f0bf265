//! How soon the list follows a payment.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::window::{DeskWindow, WindowError};

/// The promise: the list follows a payment within this time without being touched.
const PROMISED: Duration = Duration::from_secs(2);
/// A desk that missed a payment looks again after five seconds. What takes as long as that follows nothing.
const NOT_FOLLOWED: Duration = Duration::from_millis(4500);
/// How many times as long as on the shortest way it may take where that way alone is slow.
const TIMES_THE_SHORTEST: u32 = 3;
/// An order is asked about this late if nothing tells of its payment, in seconds.
const UNTOLD_S: u32 = 3600;

/// Pays by the page's own command and tells after how many milliseconds the row of the list had this text, without another
/// touch. With `ask` the page also asks about the order itself, which is the shortest way there is.
const PAY_AND_WATCH: &str = "const [number, wanted, ask, done] = arguments; const started = performance.now(); \
     const invoke = window.__TAURI_INTERNALS__.invoke; \
     const row = () => document.querySelector(`[data-testid=\"order-state\"][data-out-trade-no=\"${number}\"]`); \
     const look = () => { const shown = row(); \
       if (shown && shown.innerText.includes(wanted)) return done({ ms: performance.now() - started }); \
       if (performance.now() - started > 15000) return done({ shown: shown ? shown.innerText : null }); \
       requestAnimationFrame(look); }; \
     const order = { mch_id: null, out_trade_no: number }; \
     const pay = { openid: null, coupon_fee_fen: 0, coupon_type: 'cash' }; \
     invoke('simulator_pay', { order, pay }).then(() => { \
       if (ask) invoke('order_query', { profile: 'builtin', outTradeNo: number }).catch(error => done({ refused: error })); \
       look(); }, error => done({ refused: error }))";
/// Notes when the pay button of an order is clicked, when the list shows its row after that, and when with this text.
const NOTE_CLICK: &str = "const [number, wanted] = arguments; \
     const seen = window.clickSeen = { clicked: null, listed: null, shown: null }; \
     document.addEventListener('click', event => { const button = event.target.closest('[data-testid=\"sim-pay\"]'); \
       if (event.isTrusted && button?.dataset.outTradeNo === number) seen.clicked ??= performance.now(); }, true); \
     const look = () => { if (window.clickSeen !== seen) return; \
       const row = document.querySelector(`[data-testid=\"order-state\"][data-out-trade-no=\"${number}\"]`); \
       if (row && seen.clicked !== null) { seen.listed ??= performance.now(); \
         if (row.innerText.includes(wanted)) { seen.shown = performance.now(); return; } } \
       requestAnimationFrame(look); }; look(); return true";

/// How soon the list followed.
#[derive(Debug, Clone, Copy)]
pub struct Following {
    /// The one in the middle of all payments.
    pub usual: Duration,
    /// The slowest where the page itself asked about the order: what this machine needs at this moment.
    pub shortest_way: Duration,
}

impl Following {
    /// What the list may take: two seconds, and on a machine that is busy with other things a few times what it needs at
    /// least, but never as long as a desk that missed the payment.
    #[must_use]
    pub fn limit(&self) -> Duration {
        PROMISED.max(self.shortest_way * TIMES_THE_SHORTEST).min(NOT_FOLLOWED)
    }

    /// Whether it was in time.
    #[must_use]
    pub fn is_in_time(&self) -> bool {
        self.usual <= self.limit()
    }
}

/// From a click on the pay button.
#[derive(Debug, Clone, Copy)]
pub struct FromClick {
    /// Until the list had the order's row, after the way from one screen to the other.
    pub listed: Duration,
    /// Until that row had the text.
    pub shown: Duration,
}

impl DeskWindow {
    /// Makes hints the only reason to ask about new orders: no question comes by itself soon enough to be taken for one.
    pub async fn ask_only_when_told(&self) -> Result<(), WindowError> {
        self.ask_every(UNTOLD_S).await
    }

    /// Has every order that is created or answered from now on asked about after so many seconds.
    pub async fn ask_every(&self, seconds: u32) -> Result<(), WindowError> {
        let mut start = self.asked("app_start", json!({})).await?;
        let mut settings = start.get_mut("settings").map(Value::take).unwrap_or_default();
        WindowError::unless(settings.is_object(), || format!("the settings of the start: {settings}"))?;
        settings["poll_ladder_s"] = json!([seconds]);
        self.asked("settings_set", json!({ "settings": settings })).await.map(drop)
    }

    /// As [`DeskWindow::invoke`], where a refusal is an error.
    pub async fn asked(&self, command: &str, arguments: Value) -> Result<Value, WindowError> {
        let answer = self.invoke(command, arguments).await?;
        answer.map_err(|refused| WindowError::Unexpected { what: format!("{command} was refused: {refused}") })
    }

    /// Pays an order on the simulator screen.
    pub async fn pay_in_simulator(&self, number: &str) -> Result<(), WindowError> {
        self.press(&pay_button(number)).await?;
        self.find(&format!("[data-testid=\"sim-order-row\"][data-out-trade-no=\"{number}\"][data-state=\"SUCCESS\"]"))
            .await?;
        Ok(())
    }

    /// Clicks the pay button of the simulator screen, goes to the list at once, and tells how long that and the row took.
    pub async fn pay_by_click_and_watch(&self, number: &str, wanted: &str) -> Result<FromClick, WindowError> {
        self.go_to("simulator").await?;
        let button = self.find(&pay_button(number)).await?;
        self.client().execute(NOTE_CLICK, vec![json!(number), json!(wanted)]).await?;
        button.click().await?;
        self.go_to("orders").await?;
        let seen = self.answer_when("return window.clickSeen", number, |seen| seen["shown"].is_number()).await?;
        let after_click = |what: &str| {
            let ms = seen[what].as_f64().zip(seen["clicked"].as_f64()).map(|(at, clicked)| at - clicked);
            ms.map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1000.0))
        };
        match (after_click("listed"), after_click("shown")) {
            (Some(listed), Some(shown)) => Ok(FromClick { listed, shown }),
            _ => Err(WindowError::Unexpected { what: format!("what followed the click: {seen}") }),
        }
    }

    /// Waits until the list shows this text for an order, and answers how long that took.
    pub async fn listed_when(&self, number: &str, wanted: &str) -> Result<Duration, WindowError> {
        let started = Instant::now();
        let css = format!("[data-testid=\"order-state\"][data-out-trade-no=\"{number}\"]");
        self.text_of_when(&css, |text| text.contains(wanted)).await?;
        Ok(started.elapsed())
    }

    /// Pays an order by the page's own command while the list is shown, touches nothing, and answers after how long the list
    /// shows `wanted`.
    pub async fn pay_and_watch(&self, number: &str, wanted: &str) -> Result<Duration, WindowError> {
        self.pay_watching(number, wanted, false).await
    }

    /// Pays these orders one after the other as [`DeskWindow::pay_and_watch`] does, after it has paid the `measured` ones on
    /// the shortest way, with which they are compared.
    pub async fn follows(&self, measured: &[String], paid: &[String]) -> Result<Following, WindowError> {
        let mut shortest_way = Duration::ZERO;
        for number in measured {
            shortest_way = shortest_way.max(self.pay_watching(number, "已支付", true).await?);
        }
        let mut took = Vec::new();
        for number in paid {
            took.push(self.pay_and_watch(number, "已支付").await?);
        }
        took.sort_unstable();
        let usual = took.get(took.len() / 2).copied();
        usual
            .map(|usual| Following { usual, shortest_way })
            .ok_or_else(|| WindowError::Unexpected { what: "there was nothing to pay".to_owned() })
    }

    async fn pay_watching(&self, number: &str, wanted: &str, ask: bool) -> Result<Duration, WindowError> {
        let arguments = vec![json!(number), json!(wanted), json!(ask)];
        let answer = self.client().execute_async(PAY_AND_WATCH, arguments).await?;
        match answer.get("ms").and_then(Value::as_f64) {
            Some(ms) => Ok(Duration::from_secs_f64(ms / 1000.0)),
            None => Err(WindowError::TooLong { what: format!("{wanted} in the list; {answer}"), seconds: 15 }),
        }
    }
}

fn pay_button(number: &str) -> String {
    format!("[data-testid=\"sim-pay\"][data-out-trade-no=\"{number}\"]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn following(usual_ms: u64, shortest_way_ms: u64) -> Following {
        Following { usual: Duration::from_millis(usual_ms), shortest_way: Duration::from_millis(shortest_way_ms) }
    }

    #[test]
    fn two_seconds_hold_where_the_machine_is_free_and_a_missed_payment_is_late_on_any() {
        assert!(following(1900, 300).is_in_time());
        assert!(!following(2100, 300).is_in_time());
        assert!(following(2900, 1000).is_in_time());
        for shortest_way_ms in [0, 1000, 5000, 60_000] {
            assert!(!following(4900, shortest_way_ms).is_in_time());
        }
    }
}
