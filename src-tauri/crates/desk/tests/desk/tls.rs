//! A gateway behind its own TLS, good and spoilt: what cannot be trusted is told nothing, and that is known.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use desk::client::{HttpWire, Limits};
use desk::simulator::faults::{FaultPlan, Kind, Rule};
use desk::simulator::{Config, Merchant, Pay, Running, TlsSource, start};
use desk::store::{OrderState, Outcome, RefundState};
use desk::vault::MemoryKeyring;
use desk::{
    AlarmAbout, AlarmKind, Cancel, CertificateFile, Clock, Counted, Desk, DeskError, HeldBack, NewProfile, RefundWish,
    Seams, SystemClock, SystemRandom, VirtualClock,
};
use tempfile::TempDir;
use wxpay_protocol::Secret;
use wxpay_protocol::ids::{Appid, MchId};

use crate::refunds::wish;
use crate::shop::*;

/// A desk that trusts the authority of its gateway, over a real wire.
async fn opened() -> (TempDir, Running, Desk) {
    opened_by(Arc::new(VirtualClock::starting_at(START))).await
}

/// The same by another clock; certificates follow the real one.
async fn opened_by(clock: Arc<dyn Clock>) -> (TempDir, Running, Desk) {
    let dir = tempfile::tempdir().unwrap();
    let merchant = Merchant::new(Appid::new(APPID).unwrap(), MchId::new(MCH_ID).unwrap(), key());
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let state_dir = Some(dir.path().join("gateway"));
    let running = start(Config { state_dir, tls: Some(TlsSource::Own), ..Config::new(listen, vec![merchant]) });
    let running = running.await.unwrap();
    let seams = Seams {
        clock,
        random: Arc::new(SystemRandom),
        wire: Arc::new(HttpWire::new(Limits::default())),
        keyring: Box::new(MemoryKeyring::usable()),
    };
    let desk = Desk::open(&dir.path().join("desk"), seams).await.unwrap();
    let ca_file = running.gateway.tls_files().map(|files| files.ca.clone());
    desk.profile_add(NewProfile { base_url: Some(running.url.clone()), ca_file, ..profile("shop") }).await.unwrap();
    (dir, running, desk)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_to_a_server_that_cannot_be_trusted_is_known_not_to_have_been_sent() {
    let (_dir, running, desk) = opened().await;
    for kind in [
        Kind::TlsSelfSigned,
        Kind::TlsExpired,
        Kind::TlsWrongHost,
        Kind::TlsUntrustedRoot,
        Kind::TlsOldVersion,
        Kind::TlsNameRefused,
        Kind::TlsClosed,
    ] {
        running.gateway.set_faults(FaultPlan { seed: 1, rules: vec![Rule::always(kind)] }).unwrap();
        let created = desk.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
        let order = &created.orders[0];
        assert_eq!((order.outcome, order.exit_status()), (Outcome::Rejected, 4), "{kind:?}");
        let detail = desk.order_detail("shop", &order.out_trade_no).await.unwrap();
        assert!(!detail.order.flags.words().contains(&"unknown"), "{kind:?}");
        assert_eq!(desk.held_back("shop").await.unwrap(), Some(HeldBack::Unreachable), "{kind:?}");
    }
    assert_eq!(running.gateway.status().requests, 0, "a request went to a server that was not to be trusted");

    running.gateway.set_faults(FaultPlan::default()).unwrap();
    let created = desk.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
    assert_eq!(created.orders[0].state, OrderState::NotPay);
    assert_eq!(running.gateway.orders("", 10).len(), 1);
    running.stop().await;
}

fn p12(running: &Running) -> Vec<u8> {
    let mch_id = MchId::new(MCH_ID).unwrap();
    let files = running.gateway.tls_files().unwrap();
    let own = files.merchants.iter().find(|(of, _)| *of == mch_id);
    std::fs::read(&own.unwrap().1.p12).unwrap()
}

fn import(bytes: Vec<u8>) -> CertificateFile {
    CertificateFile::P12 { bytes: Secret::new(bytes), password: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_needs_the_merchants_certificate_and_goes_through_with_it() {
    let (_dir, running, desk) = opened_by(Arc::new(SystemClock)).await;
    let created = desk.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
    let number = created.orders[0].out_trade_no.clone();
    running.gateway.pay(None, &number, &Pay::default()).unwrap();
    let without = desk.create_refund(wish(&number, 1)).await.unwrap();
    assert_eq!((without.state, without.exit_status()), (RefundState::Unknown, 5));
    assert!(without.detail.contains("certificate"), "{}", without.detail);

    let shown = desk.certificate_import("shop", import(p12(&running))).await.unwrap();
    assert_eq!(shown.certificate.unwrap().common_name, MCH_ID);
    let again = RefundWish { out_refund_no: Some(without.out_refund_no.clone()), ..wish(&number, 1) };
    let accepted = desk.create_refund(again).await.unwrap();
    assert_eq!((accepted.exit_status(), &accepted.out_refund_no), (0, &without.out_refund_no));
    assert_eq!(desk.create_refund(wish(&number, 100)).await.unwrap().exit_status(), 0);
    assert_eq!(running.gateway.refunds_page("", 0, 9).total, 2);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_valid_now_is_refused_and_one_that_ended_stops_a_refund_before_it_is_sent() {
    let (dir, running, desk) = opened().await;
    let early = desk.certificate_import("shop", import(p12(&running))).await.unwrap_err();
    assert!(matches!(&early, DeskError::Input { field: "certificate", .. }), "{early}");
    drop(desk);

    let keyring = MemoryKeyring::usable();
    let desk_at = async |clock: Arc<dyn Clock>| {
        let seams = Seams {
            clock,
            random: Arc::new(SystemRandom),
            wire: Arc::new(HttpWire::new(Limits::default())),
            keyring: Box::new(keyring.clone()),
        };
        Desk::open(&dir.path().join("other"), seams).await.unwrap()
    };
    let desk = desk_at(Arc::new(SystemClock)).await;
    let ca_file = running.gateway.tls_files().map(|files| files.ca.clone());
    desk.profile_add(NewProfile { base_url: Some(running.url.clone()), ca_file, ..profile("shop") }).await.unwrap();
    let ends = desk.certificate_import("shop", import(p12(&running))).await.unwrap().certificate.unwrap().not_after;
    let created = desk.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
    let number = created.orders[0].out_trade_no.clone();
    running.gateway.pay(None, &number, &Pay::default()).unwrap();
    drop(desk);

    let late = desk_at(Arc::new(VirtualClock::starting_at(ends))).await;
    let refused = late.create_refund(wish(&number, 1));
    let refused = refused.await.unwrap_err().to_string();
    assert!(refused.contains("ended on") && refused.contains("nothing was sent"), "{refused}");
    assert!(late.refunds_of("shop", &number).await.unwrap().is_empty(), "nothing is held");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_an_alarm_that_is_listed_and_counted_from_thirty_days_before_its_end() {
    const DAY_S: i64 = 86_400;
    let clock = Arc::new(LeapingClock::starting_at(SystemClock.now()));
    let (_dir, running, desk) = opened_by(Arc::<LeapingClock>::clone(&clock)).await;
    let ends = desk.certificate_import("shop", import(p12(&running))).await.unwrap().certificate.unwrap().not_after;
    for (before_end_s, expected) in [
        (31 * DAY_S, None),
        (29 * DAY_S, Some(AlarmKind::CertificateExpires)),
        (-DAY_S, Some(AlarmKind::CertificateExpired)),
    ] {
        clock.leap_s((ends.0 - clock.now().0) / 1_000 - before_end_s);
        let alarms = all_alarms(&desk).await;
        let listed = alarms.iter().map(|alarm| (alarm.kind, alarm.profile.as_str(), &alarm.about, alarm.at));
        let told = expected.map(|kind| (kind, "shop", &AlarmAbout::Merchant, ends));
        assert_eq!(listed.collect::<Vec<_>>(), told.into_iter().collect::<Vec<_>>(), "{before_end_s} s before");
        let counted = desk.alarm_counts(None).await.unwrap().kinds.into_iter().collect::<Vec<_>>();
        let counts = expected.map(|kind| (kind, Counted { count: 1, unseen: 1 }));
        assert_eq!(counted, counts.into_iter().collect::<Vec<_>>(), "{before_end_s} s before");
    }
    running.stop().await;
}
