//! The live key probe: what proves a key, what accuses it, and what says nothing about it.

use desk::client::NotSentReason;
use desk::store::{OrderFilter, OrderSort};
use desk::vault::MemoryKeyring;
use desk::{Agreement, BUILTIN, Desk, KeyProbe, KeyVerdict, NewProfile, Seams};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::{Secret, SignType, xml};

use crate::shop::*;

const OTHER_KEY: &str = "another-key-0123456789abcdef0123";

fn other_key() -> Secret {
    Secret::new(OTHER_KEY.as_bytes().to_vec())
}

fn unsigned(return_msg: &str) -> Fate {
    Fate::NotSeen(format!(
        "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[{return_msg}]]></return_msg></xml>"
    ))
}

async fn probe(shop: &Shop) -> KeyProbe {
    shop.desk.probe_key("shop").await.unwrap()
}

async fn orders(shop: &Shop) -> u64 {
    shop.desk.orders_open(OrderFilter::default(), OrderSort::default()).await.unwrap().totals.count
}

#[tokio::test(start_paused = true)]
async fn a_spoilt_answer_neither_proves_nor_accuses_the_key_and_nothing_is_asked_twice() {
    let shop = Shop::open().await;
    let other_merchant = Fate::Changed(|body| {
        resigned(body, SignType::Md5, |name, value| {
            Some(if name == "mch_id" { "1900000002".to_owned() } else { value.to_owned() })
        })
    });
    let unsigned_sign_error = "<xml><return_code>SUCCESS</return_code><result_code>FAIL</result_code>\
         <err_code>SIGNERROR</err_code><err_code_des>签名错误</err_code_des></xml>";
    let spoilt = [
        ("lost", Fate::LostAfter, "lost_deadline"),
        ("broken", Fate::LostBefore, "lost_broken"),
        ("wrong sign", Fate::Changed(|body| body.replace("OK", "Ok")), "sign_invalid"),
        ("unsigned success", Fate::NotSeen(unsigned_sign_error.into()), "sign_missing"),
        (
            "other algorithm",
            Fate::Changed(|body| resigned(body, SignType::HmacSha256, |_, value| Some(value.to_owned()))),
            "sign_invalid",
        ),
        ("other merchant", other_merchant, "answer_mismatch"),
        ("server error", Fate::Instead(500, "<xml></xml>".into()), "http_status"),
        ("captive portal", Fate::Instead(200, "<html>签名错误</html>".into()), "answer_unreadable"),
        ("empty", Fate::Instead(200, String::new()), "answer_unreadable"),
    ];
    for (asked, (name, fate, expected)) in spoilt.into_iter().enumerate() {
        shop.wire.next(QUERY, fate);
        let probe = probe(&shop).await;
        let KeyVerdict::Unknown { code, .. } = &probe.verdict else { panic!("{name}: {:?}", probe.verdict) };
        assert_eq!((*code, probe.verdict.exit_status()), (expected, 5), "{name}");
        assert!(probe.causes().is_empty(), "{name}");
        assert_eq!(shop.wire.bodies(QUERY).len(), asked + 1, "{name}: asked again");
    }
    assert_eq!(orders(&shop).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_the_merchants_is_found_out() {
    let shop = Shop::open().await;
    shop.desk.profile_add(NewProfile { api_key: other_key(), ..profile("wrong") }).await.unwrap();
    let probe = shop.desk.probe_key("wrong").await.unwrap();
    assert_eq!(probe.verdict, KeyVerdict::KeyWrong { return_msg: "签名错误，请检查后再试".into() });
    assert_eq!(probe.verdict.exit_status(), 1);
    let causes: Vec<&str> = probe.causes().iter().map(|cause| cause.as_str()).collect();
    assert_eq!(causes, ["E1", "E7", "E9", "E4"]);
    assert!(probe.english().contains("Resetting the key comes last") && probe.chinese().contains("重置是最后一步"));
    assert!(probe.chinese().contains("模拟网关") && probe.english().contains("simulator"), "whose key it is about");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_merchant_number_says_nothing_about_the_key() {
    let shop = Shop::open().await;
    let wrong = NewProfile { mch_id: "1900000002".into(), ..profile("wrong") };
    shop.desk.profile_add(wrong).await.unwrap();
    let probe = shop.desk.probe_key("wrong").await.unwrap();
    assert_eq!(probe.verdict, KeyVerdict::MerchantWrong { return_msg: "appid和mch_id不匹配".into() });
    assert_eq!((probe.verdict.exit_status(), probe.causes()[0].as_str()), (1, "E9"));
    assert!(probe.english().contains("says nothing about it"));
}

#[tokio::test(start_paused = true)]
async fn another_refusal_and_a_gateway_that_is_down_say_nothing_about_the_key() {
    let shop = Shop::open().await;
    shop.wire.next(QUERY, unsigned("system error"));
    let refused = probe(&shop).await;
    assert_eq!(refused.verdict, KeyVerdict::Refused { return_msg: "system error".into() });
    shop.wire.next(QUERY, Fate::NotSent);
    let down = probe(&shop).await;
    assert_eq!(down.verdict, KeyVerdict::NotSent(NotSentReason::Refused));
    for probe in [refused, down] {
        assert_eq!(probe.verdict.exit_status(), 4);
        assert!(probe.english().contains("Of the key this says nothing") && probe.chinese().contains("仍不知道"));
    }
    assert_eq!(shop.wire.bodies(QUERY).len(), 2, "nothing is tried again");
}

#[tokio::test(start_paused = true)]
async fn without_a_profile_or_an_open_vault_nothing_is_sent() {
    let shop = Shop::open().await;
    assert_eq!(shop.desk.probe_key("nobody").await.unwrap_err().code(), "not_found");
    shop.desk.vault_lock().await.unwrap();
    let fault = shop.desk.probe_key("shop").await.unwrap_err();
    assert_eq!((fault.code(), fault.exit_status()), ("vault_locked", 6));
    assert!(shop.wire.sent.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn any_signed_answer_proves_the_key_and_what_else_it_refuses_is_said() {
    let shop = Shop::open().await;
    for code in ["SYSTEMERROR", "NOAUTH", "FREQUENCY_LIMITED", "NEW_CODE"] {
        shop.wire.next(QUERY, Fate::NotSeen(refusal(code, "?")));
        let probe = probe(&shop).await;
        assert_eq!(probe.verdict, KeyVerdict::KeyRight { err_code: Some(code.into()) });
        assert!(probe.english().contains(code) && probe.english().contains("The question itself was refused"));
        assert!(probe.chinese().contains(code) && probe.chinese().contains("另被拒绝"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_right_key_is_proved_by_one_ascii_question_about_an_order_that_nobody_has() {
    let shop = Shop::open().await;
    let partner =
        NewProfile { sign_type: SignType::HmacSha256, sub_mch_id: Some("1900000109".into()), ..profile("partner") };
    shop.desk.profile_add(partner).await.unwrap();
    let mut numbers = Vec::new();
    for name in ["shop", "shop", "partner"] {
        let probe = shop.desk.probe_key(name).await.unwrap();
        assert_eq!(probe.verdict, KeyVerdict::KeyRight { err_code: Some("ORDERNOTEXIST".into()) }, "{name}");
        assert_eq!(probe.verdict.exit_status(), 0);
        assert!(!probe.english().contains("The question itself was refused"));
        let bodies = shop.wire.bodies(QUERY);
        let body = bodies.last().unwrap();
        assert!(body.is_ascii(), "{body}");
        let sent = xml::read(body.as_bytes(), "xml").unwrap();
        assert_eq!(sent.get("out_trade_no"), Some(probe.out_trade_no.as_str()));
        assert_eq!(sent.get("sub_mch_id"), (name == "partner").then_some("1900000109"));
        numbers.push(probe.out_trade_no.to_string());
    }
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 3, "every probe has a number of its own");
    assert!(numbers.iter().all(|number| number.starts_with("KEYPROBE") && number.len() == 32), "{numbers:?}");
    assert_eq!(shop.wire.sent.lock().unwrap().len(), 3, "one question each and nothing else");
    assert_eq!(orders(&shop).await, 0, "nothing is stored as an order");
}

#[tokio::test(start_paused = true)]
async fn no_sentence_about_a_key_holds_any_of_it() {
    let shop = Shop::open().await;
    for fate in [Fate::Changed(str::to_owned), unsigned("签名错误"), Fate::NotSent, Fate::LostAfter] {
        shop.wire.next(QUERY, fate);
        let probe = probe(&shop).await;
        let everything = format!("{probe:?} {} {}", probe.english(), probe.chinese());
        assert!(!everything.contains(KEY) && !everything.contains(&key().tail()), "{everything}");
    }
    assert!(shop.wire.bodies(QUERY).iter().all(|body| !body.contains(KEY)));
}

#[tokio::test(start_paused = true)]
async fn in_the_sandbox_a_refused_sign_points_at_the_sandboxs_own_key() {
    let shop = Shop::open().await;
    let sandbox =
        NewProfile { environment: Environment::Sandbox, base_url: None, api_key: other_key(), ..profile("sandbox") };
    shop.desk.profile_add(sandbox).await.unwrap();
    shop.wire.next(QUERY, unsigned("沙箱验证签名失败，请确认沙箱签名key是否正确（通过getsignkey调用生成）"));
    let probe = shop.desk.probe_key("sandbox").await.unwrap();
    assert_eq!(probe.verdict.as_str(), "key_wrong");
    assert_eq!(probe.causes()[0].as_str(), "H1");
    assert!(probe.english().contains("says nothing about the production key"));
    assert!(probe.chinese().contains("getsignkey") && probe.chinese().contains("不说明正式密钥"));
}

#[tokio::test(start_paused = true)]
async fn probes_keep_the_pace_of_the_merchant() {
    let shop = Shop::open().await;
    let settings = shop.desk.settings().await.unwrap();
    let rate = u64::from(settings.simulator_poll_rate_per_s);
    let started = tokio::time::Instant::now();
    for _ in 0..rate {
        probe(&shop).await;
    }
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap();
    assert!(took_ms >= 800, "{rate} probes at {rate} a second in {took_ms} ms");
}

#[tokio::test(start_paused = true)]
async fn an_agreement_to_probe_is_for_one_merchant_in_one_environment() {
    let shop = Shop::open().await;
    let here = shop.desk.profile("shop").await.unwrap().profile;
    let real = desk::store::Profile { environment: Environment::Production, ..here.clone() };
    let token = shop.desk.confirm(Agreement::key_probe(&here)).unwrap();
    assert!(shop.desk.redeem(&token, &Agreement::key_probe(&real)).is_err());
    let token = shop.desk.confirm(Agreement::key_probe(&here)).unwrap();
    assert!(shop.desk.redeem(&token, &Agreement::key_probe(&here)).is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_built_in_gateway_answers_a_probe_while_it_runs() {
    let dir = tempfile::tempdir().unwrap();
    let seams = Seams { keyring: Box::new(MemoryKeyring::absent()), ..Seams::of_this_machine() };
    let desk = Desk::open(dir.path(), seams).await.unwrap();
    desk.gateway_start().await.unwrap();
    assert_eq!(desk.probe_key(BUILTIN).await.unwrap().verdict.as_str(), "key_right");
    desk.gateway_stop().await;
    assert_eq!(desk.probe_key(BUILTIN).await.unwrap().verdict.as_str(), "not_sent");
}
