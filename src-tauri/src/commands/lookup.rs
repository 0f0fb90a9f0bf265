//! Looking numbers up, and writing the answers to a file that is chosen in a dialog of the system.

use std::sync::{Mutex, PoisonError};

use desk::{LookupTable, OnProgress};
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow, Wry};

use crate::dto::lookup::{LookedUp, LookupFile, LookupNews, LookupRequest};
use crate::dto::start::Language;
use crate::dto::test_orders::Progress;
use crate::error::IpcError;
use crate::file_choice::{self, Choice, Kind};
use crate::home::Home;

/// The answers of the lookup that began last, so that a table is written from them and not from what the page says.
pub(crate) type LastAnswers = Latest<Vec<desk::LookupAnswer>>;

/// What the job that began last has found.
#[derive(Default)]
pub(crate) struct Latest<T>(Mutex<(u32, T)>);

impl<T: Clone> Latest<T> {
    /// Keeps what a job found, unless a later one has found something.
    fn keep(&self, job: u32, found: T) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 <= job {
            *kept = (job, found);
        }
    }

    fn get(&self) -> T {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
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
    if desk::numbers(&request.text).is_empty() {
        return Err(IpcError::malformed(
            "there is no number in the text; paste a transaction number (4200…), an order number or a refund number"
                .into(),
            Some("这段文字里没有单号：请粘贴微信支付单号（4200…）、商户单号或退款单号".into()),
        ));
    }
    let desk = home.desk().await?;
    let job = home.jobs.begin();
    let numbers = watch(&news, job.number, |progress| LookupNews::Numbers { progress });
    let found = desk.lookup(request.into(), numbers, &job.cancel).await?;
    home.last_answers.keep(job.number, found.answers.clone());
    tell(&news, LookupNews::Answers { found: found.clone().into() });
    let bills = watch(&news, job.number, |progress| LookupNews::Bills { progress });
    let found = desk.lookup_in_bills(found, bills, &job.cancel).await?;
    home.last_answers.keep(job.number, found.answers.clone());
    Ok(found.into())
}

fn watch(news: &Channel<LookupNews>, job: u32, of: fn(Progress) -> LookupNews) -> OnProgress {
    let news = news.clone();
    Box::new(move |found| tell(&news, of(Progress::of(job, found))))
}

// A page that was reloaded no longer listens; the work is done all the same.
fn tell(news: &Channel<LookupNews>, told: LookupNews) {
    drop(news.send(told));
}

/// Writes the answers of the last lookup to a file that a person chooses; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lookup_export(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
) -> Result<Option<LookupFile>, IpcError> {
    let desk = home.desk().await?;
    let title = match Language::of(&desk.settings().await?) {
        Language::Chinese => "导出查单结果（.xlsx 或 .csv）",
        Language::English => "Export the answers (.xlsx or .csv)",
    };
    let choice = Choice { title, suggested: Some("lookup.xlsx"), kind: Kind::Table };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(None) };
    // Whoever types a name alone gets the workbook that was suggested.
    let file = if path.extension().is_some() { path } else { path.with_extension("xlsx") };
    let answers = home.last_answers.get();
    desk.write_lookup(LookupTable { answers: &answers, file: &file }).await?;
    Ok(Some(LookupFile { file: file.to_string_lossy().into_owned(), rows: answers.len().into() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_lookup_finds_at_last_does_not_take_the_place_of_a_newer_one() {
        let answers = Latest::default();
        for (job, found) in [(1, "its answers"), (2, "those of the next"), (1, "with its bills"), (2, "with theirs")] {
            answers.keep(job, found);
            let shown = if job == 1 && found == "with its bills" { "those of the next" } else { found };
            assert_eq!(answers.get(), shown);
        }
    }
}
