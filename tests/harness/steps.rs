//! What a person does in the window, in the words of the main job.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::window::{DeskWindow, WindowError};

/// Something that the page shows at this moment: the states of the orders in the list, by number.
const LISTED: &str = "return Object.fromEntries([...document.querySelectorAll('[data-testid=\"order-state\"]')]\
     .map(e => [e.dataset.outTradeNo, e.dataset.state + ' ' + e.innerText.trim()]))";
/// Types into the field as a person would after clicking it and choosing all of it.
const CHOOSE_ALL: &str = "const e = document.querySelector(arguments[0]); \
     const field = e.matches('input, textarea') ? e : e.querySelector('input, textarea'); \
     field.focus(); field.select(); return true";
/// Pays as the simulator screen does and tells after how many milliseconds the row of the list had this text, without
/// another touch.
const PAY_AND_WATCH: &str = "const [number, wanted, done] = arguments; const started = performance.now(); \
     const row = () => document.querySelector(`[data-testid=\"order-state\"][data-out-trade-no=\"${number}\"]`); \
     const look = () => { const shown = row(); \
       if (shown && shown.innerText.includes(wanted)) return done({ ms: performance.now() - started }); \
       if (performance.now() - started > 15000) return done({ shown: shown ? shown.innerText : null }); \
       requestAnimationFrame(look); }; \
     window.__TAURI_INTERNALS__.invoke('simulator_pay', { outTradeNo: number, couponFeeFen: null }) \
       .then(look, error => done({ refused: error }))";

impl DeskWindow {
    /// Chooses "try it" at the first start and waits for the list of orders.
    pub async fn try_it(&self) -> Result<(), WindowError> {
        self.click("first-start-try").await?;
        self.by_test_id("screen-orders").await?;
        Ok(())
    }

    /// Goes to a screen by the navigation.
    pub async fn go_to(&self, screen: &str) -> Result<(), WindowError> {
        let entry = if screen == "test-orders" { "test" } else { screen };
        self.click(&format!("nav-{entry}")).await?;
        self.by_test_id(&format!("screen-{screen}")).await?;
        Ok(())
    }

    /// Replaces what stands in a field.
    pub async fn fill(&self, id: &str, text: &str) -> Result<(), WindowError> {
        self.by_test_id(id).await?;
        self.client().execute(CHOOSE_ALL, vec![json!(format!("[data-testid=\"{id}\"]"))]).await?;
        self.client().active_element().await?.send_keys(text).await?;
        Ok(())
    }

    /// Chooses one of the parts of a segmented control, counted from 0.
    pub async fn choose_part(&self, id: &str, part: usize) -> Result<(), WindowError> {
        let css = format!("[data-testid=\"{id}\"] .ant-segmented-item:nth-of-type({})", part + 1);
        Ok(self.find(&css).await?.click().await?)
    }

    /// Creates so many new NATIVE orders of this price on the test orders screen, and answers their numbers.
    pub async fn create_orders(&self, count: u32, yuan: &str) -> Result<Vec<String>, WindowError> {
        self.go_to("test-orders").await?;
        self.fill("test-body", "验收测试商品").await?;
        self.fill("test-amount", yuan).await?;
        self.choose_part("test-trade-type", 1).await?;
        self.fill("test-product-id", "acceptance-01").await?;
        self.fill("test-count", &count.to_string()).await?;
        self.click("test-create").await?;
        self.find(&format!("[data-testid=\"test-summary\"][data-created=\"{count}\"]")).await?;
        let script = "return [...document.querySelectorAll('[data-testid=\"test-result-row\"]')]\
             .map(row => row.parentElement.innerText.match(/[0-9A-Za-z_\\-|*@]{20,32}/)?.[0] ?? null)";
        let numbers = self.client().execute(script, vec![]).await?;
        let numbers = numbers.as_array().cloned().unwrap_or_default();
        Ok(numbers.iter().filter_map(|number| number.as_str().map(str::to_owned)).collect())
    }

    /// Opens an order of the list in the drawer.
    pub async fn open_order(&self, number: &str) -> Result<(), WindowError> {
        let row = format!("[data-testid=\"order-row\"][data-out-trade-no=\"{number}\"]");
        self.find(&row).await?.click().await?;
        self.by_test_id("order-query").await?;
        Ok(())
    }

    /// Pays an order on the simulator screen.
    pub async fn pay_in_simulator(&self, number: &str) -> Result<(), WindowError> {
        let css = format!("[data-testid=\"sim-pay\"][data-out-trade-no=\"{number}\"]");
        self.find(&css).await?.click().await?;
        self.find(&format!("[data-testid=\"sim-order-row\"][data-out-trade-no=\"{number}\"][data-state=\"SUCCESS\"]"))
            .await?;
        Ok(())
    }

    /// What the list shows of an order: its state and the words beside it.
    pub async fn listed(&self, number: &str) -> Result<Option<String>, WindowError> {
        let listed = self.client().execute(LISTED, vec![]).await?;
        Ok(listed.get(number).and_then(Value::as_str).map(str::to_owned))
    }

    /// The numbers of the orders in sight that are in this state.
    pub async fn listed_in_state(&self, state: &str) -> Result<Vec<String>, WindowError> {
        let listed = self.client().execute(LISTED, vec![]).await?;
        let orders = listed.as_object().cloned().unwrap_or_default();
        let in_state = |shown: &Value| shown.as_str().is_some_and(|text| text.split(' ').next() == Some(state));
        Ok(orders.into_iter().filter(|(_, shown)| in_state(shown)).map(|(number, _)| number).collect())
    }

    /// Waits until the list shows this text for an order, and answers how long that took.
    pub async fn listed_when(&self, number: &str, wanted: &str) -> Result<Duration, WindowError> {
        let started = Instant::now();
        let css = format!("[data-testid=\"order-state\"][data-out-trade-no=\"{number}\"]");
        self.text_of_when(&css, |text| text.contains(wanted)).await?;
        Ok(started.elapsed())
    }

    /// Pays an order while the list is shown, touches nothing, and answers after how long the list shows `wanted`.
    pub async fn pay_and_watch(&self, number: &str, wanted: &str) -> Result<Duration, WindowError> {
        let answer = self.client().execute_async(PAY_AND_WATCH, vec![json!(number), json!(wanted)]).await?;
        match answer.get("ms").and_then(Value::as_f64) {
            Some(ms) => Ok(Duration::from_secs_f64(ms / 1000.0)),
            None => Err(WindowError::TooLong { what: format!("{wanted} in the list; {answer}"), seconds: 15 }),
        }
    }

    /// Asks the core by itself, as the page does; answers what it answers, or its error.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Result<Result<Value, Value>, WindowError> {
        let script = "const [command, args, done] = arguments; window.__TAURI_INTERNALS__.invoke(command, args)\
             .then(ok => done({ ok }), error => done({ error }))";
        let answer = self.client().execute_async(script, vec![json!(command), arguments]).await?;
        Ok(match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer.get("ok").cloned().unwrap_or_default()),
        })
    }
}
