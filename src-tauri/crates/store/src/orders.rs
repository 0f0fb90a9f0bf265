//! Orders: the intent that is committed before anything is sent, claims, and reading them back.

use std::cell::Cell;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, named_params, params};
use wxpay_protocol::ids::{Appid, MchId, OpenId, OutTradeNo, PrepayId, TransactionId};
use wxpay_protocol::{Fen, SignType, TradeType, UtcMs};

use crate::columns::{fen, fen_if_any, id, id_if_any, sign_type, time, time_if_any};
use crate::record::{append, next_seq};
use crate::{
    Advice, Claim, Event, Flags, NewObservation, OrderState, Origin, PollPolicy, Signature, Source, Store, StoreError,
};

/// An order to be placed: everything that is committed before the request leaves.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// The profile that places it.
    pub profile: String,
    /// The app.
    pub appid: Appid,
    /// The merchant.
    pub mch_id: MchId,
    /// The merchant's number; unique per merchant.
    pub out_trade_no: OutTradeNo,
    /// How it is signed; answers and notices are checked with this, whatever they say themselves.
    pub sign_type: SignType,
    /// How it is paid.
    pub trade_type: TradeType,
    /// The amount.
    pub total_fee: Fen,
    /// What the payer reads.
    pub body: String,
    /// Echoed by WeChat; compared with this.
    pub attach: Option<String>,
    /// The payer, for JSAPI.
    pub openid: Option<OpenId>,
    /// The goods, for NATIVE and for using an unpaid order again.
    pub product_id: Option<String>,
    /// Where notifications go.
    pub notify_url: Option<String>,
    /// The scene code of the number, four digits.
    pub scene: Option<String>,
    /// Now.
    pub created_at: UtcMs,
    /// When an unpaid order is queried for the last time and closed.
    pub expires_at: Option<UtcMs>,
    /// When the first question is due if no answer to the creation is ever recorded; later than the request's deadline.
    pub first_query_at: UtcMs,
    /// The request's XML without its sign, sent again unchanged if it must be.
    pub request: String,
}

/// A committed intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The order's id in the store.
    pub order_id: i64,
    /// The counter before sending, for [`crate::Asked`].
    pub asked_seq: i64,
}

/// What [`Store::place`] found or made.
#[derive(Clone, Debug)]
pub enum Placed {
    /// A new intent; send it.
    New(Intent),
    /// An unpaid order of the same payer, goods and type; use it again.
    Reused(Box<Order>),
}

/// An order that somebody claims to exist.
#[derive(Clone, Debug)]
pub struct NewClaim {
    /// The profile that it belongs to.
    pub profile: String,
    /// The app.
    pub appid: Appid,
    /// The merchant.
    pub mch_id: MchId,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// How answers are to be checked.
    pub sign_type: SignType,
    /// Import or Lookup.
    pub origin: Origin,
    /// Its amount.
    pub total_fee: Fen,
    /// JSAPI, MICROPAY and so on, as the file has it.
    pub trade_type: Option<String>,
    /// What the payer read.
    pub body: String,
    /// Attach, if the file has it.
    pub attach: Option<String>,
    /// The payer, if the file has it.
    pub openid: Option<OpenId>,
    /// When it is said to have been created, else when it was imported.
    pub created_at: UtcMs,
    /// When it was imported.
    pub claimed_at: UtcMs,
    /// The state that it is said to have.
    pub state: Option<OrderState>,
    /// The transaction_id that it is said to have.
    pub transaction_id: Option<TransactionId>,
    /// When it is said to have been paid.
    pub paid_at: Option<UtcMs>,
    /// When it is asked about first; nothing when it need not be.
    pub next_query_at: Option<UtcMs>,
    /// The line of the file, for people.
    pub raw: Option<String>,
}

impl NewClaim {
    /// What is claimed as evidence; `total_fee` only where it differs from what is known.
    pub(crate) fn observation(&self, order_id: i64, total_fee: Option<Fen>) -> NewObservation {
        NewObservation {
            order_id,
            source: Source::Import,
            asked: None,
            received_at: self.claimed_at,
            verified: false,
            signature: Signature::Unsigned,
            event: Event::Claim(Claim {
                state: self.state,
                transaction_id: self.transaction_id.clone(),
                paid_at: self.paid_at,
                total_fee,
            }),
            raw: self.raw.clone(),
        }
    }
}

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// The order is new in the store.
    Added(i64),
    /// The order was there; the claim says something new and was kept beside it.
    Known(i64),
    /// The order was there, with the same claim or better evidence of the same.
    Unchanged(i64),
}

/// An order as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The store's own id.
    pub id: i64,
    /// The profile that placed or imported it.
    pub profile: String,
    /// The app.
    pub appid: Appid,
    /// The merchant.
    pub mch_id: MchId,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// Where it comes from.
    pub origin: Origin,
    /// How it is signed.
    pub sign_type: SignType,
    /// How it is paid, as text.
    pub trade_type: Option<String>,
    /// The amount; of an import the claimed one, until a verified report names it.
    pub total_fee: Fen,
    /// What the payer reads.
    pub body: String,
    /// What WeChat must echo.
    pub attach: Option<String>,
    /// The payer.
    pub openid: Option<OpenId>,
    /// The goods.
    pub product_id: Option<String>,
    /// Where notifications go.
    pub notify_url: Option<String>,
    /// The scene code.
    pub scene: Option<String>,
    /// When the intent was committed, or the claimed time.
    pub created_at: UtcMs,
    /// When an unpaid order is closed.
    pub expires_at: Option<UtcMs>,
    /// The verified state.
    pub state: OrderState,
    /// The marks beside it.
    pub flags: Flags,
    /// What an import says, never verified.
    pub claimed_state: Option<OrderState>,
    /// What an import says, never verified.
    pub claimed_transaction_id: Option<TransactionId>,
    /// What an import says, never verified.
    pub claimed_paid_at: Option<UtcMs>,
    /// The amount that an import claimed, where verified evidence named another one.
    pub claimed_total_fee: Option<Fen>,
    /// WeChat's number, verified.
    pub transaction_id: Option<TransactionId>,
    /// The amount paid, verified.
    pub paid_fee: Option<Fen>,
    /// When it was paid (`time_end`), verified.
    pub paid_at: Option<UtcMs>,
    /// The sum of successful refunds.
    pub refunded_fee: Fen,
    /// The session of the payment.
    pub prepay_id: Option<PrepayId>,
    /// When it arrived; it lives for two hours.
    pub prepay_at: Option<UtcMs>,
    /// What a NATIVE QR code holds.
    pub code_url: Option<String>,
    /// Where an MWEB payer is sent.
    pub mweb_url: Option<String>,
    /// What is to be done when it is due.
    pub advice: Advice,
    /// When anything of it changed last.
    pub changed_at: UtcMs,
    /// When it is asked about next; nothing when it is not polled.
    pub next_query_at: Option<UtcMs>,
}

impl Order {
    /// The amount that answers and notices must name. What an import says is a claim, and nothing is refused because of it.
    pub fn proven_fee(&self) -> Option<Fen> {
        if self.origin == Origin::Import { self.paid_fee } else { Some(self.total_fee) }
    }

    /// What answers and notices must echo; nothing where only an import says so.
    pub fn proven_attach(&self) -> Option<&str> {
        self.attach.as_deref().filter(|_| self.origin != Origin::Import)
    }
}

/// The columns of an [`Order`].
pub(crate) const ORDER: &str = "id, profile, appid, mch_id, out_trade_no, origin, sign_type, trade_type, total_fee, body, attach, openid, product_id, \
     notify_url, scene, created_at, expires_at, state, flags, claimed_state, claimed_transaction_id, claimed_paid_at, claimed_total_fee, transaction_id, paid_fee, \
     paid_at, refunded_fee, prepay_id, prepay_at, code_url, mweb_url, advice, changed_at, next_query_at";

pub(crate) fn order(row: &Row<'_>) -> rusqlite::Result<Order> {
    // By place, in the order of `ORDER`: looking up three dozen names for every row costs as much as the row.
    let place = Cell::new(0);
    let next = || place.replace(place.get() + 1);
    Ok(Order {
        id: row.get(next())?,
        profile: row.get(next())?,
        appid: id(row, next(), Appid::new)?,
        mch_id: id(row, next(), MchId::new)?,
        out_trade_no: id(row, next(), OutTradeNo::new)?,
        origin: row.get(next())?,
        sign_type: sign_type(row, next())?,
        trade_type: row.get(next())?,
        total_fee: fen(row, next())?,
        body: row.get(next())?,
        attach: row.get(next())?,
        openid: id_if_any(row, next(), OpenId::new)?,
        product_id: row.get(next())?,
        notify_url: row.get(next())?,
        scene: row.get(next())?,
        created_at: time(row, next())?,
        expires_at: time_if_any(row, next())?,
        state: row.get(next())?,
        flags: Flags::from_number(row.get(next())?),
        claimed_state: row.get(next())?,
        claimed_transaction_id: id_if_any(row, next(), TransactionId::new)?,
        claimed_paid_at: time_if_any(row, next())?,
        claimed_total_fee: fen_if_any(row, next())?,
        transaction_id: id_if_any(row, next(), TransactionId::new)?,
        paid_fee: fen_if_any(row, next())?,
        paid_at: time_if_any(row, next())?,
        refunded_fee: fen(row, next())?,
        prepay_id: id_if_any(row, next(), PrepayId::new)?,
        prepay_at: time_if_any(row, next())?,
        code_url: row.get(next())?,
        mweb_url: row.get(next())?,
        advice: row.get(next())?,
        changed_at: time(row, next())?,
        next_query_at: time_if_any(row, next())?,
    })
}

impl Store {
    /// Commits an order before it is sent.
    ///
    /// # Errors
    /// [`StoreError::DuplicateNumber`] when the merchant has that number already.
    pub fn create_intent(&self, order: NewOrder) -> Result<Intent, StoreError> {
        self.write(move |connection| insert_intent(connection, &order))
    }

    /// Commits many orders in one transaction. A duplicate number fails alone; the others stand.
    pub fn create_intents(&self, orders: Vec<NewOrder>) -> Result<Vec<Result<Intent, StoreError>>, StoreError> {
        self.write(move |connection| {
            orders
                .iter()
                .map(|order| match insert_intent(connection, order) {
                    failed @ Err(StoreError::DuplicateNumber { .. }) => Ok(failed),
                    Err(fault) => Err(fault),
                    placed => Ok(placed),
                })
                .collect()
        })
    }

    /// Finds an unpaid order created since `since` that can be used again, or commits a new one, in one transaction: two
    /// calls at once cannot both find none after the first one's creation was accepted.
    pub fn place(&self, order: NewOrder, since: UtcMs) -> Result<Placed, StoreError> {
        self.write(move |connection| match reusable(connection, &order, since)? {
            Some(order) => Ok(Placed::Reused(Box::new(order))),
            None => insert_intent(connection, &order).map(Placed::New),
        })
    }

    /// An unpaid order of the same profile, payer, goods, text, amount and type created since `since`, verified NOTPAY and
    /// without open questions; the newest.
    pub fn reusable(&self, order: &NewOrder, since: UtcMs) -> Result<Option<Order>, StoreError> {
        self.read(|connection| reusable(connection, order, since))
    }

    /// Stores what a file or a person says of orders, in one transaction. The same claim again changes nothing.
    pub fn claim(&self, claims: Vec<NewClaim>) -> Result<Vec<Claimed>, StoreError> {
        self.write(move |connection| claims.iter().map(|new| claim(connection, new)).collect())
    }

    /// The order with this number, if there is one.
    pub fn order(&self, mch_id: &str, out_trade_no: &str) -> Result<Option<Order>, StoreError> {
        self.read(|connection| {
            let sql = format!("SELECT {ORDER} FROM orders WHERE mch_id = ?1 AND out_trade_no = ?2");
            Ok(connection.prepare_cached(&sql)?.query_row([mch_id, out_trade_no], order).optional()?)
        })
    }

    /// The order with this id of the store, if there is one.
    pub fn order_by_id(&self, order_id: i64) -> Result<Option<Order>, StoreError> {
        self.read(|connection| by_id(connection, order_id))
    }

    /// The committed request of an order that was placed here: XML without its sign.
    pub fn request(&self, order_id: i64) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT request FROM order_request WHERE order_id = ?1";
            Ok(connection.prepare_cached(sql)?.query_row([order_id], |row| row.get(0)).optional()?)
        })
    }
}

pub(crate) fn by_id(connection: &Connection, order_id: i64) -> Result<Option<Order>, StoreError> {
    let sql = format!("SELECT {ORDER} FROM orders WHERE id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([order_id], order).optional()?)
}

fn insert_intent(connection: &Connection, new: &NewOrder) -> Result<Intent, StoreError> {
    let asked_seq = next_seq(connection)?;
    let inserted = connection
        .prepare_cached(
            "INSERT INTO orders (profile, appid, mch_id, out_trade_no, origin, sign_type, trade_type, total_fee, body, attach, openid, product_id, \
             notify_url, scene, created_at, expires_at, create_asked_seq, state, shown_state, advice, changed_at, next_query_at) \
             VALUES (:profile, :appid, :mch_id, :out_trade_no, :origin, :sign_type, :trade_type, :total_fee, :body, :attach, :openid, :product_id, \
             :notify_url, :scene, :created_at, :expires_at, :asked_seq, :state, :state, :advice, :created_at, :next_query_at)",
        )?
        .insert(named_params! {
            ":profile": new.profile,
            ":appid": new.appid.as_str(),
            ":mch_id": new.mch_id.as_str(),
            ":out_trade_no": new.out_trade_no.as_str(),
            ":origin": Origin::Test,
            ":sign_type": new.sign_type.as_str(),
            ":trade_type": new.trade_type.as_str(),
            ":total_fee": new.total_fee.get(),
            ":body": new.body,
            ":attach": new.attach,
            ":openid": new.openid.as_ref().map(OpenId::as_str),
            ":product_id": new.product_id,
            ":notify_url": new.notify_url,
            ":scene": new.scene,
            ":created_at": new.created_at.0,
            ":expires_at": new.expires_at.map(|at| at.0),
            ":asked_seq": asked_seq,
            ":state": OrderState::Creating,
            ":advice": Advice::Query,
            ":next_query_at": new.first_query_at.0,
        });
    let order_id = inserted.map_err(|error| taken(error, &new.mch_id, &new.out_trade_no))?;
    connection
        .prepare_cached("INSERT INTO order_request (order_id, request) VALUES (?1, ?2)")?
        .execute(params![order_id, new.request])?;
    Ok(Intent { order_id, asked_seq })
}

fn taken(error: rusqlite::Error, mch_id: &MchId, out_trade_no: &OutTradeNo) -> StoreError {
    let unique = matches!(
        &error,
        rusqlite::Error::SqliteFailure(fault, Some(text))
            if fault.code == ErrorCode::ConstraintViolation && text.contains("orders.out_trade_no")
    );
    if unique {
        StoreError::DuplicateNumber { mch_id: mch_id.as_str().into(), out_trade_no: out_trade_no.as_str().into() }
    } else {
        error.into()
    }
}

pub(crate) fn reusable_sql() -> String {
    format!(
        "SELECT {ORDER} FROM orders WHERE state = 3 AND origin = 0 AND profile = ?1 AND openid IS ?2 AND total_fee = ?3 AND created_at >= ?4 \
         AND trade_type = ?5 AND body = ?6 AND product_id IS ?7 AND attach IS ?8 AND appid = ?9 AND mch_id = ?10 AND notify_url IS ?11 \
         AND flags & 3 = 0 AND prepay_id IS NOT NULL ORDER BY created_at DESC LIMIT 1"
    )
}

fn reusable(connection: &Connection, new: &NewOrder, since: UtcMs) -> Result<Option<Order>, StoreError> {
    let found = connection
        .prepare_cached(&reusable_sql())?
        .query_row(
            params![
                new.profile,
                new.openid.as_ref().map(OpenId::as_str),
                new.total_fee.get(),
                since.0,
                new.trade_type.as_str(),
                new.body,
                new.product_id,
                new.attach,
                new.appid.as_str(),
                new.mch_id.as_str(),
                new.notify_url,
            ],
            order,
        )
        .optional()?;
    Ok(found)
}

pub(crate) fn claim(connection: &Connection, new: &NewClaim) -> Result<Claimed, StoreError> {
    let sql = format!("SELECT {ORDER} FROM orders WHERE mch_id = ?1 AND out_trade_no = ?2");
    let known = connection
        .prepare_cached(&sql)?
        .query_row([new.mch_id.as_str(), new.out_trade_no.as_str()], order)
        .optional()?;
    let order_id = match &known {
        Some(known) if says_nothing_new(connection, known, new)? => return Ok(Claimed::Unchanged(known.id)),
        Some(known) => known.id,
        None => insert_claimed(connection, new)?,
    };
    let differs = known.as_ref().is_some_and(|known| known.total_fee != new.total_fee);
    let observation = new.observation(order_id, differs.then_some(new.total_fee));
    append(connection, &observation, &PollPolicy::default())?;
    Ok(if known.is_some() { Claimed::Known(order_id) } else { Claimed::Added(order_id) })
}

// Nothing new: the amount agrees or was claimed before, and every field that the claim fills is claimed or verified already.
fn says_nothing_new(connection: &Connection, known: &Order, new: &NewClaim) -> Result<bool, StoreError> {
    let state = new.state.is_none() || new.state == known.claimed_state || new.state == Some(known.state);
    let id = new.transaction_id.is_none()
        || new.transaction_id == known.claimed_transaction_id
        || new.transaction_id == known.transaction_id;
    let paid_at = new.paid_at.is_none() || new.paid_at == known.claimed_paid_at || new.paid_at == known.paid_at;
    let amount = known.total_fee == new.total_fee
        || connection
            .prepare_cached(
                "SELECT 1 FROM observation WHERE order_id = ?1 AND source = ?2 AND total_fee = ?3 \
                 UNION ALL SELECT 1 FROM orders WHERE id = ?1 AND claimed_total_fee = ?3",
            )?
            .exists(params![known.id, Source::Import, new.total_fee.get()])?;
    Ok(state && id && paid_at && amount)
}

fn insert_claimed(connection: &Connection, new: &NewClaim) -> Result<i64, StoreError> {
    let origin = if new.origin == Origin::Lookup { Origin::Lookup } else { Origin::Import };
    let id = connection
        .prepare_cached(
            "INSERT INTO orders (profile, appid, mch_id, out_trade_no, origin, sign_type, trade_type, total_fee, body, attach, openid, created_at, \
             state, shown_state, advice, changed_at, next_query_at) VALUES (:profile, :appid, :mch_id, :out_trade_no, :origin, :sign_type, :trade_type, \
             :total_fee, :body, :attach, :openid, :created_at, :state, :state, :advice, :claimed_at, :next_query_at)",
        )?
        .insert(named_params! {
            ":profile": new.profile,
            ":appid": new.appid.as_str(),
            ":mch_id": new.mch_id.as_str(),
            ":out_trade_no": new.out_trade_no.as_str(),
            ":origin": origin,
            ":sign_type": new.sign_type.as_str(),
            ":trade_type": new.trade_type,
            ":total_fee": new.total_fee.get(),
            ":body": new.body,
            ":attach": new.attach,
            ":openid": new.openid.as_ref().map(OpenId::as_str),
            ":created_at": new.created_at.0,
            ":state": OrderState::Unverified,
            ":advice": Advice::Query,
            ":claimed_at": new.claimed_at.0,
            ":next_query_at": new.next_query_at.map(|at| at.0),
        })?;
    Ok(id)
}
