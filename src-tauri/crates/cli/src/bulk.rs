//! `wxpay verify --jsonl`: very many messages over all cores, in bounded memory.

use std::fs::File;
use std::io::{BufReader, IsTerminal, Read};
use std::num::NonZero;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use wxpay_diagnose::{Format, Question, Verdict, input, report};
use wxpay_protocol::{Secret, SignType};

use crate::desk_options::{DeskOptions, standard_input_once};
use crate::exit::{Exit, Failure};
use crate::message::{self, MessageOptions};
use crate::output::Output;
use crate::signing_key::SigningKey;

/// A body of 64 KiB whose every byte is escaped, and room for its id.
const MAX_LINE_BYTES: usize = 1024 * 1024;
/// What a thread takes at once: some hundred messages.
const CHUNK_BYTES: usize = 128 * 1024;
/// More reasons than anybody reads; the lines beyond are counted.
const MAX_REASONS: usize = 1000;

/// One line of the file.
#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    #[serde(borrow)]
    body: &'l RawValue,
}

/// Why a line is not a message.
#[derive(Debug, thiserror::Error)]
enum LineFault {
    #[error("the line is no JSON object with id and body: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the line is longer than 1 MiB")]
    TooLong,
    #[error("id must be a text or a number")]
    Id,
    #[error("body must be a text, such as the XML, or a flat object")]
    Body,
    #[error(transparent)]
    Input(#[from] wxpay_diagnose::InputError),
    #[error(transparent)]
    Report(#[from] wxpay_diagnose::ReportError),
}

/// A line that could not be read, with its place.
#[derive(Serialize)]
struct Malformed {
    line: usize,
    id: Option<String>,
    reason: String,
}

/// The document; `failed` has the ids of everything that is not valid, in the order of the file.
#[derive(Default, Serialize)]
struct Tally {
    total: usize,
    valid: usize,
    invalid: usize,
    malformed: usize,
    failed: Vec<String>,
    malformed_lines: Vec<Malformed>,
}

impl Tally {
    fn add(&mut self, later: Tally) {
        self.total += later.total;
        self.valid += later.valid;
        self.invalid += later.invalid;
        self.malformed += later.malformed;
        self.failed.extend(later.failed);
        let room = MAX_REASONS.saturating_sub(self.malformed_lines.len());
        self.malformed_lines.extend(later.malformed_lines.into_iter().take(room));
    }

    fn malformed(&mut self, line: usize, id: Option<String>, fault: &LineFault) {
        self.total += 1;
        self.malformed += 1;
        self.failed.extend(id.clone());
        if self.malformed_lines.len() < MAX_REASONS {
            self.malformed_lines.push(Malformed { line, id, reason: fault.to_string() });
        }
    }
}

/// Whole lines of the file.
struct Chunk {
    index: usize,
    first_line: usize,
    bytes: Vec<u8>,
    too_long: bool,
}

struct Task<'t> {
    key: &'t Secret,
    chosen: Option<SignType>,
    recorded: Option<SignType>,
    format: Option<Format>,
    appid: Option<&'t str>,
}

pub(crate) fn run(
    path: &Path,
    options: &MessageOptions,
    desk: &DeskOptions,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let place = message::place(path);
    let from_stdin = path == Path::new("-");
    standard_input_once([Some(path), options.key.file(), desk.passphrase_file()])?;
    let unreadable = |cause| Failure::Unreadable { place: place.clone(), cause };
    let source: Box<dyn Read + Send> =
        if from_stdin { Box::new(std::io::stdin()) } else { Box::new(File::open(path).map_err(unreadable)?) };
    let length = if from_stdin { None } else { std::fs::metadata(path).ok().map(|file| file.len()) };
    let signing = SigningKey::find(&options.key, desk)?;
    let task = Task {
        key: &signing.key,
        recorded: signing.recorded(),
        chosen: options.chosen(),
        format: options.format.map(|word| word.0),
        appid: signing.appid(options.appid.as_deref()),
    };
    let progress = progress(length);
    let tally = verify_all(source, &task, &progress).map_err(unreadable)?;
    progress.finish_and_clear();
    if output.is_json() {
        output.document(&tally)?;
    } else {
        describe(&tally, output)?;
    }
    Ok(if tally.invalid + tally.malformed == 0 { Exit::Done } else { Exit::No })
}

fn progress(length: Option<u64>) -> ProgressBar {
    match length {
        Some(length) if std::io::stderr().is_terminal() => {
            let style = ProgressStyle::with_template("{bar:40} {percent}%  {bytes_per_sec}  {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(length).with_style(style)
        }
        _ => ProgressBar::hidden(),
    }
}

fn describe(tally: &Tally, output: &mut Output) -> Result<(), Failure> {
    let good = tally.invalid + tally.malformed == 0;
    output.verdict(
        good,
        &format!(
            "{} messages: {} valid, {} invalid, {} malformed",
            tally.total, tally.valid, tally.invalid, tally.malformed
        ),
    )?;
    for id in &tally.failed {
        output.line(id)?;
    }
    for line in tally.malformed_lines.iter().take(20) {
        output.note(&format!("line {}: {}", line.line, line.reason));
    }
    if tally.malformed > 20 {
        output.note(&format!("{} more malformed lines; --json lists up to {MAX_REASONS}", tally.malformed - 20));
    }
    Ok(())
}

/// One thread reads, the others verify; at most a few chunks are in memory at once.
fn verify_all(source: impl Read, task: &Task<'_>, progress: &ProgressBar) -> std::io::Result<Tally> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let (chunks, queue) = mpsc::sync_channel::<Chunk>(workers);
        let (results, tallies) = mpsc::channel::<(usize, Tally)>();
        let queue = std::sync::Arc::new(Mutex::new(queue));
        for _ in 0..workers {
            let (queue, results) = (std::sync::Arc::clone(&queue), results.clone());
            scope.spawn(move || work(&queue, &results, task));
        }
        drop((results, queue));
        let read = read_chunks(BufReader::with_capacity(CHUNK_BYTES, source), &chunks, progress);
        drop(chunks);
        let mut parts: Vec<(usize, Tally)> = tallies.iter().collect();
        read?;
        parts.sort_unstable_by_key(|(index, _)| *index);
        let mut whole = Tally::default();
        for (_, part) in parts {
            whole.add(part);
        }
        Ok(whole)
    })
}

fn work(queue: &Mutex<Receiver<Chunk>>, results: &Sender<(usize, Tally)>, task: &Task<'_>) {
    loop {
        let next = match queue.lock() {
            Ok(queue) => queue.recv(),
            Err(_) => return,
        };
        let Ok(chunk) = next else { return };
        let mut tally = Tally::default();
        if chunk.too_long {
            tally.malformed(chunk.first_line, None, &LineFault::TooLong);
        }
        for (offset, line) in chunk.bytes.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if !line.is_empty() {
                verify_line(line, chunk.first_line + offset, task, &mut tally);
            }
        }
        if results.send((chunk.index, tally)).is_err() {
            return;
        }
    }
}

fn verify_line(line: &[u8], number: usize, task: &Task<'_>, tally: &mut Tally) {
    let parsed = serde_json::from_slice::<Line<'_>>(line).map_err(LineFault::from);
    let (id, parsed) = match parsed.and_then(|parsed| id_of(parsed.id).map(|id| (id, parsed))) {
        Ok(known) => known,
        Err(fault) => return tally.malformed(number, None, &fault),
    };
    match verdict_of(parsed.body, task) {
        Ok(Verdict::Match) => {
            tally.total += 1;
            tally.valid += 1;
        }
        Ok(_) => {
            tally.total += 1;
            tally.invalid += 1;
            tally.failed.push(id);
        }
        Err(fault) => tally.malformed(number, Some(id), &fault),
    }
}

fn id_of(raw: &RawValue) -> Result<String, LineFault> {
    match raw.get().bytes().next() {
        Some(b'"') => Ok(serde_json::from_str(raw.get())?),
        Some(b'-' | b'0'..=b'9') => Ok(raw.get().to_owned()),
        _ => Err(LineFault::Id),
    }
}

fn verdict_of(raw: &RawValue, task: &Task<'_>) -> Result<Verdict, LineFault> {
    let input = match raw.get().bytes().next() {
        Some(b'"') => input::read(serde_json::from_str::<String>(raw.get())?.as_bytes(), task.format)?,
        Some(b'{') => input::read(raw.get().as_bytes(), Some(Format::Json))?,
        _ => return Err(LineFault::Body),
    };
    let question = Question { sign: false, key: None, chosen: task.chosen, recorded: task.recorded, appid: task.appid };
    Ok(report::check(&input, task.key, &question)?.verdict)
}

/// Cuts the source into chunks of whole lines. A line beyond the limit is passed over without being kept.
fn read_chunks(mut source: impl Read, chunks: &SyncSender<Chunk>, progress: &ProgressBar) -> std::io::Result<()> {
    let mut cutter = Cutter { index: 0, line: 1, rest: Vec::new(), skipping: false };
    let mut block = vec![0u8; CHUNK_BYTES];
    let mut at_start = true;
    loop {
        let count = match source.read(&mut block) {
            Ok(count) => count,
            Err(fault) if fault.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(fault) => return Err(fault),
        };
        progress.inc(u64::try_from(count).unwrap_or(0));
        let read = block.get(..count).unwrap_or_default();
        let read = if at_start { read.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(read) } else { read };
        at_start = false;
        // Nobody listens any more only if a worker is gone, and then its panic is what is reported.
        if count == 0 {
            cutter.flush(chunks);
            return Ok(());
        }
        cutter.add(read, chunks);
    }
}

struct Cutter {
    index: usize,
    line: usize,
    rest: Vec<u8>,
    skipping: bool,
}

impl Cutter {
    fn add(&mut self, mut read: &[u8], chunks: &SyncSender<Chunk>) {
        if self.skipping {
            let Some(end) = read.iter().position(|byte| *byte == b'\n') else { return };
            read = read.get(end + 1..).unwrap_or_default();
            self.skipping = false;
            self.line += 1;
        }
        if let Some(end) = read.iter().rposition(|byte| *byte == b'\n') {
            let (whole, begun) = read.split_at(end + 1);
            self.rest.extend_from_slice(whole);
            self.flush(chunks);
            self.rest.extend_from_slice(begun);
            return;
        }
        self.rest.extend_from_slice(read);
        if self.rest.len() > MAX_LINE_BYTES {
            self.rest.clear();
            self.skipping = true;
            self.send(Vec::new(), true, chunks);
        }
    }

    fn flush(&mut self, chunks: &SyncSender<Chunk>) {
        if !self.rest.is_empty() {
            let bytes = std::mem::take(&mut self.rest);
            let lines = bytes.split(|byte| *byte == b'\n').count() - 1;
            self.send(bytes, false, chunks);
            self.line += lines;
        }
    }

    fn send(&mut self, bytes: Vec<u8>, too_long: bool, chunks: &SyncSender<Chunk>) {
        // A send fails only when every worker is gone; the scope then reports why.
        chunks.send(Chunk { index: self.index, first_line: self.line, bytes, too_long }).ok();
        self.index += 1;
    }
}
