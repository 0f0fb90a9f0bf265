//! Secrets: where they are kept, and what happens without them.

use desk::store::{OrderFilter, OrderSort};
use desk::vault::{KeyringStatus, MemoryKeyring, Mode, State};
use desk::{Cancel, Desk, DeskError, NewProfile};
use wxpay_protocol::Secret;
use wxpay_protocol::params::Params;

use crate::shop::*;

async fn desk_with(dir: &std::path::Path, keyring: MemoryKeyring) -> Desk {
    desk_on(dir, &gateway(), &keyring, START).await.0
}

fn passphrase(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

#[tokio::test]
async fn without_a_keyring_a_passphrase_is_asked_for_and_nothing_is_kept_in_the_clear() {
    for keyring in [MemoryKeyring::absent(), MemoryKeyring::locked()] {
        let dir = tempfile::tempdir().unwrap();
        let desk = desk_with(dir.path(), keyring).await;
        let fault = desk.profile_add(profile("shop")).await.unwrap_err();
        assert_eq!((fault.code(), fault.exit_status()), ("vault_locked", 6));
        assert!(desk.profiles().await.unwrap().is_empty());
        assert_eq!(found(dir.path(), KEY), 0);
    }
}

#[tokio::test]
async fn a_passphrase_vault_opens_with_its_passphrase_only_and_locked_profiles_cannot_be_used() {
    let dir = tempfile::tempdir().unwrap();
    {
        let desk = desk_with(dir.path(), MemoryKeyring::absent()).await;
        assert_eq!(desk.vault_view().await.unwrap().state, State::Absent);
        desk.vault_open_or_create(passphrase("correct horse")).await.unwrap();
        desk.profile_add(profile("shop")).await.unwrap();
    }
    let desk = desk_with(dir.path(), MemoryKeyring::absent()).await;
    assert_eq!(desk.vault_view().await.unwrap().state, State::Locked(Mode::Passphrase));
    let shown = desk.profile("shop").await.unwrap();
    assert!(shown.api_key.set && shown.api_key.view.is_none());
    let locked = desk.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap_err();
    assert_eq!((locked.code(), locked.exit_status()), ("vault_locked", 6));

    let wrong = desk.vault_unlock(passphrase("wrong")).await.unwrap_err();
    assert!(matches!(wrong, DeskError::VaultWrongPassphrase { retry_after_ms: 1.. }), "{wrong}");
    assert_eq!(wrong.exit_status(), 6);
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    desk.vault_open_or_create(passphrase("correct horse")).await.unwrap();
    let created = desk.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
    assert_eq!(created.created, 1);
    desk.vault_lock().await.unwrap();
    assert!(desk.api_key("shop").await.is_err());
}

#[tokio::test]
async fn a_damaged_vault_is_kept_and_named_and_orders_can_still_be_read() {
    let shop = Shop::open().await;
    let number = shop.create_one().await;
    let file = shop.dir.path().join("vault.json");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&file, &bytes).unwrap();
    let (desk, _) = shop.second_desk().await;
    assert_eq!(desk.vault_view().await.unwrap_err().code(), "vault_broken");
    assert_eq!(desk.query_order("shop", &number).await.unwrap_err().code(), "vault_broken");
    let detail = desk.order_detail("shop", &number).await.unwrap();
    assert_eq!((detail.pay_params, detail.curl), (None, None));
    assert_eq!(desk.profiles().await.unwrap().len(), 1);
    assert_eq!(std::fs::read(&file).unwrap(), bytes, "the damaged file was changed");
}

#[tokio::test]
async fn an_older_copy_of_the_vault_is_refused_after_a_restart_too() {
    let shop = Shop::open().await;
    let file = shop.dir.path().join("vault.json");
    let older = std::fs::read(&file).unwrap();
    shop.desk.profile_add(profile("second")).await.unwrap();
    let newer = std::fs::read(&file).unwrap();
    std::fs::write(&file, &older).unwrap();
    let (desk, _) = shop.second_desk().await;
    assert_eq!(desk.vault_view().await.unwrap_err().code(), "vault_broken");
    assert_eq!(std::fs::read(&file).unwrap(), older, "the refused file was changed");
    std::fs::write(&file, &newer).unwrap();
    let (desk, _) = shop.second_desk().await;
    assert!(desk.api_key("second").await.is_ok());
}

#[tokio::test]
async fn a_usable_keyring_is_chosen_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk_with(dir.path(), MemoryKeyring::usable()).await;
    assert_eq!(desk.vault_view().await.unwrap().keyring, Some(KeyringStatus::Usable));
    desk.profile_add(profile("shop")).await.unwrap();
    assert_eq!(desk.vault_view().await.unwrap().state, State::Open(Mode::Keyring));
    let needless = desk.vault_open_or_create(passphrase("correct horse")).await.unwrap_err();
    assert_eq!(needless.code(), "conflict", "a passphrase was taken that opens nothing: {needless}");
}

#[tokio::test]
async fn the_key_is_in_no_file_of_the_data_folder_and_in_no_text() {
    let shop = Shop::open().await;
    shop.create(desk::TestOrder { count: 20, ..test_order() }).await;
    let number = shop.create_one().await;
    shop.desk.query_order("shop", &number).await.unwrap();
    let detail = shop.desk.order_detail("shop", &number).await.unwrap();
    for text in [format!("{detail:?}"), format!("{:?}", shop.desk.profiles().await.unwrap())] {
        assert!(!text.contains(KEY), "{text}");
    }
    let hex = wxpay_protocol::sign::upper_hex(KEY.as_bytes()).to_lowercase();
    let md5 = wxpay_protocol::sign::sign(&Params::new(), &key(), wxpay_protocol::SignType::Md5);
    for needle in [KEY, &KEY[..16], &KEY[16..], &hex, &md5] {
        assert_eq!(found(shop.dir.path(), needle), 0, "{needle}");
    }
}

#[tokio::test]
async fn removing_a_profile_removes_its_secrets_and_keeps_its_orders() {
    let shop = Shop::open().await;
    shop.create_one().await;
    shop.desk.profile_use("shop").await.unwrap();
    shop.desk.profile_remove("shop").await.unwrap();
    assert_eq!(shop.desk.api_key("shop").await.err().map_or("", |fault| fault.code()), "not_found");
    assert_eq!(shop.desk.settings().await.unwrap().active_profile, None);
    shop.desk
        .profile_add(NewProfile { api_key: passphrase("another-key-0123456789abcdef0123"), ..profile("shop") })
        .await
        .unwrap();
    let list = shop.desk.orders_first(OrderFilter::default(), OrderSort::default(), 10).await.unwrap();
    assert_eq!(list.len(), 1);
}

#[tokio::test]
async fn the_merchant_at_hand_is_the_one_in_use_or_else_the_first_that_there_is_which_is_in_use_from_then_on() {
    let shop = Shop::open().await;
    let other = NewProfile { api_key: passphrase("another-key-0123456789abcdef0123"), ..profile("west") };
    shop.desk.profile_add(other).await.unwrap();
    let at_hand = async || shop.desk.profile_at_hand().await.unwrap();
    let in_use = async || shop.desk.settings().await.unwrap().active_profile;
    assert!(in_use().await.is_none() && shop.desk.choose_profile(None).await.is_err(), "the command line asks which");
    assert_eq!(at_hand().await.as_deref(), Some("shop"), "nobody chose one");
    assert_eq!(in_use().await.as_deref(), Some("shop"));
    shop.desk.profile_use("west").await.unwrap();
    assert_eq!(at_hand().await.as_deref(), Some("west"));
    shop.desk.profile_remove("west").await.unwrap();
    assert_eq!(at_hand().await.as_deref(), Some("shop"));
    assert_eq!(in_use().await.as_deref(), Some("shop"));
    shop.desk.profile_remove("shop").await.unwrap();
    assert_eq!((at_hand().await, in_use().await), (None, None));
}

/// In how many files below a folder these bytes stand.
fn found(dir: &std::path::Path, needle: &str) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count += found(&path, needle);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            count += usize::from(bytes.windows(needle.len()).any(|window| window == needle.as_bytes()));
        }
    }
    count
}
