//! INPUT: a file or standard input with a message in it, and what is said about it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use wxpay_diagnose::{Input, Report, input};
use wxpay_protocol::SignType;

use crate::desk_options::{DeskOptions, standard_input_once};
use crate::exit::Failure;
use crate::option_words::{FormatWord, SignTypeWord};
use crate::output::Output;
use crate::secrets::KeySource;

/// The help that every command with an INPUT ends in.
pub(crate) const INPUT_KINDS: &str = "\
INPUT is XML, JSON (numbers as written), pairs a=1&b=2, a string to sign (its &key=… is taken out), a curl command or \
URL (decoded), or a log line with one of them. The kind is detected; --format overrides.

Pairs are literal: nothing is decoded, a pair ends at the next &, and its value begins after its first =. So \
attach=a=1&b=2 is two fields, attach with the value a=1 and b with the value 2. Give XML or JSON where a value holds an & \
followed by something that looks like another field.";

#[derive(clap::Args)]
pub(crate) struct MessageOptions {
    /// How INPUT is to be read, if detection guesses wrong
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<FormatWord>,
    /// The algorithm [签名类型]; without it the message's own sign_type or signType
    #[arg(long, value_name = "TYPE")]
    pub(crate) sign_type: Option<SignTypeWord>,
    /// The appId of a wx.requestPayment call, which is signed and not carried
    #[arg(long, value_name = "APPID")]
    pub(crate) appid: Option<String>,
    #[command(flatten)]
    pub(crate) key: KeySource,
}

impl MessageOptions {
    pub(crate) fn chosen(&self) -> Option<SignType> {
        self.sign_type.map(|word| word.0)
    }

    /// Reads INPUT; nothing of it is repeated in an error.
    pub(crate) fn read(&self, path: &Path, desk: &DeskOptions) -> Result<Input, Failure> {
        standard_input_once([Some(path), self.key.file(), desk.passphrase_file()])?;
        let bytes = read_bytes(path)?;
        input::read(&bytes, self.format.map(|word| word.0))
            .map_err(|cause| Failure::Input { place: place(path), cause })
    }
}

/// How a path is called in an error.
pub(crate) fn place(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// Reads at most a little more than a message may have.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    // One byte more than is allowed is enough to see that it is too much.
    let limit = u64::try_from(input::MAX_BYTES + 1).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let answer = if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    match answer {
        Ok(_) => Ok(bytes),
        Err(cause) => Err(Failure::Unreadable { place: place(path), cause }),
    }
}

/// `excluded` of the JSON documents.
pub(crate) fn excluded(report: &Report) -> Vec<Value> {
    report
        .fields
        .iter()
        .filter(|step| !step.included)
        .map(|step| json!({"name": step.name, "reason": step.reason}))
        .collect()
}

/// What reading changed and what looks wrong, as sentences.
pub(crate) fn warnings(report: &Report) -> Vec<String> {
    let mut sentences: Vec<String> = report.repairs.iter().map(ToString::to_string).collect();
    sentences.extend(report.key_warning.map(|warning| warning.to_string()));
    if let Some(named) = &report.other_sign_type {
        sentences.push(format!(
            "the message says sign_type {named:?}, {} was used; the gateway goes by the message",
            report.sign_type.as_str()
        ));
    }
    sentences.extend(
        report
            .invisible
            .iter()
            .map(|found| format!("{} {} at byte {} of the string to sign", found.code, found.name, found.at)),
    );
    sentences
}

/// Tells people; with --json they are in the document.
pub(crate) fn tell(warnings: &[String], output: &mut Output) {
    if !output.is_json() {
        for warning in warnings {
            output.note(warning);
        }
    }
}

/// A path argument that may be `-`.
pub(crate) type InputPath = PathBuf;
