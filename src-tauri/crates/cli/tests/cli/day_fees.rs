//! Fees of a day that are off: kept with it, listed and exported, however many there are.

use serde_json::json;

use crate::day::{DAY, cells, show};
use crate::program::Desk;
use crate::reconcile::{ORDERS, REFUNDS, a_day_with_fees, bill};
use crate::workbook::formats;

const EXPORT: [&str; 6] = ["export", "differences", "--date", DAY, "--profile", "shop"];

/// A day on which both sides agree: a payment whose fee is right, one whose fee is off, and a refund whose fee is.
fn kept_with_a_refund() -> Desk {
    let desk = Desk::new();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    let long = ("20261120100000123456", "00000202611200000000001");
    let payments = [("T1", "1", "10:00:00", "SUCCESS", 100, 0), (long.0, long.1, "10:00:01", "SUCCESS", 250, 0)];
    let mut text = bill(&payments, &[("1", 50, "SUCCESS")]);
    for fee in ["0.00600", "0.03000", "-0.03000"] {
        text = text.replacen("`0.00000,`0.00%", &format!("`{fee},`0.60%"), 1);
    }
    desk.file("bill.csv", text.replace("`0.00,`0.00000,", "`0.00,`0.00600,"));
    let at = "2026-11-20 10:00:01";
    let orders = [("T1", "421", 100), (long.0, &format!("42{}", long.1), 250)];
    let orders = orders.map(|(number, transaction, fen)| format!("{number},{transaction},SUCCESS,{fen},{at}\n"));
    desk.file("orders.csv", ORDERS.to_owned() + &orders.concat());
    desk.file("refunds.csv", format!("{REFUNDS}501,R1,50,SUCCESS,2026-11-20 12:00:00\n"));
    let day = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--refunds", "refunds.csv"];
    desk.run(&[&day[..], &["--date", DAY, "--profile", "shop", "--out", "out"]].concat()).expect(0);
    desk
}

#[test]
fn fees_that_are_off_are_kept_with_the_day_and_exported_beside_its_differences() {
    let desk = a_day_with_fees(&[600, 3_000, 0]);
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    let keep = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", DAY, "--profile", "shop"];
    desk.run(&keep).expect(0);
    let found = show(&desk, &[]);
    assert_eq!((&found["mark"], &found["matching"]), (&json!("balanced"), &json!(0)), "a mark beside the class");
    let fees = &found["fee_diff"];
    assert_eq!((&fees["count"], &fees["listed"], &fees["amount_fee_1e5_yuan"]), (&json!(1), &json!(1), &json!(2_400)));
    assert_eq!((&fees["rows"][0]["bill_line"], &fees["rows"][0]["rate"]), (&json!(3), &json!("0.60%")));
    let words = desk.run(&["day", "show", DAY, "--profile", "shop"]).expect(0).out;
    assert!(words.contains("手续费 1 笔不一致") && words.contains("expected 0.00600  gap 0.02400"), "{words}");
    let write = |file: &str, more: &[&str]| {
        let words = ["export", "differences", "--date", DAY, "-o", file, "--profile", "shop"];
        desk.run(&[&words[..], more].concat()).expect(0);
    };
    write("out.csv", &["--exact"]);
    let written = std::fs::read_to_string(desk.path("out.csv")).unwrap();
    let row = written.lines().nth(1).unwrap();
    assert!(row.starts_with("fee_diff,T2,422,,fee,0.03000,0.00600,3,,1.00 × 0.60%,2026-11-20,"), "{written}");
    write("people.csv", &[]);
    let written = std::fs::read_to_string(desk.path("people.csv")).unwrap();
    assert!(written.contains(",0.03000,0.00600,3,"), "{written}");
    write("out.xlsx", &[]);
    let rows = cells(&desk, "out.xlsx", 3);
    assert_eq!(rows[1][1..3], ["3", "T2"], "{rows:?}");
    assert_eq!(rows[1][6..], ["0.60%", "0.03", "0.006", "0.024"], "{rows:?}");
}

#[test]
fn every_fee_that_is_off_is_kept_listed_and_exported_however_many_there_are() {
    const OFF: usize = 10_050;
    let desk = a_day_with_fees(&vec![3_000; OFF]);
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    let keep = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", DAY, "--profile", "shop"];
    let found = desk.run(&[&keep[..], &["--out", "out", "--json"]].concat()).expect(0).json()["fee_diff"].clone();
    assert_eq!((&found["count"], &found["listed"]), (&json!(OFF), &json!(OFF)));
    let rows = found["rows"].as_array().unwrap();
    let lines = rows.iter().map(|row| row["bill_line"].as_u64().unwrap());
    assert!(lines.eq(2..OFF as u64 + 2), "each of them, in the order of the bill");
    assert_eq!(rows[OFF - 1]["out_trade_no"], "T10050");
    let words = desk.run(&keep).expect(0);
    assert!(words.err.contains("10030 more fees are off"), "{}", words.err);
    let last = |file: &str| {
        let written = std::fs::read_to_string(desk.path(file)).unwrap();
        (written.lines().count() - 1, written.lines().last().unwrap().to_owned())
    };
    let (rows, row) = last("out/fees.csv");
    assert!(rows == OFF && row.starts_with("10051,T10050,"), "{rows}: {row}");
    let kept = show(&desk, &[])["fee_diff"].clone();
    assert_eq!((&kept["count"], &kept["listed"]), (&json!(OFF), &json!(OFF)));
    desk.run(&["export", "differences", "--date", DAY, "-o", "all.csv", "--exact", "--profile", "shop"]).expect(0);
    let (rows, row) = last("all.csv");
    assert!(rows == OFF && row.starts_with("fee_diff,T10050,"), "{rows}: {row}");
    desk.run(&["export", "differences", "--date", DAY, "-o", "all.xlsx", "--profile", "shop"]).expect(0);
    assert_eq!(cells(&desk, "all.xlsx", 3).len(), OFF + 1);
    assert_eq!(desk.run(&[&keep[..], &["--json"]].concat()).expect(0).json()["kept"]["again"], true);
}

#[test]
fn a_table_of_a_day_has_its_fees_behind_the_differences_in_the_columns_of_those() {
    let desk = kept_with_a_refund();
    let written = |file: &str, more: &[&str]| {
        desk.run(&[&EXPORT[..], &["-o", file], more].concat()).expect(0);
        std::fs::read_to_string(desk.path(file)).unwrap()
    };
    assert_eq!(
        written("programs.csv", &["--exact"]),
        "class,out_trade_no,transaction_id,refund_id,field,bill_value,local_value,bill_line,local_line,reason,date,state,remark,said_by,identity,out_refund_no,as_exported\n\
         fee_diff,20261120100000123456,4200000202611200000000001,,fee,0.03000,0.01500,3,,2.50 × 0.60%,2026-11-20,,,,,,\n\
         fee_diff,T1,421,501,fee,-0.03000,-0.00300,4,,-0.50 × 0.60%,2026-11-20,,,,,,\n"
    );
    assert_eq!(
        written("people.csv", &[]),
        "\u{FEFF}类别,商户订单号,微信订单号,微信退款单号,不同之处,账单,本地,账单行号,本地行号,原因,日期,处理,备注,处理人,识别码,商户退款单号,导出时\r\n\
         手续费不一致,'20261120100000123456,'4200000202611200000000001,,手续费,0.03000,0.01500,3,,2.50 × 0.60%,2026-11-20,,,,,,\r\n\
         手续费不一致,T1,'421,'501,手续费,-0.03000,-0.00300,4,,'-0.50 × 0.60%,2026-11-20,,,,,,\r\n"
    );
}

#[test]
fn in_a_workbook_the_amounts_of_fees_are_numbers_with_their_decimals_and_the_ids_are_texts() {
    let desk = kept_with_a_refund();
    desk.run(&[&EXPORT[..], &["-o", "day.xlsx"]].concat()).expect(0);
    let [text, line, yuan, fee] = ["text @", "number 0", "number 0.00", "number 0.00000###"];
    let fees = [line, text, text, text, yuan, text, fee, fee, fee];
    for (file, columns) in [("out/reconcile.xlsx", fees.to_vec()), ("day.xlsx", [&[text], &fees[..]].concat())] {
        let rows = formats(&desk.path(file), 4);
        assert_eq!(rows.len(), 3, "{file}");
        for row in &rows[1..] {
            assert_eq!(*row, columns, "{file}");
        }
        let shown = cells(&desk, file, 3);
        assert_eq!(
            shown[1][columns.len() - 9..],
            ["3", "20261120100000123456", "4200000202611200000000001", "", "2.5", "0.60%", "0.03", "0.015", "0.015"]
        );
        assert_eq!(shown[2][columns.len() - 5..], ["-0.5", "0.60%", "-0.03", "-0.003", "-0.027"]);
    }
}
