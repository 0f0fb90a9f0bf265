use std::collections::HashSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use wxpay_protocol::{CouponType, Fen, RefundStatus};

use crate::trial::*;
use crate::{
    Config, Coupon, CustomerError, Gateway, JournalError, Pay, Refund, RefundView, Running, ScanOutcome, ScanRefusal,
    StartError, TimeScale, start,
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
    fs::write(journal(dir.path()), whole.replacen("\"version\":3", "\"version\":4", 1)).unwrap();
    let fault = refused(dir.path()).await;
    assert!(matches!(fault, StartError::Journal(JournalError::Newer { version: 4, .. })), "{fault}");
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

/// A journal of the first version, with everything that it could hold.
const FIRST_VERSION: &str = concat!(
    r#"{"opened":{"version":1,"seed":0,"real":1704135845000,"now":1704135845000}}"#,
    "\n",
    r#"{"created":{"fields":[["appid","wx0000000000000001"],["mch_id","1900000001"],["body","T恤"],["out_trade_no","T20240102"],["total_fee","101"],["spbill_create_ip","127.0.0.1"],["notify_url","http://127.0.0.1:9/notify"],["trade_type","JSAPI"],["openid","oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"]],"total_fee":101,"sign_type":"MD5","created_at":1704135845000,"expires_at":null,"prepay":{"prepay_id":"wx0203040506789012abcdef0123456789000","issued_at":1704135845000},"closed_at":null,"cancelled_at":null,"payment":null}}"#,
    "\n",
    r#"{"paid":{"mch_id":"1900000001","out_trade_no":"T20240102","payment":{"transaction_id":"4200000000202401020000000001","openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","bank_type":"OTHERS","coupon_fee":30,"paid_at":1704135845000},"nonce_str":"5d6d0aa3930135d6d0aa393013","deliverable":true,"due":1704135845000}}"#,
    "\n",
    r#"{"attempted":{"notice":1,"attempt":{"at":1704135845000,"http_status":500,"answer":"no","acknowledged":false,"took_ms":1},"next_due":1704135860000}}"#,
    "\n",
);

#[tokio::test]
async fn a_journal_of_the_first_version_is_read_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(journal(dir.path()), FIRST_VERSION).unwrap();
    for run in 0..2 {
        let running = started(dir.path()).await;
        let answer = ask(&running.gateway, QUERY, &query("T20240102").signed());
        for (name, value) in [
            ("cash_fee", "71"),
            ("coupon_fee", "30"),
            ("coupon_type_0", "CASH"),
            ("coupon_id_0", "00202401020000000001"),
        ] {
            assert_eq!(field(&answer, name).as_deref(), Some(value), "{name} in run {run}");
        }
        let notice = &running.gateway.notices(1)[0];
        assert_eq!((notice.attempts.len(), notice.out_trade_no.as_str()), (1, "T20240102"));
        let refund = refund("T20240102", "R1").with("refund_fee", "1").signed();
        let answer = ask(&running.gateway, REFUND, &refund);
        running.gateway.durable(&answer).await.unwrap();
        assert_eq!(answer.outcome, "SUCCESS");
        running.stop().await;
    }
}

#[tokio::test]
async fn payment_codes_refunds_and_what_waits_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let running = started(dir.path()).await;
    let gateway = &running.gateway;
    let coupon = Coupon { id: "C1".to_owned(), coupon_type: CouponType::NoCash, fee: Fen::new(11).unwrap() };
    created(gateway, "T20240102R").await;
    gateway.pay(None, "T20240102R", &Pay { coupons: vec![coupon], ..Pay::default() }).unwrap();
    for (number, code) in [("T20240102W", "900002"), ("T20240102P", "000001"), ("T20240102F", "900008")] {
        ask(gateway, MICROPAY, &micropay(number, &format!("134512345678{code}")).signed());
    }
    gateway.plan_scan(MCH_ID, "T20240102S", ScanOutcome::Refused(ScanRefusal::NotEnough)).unwrap();
    for number in ["R1", "R2"] {
        let asked =
            refund("T20240102R", number).with("refund_fee", "40").with("notify_url", "http://127.0.0.1:9/refund");
        assert_eq!(ask(gateway, REFUND, &asked.signed()).outcome, "SUCCESS");
    }
    gateway.end_refund(None, "R1", RefundStatus::Change).unwrap();
    gateway.advance_s(1).unwrap();
    let before = shown(gateway);
    running.stop().await;

    let running = started(dir.path()).await;
    let gateway = &running.gateway;
    assert_eq!(shown(gateway), before);
    for (number, state) in [("T20240102W", "USERPAYING"), ("T20240102P", "SUCCESS"), ("T20240102F", "PAYERROR")] {
        assert_eq!(trade_state(gateway, number), state, "{number}");
    }
    let used = ask(gateway, MICROPAY, &micropay("T20240102X", "134512345678000001").signed());
    assert_eq!(used.outcome, "AUTH_CODE_INVALID", "a code pays once, also after a restart");
    let planned = ask(gateway, MICROPAY, &micropay("T20240102S", "134512345678000002").signed());
    assert_eq!(planned.outcome, "NOTENOUGH");
    gateway.advance_s(20).unwrap();
    assert_eq!(trade_state(gateway, "T20240102W"), "SUCCESS", "the payer still enters the password");
    assert_eq!(gateway.refund_of(None, "R2").unwrap().refund.status, RefundStatus::Success);
    let about: Vec<_> = gateway.notices(9).into_iter().filter_map(|notice| notice.out_refund_no).collect();
    assert_eq!(about, ["R2", "R1"]);
    let sums = gateway.sums();
    assert_eq!((sums.refunds, sums.refunded_fee, sums.refunding_fee), (2, 40, 40));
}

/// All refunds, without the place of their line in the journal of a run, which is no part of what happened.
fn shown(gateway: &Gateway) -> Vec<RefundView> {
    let views = gateway.refunds("", 9).into_iter();
    views.map(|view| RefundView { refund: Refund { changed: 0, ..view.refund }, ..view }).collect()
}
