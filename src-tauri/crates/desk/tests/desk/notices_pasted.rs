//! Notices that somebody pastes: judged by the profile whose merchant they name.

use desk::store::{NoticeVerdict, OrderState, Profile, Store};
use desk::{NewProfile, TestOrder};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::notice::REFUSED;
use wxpay_protocol::{Params, Secret, SignType, sign, xml};

use crate::notices::{listening, payment, post, refund_notice};
use crate::shop::*;

fn other_key() -> Secret {
    Secret::new(b"another-key-0123456789abcdef0123".to_vec())
}

/// The same message, signed with another key.
fn signed_with(key: &Secret, message: &[u8]) -> Vec<u8> {
    let read = xml::read(message, "xml").unwrap();
    let mut params = Params::from_pairs(read.iter().filter(|(name, _)| *name != "sign")).unwrap();
    let sign = sign::sign(&params, key, SignType::Md5);
    params.push("sign", &sign).unwrap();
    xml::write(&params, xml::is_amount).unwrap().into_bytes()
}

/// An order in production, of a profile with a key of its own beside the simulator's of the same merchant.
pub(crate) async fn order_in_production(shop: &Shop) -> String {
    let (environment, base_url, api_key) = (Environment::Production, None, other_key());
    shop.desk.profile_add(NewProfile { environment, base_url, api_key, ..profile("real") }).await.unwrap();
    let answer = format!(
        "<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg><appid>{APPID}</appid><mch_id>{MCH_ID}</mch_id>\
         <nonce_str>x</nonce_str><result_code>SUCCESS</result_code><prepay_id>wx20240102030405</prepay_id>\
         <trade_type>JSAPI</trade_type></xml>"
    );
    let answer = signed_with(&other_key(), answer.as_bytes());
    shop.wire.next(CREATE, Fate::NotSeen(String::from_utf8(answer).unwrap()));
    let number = shop.create(TestOrder { profile: "real".into(), ..test_order() }).await.orders.remove(0).out_trade_no;
    assert_eq!(shop.state(&number).await, OrderState::NotPay);
    number
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_notice_is_judged_by_the_profile_whose_merchant_it_names_whichever_is_in_use() {
    let shop = Shop::open().await;
    let other = NewProfile { mch_id: "1900000002".into(), ..profile("other") };
    shop.desk.profile_add(other).await.unwrap();
    shop.desk.profile_use("other").await.unwrap();
    let number = shop.create_one().await;
    let looked = shop.desk.inspect_notice(payment(&number, &[]), None).await.unwrap();
    assert_eq!((looked.profile.as_deref(), looked.verdict), (Some("shop"), NoticeVerdict::Accepted));

    let nobodys = payment(&number, &[("mch_id", "1900000009")]);
    let looked = shop.desk.inspect_notice(nobodys, None).await.unwrap();
    assert_eq!((looked.profile, looked.verdict), (None, NoticeVerdict::Refused));
    let check = looked.checks.last().unwrap();
    assert_eq!((check.name, check.ok), ("merchant", false));
    for words in ["1900000009", "没有商户号", "添加这个商户", "no profile here", "add that merchant"] {
        assert!(check.detail.contains(words), "{}", check.detail);
    }
    let looked = shop.desk.inspect_notice(payment(&number, &[("mch_id", "")]), None).await.unwrap();
    assert!(looked.checks.last().unwrap().detail.contains("粘贴完整的正文"), "{:?}", looked.checks);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_profiles_of_one_merchant_the_one_in_use_wins_and_else_the_one_whose_key_holds() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    // The profiles are tried from the oldest on.
    shop.clock.leap_s(1);
    let wrong = || Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec());
    for (name, api_key) in [("a-stale", wrong()), ("same", key())] {
        shop.desk.profile_add(NewProfile { api_key, ..profile(name) }).await.unwrap();
    }
    let looked = async |body: Vec<u8>| {
        let looked = shop.desk.inspect_notice(body, None).await.unwrap();
        (looked.profile.unwrap(), looked.verdict)
    };
    for (used, judge) in [("same", "same"), ("shop", "shop"), ("a-stale", "shop")] {
        shop.desk.profile_use(used).await.unwrap();
        assert_eq!(
            looked(payment(&number, &[])).await,
            (judge.to_owned(), NoticeVerdict::Accepted),
            "{used} is in use"
        );
    }
    let refund = refund_notice(&number, "R-1", "SUCCESS");
    assert_eq!(looked(refund).await, ("shop".to_owned(), NoticeVerdict::Orphan), "the one whose key opens it");
    // Refused by each, it is told what the one found that came furthest.
    let cheaper = payment(&number, &[("total_fee", "100"), ("cash_fee", "100")]);
    let refused = shop.desk.inspect_notice(cheaper, None).await.unwrap();
    assert_eq!((refused.verdict, refused.checks.last().unwrap().name), (NoticeVerdict::Refused, "amount"));
    let arrived = shop.desk.receive_notice(Some(payment(&number, &[])), None, None).await;
    assert_eq!(arrived.verdict, NoticeVerdict::Accepted, "and so it is when it arrives");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_under_the_key_of_another_gateway_says_nothing_of_an_order_in_production() {
    let shop = Shop::open().await;
    let number = order_in_production(&shop).await;
    let forged = payment(&number, &[]);
    let genuine = signed_with(&other_key(), &forged);
    for used in ["real", "shop"] {
        shop.desk.profile_use(used).await.unwrap();
        for body in [forged.clone(), refund_notice(&number, "R-1", "SUCCESS")] {
            let looked = shop.desk.inspect_notice(body, None).await.unwrap();
            assert_eq!((looked.verdict, looked.effect), (NoticeVerdict::Refused, None), "{used} is in use");
            let check = looked.checks.last().unwrap();
            assert_eq!((looked.profile.as_deref(), check.name, check.ok), (Some("shop"), "merchant", false));
            for words in [number.as_str(), "生产环境", "模拟环境", "of production", "of simulator"] {
                assert!(check.detail.contains(words), "{}", check.detail);
            }
        }
        let looked = shop.desk.inspect_notice(genuine.clone(), None).await.unwrap();
        assert_eq!((looked.profile.as_deref(), looked.verdict), (Some("real"), NoticeVerdict::Accepted), "{used}");
    }
    assert_eq!(post(&listening(&shop).await, &forged).await, REFUSED);
    assert_eq!(shop.state(&number).await, OrderState::NotPay);
    shop.desk.profile_remove("real").await.unwrap();
    let arrived = shop.desk.receive_notice(Some(forged), None, None).await;
    assert_eq!(arrived.verdict, NoticeVerdict::Refused, "nor once the profile of the order is removed");
    assert_eq!(shop.state(&number).await, OrderState::NotPay);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_of_an_order_whose_profile_was_removed_is_believed_by_another_of_the_same_gateway() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    shop.desk.profile_add(profile("same")).await.unwrap();
    shop.desk.profile_remove("shop").await.unwrap();
    let arrived = shop.desk.receive_notice(Some(payment(&number, &[])), None, None).await;
    assert_eq!((arrived.profile.as_deref(), arrived.verdict), (Some("same"), NoticeVerdict::Accepted));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_key_is_missing_that_is_told_before_a_sign_that_does_not_hold_under_another() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let keyless = Profile { name: "keyless".into(), ..shop.desk.profile("shop").await.unwrap().profile };
    Store::open(shop.dir.path()).unwrap().add_profile(keyless).unwrap();
    let cheaper = payment(&number, &[("total_fee", "100"), ("cash_fee", "100")]);
    for used in ["shop", "keyless"] {
        shop.desk.profile_use(used).await.unwrap();
        let refused = async |body: Vec<u8>| {
            let looked = shop.desk.inspect_notice(body, None).await.unwrap();
            (looked.profile.unwrap(), looked.checks.last().unwrap().name)
        };
        let unknown = signed_with(&other_key(), &payment(&number, &[]));
        assert_eq!(refused(unknown).await, ("keyless".to_owned(), "key"), "{used} is in use");
        assert_eq!(refused(cheaper.clone()).await, ("shop".to_owned(), "amount"), "whose sign holds knows better");
    }
}
