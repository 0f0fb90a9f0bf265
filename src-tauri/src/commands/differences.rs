//! What of a day does not agree: read in stretches, and asked of the gateway.

use tauri::State;
use tauri::ipc::Channel;

use crate::commands::days::{date, identity};
use crate::commands::sheets::told;
use crate::dto::day_fees::FeeRows;
use crate::dto::differences::{DayAsked, DayManySaying, DaySaid, DifferenceFilter, DifferenceRows, MatchedRows};
use crate::dto::number::Count;
use crate::dto::test_orders::Progress;
use crate::error::IpcError;
use crate::home::Home;

/// Rows that the window may ask for at once.
pub(crate) const ROWS_MAX: u64 = 500;

/// What of a day does not agree.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_differences(
    home: State<'_, Home>,
    profile: String,
    date_text: String,
    filter: DifferenceFilter,
    start: Count,
    limit: Count,
) -> Result<DifferenceRows, IpcError> {
    let [start, limit] = [start.get(), limit.get().min(ROWS_MAX)].map(|number| usize::try_from(number).unwrap_or(0));
    let desk = home.desk().await?;
    let page = desk.day_differences(&profile, date(&date_text)?, filter.into(), start, limit).await?;
    let rows = page.rows.into_iter().map(TryInto::try_into).collect::<Result<_, IpcError>>()?;
    Ok(DifferenceRows { total: page.total.into(), rows })
}

/// Payments or refunds of a day that agree.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_matched(
    home: State<'_, Home>,
    profile: String,
    date_text: String,
    refunds: bool,
    start: Count,
    limit: Count,
) -> Result<MatchedRows, IpcError> {
    let limit = usize::try_from(limit.get().min(ROWS_MAX)).unwrap_or_default();
    let page = home.desk().await?.matched_rows(&profile, date(&date_text)?, refunds, start.get(), limit).await?;
    Ok(MatchedRows { total: page.total.into(), rows: page.rows.into_iter().map(Into::into).collect() })
}

/// Fees of a day that are off.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_fees(
    home: State<'_, Home>,
    profile: String,
    date_text: String,
    start: Count,
    limit: Count,
) -> Result<FeeRows, IpcError> {
    let limit = usize::try_from(limit.get().min(ROWS_MAX)).unwrap_or_default();
    home.desk().await?.day_fees(&profile, date(&date_text)?, start.get(), limit).await?.try_into()
}

/// Says the same to every difference of a day that fits a filter; `job_cancel` stops it and keeps what was said.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_say_many(
    home: State<'_, Home>,
    saying: DayManySaying,
    progress: Channel<Progress>,
) -> Result<DaySaid, IpcError> {
    let DayManySaying { profile, date: day, filter, among, shown, kind, text } = saying;
    let among = among.iter().map(|digits| identity(digits)).collect::<Result<Vec<_>, _>>()?;
    let filter = desk_store::DifferenceFilter { among, ..filter.into() };
    let (desk, job) = (home.desk().await?, home.jobs.begin());
    let (report, saying) = (told(job.number, progress), (kind.into(), text.as_str()));
    let (day, shown) = ((profile.as_str(), date(&day)?), shown.map(Into::into));
    Ok(desk.say_of_many(day, filter, saying, shown, report, &job.cancel).await?.into())
}

/// Asks the gateway about the doubtful differences that fit a filter and keeps what it says; `job_cancel` stops it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_ask(
    home: State<'_, Home>,
    profile: String,
    date_text: String,
    filter: DifferenceFilter,
    progress: Channel<Progress>,
) -> Result<DayAsked, IpcError> {
    let day = date(&date_text)?;
    let desk = home.desk().await?;
    let job = home.jobs.begin();
    let report = told(job.number, progress);
    Ok(desk.ask_differences(&profile, day, filter.into(), report, &job.cancel).await?.into())
}
