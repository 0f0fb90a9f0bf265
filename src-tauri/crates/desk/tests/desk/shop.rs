//! A desk with one merchant, and a gateway in memory behind a wire that can spoil what goes through it.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use desk::client::{LostReason, NotSentReason, SessionCall, Wire, WireAnswer, WireCall, WireFault, WireReply};
use desk::simulator::{Clock as GatewayClock, Dice, Gateway, Merchant, Pay, Request, Switches, TimeScale};
use desk::store::{Order, OrderState};
use desk::vault::MemoryKeyring;
use desk::{Cancel, Clock, CreatedOrders, Desk, NewProfile, Seams, SystemRandom, TestOrder, VirtualClock};
use tempfile::TempDir;
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::{Fen, Params, Secret, SignType, TradeType, UtcMs, sign, xml};

pub(crate) const KEY: &str = "CanaryKey0123456789abcdef6a2dXYZ";
pub(crate) const APPID: &str = "wx0000000000000001";
pub(crate) const MCH_ID: &str = "1900000001";
pub(crate) const PAYER: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";
pub(crate) const START: UtcMs = UtcMs(1_704_135_845_000);

/// Changes the text of a genuine answer.
pub(crate) type Change = fn(&str) -> String;

/// What happens to one call.
#[derive(Clone)]
pub(crate) enum Fate {
    /// Nobody listens.
    NotSent,
    /// It breaks before the gateway read it.
    LostBefore,
    /// The gateway carries it out, and the answer is lost.
    LostAfter,
    /// The gateway carries it out; this comes back with this status.
    Instead(u16, String),
    /// The gateway never sees it; this comes back with status 200.
    NotSeen(String),
    /// The gateway carries it out; its answer is changed.
    Changed(Change),
    /// The gateway carries it out; its answer comes when it is told to.
    Held(Arc<tokio::sync::Notify>),
}

/// Every request to a path meets the next of the fates that were set for it.
pub(crate) struct SpoilingWire {
    pub(crate) gateway: Arc<Gateway>,
    fates: Mutex<VecDeque<(&'static str, Fate)>>,
    pub(crate) sent: Mutex<Vec<(String, String)>>,
}

impl SpoilingWire {
    pub(crate) fn to(gateway: &Arc<Gateway>) -> Self {
        Self { gateway: Arc::clone(gateway), fates: Mutex::default(), sent: Mutex::default() }
    }

    pub(crate) fn next(&self, path: &'static str, fate: Fate) {
        self.fates.lock().unwrap().push_back((path, fate));
    }

    /// Nothing that was set happens any more.
    pub(crate) fn forget(&self) {
        self.fates.lock().unwrap().clear();
    }

    fn fate(&self, path: &str) -> Option<Fate> {
        let mut fates = self.fates.lock().unwrap();
        let place = fates.iter().position(|(of, _)| *of == path)?;
        fates.remove(place).map(|(_, fate)| fate)
    }

    /// The bodies that were sent to a path.
    pub(crate) fn bodies(&self, path: &str) -> Vec<String> {
        let sent = self.sent.lock().unwrap();
        sent.iter().filter(|(of, _)| of == path).map(|(_, body)| body.clone()).collect()
    }
}

impl Wire for SpoilingWire {
    fn post<'a>(&'a self, call: WireCall<'a>) -> WireReply<'a> {
        let fate = self.fate(call.path);
        self.sent.lock().unwrap().push((call.path.to_owned(), call.body.to_owned()));
        let handle = || {
            let answer = self.gateway.handle(&Request::post(call.path, call.body.as_bytes()));
            (answer.status, answer.body.to_vec())
        };
        let answer = |(status, body): (u16, Vec<u8>)| Ok(WireAnswer { status, body, cut: false, encoded: false });
        let mut held = None;
        let came = match fate {
            None => answer(handle()),
            Some(Fate::Held(until)) => {
                held = Some(until);
                answer(handle())
            }
            Some(Fate::NotSent) => Err(WireFault::NotSent(NotSentReason::Refused)),
            Some(Fate::LostBefore) => Err(WireFault::Lost(LostReason::Broken)),
            Some(Fate::LostAfter) => {
                handle();
                Err(WireFault::Lost(LostReason::Deadline))
            }
            Some(Fate::Instead(status, body)) => {
                handle();
                answer((status, body.into_bytes()))
            }
            Some(Fate::NotSeen(body)) => answer((200, body.into_bytes())),
            Some(Fate::Changed(change)) => {
                let (status, body) = handle();
                answer((status, change(&String::from_utf8(body).unwrap()).into_bytes()))
            }
        };
        Box::pin(async move {
            if let Some(until) = held {
                until.notified().await;
            }
            came
        })
    }

    /// The gateway in memory is asked nothing about logins: what was set comes back, else nobody is there.
    fn session<'a>(&'a self, _call: SessionCall<'a>) -> WireReply<'a> {
        let came = match self.fate(LOGIN) {
            Some(Fate::NotSeen(body)) => {
                Ok(WireAnswer { status: 200, body: body.into_bytes(), cut: false, encoded: false })
            }
            Some(Fate::LostAfter) => Err(WireFault::Lost(LostReason::Deadline)),
            _ => Err(WireFault::NotSent(NotSentReason::Refused)),
        };
        Box::pin(async { came })
    }
}

/// The answer with its fields changed and signed anew with the genuine key: what only the gateway could have sent.
pub(crate) fn resigned(body: &str, sign_type: SignType, change: impl Fn(&str, &str) -> Option<String>) -> String {
    let params = xml::read(body.as_bytes(), "xml").unwrap();
    let mut changed = Params::new();
    for (name, value) in params.iter().filter(|(name, _)| *name != "sign") {
        if let Some(value) = change(name, value) {
            changed.push(name, &value).unwrap();
        }
    }
    let sign = sign::sign(&changed, &key(), sign_type);
    changed.push("sign", &sign).unwrap();
    xml::write(&changed, xml::is_amount).unwrap()
}

/// A signed refusal.
pub(crate) fn refusal(err_code: &str, err_code_des: &str) -> String {
    let body = format!(
        "<xml><return_code>SUCCESS</return_code><return_msg>OK</return_msg><appid>{APPID}</appid><mch_id>{MCH_ID}</mch_id>\
         <nonce_str>x</nonce_str><result_code>FAIL</result_code><err_code>{err_code}</err_code>\
         <err_code_des>{err_code_des}</err_code_des></xml>"
    );
    resigned(&body, SignType::Md5, |_, value| Some(value.to_owned()))
}

pub(crate) const UNSIGNED_FAIL: &str =
    "<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[参数格式校验错误]]></return_msg>\n</xml>";

pub(crate) const CREATE: &str = "/pay/unifiedorder";
pub(crate) const QUERY: &str = "/pay/orderquery";
pub(crate) const CLOSE: &str = "/pay/closeorder";
pub(crate) const LOGIN: &str = "/sns/jscode2session";

pub(crate) fn key() -> Secret {
    Secret::new(KEY.as_bytes().to_vec())
}

pub(crate) fn gateway() -> Arc<Gateway> {
    let merchant = Merchant::new(Appid::new(APPID).unwrap(), MchId::new(MCH_ID).unwrap(), key());
    let clock = GatewayClock::new(START, TimeScale::FROZEN);
    Arc::new(Gateway::in_memory(clock, Box::new(Dice::new(7, 0)), vec![merchant], Switches::default()))
}

/// A clock that somebody sets, or that finds the time changed after the machine slept.
pub(crate) struct LeapingClock {
    runs: VirtualClock,
    ahead_ms: AtomicI64,
}

impl LeapingClock {
    pub(crate) fn starting_at(start: UtcMs) -> Self {
        Self { runs: VirtualClock::starting_at(start), ahead_ms: AtomicI64::new(0) }
    }

    pub(crate) fn leap_s(&self, seconds: i64) {
        self.ahead_ms.fetch_add(seconds * 1000, Ordering::Relaxed);
    }
}

impl Clock for LeapingClock {
    fn now(&self) -> UtcMs {
        self.runs.now().plus_ms(self.ahead_ms.load(Ordering::Relaxed))
    }
}

/// One data folder, its desk, and the gateway.
pub(crate) struct Shop {
    pub(crate) desk: Desk,
    pub(crate) clock: Arc<LeapingClock>,
    pub(crate) wire: Arc<SpoilingWire>,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) keyring: MemoryKeyring,
    pub(crate) dir: TempDir,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let gateway = gateway();
        let keyring = MemoryKeyring::usable();
        let clock = Arc::new(LeapingClock::starting_at(START));
        let (desk, wire) = desk_by(dir.path(), &gateway, &keyring, Arc::<LeapingClock>::clone(&clock)).await;
        desk.profile_add(profile("shop")).await.unwrap();
        Self { desk, clock, wire, gateway, keyring, dir }
    }

    /// Another desk on the same folder and gateway, as another process would have.
    pub(crate) async fn second_desk(&self) -> (Desk, Arc<SpoilingWire>) {
        desk_on(self.dir.path(), &self.gateway, &self.keyring, self.desk.now()).await
    }

    pub(crate) async fn create(&self, order: TestOrder) -> CreatedOrders {
        self.desk.create_orders(order, Box::new(|_| {}), &Cancel::new()).await.unwrap()
    }

    /// One new order, confirmed or not.
    pub(crate) async fn create_one(&self) -> String {
        self.create(test_order()).await.orders.remove(0).out_trade_no
    }

    pub(crate) fn pay(&self, number: &str) {
        self.gateway.pay(None, number, &Pay::default()).unwrap();
    }

    pub(crate) async fn order(&self, number: &str) -> Order {
        self.desk.order_detail("shop", number).await.unwrap().order
    }

    pub(crate) async fn state(&self, number: &str) -> OrderState {
        self.order(number).await.state
    }

    pub(crate) async fn flags(&self, number: &str) -> Vec<&'static str> {
        self.order(number).await.flags.words()
    }

    /// Waits, in virtual time, until the order has a state, for at most so many seconds.
    pub(crate) async fn wait_for(&self, number: &str, state: OrderState, within_s: u64) {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(within_s);
        loop {
            let now = self.state(number).await;
            if now == state {
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "{number} is {now} and not {state} after {within_s} s");
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    }
}

pub(crate) async fn desk_on(
    dir: &Path,
    gateway: &Arc<Gateway>,
    keyring: &MemoryKeyring,
    start: UtcMs,
) -> (Desk, Arc<SpoilingWire>) {
    desk_by(dir, gateway, keyring, Arc::new(VirtualClock::starting_at(start))).await
}

async fn desk_by(
    dir: &Path,
    gateway: &Arc<Gateway>,
    keyring: &MemoryKeyring,
    clock: Arc<dyn Clock>,
) -> (Desk, Arc<SpoilingWire>) {
    let wire = Arc::new(SpoilingWire::to(gateway));
    let seams = Seams {
        clock,
        random: Arc::new(SystemRandom),
        wire: Arc::<SpoilingWire>::clone(&wire),
        keyring: Box::new(keyring.clone()),
    };
    (Desk::open(dir, seams).await.unwrap(), wire)
}

pub(crate) fn profile(name: &str) -> NewProfile {
    NewProfile {
        name: name.into(),
        appid: APPID.into(),
        mch_id: MCH_ID.into(),
        sign_type: SignType::Md5,
        environment: Environment::Simulator,
        base_url: Some("http://127.0.0.1:9".into()),
        ca_file: None,
        notify_url: None,
        sub_mch_id: None,
        sub_appid: None,
        api_key: key(),
        app_secret: None,
    }
}

pub(crate) fn test_order() -> TestOrder {
    TestOrder {
        profile: "shop".into(),
        goods_id: None,
        body: "T恤 & 帽子".into(),
        total_fee: Fen::new(101).unwrap(),
        trade_type: TradeType::Jsapi,
        openid: Some(PAYER.into()),
        product_id: None,
        attach: Some("shop-7".into()),
        notify_url: None,
        scene: None,
        out_trade_no: None,
        count: 1,
        reuse: false,
    }
}

/// Everything that needs a person, read page by page.
pub(crate) async fn all_alarms(desk: &Desk) -> Vec<desk::Alarm> {
    let mut page = desk.alarms(desk::AlarmFilter::default(), None, 100).await.unwrap();
    let mut all = std::mem::take(&mut page.alarms);
    while let Some(next) = page.next {
        page = desk.alarms(desk::AlarmFilter::default(), Some(next), 100).await.unwrap();
        all.append(&mut page.alarms);
    }
    all
}
