//! Looking numbers up, and writing the answers to a file that is chosen in a dialog of the system.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use desk::{DeskError, LookupTable, OnProgress};
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow, Wry};

use crate::dto::lookup::{LookedUp, LookupFile, LookupNews, LookupRequest};
use crate::dto::start::Language;
use crate::dto::test_orders::Progress;
use crate::error::IpcError;
use crate::file_choice::{self, Choice, Kind};
use crate::home::Home;

/// So many lookups keep their answers: the one on screen, and a few that went on while it was asked for.
const MOST_KEPT: usize = 3;

/// The answers of the last lookups, so that a table is written from them and not from what the page says.
pub(crate) type LookupAnswers = Kept<Vec<desk::LookupAnswer>>;

/// What the last jobs found, each by its number.
#[derive(Default)]
pub(crate) struct Kept<T>(Mutex<VecDeque<(u32, T)>>);

impl<T: Clone> Kept<T> {
    /// Keeps what a job found in place of what it found before; what was kept longest ago makes room.
    fn keep(&self, job: u32, found: T) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(other, _)| *other != job);
        kept.push_back((job, found));
        if kept.len() > MOST_KEPT {
            kept.pop_front();
        }
    }

    /// What this job found, and never what another did.
    fn of(&self, job: u32) -> Result<T, IpcError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(other, _)| *other == job).map(|(_, found)| found.clone()).ok_or_else(|| {
            IpcError::gone(
                "the answers of this lookup are no longer kept, and nothing was written; look the numbers up again",
                "这次查单的结果已经不在了，没有写出文件；请再查一次，然后导出",
            )
        })
    }
}

/// Looks up every number of a text; how far it is, and the answers as soon as they stand, are told while it goes on, and
/// `job_cancel` stops it and keeps what is done.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup(
    home: State<'_, Home>,
    request: LookupRequest,
    news: Channel<LookupNews>,
) -> Result<LookedUp, IpcError> {
    let has_no_number = desk::numbers(&request.text).is_empty();
    let desk = home.desk().await?;
    let job = home.jobs.begin();
    let numbers = watch(&news, job.number, |progress| LookupNews::Numbers { progress });
    let found = match desk.lookup(request.into(), numbers, &job.cancel).await {
        Err(DeskError::Input { field: "text", .. }) if has_no_number => {
            return Err(IpcError::malformed(
                "there is no number in the text; paste a transaction number (4200…), an order number or a refund number"
                    .into(),
                Some("这段文字里没有单号：请粘贴微信支付单号（4200…）、商户单号或退款单号".into()),
            ));
        }
        found => found?,
    };
    home.lookup_answers.keep(job.number, found.answers.clone());
    tell(&news, LookupNews::Answers { found: LookedUp::of(job.number, found.clone()) });
    let bills = watch(&news, job.number, |progress| LookupNews::Bills { progress });
    let found = desk.lookup_in_bills(found, bills, &job.cancel).await?;
    home.lookup_answers.keep(job.number, found.answers.clone());
    Ok(LookedUp::of(job.number, found))
}

fn watch(news: &Channel<LookupNews>, job: u32, of: fn(Progress) -> LookupNews) -> OnProgress {
    let news = news.clone();
    Box::new(move |found| tell(&news, of(Progress::of(job, found))))
}

// A page that was reloaded no longer listens; the work is done all the same.
fn tell(news: &Channel<LookupNews>, told: LookupNews) {
    drop(news.send(told));
}

/// Writes the answers of the lookup with this number to a file that a person chooses; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_export(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    job: u32,
) -> Result<Option<LookupFile>, IpcError> {
    // Before the dialog: what is on screen now is what is written.
    let answers = home.lookup_answers.of(job)?;
    let desk = home.desk().await?;
    let title = match Language::of(&desk.settings().await?) {
        Language::Chinese => "导出查单结果（.xlsx 或 .csv）",
        Language::English => "Export the answers (.xlsx or .csv)",
    };
    let choice = Choice { title, suggested: Some("lookup.xlsx".to_owned()), kind: Kind::Table };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(None) };
    // Whoever types a name alone gets the workbook that was suggested.
    let file = if path.extension().is_some() { path } else { path.with_extension("xlsx") };
    desk.write_lookup(LookupTable { answers: &answers, file: &file }).await?;
    Ok(Some(LookupFile { file: file.to_string_lossy().into_owned(), rows: answers.len().into() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn a_table_has_the_answers_of_the_lookup_that_is_named_also_when_a_later_one_answered_first() {
        let answers = Kept::default();
        for (job, found) in [(1, "the first's"), (2, "the second's"), (1, "the first's with its bills")] {
            answers.keep(job, found);
            assert_eq!(answers.of(job).ok(), Some(found));
        }
        assert_eq!(answers.of(2).ok(), Some("the second's"));
    }

    #[test]
    fn answers_that_made_room_for_later_ones_are_said_to_be_gone_and_no_others_are_taken_for_them() {
        let answers = Kept::default();
        for job in 1..=4 {
            answers.keep(job, job);
        }
        assert_eq!([2, 3, 4].map(|job| answers.of(job).ok()), [Some(2), Some(3), Some(4)]);
        let gone = answers.of(1).unwrap_err();
        assert_eq!(
            (gone.code, gone.message_zh.is_some_and(|said| said.contains("再查一次"))),
            (ErrorCode::NotFound, true)
        );
    }
}
