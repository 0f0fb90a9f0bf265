//! Notices that somebody pastes: judged by the profile whose merchant they name.

use desk::NewProfile;
use desk::store::NoticeVerdict;
use wxpay_protocol::Secret;

use crate::notices::{payment, refund_notice};
use crate::shop::*;

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
