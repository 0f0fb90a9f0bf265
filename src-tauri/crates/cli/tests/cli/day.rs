//! Days that are kept under a profile: the same inputs again, handling, closing, exporting and reading remarks back.

use serde_json::{Value, json};

use crate::program::{Answer, Desk};
use crate::reconcile::{EVERYTHING, ORDERS, a_day_of_everything, bill};
use crate::workbook::formats_below;

pub(crate) const DAY: &str = "2026-11-20";

/// The day with one row of each class, under a merchant.
pub(crate) fn kept() -> Desk {
    let desk = a_day_of_everything();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    run(&desk, &[]).expect(1);
    desk
}

fn run(desk: &Desk, more: &[&str]) -> Answer {
    let day = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--refunds", "refunds.csv", "--date", DAY];
    desk.run(&[&day[..], &["--profile", "shop", "--json"], more].concat())
}

pub(crate) fn day(desk: &Desk, words: &[&str]) -> Answer {
    desk.run(&[&["day"], words, &["--profile", "shop", "--json"]].concat())
}

pub(crate) fn show(desk: &Desk, more: &[&str]) -> Value {
    let answer = day(desk, &[&["show", DAY], more].concat());
    assert!(answer.status <= 1, "{}", answer.err);
    answer.json()
}

pub(crate) fn identity(desk: &Desk, class: &str) -> String {
    show(desk, &["--class", class])["differences"][0]["identity"].as_str().unwrap().to_owned()
}

#[test]
fn the_same_inputs_are_the_same_run_and_what_was_said_follows_a_difference() {
    let desk = kept();
    let first = show(&desk, &[]);
    assert_eq!((&first["mark"], &first["differences"].as_array().unwrap().len()), (&json!("open"), &12));
    assert_eq!((&first["open"], &first["bills_seen"]), (&json!(10), &json!(1)));
    assert_eq!((&first["run"]["payments_gap_fen"], &first["run"]["refunds_gap_fen"]), (&json!(250), &json!(15)));
    let amount = identity(&desk, "amount_diff");
    day(&desk, &["note", DAY, &amount[..8], "--resolve", "--text", "代金券"]).expect(0);
    let again = run(&desk, &[]).expect(1).json();
    assert_eq!((&again["kept"]["again"], &again["kept"]["run"]), (&json!(true), &first["run"]["id"]));
    desk.file("more.csv", std::fs::read(desk.path("orders.csv")).unwrap());
    assert_eq!(run(&desk, &["--orders", "more.csv"]).status, 2, "one file of orders");
    let wider = run(&desk, &["--day-cut-seconds", "600"]).expect(1).json();
    assert_eq!(wider["kept"]["again"], json!(false));
    let found = &show(&desk, &["--class", "amount_diff"])["differences"][0];
    assert_eq!((&found["state"], &found["identity"]), (&json!("resolved"), &json!(amount)));
    assert_eq!(found["notes"][0]["text"], "代金券");
}

#[test]
fn a_day_closes_when_everything_is_handled_and_another_bill_for_it_is_an_alarm() {
    let desk = kept();
    let refused = day(&desk, &["close", DAY]).expect(3);
    assert!(refused.err.contains("还有未处理的差异"), "{}", refused.err);
    for class in EVERYTHING.lines().skip(1).map(|line| line.split(',').next().unwrap()) {
        let said = day(&desk, &["note", DAY, "--all-of", class, "--ignore"]);
        assert_eq!(said.status, i32::from(class.starts_with("day_cut")), "{class}: {}", said.err);
    }
    assert_eq!(show(&desk, &[])["mark"], "handled");
    assert_eq!(day(&desk, &["close", DAY]).expect(0).json()["mark"], "closed");
    assert_eq!(run(&desk, &[]).expect(1).json()["kept"]["closed"], false, "the run that it was closed with");
    let other = std::fs::read_to_string(desk.path("bill.csv")).unwrap().replace("JSAPI", "NATIVE");
    desk.file("bill.csv", other);
    let kept = run(&desk, &[]).expect(1).json()["kept"].clone();
    assert_eq!((&kept["closed"], kept["other_bills"].as_array().unwrap().len()), (&json!(true), 1));
    let shown = show(&desk, &[]);
    assert_eq!((&shown["bill_changed"], &shown["mark"]), (&json!(true), &json!("closed")));
    day(&desk, &["reopen", DAY]).expect(2);
    day(&desk, &["reopen", DAY, "--text", ""]).expect(2);
    assert!(day(&desk, &["reopen", DAY, "--text", " "]).expect(3).err.contains("重新打开要写原因"));
    assert_eq!(show(&desk, &[])["mark"], "closed");
    day(&desk, &["reopen", DAY, "--text", "账单有更正"]).expect(0);
    assert_eq!(show(&desk, &[])["notes"].as_array().unwrap().last().unwrap()["text"], "账单有更正");
    assert_eq!(run(&desk, &[]).expect(1).json()["kept"]["closed"], false);
    assert_eq!(show(&desk, &[])["bill_changed"], false);
    let listed = day(&desk, &["list", "--from", "20261119", "--to", "20261121"]).expect(0).json();
    let marks: Vec<_> = listed["days"].as_array().unwrap().iter().map(|day| day["mark"].as_str().unwrap()).collect();
    assert_eq!(marks, ["nothing", "handled", "nothing"], "only the trade type is another one");
}

#[test]
fn what_a_day_waits_for_is_settled_by_itself_when_the_bill_of_the_day_beside_it_comes() {
    for (number, class, state, reason, left) in [
        ("T9", "day_cut_local", "expected", "已在次日的账单里", 10),
        ("T99", "local_only", "open", "两天的账单里都没有", 11),
    ] {
        let desk = kept();
        let before = show(&desk, &["--search", "T9"]);
        assert_eq!(before["differences"][0]["class"], "day_cut_local");
        let remark = identity(&desk, "amount_diff");
        day(&desk, &["note", DAY, &remark[..8], "--resolve", "--text", "代金券"]).expect(0);
        let next = bill(&[(number, "9", "00:00:20", "SUCCESS", 900, 0)], &[]).replace(DAY, "2026-11-21");
        desk.file("next.csv", &next);
        let words = ["reconcile", "--bill", "next.csv", "--orders", "orders.csv", "--date", "2026-11-21"];
        let reconciled = || desk.run(&[&words[..], &["--profile", "shop", "--json"]].concat()).expect(1).json();
        assert_eq!(reconciled()["kept"]["settled_beside"], json!([DAY]));
        let after = show(&desk, &["--search", "T9"]);
        let found = &after["differences"][0];
        assert_eq!((&found["class"], &found["state"]), (&json!(class), &json!(state)));
        assert!(found["reason_zh"].as_str().unwrap().contains(reason), "{found}");
        let whole = show(&desk, &[]);
        assert_eq!((&whole["differences"].as_array().unwrap().len(), &whole["open"]), (&12, &json!(left - 1)));
        let waiting = &before["run"]["classes"];
        assert_ne!(whole["run"]["id"], before["run"]["id"], "what was kept before stays");
        assert_eq!(waiting["day_cut_local"]["count"], 1);
        let classes = &whole["run"]["classes"];
        assert_eq!(classes["local_only"]["count"], if number == "T9" { 1 } else { 2 });
        assert_eq!(classes["matched"], waiting["matched"]);
        let said = show(&desk, &["--class", "amount_diff"]);
        assert_eq!(said["differences"][0]["state"], "resolved", "what was said to the others still holds");
        assert_eq!(reconciled()["kept"]["settled_beside"], json!([]), "nothing waits any more");
        // Brought together again with the bill beside it, the day says the same.
        let again = run(&desk, &[]).expect(1).json();
        assert_eq!(
            (&again["classes"]["local_only"]["count"], &again["kept"]["again"]),
            (&classes["local_only"]["count"], &json!(false))
        );
    }
}

#[test]
fn what_was_paid_before_midnight_and_stands_in_the_next_bill_agrees_though_the_next_days_own_file_lacks_it() {
    let desk = kept();
    desk.file("next_orders.csv", format!("{ORDERS}T20,4220,SUCCESS,100,2026-11-21 10:00:00\n"));
    let next = |fen: i64| {
        let payments = [("T9", "9", "00:00:20", "SUCCESS", fen, 0), ("T20", "20", "10:00:00", "SUCCESS", 100, 0)];
        desk.file("next.csv", bill(&payments, &[]).replace(DAY, "2026-11-21"));
        let words = ["reconcile", "--bill", "next.csv", "--orders", "next_orders.csv", "--date", "2026-11-21"];
        desk.run(&[&words[..], &["--out", "out", "--profile", "shop", "--json"]].concat())
    };
    let found = next(900).expect(0).json();
    let classes = &found["classes"];
    assert_eq!((&classes["bill_only"]["count"], &classes["matched"]["count"]), (&json!(0), &json!(1)), "{classes}");
    let cut = &classes["day_cut_bill"];
    assert_eq!((&cut["count"], &cut["bill_fen"], &cut["local_fen"]), (&json!(1), &json!(900), &json!(0)));
    // Its money counts on the day that it was paid, so that over both days there is no gap of it.
    let listed = day(&desk, &["list", "--from", "20261120", "--to", "20261121"]).expect(0).json();
    let paid_on = show(&desk, &[])["run"]["payments_gap_fen"].as_i64().unwrap();
    assert_eq!(listed["payments_gap_fen"], json!(paid_on - 900), "{listed}");
    let written = std::fs::read_to_string(desk.path("out/differences.csv")).unwrap();
    let row = written.lines().find(|line| line.contains(",T9,")).unwrap();
    let expected = "day_cut_bill,T9,429,,paid_at,2026-11-21 00:00:20,2026-11-20 23:58:00,2,,";
    assert!(row.starts_with(expected), "{row}");
    assert_eq!(next(900).expect(0).json()["kept"]["again"], true);
    let shown = day(&desk, &["show", "2026-11-21"]).expect(0).json()["differences"][0].clone();
    assert_eq!((&shown["class"], &shown["local_line"]), (&json!("day_cut_bill"), &Value::Null), "{shown}");
    assert!(
        show(&desk, &["--search", "T9"])["differences"][0]["reason_zh"].as_str().unwrap().contains("已在次日的账单里")
    );

    let other = next(901).expect(1).json();
    let differs = &other["classes"]["amount_diff"];
    assert_eq!((&differs["count"], &differs["local_fen"], &differs["local_rows"]), (&json!(1), &json!(0), &json!(0)));
    // A file that has the order itself is believed before what waited.
    desk.file(
        "next_orders.csv",
        format!("{ORDERS}T20,4220,SUCCESS,100,2026-11-21 10:00:00\nT9,429,SUCCESS,901,2026-11-21 00:00:05\n"),
    );
    let own = next(901).expect(0).json()["classes"].clone();
    assert_eq!((&own["matched"]["count"], &own["duplicate_local"]["count"]), (&json!(2), &json!(0)), "{own}");
}

#[test]
fn a_closed_day_stays_as_it_was_closed_whatever_comes_later() {
    let desk = kept();
    for class in EVERYTHING.lines().skip(1).map(|line| line.split(',').next().unwrap()) {
        day(&desk, &["note", DAY, "--all-of", class, "--ignore"]);
    }
    day(&desk, &["close", DAY]).expect(0);
    let before = show(&desk, &[]);
    desk.file("next.csv", bill(&[("T9", "9", "00:00:20", "SUCCESS", 900, 0)], &[]).replace(DAY, "2026-11-21"));
    let words = ["reconcile", "--bill", "next.csv", "--orders", "orders.csv", "--date", "2026-11-21", "--json"];
    let kept = desk.run(&[&words[..], &["--profile", "shop"]].concat()).expect(1).json()["kept"].clone();
    assert_eq!(kept["settled_beside"], json!([]));
    assert_eq!(show(&desk, &[]), before);
}

/// The workbook with other cells: what finance sends back.
fn rewrite(desk: &Desk, from: &str, to: &str, change: impl Fn(&[String], usize, &str) -> Option<String>) {
    use desk::sheets::{Cell, Column, Sheet, XlsxBook};
    let file = std::fs::File::open(desk.path(from)).unwrap();
    let mut book = Sheet::open(std::io::BufReader::new(file)).unwrap();
    book.choose_sheet(2);
    let mut rows: Vec<Vec<String>> = Vec::new();
    book.each(|row| {
        rows.push((0..row.len()).map(|cell| row.text(cell).unwrap().into_owned()).collect());
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    let titles = rows.remove(0);
    let mut out = XlsxBook::new(std::fs::File::create(desk.path(to)).unwrap());
    let columns: Vec<Column> = titles.iter().map(|title| Column { title: title.clone(), width_chars: 10 }).collect();
    out.sheet("差异", &columns).unwrap();
    for (place, row) in rows.iter().enumerate() {
        let cells: Vec<String> = titles
            .iter()
            .zip(row)
            .map(|(title, cell)| change(row, place, title).unwrap_or_else(|| cell.clone()))
            .collect();
        out.row(&cells.iter().map(|cell| Cell::Text(cell)).collect::<Vec<_>>()).unwrap();
    }
    out.finish().unwrap();
}

#[test]
fn remarks_are_read_back_from_the_workbook_and_refused_rows_are_told() {
    let desk = kept();
    let export = |file: &str| {
        desk.run(&["export", "differences", "--date", DAY, "-o", file, "--profile", "shop", "--json"]).expect(0).json()
    };
    assert_eq!(export("out.xlsx")["differences"], 12);
    assert_eq!(
        day(&desk, &["read-remarks", "out.xlsx"]).expect(0).json(),
        json!({"rows": 12, "remarks": 0, "handled": 0, "refused": [], "cancelled": false})
    );
    rewrite(&desk, "out.xlsx", "back.xlsx", |row, place, title| match (row[0].as_str(), title) {
        ("金额不一致" | "跨日待匹配", "处理") => Some("已核销".into()),
        ("金额不一致", "备注") => Some("=1+1 代金券 💰".into()),
        ("状态不一致", "处理") => Some("完成".into()),
        _ if place == 0 && title == "识别码" => Some("12".into()),
        _ => None,
    });
    let read = day(&desk, &["read-remarks", "back.xlsx"]).expect(1).json();
    assert_eq!((&read["remarks"], &read["handled"]), (&json!(1), &json!(1)));
    let refused = read["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 3, "{refused:?}");
    for (code, chinese, english) in [
        ("remark_no_identity", "不是完整的识别码", "is no identity"),
        ("remark_unknown_state", "待处理、已核销", "待处理, 已核销"),
        ("remark_expected", "跨日的记录无需处理", "needs no handling"),
    ] {
        let row = refused.iter().find(|row| row["code"] == code).unwrap_or_else(|| panic!("{code}: {refused:?}"));
        assert!(row["reason_zh"].as_str().unwrap().contains(chinese), "{row}");
        assert!(row["reason"].as_str().unwrap().contains(english), "{row}");
    }
    let found = &show(&desk, &["--state", "resolved"])["differences"];
    assert_eq!((&found[0]["class"], &found[0]["notes"][0]["text"]), (&json!("amount_diff"), &json!("=1+1 代金券 💰")));
    export("again.xlsx");
    assert_eq!(
        day(&desk, &["read-remarks", "again.xlsx"]).expect(0).json()["remarks"],
        0,
        "what is there is not said again"
    );
    day(&desk, &["read-remarks", "orders.csv"]).expect(3);
    // The workbook of `reconcile --out` can be read back as well.
    run(&desk, &["--out", "out"]).expect(1);
    assert_eq!(day(&desk, &["read-remarks", "out/reconcile.xlsx"]).expect(0).json()["rows"], 12);
}

#[test]
fn a_workbook_that_was_overtaken_undoes_nothing_and_says_so_where_it_was_changed() {
    let desk = kept();
    let export = |file: &str| {
        desk.run(&["export", "differences", "--date", DAY, "-o", file, "--profile", "shop"]).expect(0);
    };
    export("morning.xlsx");
    day(&desk, &["note", DAY, &identity(&desk, "amount_diff"), "--resolve", "--text", "已补差"]).expect(0);
    let read = day(&desk, &["read-remarks", "morning.xlsx"]).expect(0).json();
    assert_eq!(
        read,
        json!({"rows": 12, "remarks": 0, "handled": 0, "refused": [], "cancelled": false}),
        "nobody wrote into it"
    );
    let resolved = || show(&desk, &["--state", "resolved"])["differences"].as_array().unwrap().len();
    assert_eq!(resolved(), 1);
    rewrite(&desk, "morning.xlsx", "noon.xlsx", |row, _, title| match (row[0].as_str(), title) {
        ("金额不一致", "备注") => Some("再看看".into()),
        ("状态不一致", "处理") => Some("挂账".into()),
        _ => None,
    });
    let read = day(&desk, &["read-remarks", "noon.xlsx"]).expect(1).json();
    assert_eq!((&read["remarks"], &read["handled"]), (&json!(0), &json!(1)), "what nobody overtook is taken");
    assert_eq!(
        (read["refused"].as_array().unwrap().len(), &read["refused"][0]["code"]),
        (1, &json!("remark_overtaken"))
    );
    assert_eq!(resolved(), 1);
    rewrite(&desk, "morning.xlsx", "spoilt.xlsx", |row, _, title| {
        (row[0].as_str() == "金额不一致" && title == "导出时").then(String::new)
    });
    let read = day(&desk, &["read-remarks", "spoilt.xlsx"]).expect(1).json();
    assert_eq!((&read["handled"], &read["refused"][0]["code"]), (&json!(0), &json!("remark_overtaken")));
    assert_eq!(resolved(), 1, "a row that no longer says how far it was undoes nothing");
    export("evening.xlsx");
    rewrite(&desk, "evening.xlsx", "night.xlsx", |row, _, title| match (row[0].as_str(), title) {
        ("金额不一致", "处理") => Some("待处理".into()),
        _ => None,
    });
    assert_eq!(day(&desk, &["read-remarks", "night.xlsx"]).expect(0).json()["handled"], 1, "said on purpose");
    assert_eq!(resolved(), 0);
}

/// The cells of a sheet of a workbook.
pub(crate) fn cells(desk: &Desk, file: &str, sheet: usize) -> Vec<Vec<String>> {
    let file = std::fs::File::open(desk.path(file)).unwrap();
    let mut book = desk::sheets::Sheet::open(std::io::BufReader::new(file)).unwrap();
    book.choose_sheet(sheet);
    let mut rows = Vec::new();
    book.each(|row| {
        rows.push((0..row.len()).map(|cell| row.text(cell).unwrap().into_owned()).collect());
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    rows
}

#[test]
fn a_workbook_has_the_verdict_of_the_day_and_what_its_classes_add_up_to() {
    let desk = kept();
    let export = |file: &str, more: &[&str]| {
        let words = ["export", "differences", "--date", DAY, "-o", file, "--profile", "shop"];
        desk.run(&[&words[..], more].concat()).expect(0);
    };
    export("out.xlsx", &[]);
    let verdict = cells(&desk, "out.xlsx", 0);
    let column = |title: &str| verdict[0].iter().position(|found| found == title).unwrap();
    let value = |title: &str| verdict[1][column(title)].as_str();
    assert_eq!((verdict.len(), value("日期"), value("结论")), (2, DAY, "不平"));
    assert_eq!((value("账单笔数"), value("本地订单"), value("本地退款")), ("14", "12", "4"));
    assert_eq!((value("账单订单金额(元)"), value("账单退款金额(元)")), ("48", "1"));
    assert_eq!((value("支付：本地减账单(元)"), value("退款：本地减账单(元)")), ("2.5", "0.15"));
    assert_eq!((value("差异"), value("待处理"), value("挂账"), value("无法读取的行")), ("10", "10", "0", "0"));
    let classes = cells(&desk, "out.xlsx", 1);
    let class = |name: &str| classes.iter().find(|row| row[0] == name).unwrap()[1..].join(" ");
    assert_eq!(class("金额不一致"), "1 4 3.5 -0.5");
    assert_eq!(class("微信有·本地无"), "1 2 0 -2");
    assert_eq!(class("退款：本地有·微信无"), "1 0 0.5 0.5");
    export("own.xlsx", &["--viewpoint", "own"]);
    let classes: Vec<String> = cells(&desk, "own.xlsx", 1).into_iter().map(|mut row| row.remove(0)).collect();
    for word in ["长款（微信多）", "短款（微信少）", "退款短款（微信多退）", "退款长款（微信少退）"]
    {
        assert_eq!(classes.iter().filter(|found| *found == word).count(), 1, "{word}");
        assert!(cells(&desk, "own.xlsx", 2).iter().any(|row| row[0] == word), "{word}");
    }
    run(&desk, &["--out", "out", "--viewpoint", "own"]).expect(1);
    assert!(cells(&desk, "out/reconcile.xlsx", 2).iter().any(|row| row[0] == "退款短款（微信多退）"));
    export("matched.xlsx", &["--matched"]);
    for (file, sheet, ids) in
        [("out.xlsx", 3, "B C D O P"), ("out/reconcile.xlsx", 3, "B C D M N"), ("matched.xlsx", 4, "C D E I")]
    {
        for column in ids.split(' ') {
            let formats = formats_below(&desk.path(file), sheet, column);
            let are_texts = formats.iter().all(|format| format == "text @");
            assert!(are_texts && !formats.is_empty(), "{file} {column}: {formats:?}");
        }
    }
}

#[test]
fn remarks_are_read_back_from_a_table_of_text() {
    let desk = kept();
    let words = ["export", "differences", "--date", DAY, "-o", "out.csv", "--profile", "shop"];
    desk.run(&words).expect(0);
    let text = std::fs::read_to_string(desk.path("out.csv")).unwrap();
    let titles: Vec<&str> = text.trim_start_matches('\u{FEFF}').lines().next().unwrap().split(',').collect();
    let [state, remark] = ["处理", "备注"].map(|title| titles.iter().position(|found| *found == title).unwrap());
    let row = text.lines().find(|row| row.starts_with("微信有·本地无,")).unwrap();
    let mut said: Vec<&str> = row.split(',').collect();
    (said[state], said[remark]) = ("已核销", "\"另一个系统, 测试单\"");
    desk.file("back.csv", text.replace(row, &said.join(",")));
    let read = day(&desk, &["read-remarks", "back.csv"]).expect(0).json();
    assert_eq!((&read["rows"], &read["remarks"], &read["handled"]), (&json!(12), &json!(1), &json!(1)));
    let found = &show(&desk, &["--state", "resolved"])["differences"];
    assert_eq!(
        (&found[0]["class"], &found[0]["notes"][0]["text"]),
        (&json!("bill_only"), &json!("另一个系统, 测试单"))
    );
}

#[test]
fn differences_are_exported_for_programs_as_reconcile_writes_them() {
    let desk = kept();
    let words = ["export", "differences", "--from", "20261101", "--to", "20261130", "-o", "out.csv", "--exact"];
    desk.run(&[&words[..], &["--profile", "shop"]].concat()).expect(0);
    let written = std::fs::read_to_string(desk.path("out.csv")).unwrap();
    let columns = |line: &str| {
        let cells: Vec<_> = line.split(',').collect();
        [&cells[..10], &cells[15..16]].concat().join(",") + "\n"
    };
    assert_eq!(written.lines().map(columns).collect::<String>(), EVERYTHING);
    assert!(written.lines().nth(1).unwrap().contains(",2026-11-20,open,,,"), "{written}");
    let own_refund = written.lines().find(|row| row.starts_with("refund_local_only,")).unwrap();
    assert!(written.lines().next().unwrap().ends_with(",out_refund_no,as_exported"), "{written}");
    assert!(own_refund.ends_with(",R5,0 open"), "{own_refund}");
    desk.run(&["export", "differences", "--date", DAY, "-o", "out.pdf", "--profile", "shop"]).expect(3);
    assert!(!desk.path("out.pdf").exists());
}

#[test]
fn one_text_is_said_to_every_difference_of_a_class_however_many_there_are() {
    const MANY: usize = 10_050;
    let desk = Desk::new();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    let numbers: Vec<_> = (1..=MANY).map(|at| (format!("T{at}"), at.to_string())).collect();
    let payments: Vec<_> =
        numbers.iter().map(|(number, id)| (number.as_str(), id.as_str(), "10:00:00", "SUCCESS", 100, 0)).collect();
    desk.file("bill.csv", bill(&payments, &[]));
    desk.file("orders.csv", format!("{ORDERS}T1,421,SUCCESS,90,2026-11-20 10:00:01\n"));
    let keep = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", DAY, "--profile", "shop"];
    desk.run(&keep).expect(1);
    let refused = day(&desk, &["note", DAY, "--all-of", "bill_only"]).expect(3);
    assert!(refused.err.contains("备注不能为空"), "{}", refused.err);
    let words = ["note", DAY, "--all-of", "bill_only", "--carry-over", "--text", "另一个系统"];
    let said = day(&desk, &words).expect(0).json();
    assert_eq!((&said["count"], &said["left_out"]), (&json!(MANY - 1), &json!(0)));
    let end = (&said["matching"], &said["cancelled"], &said["overtaken"]);
    assert_eq!(end, (&json!(MANY - 1), &json!(false), &json!(false)), "in batches, and all of them");
    let left = show(&desk, &[]);
    assert_eq!((&left["open"], &left["carried_over"]), (&json!(1), &json!(MANY - 1)), "the other class is left alone");
    let last = &show(&desk, &["--search", "T10050"])["differences"][0]["notes"][0];
    assert_eq!((&last["kind"], &last["text"]), (&json!("carry_over"), &json!("另一个系统")));
    day(&desk, &words).expect(1);
}

#[test]
fn what_does_not_exist_is_said() {
    let desk = kept();
    day(&desk, &["show", "2026-11-19"]).expect(1);
    day(&desk, &["note", DAY, "ffffffffffff", "--resolve"]).expect(1);
    day(&desk, &["note", "2026-11-19", "--text", "x"]).expect(1);
    day(&desk, &["note", DAY]).expect(3);
    day(&desk, &["note", DAY, "--resolve"]).expect(3);
    day(&desk, &["reopen", DAY, "--text", "x"]).expect(3);
    day(&desk, &["show", "yesterday"]).expect(2);
    run(&desk, &["--profile", "nobody"]).expect(2);
}

#[test]
fn rows_that_agree_are_exported_on_request_as_many_as_their_classes_count() {
    let desk = kept();
    let classes = &run(&desk, &[]).expect(1).json()["classes"];
    let agreeing = ["matched", "refund_matched"].map(|class| classes[class]["bill_rows"].as_u64().unwrap());
    let export = |more: &[&str]| {
        let words =
            ["export", "differences", "--profile", "shop", "--date", DAY, "-o", "rows.csv", "--exact", "--json"];
        let told = desk.run(&[&words[..], more].concat()).expect(0).json();
        (told["differences"].as_u64().unwrap(), std::fs::read_to_string(desk.path("rows.csv")).unwrap())
    };
    let (differences, without) = export(&[]);
    let (same, with) = export(&["--matched"]);
    assert_eq!(differences, same);
    assert!(!without.contains("\nmatched,") && with.starts_with(&without));
    let rows = ["matched", "refund_matched"].map(|class| with.matches(&format!("\n{class},")).count() as u64);
    assert!(rows == agreeing && rows[0] > 0, "{rows:?} of {agreeing:?}");
    desk.run(&["export", "differences", "--profile", "shop", "--date", DAY, "-o", "rows.xlsx", "--matched"]).expect(0);
    let listed = cells(&desk, "rows.xlsx", 3);
    assert_eq!(listed.len() as u64 - 1, agreeing.iter().sum::<u64>(), "{listed:?}");
    assert!(listed.iter().any(|row| row[2..5] == ["T1", "421", ""]), "{listed:?}");
    std::fs::write(desk.path("bill.csv"), "another text").unwrap();
    let refused =
        desk.run(&["export", "differences", "--profile", "shop", "--date", DAY, "-o", "rows.csv", "--matched"]);
    assert_eq!(refused.status, 3, "{}", refused.err);
    assert!(refused.err.contains("账单文件已不在或有变"), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(desk.path("rows.csv")).unwrap(), with, "the earlier file stays");
}

#[test]
fn of_a_reversed_payment_that_differs_neither_row_agrees() {
    let desk = Desk::new();
    desk.merchant("shop", "http://127.0.0.1:9", &[]).expect(0);
    let (short, long, other) = ("1", "00000000202611200000000002", "00000000202611200000000003");
    let both =
        |number, transaction, fen| ["SUCCESS", "REVOKED"].map(|state| (number, transaction, "10:00:00", state, fen, 0));
    let payments = [both("T1", short, 100), both("T2", long, 100), both("T3", other, 100)].concat();
    desk.file("bill.csv", bill(&payments, &[]));
    let orders = [("T1", short, 200), ("T2", long, 200), ("T3", other, 100)];
    let orders = orders.map(|(number, transaction, fen)| format!("{number},42{transaction},REVOKED,{fen},\n"));
    desk.file("orders.csv", ORDERS.to_owned() + &orders.concat());
    let keep = ["reconcile", "--bill", "bill.csv", "--orders", "orders.csv", "--date", DAY, "--profile", "shop"];
    desk.run(&[&keep[..], &["--json"]].concat()).expect(1);
    let words = ["export", "differences", "--profile", "shop", "--date", DAY, "-o", "rows.csv", "--exact", "--matched"];
    desk.run(&words).expect(0);
    let written = std::fs::read_to_string(desk.path("rows.csv")).unwrap();
    let agreeing: Vec<&str> = written.lines().filter(|row| row.starts_with("matched,")).collect();
    assert!(agreeing.len() == 2 && agreeing.iter().all(|row| row.contains(",T3,")), "{written}");
}
