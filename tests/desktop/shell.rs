//! The shell itself: that it opens, and that nothing leads out of it.

use std::time::{Duration, Instant};

use acceptance::window::{DeskWindow, WindowStart};
use serde_json::json;

/// How long nothing may arrive before we say that nothing was sent.
const QUIET: Duration = Duration::from_millis(300);
/// How long a page that may be loaded may take.
const REPLACED_LIMIT: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_window_opens_and_shows_the_first_screen() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.find("#root > *").await.unwrap();
    let picture = home.path().join("first.png");
    window.screenshot(&picture).await.unwrap();
    assert!(std::fs::read(&picture).unwrap().starts_with(b"\x89PNG"));
    let title = window.client().title().await.unwrap();
    assert!(title.contains("WxPay Desk"), "the page is called {title:?}");
    window.close().await.unwrap();
}

/// Marks the page that is loaded now; the mark goes with the page.
async fn mark(window: &DeskWindow) {
    window.by_test_id("first-start").await.unwrap();
    window.client().execute("window.marked = true", vec![]).await.unwrap();
}

async fn is_marked(window: &DeskWindow) -> bool {
    // While one page replaces another there is none to ask.
    window.client().execute("return window.marked === true", vec![]).await.is_ok_and(|marked| marked == json!(true))
}

/// How long a page that may be loaded takes to replace this one.
async fn own_page_comes_after(window: &DeskWindow) -> Duration {
    mark(window).await;
    let started = Instant::now();
    window.client().execute("location.href = '/?once-more'", vec![]).await.unwrap();
    let replaced = async { while is_marked(window).await {} };
    tokio::time::timeout(REPLACED_LIMIT, replaced).await.expect("our own page can be loaded again");
    started.elapsed()
}

#[tokio::test]
async fn no_page_but_our_own_can_be_reached() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).open().await.unwrap();
    // On a busy machine a page comes late, so that one which may come says how long to look out for those which may not.
    let look_out = own_page_comes_after(&window).await * 2;
    mark(&window).await;
    let remote = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let remote_url = format!("http://{}/", remote.local_addr().unwrap());
    for foreign in [&remote_url, "file:///etc/passwd", "data:text/html,away", "http://tauri.evil.com/"] {
        window.client().execute("location.href = arguments[0]", vec![json!(foreign)]).await.unwrap();
        let opened = "return window.open(arguments[0]) === null";
        assert_eq!(window.client().execute(opened, vec![json!(foreign)]).await.unwrap(), json!(true), "{foreign}");
        let connection = tokio::time::timeout(look_out.max(QUIET), remote.accept()).await;
        assert!(connection.is_err(), "the page connected to {remote_url}");
        assert!(is_marked(&window).await, "{foreign} replaced the page");
        // The page's own routes change what stands behind the host, and only that.
        let shown = window.client().current_url().await.unwrap();
        assert_eq!((shown.scheme(), shown.host_str()), ("tauri", Some("localhost")), "{foreign}");
    }
    assert_eq!(window.client().windows().await.unwrap().len(), 1);
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_script_cannot_send_anything_out_of_the_window() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.find("#root > *").await.unwrap();
    let gateway = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/stolen", gateway.local_addr().unwrap());
    let script = "const [url, done] = arguments; const image = new Image(); image.src = url; \
                  fetch(url, { mode: 'no-cors' }).then(() => done('sent'), () => done('refused'))";
    let answer = window.client().execute_async(script, vec![json!(url)]).await.unwrap();
    assert_eq!(answer, json!("refused"));
    let connection = tokio::time::timeout(QUIET, gateway.accept()).await;
    assert!(connection.is_err(), "the page connected to {url}");
    window.close().await.unwrap();
}

#[tokio::test]
async fn a_command_that_the_capability_does_not_name_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let window = WindowStart::over(home.path()).open().await.unwrap();
    window.find("#root > *").await.unwrap();
    let script = "const [command, done] = arguments; \
                  window.__TAURI_INTERNALS__.invoke(command, {}).then(() => done('allowed'), e => done(String(e)))";
    for command in ["plugin:window|close", "plugin:event|emit", "plugin:app|version", "no_such_command"] {
        let answer = window.client().execute_async(script, vec![json!(command)]).await.unwrap();
        assert_ne!(answer, json!("allowed"), "{command}");
    }
    assert_eq!(window.client().execute("return typeof window.__TAURI__", vec![]).await.unwrap(), json!("undefined"));
    window.close().await.unwrap();
}
