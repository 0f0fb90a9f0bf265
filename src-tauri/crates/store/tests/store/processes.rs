//! Several handles and processes on one folder, and a program that is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::days::{SHOP, bill_of, date, difference, new_run};
use crate::deeds::{MCH_ID, after_ms, new_order, notice, number, place_created, record};
use desk_store::{DifferenceFilter, OrderState, RunBegun, Store, StoreError};

const CHILD: &str = "processes::child_places_orders_until_it_is_killed";
const FOLDER: &str = "STORE_TEST_FOLDER";

#[test]
fn two_handles_of_one_folder_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let handles = [Store::open(folder.path()).unwrap(), Store::open(folder.path()).unwrap()];
    std::thread::scope(|scope| {
        for (handle, store) in handles.iter().enumerate() {
            for thread in 0..4 {
                scope.spawn(move || {
                    for n in 0..250 {
                        store.create_intent(new_order(&number(handle * 10_000 + thread * 1_000 + n))).unwrap();
                    }
                });
            }
        }
    });
    assert_eq!(handles[0].open_count(None).unwrap(), 2_000);
    let mut asked = handles[1].begin_asking(&[1, 2, 3], after_ms(0), 0).unwrap();
    asked.extend(handles[0].begin_asking(&[1], after_ms(0), 0).unwrap());
    assert_eq!(asked, [2_001, 2_002, 2_003, 2_004], "one counter for all");
}

#[test]
fn two_stores_that_start_at_once_make_one_database() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| Store::open(folder.path()).unwrap().remember_simulator_key("ab").unwrap());
        }
    });
    assert!(Store::open(folder.path()).unwrap().simulator_has_seen("ab").unwrap());
}

#[test]
fn of_two_that_make_the_same_run_at_once_the_first_is_told_so_and_counts_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = [(); 2].map(|()| Store::open(folder.path()).unwrap());
    let bill = first.keep_bill(bill_of(date(), 1)).unwrap().bill.id;
    let begin = |store: &Store| {
        let RunBegun::New(run) = store.begin_run(new_run(1, vec![bill], 2)).unwrap() else { panic!("not new") };
        run
    };
    let refused = |done: Result<(), StoreError>| assert!(matches!(done, Err(StoreError::TakenOver { .. })), "{done:?}");
    let lost = begin(&first);
    first.add_differences(lost, vec![difference(1, 1)]).unwrap();
    // The run that took its place is given up and made again, so that its id is free as well.
    second.abandon_run(begin(&second)).unwrap();
    let run = begin(&second);
    refused(first.add_differences(lost, vec![difference(2, 2)]));
    refused(first.add_fees(lost, 0, Vec::new()));
    refused(first.complete_run(lost));
    first.abandon_run(lost).unwrap();
    assert_eq!(first.current_run(SHOP, date()).unwrap(), None, "nothing is complete yet");
    second.add_differences(run, vec![difference(1, 1), difference(2, 2)]).unwrap();
    second.complete_run(run).unwrap();
    refused(second.complete_run(run));
    assert_eq!(first.current_run(SHOP, date()).unwrap().map(|found| found.id), Some(run));
    assert_eq!(first.differences(run, &DifferenceFilter::default(), 0, 10).unwrap().total, 2);
}

#[test]
fn a_hundred_notices_at_once_are_one_transition() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let id = place_created(&store, 1);
    let applied: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..100)
            .map(|n| {
                scope.spawn({
                    let store = &store;
                    move || usize::from(record(store, notice(id, after_ms(60_000 + n))).changed)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(applied, 1);
    assert_eq!(store.order_by_id(id).unwrap().unwrap().state, OrderState::Success);
    assert_eq!(store.observations(id).unwrap().len(), 101);
}

/// Not a test of its own: the other half of the one below, run in a process that is killed.
#[test]
#[ignore = "run as a child process"]
fn child_places_orders_until_it_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = Store::open(Path::new(&folder)).unwrap();
    let first =
        store.open_list(&desk_store::OrderFilter::default(), desk_store::OrderSort::default()).unwrap().ids.len();
    for n in first.. {
        let intent = store.create_intent(new_order(&number(n))).unwrap();
        println!("placed {}", number(n));
        let seen = crate::deeds::answer(
            intent.order_id,
            intent.asked_seq,
            crate::deeds::START,
            desk_store::Source::Create,
            crate::deeds::created(),
        );
        record(&store, seen);
        println!("created {}", number(n));
    }
}

fn child(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", CHILD, "--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_killed_program_loses_nothing_that_it_had_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let mut child = child(folder.path());
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut words: Vec<(String, String)> = Vec::new();
        let mut killed = false;
        // Everything that was printed before the kill was acknowledged, also what is read only afterwards.
        for line in lines {
            if let Some((word, number)) = line.split_once(' ').filter(|(word, _)| matches!(*word, "placed" | "created"))
            {
                words.push((word.to_owned(), number.to_owned()));
            }
            if !killed && words.len() >= 15 + 2 * round {
                child.kill().unwrap();
                killed = true;
            }
        }
        child.wait().unwrap();
        assert!(killed, "the child ended by itself");
        let store = Store::open(folder.path()).unwrap();
        for (word, number) in words.iter().filter(|(_, number)| number.len() == 32) {
            let order = store
                .order(MCH_ID, number)
                .unwrap()
                .unwrap_or_else(|| panic!("round {round}: {word} {number} is lost"));
            assert!(store.request(order.id).unwrap().is_some());
            assert!(
                word == "placed" || order.state == OrderState::NotPay,
                "round {round}: the answer to {number} is lost"
            );
        }
        assert_eq!(store.verify().unwrap(), Vec::<String>::new(), "round {round}");
    }
}
