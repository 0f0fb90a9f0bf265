//! A day is reconciled in the real window: the bill and the merchant's own table chosen, run, a difference settled, and the
//! remarks of an exported table read back.

use std::fmt::Write as _;
use std::path::Path;

use acceptance::keyboard::choose_file_in;
use acceptance::window::{DeskWindow, WindowStart};
use desk::reconcile::Viewpoint;
use desk::sheets::Reader;
use desk::{Clock, DayExport, Desk, Seams, SystemClock};

const TITLES: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMMARY: &str = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

/// Three payments of 1.00 in the bill; the merchant's table has the first, keeps 0.90 of the second, and lacks the third.
fn files(dir: &Path, mch_id: &str, date: &str) {
    let mut bill = format!("\u{FEFF}{TITLES}\r\n");
    let mut orders = "订单号,支付时间,金额(元),状态\n".to_owned();
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
}

async fn choose(window: &DeskWindow, title: &'static str, file: &Path) {
    let (display, file) = (window.display().to_owned(), file.to_owned());
    tokio::task::spawn_blocking(move || choose_file_in(&display, title, &file)).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_day_is_reconciled_settled_and_its_remarks_read_back() {
    let home = tempfile::tempdir().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).argument("--try").open().await.unwrap();
    let mch_id = window.asked("app_start", serde_json::json!({})).await.unwrap()["profiles"][0]["mch_id"].clone();
    let date = SystemClock.now().day();
    files(dir.path(), mch_id.as_str().unwrap(), &date);

    window.go_to("days").await.unwrap();
    window.click(&format!("day-{date}")).await.unwrap();
    window.click("bill-choose").await.unwrap();
    choose(&window, "选择对账单", &dir.path().join("bill.csv")).await;
    window.count_is("chosen-bill", 1).await.unwrap();
    window.press("[data-testid=\"day-own\"] .ant-radio-wrapper:nth-of-type(2)").await.unwrap();
    choose(&window, "选择自己的订单", &dir.path().join("orders.csv")).await;
    window.by_test_id("import-table").await.unwrap();
    window.click("day-run").await.unwrap();
    window.find("[data-testid=\"day\"][data-mark=\"open\"]").await.unwrap();
    window.find("[data-testid=\"class-matched\"][data-count=\"1\"]").await.unwrap();
    window.find("[data-testid=\"class-bill_only\"][data-count=\"1\"]").await.unwrap();
    window.count_is("difference-row", 2).await.unwrap();

    window.press("[data-testid=\"difference-row\"][data-class=\"amount_diff\"] .row-button").await.unwrap();
    window.fill("difference-text", "代金券").await.unwrap();
    window.click("difference-resolve").await.unwrap();
    window.find("[data-testid=\"difference-row\"][data-class=\"amount_diff\"][data-state=\"resolved\"]").await.unwrap();
    window.text_when("difference-note", |text| text.contains("代金券")).await.unwrap();

    // The table for finance is written beside the window, over the same data folder; its remarks are read back in the window.
    let exported = dir.path().join("differences.xlsx");
    let desk = Desk::open(home.path(), Seams::of_this_machine()).await.unwrap();
    let profile = desk.choose_profile(None).await.unwrap().name;
    let (day, reader) = (SystemClock.now(), Reader::People);
    let export = DayExport {
        profile,
        from: day,
        to: day,
        file: exported.clone(),
        reader,
        viewpoint: Viewpoint::Neutral,
        matched: false,
    };
    assert_eq!(desk.export_differences(export).await.unwrap(), 2);
    window.click("remarks-read").await.unwrap();
    choose(&window, "选择写好备注的差异表", &exported).await;
    window.text_of_when(".ant-message", |text| text.contains("读了 2 行")).await.unwrap();
    window.close().await.unwrap();
}
