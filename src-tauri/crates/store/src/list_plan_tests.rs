//! How SQLite goes about every list query: a scan of the table itself fails, and any other change shows in the snapshot.

use std::fmt::Write;

use rusqlite::Connection;
use wxpay_protocol::{TradeType, UtcMs};

use super::condition::{Condition, POLLED_SQL, TOTALS, Way};
use super::halves::SPAN_SQL;
use super::{OrderFilter, SortBy};
use crate::alarms::{ORDER_KEYS_SQL, ORDERS_SQL, ORPHAN_KEYS_SQL, ORPHANS_SQL, REFUND_KEYS_SQL, REFUNDS_SQL};
use crate::days::IS_TRADED_SQL;
use crate::finding::{FIND_SQL, MERCHANTS_SQL};
use crate::orders::{ORDER, reusable_sql};
use crate::overview::{CREATED_SQL, PAID_SQL};
use crate::schedule::due_sql;
use crate::search::{CHANGED_SQL, NEW_SQL, REFUND_SQL, Terms};
use crate::{Flags, OrderState};

fn filters() -> Vec<(&'static str, OrderFilter)> {
    let all = OrderFilter::default;
    vec![
        ("everything", all()),
        ("states", OrderFilter { states: vec![OrderState::NotPay, OrderState::Success], ..all() }),
        ("unverified", OrderFilter { states: vec![OrderState::Unverified], ..all() }),
        ("flags", OrderFilter { flags: vec![Flags::CONFLICT], ..all() }),
        ("dates", OrderFilter { created_from: Some(UtcMs(1)), created_to: Some(UtcMs(2)), ..all() }),
        ("amounts", OrderFilter { amount_min_fen: Some(1), amount_max_fen: Some(2), ..all() }),
        ("trade types", OrderFilter { trade_types: vec![TradeType::Native], ..all() }),
        ("profile", OrderFilter { profile: Some("shop".into()), ..all() }),
    ]
}

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Values that were not bound are NULL, which is all the same to the planner.
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get::<_, String>("detail").unwrap());
    }
    lines
}

fn queries() -> Vec<(String, String)> {
    let mut queries = Vec::new();
    for by in SortBy::ALL {
        let Way::Index(index) = Way::of(by) else { continue };
        for (name, filter) in filters() {
            queries.push((format!("{name} by {by:?}"), Condition::walking(&filter, by).walk_sql(&index, true)));
        }
        let between = Condition::new(&OrderFilter::default()).between_ids(&[1, 9]);
        queries.push((format!("between what was found by {by:?}"), between.walk_sql(&index, true)));
        let terms = Terms::of("拿铁 1234").unwrap();
        let reading = Condition::new(&OrderFilter::default()).matching(&terms);
        queries.push((format!("search by {by:?}"), reading.walk_sql(&index, true)));
        let found = Condition::new(&OrderFilter::default()).among(&[1]);
        queries.push((format!("what was found by {by:?}"), found.sorted_among_sql(&index, true)));
    }
    for (name, filter) in filters() {
        queries.push((format!("{name}, totals"), Condition::new(&filter).found_sql(TOTALS)));
        queries.push((format!("{name}, one order"), Condition::new(&filter).is_met_sql()));
    }
    let day = Condition::new(&OrderFilter {
        created_from: Some(UtcMs(1)),
        created_to: Some(UtcMs(2)),
        ..OrderFilter::default()
    });
    queries.push(("dates, a file in the order of goods".into(), day.sorted_by_text_sql("lower(body)", true)));
    queries.push(("dates, a file in the order of WeChat's numbers".into(), day.transaction_ids_sql()));
    let found = Condition::new(&OrderFilter::default()).among(&[1]);
    queries.push(("what was found, totals".into(), found.found_among_sql(TOTALS)));
    queries.push(("first and last moment".into(), SPAN_SQL.into()));
    queries.push(("polled".into(), POLLED_SQL.into()));
    queries.push(("new texts".into(), NEW_SQL.into()));
    queries.push(("changed texts".into(), CHANGED_SQL.into()));
    queries.push(("refunds' texts".into(), REFUND_SQL.into()));
    queries.push(("row".into(), format!("SELECT {ORDER} FROM orders WHERE id = ?1")));
    queries.push(("due".into(), due_sql(false)));
    queries.push(("due of a profile".into(), due_sql(true)));
    queries.push(("reusable".into(), reusable_sql()));
    queries.push(("created in a span".into(), CREATED_SQL.into()));
    queries.push(("paid in a span".into(), PAID_SQL.into()));
    let alarms = [("orders", ORDERS_SQL), ("refunds", REFUNDS_SQL), ("notices", ORPHANS_SQL)];
    queries.extend(alarms.map(|(of, sql)| (format!("alarms behind a place, of {of}"), sql.to_owned())));
    let keys = [("orders", ORDER_KEYS_SQL), ("refunds", REFUND_KEYS_SQL), ("notices", ORPHAN_KEYS_SQL)];
    queries.extend(keys.map(|(of, sql)| (format!("keys of alarms, of {of}"), sql.to_owned())));
    queries.push(("whatever has a number".into(), FIND_SQL.into()));
    queries.push(("merchants".into(), MERCHANTS_SQL.into()));
    queries.push(("whether anything of a day is kept".into(), IS_TRADED_SQL.into()));
    queries
}

#[test]
fn every_list_query_goes_by_an_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = crate::db::prepare(folder.path()).unwrap();
    let connection = crate::db::connect(&path, crate::db::Access::Read).unwrap();
    let mut text = String::new();
    for (name, sql) in queries() {
        writeln!(text, "{name}").unwrap();
        for line in plan(&connection, &sql) {
            // The refunds and notices of the alarms go by these letters.
            let table = line.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
            let scans_the_table = matches!(table, Some("orders" | "r" | "n")) && !line.contains("INDEX");
            assert!(!scans_the_table, "{name}: {line}\n{sql}");
            let counts = name.starts_with("keys of alarms") && matches!(table, Some("orders" | "r" | "n"));
            assert!(!counts || line.contains("COVERING INDEX"), "{name}: {line}\n{sql}");
            // Orders alike in all but their id may be sorted among themselves; a walk as a whole never.
            let sorts = line.contains("B-TREE FOR ORDER BY") && name.contains(" by ");
            assert!(!sorts || name.starts_with("what was found"), "{name}: {line}\n{sql}");
            writeln!(text, "  {line}").unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn totals_never_touch_the_table_whatever_the_filter() {
    let folder = tempfile::tempdir().unwrap();
    let path = crate::db::prepare(folder.path()).unwrap();
    let connection = crate::db::connect(&path, crate::db::Access::Read).unwrap();
    for (name, filter) in filters() {
        let plan = plan(&connection, &Condition::new(&filter).found_sql(TOTALS));
        assert!(matches!(&plan[..], [line] if line.contains("COVERING INDEX orders_created")), "{name}: {plan:?}");
    }
}

#[test]
fn what_a_person_types_is_bound_and_never_part_of_the_sql() {
    let text = "'; DROP TABLE orders; --";
    let filter = OrderFilter { profile: Some(text.into()), ..OrderFilter::default() };
    let Way::Index(index) = Way::of(SortBy::CreatedAt) else { panic!() };
    let condition = Condition::new(&filter).matching(&Terms::of(text).unwrap());
    assert!(!condition.walk_sql(&index, true).contains("DROP") && !condition.is_met_sql().contains("DROP"));
}
