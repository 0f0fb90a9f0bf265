//! Test orders: one or ten thousand, each committed before it is sent.

use desk_store::{Goods, Intent, NewOrder, Order, OrderState, Outcome, Placed, Profile, Settings, StoreError};
use tokio::task::JoinSet;
use wxpay_protocol::ids::{NonceStr, OpenId, OutTradeNo};
use wxpay_protocol::unified_order::{self, UnifiedOrder};
use wxpay_protocol::{Fen, Params, TradeType, UtcMs, xml};

use std::sync::Arc;

use crate::changes::Tag;
use crate::desk::Inner;
use crate::order_rules::{check_id, check_prose};
use crate::ordering::IN_FLIGHT_MS;
use crate::pace::Pace;
use crate::profiles::check_notify_url;
use crate::progress::{Cancel, Meter, OnProgress};
use crate::results::OrderResult;
use crate::settings::check_scene;
use crate::signer::Signer;
use crate::{Desk, DeskError};

/// The most orders of one call.
pub const COUNT_MAX: u32 = 10_000;
/// How old an unpaid order may be to be used again.
const REUSE_MS: i64 = 7 * UtcMs::DAY_MS;
/// Where notifications go when nobody said where: nowhere. Polling tells the state.
const NOWHERE: &str = "https://notify.invalid/wxpay";
const SCENE_INFO: &str = r#"{"h5_info":{"type":"Wap","wap_url":"https://example.com","wap_name":"WxPay Desk"}}"#;
/// A drawn number that exists already is drawn again; ten random digits make even one collision rare.
const DRAWS: usize = 8;

/// What is ordered.
#[derive(Clone, Debug)]
pub struct TestOrder {
    /// The profile that orders.
    pub profile: String,
    /// An article of the catalogue; must be on sale.
    pub goods_id: Option<String>,
    /// What the payer reads.
    pub body: String,
    /// The amount, at least 1 fen.
    pub total_fee: Fen,
    /// How it is paid.
    pub trade_type: TradeType,
    /// The payer; JSAPI needs it.
    pub openid: Option<String>,
    /// The product; NATIVE needs one and takes the article's id otherwise.
    pub product_id: Option<String>,
    /// Echoed in answers and bills.
    pub attach: Option<String>,
    /// Where the notification goes; the profile's address otherwise.
    pub notify_url: Option<String>,
    /// Four digits; the setting otherwise.
    pub scene: Option<String>,
    /// A number of one's own, for a single order.
    pub out_trade_no: Option<String>,
    /// How many, 1 to [`COUNT_MAX`].
    pub count: u32,
    /// Whether an unpaid order of the last seven days may be used again; counts for a single order without a number of its own.
    pub reuse: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct CreatedOrders {
    /// Confirmed by the gateway.
    pub created: u32,
    /// Used again and confirmed.
    pub reused: u32,
    /// Refused or not sent.
    pub rejected: u32,
    /// Sent, and nobody knows; polling finds out.
    pub unknown: u32,
    /// Every order, in the order of sending.
    pub orders: Vec<OrderResult>,
    /// Whether it was stopped before all were made.
    pub cancelled: bool,
    /// Why it ended early by itself: nothing could be sent.
    pub stopped: Option<String>,
}

impl Desk {
    /// Places test orders: committed, sent at the profile's rate, recorded in groups. Cancelling stops before the next group;
    /// what was committed is sent and recorded to its end.
    pub async fn create_orders(
        &self,
        order: TestOrder,
        progress: OnProgress,
        cancel: &Cancel,
    ) -> Result<CreatedOrders, DeskError> {
        let template = self.blocking(move |inner| Template::prepare(inner, order)).await?;
        let template = Arc::new(template);
        let mut created = CreatedOrders::default();
        let mut meter = Meter::new(u64::from(template.order.count), progress);
        let group = Pace::chunk(template.rate_per_s).max(4);
        let mut left = template.order.count;
        while left > 0 {
            if cancel.is_cancelled() {
                created.cancelled = true;
                break;
            }
            let count = left.min(group);
            let placed = self.place(&template, count).await?;
            let results = self.send_group(&template, placed).await?;
            let unsent = results.iter().find(|result| is_unsent(result)).map(|result| result.detail.clone());
            let all_unsent = results.iter().all(is_unsent);
            meter.add(results.len() as u64);
            for result in results {
                created.count(result);
            }
            left -= count;
            if all_unsent && left > 0 {
                created.stopped = unsent;
                break;
            }
        }
        self.inner.polling.wake();
        Ok(created)
    }

    async fn place(&self, template: &Arc<Template>, count: u32) -> Result<Vec<Ready>, DeskError> {
        let template = Arc::clone(template);
        let ready = self
            .blocking(move |inner| {
                if template.may_reuse() {
                    return Ok(vec![template.place_or_reuse(inner)?]);
                }
                template.place_many(inner, count)
            })
            .await?;
        let numbers: Vec<String> = ready.iter().map(|ready| ready.order.out_trade_no.to_string()).collect();
        self.inner.changes.note(Tag::Orders, numbers);
        Ok(ready)
    }

    async fn send_group(&self, template: &Arc<Template>, ready: Vec<Ready>) -> Result<Vec<OrderResult>, DeskError> {
        let mut sending = JoinSet::new();
        for (place, ready) in ready.into_iter().enumerate() {
            let (desk, template) = (self.clone(), Arc::clone(template));
            sending.spawn(async move {
                let pace =
                    desk.inner.pace(template.signer.profile.environment, template.signer.profile.mch_id.as_str());
                pace.take(1, template.rate_per_s).await;
                let sent = desk.send_create(&template.signer, &ready.order, &ready.request, ready.asked_seq).await;
                (place, ready, sent)
            });
        }
        let mut answered = sending.join_all().await;
        answered.sort_unstable_by_key(|(place, ..)| *place);
        let (mut orders, mut observations, mut fault) = (Vec::new(), Vec::new(), None);
        for (_, ready, sent) in answered {
            match sent {
                Ok(observation) => {
                    observations.push(observation);
                    orders.push(ready);
                }
                // The answers of the others are recorded before this one is told.
                Err(unsent) => fault = fault.or(Some(unsent)),
            }
        }
        let numbers = orders.iter().map(|ready| ready.order.out_trade_no.to_string()).collect();
        let recorded = self.record(observations.clone(), numbers).await?;
        if let Some(fault) = fault {
            return Err(fault);
        }
        let results = orders.iter().zip(&observations).zip(&recorded).map(|((ready, observation), recorded)| {
            let result = OrderResult::new(&ready.order, unified_order::PATH, observation, recorded);
            OrderResult { reused: ready.reused, ..result }
        });
        Ok(results.collect())
    }
}

impl CreatedOrders {
    fn count(&mut self, result: OrderResult) {
        let counter = match result.outcome {
            Outcome::Confirmed if result.reused => &mut self.reused,
            Outcome::Confirmed => &mut self.created,
            Outcome::Rejected => &mut self.rejected,
            Outcome::Unknown if result.return_msg.is_some() => &mut self.rejected,
            Outcome::Unknown => &mut self.unknown,
        };
        *counter += 1;
        self.orders.push(result);
    }
}

fn is_unsent(result: &OrderResult) -> bool {
    result.outcome == Outcome::Rejected && result.state == OrderState::Creating
}

/// An order that is committed, with its request.
struct Ready {
    order: Order,
    request: Params,
    asked_seq: i64,
    reused: bool,
}

/// What all orders of one call have in common, checked.
struct Template {
    order: TestOrder,
    signer: Signer,
    settings: Settings,
    rate_per_s: u32,
    openid: Option<OpenId>,
    product_id: Option<String>,
    notify_url: String,
    scene: String,
}

impl Template {
    fn prepare(inner: &Inner, order: TestOrder) -> Result<Self, DeskError> {
        if !(1..=COUNT_MAX).contains(&order.count) {
            return Err(DeskError::input("count", format!("must be 1 to {COUNT_MAX}")));
        }
        if order.out_trade_no.is_some() && order.count != 1 {
            return Err(DeskError::input("out_trade_no", "can only be given for a single order"));
        }
        let signer = inner.signer(&order.profile)?;
        let settings = inner.settings()?;
        let goods = order.goods_id.as_deref().map(|goods_id| on_sale(inner, goods_id)).transpose()?;
        check_prose("body", &order.body)?;
        for (field, text) in [
            ("attach", order.attach.as_deref()),
            ("product_id", order.product_id.as_deref()),
            ("openid", order.openid.as_deref()),
            ("out_trade_no", order.out_trade_no.as_deref()),
        ] {
            check_id(field, text.unwrap_or_default())?;
        }
        let own = order.product_id.clone().or(goods.map(|goods| goods.goods_id));
        let product_id = own.or_else(|| (order.trade_type == TradeType::Native).then(|| "wxpay-desk".to_owned()));
        let notify_url = order.notify_url.clone().or_else(|| signer.profile.notify_url.clone());
        let notify_url = notify_url.unwrap_or_else(|| NOWHERE.to_owned());
        check_notify_url(&notify_url)?;
        let scene = order.scene.clone().unwrap_or_else(|| settings.scene.clone());
        check_scene(&scene)?;
        let template = Self {
            rate_per_s: inner.rate_per_s(signer.profile.environment)?,
            openid: order.openid.as_deref().filter(|text| !text.is_empty()).map(OpenId::new).transpose()?,
            product_id,
            notify_url,
            scene,
            order,
            signer,
            settings,
        };
        // The rules of the protocol are checked once, before anything is committed.
        template.request(OutTradeNo::new("0".repeat(28))?, NonceStr::from_bytes([0; 16]))?;
        Ok(template)
    }

    fn may_reuse(&self) -> bool {
        self.order.reuse && self.order.count == 1 && self.order.out_trade_no.is_none()
    }

    fn profile(&self) -> &Profile {
        &self.signer.profile
    }

    fn request(&self, out_trade_no: OutTradeNo, nonce_str: NonceStr) -> Result<Params, DeskError> {
        let profile = self.profile();
        let mut request = UnifiedOrder::new(
            profile.appid.clone(),
            profile.mch_id.clone(),
            nonce_str,
            profile.sign_type,
            self.order.body.clone(),
            out_trade_no,
            self.order.total_fee,
            "127.0.0.1".to_owned(),
            self.notify_url.clone(),
            self.order.trade_type,
        );
        request.openid.clone_from(&self.openid);
        request.product_id.clone_from(&self.product_id);
        request.attach = self.attach();
        request.scene_info = (self.order.trade_type == TradeType::Mweb).then(|| SCENE_INFO.to_owned());
        request.sub_mch_id.clone_from(&profile.sub_mch_id);
        request.sub_appid.clone_from(&profile.sub_appid);
        Ok(request.params()?)
    }

    fn attach(&self) -> Option<String> {
        self.order.attach.clone().filter(|attach| !attach.is_empty())
    }

    fn new_order(&self, inner: &Inner) -> Result<(NewOrder, Params), DeskError> {
        let out_trade_no = match &self.order.out_trade_no {
            Some(own) => OutTradeNo::new(own.as_str())?,
            None => inner.new_number(&self.settings.out_trade_no_prefix, &self.scene)?,
        };
        let request = self.request(out_trade_no.clone(), inner.nonce()?)?;
        let written = xml::write(&request, xml::is_amount).map_err(wxpay_client::RequestFault::from)?;
        let (profile, now) = (self.profile(), inner.clock.now());
        let new = NewOrder {
            profile: profile.name.clone(),
            appid: profile.appid.clone(),
            mch_id: profile.mch_id.clone(),
            out_trade_no,
            sign_type: profile.sign_type,
            trade_type: self.order.trade_type,
            total_fee: self.order.total_fee,
            body: self.order.body.clone(),
            attach: self.attach(),
            openid: self.openid.clone(),
            product_id: self.product_id.clone(),
            notify_url: Some(self.notify_url.clone()),
            scene: Some(self.scene.clone()),
            created_at: now,
            expires_at: Some(now.plus_ms(i64::from(self.settings.expire_days) * UtcMs::DAY_MS)),
            first_query_at: now.plus_ms(IN_FLIGHT_MS),
            request: written,
        };
        Ok((new, request))
    }

    fn place_or_reuse(&self, inner: &Inner) -> Result<Ready, DeskError> {
        for _ in 0..DRAWS {
            let (new, request) = self.new_order(inner)?;
            let since = UtcMs(new.created_at.0.saturating_sub(REUSE_MS));
            match inner.store.place(new, since) {
                Ok(Placed::New(intent)) => return ready(inner, intent, request),
                Ok(Placed::Reused(order)) => return again(inner, *order),
                Err(StoreError::DuplicateNumber { .. }) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        Err(DeskError::Internal("drawing a number that is not taken"))
    }

    fn place_many(&self, inner: &Inner, count: u32) -> Result<Vec<Ready>, DeskError> {
        let mut placed = Vec::new();
        let mut missing = count as usize;
        for _ in 0..DRAWS {
            let drawn = (0..missing).map(|_| self.new_order(inner)).collect::<Result<Vec<_>, _>>()?;
            let (orders, requests): (Vec<_>, Vec<_>) = drawn.into_iter().unzip();
            for (intent, request) in inner.store.create_intents(orders)?.into_iter().zip(requests) {
                match intent {
                    Ok(intent) => placed.push(ready(inner, intent, request)?),
                    Err(StoreError::DuplicateNumber { .. }) if self.order.out_trade_no.is_none() => {}
                    Err(fault) => return Err(fault.into()),
                }
            }
            missing = (count as usize).saturating_sub(placed.len());
            if missing == 0 {
                return Ok(placed);
            }
        }
        Err(DeskError::Internal("drawing numbers that are not taken"))
    }
}

fn ready(inner: &Inner, intent: Intent, request: Params) -> Result<Ready, DeskError> {
    let order =
        inner.store.order_by_id(intent.order_id)?.ok_or(DeskError::Internal("reading a committed order back"))?;
    Ok(Ready { order, request, asked_seq: intent.asked_seq, reused: false })
}

/// The same parameters are sent again, down to the nonce.
fn again(inner: &Inner, order: Order) -> Result<Ready, DeskError> {
    let request = inner.committed_request(&order)?;
    let asked_seq = inner.store.begin_asking(&[order.id], inner.clock.now(), IN_FLIGHT_MS)?;
    let asked_seq = asked_seq.first().copied().ok_or(DeskError::Internal("numbering a request"))?;
    Ok(Ready { order, request, asked_seq, reused: true })
}

fn on_sale(inner: &Inner, goods_id: &str) -> Result<Goods, DeskError> {
    let goods = inner.store.goods_by_id(goods_id)?;
    let goods = goods.ok_or_else(|| DeskError::NotFound { what: "goods", name: goods_id.to_owned() })?;
    if goods.on_sale {
        Ok(goods)
    } else {
        Err(DeskError::input("goods_id", "is not on sale; put it on sale first or choose another"))
    }
}
