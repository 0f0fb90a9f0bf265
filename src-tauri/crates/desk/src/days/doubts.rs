//! Asking the gateway about the differences that are kept of a day, and keeping what it says beside them.

use std::collections::BTreeMap;

use desk_reconcile::Class;
use desk_store::{DayDifference, DifferenceFilter, DifferenceState, NewDayAnswer};
use wxpay_protocol::UtcMs;

use super::AT_ONCE;
use crate::changes::Tag;
use crate::desk::Inner;
use crate::doubtful::Asker;
use crate::progress::{Cancel, OnProgress};
use crate::{DaySides, Desk, DeskError, Doubtful, GatewaySays, Reconciled};

/// So many are asked about at once; whoever wants more asks again.
const ASKED_MAX: usize = 500;
/// Answers that are kept at once, so that they appear while the asking goes on.
const KEPT_AT_ONCE: usize = 10;

/// What became of asking about differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedDifferences {
    /// Questions that were to be asked.
    pub questions: u64,
    /// Those that were asked; their answers are kept.
    pub asked: u64,
    /// Doubtful ones beyond what is asked at once.
    pub rest: u64,
    /// Somebody stopped it.
    pub cancelled: bool,
    /// The gateway did not answer several times in a row, so that it was left alone.
    pub left_alone: bool,
}

/// The question about a difference that is kept; nothing where nobody doubts what it is.
pub fn question_about(row: &DayDifference) -> Option<Doubtful> {
    let found = &row.found;
    let [out_trade_no, transaction_id, out_refund_no, refund_id] =
        [&found.out_trade_no, &found.transaction_id, &found.out_refund_no, &found.refund_id].map(Option::as_deref);
    Doubtful::about(Class::parse(&found.class)?, out_trade_no, transaction_id, out_refund_no, refund_id)
}

impl Desk {
    /// Asks about the open differences of a day that fit a filter, those that were never asked about first, no faster than the
    /// gateway is asked anyway. What it says is kept as it comes.
    ///
    /// # Errors
    ///
    /// The profile, its key or the store cannot be used; what was answered by then is kept.
    pub async fn ask_differences(
        &self,
        profile: &str,
        date: UtcMs,
        filter: DifferenceFilter,
        report: OnProgress,
        cancel: &Cancel,
    ) -> Result<AskedDifferences, DeskError> {
        let (name, date) = (profile.to_owned(), date.start_of_day());
        let mut all = self.blocking(move |inner| inner.questions(&name, date, &filter)).await?;
        let rest = all.len().saturating_sub(ASKED_MAX) as u64;
        all.truncate(ASKED_MAX);
        let mut watch = Asker::new(all.len(), report, cancel);
        let mut asked = 0;
        for some in all.chunks(KEPT_AT_ONCE) {
            let questions: Vec<Doubtful> = some.iter().map(|(_, question)| question.clone()).collect();
            let told = self.ask_some(profile, &questions, &mut watch).await?;
            asked += told.len() as u64;
            let at = self.now();
            let answers = some.iter().zip(told).map(|((identity, question), told)| NewDayAnswer {
                profile: profile.to_owned(),
                date,
                identity: *identity,
                answer: told.answer(at, question.is_refund()),
            });
            let answers: Vec<NewDayAnswer> = answers.collect();
            self.blocking(move |inner| Ok(inner.store.keep_answers(answers)?)).await?;
            self.inner.changes.note(Tag::Days, []);
            if watch.is_over() {
                break;
            }
        }
        let questions = all.len() as u64;
        let cancelled = cancel.is_cancelled() && asked < questions;
        Ok(AskedDifferences { questions, asked, rest, cancelled, left_alone: watch.is_left_alone() })
    }
}

impl Inner {
    /// What is to be asked, those that were never answered first.
    fn questions(
        &self,
        profile: &str,
        date: UtcMs,
        filter: &DifferenceFilter,
    ) -> Result<Vec<([u8; 16], Doubtful)>, DeskError> {
        let Some(run) = self.store.current_run(profile, date)? else { return Ok(Vec::new()) };
        // One that is named is asked about wherever it stands.
        let is_one = !filter.identity.is_empty();
        let (mut fresh, mut again, mut start) = (Vec::new(), Vec::new(), 0);
        loop {
            let page = self.store.differences(run.id, filter, start, AT_ONCE)?;
            start += page.rows.len();
            let is_last = page.rows.is_empty() || start as u64 >= page.total;
            for row in page.rows {
                let Some(question) = question_about(&row) else { continue };
                if is_one || matches!(row.state, DifferenceState::Open | DifferenceState::Expected) {
                    let list = if row.answer.is_some() { &mut again } else { &mut fresh };
                    list.push((row.found.identity, question));
                }
            }
            if is_last {
                break;
            }
        }
        fresh.append(&mut again);
        Ok(fresh)
    }

    /// Keeps what the gateway said while the day was brought together.
    pub(super) fn keep_told(
        &self,
        profile: &str,
        sides: &DaySides,
        found: &Reconciled,
        cancel: &Cancel,
    ) -> Result<(), DeskError> {
        if found.told.is_empty() {
            return Ok(());
        }
        let told: BTreeMap<u64, &GatewaySays> = found.told.iter().map(|(place, told)| (*place as u64, told)).collect();
        let (date, asked_at, mut answers) = (sides.date.start_of_day(), self.clock.now(), Vec::new());
        found.each_kept(sides, &[], cancel, |row| {
            if let Some(told) = told.get(&row.place) {
                let is_refund = row.class.starts_with("refund_");
                let answer = told.answer(asked_at, is_refund);
                answers.push(NewDayAnswer { profile: profile.to_owned(), date, identity: row.identity, answer });
            }
            Ok(())
        })?;
        Ok(self.store.keep_answers(answers)?)
    }
}
