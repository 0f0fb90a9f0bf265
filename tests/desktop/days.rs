//! A day is reconciled in the real window: the bill dropped from another program, the merchant's own tables chosen and mapped, run, asked about, a
//! difference settled, exported through the system's dialog, and the remarks of that table read back; a bill fetched from the
//! gateway is compared with the orders that are kept; and the calendar follows orders that are imported.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use acceptance::built::wxpay;
use wxpay_protocol::UtcMs;

use crate::today::{choose, choose_orders, choose_refunds, counts, drop_on, open_today, say_ordered_amounts};

const TITLES: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMMARY: &str = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

/// Three payments of 1.00 in the bill; the merchant's table has the first, keeps 0.90 of the second, and lacks the third.
pub(crate) fn files(dir: &Path, mch_id: &str, date: &str) {
    let mut bill = format!("\u{FEFF}{TITLES}\r\n");
    // The title of the amounts says no unit, so that a person has to.
    let mut orders = "订单号,支付时间,金额,状态\n".to_owned();
    for (number, own) in [(1, Some("1.00")), (2, Some("0.90")), (3, None)] {
        write!(
            bill,
            "`{date} 12:00:0{number},`wx0000000000000001,`{mch_id},`0,`,`420000000020261120000000000{number},`SHOP-{number},`o1,`JSAPI,`SUCCESS,`OTHERS,`CNY,`1.00,`0.00,`0,`0,`0.00,`0.00,`,`,`T恤,`,`0.00000,`0.00%,`1.00,`0.00,`\r\n"
        )
        .unwrap();
        if let Some(yuan) = own {
            writeln!(orders, "SHOP-{number},{date} 12:00:0{number},{yuan},支付成功").unwrap();
        }
    }
    write!(bill, "{SUMMARY}\r\n`3,`3.00,`0.00,`0.00,`0.00000,`3.00,`0.00\r\n").unwrap();
    std::fs::write(dir.join("bill.csv"), bill).unwrap();
    std::fs::write(dir.join("orders.csv"), orders).unwrap();
    std::fs::write(dir.join("refunds.csv"), "退款单号,退款金额(元),申请时间\nR-1,1.00,2020-01-01 12:00:00\n").unwrap();
}

#[tokio::test]
async fn a_dropped_bill_is_mapped_run_asked_about_settled_exported_and_its_remarks_read_back() {
    let home = tempfile::tempdir().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (window, mch_id, date) = open_today(home.path()).await;
    files(dir.path(), &mch_id, &date);

    // A name with a space and a letter of Chinese, as a download has them.
    let bill = dir.path().join("账单 1.csv");
    std::fs::rename(dir.path().join("bill.csv"), &bill).unwrap();
    window.go_to("orders").await.unwrap();
    drop_on(&window, &[&bill]).await;
    window.go_to("days").await.unwrap();
    window.click(&format!("day-{date}")).await.unwrap();
    window.by_test_id("day-inputs").await.unwrap();
    window.count_is("chosen-bill", 0).await.unwrap();
    drop_on(&window, &[&bill]).await;
    window.count_is("chosen-bill", 1).await.unwrap();
    choose_orders(&window, &dir.path().join("orders.csv")).await;
    window.find("[data-testid=\"day-run\"]:disabled").await.unwrap();
    window.press("[data-testid=\"import-unit\"] .ant-radio-wrapper").await.unwrap();
    // Nor is it known which of WeChat's amounts they are: two of its orders are in the bill, one of them with its amount.
    window.text_when("basis-order", |text| text.contains("2 笔里 1 笔相等")).await.unwrap();
    window.by_test_id("run-waits").await.unwrap();
    window.find("[data-testid=\"day-run\"]:disabled").await.unwrap();
    say_ordered_amounts(&window).await;
    window.find("[data-testid=\"day-run\"]:enabled").await.unwrap();
    choose_refunds(&window, &dir.path().join("refunds.csv")).await;
    window.click("day-run").await.unwrap();
    window.find("[data-testid=\"day\"][data-mark=\"open\"]").await.unwrap();
    counts(&window, "matched", 1).await;
    counts(&window, "bill_only", 1).await;
    window.count_is("difference-row", 2).await.unwrap();

    window.press("[data-testid=\"difference-row\"][data-class=\"amount_diff\"] .row-button").await.unwrap();
    window.click("difference-ask").await.unwrap();
    window.find("[data-testid=\"difference-answer\"][data-word=\"NOTEXIST\"]").await.unwrap();
    window.fill("difference-text", "代金券").await.unwrap();
    window.click("difference-resolve").await.unwrap();
    window.find("[data-testid=\"difference-row\"][data-class=\"amount_diff\"][data-state=\"resolved\"]").await.unwrap();
    window.text_when("difference-note", |text| text.contains("代金券")).await.unwrap();

    let exported = dir.path().join("differences.csv");
    window.click("day-export").await.unwrap();
    choose(&window, "导出差异", &exported).await;
    window.text_of_when(".ant-message", |text| text.contains("已导出到 differences.csv")).await.unwrap();
    // Finance settles what is left in the table.
    let table = std::fs::read_to_string(&exported).unwrap();
    assert!(table.contains("SHOP-3") && table.contains("微信支付没有这个单号"), "{table}");
    let settled = table.replace("待处理,,", "已核销,门店漏记,");
    assert_ne!(settled, table);
    std::fs::write(&exported, settled).unwrap();
    window.click("remarks-read").await.unwrap();
    choose(&window, "选择写好备注的差异表", &exported).await;
    window.text_of_when(".ant-message", |text| text.contains("读了 2 行：新备注 1，处理 1，拒绝 0")).await.unwrap();
    window.find("[data-testid=\"day\"][data-mark=\"handled\"]").await.unwrap();
    window.click("day-close").await.unwrap();
    window.find("[data-testid=\"day\"][data-mark=\"closed\"]").await.unwrap();
    window.find(&format!("[data-testid=\"day-{date}\"][data-mark=\"closed\"]")).await.unwrap();
    let start = window.asked("app_start", serde_json::json!({})).await.unwrap();
    window.close().await.unwrap();

    // The title of the amounts says no unit: without the mapping that the run saved the table would be refused.
    let again = Command::new(wxpay().unwrap())
        .args(["reconcile", "--json", "--date", &date, "--profile", start["profiles"][0]["name"].as_str().unwrap()])
        .arg("--data-dir")
        .arg(home.path())
        .arg("--bill")
        .arg(&bill)
        .arg("--orders")
        .arg(dir.path().join("orders.csv"))
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(again.code(), Some(1), "the day differs, and its table is read");
}

#[tokio::test]
async fn a_bill_is_fetched_from_the_gateway_and_compared_with_the_orders_that_are_kept() {
    let home = tempfile::tempdir().unwrap();
    let (window, mch_id, date) = open_today(home.path()).await;
    // One of the sample orders is paid by and by.
    window.go_to("orders").await.unwrap();
    window.find("[data-testid=\"order-state\"][data-state=\"SUCCESS\"]").await.unwrap();
    window.go_to("days").await.unwrap();
    window.click(&format!("day-{date}")).await.unwrap();
    window.click("bill-fetch").await.unwrap();
    window.find("[data-testid=\"bill-outcome\"][data-is=\"saved\"]").await.unwrap();
    assert!(home.path().join("bills").join(format!("{mch_id}_{date}_ALL.csv")).is_file());
    window.click("day-run").await.unwrap();
    window.by_test_id("class-matched").await.unwrap();
    window.press("[data-testid=\"class-matched\"] .row-button").await.unwrap();
    window.by_test_id("matched-row").await.unwrap();
    window.close().await.unwrap();
}

#[tokio::test]
async fn the_calendar_misses_a_bill_as_soon_as_orders_of_its_day_are_imported() {
    let home = tempfile::tempdir().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (window, _, date) = open_today(home.path()).await;
    let paid_at = UtcMs::parse_dashed(&format!("{date} 12:00:00")).unwrap().plus_ms(-3 * UtcMs::DAY_MS);
    let orders = dir.path().join("orders.csv");
    let row = format!("OLD-000001,1.00,{},支付成功\n", paid_at.dashed());
    std::fs::write(&orders, format!("商户订单号,金额(元),支付时间,交易状态\n{row}")).unwrap();
    let day = paid_at.day();
    let shown = |mark: &str| format!("[data-testid=\"day-{day}\"][data-mark=\"{mark}\"]");
    let is_before = !day.starts_with(&date[..7]);
    if is_before {
        window.press("[aria-label=\"上个月\"]").await.unwrap();
    }
    window.find(&shown("nothing")).await.unwrap();

    window.go_to("orders").await.unwrap();
    window.click("orders-import").await.unwrap();
    choose(&window, "导入订单", &orders).await;
    window.click("import-run").await.unwrap();
    window.find("[data-testid=\"import-result\"][data-added=\"1\"]").await.unwrap();
    window.click("import-close").await.unwrap();
    window.go_to("days").await.unwrap();
    if is_before {
        window.press("[aria-label=\"上个月\"]").await.unwrap();
    }
    window.find(&shown("missing_bill")).await.unwrap();
    window.close().await.unwrap();
}
