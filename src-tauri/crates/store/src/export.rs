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

/// Small numbers share one column, eight bits each: a column costs more to fetch than to take apart.
const LINE: &str = "out_trade_no, coalesce(transaction_id, claimed_transaction_id), \
     shown_state | (state << 8) | (origin << 16) | (flags << 24), trade_type, total_fee, paid_fee, refunded_fee, body, attach, openid, \
     created_at, coalesce(paid_at, claimed_paid_at), profile, mch_id, appid, claimed_total_fee";

/// So many orders are read by one thread at a time.
const PIECE: usize = 1024;
/// More threads than this read no faster: the one that writes the file waits for none of them any more.
const MOST_READERS: usize = 4;
/// So many pieces of each lie ready, that none waits while another has its core.
const READY: usize = 4;

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
    /// `add`. `take` has the pieces in the order of the ids. Within a piece orders are added as they lie in the table; the places
    /// beside it put them in the order of the ids again.
    pub fn each_piece<P: Send>(
        &self,
        ids: &[i64],
        begin: impl Fn() -> P + Sync,
        add: impl Fn(&mut P, &OrderLine<'_>) + Sync,
        mut take: impl FnMut(P, &[usize]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let readers = self.begin_reading(ids.len().div_ceil(PIECE).min(cores).clamp(1, MOST_READERS))?;
        let (count, begin, add) = (readers.len(), &begin, &add);
        thread::scope(|scope| {
            let reading = |(first, reader): (usize, Connection)| {
                let (filled, pieces) = sync_channel(READY);
                scope.spawn(move || {
                    for ids in ids.chunks(PIECE).skip(first).step_by(count) {
                        let (sorted, places) = as_in_the_table(ids);
                        let mut piece = begin();
                        let read = hand_out(&reader, &sorted, |order| {
                            add(&mut piece, order);
                            ControlFlow::Continue(())
                        });
                        let failed = read.is_err();
                        // Nobody takes it any more once `take` broke.
                        if filled.send(read.map(|()| (piece, places))).is_err() || failed {
                            break;
                        }
                    }
                    self.end_reading(reader)
                });
                pieces
            };
            let readers: Vec<_> = readers.into_iter().enumerate().map(reading).collect();
            for pieces in readers.iter().cycle().take(ids.len().div_ceil(PIECE)) {
                let (piece, places) = pieces.recv().map_err(|_| StoreError::Closed)??;
                if take(piece, &places).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }
}

/// The ids in the order of the table, and for each id as it came its place there. Orders of a list that lie side by side in the table,
/// however the list mixes them, are so read in walks instead of being looked up one by one.
fn as_in_the_table(ids: &[i64]) -> (Vec<i64>, Vec<usize>) {
    let mut with_origin: Vec<(i64, usize)> = ids.iter().copied().zip(0..).collect();
    with_origin.sort_unstable();
    let mut places = vec![0; ids.len()];
    for (place, (_, origin)) in with_origin.iter().enumerate() {
        if let Some(slot) = places.get_mut(*origin) {
            *slot = place;
        }
    }
    (with_origin.into_iter().map(|(id, _)| id).collect(), places)
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
    let small: i64 = row.get(2)?;
    let part = |place: u32| small >> (8 * place) & 0xFF;
    let state =
        |place| OrderState::from_number(part(place)).ok_or(rusqlite::Error::IntegralValueOutOfRange(2, part(place)));
    Ok(OrderLine {
        out_trade_no: text(0)?,
        transaction_id: text_if_any(1)?,
        shown_state: state(0)?,
        is_verified: state(1)? != OrderState::Unverified,
        trade_type: text_if_any(3)?,
        total_fee: amount(row, 4)?.unwrap_or_default(),
        paid_fee: amount(row, 5)?,
        refunded_fee: amount(row, 6)?.unwrap_or_default(),
        body: text(7)?,
        attach: text_if_any(8)?,
        openid: text_if_any(9)?,
        created_at: UtcMs(row.get(10)?),
        paid_at: row.get::<_, Option<i64>>(11)?.map(UtcMs),
        profile: text(12)?,
        mch_id: text(13)?,
        appid: text(14)?,
        origin: Origin::from_number(part(2)).ok_or(rusqlite::Error::IntegralValueOutOfRange(2, part(2)))?,
        flags: Flags::from_number(part(3)),
        claimed_total_fee: amount(row, 15)?,
    })
}

#[cfg(test)]
mod tests {
    use super::{as_in_the_table, runs};

    #[test]
    fn ids_are_read_as_the_table_has_them_and_found_again_in_the_order_of_the_list() {
        let ids = [30, 7, 31, 8, 29, 8];
        let (sorted, places) = as_in_the_table(&ids);
        assert_eq!(sorted, [7, 8, 8, 29, 30, 31]);
        assert_eq!(places.iter().map(|place| sorted[*place]).collect::<Vec<_>>(), ids);
    }

    #[test]
    fn ids_come_apart_wherever_they_do_not_go_on_by_one_in_the_same_direction() {
        let ids = [5, 6, 7, 7, 6, 5, 9, 11, 10, 10, i64::MAX, i64::MIN, i64::MIN + 1];
        let parts: [&[i64]; 7] =
            [&[5, 6, 7], &[7, 6, 5], &[9], &[11, 10], &[10], &[i64::MAX], &[i64::MIN, i64::MIN + 1]];
        assert_eq!(runs(&ids).collect::<Vec<_>>(), parts);
        assert_eq!(runs(&[]).count(), 0);
    }
}
