//! The part of the tour that looks at screens: signatures, what is empty or wrong, the other language and shade.

use acceptance::window::{DeskWindow, WindowError};
use serde_json::Value;

use crate::filled_day;
use crate::report::Report;

/// Every screen, by the name of its navigation entry and as a caption.
const SCREENS: [(&str, &str); 10] = [
    ("overview", "概览 · Overview"),
    ("orders", "订单 · Orders"),
    ("refunds", "退款 · Refunds"),
    ("days", "对账 · Reconciliation"),
    ("test-orders", "测试下单 · Test orders"),
    ("notices", "通知 · Notices"),
    ("lookup", "查单 · Lookup"),
    ("signature", "签名 · Signature"),
    ("simulator", "模拟网关 · Simulator"),
    ("settings", "设置 · Settings"),
];
/// The rooms of the simulator's screen beside its orders.
const ROOMS: [(&str, &str); 6] = [
    ("refunds", "退款 · Refunds"),
    ("notices", "通知 · Notices"),
    ("traffic", "流量 · Traffic"),
    ("scenarios", "场景 · Scenarios"),
    ("faults", "故障 · Faults"),
    ("access", "接入 · Connect"),
];
/// WeChat's published example with a space behind the value of its body.
const ONE_SPACE_MORE: &str = "<xml><appid>wxd930ea5d5a258f4f</appid><mch_id>10000100</mch_id><device_info>1000</device_info>\
     <body>test </body><nonce_str>ibuaiVcKdpRxkhJA</nonce_str><sign>9A0A8659F005D6984697E2CA0A9CF3B7</sign></xml>";
/// The same with a sign that belongs to nothing.
const UNKNOWN_SIGN: &str = "<xml><appid>wxd930ea5d5a258f4f</appid><mch_id>10000100</mch_id><device_info>1000</device_info>\
     <body>test</body><nonce_str>ibuaiVcKdpRxkhJA</nonce_str><sign>00112233445566778899AABBCCDDEEFF</sign></xml>";
/// As a web page shows a string to sign.
const DAMAGED: &str = "appid=wxd930ea5d5a258f4f&body=test&mch_id=10000100¬ify_url=https://shop.example/notify\
     &nonce_str=ibuaiVcKdpRxkhJA&sign=00112233445566778899AABBCCDDEEFF";
const CLIENT_CALL: &str = "{\"timeStamp\":\"1704135845\",\"nonceStr\":\"IITRi8Iabbblz1Jc\",\"package\":\"prepay_id=wx0203040506789012abcdef\",\
     \"signType\":\"MD5\",\"paySign\":\"00112233445566778899AABBCCDDEEFF\"}";
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
    proven(window, "D5").await?;
    report.picture(window, "signature-mismatch", "签名：确诊，签名前去掉了空格 · Proven: a space was trimmed").await?;
    window.fill("sig-input", "").await?;
    window.click("sig-example-wrong").await?;
    proven(window, "A1").await?;
    report
        .picture(window, "signature-proven", "签名：确诊，空值参与了签名 · Proven: an empty value was signed")
        .await?;
    window.fill("sig-input", UNKNOWN_SIGN).await?;
    window.find("[data-testid=\"sig-verdict\"][data-outcome=\"unexplained\"]").await?;
    window.find("[data-testid=\"sig-excluded\"]").await?;
    report
        .picture(window, "signature-unexplained", "签名：未能复现，排除了什么 · Not reproduced, and what that excludes")
        .await?;
    window.fill("sig-input", DAMAGED).await?;
    window.find("[data-testid=\"sig-notes\"]").await?;
    report.picture(window, "signature-repaired", "签名：修复就地标出 · Repairs marked in place").await?;
    window.fill("sig-input", CLIENT_CALL).await?;
    window.fill("sig-appid", "wxd930ea5d5a258f4f").await?;
    window.find("[data-testid=\"sig-calls\"]").await?;
    window.find("[data-testid=\"sig-verdict\"][data-outcome=\"unexplained\"]").await?;
    report.picture(window, "signature-calls", "签名：三种调起并排 · Three client calls side by side").await?;
    window.fill("sig-appid", "").await?;
    window.fill("sig-input", WITH_A_DTD).await?;
    window.by_test_id("error-view").await?;
    report.picture(window, "signature-refused", "签名：拒收带 DTD 的报文 · A message with a DTD is refused").await?;
    // What is on the bench stays for the pictures in the other language and shade.
    window.fill("sig-input", "").await?;
    window.click("sig-example-wrong").await?;
    proven(window, "A1").await?;
    report.done(
        "Checked WeChat's published example (it matches), the same with one space more and with an empty value that was signed (both causes are proven: D5, A1), a sign that nothing gives, a damaged text, a client call beside its three forms, and a message with a DTD (it is refused).",
    );
    Ok(())
}

/// Waits until this cause is proven.
async fn proven(window: &DeskWindow, cause: &str) -> Result<(), WindowError> {
    window.find("[data-testid=\"sig-verdict\"][data-outcome=\"explained\"]").await?;
    window.text_when("sig-verdict", |text| text.contains("确诊") && text.contains(cause)).await.map(drop)
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
    window.press("[data-testid=\"order-state\"][data-state=\"NOTPAY\"]").await?;
    window.click("order-query").await?;
    window.find("[data-testid=\"error-view\"][data-code=\"not_sent\"]").await?;
    window.find("[data-testid=\"drawer-state\"][data-state=\"NOTPAY\"]").await?;
    report
        .picture(window, "order-not-sent", "网关停着时查询：没有发出，钱没有动 · A question that could not be sent")
        .await?;
    window.press(".error-notice .ant-notification-notice-close").await?;
    window.click("drawer-close").await?;
    window.go_to("simulator").await?;
    window.click("sim-start").await?;
    window.by_test_id("sim-order-row").await?;
    report.done("Stopped the gateway: a question is told as not sent, and the order stays unpaid. Started it again: its orders are still there.");
    Ok(())
}

/// An order whose answers do not verify, in the list of what needs a person.
pub(crate) async fn alarms(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    report.begin("what needs a person");
    let number = window.order_with_forged_answers().await?;
    window.go_to("orders").await?;
    let row = format!("[data-testid=\"order-state\"][data-out-trade-no=\"{number}\"][data-state=\"NOTPAY\"]");
    window.find(&row).await?;
    picture_of_alarms(window, report, "zh-light", "中文, light").await?;
    report.done("Had the gateway forge the answers about an order: the bell tells it, with the evidence and the next step, and the order stays unpaid.");
    Ok(())
}

async fn picture_of_alarms(
    window: &DeskWindow,
    report: &mut Report,
    name: &str,
    caption: &str,
) -> Result<(), WindowError> {
    window.click("alarm-bell").await?;
    window.find("[data-testid=\"alarm-bell-list\"] [data-kind=\"unverified_answer\"]").await?;
    report.picture(window, &format!("alarms-{name}"), &format!("需要留意 · What needs a person · {caption}")).await?;
    window.click("alarm-bell").await
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
        window.gone("[data-outcome=\"pending\"]").await?;
        report
            .picture(window, &format!("{screen}-{code}-{shade}"), &format!("{caption} · {language}, {shade}"))
            .await?;
        if screen == "overview" {
            picture_of_alarms(window, report, &format!("{code}-{shade}"), &format!("{language}, {shade}")).await?;
        }
        if screen == "days" {
            filled_day::open(window).await?;
            report
                .picture(
                    window,
                    &format!("days-filled-{code}-{shade}"),
                    &format!("对账的一天 · A day, {language}, {shade}"),
                )
                .await?;
            filled_day::fees_and_month(window, report, (language, shade)).await?;
        }
        if screen != "simulator" {
            continue;
        }
        for (room, words) in ROOMS {
            window.click(&format!("sim-tab-{room}")).await?;
            window.gone(".skeleton").await?;
            let name = format!("simulator-{room}-{code}-{shade}");
            report.picture(window, &name, &format!("模拟网关：{words} · {language}, {shade}")).await?;
        }
    }
    Ok(())
}
