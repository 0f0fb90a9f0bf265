//! A desk places orders at a misbehaving gateway, customers pay, the desk asks until nothing is open, and the audit says what
//! it then believes. In virtual time: an hour takes as long as its questions.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use desk::simulator::faults::{FaultPlan, PlanError};
use desk::simulator::{Clock, CustomerError, Dice, Gateway, Merchant, Pay, Request, Switches, TimeScale};
use desk::vault::MemoryKeyring;
use desk::{Cancel, Desk, DeskError, Drain, Drained, NewProfile, Seams, SeededRandom, TestOrder, VirtualClock};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::{Appid, MchId};
use wxpay_protocol::{Fen, Params, Secret, SignType, TradeType, UtcMs, sign, xml};

use crate::audit::{Audit, audit};
use crate::faulty_wire::FaultyWire;

/// The protocol's documented example key; no merchant has it.
const KEY: &[u8] = b"0123456789abcdef0123456789ABCDEF";
const APPID: &str = "wx0000000000000001";
const MCH_ID: &str = "1900000001";
const PROFILE: &str = "ordeal";
/// 2024-01-02 03:04:05, Beijing time.
const START: UtcMs = UtcMs(1_704_135_845_000);

/// Why an ordeal could not be run; says nothing about the desk's beliefs.
#[derive(Debug, thiserror::Error)]
pub enum OrdealError {
    /// The desk failed.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The plan of faults.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The customer could not pay.
    #[error(transparent)]
    Customer(#[from] CustomerError),
    /// No folder, or no runtime.
    #[error("no place to run in: {0}")]
    Folder(std::io::Error),
    /// A name that is none.
    #[error("{0} is no valid id")]
    Id(&'static str),
}

/// One desk and one gateway.
pub struct Ordeal {
    /// The desk.
    pub desk: Desk,
    /// The gateway that knows the truth.
    pub gateway: Arc<Gateway>,
    /// Up to which place of the ledger the customer has looked.
    paid_to: AtomicUsize,
}

/// A signed request for 40 of the 101 fen that every order of an ordeal costs.
fn refund_request(out_trade_no: &str) -> Option<String> {
    let out_refund_no = format!("R{out_trade_no}");
    let mut params = Params::from_pairs([
        ("appid", APPID),
        ("mch_id", MCH_ID),
        ("nonce_str", "5d2b6c2a8db53831f7eda20af46e531c"),
        ("out_trade_no", out_trade_no),
        ("out_refund_no", out_refund_no.as_str()),
        ("total_fee", "101"),
        ("refund_fee", "40"),
    ])
    .ok()?;
    let signature = sign::sign(&params, &Secret::new(KEY.to_vec()), SignType::Md5);
    params.push("sign", &signature).ok()?;
    xml::write(&params, xml::is_amount).ok()
}

impl Ordeal {
    /// A new desk in `dir`, and a gateway with nothing in it. The seed decides every number.
    pub async fn begin(dir: &Path, seed: u64) -> Result<Self, OrdealError> {
        let appid = || Appid::new(APPID).map_err(|_| OrdealError::Id("appid"));
        let mch_id = || MchId::new(MCH_ID).map_err(|_| OrdealError::Id("mch_id"));
        let merchant = Merchant::new(appid()?, mch_id()?, Secret::new(KEY.to_vec()));
        let clock = Clock::new(START, TimeScale::FROZEN);
        let dice = Box::new(Dice::new(seed, 0));
        let gateway = Arc::new(Gateway::in_memory(clock, dice, vec![merchant], Switches::default()));
        let seams = Seams {
            clock: Arc::new(VirtualClock::starting_at(START)),
            random: Arc::new(SeededRandom::new(seed)),
            wire: Arc::new(FaultyWire::new(Arc::clone(&gateway))),
            keyring: Box::new(MemoryKeyring::usable()),
        };
        let desk = Desk::open(dir, seams).await?;
        desk.profile_add(NewProfile {
            name: PROFILE.to_owned(),
            appid: APPID.to_owned(),
            mch_id: MCH_ID.to_owned(),
            sign_type: SignType::Md5,
            environment: Environment::Simulator,
            base_url: Some("http://127.0.0.1:9".to_owned()),
            ca_file: None,
            notify_url: None,
            sub_mch_id: None,
            sub_appid: None,
            api_key: Secret::new(KEY.to_vec()),
            app_secret: None,
        })
        .await?;
        Ok(Self { desk, gateway, paid_to: AtomicUsize::new(0) })
    }

    /// The gateway misbehaves so from now on.
    pub fn suffer(&self, plan: FaultPlan) -> Result<(), OrdealError> {
        Ok(self.gateway.set_faults(plan)?)
    }

    /// Places so many orders; whatever becomes of them.
    pub async fn place(&self, count: u32) -> Result<(), OrdealError> {
        let order = TestOrder {
            profile: PROFILE.to_owned(),
            goods_id: None,
            body: "T恤 & 帽子".to_owned(),
            total_fee: Fen::new(101).unwrap_or_default(),
            trade_type: TradeType::Jsapi,
            openid: Some("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".to_owned()),
            product_id: None,
            attach: Some("shop-7".to_owned()),
            notify_url: None,
            scene: None,
            out_trade_no: None,
            count,
            reuse: false,
        };
        self.desk.create_orders(order, Box::new(|_| {}), &Cancel::new()).await?;
        Ok(())
    }

    /// The customer pays every other order that the gateway has got since the last time and that can be paid.
    pub fn pay_every_other(&self) -> Result<(), OrdealError> {
        let from = self.paid_to.fetch_max(self.gateway.status().orders, Ordering::Relaxed);
        let known = self.gateway.orders_from(from, usize::MAX);
        for (view, _) in known.iter().step_by(2).filter(|(view, _)| view.order.payment.is_none()) {
            match self.gateway.pay(Some(MCH_ID), view.order.out_trade_no(), &Pay::default()) {
                Ok(_) | Err(CustomerError::Impossible { .. }) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(())
    }

    /// Another program of the merchant asks for a part of every other payment back, of orders from that place of the ledger on,
    /// whatever it is told.
    pub fn refund_some(&self, from: usize) -> Result<(), OrdealError> {
        let known = self.gateway.orders_from(from, usize::MAX);
        for (view, _) in known.iter().filter(|(view, _)| view.order.payment.is_some()).step_by(2) {
            let number = view.order.out_trade_no();
            let body = refund_request(number).ok_or(OrdealError::Id("refund"))?;
            self.gateway.handle(&Request::post("/secapi/pay/refund", body.as_bytes()));
        }
        Ok(())
    }

    /// Asks until nothing is open or so many virtual seconds have passed; what is unpaid for a minute is closed.
    pub async fn drain(&self, timeout_s: u64) -> Result<Drained, OrdealError> {
        let drain = Drain {
            profile: None,
            timeout: Duration::from_secs(timeout_s),
            close_after: Some(Duration::from_secs(60)),
            rate_per_s: None,
        };
        Ok(self.desk.drain(drain, Box::new(|_| {}), &Cancel::new()).await?)
    }

    /// What the desk believes, against what is so.
    pub async fn audit(&self) -> Result<Audit, OrdealError> {
        Ok(audit(&self.desk, PROFILE, &self.gateway).await?)
    }
}
