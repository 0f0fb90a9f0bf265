//! What needs a person, outside the window: the desktop's messages and the tray, on a session bus of the test's own.

use std::path::Path;

use acceptance::session_bus::SessionBus;
use acceptance::window::{DeskWindow, WindowStart};

/// Whether the system has a library that draws a tray, by asking another program than the one under test.
fn has_indicator_library() -> bool {
    let loads = "import ctypes, sys\nfor name in sys.argv[1:]:\n    try: ctypes.CDLL(name); sys.exit(0)\n    except OSError: pass\nsys.exit(1)";
    let names = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];
    std::process::Command::new("python3").args(["-c", loads]).args(names).status().is_ok_and(|status| status.success())
}

/// A bus, or words where the machine has none.
async fn bus(folder: &Path) -> Option<SessionBus> {
    let bus = SessionBus::start(folder).await.unwrap();
    if bus.is_none() {
        println!("skipped: dbus-daemon is not installed here");
    }
    bus
}

async fn open(home: &Path, bus: &SessionBus) -> DeskWindow {
    let window = WindowStart::over(home).argument("--try").variable("DBUS_SESSION_BUS_ADDRESS", bus.address());
    let window = window.open().await.unwrap();
    window.by_test_id("screen-orders").await.unwrap();
    window.ask_only_when_told().await.unwrap();
    window
}

fn longest_run_of_digits(text: &str) -> usize {
    text.split(|letter: char| !letter.is_ascii_digit()).map(str::len).max().unwrap_or_default()
}

#[tokio::test]
async fn what_newly_needs_a_person_is_said_on_the_desktop_without_a_number_anybody_could_use() {
    let home = tempfile::tempdir().unwrap();
    let Some(mut bus) = bus(home.path()).await else { return };
    let window = open(home.path(), &bus).await;
    let number = window.order_with_forged_answers().await.unwrap();
    let shown = bus.next_shown().await.unwrap();
    assert_eq!((shown.program.as_str(), shown.title.as_str()), ("WxPay Desk", "需要留意"));
    assert!(shown.text.contains(&format!("(…{})", &number[number.len() - 4..])), "{shown:?}");
    assert_eq!(longest_run_of_digits(&shown.text), 4, "{shown:?}");
    window.close().await.unwrap();
}

#[tokio::test]
async fn the_tray_counts_what_nobody_has_seen_and_leads_to_it_or_the_settings_say_why_there_is_none() {
    let home = tempfile::tempdir().unwrap();
    let Some(mut bus) = bus(home.path()).await else { return };
    let window = open(home.path(), &bus).await;
    if !has_indicator_library() {
        println!("no indicator library is installed here: the settings must say so");
        window.go_to("settings").await.unwrap();
        let why = window.text_when("settings-tray-missing", |text| !text.is_empty()).await.unwrap();
        assert!(why.contains("libayatana-appindicator3-1"), "{why}");
        window.close().await.unwrap();
        return;
    }
    let tray = bus.next_placed().await.unwrap();
    tray.label_is("").await.unwrap();
    let plain = tray.picture().await.unwrap();
    window.order_with_forged_answers().await.unwrap();
    tray.label_is("1 件未看").await.unwrap();
    let marked = tray.picture().await.unwrap();
    assert_ne!(marked, plain, "the icon is marked");
    assert!(std::fs::read(&marked).unwrap().starts_with(b"\x89PNG") && marked.starts_with(home.path()), "{marked:?}");
    let labels: Vec<String> = tray.entries().await.unwrap().into_iter().map(|(_, label)| label).collect();
    assert_eq!(labels, ["需要留意：1 件未看", "打开窗口", "退出"]);
    window.go_to("settings").await.unwrap();
    window.by_test_id("settings-notify-alarms").await.unwrap();
    window.gone("[data-testid=\"settings-tray-missing\"]").await.unwrap();
    tray.click("需要留意").await.unwrap();
    window.find("[data-testid=\"alarm-bell-list\"] [data-kind=\"unverified_answer\"]").await.unwrap();
    window.click("alarms-see").await.unwrap();
    tray.label_is("").await.unwrap();
    tray.click("退出").await.unwrap();
    while window.process().is_some() {
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
}
