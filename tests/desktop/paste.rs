//! Pasting into the workbench, and how long its answer takes.

use acceptance::window::{DeskWindow, WindowError};
use serde_json::json;

/// The key of WeChat's published example.
pub(crate) const KEY: &str = "192006250b4c09247ec02edce69f6a2d";
/// An order whose empty attach was signed under that key.
pub(crate) const EMPTY_ATTACH_SIGNED: &str = "<xml><appid>wxd930ea5d5a258f4f</appid><attach></attach><mch_id>10000100</mch_id>\
     <device_info>1000</device_info><body>test</body><nonce_str>ibuaiVcKdpRxkhJA</nonce_str>\
     <sign>C14A961532040E73C3BE6ECE35946C13</sign></xml>";
/// Pastes at one moment, and answers how many milliseconds later the verdict says this.
const PASTE_AND_TIME: &str = "const [text, outcome, said, done] = arguments; \
     const field = document.querySelector('[data-testid=\"sig-input\"]'); \
     const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set; \
     const started = performance.now(); \
     set.call(field, text); field.dispatchEvent(new Event('input', { bubbles: true })); \
     const look = () => { \
       const verdict = document.querySelector('[data-testid=\"sig-verdict\"]'); \
       if (verdict?.dataset.outcome === outcome && verdict.innerText.includes(said)) done(performance.now() - started); \
       else if (performance.now() - started > 20000) done(null); \
       else requestAnimationFrame(look); }; look()";

/// The workbench with the key of the example typed in.
pub(crate) async fn workbench(window: &DeskWindow) -> Result<(), WindowError> {
    window.go_to("signature").await?;
    window.choose_part("sig-key-kind", 1).await?;
    window.fill("sig-key-typed", KEY).await
}

/// Milliseconds from pasting a text to a verdict with this outcome that says this.
pub(crate) async fn paste_and_time(
    window: &DeskWindow,
    text: &str,
    outcome: &str,
    said: &str,
) -> Result<f64, WindowError> {
    let arguments = vec![json!(text), json!(outcome), json!(said)];
    let took = window.client().execute_async(PASTE_AND_TIME, arguments).await?;
    took.as_f64().ok_or_else(|| WindowError::Unexpected { what: format!("{outcome}: {said} was never said") })
}
