//! Orders handed out one by one, borrowed, for files: a list of any length in constant memory.

use std::ops::ControlFlow;

use rusqlite::Row;
use wxpay_protocol::{Fen, UtcMs};

use crate::{Flags, OrderState, Origin, Store, StoreError};

/// One order of a list, borrowed until the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderLine<'r> {
    /// The merchant's number.
    pub out_trade_no: &'r str,
    /// WeChat's number: the verified one, else the claimed one.
    pub transaction_id: Option<&'r str>,
    /// The state as shown: the verified one, else the claimed one.
    pub shown_state: OrderState,
    /// Whether that state is verified.
    pub is_verified: bool,
    /// How it is paid.
    pub trade_type: Option<&'r str>,
    /// The amount.
    pub total_fee: Fen,
    /// What was verifiably paid.
    pub paid_fee: Option<Fen>,
    /// The sum of successful refunds.
    pub refunded_fee: Fen,
    /// What the payer reads.
    pub body: &'r str,
    /// What WeChat echoes.
    pub attach: Option<&'r str>,
    /// The payer.
    pub openid: Option<&'r str>,
    /// When it was created.
    pub created_at: UtcMs,
    /// When it was paid: verified, else claimed.
    pub paid_at: Option<UtcMs>,
    /// The profile.
    pub profile: &'r str,
    /// The merchant.
    pub mch_id: &'r str,
    /// The app.
    pub appid: &'r str,
    /// Where it comes from.
    pub origin: Origin,
    /// The marks beside the state.
    pub flags: Flags,
}

const LINE: &str = "out_trade_no, coalesce(transaction_id, claimed_transaction_id), shown_state, state, trade_type, total_fee, paid_fee, \
     refunded_fee, body, attach, openid, created_at, coalesce(paid_at, claimed_paid_at), profile, mch_id, appid, origin, flags";

impl Store {
    /// Hands out the orders with these ids, in this order, all as they are at one moment, until they end or `each` breaks.
    pub fn each_order(
        &self,
        ids: &[i64],
        mut each: impl FnMut(&OrderLine<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("SELECT {LINE} FROM orders WHERE id = ?1"))?;
            for id in ids {
                let mut rows = statement.query([id])?;
                let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
                if each(&line(row)?).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }
}

fn amount(row: &Row<'_>, place: usize) -> Result<Option<Fen>, rusqlite::Error> {
    let fen: Option<i64> = row.get(place)?;
    fen.map(|fen| Fen::new(fen).ok_or(rusqlite::Error::IntegralValueOutOfRange(place, fen))).transpose()
}

fn line<'r>(row: &'r Row<'_>) -> Result<OrderLine<'r>, rusqlite::Error> {
    let text = |place: usize| Ok::<_, rusqlite::Error>(row.get_ref(place)?.as_str()?);
    let text_if_any = |place: usize| Ok::<_, rusqlite::Error>(row.get_ref(place)?.as_str_or_null()?);
    let state: OrderState = row.get(3)?;
    Ok(OrderLine {
        out_trade_no: text(0)?,
        transaction_id: text_if_any(1)?,
        shown_state: row.get(2)?,
        is_verified: state != OrderState::Unverified,
        trade_type: text_if_any(4)?,
        total_fee: amount(row, 5)?.unwrap_or_default(),
        paid_fee: amount(row, 6)?,
        refunded_fee: amount(row, 7)?.unwrap_or_default(),
        body: text(8)?,
        attach: text_if_any(9)?,
        openid: text_if_any(10)?,
        created_at: UtcMs(row.get(11)?),
        paid_at: row.get::<_, Option<i64>>(12)?.map(UtcMs),
        profile: text(13)?,
        mch_id: text(14)?,
        appid: text(15)?,
        origin: row.get(16)?,
        flags: Flags::from_number(row.get(17)?),
    })
}
