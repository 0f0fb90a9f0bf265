//! The log: JSON lines in the data folder, one file a day, two weeks of them. It holds codes and traces, never what was typed.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{Builder, InitError, Rotation};
use tracing_subscriber::EnvFilter;

/// So many days are kept.
const DAYS_KEPT: usize = 14;
/// Libraries that carry requests could log addresses and headers; they are heard only when something is wrong.
const LEVELS: &str = "info,reqwest=warn,hyper=warn,hyper_util=warn,rustls=warn,h2=warn,tao=warn,wry=warn,zbus=warn";

/// Starts logging into `data_dir/logs`. What was logged is written when the guard is dropped.
///
/// # Errors
/// When the folder cannot be written; the program works without a log.
pub(crate) fn start(data_dir: &Path) -> Result<WorkerGuard, InitError> {
    let files = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("wxpay-desk")
        .filename_suffix("jsonl")
        .max_log_files(DAYS_KEPT)
        .build(data_dir.join("logs"))?;
    let (writer, guard) = tracing_appender::non_blocking(files);
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter(EnvFilter::new(LEVELS))
        .with_writer(writer)
        .with_current_span(false)
        .with_span_list(false)
        .finish();
    // A second subscriber, as in tests of one process, is refused; the first one stays.
    drop(tracing::subscriber::set_global_default(subscriber));
    Ok(guard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_written_is_an_error_and_not_a_panic() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data");
        std::fs::write(&file, "a file, not a folder").unwrap();
        assert!(start(&file).is_err());
    }

    #[test]
    fn a_failure_is_one_line_of_json_with_its_code_and_trace() {
        let folder = tempfile::tempdir().unwrap();
        let guard = start(folder.path()).unwrap();
        let error = crate::error::IpcError::input("openid", "must be other than oSecretOfAPerson");
        drop(guard);
        let file = std::fs::read_dir(folder.path().join("logs")).unwrap().next().unwrap().unwrap().path();
        let text = std::fs::read_to_string(file).unwrap();
        let line = text.lines().find(|line| line.contains(&error.trace)).unwrap();
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["fields"]["code"], "InputInvalid");
        assert_eq!(line["fields"]["field"], "openid");
        assert!(!text.contains("oSecretOfAPerson"), "{text}");
    }
}
