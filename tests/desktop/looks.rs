//! The part of the tour that looks at screens: signatures, what is empty or wrong, the other language and shade.

use acceptance::window::{DeskWindow, WindowError};
use serde_json::Value;

use crate::report::Report;

/// Every screen, by the name of its navigation entry and as a caption.
const SCREENS: [(&str, &str); 6] = [
    ("overview", "概览 · Overview"),
    ("orders", "订单 · Orders"),
    ("test-orders", "测试下单 · Test orders"),
    ("signature", "签名 · Signature"),
    ("simulator", "模拟网关 · Simulator"),
    ("settings", "设置 · Settings"),
];
/// WeChat's published example with a space behind the value of its body.
const ONE_SPACE_MORE: &str = "<xml><appid>wxd930ea5d5a258f4f</appid><mch_id>10000100</mch_id><device_info>1000</device_info>\
     <body>test </body><nonce_str>ibuaiVcKdpRxkhJA</nonce_str><sign>9A0A8659F005D6984697E2CA0A9CF3B7</sign></xml>";
const WITH_A_DTD: &str = "<!DOCTYPE x [<!ENTITY a \"b\">]><xml><appid>&a;</appid></xml>";
/// The language that the title of the screen is in, and the shade of the page.
const SHOWN: &str = "const title = document.querySelector(`[data-testid=\"${arguments[0]}\"] h1`)?.innerText ?? ''; \
     return { language: title === '' ? null : /\\p{Script=Han}/u.test(title) ? '中文' : 'English', \
       shade: document.documentElement.dataset.theme }";

/// WeChat's example, the same with a space more, and a message that is refused.
pub(crate) async fn signature(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    report.begin("checking a signature");
    window.go_to("signature").await?;
    report.picture(window, "signature-empty", "签名：还没有粘贴 · Signature, nothing pasted yet").await?;
    window.click("sig-example").await?;
    window.find("[data-testid=\"sig-verdict\"][data-verdict=\"match\"]").await?;
    window.text_when("sig-verdict", |text| text.contains("一致") && !text.contains("不一致")).await?;
    report.picture(window, "signature-match", "签名：一致 · The signature matches").await?;
    window.fill("sig-input", ONE_SPACE_MORE).await?;
    window.find("[data-testid=\"sig-verdict\"][data-verdict=\"mismatch\"]").await?;
    report.picture(window, "signature-mismatch", "签名：不一致，多了一个空格 · One space more").await?;
    window.fill("sig-input", WITH_A_DTD).await?;
    window.by_test_id("error-view").await?;
    report.picture(window, "signature-refused", "签名：拒收带 DTD 的报文 · A message with a DTD is refused").await?;
    report.done(
        "Checked WeChat's published example (it matches), the same with one space more (it does not), and a message with a DTD (it is refused).",
    );
    Ok(())
}

/// A filter that nothing passes, and a gateway that does not run.
pub(crate) async fn empty_and_wrong(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    report.begin("a filter that nothing passes");
    window.go_to("orders").await?;
    window.fill("filter-search", "no-such-number").await?;
    window.by_test_id("orders-none").await?;
    report.picture(window, "orders-none", "筛选后没有订单 · Nothing matches the filter").await?;
    window.click("orders-clear").await?;
    window.by_test_id("order-row").await?;
    report.begin("a gateway that does not run");
    window.go_to("simulator").await?;
    window.by_test_id("sim-order-row").await?;
    window.click("sim-stop").await?;
    window.by_test_id("sim-stopped").await?;
    report.picture(window, "simulator-stopped", "模拟网关停着 · The gateway is stopped").await?;
    window.go_to("orders").await?;
    window.find("[data-testid=\"order-state\"][data-state=\"NOTPAY\"]").await?.click().await?;
    window.click("order-query").await?;
    window.find("[data-testid=\"error-view\"][data-code=\"not_sent\"]").await?;
    window.find("[data-testid=\"drawer-state\"][data-state=\"NOTPAY\"]").await?;
    report
        .picture(window, "order-not-sent", "网关停着时查询：没有发出，钱没有动 · A question that could not be sent")
        .await?;
    window.find(".error-notice .ant-notification-notice-close").await?.click().await?;
    window.click("drawer-close").await?;
    window.go_to("simulator").await?;
    window.click("sim-start").await?;
    window.by_test_id("sim-order-row").await?;
    report.done("Stopped the gateway: a question is told as not sent, and the order stays unpaid. Started it again: its orders are still there.");
    Ok(())
}

/// Every screen in English, in English and dark, and in Chinese and dark.
pub(crate) async fn languages_and_shades(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    for (language, shade, toggle) in
        [("English", "light", "top-language"), ("English", "dark", "top-theme"), ("中文", "dark", "top-language")]
    {
        report.begin(match (language, shade) {
            ("English", "light") => "every screen in English",
            ("English", _) => "every screen in English, dark",
            _ => "every screen in Chinese, dark",
        });
        window.click(toggle).await?;
        every_screen(window, report, language, shade).await?;
    }
    report.done("Switched to English, to the dark theme and back to Chinese with one click each: the title of every screen and the page's shade followed.");
    Ok(())
}

async fn every_screen(
    window: &DeskWindow,
    report: &mut Report,
    language: &str,
    shade: &str,
) -> Result<(), WindowError> {
    let code = if language == "English" { "en" } else { "zh" };
    for (screen, caption) in SCREENS {
        window.go_to(screen).await?;
        let followed = |shown: &Value| shown["language"] == language && shown["shade"] == shade;
        window.answer_when(SHOWN, &format!("screen-{screen}"), followed).await?;
        // No grey bar stands for something that is still to come.
        window.gone(".skeleton").await?;
        report
            .picture(window, &format!("{screen}-{code}-{shade}"), &format!("{caption} · {language}, {shade}"))
            .await?;
    }
    Ok(())
}
