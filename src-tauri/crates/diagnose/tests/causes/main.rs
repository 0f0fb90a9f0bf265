//! Planted mistakes: code as it is in the wild makes a wrong sign, and the program has to say what that code did.
//! This runs a hundredth of what `cargo xtask causes` prints.

#![expect(clippy::expect_used, reason = "a test that cannot go on stops")]
#![expect(clippy::cast_possible_truncation, reason = "bytes are cut out of wider numbers")]
#![expect(clippy::unnecessary_wraps, reason = "every plant has the same signature")]
#![expect(clippy::format_collect, clippy::format_push_string, reason = "plain string code, as it is in the wild")]
#![expect(clippy::many_single_char_names, reason = "SHA-1 names its words so")]

mod amounts;
mod calls;
mod charsets;
mod digest;
mod digests;
mod escapes;
mod fields;
mod joins;
mod keys;
mod names;
mod orders;
mod parameter_set;
mod plant;
mod plant_tests;
mod planted;
mod rng;
mod signing;
mod table;
mod texts;
mod trial;

use wxpay_diagnose::diagnosis::{Effort, Outcome};

use crate::orders::{Algorithm, Kind, Order};
use crate::planted::Planted;
use crate::rng::Rng;
use crate::signing::Signing;
use crate::table::{Baseless, Row};
use crate::trial::Found;

const SEED: u64 = 2026;
/// Tries over the singles and over the whole search: a hundredth of what `cargo xtask causes` does.
const BASELESS: (usize, usize) = (10_000, 100);

fn told(planted: &Planted, found: &Found) -> String {
    let Planted { causes, sign, right_sign, text, pasted, .. } = planted;
    format!("{causes:?}: {found:?}, {sign} for {right_sign}\n  hashed {text}\n  pasted {pasted}")
}

#[test]
fn a_planted_cause_or_its_twin_comes_first_in_98_of_100() {
    let mut misses = Vec::new();
    let rows = table::singles(1, SEED, |planted, found| misses.push(told(planted, found)));
    let total = table::sum(rows.iter().flat_map(|row: &Row| &row.columns));
    assert!(total.planted >= 200, "only {} were planted", total.planted);
    assert!(total.percent() >= 98.0, "{:.1} %\n{}\n{}", total.percent(), table::page(&rows), misses.join("\n"));
}

#[test]
fn two_planted_causes_come_first_in_90_of_100() {
    let mut misses = Vec::new();
    let columns = table::pairs(10, SEED, |planted, found| misses.push(told(planted, found)));
    let total = table::sum(&columns);
    assert_eq!(total.planted, 40);
    assert!(total.percent() >= 90.0, "{:.1} %\n{}", total.percent(), misses.join("\n"));
}

#[test]
fn a_random_sign_and_a_wrong_key_are_never_called_proven() {
    let singles = Effort { pairs: false, subsets_of: 0, triples: false };
    let none = |tried| Baseless { tried, proven: 0, refused: 0 };
    let (of_singles, of_whole) = BASELESS;
    assert_eq!(table::baseless_tries(of_singles, SEED, singles), none(of_singles), "over the single changes");
    assert_eq!(table::baseless_tries(of_whole, SEED, Effort::default()), none(of_whole), "over the whole search");
}

/// A body that nobody could know was signed: the tests above can fail.
fn unexplainable() -> Planted {
    let mut order = Order::new(Kind::Request, false, Algorithm::Md5, &mut Rng::seeded(11));
    order.put("body", "another body");
    let signed = Signing::right(&order).run();
    order.put("body", "what was sent");
    let mut planted = Planted::with_sign(order, signed.sign);
    planted.causes = vec!["A1"];
    planted.text = signed.text;
    planted
}

#[test]
fn what_no_change_explains_is_not_proven_and_counts_as_a_miss() {
    let planted = unexplainable();
    let answer = trial::ask(&planted, Effort::default()).unwrap();
    assert_eq!(answer.verdict, Outcome::Unexplained);
    assert!(answer.explanations.is_empty());
    let found = trial::judge(&planted, &answer);
    assert_eq!(found, Found::Nothing("unexplained".to_owned()));
    let mut tally = table::Tally::default();
    tally.add(found);
    assert!(tally.percent() < 1.0);
}

#[test]
fn an_explanation_of_other_bytes_or_another_key_counts_as_a_miss() {
    let mut rng = Rng::seeded(4);
    let plant = plant::ALL.iter().find(|plant| plant.cause == "F5").expect("it is there");
    let mut planted = planted::single(plant, false, Algorithm::Md5, &mut rng).expect("it bites");
    let answer = trial::ask(&planted, Effort::default()).unwrap();
    assert_eq!(trial::judge(&planted, &answer), Found::Itself);
    planted.causes = vec!["C1"];
    assert_eq!(trial::judge(&planted, &answer), Found::SameBytes("F5".to_owned()), "the bytes are still those");
    planted.revalued.push("body".to_owned());
    assert_eq!(
        trial::judge(&planted, &answer),
        Found::Later("only F5".to_owned()),
        "it does not say what became of body"
    );
    planted.revalued.clear();
    planted.text.push('!');
    assert_eq!(trial::judge(&planted, &answer), Found::Other("F5".to_owned()));
    planted.text.pop();
    planted.slot = Some("shop-b");
    assert_eq!(trial::judge(&planted, &answer), Found::Other("F5".to_owned()));
}
