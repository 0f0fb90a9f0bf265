//! Between money and play: keys, addresses and certificates do not cross.

use desk::NewProfile;
use wxpay_protocol::environment::Environment;
use wxpay_protocol::{Secret, SignType};

use crate::shop::*;

fn real(name: &str) -> NewProfile {
    NewProfile { environment: Environment::Production, base_url: None, ..profile(name) }
}

fn other_key() -> Secret {
    Secret::new(b"another-key-0123456789abcdef0123".to_vec())
}

#[tokio::test]
async fn a_key_that_a_simulator_has_seen_is_refused_wherever_money_moves() {
    let shop = Shop::open().await;
    for environment in [Environment::Production, Environment::Standby, Environment::Sandbox] {
        let fault = shop.desk.profile_add(NewProfile { environment, ..real("real") }).await.unwrap_err();
        assert_eq!(fault.code(), "environment_refused", "{environment:?}");
    }
    shop.desk.profile_remove("shop").await.unwrap();
    let fault = shop.desk.profile_add(real("real")).await.unwrap_err();
    assert_eq!(fault.code(), "environment_refused", "forgotten with its profile");
    assert!(shop.desk.profile_add(NewProfile { api_key: other_key(), ..real("real") }).await.is_ok());
}

#[tokio::test]
async fn a_real_merchants_key_is_refused_for_a_simulator() {
    let shop = Shop::open().await;
    shop.desk.profile_add(NewProfile { api_key: other_key(), ..real("real") }).await.unwrap();
    let play = NewProfile { api_key: other_key(), ..profile("play") };
    assert_eq!(shop.desk.profile_add(play).await.unwrap_err().code(), "environment_refused");
}

#[tokio::test]
async fn the_built_in_gateways_own_key_is_refused_in_production() {
    let shop = Shop::open().await;
    shop.desk.gateway_start().await.unwrap();
    let builtin = shop.desk.api_key(desk::BUILTIN).await.unwrap();
    let fault = shop.desk.profile_add(NewProfile { api_key: builtin, ..real("real") }).await.unwrap_err();
    assert_eq!(fault.code(), "environment_refused");
    shop.desk.gateway_stop().await;
}

#[tokio::test]
async fn only_a_simulator_has_an_address_and_it_is_on_this_machine() {
    let shop = Shop::open().await;
    let code = async |new: NewProfile| shop.desk.profile_add(new).await.unwrap_err().code();
    let with_url = |environment, url: &str| NewProfile {
        environment,
        base_url: Some(url.into()),
        api_key: other_key(),
        ..profile("p")
    };
    assert_eq!(code(with_url(Environment::Production, "http://127.0.0.1:1")).await, "environment_refused");
    assert_eq!(code(with_url(Environment::Simulator, "http://192.168.1.2:80")).await, "environment_refused");
    assert_eq!(code(with_url(Environment::Simulator, "https://api.mch.weixin.qq.com")).await, "environment_refused");
    assert_eq!(code(with_url(Environment::Simulator, "127.0.0.1:80")).await, "input_invalid");
    assert_eq!(code(NewProfile { base_url: None, ..profile("p") }).await, "input_invalid");
    let ca = NewProfile { ca_file: Some("/etc/hostname".into()), api_key: other_key(), ..real("p") };
    assert_eq!(code(ca).await, "environment_refused");
}

#[tokio::test]
async fn profiles_that_cannot_work_are_refused_and_the_field_is_named() {
    let shop = Shop::open().await;
    let field = async |new: NewProfile| shop.desk.profile_add(new).await.unwrap_err().field().unwrap_or("");
    assert_eq!(field(NewProfile { name: "  ".into(), ..profile("x") }).await, "name");
    assert_eq!(field(NewProfile { name: "a\u{7}b".into(), ..profile("x") }).await, "name");
    assert_eq!(field(NewProfile { appid: "wx 1".into(), ..profile("x") }).await, "appid");
    assert_eq!(field(NewProfile { mch_id: "19000a".into(), ..profile("x") }).await, "mch_id");
    let short = Secret::new(b"short".to_vec());
    assert_eq!(field(NewProfile { api_key: short, ..real("x") }).await, "api_key");
    let sandbox = NewProfile {
        environment: Environment::Sandbox,
        sign_type: SignType::HmacSha256,
        api_key: other_key(),
        ..real("x")
    };
    assert_eq!(field(sandbox).await, "sign_type");
    assert_eq!(field(NewProfile { notify_url: Some("shop.example.com".into()), ..profile("x") }).await, "notify_url");
    assert_eq!(shop.desk.profile_add(profile("shop")).await.unwrap_err().code(), "conflict");
}
