//! Differences go out of the real window as a workbook, finance writes into it, and the window reads back what it says: taken
//! with who and when, or refused with the row and the reason.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use acceptance::window::DeskWindow;
use desk::sheets::{Cell, Column, Sheet, XlsxBook};
use desk::{Clock as _, SystemClock};

use crate::days;
use crate::today::{WHO, choose, choose_orders, drop_on, open_today, say_ordered_amounts};

type Rows = Vec<Vec<String>>;

/// Writes the workbook anew as somebody leaves it who changed the differences in it: all its sheets, every cell as it is shown.
fn change_differences(file: &Path, change: impl Fn(&mut Rows)) {
    let mut book = Sheet::open(File::open(file).unwrap()).unwrap();
    let mut sheets: Vec<(String, Rows)> = Vec::new();
    for (place, name) in book.sheet_names().to_vec().into_iter().enumerate() {
        book.choose_sheet(place);
        let mut rows = Rows::new();
        book.each(|row| {
            rows.push((0..row.len()).map(|place| row.shown(place)).collect());
            ControlFlow::Continue(())
        })
        .unwrap();
        sheets.push((name, rows));
    }
    assert!(sheets.iter().any(|(name, _)| name == "差异"), "{sheets:?}");
    let mut changed = XlsxBook::new(File::create(file).unwrap());
    for (name, mut rows) in sheets {
        if name == "差异" {
            change(&mut rows);
        }
        let (titles, rows) = rows.split_first().unwrap();
        let columns: Vec<_> = titles.iter().map(|title| Column { title: title.clone(), width_chars: 12 }).collect();
        changed.sheet(&name, &columns).unwrap();
        for row in rows {
            changed.row(&row.iter().map(|text| Cell::Text(text)).collect::<Vec<_>>()).unwrap();
        }
    }
    changed.finish().unwrap();
}

fn column(rows: &Rows, title: &str) -> usize {
    rows[0].iter().position(|found| found == title).unwrap()
}

/// Writes what was decided into the row of an order.
fn decide(rows: &mut Rows, number: &str, state: &str, remark: &str) {
    let [of, handled, said] = ["商户订单号", "处理", "备注"].map(|title| column(rows, title));
    let row = rows.iter_mut().find(|row| row[of] == number).unwrap();
    row[handled] = state.to_owned();
    row[said] = remark.to_owned();
}

async fn read_back(window: &DeskWindow, file: &Path) {
    window.click("remarks-read").await.unwrap();
    choose(window, "选择写好备注的差异表", file).await;
}

/// Waits until the window says what it did, and what it refused, and puts that away.
async fn refuses(window: &DeskWindow, did: &str, why: &[&str]) {
    window.text_of_when(".ant-modal-confirm-title", |text| text == did).await.unwrap();
    let refused = window.text_when("remarks-refused", |text| !text.is_empty()).await.unwrap();
    assert!(refused.lines().eq(why.iter().copied()), "{refused}");
    window.press(".ant-modal-confirm-btns button").await.unwrap();
    window.gone(".ant-modal-confirm").await.unwrap();
}

/// What was said to the difference of this class, where it stands so.
async fn said_to(window: &DeskWindow, class: &str, state: &str) -> String {
    let row = format!("[data-testid=\"difference-row\"][data-class=\"{class}\"][data-state=\"{state}\"]");
    window.press(&format!("{row} .row-button")).await.unwrap();
    window.find(&format!("[data-testid=\"difference\"][data-state=\"{state}\"]")).await.unwrap();
    window.count_is("difference-note", 1).await.unwrap();
    window.text_when("difference-note", |text| !text.is_empty()).await.unwrap()
}

#[tokio::test]
async fn remarks_written_into_the_workbook_stand_at_their_differences_and_what_is_not_taken_says_its_row_and_why() {
    let home = tempfile::tempdir().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (window, mch_id, date) = open_today(home.path()).await;
    days::files(dir.path(), &mch_id, &date);
    drop_on(&window, &[&dir.path().join("bill.csv")]).await;
    choose_orders(&window, &dir.path().join("orders.csv")).await;
    window.press("[data-testid=\"import-unit\"] .ant-radio-wrapper").await.unwrap();
    say_ordered_amounts(&window).await;
    window.click("day-run").await.unwrap();
    window.count_is("difference-row", 2).await.unwrap();
    let workbook = dir.path().join("differences.xlsx");
    window.click("day-export").await.unwrap();
    choose(&window, "导出差异", &workbook).await;
    window.text_of_when(".ant-message", |text| text.contains("已导出到 differences.xlsx")).await.unwrap();

    change_differences(&workbook, |rows| {
        decide(rows, "SHOP-2", "已核销", "代金券 5 元，门店已确认");
        decide(rows, "SHOP-3", "已忽略", "测试订单");
        // A row of another table is among them, and they are sorted by their number.
        let [of, identity] = ["商户订单号", "识别码"].map(|title| column(rows, title));
        let mut stranger = rows[1].clone();
        stranger[of] = "SHOP-1".to_owned();
        stranger[identity] = "0123456789abcdef0123456789abcdef".to_owned();
        rows.push(stranger);
        rows[1..].sort_by(|one, other| one[of].cmp(&other[of]));
    });
    let before = SystemClock.now().dashed();
    read_back(&window, &workbook).await;
    let gone = "第 2 行 最近一次对账已没有这条差异；请重新导出";
    refuses(&window, "读了 3 行：新备注 2，处理 2，拒绝 1", &[gone]).await;
    let after = SystemClock.now().dashed();
    for (class, state, words) in [
        ("amount_diff", "resolved", format!("{WHO} 核销 代金券 5 元，门店已确认")),
        ("bill_only", "ignored", format!("{WHO} 忽略 测试订单")),
    ] {
        let said = said_to(&window, class, state).await;
        let (at, rest) = said.split_at(before.len());
        assert!(before.as_str() <= at && at <= after.as_str(), "{before} {said} {after}");
        assert_eq!(rest.trim(), words);
    }

    window.find("[data-testid=\"day\"][data-mark=\"handled\"]").await.unwrap();
    window.click("day-close").await.unwrap();
    window.find("[data-testid=\"day\"][data-mark=\"closed\"]").await.unwrap();
    change_differences(&workbook, |rows| decide(rows, "SHOP-3", "待处理", "不是测试订单"));
    read_back(&window, &workbook).await;
    let overtaken = "第 4 行 导出之后已有人处理或备注过；请重新导出，在新表里写";
    refuses(&window, "读了 3 行：新备注 0，处理 0，拒绝 2", &[gone, overtaken]).await;
    let again = dir.path().join("again.xlsx");
    window.click("day-export").await.unwrap();
    choose(&window, "导出差异", &again).await;
    window.text_of_when(".ant-message", |text| text.contains("已导出到 again.xlsx")).await.unwrap();
    change_differences(&again, |rows| {
        decide(rows, "SHOP-3", "待处理", "不是测试订单");
        let of = column(rows, "商户订单号");
        rows[1..].sort_by(|one, other| one[of].cmp(&other[of]));
    });
    read_back(&window, &again).await;
    refuses(&window, "读了 2 行：新备注 0，处理 0，拒绝 1", &["第 3 行 当天已关账；请先重新打开"]).await;
    assert!(said_to(&window, "bill_only", "ignored").await.ends_with("忽略 测试订单"), "what is closed stays");
    window.close().await.unwrap();
}
