//! What a person does in the window, in the words of the main job.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::window::{DeskWindow, WindowError};

/// A script that answers what the list shows at this moment: of each order by number its state and the words beside it.
pub const LISTED: &str = "return Object.fromEntries([...document.querySelectorAll('[data-testid=\"order-state\"]')]\
     .map(e => [e.dataset.outTradeNo, e.dataset.state + ' ' + e.innerText.trim()]))";
/// Types into the field as a person would after clicking it and choosing all of it.
const CHOOSE_ALL: &str = "const e = document.querySelector(arguments[0]); \
     const field = e.matches('input, textarea') ? e : e.querySelector('input, textarea'); \
     field.focus(); field.select(); return true";
/// Notes every value that the progress of a batch shows, from now on.
const NOTE_PROGRESS: &str = "const seen = window.progressSeen = []; new MutationObserver(() => { \
     const bar = document.querySelector('[data-testid=\"test-progress\"] progress'); \
     if (bar && seen.at(-1) !== bar.value) seen.push(bar.value); \
     }).observe(document.body, { subtree: true, childList: true, attributes: true }); return true";
/// Answers when the button stands still: a complaint about half a number, typed slowly, comes and goes with its line.
const STANDS_STILL: &str = "const [css, done] = arguments; let place = '', frames = 0; const look = () => { \
     const box = document.querySelector(css)?.getBoundingClientRect(); \
     const moving = document.querySelector('.ant-form-item-explain, .ant-form-item-is-validating') !== null; \
     const now = box ? `${box.top} ${box.left}` : ''; \
     frames = !moving && now !== '' && now === place ? frames + 1 : 0; place = now; \
     if (frames >= 5) done(true); else requestAnimationFrame(look); }; look()";
/// The key, as WebDriver spells it.
const BACKSPACE: &str = "\u{e003}";
/// So many answers in a row that do not verify are told.
const UNVERIFIED_IN_A_ROW: u32 = 3;
/// The kinds of payment in the order in which the form offers them.
const TRADE_TYPES: [&str; 4] = ["JSAPI", "NATIVE", "APP", "MWEB"];

impl DeskWindow {
    /// Places an order whose answers do not verify, which needs a person; its number.
    pub async fn order_with_forged_answers(&self) -> Result<String, WindowError> {
        let number = self.create_orders(1, "3.00").await?.remove(0);
        let rule = json!({
            "fault": "wrong_sign", "endpoint": "orderquery", "out_trade_no": number, "mch_id": null, "probability": null,
            "positions": null, "count": "rule", "limit": null, "first": null, "after": null, "until": null, "parameters": {},
        });
        self.asked("simulator_faults_set", json!({ "plan": { "seed": "1", "rules": [rule] } })).await?;
        for _ in 0..UNVERIFIED_IN_A_ROW {
            let asked = json!({ "profile": "builtin", "outTradeNo": number });
            drop(self.invoke("order_query", asked).await?);
        }
        Ok(number)
    }

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
        // No text is no key for the driver; what is chosen is deleted then.
        let keys = if text.is_empty() { BACKSPACE } else { text };
        self.client().active_element().await?.send_keys(keys).await?;
        Ok(())
    }

    /// Chooses one of the parts of a segmented control, counted from 0.
    pub async fn choose_part(&self, id: &str, part: usize) -> Result<(), WindowError> {
        let css = format!("[data-testid=\"{id}\"] .ant-segmented-item:nth-of-type({})", part + 1);
        self.press(&css).await
    }

    /// Creates so many new NATIVE orders of this price on the test orders screen, and answers their numbers.
    pub async fn create_orders(&self, count: u32, yuan: &str) -> Result<Vec<String>, WindowError> {
        self.start_batch("NATIVE", count, yuan).await?;
        self.batch_created(count).await
    }

    /// Fills in the test orders screen and sends it off; the orders are still being created when this returns.
    pub async fn start_batch(&self, trade_type: &str, count: u32, yuan: &str) -> Result<(), WindowError> {
        self.go_to("test-orders").await?;
        self.fill("test-body", "验收测试商品").await?;
        self.fill("test-amount", yuan).await?;
        let part = TRADE_TYPES.iter().position(|offered| *offered == trade_type);
        self.choose_part("test-trade-type", part.unwrap_or_default()).await?;
        if trade_type == "NATIVE" {
            self.fill("test-product-id", "acceptance-01").await?;
        }
        self.fill("test-count", &count.to_string()).await?;
        self.client().execute(NOTE_PROGRESS, vec![]).await?;
        self.stands_still("test-create").await?;
        self.click("test-create").await
    }

    /// Waits until an element has stopped moving: a click goes to the place where it was when it was looked up.
    async fn stands_still(&self, id: &str) -> Result<(), WindowError> {
        let still = self.client().execute_async(STANDS_STILL, vec![json!(format!("[data-testid=\"{id}\"]"))]);
        let limit = Duration::from_secs(10);
        match timeout(limit, still).await {
            Ok(still) => Ok(still.map(drop)?),
            Err(_) => Err(WindowError::TooLong { what: format!("{id} to stand still"), seconds: limit.as_secs() }),
        }
    }

    /// Waits until the batch is created, and answers the numbers that the screen lists, a hundred at most.
    pub async fn batch_created(&self, count: u32) -> Result<Vec<String>, WindowError> {
        self.find(&format!("[data-testid=\"test-summary\"][data-created=\"{count}\"]")).await?;
        let script = "return [...document.querySelectorAll('[data-testid=\"test-result-row\"]')]\
             .map(row => row.parentElement.innerText.match(/[0-9A-Za-z_\\-|*@]{20,32}/)?.[0] ?? null)";
        let numbers = self.client().execute(script, vec![]).await?;
        let numbers = numbers.as_array().cloned().unwrap_or_default();
        Ok(numbers.iter().filter_map(|number| number.as_str().map(str::to_owned)).collect())
    }

    /// How many orders of the last batch were done, each time that its progress was drawn.
    pub async fn progress_seen(&self) -> Result<Vec<u64>, WindowError> {
        let seen = self.client().execute("return window.progressSeen", vec![]).await?;
        Ok(seen.as_array().map(|seen| seen.iter().filter_map(Value::as_u64).collect()).unwrap_or_default())
    }

    /// Opens an order of the list in the drawer.
    pub async fn open_order(&self, number: &str) -> Result<(), WindowError> {
        let row = format!("[data-testid=\"order-row\"][data-out-trade-no=\"{number}\"]");
        self.press(&row).await?;
        self.by_test_id("order-query").await?;
        self.stands_still("order-query").await
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

    /// The time by the page's clock, which is the core's, in milliseconds of UTC.
    pub async fn now_ms(&self) -> Result<i64, WindowError> {
        let now = self.client().execute("return Date.now()", vec![]).await?;
        now.as_i64().ok_or_else(|| WindowError::Unexpected { what: format!("the time is {now}") })
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
