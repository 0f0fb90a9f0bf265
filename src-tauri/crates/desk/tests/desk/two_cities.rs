//! A merchant's open orders while one of WeChat Pay's two cities is down.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use desk::client::{NotSentReason, Wire, WireAnswer, WireCall, WireFault, WireReply};
use desk::store::OrderState;
use desk::vault::MemoryKeyring;
use desk::{Cancel, Desk, NewProfile, Seams, SystemRandom, VirtualClock};
use wxpay_protocol::environment::Environment;

use crate::shop::*;

const HOME: &str = "https://api.mch.weixin.qq.com";
const OTHER: &str = "https://api2.mch.weixin.qq.com";

/// What is wrong with the home city.
#[derive(Clone, Copy, Debug)]
enum Down {
    NotReached(NotSentReason),
    Status(u16),
}

/// Two cities with one gateway behind them.
struct TwoCities {
    gateway: Arc<SpoilingWire>,
    home: Mutex<Option<Down>>,
    asked: Mutex<Vec<String>>,
}

impl TwoCities {
    /// Where the questions since the last look went.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl Wire for TwoCities {
    fn post<'a>(&'a self, call: WireCall<'a>) -> WireReply<'a> {
        self.asked.lock().unwrap().push(call.to.base().to_owned());
        let down = self.home.lock().unwrap().filter(|_| call.to.base() == HOME);
        let came = match down {
            None => return self.gateway.post(call),
            Some(Down::NotReached(reason)) => Err(WireFault::NotSent(reason)),
            Some(Down::Status(status)) => Ok(WireAnswer { status, body: Vec::new(), cut: false, encoded: false }),
        };
        Box::pin(std::future::ready(came))
    }
}

/// A real merchant's desk on the two cities.
async fn real(dir: &std::path::Path) -> (Desk, Arc<TwoCities>) {
    let gateway = Arc::new(SpoilingWire::to(&gateway()));
    let cities = Arc::new(TwoCities { gateway, home: Mutex::default(), asked: Mutex::default() });
    let seams = Seams {
        clock: Arc::new(VirtualClock::starting_at(START)),
        random: Arc::new(SystemRandom),
        wire: Arc::<TwoCities>::clone(&cities),
        keyring: Box::new(MemoryKeyring::usable()),
    };
    let desk = Desk::open(dir, seams).await.unwrap();
    let own = NewProfile {
        environment: Environment::Production,
        base_url: None,
        notify_url: Some("https://shop.example.com/notify".into()),
        ..profile("shop")
    };
    desk.profile_add(own).await.unwrap();
    (desk, cities)
}

async fn is_away(desk: &Desk) -> bool {
    desk.polling_now(Some("shop")).await.unwrap().remove(0).other_city
}

#[tokio::test(start_paused = true)]
async fn open_orders_are_asked_about_in_the_other_city_while_one_is_down_and_at_home_again_afterwards() {
    for down in [
        Down::NotReached(NotSentReason::Dns),
        Down::NotReached(NotSentReason::ConnectTimeout),
        Down::NotReached(NotSentReason::Tls),
        Down::Status(502),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (desk, cities) = real(dir.path()).await;
        let created = desk.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
        let number = created.orders[0].out_trade_no.clone();
        let state = async || desk.order_detail("shop", &number).await.unwrap().order.state;
        assert_eq!(cities.asked(), [HOME], "{down:?}");

        *cities.home.lock().unwrap() = Some(down);
        desk.start_polling();
        tokio::time::sleep(Duration::from_secs(240)).await;
        assert_eq!((state().await, is_away(&desk).await), (OrderState::NotPay, true), "{down:?}");
        let asked = cities.asked();
        assert!(asked.starts_with(&[HOME.into(), HOME.into(), HOME.into(), OTHER.into()]), "{down:?}: {asked:?}");

        // While it is away, a payment is found there; at home it is looked for again, and kept to where it answers.
        cities.gateway.gateway.pay(None, &number, &desk::simulator::Pay::default()).unwrap();
        tokio::time::sleep(Duration::from_secs(400)).await;
        assert_eq!(state().await, OrderState::Success, "{down:?}");
        *cities.home.lock().unwrap() = None;
        let next = desk.create_orders(test_order(), Box::new(|_| {}), &Cancel::new()).await.unwrap();
        assert_eq!(next.created, 1, "{down:?}");
        tokio::time::sleep(Duration::from_secs(900)).await;
        assert!(!is_away(&desk).await, "{down:?}");
        assert_eq!(cities.asked().last().map(String::as_str), Some(HOME), "{down:?}");
        desk.stop_polling().await.unwrap();
    }
}
