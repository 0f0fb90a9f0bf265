//! Reconciling days: bills and orders chosen, brought together, and worked on.

use std::path::PathBuf;

use desk::reconcile::Viewpoint;
use desk::sheets::{Reader, Table};
use desk::{Beside, Cancel, DaySides, Desk, DeskError, Import, OwnFiles, OwnSide, ReconcileFault, SpanExport};
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow, Wry};
use wxpay_protocol::UtcMs;

use crate::commands::sheets::told;
use crate::dto::day_bills::told_beside;
use crate::dto::days::{
    DayCalendar, DayDetail, DayOwn, DayRequest, DayRunResult, DaySaying, DaysExported, OwnTable, RemarksRead, file_name,
};
use crate::dto::own_amounts::OwnAmounts;
use crate::dto::sheets::{ImportPreview, SheetMapping};
use crate::dto::start::Language;
use crate::dto::test_orders::Progress;
use crate::error::IpcError;
use crate::file_choice::{self, Choice, Kind};
use crate::home::Home;

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

/// Says something to differences, or to a day.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_say(home: State<'_, Home>, saying: DaySaying) -> Result<(), IpcError> {
    let identities = saying.identities.iter().map(|digits| identity(digits)).collect::<Result<Vec<_>, _>>()?;
    let (day, kind) = (date(&saying.date)?, saying.kind.into());
    Ok(home.desk().await?.say_of_day(&saying.profile, day, &identities, kind, &saying.text).await?)
}

/// Asks for a table of the merchant's own orders or refunds and shows how it would be read; nothing when none was chosen.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_table_choose(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    profile: String,
    table: OwnTable,
) -> Result<Option<ImportPreview>, IpcError> {
    let (chinese, english) = match table {
        OwnTable::Orders => ("选择自己的订单（CSV 或 XLSX）", "Your orders (CSV or XLSX)"),
        OwnTable::Refunds => ("选择自己的退款（CSV 或 XLSX）", "Your refunds (CSV or XLSX)"),
    };
    let choice = Choice { title: in_language(&home, chinese, english).await?, suggested: None, kind: Kind::Table };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(None) };
    let shown = preview(home.desk().await?, table, Import::of(profile, path.clone()));
    Ok(Some(home.day_files.table(table.into()).keep_once(path, shown).await?))
}

/// Shows how the chosen table would be read with this mapping.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_table_preview(
    home: State<'_, Home>,
    profile: String,
    table: OwnTable,
    mapping: SheetMapping,
) -> Result<ImportPreview, IpcError> {
    let mapping = Some(mapping.try_into()?);
    let import = Import { mapping, ..Import::of(profile, home.day_files.table(table.into()).path()?) };
    preview(home.desk().await?, table, import).await
}

/// How many amounts of the chosen table of orders equal each of WeChat's in the bill of the day: the chosen one, else the one that
/// is known.
#[tauri::command]
#[specta::specta]
pub(crate) async fn day_own_amounts(
    home: State<'_, Home>,
    profile: String,
    date_text: String,
    mapping: SheetMapping,
) -> Result<OwnAmounts, IpcError> {
    let (desk, day) = (home.desk().await?, date(&date_text)?);
    let orders = Some(home.day_files.table(Table::Orders).path()?);
    let files = OwnFiles { orders, mapping: mapping.try_into()?, ..OwnFiles::default() };
    let bills = bills_of(desk, &profile, day, &chosen_of(&home, day).await?, &Cancel::new()).await?;
    Ok(desk.own_amounts(files, bills).await?.into())
}

/// Brings a day together and keeps what came of it; `job_cancel` stops it. Progress is told in bytes. Chosen bills of other days go
/// on waiting; where none is of this one the bill that is known is read, or else WeChat's word that nothing was traded stands for it.
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
    let own = match request.own {
        DayOwn::Store => OwnSide::Kept(desk.kept_side(&profile)),
        DayOwn::AsBefore => desk.own_side_before(&profile.name, day).await?,
        DayOwn::Tables { orders, refunds } => own_tables(&home, &profile.name, orders, refunds).await?,
    };
    let job = home.jobs.begin();
    let chosen = chosen_of(&home, day).await?;
    let bills = bills_of(desk, &profile.name, day, &chosen, &job.cancel).await;
    let sides = bills.map(|bills| DaySides {
        bills,
        own,
        basis: request.basis.into(),
        date: day,
        day_cut_s: request.day_cut_s,
        mch_id: None,
        sub_mch_id: None,
        beside: Beside::default(),
    });
    let found = match sides {
        Ok(sides) => desk.reconcile_day(&profile.name, sides, told(job.number, progress), &job.cancel).await,
        Err(fault) => Err(fault),
    };
    let kept = match found {
        Err(DeskError::Day(ReconcileFault::Cancelled)) => {
            return Ok(DayRunResult::stopped());
        }
        found => found?,
    };
    home.day_files.forget_bills(&chosen);
    let (settled_days, unsettled_days) = told_beside(&kept.settled_beside);
    Ok(DayRunResult {
        cancelled: false,
        closed: kept.run.is_none(),
        again: kept.is_again,
        other_bills: kept.other_bills.len().into(),
        settled_days,
        unsettled_days,
    })
}

/// Writes the differences of some days to a file that a person chooses; nothing when none was chosen. Progress is told in rows, and
/// `job_cancel` stops it.
#[expect(clippy::too_many_arguments, reason = "what a person chose, and the window that it is told to")]
#[tauri::command]
#[specta::specta]
pub(crate) async fn days_export(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    profile: String,
    from: String,
    to: String,
    own_words: bool,
    matched: bool,
    progress: Channel<Progress>,
) -> Result<Option<DaysExported>, IpcError> {
    let title = in_language(&home, "导出差异（.xlsx 或 .csv）", "Export differences (.xlsx or .csv)").await?;
    let span = (profile, date(&from)?, date(&to)?);
    let Some(export) = span_export(&window, (title, "differences"), span, own_words).await? else {
        return Ok(None);
    };
    let file_name = file_name(&export.file);
    let job = home.jobs.begin();
    let exported =
        home.desk().await?.export_differences(export, matched, told(job.number, progress), &job.cancel).await?;
    Ok(Some(DaysExported { file_name, cancelled: exported.cancelled }))
}

/// An export of a profile's days to a file that a person chooses, for people; nothing when none was chosen. The name that is
/// suggested begins with `what` it holds.
pub(crate) async fn span_export(
    window: &WebviewWindow<Wry>,
    (title, what): (&'static str, &'static str),
    (profile, from, to): (String, UtcMs, UtcMs),
    own_words: bool,
) -> Result<Option<SpanExport>, IpcError> {
    let choice = Choice { title, suggested: Some(span_file(what, from, to)), kind: Kind::Table };
    let Some(path) = file_choice::chosen(window, choice).await? else { return Ok(None) };
    let file = if path.extension().is_some() { path } else { path.with_extension("xlsx") };
    let viewpoint = if own_words { Viewpoint::Own } else { Viewpoint::Neutral };
    Ok(Some(SpanExport { profile, from, to, file, reader: Reader::People, viewpoint }))
}

/// A name for a file about these days, such as `report_2026-11.xlsx` for a whole month.
fn span_file(what: &str, from: UtcMs, to: UtcMs) -> String {
    let (first, last) = (from.day(), to.day());
    let is_to_month_end = first.get(..7) == last.get(..7) && to.plus_ms(UtcMs::DAY_MS).day().ends_with("-01");
    match first.strip_suffix("-01") {
        Some(month) if is_to_month_end => format!("{what}_{month}.xlsx"),
        _ if first == last => format!("{what}_{first}.xlsx"),
        _ => format!("{what}_{first}_{last}.xlsx"),
    }
}

/// Asks for an exported table and reads remarks and handlings back from it; nothing when none was chosen. Progress is told in rows,
/// and `job_cancel` stops it and keeps what was said by then.
#[tauri::command]
#[specta::specta]
pub(crate) async fn days_read_remarks(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    profile: String,
    progress: Channel<Progress>,
) -> Result<Option<RemarksRead>, IpcError> {
    let title = in_language(&home, "选择写好备注的差异表", "A table of differences with remarks").await?;
    let choice = Choice { title, suggested: None, kind: Kind::Table };
    let Some(path) = file_choice::chosen(&window, choice).await? else { return Ok(None) };
    let job = home.jobs.begin();
    let read = home.desk().await?.read_remarks(&profile, &path, told(job.number, progress), &job.cancel).await?;
    Ok(Some(read.into()))
}

/// The bills that were chosen, or else those that are known of the day.
async fn bills_of(
    desk: &Desk,
    profile: &str,
    day: UtcMs,
    chosen: &[PathBuf],
    cancel: &Cancel,
) -> Result<Vec<PathBuf>, DeskError> {
    if chosen.is_empty() { desk.bills_known(profile, day, cancel).await } else { Ok(chosen.to_vec()) }
}

/// The chosen bills of the day; those of other days go on waiting.
async fn chosen_of(home: &Home, day: UtcMs) -> Result<Vec<PathBuf>, IpcError> {
    let day = day.day();
    home.day_files.reading(move |files| files.bills_of(&day)).await
}

pub(crate) async fn in_language(
    home: &Home,
    chinese: &'static str,
    english: &'static str,
) -> Result<&'static str, IpcError> {
    Ok(match Language::of(&home.desk().await?.settings().await?) {
        Language::Chinese => chinese,
        Language::English => english,
    })
}

async fn preview(desk: &Desk, table: OwnTable, import: Import) -> Result<ImportPreview, IpcError> {
    let name = file_name(&import.file);
    Ok(ImportPreview::of(name, desk.preview_table(table.into(), import).await?))
}

/// The tables that were chosen, by mappings that are saved for the next time.
async fn own_tables(
    home: &Home,
    profile: &str,
    orders: Option<SheetMapping>,
    refunds: Option<SheetMapping>,
) -> Result<OwnSide, IpcError> {
    let mut files = OwnFiles::default();
    if let Some(mapping) = orders {
        files.mapping = mapping.try_into()?;
        files.orders = Some(home.day_files.table(Table::Orders).path()?);
        home.desk().await?.save_mapping_of(profile, Table::Orders, &files.mapping).await?;
    }
    if let Some(mapping) = refunds {
        let mapping = mapping.try_into()?;
        files.refunds = Some(home.day_files.table(Table::Refunds).path()?);
        home.desk().await?.save_mapping_of(profile, Table::Refunds, &mapping).await?;
        files.refunds_mapping = Some(mapping);
    }
    Ok(OwnSide::Files(files))
}

pub(crate) fn date(text: &str) -> Result<UtcMs, IpcError> {
    UtcMs::parse_dashed(&format!("{text} 00:00:00"))
        .map_err(|_| IpcError::input("date", "must be a day such as 2026-11-20"))
}

pub(crate) fn identity(digits: &str) -> Result<[u8; 16], IpcError> {
    desk::parse_identity(digits).ok_or_else(|| IpcError::input("identity", "must be the 32 digits of a difference"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_an_export_is_named_after_the_days_that_it_holds() {
        for (from, to, name) in [
            ("2026-10-01", "2026-10-31", "differences_2026-10.xlsx"),
            ("2026-02-01", "2026-02-28", "differences_2026-02.xlsx"),
            ("2026-11-20", "2026-11-20", "differences_2026-11-20.xlsx"),
            ("2026-11-01", "2026-11-29", "differences_2026-11-01_2026-11-29.xlsx"),
            ("2026-10-01", "2026-11-30", "differences_2026-10-01_2026-11-30.xlsx"),
        ] {
            assert_eq!(span_file("differences", date(from).unwrap(), date(to).unwrap()), name);
        }
    }
}
