//! What a day keeps of its bills beside the numbers and the amounts: the file that a row stands in, and the
//! columns by which differences concentrate.

use serde_json::json;

use crate::day::{DAY, cells, show};
use crate::reconcile::{a_day_of_everything, balanced, bill};

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

#[test]
fn differences_concentrate_by_the_columns_of_the_bill() {
    let desk = a_day_of_everything();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    let text = std::fs::read_to_string(desk.path("bill.csv")).unwrap();
    let other = text.replacen("`1900000001,`0,`,`422,", "`1900000001,`1900000108,`POS-1,`422,", 1);
    assert_ne!(other, text);
    desk.file("bill.csv", other);
    let words = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--refunds", "refunds.csv"];
    desk.run(&[&words[..], &["--date", DAY, "--profile", "shop"]].concat()).expect(1);
    let found = show(&desk, &[])["concentrations"].clone();
    let of = |dimension: &str| -> Vec<(String, u64)> {
        let all = found.as_array().unwrap().iter().filter(|most| most["dimension"] == dimension);
        all.map(|most| (most["value"].as_str().unwrap().to_owned(), most["count"].as_u64().unwrap())).collect()
    };
    assert_eq!(of("device_info"), [("POS-1".to_owned(), 1)], "{found}");
    assert_eq!(of("sub_mch_id"), [("1900000108".to_owned(), 1)], "a merchant without others has 0 there: {found}");
    assert!(of("trade_type").iter().any(|(value, count)| value == "JSAPI" && *count > 1), "{found}");
    assert!(of("hour").iter().any(|(value, count)| value == "10" && *count > 1), "{found}");
}
