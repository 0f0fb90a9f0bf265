//! A gateway behind its own TLS, good and spoilt: what cannot be trusted is told nothing, and that is known.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use desk::client::{HttpWire, Limits};
use desk::simulator::faults::{FaultPlan, Kind, Rule};
use desk::simulator::{Config, Merchant, Running, TlsSource, start};
use desk::store::{OrderState, Outcome};
use desk::vault::MemoryKeyring;
use desk::{Cancel, Desk, HeldBack, NewProfile, Seams, SystemRandom, VirtualClock};
use tempfile::TempDir;
use wxpay_protocol::ids::{Appid, MchId};

use crate::shop::*;

/// A desk that trusts the authority of its gateway, over a real wire.
async fn opened() -> (TempDir, Running, Desk) {
    let dir = tempfile::tempdir().unwrap();
    let merchant = Merchant::new(Appid::new(APPID).unwrap(), MchId::new(MCH_ID).unwrap(), key());
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let state_dir = Some(dir.path().join("gateway"));
    let running = start(Config { state_dir, tls: Some(TlsSource::Own), ..Config::new(listen, vec![merchant]) });
    let running = running.await.unwrap();
    let seams = Seams {
        clock: Arc::new(VirtualClock::starting_at(START)),
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
