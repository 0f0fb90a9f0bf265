//! Orders and answers that the tests speak of.

use desk_store::fold::Facts;
use desk_store::{
    Asked, Event, Evidence, Intent, NewClaim, NewObservation, NewOrder, Origin, PollPolicy, Recorded, Report,
    Signature, Source, Store,
};
use wxpay_protocol::ids::{Appid, MchId, OutTradeNo, PrepayId, TransactionId};
use wxpay_protocol::{Fen, SignType, TradeState, TradeType, UtcMs};

/// 2026-11-20 10:00:00 Beijing time.
pub(crate) const START: UtcMs = UtcMs(1_795_140_000_000);
pub(crate) const MCH_ID: &str = "1900000001";
pub(crate) const TRANSACTION: &str = "4200000000202611200000000001";
pub(crate) const OTHER_TRANSACTION: &str = "4200000000202611200000000002";
pub(crate) const TOTAL_FEE: i64 = 101;

pub(crate) fn after_ms(ms: i64) -> UtcMs {
    START.plus_ms(ms)
}

pub(crate) fn fen(fen: i64) -> Fen {
    Fen::new(fen).unwrap()
}

pub(crate) fn transaction(id: &str) -> TransactionId {
    TransactionId::new(id).unwrap()
}

pub(crate) fn facts(origin: Origin) -> Facts {
    Facts { origin, total_fee: fen(TOTAL_FEE), created_at: START, reversed: false }
}

pub(crate) fn created() -> Event {
    Event::Created {
        prepay_id: PrepayId::new("wx20111000000000000000000000000001").unwrap(),
        code_url: None,
        mweb_url: None,
    }
}

pub(crate) fn refused(err_code: &str, err_code_des: &str) -> Event {
    Event::Refused { err_code: err_code.into(), err_code_des: err_code_des.into() }
}

pub(crate) fn not_exist() -> Event {
    Event::OrderNotExist { err_code_des: "order not exist".into() }
}

pub(crate) fn unsigned_fail() -> Event {
    Event::UnsignedFail { return_msg: "签名错误，请检查后再试".into() }
}

pub(crate) fn unknown() -> Event {
    Event::Unknown { why: "no answer within 15 s".into() }
}

/// A reported state with all that WeChat sends along with it.
pub(crate) fn report(trade_state: TradeState, transaction_id: &str) -> Event {
    let pays = matches!(trade_state, TradeState::Success | TradeState::Refund);
    Event::TradeState(Report {
        trade_state,
        transaction_id: pays.then(|| transaction(transaction_id)),
        total_fee: pays.then(|| fen(TOTAL_FEE)),
        paid_at: pays.then(|| after_ms(60_000)),
    })
}

pub(crate) fn state(trade_state: TradeState) -> Event {
    report(trade_state, TRANSACTION)
}

/// Evidence number `seq`, asked and received at once, ten minutes after the one before.
pub(crate) fn seen(seq: i64, source: Source, event: Event) -> Evidence {
    let verified =
        !matches!(event, Event::UnsignedFail { .. } | Event::Unknown { .. } | Event::NotDone { .. } | Event::Claim(_));
    let at = after_ms(seq * 600_000);
    Evidence {
        asked_seq: seq,
        received_seq: seq,
        asked_at: Some(at),
        received_at: at,
        source,
        verified,
        signature: if verified { Signature::Valid } else { Signature::Unsigned },
        event,
        elsewhere: false,
    }
}

pub(crate) fn number(n: usize) -> String {
    format!("20261120100000{n:018}")
}

/// An order that a file names and says nothing more of.
pub(crate) fn new_claim(out_trade_no: &str) -> NewClaim {
    let order = new_order(out_trade_no);
    NewClaim {
        profile: order.profile,
        appid: order.appid,
        mch_id: order.mch_id,
        out_trade_no: order.out_trade_no,
        sign_type: order.sign_type,
        origin: Origin::Import,
        total_fee: order.total_fee,
        trade_type: Some("MICROPAY".into()),
        body: order.body,
        attach: None,
        openid: None,
        created_at: START,
        claimed_at: after_ms(1_000),
        state: None,
        transaction_id: None,
        paid_at: None,
        next_query_at: None,
        raw: None,
    }
}

pub(crate) fn new_order(out_trade_no: &str) -> NewOrder {
    NewOrder {
        profile: "shop".into(),
        appid: Appid::new("wx0000000000000001").unwrap(),
        mch_id: MchId::new(MCH_ID).unwrap(),
        out_trade_no: OutTradeNo::new(out_trade_no).unwrap(),
        sign_type: SignType::Md5,
        trade_type: TradeType::Native,
        total_fee: fen(TOTAL_FEE),
        body: "咖啡 拿铁".into(),
        attach: None,
        openid: None,
        product_id: Some("latte".into()),
        notify_url: Some("http://127.0.0.1:9/notify".into()),
        scene: Some("0001".into()),
        created_at: START,
        expires_at: Some(after_ms(7 * 86_400_000)),
        first_query_at: after_ms(20_000),
        request: "<xml><body>咖啡 拿铁</body></xml>".into(),
    }
}

/// An observation of an order, asked under `seq` at `at` and answered a second later.
pub(crate) fn answer(order_id: i64, seq: i64, at: UtcMs, source: Source, event: Event) -> NewObservation {
    let evidence = seen(0, source, event);
    NewObservation {
        order_id,
        source,
        asked: Some(Asked { seq, at }),
        received_at: at.plus_ms(1_000),
        verified: evidence.verified,
        signature: evidence.signature,
        event: evidence.event,
        raw: Some("<xml/>".into()),
    }
}

pub(crate) fn notice(order_id: i64, at: UtcMs) -> NewObservation {
    NewObservation {
        asked: None,
        received_at: at,
        ..answer(order_id, 0, at, Source::Notice, state(TradeState::Success))
    }
}

pub(crate) fn place(store: &Store, n: usize) -> Intent {
    store.create_intent(new_order(&number(n))).unwrap()
}

/// Places an order and records that its creation was accepted.
pub(crate) fn place_created(store: &Store, n: usize) -> i64 {
    let intent = place(store, n);
    record(store, answer(intent.order_id, intent.asked_seq, START, Source::Create, created()));
    intent.order_id
}

pub(crate) fn record(store: &Store, observation: NewObservation) -> Recorded {
    store.record(vec![observation], &PollPolicy::default()).unwrap().remove(0)
}

/// Asks about an order at `at` and records the answer.
pub(crate) fn ask(store: &Store, order_id: i64, at: UtcMs, event: Event) -> Recorded {
    let seq = store.begin_asking(&[order_id], at, 60_000).unwrap()[0];
    record(store, answer(order_id, seq, at, Source::Query, event))
}
