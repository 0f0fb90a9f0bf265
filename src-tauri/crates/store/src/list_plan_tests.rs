//! How SQLite goes about every list query: a scan of the table itself fails, and any other change shows in the snapshot.

use std::fmt::Write;

use rusqlite::Connection;
use wxpay_protocol::{TradeType, UtcMs};

use super::{Condition, OrderFilter, OrderSort, SortBy, TOTALS};
use crate::orders::{ORDER, reusable_sql};
use crate::overview::{ALARMS_SQL, CREATED_SQL, PAID_SQL};
use crate::schedule::due_sql;
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
        ("number", OrderFilter { search: "20261120".into(), ..all() }),
        ("number or word", OrderFilter { search: "latte".into(), ..all() }),
        ("words", OrderFilter { search: "拿铁 大杯".into(), ..all() }),
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
    for by in
        [SortBy::CreatedAt, SortBy::PaidAt, SortBy::TotalFee, SortBy::State, SortBy::TradeType, SortBy::OutTradeNo]
    {
        for (name, filter) in filters() {
            let sql = Condition::new(&filter).sql(TOTALS, OrderSort { by, descending: true });
            queries.push((format!("{name} by {by:?}"), sql));
        }
    }
    for (name, filter) in filters() {
        queries.push((format!("{name}, polled"), Condition::new(&filter).polling_sql()));
    }
    let first = format!("{} LIMIT 60", Condition::new(&OrderFilter::default()).sql(ORDER, OrderSort::default()));
    queries.push(("first rows".into(), first));
    queries.push(("row".into(), format!("SELECT {ORDER} FROM orders WHERE id = ?1")));
    queries.push(("due".into(), due_sql(false)));
    queries.push(("due of a profile".into(), due_sql(true)));
    queries.push(("reusable".into(), reusable_sql()));
    queries.push(("created in a span".into(), CREATED_SQL.into()));
    queries.push(("paid in a span".into(), PAID_SQL.into()));
    queries.push(("alarms".into(), ALARMS_SQL.into()));
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
            let scans_the_table = line.starts_with("SCAN orders") && !line.contains("INDEX");
            assert!(!scans_the_table, "{name}: {line}\n{sql}");
            writeln!(text, "  {line}").unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_default_view_sorts_nothing_and_never_touches_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = crate::db::prepare(folder.path()).unwrap();
    let connection = crate::db::connect(&path, crate::db::Access::Read).unwrap();
    let sql = Condition::new(&OrderFilter::default()).sql(TOTALS, OrderSort::default());
    assert_eq!(plan(&connection, &sql), ["SCAN orders USING COVERING INDEX orders_created"]);
}

#[test]
fn what_a_person_types_is_bound_and_never_part_of_the_sql() {
    let text = "'; DROP TABLE orders; --";
    let filter = OrderFilter { search: text.into(), profile: Some(text.into()), ..OrderFilter::default() };
    assert!(!Condition::new(&filter).sql(TOTALS, OrderSort::default()).contains("DROP"));
}
