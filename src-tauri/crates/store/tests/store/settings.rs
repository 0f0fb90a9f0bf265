//! Profiles, settings, goods and the built-in gateway.

use crate::deeds::{START, fen};
use desk_store::{BuiltinGateway, Goods, Profile, Settings, Store, StoreError};
use wxpay_protocol::SignType;
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::{Appid, MchId};

fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

pub(crate) fn profile(name: &str, environment: Environment) -> Profile {
    Profile {
        name: name.into(),
        appid: Appid::new("wx0000000000000001").unwrap(),
        mch_id: MchId::new("1900000001").unwrap(),
        sign_type: SignType::HmacSha256,
        environment,
        base_url: None,
        ca_file: None,
        notify_url: Some("https://example.com/notify".into()),
        sub_mch_id: None,
        sub_appid: None,
        builtin: false,
        created_at: START,
    }
}

#[test]
fn profiles_are_kept_by_name() {
    let (_folder, store) = open();
    let shop = profile("店铺", Environment::Production);
    store.add_profile(shop.clone()).unwrap();
    assert!(matches!(store.add_profile(shop.clone()), Err(StoreError::Exists { .. })));
    assert_eq!(store.profile("店铺").unwrap(), Some(shop.clone()));
    assert_eq!(store.profiles().unwrap(), [shop]);
    store.remove_profile("店铺").unwrap();
    assert!(matches!(store.remove_profile("店铺"), Err(StoreError::NotFound { .. })));
}

#[test]
fn only_a_simulator_profile_has_an_address_of_its_own() {
    let (_folder, store) = open();
    for environment in [Environment::Production, Environment::Standby, Environment::Sandbox] {
        let moved = Profile { base_url: Some("http://127.0.0.1:9".into()), ..profile("p", environment) };
        assert!(store.add_profile(moved).is_err(), "{}", environment.as_str());
        assert!(store.add_profile(Profile { builtin: true, ..profile("p", environment) }).is_err());
    }
    store.add_profile(profile("p", Environment::Production)).unwrap();
    assert!(store.move_simulator_profile("p", "http://127.0.0.1:9", None).is_err());
    store
        .add_profile(Profile { base_url: Some("http://127.0.0.1:9".into()), ..profile("s", Environment::Simulator) })
        .unwrap();
    store.move_simulator_profile("s", "http://127.0.0.1:10", None).unwrap();
    assert_eq!(store.profile("s").unwrap().unwrap().base_url.as_deref(), Some("http://127.0.0.1:10"));
}

#[test]
fn a_key_that_a_simulator_has_seen_stays_known() {
    let (folder, store) = open();
    assert!(!store.simulator_has_seen("ab12").unwrap());
    store.remember_simulator_key("ab12").unwrap();
    store.remember_simulator_key("ab12").unwrap();
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert!(store.simulator_has_seen("ab12").unwrap());
    let stranger = rusqlite::Connection::open(store.path()).unwrap();
    assert!(stranger.execute_batch("DELETE FROM simulator_key").is_err());
}

#[test]
fn settings_have_defaults_and_keep_keys_of_other_versions() {
    let (_folder, store) = open();
    assert_eq!(store.settings().unwrap(), Settings::default());
    let stranger = rusqlite::Connection::open(store.path()).unwrap();
    stranger.execute_batch(r#"INSERT INTO settings VALUES (1, '{"theme":"dark","from_the_future":{"a":1}}')"#).unwrap();
    let settings = store.settings().unwrap();
    assert_eq!((settings.theme.as_str(), settings.expire_days), ("dark", 7));
    let stored = store.set_settings(Settings { language: "en".into(), ..Settings::default() }).unwrap();
    assert_eq!((stored.language.as_str(), stored.theme.as_str()), ("en", "system"));
    assert_eq!(stored.unknown["from_the_future"]["a"], 1);
    assert_eq!(store.settings().unwrap(), stored);
}

#[test]
fn settings_that_are_none_are_named_and_kept() {
    let (_folder, store) = open();
    let stranger = rusqlite::Connection::open(store.path()).unwrap();
    stranger.execute_batch(r#"INSERT INTO settings VALUES (1, '{"poll_rate_per_s":"many"}')"#).unwrap();
    assert!(matches!(store.settings(), Err(StoreError::Settings(_))));
}

#[test]
fn goods_are_saved_replaced_and_removed() {
    let (_folder, store) = open();
    let latte = Goods {
        goods_id: "latte".into(),
        name: "拿铁".into(),
        price: fen(1_999),
        market_price: Some(fen(2_500)),
        on_sale: true,
    };
    store.save_goods(latte.clone()).unwrap();
    store.save_goods(Goods { on_sale: false, ..latte.clone() }).unwrap();
    assert_eq!(store.goods().unwrap(), [Goods { on_sale: false, ..latte.clone() }]);
    assert!(store.goods_by_id("latte").unwrap().is_some());
    assert!(store.save_goods(Goods { price: fen(-1), ..latte }).is_err());
    store.remove_goods("latte").unwrap();
    assert!(matches!(store.remove_goods("latte"), Err(StoreError::NotFound { .. })));
}

#[test]
fn the_builtin_gateway_is_made_once() {
    let (_folder, store) = open();
    let made = |key: &str| BuiltinGateway {
        appid: Appid::new("wxb0000000000000001").unwrap(),
        mch_id: MchId::new("1900000109").unwrap(),
        api_key: key.into(),
    };
    assert_eq!(store.builtin_gateway().unwrap(), None);
    assert_eq!(store.builtin_gateway_or(made("first")).unwrap(), made("first"));
    assert_eq!(store.builtin_gateway_or(made("second")).unwrap(), made("first"));
    assert_eq!(store.builtin_gateway().unwrap(), Some(made("first")));
}

#[test]
fn where_a_test_back_end_listened_is_kept_by_profile_beside_the_settings() {
    let (folder, store) = open();
    let address = |path: &str, port| desk_store::ShopAddress { path: path.into(), port };
    assert_eq!(store.shop_address("shop").unwrap(), None);
    store.keep_shop_address("shop", &address("/a", 8120)).unwrap();
    store.keep_shop_address("other", &address("/b", 8121)).unwrap();
    store.keep_shop_address("shop", &address("/a", 8122)).unwrap();
    store.set_settings(Settings { scene: "0007".into(), ..Settings::default() }).unwrap();
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.shop_address("shop").unwrap(), Some(address("/a", 8122)));
    assert_eq!(store.shop_address("other").unwrap(), Some(address("/b", 8121)));
    assert_eq!(store.settings().unwrap().scene, "0007");
}
