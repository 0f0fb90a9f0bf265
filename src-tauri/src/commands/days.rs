//! Reconciling days: bills and orders chosen, brought together, and worked on.

use std::path::Path;

use desk::reconcile::Viewpoint;
use desk::sheets::Reader;
use desk::{DayExport, DaySides, DeskError, Import, OnProgress, OwnFiles, OwnSide, ReconcileFault};
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow, Wry};
use wxpay_protocol::UtcMs;

use crate::day_files;
use crate::dto::days::{
    ChosenBill, DayCalendar, DayDetail, DayRequest, DayRunResult, DaySaying, DifferenceFilter, DifferenceRows,
    RemarksRead, file_name,
};
use crate::dto::number::Count;
use crate::dto::sheets::{ImportPreview, SheetMapping};
use crate::dto::start::Language;
use crate::dto::test_orders::Progress;
use crate::error::IpcError;
use crate::file_choice::{self, Choice, Kind};
use crate::home::Home;

/// Rows that the window may ask for at once.
const ROWS_MAX: u64 = 500;

/// Where the days from one to another stand, and what is left of all.
#[tauri::command]
#[specta::specta]
pub(crate) async fn days_calendar(
    home: State<'_, Home>,
    profile: String,
    from: String,
    to: String,
) -> Result<DayCalendar, IpcError> {
    home.desk().await?.period(&profile, date(&from)?, date(&to)?).await?.try_into()
}

/// Everything that is known of a day.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_detail(
    home: State<'_, Home>,
    profile: String,
    date_text: String,
) -> Result<DayDetail, IpcError> {
    home.desk().await?.day(&profile, date(&date_text)?).await?.try_into()
}

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

/// Says something to differences, or to a day.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_say(home: State<'_, Home>, saying: DaySaying) -> Result<(), IpcError> {
    let identities = saying.identities.iter().map(|digits| identity(digits)).collect::<Result<Vec<_>, _>>()?;
    let (day, kind) = (date(&saying.date)?, saying.kind.into());
    Ok(home.desk().await?.say_of_day(&saying.profile, day, &identities, kind, &saying.text).await?)
}

/// The bills that were chosen or dropped and wait to be compared.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_bills(home: State<'_, Home>) -> Result<Vec<ChosenBill>, IpcError> {
    let paths = home.day_files.bills();
    let looked = tokio::task::spawn_blocking(move || paths.iter().map(|path| day_files::look(path)).collect()).await;
    looked.map_err(|_| IpcError::internal("looking at the bills"))
}

/// Asks for a bill, to be compared with those that were chosen before.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_bill_choose(home: State<'_, Home>, window: WebviewWindow<Wry>) -> Result<bool, IpcError> {
    let title = in_language(&home, "选择对账单（CSV，可为 GZIP）", "A bill (CSV, plain or GZIP)").await?;
    let choice = Choice { title, suggested: None, kind: Kind::Bill };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(false) };
    home.day_files.add_bills([path]);
    Ok(true)
}

/// Forgets the bills that were chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_bills_clear(home: State<'_, Home>) -> Result<(), IpcError> {
    home.day_files.clear_bills();
    Ok(())
}

/// Asks for a file of the merchant's own orders and shows how it would be read; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_orders_choose(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    profile: String,
) -> Result<Option<ImportPreview>, IpcError> {
    let title = in_language(&home, "选择自己的订单（CSV 或 XLSX）", "Your orders (CSV or XLSX)").await?;
    let choice = Choice { title, suggested: None, kind: Kind::Table };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(None) };
    home.day_files.keep_orders(path.clone());
    Ok(Some(preview(&home, Import::of(profile, path)).await?))
}

/// Shows how the chosen orders would be read with this mapping.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_orders_preview(
    home: State<'_, Home>,
    profile: String,
    mapping: SheetMapping,
) -> Result<ImportPreview, IpcError> {
    let mapping = Some(mapping.try_into()?);
    preview(&home, Import { mapping, ..Import::of(profile, home.day_files.orders()?) }).await
}

/// Brings a day together and keeps what came of it; `job_cancel` stops it. Progress is told in bytes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_run(
    home: State<'_, Home>,
    request: DayRequest,
    progress: Channel<Progress>,
) -> Result<DayRunResult, IpcError> {
    let desk = home.desk().await?;
    let day = date(&request.date)?;
    let profile = desk.profile(&request.profile).await?.profile;
    let own = match request.mapping {
        None => OwnSide::Kept(desk.kept_side(&profile)),
        Some(mapping) => {
            let mapping = mapping.try_into()?;
            desk.save_mapping(&profile.name, &mapping).await?;
            OwnSide::Files(OwnFiles { orders: Some(home.day_files.orders()?), refunds: None, mapping })
        }
    };
    let mut bills = home.day_files.bills();
    if bills.is_empty() {
        // Without a new one the bill that the day was compared with last is read again.
        bills = desk
            .day(&profile.name, day)
            .await?
            .bills
            .into_iter()
            .filter_map(|bill| bill.file.map(Into::into))
            .collect();
    }
    if bills.is_empty() {
        return Err(IpcError::input("bill", "is not chosen yet; choose or drop the bill of the day"));
    }
    let sides = DaySides {
        bills,
        own,
        basis: request.basis.into(),
        date: day,
        day_cut_s: request.day_cut_s,
        mch_id: None,
        beside: Vec::new(),
    };
    let job = home.jobs.begin();
    let found = desk.reconcile_day(&profile.name, sides, told(job.number, progress), &job.cancel).await;
    let kept = match found {
        Err(DeskError::Day(ReconcileFault::Cancelled)) => {
            return Ok(DayRunResult { cancelled: true, closed: false, again: false, other_bills: Count::from(0_u64) });
        }
        found => found?,
    };
    home.day_files.clear_bills();
    Ok(DayRunResult {
        cancelled: false,
        closed: kept.run.is_none(),
        again: kept.is_again,
        other_bills: kept.other_bills.len().into(),
    })
}

/// Writes the differences of some days to a file that a person chooses, and answers its name; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn days_export(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    profile: String,
    from: String,
    to: String,
    own_words: bool,
) -> Result<Option<String>, IpcError> {
    let viewpoint = if own_words { Viewpoint::Own } else { Viewpoint::Neutral };
    let title = in_language(&home, "导出差异（.xlsx 或 .csv）", "Export differences (.xlsx or .csv)").await?;
    let choice = Choice { title, suggested: Some("differences.xlsx"), kind: Kind::Table };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(None) };
    let file = if path.extension().is_some() { path } else { path.with_extension("xlsx") };
    let shown = file_name(&file);
    let export = DayExport { profile, from: date(&from)?, to: date(&to)?, file, reader: Reader::People, viewpoint };
    home.desk().await?.export_differences(export).await?;
    Ok(Some(shown))
}

/// Asks for an exported table and reads remarks and handlings back from it; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn days_read_remarks(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    profile: String,
) -> Result<Option<RemarksRead>, IpcError> {
    let title = in_language(&home, "选择写好备注的差异表", "A table of differences with remarks").await?;
    let choice = Choice { title, suggested: None, kind: Kind::Table };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(None) };
    Ok(Some(home.desk().await?.read_remarks(&profile, &path).await?.into()))
}

async fn in_language(home: &Home, chinese: &'static str, english: &'static str) -> Result<&'static str, IpcError> {
    Ok(match Language::of(&home.desk().await?.settings().await?) {
        Language::Chinese => chinese,
        Language::English => english,
    })
}

async fn preview(home: &Home, import: Import) -> Result<ImportPreview, IpcError> {
    let name = file_name(Path::new(&import.file));
    Ok(ImportPreview::of(name, home.desk().await?.preview_import(import).await?))
}

fn date(text: &str) -> Result<UtcMs, IpcError> {
    UtcMs::parse_dashed(&format!("{text} 00:00:00"))
        .map_err(|_| IpcError::input("date", "must be a day such as 2026-11-20"))
}

fn identity(digits: &str) -> Result<[u8; 16], IpcError> {
    desk::parse_identity(digits).ok_or_else(|| IpcError::input("identity", "must be the 32 digits of a difference"))
}

// A page that was reloaded no longer listens; the work is done all the same.
fn told(job: u32, progress: Channel<Progress>) -> OnProgress {
    Box::new(move |found| drop(progress.send(Progress::of(job, found))))
}
