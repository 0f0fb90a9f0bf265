//! What was measured on.

use std::fs;

use crate::command::printed;

/// Processor, cores, memory, system and compiler, in one line.
pub(super) fn description() -> String {
    let of = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or_else(String::new, |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let system = system.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).unwrap_or("?").trim_matches('"');
    let rustc = printed("rustc", &["--version"]).unwrap_or_default();
    format!(
        "Machine: {}, {cores} cores, {} of memory; {system}; {}; release build.",
        of("/proc/cpuinfo", "model name"),
        of("/proc/meminfo", "MemTotal"),
        rustc.trim()
    )
}
