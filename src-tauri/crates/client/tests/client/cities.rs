//! Which of WeChat Pay's two cities is asked, on a wire that is told which of them can be reached.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use wxpay_client::{
    Client, Destination, Doubt, LostReason, Merchant, NotSentReason, Outcome, Rejection, Wire, WireAnswer, WireCall,
    WireFault, WireReply,
};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::{Params, Secret, SignType};

use crate::gateway::KEY;

const API: &str = "https://api.mch.weixin.qq.com";
const API2: &str = "https://api2.mch.weixin.qq.com";

/// Why a host takes no request.
#[derive(Clone, Copy, Debug)]
enum Down {
    NotReached(NotSentReason),
    Status(u16),
}

/// Which hosts answer, and every request that was tried: where, and its bytes.
#[derive(Default)]
struct Map {
    down: Mutex<Vec<(&'static str, Down)>>,
    lost: Mutex<bool>,
    tried: Mutex<Vec<(String, String)>>,
}

impl Map {
    fn repair(&self) {
        self.down.lock().unwrap().clear();
    }

    fn breaks(&self, host: &'static str, down: Down) {
        self.down.lock().unwrap().push((host, down));
    }
}

impl Wire for Map {
    fn post<'a>(&'a self, call: WireCall<'a>) -> WireReply<'a> {
        self.tried.lock().unwrap().push((call.to.base().to_owned(), call.body.to_owned()));
        let down = self.down.lock().unwrap().iter().find(|(host, _)| *host == call.to.base()).map(|(_, down)| *down);
        let answered = |status| Ok(WireAnswer { status, body: b"<xml></xml>".to_vec(), cut: false, encoded: false });
        let answer = match down {
            Some(Down::NotReached(reason)) => Err(WireFault::NotSent(reason)),
            Some(Down::Status(status)) => answered(status),
            None if *self.lost.lock().unwrap() => Err(WireFault::Lost(LostReason::Broken)),
            None => answered(200),
        };
        Box::pin(std::future::ready(answer))
    }
}

struct Merchantry {
    map: Arc<Map>,
    client: Client,
    to: Destination,
}

fn asking(environment: Environment, unreachable: &[&'static str]) -> Merchantry {
    let map = Arc::new(Map::default());
    for host in unreachable {
        map.breaks(host, Down::NotReached(NotSentReason::Refused));
    }
    let base_url = (environment == Environment::Simulator).then_some("http://127.0.0.1:1");
    let to = Destination::new(environment, base_url, None).unwrap();
    Merchantry { client: Client::new(map.clone()), map, to }
}

impl Merchantry {
    /// One request; true if its outcome is that nothing was sent.
    async fn ask(&self) -> bool {
        let key = Secret::new(KEY.to_vec());
        let merchant =
            Merchant { appid: "wx0000000000000001", mch_id: "1900000001", sign_type: SignType::Md5, key: &key };
        let mut request = Params::default();
        request.push("out_trade_no", "T20240102030405_001").unwrap();
        request.push("nonce_str", "5K8264ILTKCH16CQ2502SI8ZNMTM67VS").unwrap();
        let outcome = self.client.create_order(&self.to, merchant, &request).await.unwrap().outcome;
        matches!(outcome, Outcome::Rejected(Rejection::NotSent(_)))
    }

    fn tried(&self) -> Vec<String> {
        std::mem::take(&mut *self.map.tried.lock().unwrap()).into_iter().map(|(base, _)| base).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn after_three_connections_that_failed_the_same_bytes_go_to_the_other_city() {
    let shop = asking(Environment::Production, &[API]);
    assert!(shop.ask().await && shop.ask().await, "two failures are said as they are");
    assert!(!shop.client.is_away(&shop.to));
    assert!(!shop.ask().await, "the third goes on at the other city");
    assert!(shop.client.is_away(&shop.to));
    let bodies: Vec<String> = shop.map.tried.lock().unwrap().iter().map(|(_, body)| body.clone()).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "the same identity, byte for byte");
    assert_eq!(shop.tried(), [API, API, API, API2]);
    shop.ask().await;
    assert_eq!(shop.tried(), [API2], "and the next one goes there at once");
}

#[tokio::test(start_paused = true)]
async fn the_home_city_is_tried_again_after_five_minutes_and_kept_when_it_answers() {
    let shop = asking(Environment::Production, &[API]);
    for _ in 0..3 {
        shop.ask().await;
    }
    shop.tried();
    tokio::time::advance(Duration::from_secs(301)).await;
    shop.ask().await;
    assert_eq!(shop.tried(), [API, API2], "still away, and this request was not lost on the way");
    shop.ask().await;
    assert_eq!(shop.tried(), [API2], "one request tries, not each");
    shop.map.repair();
    tokio::time::advance(Duration::from_secs(301)).await;
    shop.ask().await;
    shop.ask().await;
    assert_eq!(shop.tried(), [API, API]);
    assert!(!shop.client.is_away(&shop.to));
}

#[tokio::test(start_paused = true)]
async fn whichever_way_a_city_is_not_reached_the_other_one_is_asked() {
    use NotSentReason as Reason;
    for reason in [Reason::Dns, Reason::Refused, Reason::ConnectTimeout, Reason::Tls, Reason::Connect] {
        let shop = asking(Environment::Production, &[]);
        shop.map.breaks(API, Down::NotReached(reason));
        let not_sent = [shop.ask().await, shop.ask().await, shop.ask().await];
        assert_eq!((not_sent, shop.client.is_away(&shop.to)), ([true, true, false], true), "{reason:?}");
        assert_eq!(shop.tried(), [API, API, API, API2], "{reason:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_city_whose_server_fails_is_left_for_the_other_one_but_no_request_is_sent_to_both() {
    let shop = asking(Environment::Production, &[]);
    shop.map.breaks(API, Down::Status(503));
    for _ in 0..4 {
        shop.ask().await;
    }
    assert_eq!(shop.tried(), [API, API, API, API2], "the fourth request is another one");
    assert!(shop.client.is_away(&shop.to));
    tokio::time::advance(Duration::from_secs(301)).await;
    shop.ask().await;
    shop.ask().await;
    assert_eq!(shop.tried(), [API, API2], "it still fails");
    shop.map.repair();
    tokio::time::advance(Duration::from_secs(301)).await;
    shop.ask().await;
    shop.ask().await;
    assert_eq!((shop.tried(), shop.client.is_away(&shop.to)), (vec![API.to_owned(); 2], false), "and back");
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_other_city_asks_home_again_and_waits_there_only_once() {
    let shop = asking(Environment::Production, &[API]);
    for _ in 0..3 {
        shop.ask().await;
    }
    shop.tried();
    shop.map.breaks(API2, Down::Status(502));
    shop.ask().await;
    assert_eq!((shop.tried(), shop.client.is_away(&shop.to)), (vec![API2.to_owned()], false));
    shop.map.repair();
    shop.map.breaks(API, Down::NotReached(NotSentReason::Refused));
    assert!(!shop.ask().await, "home is still down, and the request goes on at once");
    assert_eq!((shop.tried(), shop.client.is_away(&shop.to)), (vec![API.to_owned(), API2.to_owned()], true));
}

#[tokio::test(start_paused = true)]
async fn a_page_of_another_status_is_no_reason_to_leave_a_city() {
    let shop = asking(Environment::Production, &[]);
    shop.map.breaks(API, Down::Status(404));
    for _ in 0..5 {
        shop.ask().await;
    }
    assert_eq!(shop.tried(), [API; 5]);
}

#[tokio::test(start_paused = true)]
async fn what_may_have_arrived_is_never_sent_to_a_second_city() {
    let shop = asking(Environment::Production, &[]);
    *shop.map.lost.lock().unwrap() = true;
    for _ in 0..10 {
        shop.ask().await;
    }
    assert_eq!(shop.tried(), [API; 10]);
    let key = Secret::new(KEY.to_vec());
    let merchant = Merchant { appid: "wx0000000000000001", mch_id: "1900000001", sign_type: SignType::Md5, key: &key };
    let outcome = shop.client.close_order(&shop.to, merchant, &Params::default()).await.unwrap().outcome;
    assert!(matches!(outcome, Outcome::Unknown(Doubt::Lost(LostReason::Broken))), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_between_starts_the_count_anew() {
    let shop = asking(Environment::Production, &[API]);
    shop.ask().await;
    shop.ask().await;
    shop.map.repair();
    shop.ask().await;
    shop.map.breaks(API, Down::NotReached(NotSentReason::Refused));
    shop.ask().await;
    shop.ask().await;
    assert_eq!(shop.tried(), [API; 5]);
}

#[tokio::test(start_paused = true)]
async fn where_neither_city_is_reached_nothing_was_sent_and_home_is_tried_first_again() {
    let shop = asking(Environment::Standby, &[API, API2]);
    for _ in 0..4 {
        assert!(shop.ask().await);
    }
    assert_eq!(shop.tried(), [API2, API2, API2, API, API]);
    assert!(!shop.client.is_away(&shop.to));
}

#[tokio::test(start_paused = true)]
async fn a_sandbox_and_a_simulator_have_one_city() {
    for environment in [Environment::Sandbox, Environment::Simulator] {
        let shop = asking(environment, &[API, "http://127.0.0.1:1"]);
        for _ in 0..5 {
            assert!(shop.ask().await);
        }
        assert_eq!(shop.tried().len(), 5, "{environment:?}");
    }
}
