//! What a day keeps of its bills beside the numbers and the amounts: the file that a row stands in.

use serde_json::json;

use crate::day::{DAY, cells, show};
use crate::reconcile::{balanced, bill};

#[test]
fn of_several_bills_a_row_that_cannot_be_read_names_its_file_and_the_gap_is_exported() {
    let desk = balanced();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    let evening = bill(&[("T2", "2", "20:00:00", "SUCCESS", 200, 0)], &[]).replace("`a,b", "`a,`b");
    desk.file("evening.csv", evening);
    let words = ["reconcile", "--bill", "bill.csv", "--bill", "evening.csv", "--orders", "orders.csv", "--date", DAY];
    let answer = desk.run(&[&words[..], &["--profile", "shop", "--json"]].concat()).expect(1).json();
    let named = &answer["malformed"]["rows"][0];
    assert_eq!((&named["file"], &named["line"]), (&json!("evening.csv"), &json!(2)));
    let kept = &show(&desk, &["--class", "malformed"])["differences"][0];
    assert!(kept["bill_file"].as_str().is_some_and(|file| file.ends_with("evening.csv")), "{kept}");
    assert_eq!(kept["bill_line"], 2);
    desk.run(&["export", "differences", "--date", DAY, "-o", "out.xlsx", "--profile", "shop"]).expect(0);
    let verdict = cells(&desk, "out.xlsx", 0);
    let summary = verdict[0].iter().position(|title| title == "账单汇总").unwrap();
    assert_eq!(verdict[1][summary], "无法对比：1 行未能读出，按汇总应含订单金额 2.00、退款金额 0.00");
}
