//! How the tables of the merchant's own side were read stays with the run, and is used again.

use std::path::{Path, PathBuf};

use desk::reconcile::{Basis, Viewpoint};
use desk::sheets::{Cell, Column, Field, Mapping, Table, Unit, XlsxBook};
use desk::{Cancel, Import, OwnFiles, OwnRows, OwnSide, ReconcileFault, Watch, own_rows, own_tables};
use wxpay_protocol::environment::Environment;

use crate::bills::Fetching;
use crate::days_beside::{reconcile, run, sides};
use crate::shop::START;

/// A cover, and the orders of the shop behind it under titles that nobody knows, in yuan.
fn workbook(folder: &Path) -> PathBuf {
    let column = |title: &str| Column { title: title.to_owned(), width_chars: 20 };
    let mut book = XlsxBook::new(std::io::Cursor::new(Vec::new()));
    book.sheet("封面", &[column("公司")]).unwrap();
    book.sheet("十一月", &["编号", "实收", "到账"].map(column)).unwrap();
    let paid = format!("{} 12:00:00", START.day());
    book.row(&["T404", "1.00", &paid].map(Cell::Text)).unwrap();
    book.row(&["合计", "1.00", ""].map(Cell::Text)).unwrap();
    let path = folder.join("shop.xlsx");
    std::fs::write(&path, book.finish().unwrap().into_inner()).unwrap();
    path
}

fn mapping(sheet: Option<&str>) -> Mapping {
    let columns = [(Field::OutTradeNo, "编号"), (Field::TotalFee, "实收"), (Field::PaidAt, "到账")];
    Mapping {
        sheet: sheet.map(str::to_owned),
        columns: columns.into_iter().map(|(field, title)| (field, title.to_owned())).collect(),
        unit: Some(Unit::Yuan),
        ..Mapping::default()
    }
}

#[tokio::test]
async fn the_sheet_and_the_columns_of_a_run_are_told_and_used_again_though_nothing_was_saved_for_the_merchant() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let file = workbook(folder.path());
    let mut today = sides(folder.path(), START, "12:00:00");
    let files = OwnFiles { orders: Some(file.clone()), mapping: mapping(Some("2")), ..OwnFiles::default() };
    today.own = OwnSide::Files(files);
    reconcile(&fetching, today.clone()).await;
    let first = run(&fetching, START).await;
    assert_eq!(first.found.local_orders, 1);
    assert_eq!(own_rows(&first.found), OwnRows { passed_over: 1, damaged_ids: 0 });
    let told = own_tables(&first.found);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].table, &told[0].file), (Table::Orders, &file));
    assert_eq!(
        told[0].mapping,
        Some(mapping(Some("十一月"))),
        "by its name, so that another sheet before it changes nothing"
    );

    today.own = fetching.desk.own_side_before("shop", START).await.unwrap();
    today.day_cut_s += 60;
    reconcile(&fetching, today).await;
    let again = run(&fetching, START).await;
    assert_ne!(again.id, first.id);
    assert_eq!((again.found.local_orders, &again.found.classes), (1, &first.found.classes));
    assert_eq!(own_tables(&again.found), told);
}

#[tokio::test]
async fn the_amount_that_own_tables_were_compared_by_last_is_known_to_every_other_day() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let of_another_day = async || {
        let day = fetching.desk.day("shop", START.plus_ms(-3 * 86_400_000)).await.unwrap();
        assert_eq!(day.run, None);
        day.own_basis
    };
    let mut today = sides(folder.path(), START, "12:00:00");
    assert_eq!(of_another_day().await, None);
    for basis in [Basis::Cash, Basis::Settle] {
        today.basis = basis;
        reconcile(&fetching, today.clone()).await;
        assert_eq!(of_another_day().await, Some(basis));
    }
    today.own = OwnSide::Kept(fetching.desk.kept_side(&fetching.desk.profile("shop").await.unwrap().profile));
    today.basis = Basis::Order;
    reconcile(&fetching, today).await;
    assert_eq!(of_another_day().await, Some(Basis::Settle), "the orders that are kept here are no table");
}

#[tokio::test]
async fn how_many_amounts_of_a_table_equal_each_of_wechats_is_known_before_anything_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let today = sides(folder.path(), START, "12:00:00");
    let seen = async |text: &str, bills: &[PathBuf]| {
        let orders = folder.path().join("table.csv");
        std::fs::write(&orders, text).unwrap();
        let files = OwnFiles { orders: Some(orders), ..OwnFiles::default() };
        fetching.desk.own_amounts(files, bills.to_vec()).await
    };
    let of = async |text: &str, bills: &[PathBuf]| {
        let seen = seen(text, bills).await.unwrap();
        (seen.compared, Basis::ALL.map(|basis| seen.equal(basis)))
    };
    // The first payment of the bill was ordered for 1.01, and 0.91 after a coupon are settled and were paid in cash.
    let table = "订单号,金额(元)\nT20240102030405_001,0.91\n,\nT20240102235950_002,2.00\nT404,1.00\n合计,3.91\n";
    assert_eq!(of(table, &today.bills).await, (2, [1, 2, 2]));
    // The bill once more says nothing more of them.
    assert_eq!(of(table, &[&today.bills[..], &today.bills].concat()).await, (2, [1, 2, 2]));
    assert_eq!(of(table, &[]).await, (0, [0; 3]), "WeChat says that nothing was traded");
    // Where the table has a column of its own for an amount, that one is looked at.
    let both = "订单号,订单金额(元),应结订单金额(元)\nT20240102030405_001,1.01,0.91\n";
    assert_eq!(of(both, &today.bills).await, (1, [1, 1, 0]));
    assert_eq!(seen("no table", &today.bills).await.unwrap_err().code(), "input_invalid");
    assert!(fetching.desk.day("shop", START).await.unwrap().run.is_none(), "nothing was compared");
}

#[tokio::test]
async fn one_mapping_for_both_tables_is_used_again_for_both_each_on_its_own_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let refunds = folder.path().join("refunds.csv");
    std::fs::write(&refunds, format!("退款单号,退款金额(元),退款时间\nR404,0.50,{} 13:00:00\n", START.day())).unwrap();
    let mut today = sides(folder.path(), START, "12:00:00");
    today.own = OwnSide::Files(OwnFiles {
        orders: Some(workbook(folder.path())),
        refunds: Some(refunds.clone()),
        mapping: mapping(Some("十一月")),
        ..OwnFiles::default()
    });
    reconcile(&fetching, today.clone()).await;
    let first = run(&fetching, START).await;
    assert_eq!((first.found.local_orders, first.found.local_refunds), (1, 1));
    let sheets: Vec<_> = own_tables(&first.found).into_iter().map(|own| own.mapping.unwrap().sheet).collect();
    assert_eq!(sheets, [Some("十一月".to_owned()), None]);
    today.own = fetching.desk.own_side_before("shop", START).await.unwrap();
    reconcile(&fetching, today).await;
    assert_eq!(run(&fetching, START).await.id, first.id, "the same inputs are the same run");
}

/// A desk whose store has these orders of the merchant, each of 1.00 and paid on the day of the fixtures.
async fn keeping(folder: &Path, numbers: &[&str]) -> Fetching {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let row = |number: &&str| format!("{number},1.00,SUCCESS,{} 12:00:00\n", START.day());
    let rows: String = numbers.iter().map(row).collect();
    let file = folder.join("kept.csv");
    std::fs::write(&file, format!("out_trade_no,金额(元),state,paid_at\n{rows}")).unwrap();
    let imported = fetching.desk.import_orders(Import::of("shop", &file), Box::new(|_| {}), &Cancel::new()).await;
    assert_eq!(imported.unwrap().added, numbers.len() as u64);
    fetching
}

#[tokio::test]
async fn an_order_that_the_store_has_no_more_or_has_otherwise_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let of = async |numbers: &[&str]| {
        let fetching = keeping(folder.path(), numbers).await;
        let profile = fetching.desk.profiles().await.unwrap().remove(0).profile;
        (OwnSide::Kept(fetching.desk.kept_side(&profile)), fetching)
    };
    let (own, _shop) = of(&["ORDER-404", "ORDER-405"]).await;
    let mut day = sides(folder.path(), START, "12:00:00");
    day.own = own;
    let watch = Watch { on_bytes: &|_| {}, on_more: &|_| {}, cancel: &Cancel::new() };
    let found = day.reconcile(watch).unwrap();
    assert_eq!(found.local.orders, 2);
    assert_eq!(found.write(&day, &out, Viewpoint::Neutral, watch.cancel).unwrap().len(), 2);
    std::fs::remove_dir_all(&out).unwrap();
    // As after an older backup was restored: an order less, and another one in its place.
    for numbers in [["ORDER-404"].as_slice(), &["ORDER-404", "ORDER-406"]] {
        let (own, _shop) = of(numbers).await;
        day.own = own;
        let written = found.write(&day, &out, Viewpoint::Neutral, watch.cancel);
        assert!(
            matches!(&written, Err(ReconcileFault::Changed(place)) if place.contains("本地库")),
            "{numbers:?}: {written:?}"
        );
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0);
    }
}
