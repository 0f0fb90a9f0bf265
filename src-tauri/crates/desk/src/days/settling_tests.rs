use std::fs;
use std::path::Path;

use desk_store::{NewRun, RunBegun, RunFindings};
use wxpay_protocol::UtcMs;

use super::*;
use crate::reconciling::bill_digest;

/// 2024-01-01 in Beijing, the day before the one of the fixtures.
const DATE: UtcMs = UtcMs(1_704_038_400_000);

/// A run in which every second row is an order that waits, and every second of those is in the bill.
fn run(store: &Store, numbers: &[&str]) -> DayRun {
    let found = RunFindings {
        basis: "order".into(),
        day_cut_s: 300,
        orders: None,
        refunds: None,
        own_reading: None,
        balanced: true,
        differences: 0,
        malformed: 0,
        local_orders: 0,
        local_refunds: 0,
        out_of_scope: 0,
        not_compared: 0,
        time_marked: 0,
        fee_count: 0,
        fee_milli_fen: 0,
        payments_gap_fen: 0,
        refunds_gap_fen: 0,
        classes: Vec::new(),
        ran_at: DATE,
        ran_by: "zhang".into(),
    };
    let new = NewRun { profile: "shop".into(), date: DATE, digest: [1; 32], bills: Vec::new(), found };
    let RunBegun::New(id) = store.begin_run(new).unwrap() else { panic!("another run") };
    let row = |place: usize| {
        let waits = place % 2 == 1;
        let number = if place % 4 == 1 { numbers[place / 4 % numbers.len()].to_owned() } else { format!("T{place}") };
        NewDifference {
            place: place as u64,
            identity: u128::to_le_bytes(place as u128),
            class: if waits { Class::DayCutLocal } else { Class::LocalOnly }.name().into(),
            reason: if waits { Edge::After.waiting() } else { Reason::NotInBill }.name().into(),
            counts: !waits,
            out_trade_no: Some(number),
            local_fen: Some(100),
            ..NewDifference::default()
        }
    };
    store.add_differences(id, (0..12 * numbers.len()).map(row).collect()).unwrap();
    store.complete_run(id).unwrap();
    store.current_run("shop", DATE).unwrap().unwrap()
}

#[test]
fn however_few_orders_are_looked_for_at_once_each_becomes_what_the_bill_says_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("desk")).unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/bills/all-27.csv");
    let text = fs::read_to_string(fixture).unwrap();
    let cells = text.lines().map(|row| row.split(",`").collect::<Vec<_>>());
    let payments = cells.filter(|cells| matches!(cells.get(9), Some(&("SUCCESS" | "REVOKED"))));
    let numbers: Vec<&str> = payments.map(|cells| cells[6]).collect();
    assert_eq!(numbers.len(), 2);
    let run = run(&store, &numbers);
    let file = folder.path().join("bill.csv");
    let cancel = Cancel::new();
    let settled = |most: usize| {
        fs::write(&file, &text).unwrap();
        let bills = [NewBill { file: &file, digest: bill_digest(&file, &cancel).unwrap() }];
        let mut settling = Settling { most, ..Settling::new(&store, &run, Edge::After, &bills, &cancel) };
        // Looked at once to count them and once to copy them.
        let mut twice = Vec::new();
        for _ in 0..2 {
            let mut rows = Vec::new();
            each_found(&store, (run.id, None), 0, |row| {
                rows.push(settling.settled(row)?);
                Ok::<_, ReconcileFault>(ControlFlow::Continue(()))
            })
            .unwrap();
            twice.push(rows);
            if most == usize::MAX {
                // Once all of them were looked for, the bill is not read again.
                fs::write(&file, "another text").unwrap();
            }
        }
        assert!(twice[0] == twice[1]);
        twice.remove(0)
    };
    let at_once = settled(usize::MAX);
    for (place, row) in at_once.iter().enumerate() {
        let said = match place % 4 {
            1 => (Class::DayCutLocal, Edge::After.found()),
            3 => (Class::LocalOnly, Reason::InNeitherBill),
            _ => (Class::LocalOnly, Reason::NotInBill),
        };
        assert_eq!((row.class.as_str(), row.reason.as_str()), (said.0.name(), said.1.name()), "{place}");
    }
    for most in [1, 2, 3] {
        assert!(settled(most) == at_once, "{most} at once");
    }
}
