//! The part of the tour about refunds, notices and lookups.

use acceptance::keyboard::press_in;
use acceptance::window::{DeskWindow, WindowError};

use crate::report::Report;

/// Part of a paid order goes back to the payer, after the question that the core draws.
pub(crate) async fn refund(window: &DeskWindow, report: &mut Report, number: &str) -> Result<(), WindowError> {
    report.begin("a refund");
    window.go_to("orders").await?;
    window.open_order(number).await?;
    window.click("order-refund").await?;
    window.click("refund-look").await?;
    window.fill("refund-amount", "5.00").await?;
    report.picture(window, "refund-dialog", "退款：先查还能退多少 · What is left is asked first").await?;
    window.click("refund-go").await?;
    let display = window.display().to_owned();
    let answered = tokio::task::spawn_blocking(move || press_in(&display, "退款 ¥", &["alt+r"])).await;
    answered.map_err(std::io::Error::other)??;
    window.find("[data-testid=\"drawer-state\"][data-state=\"REFUND\"]").await?;
    report.picture(window, "order-drawer-refunded", "有退款的订单 · An order with a refund").await?;
    window.click("drawer-close").await?;
    window.go_to("refunds").await?;
    window.press("[data-testid=\"refund-row\"][data-state=\"SUCCESS\"] .row-button").await?;
    window.text_when("refund-arrival", |text| text.contains("零钱")).await?;
    report.picture(window, "refunds-one", "退款：到账时间和证据 · When it arrives, and the evidence").await?;
    report.done("Refunded ¥5.00 of a paid order: the core's own question was answered by keyboard, and the list says when the money arrives.");
    Ok(())
}

/// A notice of the built-in gateway arrives at the window's listener and is judged check by check.
pub(crate) async fn notice(window: &DeskWindow, report: &mut Report) -> Result<(), WindowError> {
    report.begin("a notice");
    window.go_to("notices").await?;
    window.click("listener-start").await?;
    window.click("notice-sample").await?;
    window.press("[data-testid=\"notice-row\"][data-verdict=\"accepted\"] .row-button").await?;
    window.find("[data-testid=\"notice-judgement\"][data-verdict=\"accepted\"]").await?;
    report.picture(window, "notice-judged", "通知：逐项判定 · A notice, check by check").await?;
    report.done(
        "Started the listener, had the built-in gateway send a notice, and opened it: accepted, every check told.",
    );
    Ok(())
}

/// A customer's message becomes the sentence to read out.
pub(crate) async fn lookup(window: &DeskWindow, report: &mut Report, number: &str) -> Result<(), WindowError> {
    report.begin("a lookup");
    window.go_to("lookup").await?;
    window.fill("lookup-text", &format!("你好，商户单号：{number} 退款到了吗？")).await?;
    window.click("lookup-go").await?;
    window.text_when("lookup-sentence", |text| text.contains("5.00")).await?;
    report.picture(window, "lookup-one", "查单：可以念给客户听的一句话 · The sentence to read out").await?;
    window.fill("lookup-text", &format!("{number} SHOP-0000001 SHOP-0000002")).await?;
    window.click("lookup-go").await?;
    window.count_is("lookup-row", 3).await?;
    report.picture(window, "lookup-several", "查单：几个单号 · Several numbers").await?;
    report.done(
        "Pasted a customer's message and three numbers: the sentence names the refund, the table what nobody has.",
    );
    Ok(())
}
