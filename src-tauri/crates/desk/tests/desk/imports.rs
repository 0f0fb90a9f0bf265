//! Imported orders are claims: shown, asked about, and never evidence.

use std::fs;
use std::time::Duration;

use desk::simulator::Request;
use desk::store::{Effect, NoticeVerdict, OrderState};
use desk::{Cancel, Import, Imported};

use crate::notices::payment;
use crate::shop::*;

/// A folder with this text in `orders.csv`, and the import of it.
fn file(text: &str) -> (tempfile::TempDir, Import) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.csv");
    fs::write(&path, text).unwrap();
    (folder, Import::of("shop", path))
}

async fn import(shop: &Shop, text: &str) -> Imported {
    let (_folder, import) = file(text);
    shop.desk.import_orders(import, Box::new(|_| {}), &Cancel::new()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_claimed_payment_is_not_a_payment_until_a_question_says_so() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    shop.pay(&number);
    // The same merchant's orders in another data folder, known from a file only.
    let other = Shop::open().await;
    let file = format!(
        "out_trade_no,total_fee,state,attach\n{number},101,SUCCESS,shop-7\nT20240102030405_009,500,未支付,\n1.23E+17,100,,\n"
    );
    let imported = import(&other, &file).await;
    assert_eq!((imported.added, imported.known, imported.unchanged), (2, 0, 0));
    assert_eq!((imported.refused_count, imported.refused.len()), (1, 1));
    assert_eq!(imported.refused[0].line, 4);
    assert_eq!(imported.refused[0].why.code(), "cell_precision_lost");

    let order = other.order(&number).await;
    assert_eq!((order.state, order.claimed_state), (OrderState::Unverified, Some(OrderState::Success)));
    assert_eq!(order.paid_fee, None);

    for body in shop.wire.bodies(CREATE) {
        other.gateway.handle(&Request::post(CREATE, body.as_bytes()));
    }
    other.pay(&number);
    assert_eq!(other.desk.query_order("shop", &number).await.unwrap().state, OrderState::Success);
    assert_eq!(other.order(&number).await.paid_fee.unwrap().get(), 101);
}

#[tokio::test(start_paused = true)]
async fn an_amount_in_a_file_is_a_claim_and_refuses_neither_a_notice_nor_an_answer() {
    let shop = Shop::open().await;
    import(&shop, "out_trade_no,total_fee,attach\nSHOP-0000001,850,7\nSHOP-0000002,850,7\n").await;
    let transaction = shop.made_elsewhere("SHOP-0000001", true).unwrap();
    let of_wechat = [("total_fee", "900"), ("cash_fee", "900"), ("transaction_id", transaction.as_str())];
    let notice = payment("SHOP-0000001", &of_wechat);
    let heard = shop.desk.receive_notice(Some(notice), None, None).await;
    assert_eq!((heard.verdict, heard.effect), (NoticeVerdict::Accepted, Some(Effect::Applied)), "{:?}", heard.checks);
    let amount = heard.checks.iter().find(|check| check.name == "amount").unwrap();
    assert!(amount.ok && amount.detail.contains("未核实"), "{amount:?}");
    shop.desk.query_order("shop", "SHOP-0000001").await.unwrap();
    let order = shop.order("SHOP-0000001").await;
    assert_eq!((order.state, order.total_fee.get()), (OrderState::Success, 900));
    assert_eq!((order.paid_fee.unwrap().get(), order.flags.words()), (900, vec!["confirmed"]));

    shop.made_elsewhere("SHOP-0000002", true);
    shop.desk.poll_once(None, None).await.unwrap();
    let order = shop.order("SHOP-0000002").await;
    assert_eq!((order.state, order.total_fee.get()), (OrderState::Success, 900), "polling alone settles it too");
}

#[tokio::test(start_paused = true)]
async fn what_is_verified_of_an_imported_order_and_what_was_placed_here_refuse_another_amount() {
    let shop = Shop::open().await;
    import(&shop, "out_trade_no,total_fee\nSHOP-0000001,850\n").await;
    shop.made_elsewhere("SHOP-0000001", true);
    shop.desk.query_order("shop", "SHOP-0000001").await.unwrap();
    for number in ["SHOP-0000001".to_owned(), shop.create_one().await] {
        let other = payment(&number, &[("total_fee", "850"), ("cash_fee", "850")]);
        let heard = shop.desk.receive_notice(Some(other), None, None).await;
        assert_eq!((heard.verdict, heard.checks.last().unwrap().name), (NoticeVerdict::Refused, "amount"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_file_again_changes_nothing() {
    let shop = Shop::open().await;
    let file = "商户订单号,金额(元),交易状态\nT20240102030405_001,0.07,支付成功\nT20240102030405_002,19.99,未支付\n";
    assert_eq!(import(&shop, file).await.added, 2);
    let again = import(&shop, file).await;
    assert_eq!((again.added, again.known, again.unchanged), (0, 0, 2));
    let order = shop.order("T20240102030405_001").await;
    assert_eq!(order.total_fee.get(), 7);
    let detail = shop.desk.order_detail("shop", "T20240102030405_001").await.unwrap();
    assert_eq!(detail.observations.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_open_claim_that_the_gateway_does_not_know_stays_a_claim_and_is_never_sent_or_closed() {
    let shop = Shop::open().await;
    import(&shop, "out_trade_no,total_fee,state\nT20240102030405_001,101,NOTPAY\n").await;
    for _ in 0..5 {
        shop.desk.poll_once(None, None).await.unwrap();
        tokio::time::sleep(Duration::from_secs(2 * 86_400)).await;
    }
    let order = shop.order("T20240102030405_001").await;
    assert_eq!(order.state, OrderState::Unverified);
    assert!(!shop.wire.bodies(QUERY).is_empty());
    assert!(shop.wire.bodies(CREATE).is_empty() && shop.wire.bodies(CLOSE).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_import_stops_before_the_next_group() {
    let shop = Shop::open().await;
    let (_folder, import) = file("out_trade_no,total_fee\nT20240102030405_001,101\n");
    let cancel = Cancel::new();
    cancel.cancel();
    let imported = shop.desk.import_orders(import, Box::new(|_| {}), &cancel).await.unwrap();
    assert!(imported.cancelled);
    assert_eq!(imported.added, 0);
}

#[tokio::test(start_paused = true)]
async fn a_mapping_names_columns_that_are_not_known_and_refuses_others() {
    let mapping = desk::parse_mapping(r#"{"out_trade_no": "单号", "amount": "实收(元)"}"#.as_bytes()).unwrap();
    let shop = Shop::open().await;
    let (_folder, mut import) = file("单号,实收(元)\nT20240102030405_001,4.35\n");
    import.mapping = Some(mapping);
    assert_eq!(shop.desk.import_orders(import, Box::new(|_| {}), &Cancel::new()).await.unwrap().added, 1);
    assert_eq!(desk::parse_mapping(b"{\"price\": \"x\"}").unwrap_err().code(), "input_invalid");
    assert_eq!(desk::parse_mapping(b"[]").unwrap_err().code(), "input_malformed");
}

#[tokio::test(start_paused = true)]
async fn every_refused_row_stands_in_a_file_beside_with_its_line_reason_and_cells() {
    let shop = Shop::open().await;
    let (folder, import) = file(
        "out_trade_no,total_fee\n1.23E+17,100\nT20240102030405_001,101\n\"T2\"x,1\n,,,late\n合计,101\n,\nT20240102030405_001,101\n",
    );
    let imported = shop.desk.import_orders(import, Box::new(|_| {}), &Cancel::new()).await.unwrap();
    assert_eq!((imported.added, imported.unchanged, imported.refused_count, imported.totals_lines), (1, 1, 3, 1));
    assert_eq!(imported.refused.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 5]);
    let path = folder.path().join("orders.refused.csv");
    assert_eq!(imported.refused_file.as_deref(), Some(path.as_path()));
    let beside = fs::read_to_string(path).unwrap();
    assert!(beside.contains("\r\n2,") && beside.contains("'1.23E+17"), "{beside}");
    assert!(beside.contains("精度已丢失") && beside.contains("precision lost"), "in both languages: {beside}");
    // The same rows from another profile of the same merchant belong to the first.
    let nothing = import_at(&shop, "out_trade_no,total_fee\n", None).await.unwrap();
    assert_eq!((nothing.added, nothing.refused_file), (0, None));
}

async fn import_at(shop: &Shop, text: &str, beside: Option<&str>) -> Result<Imported, desk::DeskError> {
    let (_folder, mut import) = file(text);
    import.refused_file = beside.map(Into::into);
    shop.desk.import_orders(import, Box::new(|_| {}), &Cancel::new()).await
}

const ONE_GOOD_ROW_OF_TWO: &str = "out_trade_no,total_fee\nT20240102030405_001,101\n,1\n";

#[tokio::test(start_paused = true)]
async fn a_named_place_that_takes_no_refused_rows_stops_the_import_before_any_row_is_taken() {
    let shop = Shop::open().await;
    let refused = import_at(&shop, ONE_GOOD_ROW_OF_TWO, Some("/nowhere/at/all.csv")).await.unwrap_err();
    assert_eq!(refused.field(), Some("refused_file"));
    assert!(shop.desk.order_detail("shop", "T20240102030405_001").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn where_nothing_can_be_written_beside_the_refused_rows_go_to_the_data_folder_and_the_others_are_taken() {
    let shop = Shop::open().await;
    let (folder, mut import) = file(ONE_GOOD_ROW_OF_TWO);
    // As long as a name can be, so that none with a longer ending fits beside it.
    let long = folder.path().join(format!("{}.csv", "订".repeat(83)));
    fs::rename(&import.file, &long).unwrap();
    import.file = long;
    let imported = shop.desk.import_orders(import, Box::new(|_| {}), &Cancel::new()).await.unwrap();
    assert_eq!((imported.added, imported.refused_count), (1, 1));
    let kept = imported.refused_file.unwrap();
    assert!(kept.starts_with(shop.dir.path().join("refused")), "{}", kept.display());
    assert!(fs::read_to_string(kept).unwrap().contains("\r\n3,"));
}

#[tokio::test(start_paused = true)]
async fn refused_rows_of_a_file_that_was_corrected_since_do_not_stay_beside_it() {
    let shop = Shop::open().await;
    let (folder, import) = file(ONE_GOOD_ROW_OF_TWO);
    let run = async || shop.desk.import_orders(import.clone(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
    let beside = folder.path().join("orders.refused.csv");
    assert_eq!(run().await.refused_file.as_ref(), Some(&beside));
    assert_eq!(run().await.refused_file.as_ref(), Some(&beside), "the same file has one");
    fs::write(&import.file, "out_trade_no,total_fee\nT20240102030405_001,101\n").unwrap();
    assert_eq!((run().await.refused_file, beside.exists()), (None, false));
}

#[tokio::test(start_paused = true)]
async fn a_mapping_is_kept_for_the_merchant_and_leaves_files_of_another_shape_alone() {
    let shop = Shop::open().await;
    assert_eq!(shop.desk.saved_mapping("shop").await.unwrap(), None);
    let mapping =
        desk::parse_mapping("out_trade_no = \"单号\"\ntotal_fee = \"实收\"\nunit = \"yuan\"".as_bytes()).unwrap();
    shop.desk.save_mapping("shop", &mapping).await.unwrap();
    assert_eq!(shop.desk.saved_mapping("shop").await.unwrap(), Some(mapping));
    assert_eq!(import(&shop, "单号,实收\nT20240102030405_001,4.35\n").await.added, 1);
    assert_eq!(import(&shop, "out_trade_no,total_fee\nT20240102030405_002,435\n").await.added, 1);
    let (_folder, import) = file("单号,实收\nT20240102030405_001,4.35\n");
    let shown = shop.desk.preview_import(import).await.unwrap();
    assert!(shown.is_saved_mapping && shown.preview.problem.is_none());
    assert_eq!((shown.encoding, shown.preview.rows.len()), ("UTF-8", 1));
}

#[tokio::test(start_paused = true)]
async fn a_file_without_the_amount_of_orders_says_so_in_its_preview_already() {
    let shop = Shop::open().await;
    let (_folder, settled) = file("商户订单号,应结订单金额(元)\nT20240102030405_001,1.00\n");
    let shown = shop.desk.preview_import(settled.clone()).await.unwrap();
    assert_eq!(shown.preview.problem.unwrap().code(), "sheet_no_order_amount");
    let refused = shop.desk.import_orders(settled, Box::new(|_| {}), &Cancel::new()).await.unwrap_err();
    assert_eq!((refused.code(), refused.field()), ("input_invalid", Some("mapping")));
    assert!(refused.chinese().unwrap().contains("没有订单金额列"));
}

#[tokio::test(start_paused = true)]
async fn a_file_is_read_and_written_at_once_and_tells_how_far_it_is() {
    let shop = Shop::open().await;
    let rows: Vec<String> = (0..25_000).map(|number| format!("T20240102030405_{number:05},{number}")).collect();
    let text = format!("out_trade_no,total_fee\n{}\n", rows.join("\n"));
    let (_folder, import) = file(&text);
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = seen.clone();
    let watcher = Box::new(move |progress| sink.lock().unwrap().push(progress));
    let imported = shop.desk.import_orders(import, watcher, &Cancel::new()).await.unwrap();
    assert_eq!((imported.added, imported.refused_count), (25_000, 0));
    let last = *seen.lock().unwrap().last().unwrap();
    assert_eq!((last.done, last.total), (25_000, 25_000));
}

/// An import of so many rows, all good.
fn long_file(rows: u32) -> (tempfile::TempDir, Import) {
    let rows: Vec<String> = (0..rows).map(|number| format!("T20240102030405_{number:06},{}", number + 1)).collect();
    file(&format!("out_trade_no,total_fee\n{}\n", rows.join("\n")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_tells_several_times_how_far_it_is_and_a_cancel_in_its_midst_keeps_what_was_committed() {
    const ROWS: u32 = 100_000;
    let shop = Shop::open().await;
    let (folder, first) = long_file(ROWS);
    let cancel = Cancel::new();
    let at_the_first_rows = cancel.clone();
    let cancelling = Box::new(move |progress: desk::Progress| {
        if progress.done > 0 {
            at_the_first_rows.cancel();
        }
    });
    let stopped = shop.desk.import_orders(first, cancelling, &cancel).await.unwrap();
    assert!(stopped.cancelled && stopped.added > 0 && stopped.added < u64::from(ROWS), "{}", stopped.added);
    let listed = shop.desk.orders_open(desk::store::OrderFilter::default(), desk::store::OrderSort::default());
    assert_eq!(listed.await.unwrap().totals.count, stopped.added, "what was told as added is there, and no more");

    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = seen.clone();
    let watcher = Box::new(move |progress: desk::Progress| sink.lock().unwrap().push((progress.done, progress.total)));
    let again = Import::of("shop", folder.path().join("orders.csv"));
    let whole = shop.desk.import_orders(again, watcher, &Cancel::new()).await.unwrap();
    assert_eq!((whole.added + stopped.added, whole.unchanged), (u64::from(ROWS), stopped.added));
    let seen = seen.lock().unwrap().clone();
    assert!(seen.len() >= 4 && seen.is_sorted_by_key(|(done, _)| *done), "{seen:?}");
    assert_eq!(seen.last(), Some(&(u64::from(ROWS), u64::from(ROWS))));
}

#[tokio::test(start_paused = true)]
async fn a_number_of_another_profile_of_the_merchant_is_refused_with_its_line() {
    let shop = Shop::open().await;
    shop.desk.profile_add(profile("second")).await.unwrap();
    import(&shop, "out_trade_no,total_fee\nT20240102030405_002,101\n").await;
    let (_folder, mut second) = file("out_trade_no,total_fee\nT20240102030405_001,101\nT20240102030405_002,101\n");
    second.profile = "second".into();
    let imported = shop.desk.import_orders(second, Box::new(|_| {}), &Cancel::new()).await.unwrap();
    assert_eq!((imported.added, imported.refused_count), (1, 1));
    let refused = &imported.refused[0];
    assert_eq!(refused.line, 3);
    assert_eq!(refused.why, desk::RowRefusal::OtherProfile("shop".into()));
    assert!(refused.why.to_string().contains("\"shop\"") && refused.why.chinese().contains("“shop”"));
}

#[tokio::test(start_paused = true)]
async fn each_merchant_has_a_mapping_of_its_own() {
    let shop = Shop::open().await;
    let other = desk::NewProfile { mch_id: "1900000002".into(), ..profile("other") };
    shop.desk.profile_add(other).await.unwrap();
    let of = |amount: &str| {
        desk::parse_mapping(format!("out_trade_no = \"单号\"\n{amount} = \"钱\"\nunit = \"fen\"").as_bytes()).unwrap()
    };
    let (own, theirs) = (of("total_fee"), desk::parse_mapping(b"out_trade_no = \"No\"").unwrap());
    shop.desk.save_mapping("shop", &own).await.unwrap();
    assert_eq!(shop.desk.saved_mapping("other").await.unwrap(), None);
    shop.desk.save_mapping("other", &theirs).await.unwrap();
    assert_eq!(shop.desk.saved_mapping("shop").await.unwrap(), Some(own));
    assert_eq!(shop.desk.saved_mapping("other").await.unwrap(), Some(theirs));
}
