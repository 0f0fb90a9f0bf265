//! Plans as people write them, and that the same seed decides the same.

use wxpay_protocol::UtcMs;

use super::force::Faults;
use super::plan::Subject;
use super::*;

const START: UtcMs = UtcMs(1_704_135_845_000);

fn refused(text: &str) -> (usize, usize, String) {
    match FaultPlan::from_toml(text) {
        Err(PlanError::At { line, column, message }) => (line, column, message),
        other => panic!("{other:?}"),
    }
}

fn in_force(text: &str) -> Faults {
    let faults = Faults::default();
    faults.put(FaultPlan::from_toml(text).unwrap(), START);
    faults
}

fn query(number: &str) -> Subject<'_> {
    Subject { endpoint: "orderquery", mch_id: "1900000001", out_trade_no: number }
}

fn fires(faults: &Faults, subject: Subject<'_>, after_ms: i64) -> bool {
    faults.decide(Scope::Request, subject, START.plus_ms(after_ms)).is_some()
}

#[test]
fn what_is_wrong_in_a_plan_is_named_with_line_and_column() {
    let (line, column, message) = refused("seed = 1\n[[rule]]\nfault = \"nonsense\"\n");
    assert_eq!((line, column), (3, 9), "{message}");
    assert!(message.contains("nonsense") && message.starts_with("没有名为"), "{message}");

    let (line, _, message) = refused("[[rule]]\nfault = \"wrong_sign\"\nwhen = 3\n");
    assert_eq!(line, 3);
    assert!(message.contains("when"), "{message}");

    let (line, column, message) =
        refused("[[rule]]\nfault = \"wrong_sign\"\n\n[[rule]]\nfault = \"no_sign\"\n  seconds = 3\n");
    assert_eq!((line, column), (6, 3), "{message}");
    assert!(message.contains("no_sign") && message.contains("seconds"), "{message}");

    let (line, column, _) = refused("[[rule]]\nfault = \"wrong_sign\"\nprobability = 1.5\n");
    assert_eq!((line, column), (3, 15));
    let (line, ..) = refused("[[rule]]\nfault = \"wrong_sign\"\nprobability = 0.5\npositions = [1]\n");
    assert_eq!(line, 4);
    let (line, ..) = refused("[[rule]]\nfault = ");
    assert_eq!(line, 2);
}

#[test]
fn a_rule_that_can_never_fire_is_refused() {
    for rule in [
        "fault = \"userpaying\"\nendpoint = \"unifiedorder\"",
        "fault = \"wrong_sign\"\nendpoint = \"notice\"",
        "fault = \"notice_never\"\nendpoint = \"orderquery\"",
        "fault = \"wrong_sign\"\nendpoint = \"nowhere\"",
        "fault = \"reset_on_accept\"\nout_trade_no = \"T1\"",
        "fault = \"html_page\"\nstatus = 99",
        "fault = \"redirect\"\nstatus = 200",
        "fault = \"redirect\"\nto = \"a\\r\\nb\"",
        "fault = \"notice_duplicated\"\ntimes = 101",
        "fault = \"wrong_sign\"\npositions = []",
        "fault = \"wrong_sign\"\nfirst = \"soon\"",
    ] {
        refused(&format!("[[rule]]\n{rule}\n"));
    }
}

#[test]
fn a_plan_is_the_same_in_toml_and_in_json() {
    let plan = FaultPlan::from_toml(
        "seed = 7\n[[rule]]\nfault = \"html_page\"\nstatus = 504\nprobability = 0.05\nout_trade_no = \"T2024*\"\n\
         after = \"2024-01-02T03:04:05+08:00\"\nuntil = \"10m\"\nlimit = 3\n\
         [[rule]]\nfault = \"notice_late\"\npositions = [1, \"3-5\", \"every 10\"]\ncount = \"rule\"\n",
    )
    .unwrap();
    let json = serde_json::to_string(&plan).unwrap();
    assert_eq!(FaultPlan::from_json(json.as_bytes()).unwrap(), plan);
    assert_eq!(plan.rules[0].number(Parameter::Status), 504);
    assert_eq!(plan.rules[1].number(Parameter::Seconds), 86_640);
    let broken = FaultPlan::from_json(b"{\"rules\": [{\"fault\": \"no_sign\", \"seconds\": 1}]}").unwrap_err();
    assert!(matches!(broken, PlanError::Rule { rule: 1, .. }), "{broken}");
}

#[test]
fn every_fault_has_a_number_of_the_catalogue_and_a_name_of_its_own() {
    for (place, named) in CATALOGUE.iter().enumerate() {
        assert_eq!(Kind::parse(named.name), Some(named.kind));
        let number: u32 = named.id.strip_prefix("K-G").and_then(|digits| digits.parse().ok()).unwrap();
        assert!((1..=37).contains(&number) && named.id.len() == 5, "{}", named.name);
        assert!(CATALOGUE.iter().skip(place + 1).all(|other| other.name != named.name), "{}", named.name);
        Rule::always(named.kind).check().unwrap();
    }
    for number in 1..=37 {
        let id = format!("K-G{number:02}");
        assert!(CATALOGUE.iter().any(|named| named.id == id), "no fault of the gateway stands for {id}");
    }
}

#[test]
fn a_gateway_without_a_plan_decides_nothing() {
    let faults = Faults::default();
    assert!(!faults.armed() && !fires(&faults, query("T1"), 0));
    faults.put(FaultPlan { seed: 0, rules: vec![Rule::always(Kind::NoSign)] }, START);
    assert!(faults.armed() && fires(&faults, query("T1"), 0));
    faults.put(FaultPlan::default(), START);
    assert!(!faults.armed() && !fires(&faults, query("T1"), 0));
}

#[test]
fn positions_count_each_order_for_itself_unless_told_otherwise() {
    let faults = in_force("[[rule]]\nfault = \"no_sign\"\npositions = [2]\n");
    assert_eq!(
        ["T1", "T2", "T1", "T2", "T1"].map(|number| fires(&faults, query(number), 0)),
        [false, false, true, true, false]
    );
    let counts = faults.in_force().counts;
    assert_eq!(counts, [RuleCount { seen: 5, fired: 2 }]);

    let faults = in_force("[[rule]]\nfault = \"no_sign\"\npositions = [2]\ncount = \"rule\"\n");
    assert_eq!(["T1", "T2", "T1", "T2"].map(|number| fires(&faults, query(number), 0)), [false, true, false, false]);
}

#[test]
fn a_rule_is_about_its_endpoint_order_merchant_and_time_only() {
    let faults = in_force(
        "[[rule]]\nfault = \"no_sign\"\nendpoint = \"orderquery\"\nout_trade_no = \"T20*\"\nmch_id = \"1900000001\"\n\
         after = \"10s\"\nuntil = \"20s\"\n",
    );
    assert!(!fires(&faults, query("T2024"), 9_999) && fires(&faults, query("T2024"), 10_000));
    assert!(!fires(&faults, query("T2024"), 20_000));
    assert!(!fires(&faults, query("T19"), 10_000));
    assert!(!fires(&faults, Subject { endpoint: "closeorder", ..query("T20") }, 10_000));
    assert!(!fires(&faults, Subject { mch_id: "1900000002", ..query("T20") }, 10_000));
    assert_eq!(faults.in_force().counts, [RuleCount { seen: 1, fired: 1 }]);
}

#[test]
fn the_first_rule_that_fires_decides_and_a_limit_ends_a_rule() {
    let faults = in_force("[[rule]]\nfault = \"no_sign\"\nlimit = 2\n[[rule]]\nfault = \"bom\"\n");
    let decided = || faults.decide(Scope::Request, query("T1"), START).map(|fired| fired.rule.fault);
    assert_eq!([decided(), decided(), decided()], [Some(Kind::NoSign), Some(Kind::NoSign), Some(Kind::Bom)]);
    assert_eq!(faults.in_force().counts, [RuleCount { seen: 3, fired: 2 }, RuleCount { seen: 3, fired: 1 }]);
}

#[test]
fn frequency_limits_last_for_their_time_once_begun() {
    let faults = in_force("[[rule]]\nfault = \"frequency_limited\"\npositions = [3]\ncount = \"rule\"\nseconds = 60\n");
    let at = |ms| fires(&faults, query("T1"), ms);
    assert_eq!([at(0), at(1), at(2), at(30_000), at(60_001), at(60_003)], [false, false, true, true, true, false]);
}

#[test]
fn the_same_seed_decides_the_same_whatever_the_order_of_arrival() {
    let plan = "seed = 42\n[[rule]]\nfault = \"no_sign\"\nprobability = 0.3\n";
    let numbers: Vec<String> = (0..200).map(|number| format!("T{number}")).collect();
    let run = |plan: &str, backwards: bool| {
        let faults = in_force(plan);
        let mut order: Vec<&String> = numbers.iter().flat_map(|number| [number; 5]).collect();
        if backwards {
            order.reverse();
        }
        let mut fired = Vec::new();
        for number in order {
            if fires(&faults, query(number), 0) {
                fired.push(number.clone());
            }
        }
        fired.sort();
        fired
    };
    let forwards = run(plan, false);
    assert_eq!(forwards, run(plan, true));
    assert_ne!(forwards, run(&plan.replace("42", "43"), false));
    assert!((240..360).contains(&forwards.len()), "{} of 1000 at 0.3", forwards.len());
}

#[test]
fn draws_are_those_that_the_documentation_promises() {
    // Worked out by hand from the sentences of the documentation, in another language.
    assert_eq!(draw(7, 1, "orderquery", "1900000001", "T1", 1), 0x7815_1300_CC09_2556);
    assert_ne!(draw(7, 1, "orderquery", "1900000001", "T1", 1), draw(7, 2, "orderquery", "1900000001", "T1", 1));
    assert_ne!(draw(7, 1, "orderquery", "1900000001", "T1", 1), draw(7, 1, "orderquery", "1900000001", "T1", 2));
}

#[test]
fn a_rule_that_stays_in_the_plan_goes_on_counting_and_a_changed_one_begins_anew() {
    let faults = in_force(
        "seed = 1\n[[rule]]\nfault = \"wrong_sign\"\npositions = [3]\nfirst = \"1m\"\n[[rule]]\nfault = \"no_sign\"\npositions = [9]\n",
    );
    for _ in 0..2 {
        assert!(!fires(&faults, query("T1"), 0));
    }
    let plan = |text: &str| FaultPlan::from_toml(text).unwrap();
    let changed = plan(
        "seed = 2\n[[rule]]\nfault = \"no_sign\"\npositions = [8]\n[[rule]]\nfault = \"wrong_sign\"\npositions = [3]\nfirst = \"1m\"\n",
    );
    faults.change(changed.clone(), START.plus_ms(30_000));
    let seen = |faults: &Faults| faults.in_force().counts.iter().map(|count| count.seen).collect::<Vec<_>>();
    assert_eq!(seen(&faults), [0, 2]);
    assert!(fires(&faults, query("T1"), 40_000), "the third question of this order, counted over the change");
    assert!(!fires(&faults, query("T2"), 40_000), "another order has its own count");
    assert_eq!(faults.in_force().counts[1], RuleCount { seen: 4, fired: 1 });
    assert!(faults.decide(Scope::Request, query("T1"), START.plus_ms(70_000)).is_none());
    assert_eq!(seen(&faults), [3, 4], "the first minute began with the rule and not with the change");
    faults.put(changed, START);
    assert_eq!(seen(&faults), [0, 0]);
}
