//! Secrets that were typed into the window.

use std::path::Path;

use acceptance::window::WindowStart;
use serde_json::json;

const KEY: &str = "kQ7vN2xT9mZ4pL8wR3sY6bH1cJ5dF0gA";
const PASSPHRASE: &str = "correct horse battery 纸";

fn files_with(folder: &Path, text: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_with(&path, text, found);
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(text.len()).any(|window| window == text.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
}

#[tokio::test]
async fn a_key_goes_into_the_vault_stands_nowhere_on_the_disk_and_is_locked_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.click("first-start-add").await.unwrap();
    // There is no keyring here, so a passphrase is asked for first.
    window.fill("vault-passphrase", PASSPHRASE).await.unwrap();
    window.fill("vault-repeat", PASSPHRASE).await.unwrap();
    window.click("vault-submit").await.unwrap();
    window.fill("merchant-name", "门店一").await.unwrap();
    window.fill("merchant-appid", "wx0123456789abcdef").await.unwrap();
    window.fill("merchant-mch-id", "1900000109").await.unwrap();
    window.fill("merchant-key", KEY).await.unwrap();
    window.click("merchant-submit").await.unwrap();
    window.by_test_id("screen-orders").await.unwrap();
    let start = window.invoke("app_start", json!({})).await.unwrap().unwrap();
    assert_eq!(start["profiles"][0]["api_key"]["tail"], &KEY[28..]);
    assert!(!start.to_string().contains(KEY));
    window.close().await.unwrap();

    let mut found = Vec::new();
    files_with(home.path(), KEY, &mut found);
    files_with(home.path(), PASSPHRASE, &mut found);
    assert!(found.is_empty(), "in clear in {found:?}");

    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.click("vault-locked").await.unwrap();
    window.fill("vault-passphrase", "another one entirely").await.unwrap();
    window.click("vault-submit").await.unwrap();
    window.find("[data-testid=\"error-view\"][data-code=\"vault_wrong_passphrase\"]").await.unwrap();
    let locked = window.invoke("app_start", json!({})).await.unwrap().unwrap();
    assert_eq!(locked["vault"]["state"], "locked");
    assert_eq!(locked["profiles"][0]["api_key"]["tail"], json!(null));
    window.close().await.unwrap();
}
