//! Days that are reconciled from files: refusals, one row of each class, and where the results go.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::program::{Answer, Desk};

const HEADER: &str = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注";
const SUMMARY: &str = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额";

/// A bill of payments (number, transaction, time of day, state, fen, coupon that the merchant bears) and refunds
/// (number, fen, status).
pub(crate) fn bill(payments: &[(&str, &str, &str, &str, i64, i64)], refunds: &[(&str, i64, &str)]) -> String {
    let yuan = |fen: i64| format!("{}.{:02}", fen / 100, fen % 100);
    let mut text = format!("\u{FEFF}{HEADER}\r\n");
    let (mut settled, mut total, mut back) = (0, 0, 0);
    for (number, transaction, time, state, fen, coupon) in payments {
        let (settle, order) = (yuan(fen - coupon), yuan(*fen));
        write!(
            text,
            "`2026-11-20 {time},`wx0000000000000001,`1900000001,`0,`,`42{transaction},`{number},`o1,`JSAPI,`{state},`OTHERS,`CNY,`{settle},`{},`0,`0,`0.00,`0.00,`,`,`a,b \"总\",`,`0.00000,`0.00%,`{order},`0.00,`\r\n",
            yuan(*coupon)
        )
        .unwrap();
        settled += fen - coupon;
        total += fen;
    }
    for (number, fen, status) in refunds {
        let fen_text = yuan(*fen);
        write!(
            text,
            "`2026-11-20 12:00:00,`wx0000000000000001,`1900000001,`0,`,`421,`T1,`o1,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`50{number},`R{number},`{fen_text},`0.00,`ORIGINAL,`{status},`a,`,`0.00000,`0.00%,`0.00,`{fen_text},`\r\n"
        )
        .unwrap();
        back += fen;
    }
    let rows = payments.len() + refunds.len();
    text + &format!(
        "{SUMMARY}\r\n`{rows},`{},`{},`0.00,`0.00000,`{},`{}\r\n",
        yuan(settled),
        yuan(back),
        yuan(total),
        yuan(back)
    )
}

pub(crate) const ORDERS: &str = "out_trade_no,transaction_id,state,total_fee,paid_at\n";
pub(crate) const REFUNDS: &str = "refund_id,out_refund_no,refund_fee,status,created_at\n";

pub(crate) fn reconcile(desk: &Desk, more: &[&str]) -> Answer {
    let day = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", "2026-11-20", "--json"];
    desk.run(&[&day, more].concat())
}

/// One payment of 1.00, as both sides have it.
pub(crate) fn balanced() -> Desk {
    let desk = Desk::new();
    desk.file("bill.csv", bill(&[("T1", "1", "10:00:00", "SUCCESS", 100, 0)], &[]));
    desk.file("orders.csv", format!("{ORDERS}T1,421,SUCCESS,100,2026-11-20 10:00:01\n"));
    desk
}

#[test]
fn a_day_that_cannot_be_known_is_refused_and_nothing_is_written() {
    let whole = bill(&[("T1", "1", "10:00:00", "SUCCESS", 100, 0)], &[]);
    let orders = format!("{ORDERS}T1,421,SUCCESS,100,2026-11-20 10:00:01\n");
    for (bill, orders, reason) in [
        (whole.split(SUMMARY).next().unwrap().to_owned(), orders.clone(), "缺少汇总行"),
        (whole.replace("2026-11-20", "2026-11-19"), orders.clone(), "不是当天的账单"),
        ("<xml><return_code>FAIL</return_code><return_msg>No Bill Exist</return_msg><error_code>20002</error_code></xml>".to_owned(), orders.clone(), "No Bill Exist"),
        (whole.clone(), "out_trade_no,total_fee\nT1,100\n".to_owned(), "缺少支付时间列"),
        (whole.clone(), "out_trade_no,金额,paid_at\nT1,1.00,2026-11-20 10:00:00\n".to_owned(), "fen or yuan"),
        (whole, "no table at all".to_owned(), "orders.csv"),
    ] {
        let desk = Desk::new();
        desk.file("bill.csv", &bill);
        desk.file("orders.csv", &orders);
        let answer = reconcile(&desk, &["--out", "out"]).expect(3);
        assert!(answer.err.contains(reason), "{reason}: {}", answer.err);
        assert!(!desk.path("out").exists());
    }
    reconcile(&balanced(), &["--date", "2026-11-31"]).expect(2);
    reconcile(&balanced(), &["--bill", "missing.csv"]).expect(3);
    let nobody = balanced().run(&["reconcile", "--bill", "bill.csv", "--date", "20261120"]).expect(2);
    assert!(nobody.err.contains("--orders or --refunds"), "{}", nobody.err);
}

#[test]
fn rows_that_cannot_be_read_keep_the_day_open_and_are_named() {
    let desk = balanced();
    desk.file("orders.csv", format!("{ORDERS}T1,421,SUCCESS,100,2026-11-20 10:00:01\nT2,,SUCCESS,1e3,\n合计,,,100,\n"));
    let answer = reconcile(&desk, &["--out", "out"]).expect(1).json();
    assert_eq!((&answer["balanced"], &answer["malformed"]["count"]), (&json!(false), &json!(1)));
    assert_eq!(answer["malformed"]["rows"][0]["line"], 3);
    assert_eq!(answer["local"]["passed_over"], 1, "the line of totals");
    let spoilt = std::fs::read_to_string(desk.path("bill.csv")).unwrap().replace("`a,b", "`a,`b");
    desk.file("bill.csv", spoilt);
    let answer = reconcile(&desk, &["--out", "out"]).expect(1).json();
    assert_eq!((&answer["malformed"]["bill"], &answer["bill"]["summary_ok"]), (&json!(1), &json!(false)));
    let unread = &answer["bill"]["unread"];
    assert_eq!((&unread["rows"], &unread["total_fen"]), (&json!(1), &json!(100)), "the gap to the summary is told");
    let written = std::fs::read_to_string(desk.path("out/differences.csv")).unwrap();
    assert!(written.contains("\nmalformed,,,,,,,2,,这一行有 28 个值"), "{written}");
    assert!(written.contains("\nmalformed,,,,,,,,3,"), "{written}");
}

#[test]
fn the_bill_of_another_merchant_than_the_profile_is_refused_and_nothing_is_written() {
    let desk = balanced();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    let other = std::fs::read_to_string(desk.path("bill.csv")).unwrap().replace("1900000001", "1900000009");
    desk.file("bill.csv", other);
    let refused = reconcile(&desk, &["--profile", "shop", "--out", "out"]).expect(3);
    assert!(refused.err.contains("1900000009"), "{}", refused.err);
    assert!(!desk.path("out").exists());
}

/// A day with one row of each class, and its files.
pub(crate) fn a_day_of_everything() -> Desk {
    let desk = Desk::new();
    let payments = [
        ("T1", "1", "10:00:00", "SUCCESS", 100, 0),
        ("T2", "2", "10:00:00", "SUCCESS", 200, 0),
        ("T4", "4", "10:00:00", "SUCCESS", 400, 50),
        ("T5", "5", "10:00:00", "SUCCESS", 500, 0),
        ("T6", "6", "10:00:00", "SUCCESS", 600, 0),
        ("T6", "66", "10:00:30", "SUCCESS", 600, 0),
        ("T7", "7", "10:00:00", "SUCCESS", 700, 0),
        ("T8", "8", "00:00:10", "SUCCESS", 800, 0),
        ("T10", "10", "11:00:00", "SUCCESS", 900, 0),
        ("T10", "10", "11:01:00", "REVOKED", 0, 0),
    ];
    let refunds = [("1", 10, "SUCCESS"), ("2", 20, "SUCCESS"), ("3", 30, "SUCCESS"), ("4", 40, "SUCCESS")];
    desk.file("bill.csv", bill(&payments, &refunds));
    let orders = "T1,421,REFUND,100,2026-11-20 10:00:01\n\
        T3,423,SUCCESS,300,2026-11-20 10:00:01\n\
        T4,424,SUCCESS,350,2026-11-20 10:00:01\n\
        T5,425,CLOSED,500,\n\
        T6,426,SUCCESS,600,2026-11-20 10:00:01\n\
        T7,427,SUCCESS,700,2026-11-20 10:00:01\n\
        T7,427,SUCCESS,700,2026-11-20 10:00:01\n\
        T8,428,SUCCESS,800,2026-11-19 23:59:50\n\
        T9,429,SUCCESS,900,2026-11-20 23:58:00\n\
        T10,4210,REVOKED,900,2026-11-20 11:00:01\n\
        T11,4211,SUCCESS,1100,2026-11-21 08:00:00\n\
        T12,,NOTPAY,1200,\n";
    desk.file("orders.csv", format!("{ORDERS}{orders}"));
    let ours = "501,R1,10,SUCCESS,2026-11-20 11:59:59\n\
        502,R2,25,SUCCESS,2026-11-20 11:59:59\n\
        ,R3,30,PROCESSING,2026-11-20 11:59:59\n\
        505,R5,50,SUCCESS,2026-11-20 13:00:00\n";
    desk.file("refunds.csv", format!("{REFUNDS}{ours}"));
    desk
}

pub(crate) const EVERYTHING: &str = "\
class,out_trade_no,transaction_id,refund_id,field,bill_value,local_value,bill_line,local_line,reason,out_refund_no
bill_only,T2,422,,total_fee,200,,3,,账单里有，本地没有这个单号：可能漏了通知，或是同一商户号的其他系统的订单,
local_only,T3,423,,total_fee,,300,,3,本地记为当天已支付，账单里没有：请查单确认是否真的支付,
amount_diff,T4,424,,total_fee,400,350,4,4,两边金额不同；本地金额等于账单的应结订单金额；本地金额等于账单的现金金额,
state_diff,T5,425,,state,SUCCESS,CLOSED,5,5,两边状态不同：请查单，以微信支付的应答为准,
duplicate_payment,T6,4266,,total_fee,600,,7,,同一商户单号支付了两次：本地记的是另一笔微信单号，这一笔应退款,
duplicate_local,T7,427,,total_fee,,700,,8,本地文件里这个单号在前面的行已经出现,
day_cut_bill,T8,428,,paid_at,2026-11-20 00:00:10,2026-11-19 23:59:50,9,9,本地支付时间在前一天的最后几分钟，账单记在当天,
day_cut_local,T9,429,,paid_at,,2026-11-20 23:58:00,,10,当天最后几分钟支付，预计在次日的账单里,
refund_bill_only,T1,421,504,refund_fee,40,,15,,账单里有这笔退款，本地没有：可能是在商户平台手工退的,R4
refund_local_only,,,505,refund_fee,,50,,5,本地记为当天受理的退款，账单里没有：请查询退款,R5
refund_amount_diff,T1,421,502,refund_fee,20,25,13,3,两边金额不同,R2
refund_state_diff,T1,421,503,state,SUCCESS,PROCESSING,14,4,账单说退款成功，本地不是退款成功：请查询退款,R3
";

fn the_workbook_says_the_same(desk: &Desk) {
    use desk::sheets::Sheet;
    let file = std::fs::File::open(desk.path("out/reconcile.xlsx")).unwrap();
    let mut book = Sheet::open(std::io::BufReader::new(file)).unwrap();
    assert_eq!(book.sheet_names(), ["结论", "分类", "差异"]);
    let mut rows = |place| {
        book.choose_sheet(place);
        let mut rows = Vec::new();
        book.each(|row| {
            rows.push((0..row.len()).map(|cell| row.text(cell).unwrap().into_owned()).collect::<Vec<_>>());
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
        rows
    };
    assert!(rows(0).contains(&vec!["结论".to_owned(), "不平".to_owned()]));
    assert!(rows(1).iter().any(|row| row[0] == "金额不一致" && row[4] == "-0.5"), "{:?}", rows(1));
    let differences = rows(2);
    assert_eq!(differences.len(), EVERYTHING.lines().count());
    let own_refund = differences.iter().find(|row| row[0] == "退款：本地有·微信无").unwrap();
    assert_eq!((own_refund[3].as_str(), own_refund[13].as_str()), ("505", "R5"), "its number of the merchant");
    assert_eq!(differences[3][..7], ["金额不一致", "T4", "424", "", "金额", "4", "3.5"]);
}

#[test]
fn one_row_of_each_class_is_written_with_both_sides_and_its_reason() {
    let desk = a_day_of_everything();
    let answer = reconcile(&desk, &["--refunds", "refunds.csv", "--out", "out"]).expect(1).json();
    assert_eq!(std::fs::read_to_string(desk.path("out/differences.csv")).unwrap(), EVERYTHING);
    assert_eq!(answer["outputs"], json!(["out/differences.csv", "out/reconcile.xlsx"]));
    the_workbook_says_the_same(&desk);
    let count = |class: &str| answer["classes"][class]["count"].as_u64().unwrap();
    assert_eq!((count("matched"), count("refund_matched")), (4, 1));
    for class in EVERYTHING.lines().skip(1).map(|line| line.split(',').next().unwrap()) {
        assert_eq!(count(class), 1, "{class}");
    }
    assert_eq!(answer["classes"]["amount_diff"]["bill_fen"], 400);
    assert_eq!(answer["classes"]["amount_diff"]["local_fen"], 350);
    assert_eq!(answer["local"]["out_of_scope"], 2, "another day and an order that was never paid");
    assert_eq!((&answer["balanced"], &answer["date"]), (&json!(false), &json!("2026-11-20")));
    assert_eq!((&answer["bill"]["rows"], &answer["bill"]["summary_ok"]), (&json!(14), &json!(true)));
}

#[test]
fn a_packed_bill_and_the_same_bill_twice_are_the_same_day() {
    let desk = a_day_of_everything();
    let plain = std::fs::read(desk.path("bill.csv")).unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&plain).unwrap();
    desk.file("packed", packed.finish().unwrap());
    desk.file("copy.csv", &plain);
    let classes = |more: &[&str]| -> Value {
        let all = [&["--refunds", "refunds.csv", "--out", "out"], more].concat();
        let answer = reconcile(&desk, &all).expect(1).json();
        assert_eq!(std::fs::read_to_string(desk.path("out/differences.csv")).unwrap(), EVERYTHING, "{more:?}");
        answer["classes"].clone()
    };
    let once = classes(&[]);
    assert_eq!(classes(&["--bill", "copy.csv"]), once);
    let only_packed = ["reconcile", "--bill", "packed", "--orders", "orders.csv", "--refunds", "refunds.csv"];
    let answer =
        desk.run(&[&only_packed[..], &["--date", "20261120", "--out", "gz", "--json"]].concat()).expect(1).json();
    assert_eq!(answer["classes"], once);
    assert_eq!(std::fs::read_to_string(desk.path("gz/differences.csv")).unwrap(), EVERYTHING);
}

#[test]
fn a_balanced_day_is_a_yes_whatever_amount_the_merchant_keeps() {
    let answer = reconcile(&balanced(), &[]).expect(0).json();
    assert_eq!((&answer["balanced"], &answer["outputs"]), (&json!(true), &json!([])));
    let desk = Desk::new();
    desk.file("bill.csv", bill(&[("T1", "1", "10:00:00", "SUCCESS", 100, 10)], &[]));
    desk.file("orders.csv", "订单号,支付时间,金额(元),状态\nT1,2026/11/20 10:00:00,0.90,支付成功\n");
    reconcile(&desk, &[]).expect(1);
    reconcile(&desk, &["--amount", "settle"]).expect(0);
    reconcile(&desk, &["--amount", "cash"]).expect(0);
    let words =
        desk.run(&["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", "20261120"]).expect(1).out;
    assert!(words.contains("[不平]") && words.contains("金额不一致") && words.contains("汇总一致"), "{words}");
}

/// A bill of 充值退款 with one refund of 0.90.
const RECHARGED: &str = "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,返还手续费,费率,订单金额,申请退款金额\r\n\
`2026-11-20 13:00:00,`wx0000000000000001,`1900000001,`0,`,`421,`T1,`o1,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`2026-11-20 13:00:00,`2026-11-20 13:00:05,`509,`R9,`0.90,`0.00,`ORIGINAL,`SUCCESS,`a,`,`0.00000,`0.00%,`0.00,`0.90\r\n\
总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n`1,`0.00,`0.90,`0.00,`0.00000,`0.00,`0.90\r\n";

#[test]
fn refunds_of_recharged_money_are_counted_and_compared_with_nothing() {
    let desk = balanced();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    desk.file("recharged.csv", RECHARGED);
    desk.file("refunds.csv", REFUNDS);
    let more = ["--refunds", "refunds.csv", "--profile", "shop", "--bill", "recharged.csv"];
    let found = reconcile(&desk, &more).expect(0).json();
    assert_eq!((&found["bill"]["recharge_refunds"], &found["bill"]["summary_ok"]), (&json!(1), &json!(true)));
    assert_eq!((&found["bill"]["rows"], &found["bill"]["refund_fen"]), (&json!(1), &json!(0)));
    assert_eq!((&found["bill"]["not_compared"], &found["bill"]["files"]), (&json!(0), &json!(2)));
    let alone = ["reconcile", "--bill", "recharged.csv", "--refunds", "refunds.csv", "--date", "2026-11-20"];
    let refused = desk.run(&alone).expect(3);
    assert!(refused.err.contains("充值退款账单不参与对账"), "{}", refused.err);
}

#[test]
fn fees_that_are_off_are_marked_and_keep_no_day_open() {
    let desk = balanced();
    let text = std::fs::read_to_string(desk.path("bill.csv")).unwrap();
    desk.file(
        "bill.csv",
        text.replace("`0.00000,`0.00%", "`0.03000,`0.60%").replace("`0.00,`0.00000,", "`0.00,`0.03000,"),
    );
    let answer = reconcile(&desk, &[]).expect(0).json();
    let fees = &answer["fee_diff"];
    assert_eq!((&fees["count"], &fees["amount_fee_1e5_yuan"], &fees["listed"]), (&json!(1), &json!(2400), &json!(1)));
    let row = json!({
        "bill_line": 2, "out_trade_no": "T1", "transaction_id": "421", "refund_id": null, "base_fen": 100, "rate": "0.60%",
        "fee_1e5_yuan": 3000, "expected_1e8_yuan": 600_000, "gap_1e8_yuan": 2_400_000,
    });
    assert_eq!(fees["rows"], json!([row]));
    // A refund of 0.50 gives 0.003 back at 0.60 %; this one gave back 0.03.
    let desk = balanced();
    let text = bill(&[("T1", "1", "10:00:00", "SUCCESS", 100, 0)], &[("1", 50, "SUCCESS")]);
    let off = text.replacen("SUCCESS,`a,`,`0.00000,`0.00%", "SUCCESS,`a,`,`-0.03000,`0.60%", 1);
    desk.file("bill.csv", off.replace("`0.00,`0.00000,", "`0.00,`-0.03000,"));
    desk.file("refunds.csv", format!("{REFUNDS}501,R1,50,SUCCESS,2026-11-20 12:00:00\n"));
    let answer = reconcile(&desk, &["--refunds", "refunds.csv"]).expect(0).json();
    let fees = &answer["fee_diff"];
    assert_eq!((&fees["count"], &fees["amount_fee_1e5_yuan"]), (&json!(1), &json!(-2700)));
    assert_eq!((&fees["rows"][0]["refund_id"], &fees["rows"][0]["base_fen"]), (&json!("501"), &json!(-50)));
    assert_eq!(fees["rows"][0]["gap_1e8_yuan"], json!(-2_700_000));
    assert_eq!(answer["classes"]["refund_matched"]["count"], 1);
}

/// Payments of 1.00 at 0.60 %, whose fees are these in hundred-thousandths of a yuan, and as many local orders.
pub(crate) fn a_day_with_fees(fees: &[i64]) -> Desk {
    let desk = Desk::new();
    let numbers: Vec<_> = (1..=fees.len()).map(|at| (format!("T{at}"), at.to_string())).collect();
    let payments: Vec<_> =
        numbers.iter().map(|(number, id)| (number.as_str(), id.as_str(), "10:00:00", "SUCCESS", 100, 0)).collect();
    let yuan = |fee: i64| format!("`{}.{:05}", fee / 100_000, fee % 100_000);
    let without = bill(&payments, &[]);
    let mut rows = without.split("`0.00000,`0.00%");
    let mut text = rows.next().unwrap_or_default().to_owned();
    for (fee, row) in fees.iter().zip(rows) {
        write!(text, "{},`0.60%{row}", yuan(*fee)).unwrap();
    }
    let text = text.replace("`0.00,`0.00000,", &format!("`0.00,{},", yuan(fees.iter().sum())));
    desk.file("bill.csv", text);
    let mut orders = ORDERS.to_owned();
    for (number, id) in &numbers {
        writeln!(orders, "{number},42{id},SUCCESS,100,2026-11-20 10:00:01").unwrap();
    }
    desk.file("orders.csv", orders);
    desk
}

#[test]
fn each_fee_that_is_off_is_listed_and_the_gaps_add_up_to_bill_less_expected() {
    // 0.00600 is right, and 0.01000 is it rounded; the others are off by 0.024, −0.06 … and more.
    let desk = a_day_with_fees(&[600, 3_000, 1_000, 0, 66_600, 1_601]);
    let answer = reconcile(&desk, &["--out", "out"]).expect(0).json();
    let rows = answer["fee_diff"]["rows"].as_array().unwrap();
    let lines: Vec<_> = rows.iter().map(|row| row["bill_line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3, 6, 7], "a fee may be off by a fen");
    let sum = |field: &str| rows.iter().map(|row| row[field].as_i64().unwrap()).sum::<i64>();
    let (fee, expected, gap) = (sum("fee_1e5_yuan") * 1000, sum("expected_1e8_yuan"), sum("gap_1e8_yuan"));
    assert_eq!((fee - expected, expected), (gap, 3 * 600_000));
    assert_eq!(answer["fee_diff"]["amount_fee_1e8_yuan"], json!(gap));
    assert_eq!(answer["outputs"], json!(["out/differences.csv", "out/reconcile.xlsx", "out/fees.csv"]));
    let written = std::fs::read_to_string(desk.path("out/fees.csv")).unwrap();
    assert_eq!(written.lines().nth(1).unwrap(), "3,T2,422,,100,0.60%,0.03000,0.00600,0.02400");
    assert_eq!(written.lines().count(), 4);
    let words =
        desk.run(&["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", "20261120"]).expect(0).out;
    assert!(words.contains("[平]; 3 fees are off [手续费 3 笔不一致]"), "{words}");
    // The next run of a day whose fees are right leaves none of these behind.
    desk.file("bill.csv", std::fs::read(a_day_with_fees(&[600; 6]).path("bill.csv")).unwrap());
    reconcile(&desk, &["--out", "out"]).expect(0);
    assert!(!desk.path("out/fees.csv").exists());
}

#[test]
fn kept_orders_give_the_same_differences_as_the_files_that_they_came_from() {
    let desk = a_day_of_everything();
    // The store has a number once, and only such as WeChat Pay takes.
    let text = |name: &str| std::fs::read_to_string(desk.path(name)).unwrap();
    let again = "T7,427,SUCCESS,700,2026-11-20 10:00:01\n";
    desk.file("orders.csv", text("orders.csv").replacen(again, "", 1).replace("\nT", "\nORDER-T"));
    desk.file("bill.csv", text("bill.csv").replace(",`T", ",`ORDER-T"));
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    desk.ask(&["order", "import", "orders.csv", "--profile", "shop"]).expect(0);
    let of_files = reconcile(&desk, &["--out", "files"]).expect(1).json();
    let kept = ["reconcile", "--bill", "bill.csv", "--date", "2026-11-20", "--json", "--profile", "shop"];
    let of_store = desk.run(&[&kept[..], &["--out", "kept"]].concat()).expect(1).json();
    assert_eq!((&of_store["local"]["source"], &of_store["local"]["orders"]), (&json!("store"), &json!(11)));
    assert_eq!((&of_store["local"]["claims"], &of_files["local"]["claims"]), (&json!(11), &json!(0)));
    for class in desk::reconcile::Class::ALL.map(desk::reconcile::Class::name) {
        let [files, store] = [&of_files, &of_store].map(|answer| &answer["classes"][class]);
        if !class.starts_with("refund") {
            assert_eq!(files, store, "{class}");
        }
    }
    let written = |folder: &str| {
        let text = std::fs::read_to_string(desk.path(folder).join("differences.csv")).unwrap();
        // All but the line in the file, which the store does not have.
        let cells = text.lines().map(|line| line.split(',').enumerate().filter(|(place, _)| *place != 8));
        let rows = cells.map(|cells| cells.map(|(_, cell)| cell.to_owned()).collect::<Vec<_>>());
        rows.filter(|row| !row[0].starts_with("refund")).collect::<Vec<_>>()
    };
    // An import is a claim, and every row with a local side says so.
    let unverified = "；本地记录未核实";
    let mut of_claims = written("kept");
    for row in &mut of_claims[1..] {
        let has_local_side = !matches!(row[0].as_str(), "bill_only" | "duplicate_payment");
        // Behind the reason stands the number of a refund, and the line is left out.
        let reason = &mut row[8];
        assert_eq!(reason.ends_with(unverified), has_local_side, "{reason}");
        *reason = reason.replace(unverified, "");
    }
    assert_eq!(of_claims, written("files"));
    assert_eq!(of_store["classes"]["refund_bill_only"]["count"], 4, "the store has no refunds");
    let settle = desk.run(&[&kept[..], &["--amount", "settle"]].concat()).expect(3);
    assert!(settle.out.contains("订单金额"), "{}", settle.out);
}

#[test]
fn c6_the_zone_of_the_machine_changes_nothing() {
    let desk = a_day_of_everything();
    let words = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--refunds", "refunds.csv", "--json"];
    let judged_in = |zone: &str| {
        let output = desk.command(&[&words[..], &["--date", "2026-11-20"]].concat()).env("TZ", zone).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let at_home = judged_in("Asia/Shanghai");
    assert_eq!(at_home.0, Some(1));
    for zone in ["America/Los_Angeles", "Pacific/Kiritimati", "UTC"] {
        assert_eq!(judged_in(zone), at_home, "{zone}");
    }
}

#[test]
fn what_was_paid_around_midnight_is_looked_up_in_the_bill_beside_the_day() {
    let desk = a_day_of_everything();
    let next =
        |number: &str| bill(&[(number, "9", "00:00:20", "SUCCESS", 900, 0)], &[]).replace("2026-11-20", "2026-11-21");
    let beside = |text: String| {
        desk.file("next.csv", text);
        let answer = reconcile(&desk, &["--refunds", "refunds.csv", "--out", "out", "--beside", "next.csv"]);
        let written = std::fs::read_to_string(desk.path("out/differences.csv")).unwrap();
        let row = written.lines().find(|line| line.contains(",T9,")).unwrap().to_owned();
        (answer.expect(1).json(), row)
    };
    let (found, row) = beside(next("T9"));
    assert!(row.starts_with("day_cut_local,") && row.ends_with(",当天最后几分钟支付，已在次日的账单里,"), "{row}");
    assert_eq!(found["classes"]["local_only"]["count"], 1);
    let (missing, row) = beside(next("T99"));
    assert!(row.starts_with("local_only,") && row.contains("两天的账单里都没有"), "{row}");
    assert_eq!(
        (&missing["classes"]["local_only"]["count"], &missing["classes"]["day_cut_local"]["count"]),
        (&json!(2), &json!(0))
    );
    desk.file("next.csv", bill(&[("T9", "9", "00:00:20", "SUCCESS", 900, 0)], &[]));
    let same_day = reconcile(&desk, &["--beside", "next.csv"]).expect(3);
    assert!(same_day.err.contains("不是前后一天的账单"), "{}", same_day.err);
}

#[test]
fn a_bill_that_was_seen_under_the_profile_is_looked_in_without_being_named() {
    let desk = a_day_of_everything();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    let next = bill(&[("T9", "9", "00:00:20", "SUCCESS", 900, 0)], &[]).replace("2026-11-20", "2026-11-21");
    desk.file("next.csv", &next);
    let next_day = ["--orders", "orders.csv", "--date", "2026-11-21", "--profile", "shop", "--json"];
    desk.run(&[&["reconcile", "--bill", "next.csv"], &next_day[..]].concat()).expect(1);
    let row = |out: &str| {
        reconcile(&desk, &["--profile", "shop", "--out", out]).expect(1);
        let written = std::fs::read_to_string(desk.path(out).join("differences.csv")).unwrap();
        written.lines().find(|line| line.contains(",T9,")).unwrap().to_owned()
    };
    assert!(row("out").ends_with("已在次日的账单里,"), "{}", row("out"));
    // A file that is no longer what was seen is not believed.
    desk.file("next.csv", next.replace("T9", "T8"));
    assert!(row("again").ends_with("预计在次日的账单里,"), "{}", row("again"));
}
