//! The way of the tour through the window.

use std::path::Path;
use std::time::Duration;

use acceptance::window::{DeskWindow, WindowError, WindowStart};

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

fn ms(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

/// From the first start to a paid order, a checked signature, and what each screen looks like in the other language and
/// shade.
pub(crate) async fn main_job(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    first_start(window, report).await?;
    let numbers = create_and_pay(window, report).await?;
    evidence(window, report, &numbers).await?;
    signature(window, report).await?;
    empty_and_wrong(window, report).await?;
    for (language, shade) in [("English", "light"), ("English", "dark"), ("中文", "dark")] {
        let toggle = if (language, shade) == ("English", "dark") { "top-theme" } else { "top-language" };
        window.click(toggle).await?;
        every_screen(window, report, language, shade).await?;
    }
    report.done("Switched to English and to the dark theme with one click each; every screen follows at once.");
    Ok(())
}

async fn first_start(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    window.by_test_id("first-start").await?;
    report.figure("process start to first contentful paint, debug build, Xvfb", ms(window.first_paint().await?));
    report.picture(window, "first-start", "第一次打开 · The first start").await?;
    window.click("first-start-add").await?;
    window.by_test_id("vault-form").await?;
    report
        .picture(window, "first-start-vault", "没有系统密钥环时先设密码 · Without a keyring a passphrase comes first")
        .await?;
    window.client().refresh().await?;
    window.try_it().await?;
    window.count_is("order-row", 6).await?;
    window.find("[data-testid=\"order-state\"][data-state=\"SUCCESS\"]").await?;
    report.done("Started on an empty data folder and chose to try it: the built-in gateway runs, six sample orders exist, and the first of them is paid.");
    report.picture(window, "orders-moving", "试用：订单自己在动 · Tried: orders move by themselves").await
}

async fn create_and_pay(window: &DeskWindow, report: &mut Report) -> Result<Vec<String>, WindowError> {
    let numbers = window.create_orders(10, "19.99").await?;
    report.done("Created ten NATIVE orders of ¥19.99 on the test orders screen; each has its QR code.");
    report.picture(window, "test-orders", "测试下单：十笔 · Ten test orders").await?;
    window.go_to("simulator").await?;
    for number in numbers.iter().take(3) {
        window.pay_in_simulator(number).await?;
    }
    report.picture(window, "simulator-paid", "在模拟网关里以顾客身份付三笔 · Three paid as the customer").await?;
    window.go_to("orders").await?;
    for number in numbers.iter().take(3) {
        window.listed_when(number, "已支付").await?;
    }
    report.done("Paid three of them in the simulator screen; the list shows 已支付 for exactly those.");
    let mut slowest = Duration::ZERO;
    for number in numbers.iter().skip(3).take(3) {
        slowest = slowest.max(window.pay_and_watch(number, "已支付").await?);
    }
    report.figure("payment to 已支付 in the untouched list, slowest of 3", ms(slowest));
    report.done("Paid three more while the list was in sight and touched nothing: each row changed by itself.");
    report.picture(window, "orders-paid", "订单列表：没有碰它，状态自己变了 · The list changed untouched").await?;
    report.keep_as("orders.png")?;
    Ok(numbers)
}

async fn evidence(window: &DeskWindow, report: &mut Report, numbers: &[String]) -> Result<(), WindowError> {
    let (Some(paid), Some(unpaid)) = (numbers.first(), numbers.last()) else { return Ok(()) };
    window.open_order(paid).await?;
    window.by_test_id("timeline-step").await?;
    report.picture(window, "order-drawer", "一笔已付的订单和它的证据 · A paid order and its evidence").await?;
    window.click("drawer-close").await?;
    window.open_order(unpaid).await?;
    window.by_test_id("pay-code").await?;
    report.done("Opened a paid order (its timeline shows each signed answer and what it changed) and an unpaid one (its QR code).");
    report
        .picture(
            window,
            "order-drawer-unpaid",
            "一笔未付的订单：二维码和下一步 · An unpaid order: QR code and what happens next",
        )
        .await?;
    window.click("drawer-close").await?;
    window.go_to("simulator").await?;
    for (tab, caption) in [("notices", "通知 · Notices"), ("traffic", "报文 · Traffic")] {
        let tab_button = window.by_test_id(&format!("sim-tab-{tab}")).await?;
        tab_button.click().await?;
        let row = if tab == "traffic" { "sim-traffic-row" } else { "sim-notice-row" };
        window.by_test_id(row).await?;
        report.picture(window, &format!("simulator-{tab}"), &format!("模拟网关：{caption}")).await?;
    }
    Ok(())
}

async fn signature(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    window.go_to("signature").await?;
    report.picture(window, "signature-empty", "签名：还没有粘贴 · Signature, nothing pasted yet").await?;
    window.click("sig-example").await?;
    window.find("[data-testid=\"sig-verdict\"][data-verdict=\"match\"]").await?;
    report.picture(window, "signature-match", "签名：一致 · The signature matches").await?;
    let changed = "<xml><appid>wxd930ea5d5a258f4f</appid><mch_id>10000100</mch_id><device_info>1000</device_info>\
                   <body>test </body><nonce_str>ibuaiVcKdpRxkhJA</nonce_str><sign>9A0A8659F005D6984697E2CA0A9CF3B7</sign></xml>";
    window.fill("sig-input", changed).await?;
    window.find("[data-testid=\"sig-verdict\"][data-verdict=\"mismatch\"]").await?;
    report.done("Checked WeChat's published example (一致), then the same with one space more (不一致), step by step.");
    report.picture(window, "signature-mismatch", "签名：不一致，多了一个空格 · One space more").await?;
    window.fill("sig-input", "<!DOCTYPE x [<!ENTITY a \"b\">]><xml><appid>&a;</appid></xml>").await?;
    window.by_test_id("error-view").await?;
    report.picture(window, "signature-refused", "签名：拒收带 DTD 的报文 · A message with a DTD is refused").await
}

async fn empty_and_wrong(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    window.go_to("orders").await?;
    window.fill("filter-search", "no-such-number").await?;
    window.by_test_id("orders-none").await?;
    report.picture(window, "orders-none", "筛选后没有订单 · Nothing matches the filter").await?;
    window.click("orders-clear").await?;
    window.by_test_id("order-row").await?;
    window.go_to("simulator").await?;
    window.click("sim-stop").await?;
    window.by_test_id("sim-stopped").await?;
    report.picture(window, "simulator-stopped", "模拟网关停着 · The gateway is stopped").await?;
    window.go_to("orders").await?;
    window.find("[data-testid=\"order-state\"][data-state=\"NOTPAY\"]").await?.click().await?;
    window.click("order-query").await?;
    window.find("[data-testid=\"error-view\"][data-code=\"not_sent\"]").await?;
    report
        .picture(window, "order-not-sent", "网关停着时查询：没有发出，钱没有动 · A question that could not be sent")
        .await?;
    window.find(".error-notice .ant-notification-notice-close").await?.click().await?;
    window.click("drawer-close").await?;
    window.go_to("simulator").await?;
    window.click("sim-start").await?;
    window.by_test_id("sim-order-row").await?;
    report.done("Stopped the gateway: a question is told as not sent, and nothing changes. Started it again: its orders are still there.");
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
        settled(window).await?;
        report
            .picture(window, &format!("{screen}-{code}-{shade}"), &format!("{caption} · {language}, {shade}"))
            .await?;
    }
    Ok(())
}

/// Waits until no grey bar stands for something that is still to come.
async fn settled(window: &DeskWindow) -> Result<(), WindowError> {
    window.gone(".skeleton").await
}

/// Opens the same data folder again: everything is there, and payments are still followed.
pub(crate) async fn after_a_restart(home: &Path, report: &mut Report) -> Result<(), WindowError> {
    let window = WindowStart::over(home).screen(1920, 1080).open().await?;
    let seen = restarted(&window, report).await;
    let closed = window.close().await;
    seen.and(closed)
}

async fn restarted(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    window.by_test_id("screen-orders").await?;
    window.count_is("order-row", 16).await?;
    let unpaid = window.find("[data-testid=\"order-state\"][data-state=\"NOTPAY\"]").await?;
    let number = unpaid.attr("data-out-trade-no").await?.unwrap_or_default();
    let followed = window.pay_and_watch(&number, "已支付").await?;
    report.figure("the same after a restart", ms(followed));
    report.done("Closed the window and opened it again: all sixteen orders are there, and the next payment is followed as before.");
    report.picture(window, "after-restart", "重新打开之后 · After a restart").await?;
    window.client().set_window_rect(0, 0, 1920, 1080).await?;
    report.picture(window, "wide", "1920 × 1080").await
}
