//! Fetched bills where a merchant number has several profiles, or a profile is of one sub-merchant.

use std::collections::HashSet;

use desk::{Before, Cancel, FetchedBill, NewProfile};
use wxpay_protocol::bill::BillType;
use wxpay_protocol::bill::download::BillKind;
use wxpay_protocol::environment::Environment;

use crate::bills::{Fetching, bill};
use crate::shop::{START, profile};

#[tokio::test]
async fn a_bill_with_rows_of_another_sub_merchant_than_was_asked_for_is_not_kept() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let of_sub = NewProfile { sub_mch_id: Some("1900000108".into()), ..profile("sub") };
    fetching.desk.profile_add(of_sub).await.unwrap();
    let fetch = async |sub: &str| {
        let text = bill().replace("`1900000001,`0,", &format!("`1900000001,`{sub},"));
        fetching.fetch_for("sub", BillKind::Trades(BillType::All), &text, &Cancel::new()).await
    };
    let refused = fetch("1900000109").await.unwrap_err();
    assert!(refused.code() == "bill_refused" && refused.to_string().contains("1900000109"), "{refused}");
    assert!(fetching.files().is_empty());
    assert!(matches!(fetch("1900000108").await.unwrap(), FetchedBill::Saved(_)));
}

#[tokio::test]
async fn two_profiles_of_one_merchant_have_bills_of_their_own_and_neither_changes_the_others() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    fetching.desk.profile_add(profile("二店/试")).await.unwrap();
    let all = BillKind::Trades(BillType::All);
    for (name, body) in [("shop", bill()), ("二店/试", bill().replacen("`OTHERS", "`CMB_DEBIT", 1)), ("shop", bill())]
    {
        let FetchedBill::Saved(saved) = fetching.fetch_for(name, all, &body, &Cancel::new()).await.unwrap() else {
            panic!("there is a bill")
        };
        assert!(!matches!(saved.before, Before::Changed(_)), "{name}: {:?}", saved.before);
        assert_eq!(std::fs::read_to_string(&saved.file).unwrap(), body);
        let day = fetching.desk.day(name, START).await.unwrap();
        assert_eq!((day.standing.bills, day.standing.bill_changed), (1, false), "{name}");
    }
    let date = START.day();
    let files = ["shop-8d9001d3", "二店_试-cdfce6ed"].map(|name| format!("1900000001_{name}_{date}_ALL.csv"));
    assert_eq!(fetching.files(), files);
}

#[tokio::test]
async fn profiles_whose_names_a_disk_takes_as_one_have_files_of_their_own_also_after_the_others_are_removed() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let all = BillKind::Trades(BillType::All);
    let name_of = async |profile: &str| {
        let FetchedBill::Saved(saved) = fetching.fetch_for(profile, all, &bill(), &Cancel::new()).await.unwrap() else {
            panic!("there is a bill")
        };
        saved.file.file_name().unwrap().to_string_lossy().to_lowercase()
    };
    for name in ["Shop", "二店/试", "二店_试"] {
        fetching.desk.profile_add(profile(name)).await.unwrap();
    }
    let mut names = Vec::new();
    for name in ["shop", "Shop", "二店/试", "二店_试"] {
        names.push(name_of(name).await);
    }
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), 4, "{names:?}");
    for name in ["Shop", "二店/试", "二店_试"] {
        fetching.desk.profile_remove(name).await.unwrap();
    }
    assert_eq!(name_of("shop").await, names[0], "the files of the others are still there");
}
