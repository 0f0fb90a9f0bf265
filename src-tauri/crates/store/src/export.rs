//! Orders handed out one by one, borrowed, for files: a list of any length in constant memory.

use std::ops::ControlFlow;
use std::sync::mpsc::sync_channel;
use std::thread;

use rusqlite::{Connection, Row};
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
    /// What an imported file said that it was for, where that is not the amount.
    pub claimed_total_fee: Option<Fen>,
}

const LINE: &str = "out_trade_no, coalesce(transaction_id, claimed_transaction_id), shown_state, state, trade_type, total_fee, paid_fee, \
     refunded_fee, body, attach, openid, created_at, coalesce(paid_at, claimed_paid_at), profile, mch_id, appid, origin, flags, claimed_total_fee";

/// So many orders are read by one thread at a time.
const PIECE: usize = 1024;
/// More threads than this read no faster: the one that writes the file waits for none of them any more.
const MOST_READERS: usize = 4;

impl Store {
    /// Hands out the orders with these ids, in this order, all as they are at one moment, until they end or `each` breaks.
    pub fn each_order(
        &self,
        ids: &[i64],
        each: impl FnMut(&OrderLine<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|connection| hand_out(connection, ids, each))
    }

    /// The same in pieces that several threads fill, each beginning with what `begin` gives and growing by an order with every
    /// `add`; `take` has them in the order of the ids.
    pub fn each_piece<P: Send>(
        &self,
        ids: &[i64],
        begin: impl Fn() -> P + Sync,
        add: impl Fn(&mut P, &OrderLine<'_>) + Sync,
        mut take: impl FnMut(P) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let readers = self.begin_reading(ids.len().div_ceil(PIECE).min(cores).clamp(1, MOST_READERS))?;
        let (count, begin, add) = (readers.len(), &begin, &add);
        thread::scope(|scope| {
            let reading = |(first, reader): (usize, Connection)| {
                let (filled, pieces) = sync_channel(1);
                scope.spawn(move || {
                    for ids in ids.chunks(PIECE).skip(first).step_by(count) {
                        let mut piece = begin();
                        let read = hand_out(&reader, ids, |order| {
                            add(&mut piece, order);
                            ControlFlow::Continue(())
                        });
                        let failed = read.is_err();
                        // Nobody takes it any more once `take` broke.
                        if filled.send(read.map(|()| piece)).is_err() || failed {
                            break;
                        }
                    }
                    self.end_reading(reader)
                });
                pieces
            };
            let readers: Vec<_> = readers.into_iter().enumerate().map(reading).collect();
            for pieces in readers.iter().cycle().take(ids.len().div_ceil(PIECE)) {
                if take(pieces.recv().map_err(|_| StoreError::Closed)??).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// Ids that follow one another, up or down, are read in one walk along the table: lists by time mostly consist of such runs.
fn hand_out(
    connection: &Connection,
    ids: &[i64],
    mut each: impl FnMut(&OrderLine<'_>) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let walk = |order| format!("SELECT {LINE} FROM orders WHERE id BETWEEN ?1 AND ?2 ORDER BY id {order}");
    let mut up = connection.prepare_cached(&walk("ASC"))?;
    let mut down = connection.prepare_cached(&walk("DESC"))?;
    for run in runs(ids) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let mut rows = if first <= last { up.query([first, last])? } else { down.query([last, first])? };
        for _ in run {
            let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            if each(&line(row)?).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The ids in parts, each of which goes up by one, or down by one, all along.
fn runs(mut ids: &[i64]) -> impl Iterator<Item = &[i64]> {
    std::iter::from_fn(move || {
        let step = |pair: &[i64]| pair.last()?.checked_sub(*pair.first()?);
        let first = ids.windows(2).next().and_then(step).filter(|step| step.abs() == 1);
        let steps = ids.windows(2).take_while(|pair| first.is_some() && step(pair) == first).count();
        let (run, rest) = ids.split_at_checked(steps + 1)?;
        ids = rest;
        Some(run)
    })
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
        claimed_total_fee: amount(row, 18)?,
    })
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn ids_come_apart_wherever_they_do_not_go_on_by_one_in_the_same_direction() {
        let ids = [5, 6, 7, 7, 6, 5, 9, 11, 10, 10, i64::MAX, i64::MIN, i64::MIN + 1];
        let parts: [&[i64]; 7] =
            [&[5, 6, 7], &[7, 6, 5], &[9], &[11, 10], &[10], &[i64::MAX], &[i64::MIN, i64::MIN + 1]];
        assert_eq!(runs(&ids).collect::<Vec<_>>(), parts);
        assert_eq!(runs(&[]).count(), 0);
    }
}
