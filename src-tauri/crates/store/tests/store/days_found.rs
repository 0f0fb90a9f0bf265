//! What a run found, read by its key.

use desk_store::NewDifference;

use crate::days::{difference, open};

#[test]
fn what_a_run_found_is_read_in_stretches_of_all_of_it_or_of_one_class() {
    let days = open();
    let of = |number: u8| {
        let class = if number.is_multiple_of(3) { "local_only" } else { "bill_only" };
        NewDifference { class: class.into(), ..difference(number, 1) }
    };
    let bill = days.bill(1).bill.id;
    let run = days.run(1, bill, (0..20).map(of).collect());
    days.run(2, bill, vec![difference(3, 2)]);
    let places = |class, from, limit| {
        let rows = days.store.found(run, class, from, limit).unwrap();
        rows.iter().map(|row| row.place).collect::<Vec<_>>()
    };
    assert_eq!(places(None, 0, 3), [0, 1, 2]);
    assert_eq!(places(None, 18, 10), [18, 19]);
    assert_eq!(places(Some("local_only"), 4, 2), [6, 9]);
    assert_eq!(places(Some("local_only"), 16, 9), [18]);
    assert!(places(Some("local_only"), 19, 9).is_empty() && places(None, 20, 9).is_empty());
    assert_eq!(days.store.found(run, None, 7, 1).unwrap(), [of(7)], "as it was found");
}
