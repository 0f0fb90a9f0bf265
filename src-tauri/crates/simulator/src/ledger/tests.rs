use std::collections::HashSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use crate::gateway::Parts;
use crate::ledger::Ledger;
use crate::ledger::journal::Journal;
use crate::trial::*;
use crate::{
    Clock, Config, CustomerError, Dice, Gateway, JournalError, Pay, Running, StartError, Switches, TimeScale, start,
};

fn config(dir: &Path) -> Config {
    Config {
        state_dir: Some(dir.to_owned()),
        time_scale: TimeScale::FROZEN,
        start_at: Some(START),
        ..Config::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), vec![own_merchant()])
    }
}

async fn started(dir: &Path) -> Running {
    start(config(dir)).await.unwrap()
}

async fn refused(dir: &Path) -> StartError {
    match start(config(dir)).await {
        Ok(_) => panic!("the gateway started"),
        Err(fault) => fault,
    }
}

/// Orders and waits until the order is on the disk, as the server does before it answers.
async fn created(gateway: &Gateway, out_trade_no: &str) -> String {
    let answer = ask(gateway, UNIFIED, &order(out_trade_no).signed());
    gateway.durable(&answer).await.unwrap();
    field(&answer, "prepay_id").unwrap()
}

fn journal(dir: &Path) -> std::path::PathBuf {
    dir.join("gateway.jsonl")
}

#[tokio::test]
async fn everything_survives_a_restart_and_no_number_is_given_twice() {
    let dir = tempfile::tempdir().unwrap();
    let mut ids = HashSet::new();
    let mut nonces = HashSet::new();
    for run in 0..4 {
        let running = started(dir.path()).await;
        let gateway = &running.gateway;
        assert_eq!(gateway.status().orders, run * 3);
        for kind in ["paid", "closed", "open"] {
            let number = format!("T20240102{kind}{run}");
            assert!(ids.insert(created(gateway, &number).await), "a prepay_id was repeated");
            match kind {
                "paid" => assert!(ids.insert(gateway.pay(None, &number, &Pay::default()).unwrap())),
                "closed" => assert_eq!(ask(gateway, CLOSE, &query(&number).signed()).outcome, "SUCCESS"),
                _ => gateway.cancel(None, &number).unwrap(),
            }
            let answer = ask(gateway, QUERY, &query(&number).signed());
            assert!(nonces.insert(field(&answer, "nonce_str").unwrap()), "a nonce was repeated");
        }
        gateway.advance_s(3600).unwrap();
        running.stop().await;
    }
    let running = started(dir.path()).await;
    assert_eq!(running.torn_bytes, 0);
    assert_eq!(running.gateway.now(), START.plus_ms(4 * 3_600_000), "the clock does not go back");
    for run in 0..4 {
        for (kind, state) in [("paid", "SUCCESS"), ("closed", "CLOSED"), ("open", "NOTPAY")] {
            assert_eq!(trade_state(&running.gateway, &format!("T20240102{kind}{run}")), state);
        }
    }
    assert_eq!(running.gateway.notices(10).len(), 4);
    let view = running.gateway.order(None, "T20240102open0").unwrap();
    assert_eq!((view.order.fields.get("body"), view.order.cancelled_at), (Some("测试商城-T恤"), Some(START)));
    running.stop().await;
}

#[tokio::test]
async fn what_was_answered_is_on_the_disk_before_the_gateway_stops() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = started(dir.path()).await;
    created(&running.gateway, "T20240102").await;
    fs::copy(journal(dir.path()), journal(copy.path())).unwrap();
    let after_crash = started(copy.path()).await;
    assert_eq!(trade_state(&after_crash.gateway, "T20240102"), "NOTPAY");
}

#[tokio::test]
async fn a_last_line_that_was_torn_anywhere_is_cut_off_and_said() {
    let dir = tempfile::tempdir().unwrap();
    let running = started(dir.path()).await;
    created(&running.gateway, "T20240102A").await;
    created(&running.gateway, "T20240102B").await;
    let whole = fs::read(journal(dir.path())).unwrap();
    drop(running);
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for cut in [last + 1, last + 10, whole.len() - 2, whole.len() - 1] {
        let torn = tempfile::tempdir().unwrap();
        fs::write(journal(torn.path()), &whole[..cut]).unwrap();
        let running = started(torn.path()).await;
        assert_eq!(running.torn_bytes, u64::try_from(cut - last).unwrap());
        assert_eq!(running.gateway.status().orders, 1);
        created(&running.gateway, "T20240102B").await;
        running.stop().await;
        let again = started(torn.path()).await;
        assert_eq!((again.torn_bytes, again.gateway.status().orders), (0, 2));
    }
}

#[tokio::test]
async fn a_damaged_line_in_the_middle_is_refused_by_its_number_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let running = started(dir.path()).await;
    created(&running.gateway, "T20240102A").await;
    running.stop().await;
    let whole = fs::read_to_string(journal(dir.path())).unwrap();
    let damaged = whole.replacen("{\"created\"", "{\"treated\"", 1);
    fs::write(journal(dir.path()), &damaged).unwrap();
    let fault = refused(dir.path()).await;
    assert!(matches!(fault, StartError::Journal(JournalError::Damaged { line: 2, .. })), "{fault}");
    assert_eq!(fs::read_to_string(journal(dir.path())).unwrap(), damaged);
    let line = whole.lines().find(|line| line.starts_with("{\"created\"")).unwrap();
    fs::write(journal(dir.path()), format!("{line}\n{whole}")).unwrap();
    let fault = refused(dir.path()).await;
    assert!(matches!(fault, StartError::Journal(JournalError::Damaged { line: 3, .. })), "a second creation: {fault}");
}

#[tokio::test]
async fn a_journal_of_a_newer_program_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    started(dir.path()).await.stop().await;
    let whole = fs::read_to_string(journal(dir.path())).unwrap();
    fs::write(journal(dir.path()), whole.replacen("\"version\":1", "\"version\":2", 1)).unwrap();
    let fault = refused(dir.path()).await;
    assert!(matches!(fault, StartError::Journal(JournalError::Newer { version: 2, .. })), "{fault}");
}

#[tokio::test]
async fn two_gateways_never_share_a_state_folder() {
    let dir = tempfile::tempdir().unwrap();
    let running = started(dir.path()).await;
    let fault = refused(dir.path()).await;
    assert!(matches!(fault, StartError::Journal(JournalError::InUse { .. })), "{fault}");
    running.stop().await;
    started(dir.path()).await.stop().await;
}

#[tokio::test]
async fn the_key_is_not_in_the_state_folder_which_is_private() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let running = started(&state).await;
    created(&running.gateway, "T20240102").await;
    running.gateway.pay(None, "T20240102", &Pay::default()).unwrap();
    running.stop().await;
    for entry in fs::read_dir(&state).unwrap() {
        let path = entry.unwrap().path();
        assert!(!fs::read_to_string(&path).unwrap().contains(KEY), "{}", path.display());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&state).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

fn over(sink: impl FnMut(&[u8]) -> std::io::Result<()> + Send + 'static) -> Gateway {
    Gateway::from_parts(Parts {
        clock: Clock::new(START, TimeScale::FROZEN),
        draw: Box::new(Dice::new(0, 0)),
        merchants: vec![own_merchant()],
        switches: Switches::default(),
        ledger: Ledger::default(),
        journal: Journal::over(Box::new(sink)).unwrap(),
    })
}

#[tokio::test]
async fn nothing_is_reported_before_it_is_on_the_disk() {
    let (release, held) = std::sync::mpsc::channel();
    let gateway = over(move |_| held.recv().map_err(std::io::Error::other));
    // Dropped before the gateway, so that a failure does not leave the writer waiting.
    let release = release;
    let answers = [(UNIFIED, order("T20240102")), (UNIFIED, order("T20240102")), (QUERY, query("T20240102"))]
        .map(|(path, request)| ask(&gateway, path, &request.signed()));
    for answer in &answers {
        let waiting = tokio::time::timeout(Duration::ZERO, gateway.durable(answer)).await;
        assert!(waiting.is_err(), "reported too early: {answer:?}");
    }
    release.send(()).unwrap();
    for answer in &answers {
        gateway.durable(answer).await.unwrap();
    }
}

#[tokio::test]
async fn a_full_disk_confirms_nothing_more_and_still_answers_queries() {
    let mut room = 1;
    let sink = move |_: &[u8]| {
        room -= 1;
        if room >= 0 { Ok(()) } else { Err(std::io::Error::from(std::io::ErrorKind::StorageFull)) }
    };
    let gateway = over(sink);
    created(&gateway, "T20240102A").await;
    let lost = ask(&gateway, UNIFIED, &order("T20240102B").signed());
    assert!(gateway.durable(&lost).await.is_err(), "an order that is not on the disk was confirmed");
    let refused = ask(&gateway, UNIFIED, &order("T20240102C").signed());
    assert_eq!(return_msg(&refused), "system error");
    let pay = gateway.pay(None, "T20240102A", &Pay::default());
    assert!(matches!(pay, Err(CustomerError::Journal(_))), "{pay:?}");
    assert_eq!(trade_state(&gateway, "T20240102A"), "NOTPAY");
}
