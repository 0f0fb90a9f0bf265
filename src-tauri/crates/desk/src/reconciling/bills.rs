//! The bills of a day: read row by row, refused as a whole where they are not to be believed.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use desk_reconcile::{BillSide, Day, MAX_BILLS, Scope, Share};
use sha2::{Digest, Sha256};
use wxpay_protocol::bill::{Bill, BillLine, BillRow, BillTotals, BillType, Layout, TradeReader};

use super::differences::{MAX_MALFORMED, MalformedLine};
use super::{BillsRead, DaySides, OneBill, ReconcileFault, Watch, Watched, go_on, place};
use crate::bill_files::{BillText, Hashed};
use crate::progress::Cancel;

/// Rows between two looks at whether somebody stopped it.
const LOOK_ROWS: u32 = 4096;

/// The bills, each file once.
pub(super) struct Bills<'f> {
    sides: &'f DaySides,
    found: Vec<Found>,
    same: Vec<String>,
}

struct Found {
    path: PathBuf,
    layout: Layout,
    is_packed: bool,
}

impl<'f> Bills<'f> {
    /// Reads the headers, leaves out files that hold the same text as an earlier one, packed or not, and refuses a bill
    /// whose trades another one holds already.
    pub(super) fn find(sides: &'f DaySides, cancel: &Cancel) -> Result<Self, ReconcileFault> {
        let (mut found, mut same) = (Vec::<Found>::new(), Vec::new());
        for path in &sides.bills {
            let unreadable = |cause| ReconcileFault::Unreadable { place: place(path), cause };
            let text = BillText::open(File::open(path).map_err(unreadable)?).map_err(unreadable)?;
            let is_packed = text.is_packed();
            let bill = Found { path: path.clone(), layout: open(text, path)?.layout().clone(), is_packed };
            let mut is_same = false;
            for earlier in &found {
                go_on(cancel)?;
                is_same |= earlier.says_the_same(&bill, cancel).map_err(unreadable)?;
            }
            if is_same {
                same.push(place(path));
                continue;
            }
            if let Some(other) = found.iter().find(|other| overlap(other.layout.kind(), bill.layout.kind())) {
                return Err(ReconcileFault::Overlapping { place: place(path), other: place(&other.path) });
            }
            found.push(bill);
        }
        if found.len() > MAX_BILLS { Err(ReconcileFault::TooManyBills) } else { Ok(Self { sides, found, same }) }
    }

    pub(super) fn have_payments(&self) -> bool {
        self.is_none() || self.found.iter().any(|bill| bill.layout.kind().has_payments())
    }

    pub(super) fn have_refunds(&self) -> bool {
        self.is_none() || self.found.iter().any(|bill| bill.layout.kind().has_refunds())
    }

    /// Without any bill nothing was traded: that says of payments and refunds that there were none.
    fn is_none(&self) -> bool {
        self.found.is_empty()
    }

    /// Reads every row of every bill into one side.
    pub(super) fn read(
        &self,
        day: Day,
        share: Arc<Share>,
        scope: Scope,
        watch: Watch<'_>,
    ) -> Result<(BillsRead, BillSide, Vec<MalformedLine>), ReconcileFault> {
        // Read again for another share they are what they were.
        let is_hashed = self.sides.mch_id.is_some() && share.is_first();
        let mut side = BillSide::new(day, self.sides.basis, share, scope);
        let mut read = BillsRead {
            files: self.found.iter().map(|found| found.path.clone()).collect(),
            same: self.same.clone(),
            mch_id: self.sides.mch_id.clone(),
            totals: BillTotals { summary_ok: self.is_none(), ..BillTotals::default() },
            ..BillsRead::default()
        };
        let mut malformed = Vec::new();
        for (number, found) in self.found.iter().enumerate() {
            let mut sum = is_hashed.then(Sha256::new);
            let sub_mch_id = self.sides.sub_mch_id.as_deref();
            let rows = Rows { day, side: &mut side, mch_id: &mut read.mch_id, sub_mch_id, malformed: &mut malformed };
            let totals = found.read(number, rows, sum.as_mut(), watch)?;
            read.totals.malformed += totals.malformed;
            read.totals.summary_ok = totals.summary_ok && (number == 0 || read.totals.summary_ok);
            if is_compared(found.layout.kind()) {
                add(&mut read.totals, &totals);
            } else {
                read.recharge_refunds += totals.refunds;
            }
            read.each.push(OneBill { kind: found.layout.kind(), columns: found.layout.columns(), totals });
            read.digests.extend(sum.map(|sum| <[u8; 32]>::from(sum.finalize())));
        }
        Ok((read, side, malformed))
    }
}

impl Found {
    /// Reads every row; `sum` gets the whole plain text.
    fn read(
        &self,
        number: usize,
        rows: Rows<'_>,
        sum: Option<&mut Sha256>,
        watch: Watch<'_>,
    ) -> Result<BillTotals, ReconcileFault> {
        let path = &self.path;
        let unreadable = |cause| ReconcileFault::Unreadable { place: place(path), cause };
        let file = File::open(path).map_err(unreadable)?;
        if !self.is_packed {
            let bill = open(Hashed::new(Watched { file, watch }, sum), path)?;
            return read_one(bill, (number, path), rows, Looking { watch, read_bytes: None });
        }
        // A packed bill is unpacked in a thread that outlives whoever watches, so that it only counts what it has read.
        let read_bytes = Arc::new(AtomicU64::new(0));
        let counted = Counted { file, read_bytes: Arc::clone(&read_bytes) };
        let text = BillText::open(counted).map_err(unreadable)?;
        let looking = Looking { watch, read_bytes: Some(&read_bytes) };
        let totals = read_one(open(Hashed::new(text, sum), path)?, (number, path), rows, looking)?;
        (watch.on_bytes)(read_bytes.swap(0, Ordering::Relaxed));
        Ok(totals)
    }
}

/// What the rows of a bill go into.
struct Rows<'r> {
    day: Day,
    side: &'r mut BillSide,
    mch_id: &'r mut Option<String>,
    sub_mch_id: Option<&'r str>,
    malformed: &'r mut Vec<MalformedLine>,
}

/// A file that counts what is read of it.
struct Counted {
    file: File,
    read_bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(room)?;
        self.read_bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Who looks at the reading every few thousand rows.
#[derive(Clone, Copy)]
struct Looking<'w> {
    watch: Watch<'w>,
    /// What was read of a packed file and not told yet; a plain one tells by itself.
    read_bytes: Option<&'w AtomicU64>,
}

impl Looking<'_> {
    fn look(&self) -> Result<(), ReconcileFault> {
        if let Some(read_bytes) = self.read_bytes {
            (self.watch.on_bytes)(read_bytes.swap(0, Ordering::Relaxed));
        }
        go_on(self.watch.cancel)
    }
}

/// The text of a bill, unpacked.
pub(super) fn text(path: &Path) -> Result<BillText<File>, ReconcileFault> {
    let unreadable = |cause| ReconcileFault::Unreadable { place: place(path), cause };
    BillText::open(File::open(path).map_err(unreadable)?).map_err(unreadable)
}

/// Opens a bill of trades.
pub(super) fn open_trades(path: &Path) -> Result<TradeReader<BillText<File>>, ReconcileFault> {
    open(text(path)?, path)
}

/// The bill of trades that a source is.
pub(super) fn open<R: Read>(source: R, path: &Path) -> Result<TradeReader<R>, ReconcileFault> {
    match Bill::open(source).map_err(|cause| ReconcileFault::Bill { place: place(path), cause })? {
        Bill::Trades(bill) => Ok(*bill),
        Bill::FundFlow(_) => Err(ReconcileFault::FundFlow(place(path))),
    }
}

/// Hands out every row that can be read, as far as nobody stops it.
pub(super) fn each_row<R: Read>(
    bill: &mut TradeReader<R>,
    path: &Path,
    cancel: &Cancel,
    mut each: impl FnMut(&BillRow<'_>) -> Result<(), ReconcileFault>,
) -> Result<(), ReconcileFault> {
    let mut rows = 0u32;
    while let Some(line) = bill.next_line().map_err(|cause| ReconcileFault::Bill { place: place(path), cause })? {
        rows = rows.wrapping_add(1);
        if rows.is_multiple_of(LOOK_ROWS) {
            go_on(cancel)?;
        }
        if let BillLine::Row(row) = line {
            each(&row)?;
        }
    }
    Ok(())
}

fn read_one<R: Read>(
    mut bill: TradeReader<R>,
    (number, path): (usize, &Path),
    into: Rows<'_>,
    looking: Looking<'_>,
) -> Result<BillTotals, ReconcileFault> {
    let Rows { day, side, mch_id, sub_mch_id, malformed } = into;
    let refused = |cause| ReconcileFault::Bill { place: place(path), cause };
    if let Some(mch_id) = &mch_id {
        bill.expect_merchant(mch_id);
    }
    if let Some(sub_mch_id) = sub_mch_id {
        bill.expect_sub_merchant(sub_mch_id);
    }
    let (mut rows, is_compared) = (0u32, is_compared(bill.layout().kind()));
    while let Some(line) = bill.next_line().map_err(refused)? {
        match line {
            BillLine::Row(row) if day.holds(row.at) => {
                if is_compared {
                    side.push(number, &row);
                }
            }
            BillLine::Row(row) => {
                let (line, at, date) = (row.line, row.at.dashed(), day.midnight().day());
                return Err(ReconcileFault::OtherDay { place: place(path), line, at, date });
            }
            BillLine::Malformed(row) if malformed.len() < MAX_MALFORMED => {
                malformed.push(MalformedLine::of_bill(number, row.line, &row.fault));
            }
            BillLine::Malformed(_) => {}
        }
        rows = rows.wrapping_add(1);
        if rows.is_multiple_of(LOOK_ROWS) {
            looking.look()?;
        }
    }
    *mch_id = bill.merchant().map(|mch_id| String::from_utf8_lossy(mch_id).into_owned()).or(mch_id.take());
    Ok(*bill.totals())
}

/// Whether the rows of a bill are compared: what was given back out of recharged money stands in no bill of trades, and refunds
/// no order of the day.
pub(super) fn is_compared(kind: BillType) -> bool {
    kind != BillType::RechargeRefund
}

fn add(whole: &mut BillTotals, more: &BillTotals) {
    whole.payments += more.payments;
    whole.refunds += more.refunds;
    whole.sums += more.sums;
    whole.unread += more.unread;
}

impl Found {
    /// Whether two files hold the same text, as far as nobody stopped it.
    fn says_the_same(&self, other: &Self, cancel: &Cancel) -> io::Result<bool> {
        let (one, other) = match (self.is_packed, other.is_packed) {
            (false, false) if fs::metadata(&self.path)?.len() != fs::metadata(&other.path)?.len() => return Ok(false),
            _ => (&self.path, &other.path),
        };
        let (mut one, mut other) = (BillText::open(File::open(one)?)?, BillText::open(File::open(other)?)?);
        let (mut left, mut right) = (Vec::new(), Vec::new());
        loop {
            left.clear();
            right.clear();
            one.by_ref().take(256 * 1024).read_to_end(&mut left)?;
            other.by_ref().take(256 * 1024).read_to_end(&mut right)?;
            if left != right {
                return Ok(false);
            }
            if left.is_empty() || cancel.is_cancelled() {
                return Ok(true);
            }
        }
    }
}

/// Whether bills of these kinds tell of the same trades: ALL holds what SUCCESS and REFUND hold.
fn overlap(one: BillType, other: BillType) -> bool {
    matches!(
        (one, other),
        (BillType::All, BillType::Success | BillType::Refund) | (BillType::Success | BillType::Refund, BillType::All)
    )
}
