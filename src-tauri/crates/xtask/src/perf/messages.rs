//! `wxpay verify --jsonl` over 200 000 messages: on one core and on all, its memory, beside tools that only read the file.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{Measured, measured};
use super::{Figure, Run};
use crate::TaskError;
use crate::command::command;
use crate::ui::file_error;

const MESSAGES: usize = 200_000;
/// So many different messages take turns; each is parsed and hashed anew.
const DIFFERENT: usize = 64;
const KEY: &str = "192006250b4c09247ec02edce69f6a2d";
const ROUNDS: usize = 3;

pub(super) fn measure(run: &Run<'_>) -> Result<Vec<Figure>, TaskError> {
    let Run { workspace, folder, .. } = run;
    let wxpay = workspace.release_program("wxpay");
    let key_file = folder.join("key.txt");
    fs::write(&key_file, KEY).map_err(|source| file_error(&key_file, source))?;
    let file = write_messages(&wxpay, folder, &key_file)?;
    let verify = |prefix: &[&str]| {
        let mut words: Vec<std::ffi::OsString> = prefix.iter().map(Into::into).collect();
        words.extend([wxpay.clone().into(), "verify".into(), "--jsonl".into(), file.clone().into()]);
        words.extend(["--key-file".into(), key_file.clone().into()]);
        program(folder, words)
    };
    let one = best(|| verify(&["taskset", "-c", "0"]))?;
    let all = best(|| verify(&[]))?;
    let md5 = best(|| program(folder, vec!["md5sum".into(), file.clone().into()]))?;
    let lines = best(|| program(folder, vec!["wc".into(), "-l".into(), file.clone().into()]))?;
    let rate = |found: &Measured| format!("{:.0} messages/s", 200_000.0 / found.time.as_secs_f64());
    let beside = |found: &Measured| {
        let ratio = |of: &Measured| found.time.as_secs_f64() / of.time.as_secs_f64();
        format!("{:.1} × md5sum, {:.1} × wc -l of the same file", ratio(&md5), ratio(&lines))
    };
    let samples = format!("{MESSAGES} messages, best of {ROUNDS}");
    let speedup = one.time.as_secs_f64() / all.time.as_secs_f64();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let figure = Figure::of(samples);
    Ok(vec![
        figure("verify --jsonl, one core", "–", rate(&one), beside(&one)),
        figure("verify --jsonl, all cores", "scales", rate(&all), beside(&all)),
        figure("speed-up over one core", "scales", format!("{speedup:.2} × on {cores} cores"), String::new()),
        figure("peak memory", "under 64 MiB", format!("{} MiB", one.peak_mib.max(all.peak_mib)), String::new()),
    ])
}

fn program(folder: &Path, words: Vec<std::ffi::OsString>) -> Command {
    let mut words = words.into_iter();
    command(folder, words.next().unwrap_or_default(), words)
}

/// The fastest of some rounds, with the most memory of any.
fn best(program: impl Fn() -> Command) -> Result<Measured, TaskError> {
    let mut best = measured(program(), &[0])?;
    for _ in 1..ROUNDS {
        let found = measured(program(), &[0])?;
        best.peak_mib = best.peak_mib.max(found.peak_mib);
        best.time = best.time.min(found.time);
    }
    Ok(best)
}

/// Messages like WeChat's notifications, each with its sign, as lines of JSON.
fn write_messages(wxpay: &Path, folder: &Path, key_file: &Path) -> Result<PathBuf, TaskError> {
    let mut bodies = Vec::with_capacity(DIFFERENT);
    let unsigned = folder.join("message.xml");
    for number in 0..DIFFERENT {
        let mut fields = format!(
            "<appid>wx2421b1c4370ec43b</appid><attach>支付测试</attach><bank_type>CFT</bank_type><fee_type>CNY</fee_type>\
             <is_subscribe>Y</is_subscribe><mch_id>10000100</mch_id><nonce_str>5d2b6c2a8db53831f7eda20af46e{number:04}</nonce_str>\
             <openid>oUpF8uMEb4qRXf22hE3X68TekukE</openid><out_trade_no>1409811{number:06}</out_trade_no>\
             <result_code>SUCCESS</result_code><return_code>SUCCESS</return_code><time_end>20140903131540</time_end>\
             <total_fee>{number}</total_fee><trade_type>JSAPI</trade_type><transaction_id>10044002012014090300051{number:05}</transaction_id>"
        );
        fs::write(&unsigned, format!("<xml>{fields}</xml>")).map_err(|source| file_error(&unsigned, source))?;
        let mut sign = command(folder, wxpay, ["sign", "message.xml", "--key-file"]);
        sign.arg(key_file);
        let sign = measured(sign, &[0])?.output;
        write!(fields, "<sign>{}</sign>", sign.trim()).ok();
        bodies.push(serde_json::Value::from(format!("<xml>{fields}</xml>")).to_string());
    }
    let file = folder.join("messages.jsonl");
    let error = |source| file_error(&file, source);
    let mut writer = std::io::BufWriter::new(fs::File::create(&file).map_err(error)?);
    for (number, body) in bodies.iter().cycle().take(MESSAGES).enumerate() {
        writeln!(writer, "{{\"id\":\"{number}\",\"body\":{body}}}").map_err(error)?;
    }
    writer.flush().map_err(error)?;
    Ok(file)
}
