//! Remarks and handlings read back from an exported table, row by row by the identity of the difference.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::Path;

use desk_sheets::{Row, Sheet, SheetError};
use desk_store::{DayDifference, DifferenceState, Handled, NewDayNote, NoteKind, StoreError};

use super::table::{AS_EXPORTED, AsExported, IDENTITY, REMARK, STATE, remark, state_words};
use super::{AT_ONCE, operator};
use crate::changes::Tag;
use crate::desk::Inner;
use crate::progress::{Cancel, Meter, OnProgress};
use crate::reconciling::MALFORMED;
use crate::{Desk, DeskError};

/// A longer remark is a text of its own.
const REMARK_CHARS_MAX: usize = 2_000;
/// Rows among which the titles may stand.
const TITLE_ROWS: u64 = 50;

/// A row whose remark was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRemark {
    /// Its line in the sheet.
    pub line: u64,
    /// Why not.
    pub why: RemarkRefusal,
}

/// Why what a row says is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemarkRefusal {
    /// The column of identities was changed.
    #[error("{0:?} is no identity; do not change that column")]
    NoIdentity(String),
    /// Nothing goes by that identity any more.
    #[error("no run that counts has this difference any more; export again")]
    Gone,
    /// Another word than those for states.
    #[error("{0:?} is none of 待处理, 已核销, 挂账, 已忽略")]
    UnknownState(String),
    /// More than [`REMARK_CHARS_MAX`] characters.
    #[error("the remark has more than {REMARK_CHARS_MAX} characters; shorten it")]
    TooLong,
    /// It is expected on another day.
    #[error("what is expected on another day needs no handling; leave its state as it is")]
    Expected,
    /// The row itself could not be read.
    #[error("a row that cannot be read is mended in its file, and the day run again")]
    Malformed,
    /// The day is closed.
    #[error("the day is closed; reopen it first")]
    Closed,
    /// Something was said since the table was exported, and the table says something else.
    #[error("it was handled or remarked since this table was exported; export again and say it there")]
    Overtaken,
}

impl RemarkRefusal {
    /// The word that scripts and the window compare.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoIdentity(_) => "remark_no_identity",
            Self::Gone => "remark_gone",
            Self::UnknownState(_) => "remark_unknown_state",
            Self::TooLong => "remark_too_long",
            Self::Expected => "remark_expected",
            Self::Malformed => "remark_malformed",
            Self::Closed => "remark_day_closed",
            Self::Overtaken => "remark_overtaken",
        }
    }

    /// The sentence in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::NoIdentity(found) => format!("“{found}”不是完整的识别码；请不要改动这一列"),
            Self::Gone => "最近一次对账已没有这条差异；请重新导出".to_owned(),
            Self::UnknownState(found) => format!("处理一栏只能是待处理、已核销、挂账、已忽略，不能是“{found}”"),
            Self::TooLong => format!("备注超过 {REMARK_CHARS_MAX} 个字；请缩短"),
            Self::Expected => "跨日的记录无需处理；请保持原来的状态".to_owned(),
            Self::Malformed => "无法读取的行请在文件里改正，再重新对账".to_owned(),
            Self::Closed => "当天已关账；请先重新打开".to_owned(),
            Self::Overtaken => "导出之后已有人处理或备注过；请重新导出，在新表里写".to_owned(),
        }
    }
}

/// What reading remarks back did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadRemarks {
    /// Rows with an identity.
    pub rows: u64,
    /// New remarks.
    pub remarks: u64,
    /// Differences that were handled, or opened again.
    pub handled: u64,
    /// Rows that were not taken.
    pub refused: Vec<RefusedRemark>,
    /// Somebody stopped it; what was said by then stays.
    pub cancelled: bool,
}

/// A row of the table.
struct Said {
    line: u64,
    identity: String,
    state: String,
    remark: String,
    /// Nothing where that cannot be read.
    as_exported: Option<AsExported>,
    /// The table is from before that was written.
    is_old: bool,
}

impl Desk {
    /// Reads remarks and handlings back from a table that was exported before; what is there already is not said again. Told in
    /// rows.
    pub async fn read_remarks(
        &self,
        profile: &str,
        file: &Path,
        report: OnProgress,
        cancel: &Cancel,
    ) -> Result<ReadRemarks, DeskError> {
        let (profile, file, cancel) = (profile.to_owned(), file.to_owned(), cancel.clone());
        let read = self
            .blocking(move |inner| {
                inner.profile(&profile)?;
                let (mut read, mut notes, mut about) = (ReadRemarks::default(), Vec::new(), HashSet::new());
                let all = said_in(&file)?;
                let mut meter = Meter::new(all.len() as u64, report);
                for said in all {
                    read.cancelled = cancel.is_cancelled();
                    if read.cancelled {
                        break;
                    }
                    read.rows += 1;
                    meter.add(1);
                    // Each time is a commit of its own; and what a row says depends on what was said to the same difference before.
                    let identity = parse_identity(&said.identity);
                    if notes.len() == AT_ONCE || identity.is_some_and(|identity| about.contains(&identity)) {
                        inner.say_all(&notes, &mut read)?;
                        notes.clear();
                        about.clear();
                    }
                    about.extend(identity);
                    match inner.note(&profile, &said)? {
                        Ok(Some(note)) => notes.push((said.line, note)),
                        Ok(None) => {}
                        Err(why) => read.refused.push(RefusedRemark { line: said.line, why }),
                    }
                }
                inner.say_all(&notes, &mut read)?;
                read.refused.sort_by_key(|refused| refused.line);
                Ok(read)
            })
            .await;
        // Also where it failed midway: what was said before that stays.
        self.inner.changes.note(Tag::Days, []);
        read
    }
}

impl Inner {
    /// What one row wants said, if anything; the inner fault is the row's alone.
    fn note(&self, profile: &str, said: &Said) -> Result<Result<Option<NewDayNote>, RemarkRefusal>, DeskError> {
        let Some(identity) = parse_identity(&said.identity) else {
            return Ok(Err(RemarkRefusal::NoIdentity(said.identity.clone())));
        };
        let Some(found) = self.store.difference(profile, &identity)? else { return Ok(Err(RemarkRefusal::Gone)) };
        if said.is_as_exported(&found) {
            return Ok(Ok(None));
        }
        let kind = match handling(&said.state, &found) {
            Ok(kind) => kind,
            Err(why) => return Ok(Err(why)),
        };
        if said.remark.chars().count() > REMARK_CHARS_MAX {
            return Ok(Err(RemarkRefusal::TooLong));
        }
        let is_new = !said.remark.is_empty() && said.remark != remark(&found.notes).trim();
        let kind = match kind {
            None if !is_new => return Ok(Ok(None)),
            _ if said.is_overtaken(&found) => return Ok(Err(RemarkRefusal::Overtaken)),
            None => NoteKind::Remark,
            Some(kind) => kind,
        };
        Ok(Ok(Some(NewDayNote {
            profile: profile.to_owned(),
            date: found.date,
            identity: Some(identity),
            kind,
            said_by: operator(),
            said_at: self.clock.now(),
            text: if is_new { said.remark.clone() } else { String::new() },
        })))
    }

    /// Says all of these at once, or each alone where one of them cannot be said.
    fn say_all(&self, notes: &[(u64, NewDayNote)], read: &mut ReadRemarks) -> Result<(), DeskError> {
        if notes.is_empty() {
            return Ok(());
        }
        let why = match self.store.say(notes.iter().map(|(_, note)| note.clone()).collect()) {
            Ok(()) => {
                for (_, note) in notes {
                    read.remarks += u64::from(!note.text.is_empty());
                    read.handled += u64::from(note.kind != NoteKind::Remark);
                }
                return Ok(());
            }
            Err(StoreError::NotFound { .. }) => RemarkRefusal::Gone,
            Err(StoreError::Refused { .. }) => RemarkRefusal::Closed,
            Err(fault) => return Err(fault.into()),
        };
        match notes {
            [(line, _)] => read.refused.push(RefusedRemark { line: *line, why }),
            several => {
                for one in several.chunks(1) {
                    self.say_all(one, read)?;
                }
            }
        }
        Ok(())
    }
}

impl Said {
    /// Whether nobody changed the row since it was exported, so that it says nothing, whatever was said elsewhere since.
    fn is_as_exported(&self, found: &DayDifference) -> bool {
        self.as_exported.is_some_and(|exported| {
            let notes = found.notes.get(..exported.notes).unwrap_or(&found.notes);
            let is_state =
                self.state.is_empty() || state_of(&self.state).is_some_and(|(state, _)| state == exported.state);
            is_state && (self.remark.is_empty() || self.remark == remark(notes).trim())
        })
    }

    /// Whether something was said since it was exported, or the difference says something else since.
    fn is_overtaken(&self, found: &DayDifference) -> bool {
        self.as_exported.map_or(!self.is_old, |exported| exported != AsExported::of(found))
    }
}

/// The state of a word, and what leads to it.
fn state_of(word: &str) -> Option<(DifferenceState, Option<NoteKind>)> {
    let states = [
        (DifferenceState::Expected, None),
        (DifferenceState::Open, Some(NoteKind::Reopen)),
        (DifferenceState::Handled(Handled::Resolved), Some(NoteKind::Resolve)),
        (DifferenceState::Handled(Handled::CarriedOver), Some(NoteKind::CarryOver)),
        (DifferenceState::Handled(Handled::Ignored), Some(NoteKind::Ignore)),
    ];
    let is_word = |state: DifferenceState| {
        let (chinese, english) = state_words(state);
        word == chinese || word.eq_ignore_ascii_case(english) || word.eq_ignore_ascii_case(state.as_str())
    };
    states.into_iter().find(|(state, _)| is_word(*state))
}

/// What the word in the state column asks for; nothing where the difference stands so already.
fn handling(word: &str, found: &DayDifference) -> Result<Option<NoteKind>, RemarkRefusal> {
    if word.is_empty() {
        return Ok(None);
    }
    let Some((state, kind)) = state_of(word) else {
        return Err(RemarkRefusal::UnknownState(word.to_owned()));
    };
    match kind {
        _ if state == found.state => Ok(None),
        Some(_) if !found.found.counts => Err(RemarkRefusal::Expected),
        Some(_) if found.found.class == MALFORMED => Err(RemarkRefusal::Malformed),
        kind => Ok(kind),
    }
}

/// An identity out of its 32 hexadecimal digits.
pub fn parse_identity(text: &str) -> Option<[u8; 16]> {
    let digits = text.trim();
    if digits.len() != 32 || !digits.is_ascii() {
        return None;
    }
    let mut identity = [0; 16];
    for (place, byte) in identity.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(identity)
}

/// The rows of every sheet that has the three columns.
fn said_in(file: &Path) -> Result<Vec<Said>, DeskError> {
    let place = file.display();
    let unreadable =
        |fault: std::io::Error| DeskError::malformed(format!("{place} cannot be read: {fault}; check the name"));
    let refused = |fault: SheetError| DeskError::malformed(format!("{place}: {fault}"));
    let mut book = Sheet::open(BufReader::new(File::open(file).map_err(unreadable)?)).map_err(refused)?;
    let (mut all, mut is_ours) = (Vec::new(), false);
    for sheet in 0..book.sheet_names().len().max(1) {
        book.choose_sheet(sheet);
        let mut columns: Option<Columns> = None;
        book.each(|row| {
            match columns {
                None => columns = columns_of(row),
                Some(Columns { identity, state, remark, as_exported }) => {
                    let said = Said {
                        line: row.line(),
                        identity: text(row, identity),
                        state: text(row, state),
                        remark: text(row, remark),
                        as_exported: as_exported.and_then(|place| AsExported::parse(&text(row, place))),
                        is_old: as_exported.is_none(),
                    };
                    if !said.identity.is_empty() {
                        all.push(said);
                    }
                }
            }
            let gives_up = columns.is_none() && row.line() >= TITLE_ROWS;
            if gives_up { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .map_err(refused)?;
        is_ours |= columns.is_some();
    }
    if is_ours {
        return Ok(all);
    }
    Err(DeskError::malformed(format!(
        "{place} has no columns 识别码, 处理 and 备注; give a table that was exported here [不是从这里导出的差异表]"
    )))
}

fn text(row: &Row<'_>, place: usize) -> String {
    row.text(place).map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// Where the columns stand that are read back.
#[derive(Clone, Copy)]
struct Columns {
    identity: usize,
    state: usize,
    remark: usize,
    as_exported: Option<usize>,
}

/// Nothing if the row is not the one with the titles.
fn columns_of(row: &Row<'_>) -> Option<Columns> {
    let find = |(chinese, english): (&str, &str)| {
        let word = english.to_lowercase();
        (0..row.len()).find(|place| {
            let title = text(row, *place);
            title == chinese || title.to_lowercase().replace('_', " ") == word
        })
    };
    Some(Columns {
        identity: find(IDENTITY)?,
        state: find(STATE)?,
        remark: find(REMARK)?,
        as_exported: find(AS_EXPORTED),
    })
}
