//! batchquerycomment (protocol page §4.13): what payers wrote about their orders.

use std::fmt::Write;

use wxpay_protocol::UtcMs;

use super::comment_book::Comment;
use super::days::{Moved, Movement};
use super::failure::text_refused;
use super::readiness::is_older_than_three_months;
use crate::answer::Answer;
use crate::check::Accepted;
use crate::endpoint::Endpoint;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::entry::Entry;
use crate::orders::{CustomerError, known, merchant_of};

/// How long after paying a payer writes.
const WRITTEN_AFTER_MS: i64 = 3_600_000;
/// Of how many payments one is commented.
const ONE_OF: u32 = 3;
/// As many as the documentation lets one answer hold.
const MOST: usize = 200;
/// Characters of one comment.
const LONGEST: usize = 500;

/// What payers write, with their stars.
const SAID: [(u8, &str); 6] = [
    (5, "赞，东西很新鲜"),
    (4, "包装不错，送得有点慢"),
    (5, "第二次买了"),
    (3, "一般"),
    (1, "少发了一件，已联系客服"),
    (5, "good, thanks"),
];

/// One page of comments that was asked for.
struct Page {
    begin: UtcMs,
    end: UtcMs,
    offset: usize,
    limit: usize,
}

impl Gateway {
    /// Lets the payer write about an order, now; a second comment takes the place of the first. `stars` is 1 to 5, `said` one line
    /// of at most 500 characters. `mch_id` is needed only where several merchants have the number. Returns the journal entry to
    /// wait for.
    pub fn comment(
        &self,
        mch_id: Option<&str>,
        out_trade_no: &str,
        stars: u8,
        said: &str,
    ) -> Result<u64, CustomerError> {
        self.let_happen();
        if !(1..=5).contains(&stars) {
            return Err(CustomerError::Invalid { field: "stars", rule: "须为 1 到 5 (from 1 to 5)" });
        }
        if said.trim().is_empty() || said.chars().count() > LONGEST || said.chars().any(char::is_control) {
            let rule = "须为一行文字，至多 500 字 (one line of at most 500 characters)";
            return Err(CustomerError::Invalid { field: "text", rule });
        }
        let mut ledger = self.ledger_mut();
        let mch_id = merchant_of(&ledger, mch_id, out_trade_no)?;
        let order = known(&ledger, &mch_id, out_trade_no)?;
        if order.payment.is_none() {
            let out_trade_no = out_trade_no.to_owned();
            return Err(CustomerError::Impossible { out_trade_no, state: "未支付", action: "评价" });
        }
        let comment = Comment { stars, said: said.into() };
        let (out_trade_no, at) = (out_trade_no.to_owned(), self.clock.now());
        Ok(self.commit(&mut ledger, Entry::Commented { mch_id, out_trade_no, at, comment })?)
    }

    /// What payers were made to write, and unless a switch says otherwise every third payment an hour later: always the same ones
    /// by the same words, so that a test can expect them.
    pub(crate) fn batch_query_comment(&self, request: &Accepted, now: UtcMs) -> Answer {
        let refused = |err_code, err_code_des, reason: &str| {
            text_refused(Endpoint::BatchQueryComment, err_code, err_code_des, &self.switches.bills, reason)
        };
        let page = match page_of(request) {
            Ok(page) => page,
            Err(reason) => return refused("PARAM_ERROR", "参数错误", reason),
        };
        if is_older_than_three_months(page.begin, now) {
            return refused("TIME_EXPIRE", "时间失效", "begin_time is more than three months ago");
        }
        let text = self.comments_text(request.merchant.mch_id.as_str(), &page, now);
        match text {
            Some(text) => Answer::new(Endpoint::BatchQueryComment, "SUCCESS", text),
            None => refused("NO_COMMENT", "对应的时间段没有用户的评论数据", "nobody has written in that time"),
        }
    }

    /// The number of the last comment given, then one line for each; nothing where there is none.
    fn comments_text(&self, mch_id: &str, page: &Page, now: UtcMs) -> Option<String> {
        let ledger = self.ledger();
        let last = page.end.min(now);
        let mut written: Vec<(UtcMs, u32, u8, &str)> = ledger
            .comments()
            .between(mch_id, page.begin, last)
            .map(|(at, place, comment)| (at, place, comment.stars, &*comment.said))
            .collect();
        if self.switches.bills.comments_by_themselves {
            written.extend(by_themselves(&ledger, mch_id, page.begin, last));
        }
        written.sort_unstable();
        let tick = if self.switches.bills.comments_have_back_ticks { "`" } else { "" };
        let mut lines = String::new();
        let mut given = page.offset;
        for (at, place, stars, said) in written.into_iter().skip(page.offset).take(page.limit) {
            let Some(payment) = ledger.order_at(place).and_then(|order| order.payment.as_ref()) else { continue };
            let (at, number) = (at.dashed(), &payment.transaction_id);
            // Writing into a String cannot fail.
            if writeln!(lines, "{tick}{at},{tick}{number},{tick}{stars},{tick}{said}").is_ok() {
                given += 1;
            }
        }
        (!lines.is_empty()).then(|| format!("{tick}{given}\n{lines}"))
    }
}

/// Who writes unasked: never about an order that its payer was made to write about.
fn by_themselves<'l>(
    ledger: &'l Ledger,
    mch_id: &'l str,
    begin: UtcMs,
    end: UtcMs,
) -> impl Iterator<Item = (UtcMs, u32, u8, &'l str)> {
    let (first, last) = (begin.plus_ms(-WRITTEN_AFTER_MS), end.plus_ms(-WRITTEN_AFTER_MS));
    let days = ledger.days().between(mch_id, first.beijing_day(), last.beijing_day());
    days.flat_map(|(_, movements)| movements).filter_map(move |Movement { at, moved }| {
        let Moved::Paid(place) = *moved else { return None };
        if place % ONE_OF != 0 || !(first..=last).contains(at) || ledger.comments().has(place) {
            return None;
        }
        let (stars, said) = SAID.get(usize::try_from(place / ONE_OF).unwrap_or_default() % SAID.len())?;
        Some((at.plus_ms(WRITTEN_AFTER_MS), place, *stars, *said))
    })
}

fn page_of(request: &Accepted) -> Result<Page, &'static str> {
    let moment = |name| request.field(name).and_then(|text| UtcMs::parse_compact(text).ok());
    let count = |name, absent| request.field(name).map_or(Some(absent), |text| text.parse::<usize>().ok());
    let begin = moment("begin_time").ok_or("begin_time is not written as yyyyMMddHHmmss")?;
    let end = moment("end_time").ok_or("end_time is not written as yyyyMMddHHmmss")?;
    if end < begin {
        return Err("end_time is before begin_time");
    }
    let offset = count("offset", 0).ok_or("offset is not a number from 0")?;
    let limit = count("limit", MOST).filter(|limit| (1..=MOST).contains(limit)).ok_or("limit is not 1 to 200")?;
    Ok(Page { begin, end, offset, limit })
}
