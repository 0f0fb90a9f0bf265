//! The report of a month: sums, days that are not done, and what is left by age.

use serde_json::{Value, json};

use crate::day::{DAY, cells, day, identity, kept};
use crate::program::Desk;

const MONTH: [&str; 5] = ["report", "--from", "20261101", "--to", "20261130"];

fn report(desk: &Desk, more: &[&str], status: i32) -> Value {
    day(desk, &[&MONTH, more].concat()).expect(status).json()
}

#[test]
fn a_month_adds_up_to_its_days_and_says_what_is_not_done() {
    let desk = kept();
    let found = report(&desk, &[], 1);
    let sums = &found["sums"];
    assert_eq!(sums["payments"], json!({"bill_fen": 4800, "local_fen": 5050, "gap_fen": 250}));
    assert_eq!(sums["refunds"], json!({"bill_fen": 100, "local_fen": 115, "gap_fen": 15}));
    assert_eq!(sums["net"], json!({"bill_fen": 4700, "local_fen": 4935, "gap_fen": 235}));
    let days = found["days"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    let ran: Vec<_> = days.iter().filter(|day| !day["sums"].is_null()).collect();
    assert_eq!((ran.len(), &ran[0]["date"], &ran[0]["sums"]), (1, &json!(DAY), sums));
    assert_eq!((&found["marks"]["open"], &found["marks"]["not_run"]), (&json!([DAY]), &json!([])));
    let rows = found["differences"].as_array().unwrap();
    assert_eq!((&found["left"], rows.len()), (&json!(10), 10), "the day cut is expected and not left");
    assert!(rows.iter().all(|row| row["date"] == DAY && row["age_days"].is_u64()), "{rows:?}");

    let amount = identity(&desk, "amount_diff");
    day(&desk, &["note", DAY, &amount[..8], "--carry-over", "--text", "代金券"]).expect(0);
    let carried = report(&desk, &["--limit", "2"], 1);
    assert_eq!((&carried["left"], carried["differences"].as_array().unwrap().len()), (&json!(10), 2));
    let count = |field: &str| -> u64 {
        carried["aging"].as_array().unwrap().iter().map(|age| age[field].as_u64().unwrap()).sum()
    };
    assert_eq!((count("open"), count("carried_over")), (9, 1));

    let spoken = desk.run(&[&["day"], &MONTH[..], &["--profile", "shop"]].concat()).expect(1);
    assert!(spoken.out.contains("payments [支付]") && spoken.out.contains("10 left [未结清]"), "{}", spoken.out);
    assert!(
        spoken.out.lines().any(|line| line.starts_with("not balanced [不平] ") && line.ends_with(" 1  2026-11-20")),
        "{}",
        spoken.out
    );
    let before = day(&desk, &["report", "--from", "20261001", "--to", "20261031"]).expect(0).json();
    assert_eq!((&before["left"], &before["sums"]["payments"]["bill_fen"]), (&json!(0), &json!(0)));
}

#[test]
fn a_report_is_written_for_people_and_for_programs_with_every_digit_of_its_numbers() {
    let desk = kept();
    assert_eq!(report(&desk, &["-o", "month.xlsx"], 1)["file"], "month.xlsx");
    let sums = cells(&desk, "month.xlsx", 0);
    assert_eq!(sums[0].join(" "), "项目 账单(元) 本地(元) 本地减账单(元)");
    assert_eq!(sums[1].join(" "), "支付 48 50.5 2.5");
    assert_eq!(sums[2].join(" "), "退款 1 1.15 0.15");
    assert_eq!((sums[3].join(" "), sums[4][0].as_str()), ("净额 47 49.35 2.35".to_owned(), "手续费"));
    let days = cells(&desk, "month.xlsx", 1);
    let of_day = days.iter().find(|row| row[0] == DAY).unwrap();
    assert_eq!((days.len(), of_day[1].as_str(), of_day[2].as_str(), of_day[11].as_str()), (31, "不平", "48", "10"));
    let left = cells(&desk, "month.xlsx", 2);
    assert_eq!((left.len(), left[0][..3].join(" ")), (11, "账龄(天) 账龄组 类别".to_owned()));
    // What was exported can be worked on and read back, as the differences of a day are.
    let read = day(&desk, &["read-remarks", "month.xlsx"]).expect(0).json();
    assert_eq!((&read["rows"], &read["refused"]), (&json!(10), &json!([])));

    report(&desk, &["-o", "month.csv", "--exact"], 1);
    let text = std::fs::read_to_string(desk.path("month.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("part,item,day,mark,bill_fen,local_fen,gap_fen,age_days,up_to_days,class,"),
        "{}",
        lines[0]
    );
    assert!(lines[1].starts_with("sum,payments,,,4800,5050,250,"), "{}", lines[1]);
    assert!(lines.iter().any(|line| line.starts_with("day,refunds,2026-11-20,open,100,115,15,")), "{text}");
    assert!(lines.iter().any(|line| line.starts_with("day,,2026-11-01,nothing,,,")), "{text}");
    let differences: Vec<_> = lines.iter().filter(|line| line.starts_with("difference,")).collect();
    assert_eq!(differences.len(), 10);
    assert!(differences.iter().any(|line| line.contains(",amount_diff,T4,424,")), "{differences:?}");
    let columns = lines[0].split(',').count();
    assert!(lines.iter().filter(|line| !line.contains('"')).all(|line| line.split(',').count() == columns), "{text}");
    day(&desk, &[&MONTH[..], &["--exact"]].concat()).expect(2);
    day(&desk, &[&MONTH[..], &["-o", "month.doc"]].concat()).expect(3);
}
