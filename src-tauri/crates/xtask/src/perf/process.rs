//! Running a program and watching its memory.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::TaskError;
use crate::command::{self, CommandError};

/// How often the memory of a running program is read; the kernel itself keeps the peak, so only the last moment can be missed.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// What a program took and said.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) time: Duration,
    pub(super) peak_mib: u64,
    pub(super) output: String,
}

/// Runs a program to its end; its standard output is kept, and any of these statuses is fine.
pub(super) fn measured(mut program: Command, fine: &[i32]) -> Result<Measured, TaskError> {
    let line = command::line(&program);
    let started = Instant::now();
    let mut child = program.stdout(Stdio::piped()).spawn().map_err(|source| command::not_started(&program, source))?;
    let reader = child.stdout.take().map(|mut output| {
        std::thread::spawn(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).map(|_| text).unwrap_or_default()
        })
    });
    let mut peak_kib = 0;
    let status = loop {
        peak_kib = peak_kib.max(peak_of(&child));
        match child.try_wait().map_err(|source| command::not_started(&program, source))? {
            Some(status) => break status,
            None => std::thread::sleep(LOOK_AGAIN),
        }
    };
    let time = started.elapsed();
    let output = reader.and_then(|reader| reader.join().ok()).unwrap_or_default();
    if status.code().is_some_and(|code| fine.contains(&code)) {
        Ok(Measured { time, peak_mib: peak_kib.div_ceil(1024), output })
    } else {
        Err(CommandError::Failed { line, status }.into())
    }
}

/// Runs a program for a while, asks it to stop as Ctrl-C does, and answers how long it then took to end.
pub(super) fn stopped(mut program: Command, after: Duration) -> Result<Duration, TaskError> {
    let started = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = Companion(started.map_err(|source| command::not_started(&program, source))?);
    std::thread::sleep(after);
    if child.0.try_wait().map_err(|source| command::not_started(&program, source))?.is_some() {
        return Err(TaskError::Measuring("it had ended before it was asked to stop".to_owned()));
    }
    let asked = Instant::now();
    command::run(command::command(Path::new("."), "kill", ["-INT", &child.0.id().to_string()]))?;
    let status = child.0.wait().map_err(|source| command::not_started(&program, source))?;
    let took = asked.elapsed();
    if status.code().is_none_or(|code| code <= 1) {
        return Err(TaskError::Measuring(format!("asked to stop it ended with {status}, as if nobody had asked")));
    }
    Ok(took)
}

fn peak_of(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse().unwrap_or_default()
}

/// A program that runs while something else is measured, and is ended with this.
#[derive(Debug)]
pub(super) struct Companion(pub(super) Child);

impl Drop for Companion {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
