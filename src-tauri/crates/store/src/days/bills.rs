//! Bills that were seen, told apart by the digest of their text.

use rusqlite::{Connection, Row, named_params, params};
use wxpay_protocol::UtcMs;
use wxpay_protocol::bill::BillType;

use super::{count, kept};
use crate::columns::time;
use crate::{Store, StoreError};

/// The kind of the bills of refunds out of recharged money, whose rows stand in no bill of trades.
pub(super) const RECHARGE_REFUND: &str = BillType::RechargeRefund.as_str();

/// What a bill of trades adds up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BillSums {
    /// Readable rows.
    pub rows: u64,
    /// Rows of payments.
    pub payments: u64,
    /// Rows of refunds.
    pub refunds: u64,
    /// Rows that cannot be read.
    pub malformed: u64,
    /// Whether the summary line says the same.
    pub summary_ok: bool,
    /// 订单金额, in fen.
    pub total_fen: i128,
    /// 应结订单金额, in fen.
    pub settle_fen: i128,
    /// 退款金额, in fen.
    pub refund_fen: i128,
    /// 手续费, in thousandths of a fen.
    pub fee_milli_fen: i128,
    /// What the rows that cannot be read would have to hold; nothing where every row was read, or where nobody kept it.
    pub unread: Option<UnreadSums>,
}

/// What summary lines say beyond the rows that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnreadSums {
    /// The rows that cannot be read.
    pub rows: u64,
    /// 订单金额, in fen.
    pub total_fen: i128,
    /// 退款金额, in fen.
    pub refund_fen: i128,
}

/// A bill that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDayBill {
    /// Whose.
    pub profile: String,
    /// The first millisecond of the Beijing day.
    pub date: UtcMs,
    /// `ALL`, `SUCCESS`, `REFUND`, `RECHARGE_REFUND` or `FUNDFLOW`.
    pub kind: &'static str,
    /// How many columns it has; 0 for a day of which WeChat says that there is no bill.
    pub columns: u32,
    /// SHA-256 of its plain text.
    pub digest: [u8; 32],
    /// What it adds up to.
    pub sums: BillSums,
    /// When it was read.
    pub seen_at: UtcMs,
    /// Whether WeChat gave it just now; else somebody's file says it, which takes nothing back that WeChat said.
    pub fetched: bool,
    /// Where it lies.
    pub file: Option<String>,
}

/// A bill as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayBill {
    /// The store's own id, ascending.
    pub id: i64,
    /// The first millisecond of the Beijing day.
    pub date: UtcMs,
    /// As in [`NewDayBill::kind`].
    pub kind: String,
    /// How many columns it has.
    pub columns: u32,
    /// SHA-256 of its plain text.
    pub digest: [u8; 32],
    /// What it adds up to.
    pub sums: BillSums,
    /// When it was seen first.
    pub seen_at: UtcMs,
    /// Where it was found last.
    pub file: Option<String>,
    /// Its place among what was heard of bills, from WeChat if it ever was: what was heard last has the highest.
    pub place: i64,
    /// When it was heard there.
    pub heard_at: UtcMs,
    /// Whether WeChat itself gave it there.
    pub fetched: bool,
}

impl DayBill {
    /// Whether it stands for WeChat's word that there is no bill.
    pub const fn is_none(&self) -> bool {
        self.columns == 0
    }

    /// Whether it was heard later than another one of its day and kind, whoever said it.
    pub fn is_later_than(&self, known: &Self) -> bool {
        self.kind == known.kind && self.place > known.place
    }

    /// Whether it is of the same kind as another one of its day and counts more: what WeChat said more than somebody's file, and
    /// of either what was heard later.
    pub fn is_after(&self, known: &Self) -> bool {
        self.kind == known.kind && (self.fetched, self.place) > (known.fetched, known.place)
    }
}

/// What became of a bill that was to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillKept {
    /// The bill.
    pub bill: DayBill,
    /// Whether it was not known before.
    pub is_new: bool,
    /// Other bills of the same day and kind: WeChat's bill has changed, which somebody must look at.
    pub others: Vec<DayBill>,
}

pub(super) const BILL: &str = "id, date, kind, columns, digest, rows, payments, refunds, malformed, summary_ok, total_fen, settle_fen, refund_fen, \
     fee_milli_fen, unread_total_fen, unread_refund_fen, seen_at, file, place, heard_at, fetched FROM day_bills \
     JOIN day_heard ON place = (SELECT h.place FROM day_heard h WHERE h.bill = day_bills.id ORDER BY h.fetched DESC, h.place DESC LIMIT 1)";

pub(super) fn bill(row: &Row<'_>) -> rusqlite::Result<DayBill> {
    let number = |column: &str| row.get::<_, i64>(column).map(i64::unsigned_abs);
    let sum = |column: &str| row.get::<_, i64>(column).map(i128::from);
    let unread = |column: &str| row.get::<_, Option<i64>>(column).map(|fen| fen.map(i128::from));
    let (rows_unread, unread) = (number("malformed")?, unread("unread_total_fen")?.zip(unread("unread_refund_fen")?));
    Ok(DayBill {
        id: row.get("id")?,
        date: time(row, "date")?,
        kind: row.get("kind")?,
        columns: row.get("columns")?,
        digest: row.get("digest")?,
        sums: BillSums {
            rows: number("rows")?,
            payments: number("payments")?,
            refunds: number("refunds")?,
            malformed: rows_unread,
            summary_ok: row.get("summary_ok")?,
            total_fen: sum("total_fen")?,
            settle_fen: sum("settle_fen")?,
            refund_fen: sum("refund_fen")?,
            fee_milli_fen: sum("fee_milli_fen")?,
            unread: unread.map(|(total_fen, refund_fen)| UnreadSums { rows: rows_unread, total_fen, refund_fen }),
        },
        seen_at: time(row, "seen_at")?,
        file: row.get("file")?,
        place: row.get("place")?,
        heard_at: time(row, "heard_at")?,
        fetched: row.get("fetched")?,
    })
}

impl Store {
    /// Notes a bill of a day. The same text is the same bill, wherever it lies; another text for the same day and kind stands
    /// beside the first.
    pub fn keep_bill(&self, new: NewDayBill) -> Result<BillKept, StoreError> {
        self.write(move |connection| keep(connection, &new))
    }

    /// Every bill that was seen for a day, what counts most at the end: files before what WeChat said, and of either what was heard
    /// last.
    pub fn day_bills(&self, profile: &str, date: UtcMs) -> Result<Vec<DayBill>, StoreError> {
        self.read(|connection| of_day(connection, profile, date))
    }
}

pub(super) fn of_day(connection: &Connection, profile: &str, date: UtcMs) -> Result<Vec<DayBill>, StoreError> {
    let sql = format!("SELECT {BILL} WHERE profile = ?1 AND date = ?2 ORDER BY fetched, place");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![profile, date.0], bill)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn keep(connection: &Connection, new: &NewDayBill) -> Result<BillKept, StoreError> {
    let known = of_day(connection, &new.profile, new.date)?;
    let of_kind: Vec<&DayBill> = known.iter().filter(|bill| bill.kind == new.kind).collect();
    let is_new = of_kind.iter().all(|bill| bill.digest != new.digest);
    let is_news = |last: &&DayBill| (new.fetched, new.digest != last.digest) > (last.fetched, false);
    let sums = &new.sums;
    let unread = |of: fn(&UnreadSums) -> i128, column| sums.unread.map(|unread| kept(of(&unread), column)).transpose();
    connection
        .prepare_cached(
            "INSERT INTO day_bills (profile, date, kind, columns, digest, rows, payments, refunds, malformed, summary_ok, total_fen, settle_fen, \
             refund_fen, fee_milli_fen, unread_total_fen, unread_refund_fen, seen_at, file) \
             VALUES (:profile, :date, :kind, :columns, :digest, :rows, :payments, :refunds, :malformed, \
             :summary_ok, :total_fen, :settle_fen, :refund_fen, :fee_milli_fen, :unread_total_fen, :unread_refund_fen, \
             :seen_at, :file) \
             ON CONFLICT (profile, date, kind, digest) DO UPDATE SET file = coalesce(excluded.file, file), \
             unread_total_fen = coalesce(unread_total_fen, excluded.unread_total_fen), \
             unread_refund_fen = coalesce(unread_refund_fen, excluded.unread_refund_fen)",
        )?
        .execute(named_params! {
            ":profile": new.profile,
            ":date": new.date.0,
            ":kind": new.kind,
            ":columns": new.columns,
            ":digest": new.digest,
            ":rows": count(sums.rows),
            ":payments": count(sums.payments),
            ":refunds": count(sums.refunds),
            ":malformed": count(sums.malformed),
            ":summary_ok": sums.summary_ok,
            ":total_fen": kept(sums.total_fen, "day_bills.total_fen")?,
            ":settle_fen": kept(sums.settle_fen, "day_bills.settle_fen")?,
            ":refund_fen": kept(sums.refund_fen, "day_bills.refund_fen")?,
            ":fee_milli_fen": kept(sums.fee_milli_fen, "day_bills.fee_milli_fen")?,
            ":unread_total_fen": unread(|unread| unread.total_fen, "day_bills.unread_total_fen")?,
            ":unread_refund_fen": unread(|unread| unread.refund_fen, "day_bills.unread_refund_fen")?,
            ":seen_at": new.seen_at.0,
            ":file": new.file,
        })?;
    if is_new || of_kind.last().is_some_and(is_news) {
        connection
            .prepare_cached(
                "INSERT INTO day_heard (bill, heard_at, fetched) SELECT id, ?5, ?6 FROM day_bills \
                 WHERE (profile, date, kind, digest) = (?1, ?2, ?3, ?4)",
            )?
            .execute(params![new.profile, new.date.0, new.kind, new.digest, new.seen_at.0, new.fetched])?;
    }
    let mut bills = of_day(connection, &new.profile, new.date)?;
    let place = bills.iter().position(|bill| bill.kind == new.kind && bill.digest == new.digest);
    let bill = bills.remove(place.ok_or(StoreError::NotFound { what: "bill", name: new.date.day() })?);
    bills.retain(|other| other.kind == bill.kind && !other.is_none());
    Ok(BillKept { bill, is_new, others: bills })
}
