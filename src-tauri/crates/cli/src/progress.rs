//! A progress bar for long work, on a terminal only or as lines for programs, and Ctrl-C that ends it in good order.

use std::io::{IsTerminal, Write};

use desk::{Cancel, OnProgress};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::exit::Exit;

/// A bar over counted things; hidden where standard error is not a terminal.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new(what: &'static str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{prefix} {bar:40} {pos}/{len}  {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::new(0).with_style(style).with_prefix(what))
    }

    /// A bar over the bytes of files.
    pub(crate) fn of_bytes(what: &'static str) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let style =
            ProgressStyle::with_template("{prefix} {bar:40} {percent}%  {binary_bytes}/{binary_total_bytes}  {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::new(0).with_style(style).with_prefix(what))
    }

    /// What the desk calls as files are read.
    pub(crate) fn byte_watcher(&self) -> OnProgress {
        let bar = self.0.clone();
        Box::new(move |progress| {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
            let rest = progress.rest_s.map(|seconds| format!(", {seconds} s left")).unwrap_or_default();
            bar.set_message(format!("{}/s{rest}", indicatif::BinaryBytes(progress.rate_per_s)));
        })
    }

    /// What the desk calls as the work goes on.
    pub(crate) fn watcher(&self) -> OnProgress {
        let bar = self.0.clone();
        Box::new(move |progress| {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
            let rest = progress.rest_s.map(|seconds| format!(", {seconds} s left")).unwrap_or_default();
            bar.set_message(format!("{}/s{rest}", progress.rate_per_s));
        })
    }

    /// Where a search stands, in percent of the stage that is under way.
    pub(crate) fn show_search(&self, progress: wxpay_diagnose::diagnosis::Progress) {
        self.0.set_length(100);
        self.0.set_position(progress.share.map_or(0, u64::from));
        self.0.set_message(format!("{} tried", progress.tried));
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// Tells how far the work is on standard error, one JSON document a line. Nobody who reads no more keeps it from going on.
pub(crate) fn json_lines(unit: &'static str) -> OnProgress {
    Box::new(move |progress| {
        let line = json!({
            "progress": {
                "unit": unit,
                "done": progress.done,
                "total": progress.total,
                "rate_per_s": progress.rate_per_s,
                "rest_s": progress.rest_s,
            }
        });
        drop(writeln!(std::io::stderr(), "{line}"));
    })
}

/// The first Ctrl-C stops the work where nothing is lost, the second one at once. Must be called within a runtime.
pub(crate) fn cancel_on_interrupt() -> Cancel {
    let cancel = Cancel::new();
    let asked = cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            asked.cancel();
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(i32::from(Exit::Unknown as u8));
            }
        }
    });
    cancel
}
