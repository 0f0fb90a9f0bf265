use super::{Scenario, shipped};

const HEAD: &str = "name = \"x\"\ntitle = \"\"\ntitle_en = \"\"\n";

fn refused(rest: &str) -> (usize, String) {
    let fault = Scenario::read(&format!("{HEAD}{rest}")).expect_err(rest);
    assert!(fault.to_string().contains(&format!("第 {} 行", fault.line)), "{fault}");
    (fault.line, fault.sentence)
}

#[test]
fn every_shipped_scenario_can_be_read_and_has_words_in_both_languages() {
    let all = shipped().unwrap();
    assert_eq!(all.len(), 12);
    for (place, scenario) in all.iter().enumerate() {
        for text in [&scenario.title, &scenario.title_en, &scenario.about, &scenario.about_en] {
            assert!(!text.is_empty(), "{}", scenario.name);
        }
        assert!(all.iter().take(place).all(|earlier| earlier.name != scenario.name), "{} twice", scenario.name);
    }
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let (line, sentence) = refused("[[rule]]\nsteps = [\n  { afer = \"3s\", do = \"pay\" },\n]");
    assert_eq!(line, 6);
    assert!(sentence.contains("不认识的键 afer") && sentence.contains("after"), "{sentence}");
    assert_eq!(refused("colour = 1\n[[rule]]\nsteps = [{ do = \"pay\" }]").0, 4);
    assert_eq!(refused("[[rule]]\nmatch = { out_trade_number = \"1\" }\nsteps = [{ do = \"pay\" }]").0, 5);
}

#[test]
fn a_missing_key_and_broken_toml_are_told_with_their_lines() {
    assert!(refused("[[rule]]\nsteps = [{ after = \"1s\" }]").1.contains("缺少键 do"));
    assert!(refused("").1.contains("缺少键 rule"));
    assert_eq!(refused("[[rule]]\nsteps = [{ do = \"pay\"").0, 5);
    assert!(Scenario::read(&"#".repeat(70_000)).is_err());
}

#[test]
fn what_cannot_happen_is_refused_where_it_stands() {
    for (rule, line, part) in [
        ("on = \"query\"\nsteps = [{ do = \"pay\" }]", 5, "on"),
        ("steps = []", 4, "steps"),
        ("steps = [\n{ do = \"explode\" }]", 6, "do"),
        ("steps = [\n{ do = \"pay\" },\n{ do = \"succeed\" }]", 7, "succeed"),
        ("on = \"refund\"\nsteps = [{ do = \"pay\" }]", 6, "pay"),
        ("steps = [{ do = \"cancel\",\n openid = \"o\" }]", 6, "openid"),
        ("steps = [{ do = \"pay\", after = \"3\" }]", 5, "时长"),
        ("steps = [{ do = \"pay\", at = \"25:00:00\" }]", 5, "时刻"),
        ("steps = [{ do = \"pay\", at = \"23:00:00\", after = \"1s\" }]", 5, "只能用一个"),
        ("on = \"refund\"\nsteps = [{ do = \"stay\" }]", 6, "for"),
        ("steps = [{ do = \"advance\" }]", 5, "by"),
        ("steps = [{ do = \"pay\", notice = \"soon\" }]", 5, "notice"),
        ("steps = [{ after = \"1s\", do = \"pay\", notice = \"before_answer\" }]", 5, "before_answer"),
        ("steps = [{ do = \"pay\", coupons = [{ fee = 0 }] }]", 5, "fee"),
        ("steps = [{ do = \"pay\", coupons = [{ fee = \"101%\" }] }]", 5, "fee"),
        ("steps = [{ do = \"pay\", coupons = [{ fee = 1, kind = \"GIFT\" }] }]", 5, "kind"),
        ("match = { total_fee = 0 }\nsteps = [{ do = \"pay\" }]", 5, "金额"),
        ("match = { refund_fee = 1 }\nsteps = [{ do = \"pay\" }]", 4, "refund_fee"),
        ("match = { nth = 0 }\nsteps = [{ do = \"pay\" }]", 5, "nth"),
        ("match = { nth = \"every 0\" }\nsteps = [{ do = \"pay\" }]", 5, "nth"),
        ("match = { percent = 101 }\nsteps = [{ do = \"pay\" }]", 5, "percent"),
        ("match = { counted = \"some\" }\nsteps = [{ do = \"pay\" }]", 5, "counted"),
    ] {
        let (found, sentence) = refused(&format!("[[rule]]\n{rule}"));
        assert_eq!((found, sentence.contains(part)), (line, true), "{rule}: {sentence}");
    }
    assert!(
        Scenario::read("name = \"A B\"\ntitle = \"\"\ntitle_en = \"\"\n[[rule]]\nsteps = [{ do = \"pay\" }]").is_err()
    );
}
