//! What did not agree, row by row, each with where it stands now.

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params_from_iter};
use wxpay_protocol::UtcMs;

use super::found::found;
use super::notes::{HANDLED, of_difference};
use super::{DayAnswer, DayNote, Handled, answers, count};
use crate::coded::coded;
use crate::search::pasted_number;
use crate::{Store, StoreError};

/// A row that does not agree, to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewDifference {
    /// Its place in the run, from 0.
    pub place: u64,
    /// The same in every run of its day.
    pub identity: [u8; 16],
    /// What it says.
    pub facts: [u8; 16],
    /// The word of its class, or `malformed`.
    pub class: String,
    /// Whether it keeps the day open.
    pub counts: bool,
    /// The word of its reason.
    pub reason: String,
    /// The words of the other amounts that the local one equals, with commas.
    pub same_as: Option<String>,
    /// Why a row cannot be read, in Chinese.
    pub fault: Option<String>,
    /// The same in English.
    pub fault_en: Option<String>,
    /// The merchant's number.
    pub out_trade_no: Option<String>,
    /// WeChat's number.
    pub transaction_id: Option<String>,
    /// WeChat's number of the refund.
    pub refund_id: Option<String>,
    /// The merchant's number of the refund.
    pub out_refund_no: Option<String>,
    /// What differs: `total_fee`, `refund_fee`, `state`, `transaction_id`, `refund_id` or `paid_at`.
    pub field: Option<String>,
    /// The bill's side of it; amounts are in the two fields below.
    pub bill_value: Option<String>,
    /// The local side of it.
    pub local_value: Option<String>,
    /// The bill's amount, in fen; nothing where the bill has no such row.
    pub bill_fen: Option<i64>,
    /// The local amount, in fen.
    pub local_fen: Option<i64>,
    /// The id of the bill.
    pub bill: Option<i64>,
    /// The line of the bill, from 1.
    pub bill_line: Option<u64>,
    /// The line of the merchant's file.
    pub local_line: Option<u64>,
    /// The hour of the day, Beijing.
    pub hour: Option<u8>,
    /// 设备号.
    pub device_info: Option<String>,
    /// 交易类型.
    pub trade_type: Option<String>,
    /// 特约商户号.
    pub sub_mch_id: Option<String>,
    /// 商户数据包.
    pub attach: Option<String>,
    /// The local side was only claimed, and nothing of it verified, when it was found.
    pub is_claim: bool,
}

/// Where a difference stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DifferenceState {
    /// It keeps no day open: the day cut.
    Expected,
    /// Nobody has handled it, or it says something else than when it was handled.
    Open,
    /// Somebody handled it.
    Handled(Handled),
}

impl DifferenceState {
    /// The word that leaves the program.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Open => "open",
            Self::Handled(handled) => handled.as_str(),
        }
    }

    /// The state of this word.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "expected" => Some(Self::Expected),
            "open" => Some(Self::Open),
            other => Handled::parse(other).map(Self::Handled),
        }
    }
}

/// A difference as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayDifference {
    /// The run.
    pub run: i64,
    /// The file of the bill that its line is of, where the run has several.
    pub bill_file: Option<String>,
    /// The first millisecond of its Beijing day.
    pub date: UtcMs,
    /// What was found.
    pub found: NewDifference,
    /// Where it stands.
    pub state: DifferenceState,
    /// It was handled when it said something else.
    pub has_changed: bool,
    /// What was said to it, the oldest first.
    pub notes: Vec<DayNote>,
    /// What the gateway said when it was asked last.
    pub answer: Option<DayAnswer>,
}

coded! {
    /// By what differences may concentrate.
    Dimension {
        /// The hour of the day.
        Hour = 0 "hour",
        /// 设备号.
        DeviceInfo = 1 "device_info",
        /// 交易类型.
        TradeType = 2 "trade_type",
        /// 特约商户号: the store.
        SubMchId = 3 "sub_mch_id",
    }
}

/// Which differences of a run. What is not said does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DifferenceFilter {
    /// The word of a class.
    pub class: Option<String>,
    /// Where they stand.
    pub state: Option<DifferenceState>,
    /// Those that keep the day open, handled or not.
    pub only_counting: bool,
    /// Those that are still to be settled: open or carried over, rows that cannot be read not among them.
    pub only_unsettled: bool,
    /// The beginning of any of their numbers.
    pub search: String,
    /// The beginning of their identity, in lower-case hexadecimal digits.
    pub identity: String,
    /// Those with this value in this dimension.
    pub of: Option<(Dimension, String)>,
    /// Those with one of these identities; all where there are none.
    pub among: Vec<[u8; 16]>,
}

/// A stretch of the differences of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DifferencePage {
    /// How many there are.
    pub total: u64,
    /// In the order of the run.
    pub rows: Vec<DayDifference>,
}

/// How many differences share a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concentration {
    /// Of what.
    pub dimension: Dimension,
    /// The value.
    pub value: String,
    /// How many differences have it.
    pub count: u64,
}

/// The row of a bill that a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DifferingRow<'r> {
    /// The id of the bill.
    pub bill: i64,
    /// Its line, from 1.
    pub line: u64,
    /// Its transaction; nothing for a row that only stands there again, whose transaction agrees otherwise.
    pub transaction_id: Option<&'r str>,
}

/// The most frequent values of a dimension that are told.
const MOST_FREQUENT: i64 = 5;
/// Rows that are handed out at once.
const PAGE_MAX: usize = 10_000;

pub(super) const ROW: &str = "d.run, d.place, d.identity, d.facts, d.class, d.counts, d.reason, d.same_as, d.fault, d.fault_en, d.out_trade_no, \
     d.transaction_id, d.refund_id, d.out_refund_no, d.field, d.bill_value, d.local_value, d.bill_fen, d.local_fen, d.bill, d.bill_line, \
     d.local_line, d.hour, d.device_info, d.trade_type, d.sub_mch_id, d.attach, d.is_claim, r.profile, r.date, h.kind AS handled, h.facts AS handled_facts, \
     (SELECT b.file FROM day_bills b WHERE b.id = d.bill AND (SELECT count(*) FROM day_run_bills x WHERE x.run = d.run) > 1) AS bill_file";
pub(super) const FROM: &str =
    "FROM day_differences d JOIN day_runs r ON r.id = d.run LEFT JOIN handled h ON h.identity = d.identity";
/// Whether what was said holds for what the difference says now.
pub(super) const HOLDS: &str = "(h.kind IS NOT NULL AND h.facts = d.facts)";

impl Store {
    /// Differences of a run, from the place `start`.
    pub fn differences(
        &self,
        run: i64,
        filter: &DifferenceFilter,
        start: usize,
        limit: usize,
    ) -> Result<DifferencePage, StoreError> {
        let (wanted, mut values) = condition(run, filter);
        let with = of_run();
        let sql = format!("{with} SELECT d.place {FROM} WHERE {wanted} ORDER BY d.place");
        let list = self.listed(&sql, &values, |row| Ok((row.get(0)?, [0, 0])))?;
        let mut page = DifferencePage { total: list.count(), rows: Vec::new() };
        let places = list.page(start, limit.min(PAGE_MAX));
        let (Some(from), Some(to)) = (places.first(), places.last()) else { return Ok(page) };
        values.extend([from, to].map(|place| Value::Integer(*place)));
        self.read(|connection| {
            page.rows = between(connection, &format!("{with} SELECT {ROW} {FROM} WHERE {wanted}"), &values)?;
            Ok(page)
        })
    }

    /// The difference with this identity in the run that counts for its day.
    pub fn difference(&self, profile: &str, identity: &[u8; 16]) -> Result<Option<DayDifference>, StoreError> {
        self.read(|connection| by_identity(connection, profile, identity))
    }

    /// How many differences of each class are open.
    pub fn open_by_class(&self, run: i64) -> Result<BTreeMap<String, u64>, StoreError> {
        self.read(|connection| {
            let sql = format!(
                "{} SELECT d.class, count(*) {FROM} WHERE d.run = ?1 AND d.counts = 1 AND NOT {HOLDS} GROUP BY d.class",
                of_run()
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([run], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Hands over the rows of the bills that the differences of a run are about.
    pub fn each_differing_row(&self, run: i64, mut each: impl FnMut(&DifferingRow<'_>)) -> Result<(), StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT bill, bill_line, CASE reason WHEN 'row_again' THEN NULL ELSE transaction_id END FROM day_differences \
                 WHERE run = ?1 AND bill IS NOT NULL AND bill_line IS NOT NULL",
            )?;
            let mut rows = statement.query([run])?;
            while let Some(row) = rows.next()? {
                let line: i64 = row.get(1)?;
                let transaction_id = row.get_ref(2)?.as_str_or_null().map_err(rusqlite::Error::from)?;
                each(&DifferingRow { bill: row.get(0)?, line: line.unsigned_abs(), transaction_id });
            }
            Ok(())
        })
    }

    /// How many rows of a class share which other amounts of the bill that the local one equals, as words with commas.
    pub fn same_amounts(&self, run: i64, class: &str) -> Result<Vec<(Option<String>, u64)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT same_as, count(*) FROM day_differences WHERE run = ?1 AND class = ?2 GROUP BY same_as",
            )?;
            let rows = statement.query_map(rusqlite::params![run, class], |row| {
                Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Where the differences of a run that keep the day open concentrate: the most frequent values of each dimension.
    pub fn concentrations(&self, run: i64) -> Result<Vec<Concentration>, StoreError> {
        self.read(|connection| {
            let mut all = Vec::new();
            for dimension in Dimension::ALL {
                let sql = format!(
                    "SELECT CAST({column} AS TEXT), count(*) FROM day_differences WHERE run = ?1 AND counts = 1 AND {column} IS NOT NULL \
                     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?2",
                    column = dimension.as_str()
                );
                let mut statement = connection.prepare_cached(&sql)?;
                let rows = statement.query_map([run, MOST_FREQUENT], |row| {
                    let count: i64 = row.get(1)?;
                    Ok(Concentration { dimension: *dimension, value: row.get(0)?, count: count.unsigned_abs() })
                })?;
                for row in rows {
                    all.push(row?);
                }
            }
            Ok(all)
        })
    }
}

/// `WITH handled AS …` for the day of a run, whose parameter is `?1`.
pub(super) fn of_run() -> String {
    let day =
        "profile = (SELECT profile FROM day_runs WHERE id = ?1) AND date = (SELECT date FROM day_runs WHERE id = ?1)";
    HANDLED.replace("{day}", day)
}

/// The differences of a query, between the two places that are its last values.
fn between(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<DayDifference>, StoreError> {
    let mut statement =
        connection.prepare_cached(&format!("{sql} AND d.place >= ? AND d.place <= ? ORDER BY d.place"))?;
    let found: Vec<(String, DayDifference)> =
        statement.query_map(params_from_iter(values), row)?.collect::<Result<_, _>>()?;
    let mut rows = Vec::with_capacity(found.len());
    for (profile, mut row) in found {
        row.notes = of_difference(connection, &profile, row.date, &row.found.identity)?;
        row.answer = answers::last_of(connection, &profile, row.date, &row.found.identity)?;
        rows.push(row);
    }
    Ok(rows)
}

pub(super) fn by_identity(
    connection: &Connection,
    profile: &str,
    identity: &[u8; 16],
) -> Result<Option<DayDifference>, StoreError> {
    let run: Option<i64> = connection
        .prepare_cached(
            "SELECT d.run FROM day_differences d JOIN day_runs r ON r.id = d.run WHERE d.identity = ?1 AND r.profile = ?2 AND r.is_complete = 1 \
             ORDER BY r.turn DESC LIMIT 1",
        )?
        .query_row(rusqlite::params![identity, profile], |row| row.get(0))
        .optional()?;
    let Some(run) = run else { return Ok(None) };
    let sql = format!(
        "{} SELECT {ROW} {FROM} WHERE d.run = ?1 AND d.identity = ?2 AND NOT EXISTS (SELECT 1 FROM day_runs later WHERE later.profile = r.profile \
         AND later.date = r.date AND later.is_complete = 1 AND later.turn > r.turn)",
        of_run()
    );
    let found = connection.prepare_cached(&sql)?.query_row(rusqlite::params![run, identity], row).optional()?;
    let Some((_, mut found)) = found else { return Ok(None) };
    found.notes = of_difference(connection, profile, found.date, identity)?;
    found.answer = answers::last_of(connection, profile, found.date, identity)?;
    Ok(Some(found))
}

pub(super) fn condition(run: i64, filter: &DifferenceFilter) -> (String, Vec<Value>) {
    let mut wanted = "d.run = ?1".to_owned();
    let mut values = vec![Value::Integer(run)];
    let mut and = |text: &str, more: Vec<Value>| {
        wanted.push_str(" AND ");
        wanted.push_str(text);
        values.extend(more);
    };
    if let Some(class) = &filter.class {
        and("d.class = ?", vec![Value::Text(class.clone())]);
    }
    if filter.only_counting {
        and("d.counts = 1", Vec::new());
    }
    if filter.only_unsettled {
        and(&format!("d.counts = 1 AND d.class <> 'malformed' AND (NOT {HOLDS} OR h.kind = 2)"), Vec::new());
    }
    match filter.state {
        None => {}
        Some(DifferenceState::Expected) => and("d.counts = 0", Vec::new()),
        Some(DifferenceState::Open) => and(&format!("d.counts = 1 AND NOT {HOLDS}"), Vec::new()),
        Some(DifferenceState::Handled(handled)) => {
            and(&format!("d.counts = 1 AND {HOLDS} AND h.kind = ?"), vec![Value::Integer(handled.number())]);
        }
    }
    let number = pasted_number(&filter.search);
    if !number.is_empty() {
        let columns = ["out_trade_no", "transaction_id", "refund_id", "out_refund_no"];
        let each = columns.map(|column| format!("d.{column} >= ? AND d.{column} < ?")).join(" OR ");
        let ends = [number.clone(), format!("{number}\u{10FFFF}")].map(Value::Text);
        and(&format!("({each})"), columns.iter().flat_map(|_| ends.clone()).collect());
    }
    if let Some(whole) = whole_identity(&filter.identity) {
        and("d.identity = ?", vec![Value::Blob(whole)]);
    } else if !filter.identity.is_empty() {
        and("lower(hex(d.identity)) GLOB ? || '*'", vec![Value::Text(filter.identity.clone())]);
    }
    if !filter.among.is_empty() {
        let digits: Vec<String> =
            filter.among.iter().map(|identity| format!("\"{}\"", crate::chain::hex(identity))).collect();
        let listed = format!("[{}]", digits.join(","));
        and("d.identity IN (SELECT unhex(value) FROM json_each(?))", vec![Value::Text(listed)]);
    }
    if let Some((dimension, value)) = &filter.of {
        and(&format!("CAST(d.{} AS TEXT) = ?", dimension.as_str()), vec![Value::Text(value.clone())]);
    }
    (wanted, values)
}

/// An identity that is given with all its digits, which an index finds.
fn whole_identity(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = digits.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect();
    let digits = digits.filter(|digits| digits.len() == 32)?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// A difference and whose it is, without what was said to it.
pub(super) fn row(row: &Row<'_>) -> rusqlite::Result<(String, DayDifference)> {
    let found = found(row)?;
    let handled: Option<Handled> = row.get("handled")?;
    let holds = row.get::<_, Option<[u8; 16]>>("handled_facts")? == Some(found.facts);
    let state = match handled {
        _ if !found.counts => DifferenceState::Expected,
        Some(handled) if holds => DifferenceState::Handled(handled),
        _ => DifferenceState::Open,
    };
    let has_changed = found.counts && handled.is_some() && !holds;
    let date = UtcMs(row.get("date")?);
    let (run, bill_file) = (row.get("run")?, row.get("bill_file")?);
    let difference = DayDifference { run, bill_file, date, found, state, has_changed, notes: Vec::new(), answer: None };
    Ok((row.get("profile")?, difference))
}

/// Adds rows to a run that was begun.
pub(super) fn add(connection: &Connection, run: i64, batch: &[NewDifference]) -> Result<(), StoreError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO day_differences (run, place, identity, facts, class, counts, reason, same_as, fault, fault_en, out_trade_no, transaction_id, \
         refund_id, out_refund_no, field, bill_value, local_value, bill_fen, local_fen, bill, bill_line, local_line, hour, device_info, trade_type, \
         sub_mch_id, attach, is_claim) VALUES (:run, :place, :identity, :facts, :class, :counts, :reason, :same_as, :fault, :fault_en, :out_trade_no, \
         :transaction_id, :refund_id, :out_refund_no, :field, :bill_value, :local_value, :bill_fen, :local_fen, :bill, :bill_line, :local_line, \
         :hour, :device_info, :trade_type, :sub_mch_id, :attach, :is_claim)",
    )?;
    for found in batch {
        insert.execute(named_params! {
            ":run": run,
            ":place": count(found.place),
            ":identity": found.identity,
            ":facts": found.facts,
            ":class": found.class,
            ":counts": found.counts,
            ":reason": found.reason,
            ":same_as": found.same_as,
            ":fault": found.fault,
            ":fault_en": found.fault_en,
            ":out_trade_no": found.out_trade_no,
            ":transaction_id": found.transaction_id,
            ":refund_id": found.refund_id,
            ":out_refund_no": found.out_refund_no,
            ":field": found.field,
            ":bill_value": found.bill_value,
            ":local_value": found.local_value,
            ":bill_fen": found.bill_fen,
            ":local_fen": found.local_fen,
            ":bill": found.bill,
            ":bill_line": found.bill_line.map(count),
            ":local_line": found.local_line.map(count),
            ":hour": found.hour,
            ":device_info": found.device_info,
            ":trade_type": found.trade_type,
            ":sub_mch_id": found.sub_mch_id,
            ":attach": found.attach,
            ":is_claim": found.is_claim,
        })?;
    }
    Ok(())
}
