//! What a program costs the machine: since when it runs, its memory and its processor time, as Linux counts them.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::window::{DeskWindow, WindowError};

/// Ticks of a second in `/proc/*/stat`; the same on every Linux that Rust runs on.
const TICKS_PER_S: u64 = 100;

/// What the window has used so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Processor time of the program and of everything that it started.
    pub processor: Duration,
    /// The most memory that the program itself ever had, in KiB.
    pub peak_kib: u64,
}

impl DeskWindow {
    /// From the start of the program's process to the first paint with content in it.
    pub async fn first_paint(&self) -> Result<Duration, WindowError> {
        let script = "const done = arguments[0]; const found = () => \
             performance.getEntriesByName('first-contentful-paint')[0]; \
             const look = () => found() ? done(performance.timeOrigin + found().startTime) : setTimeout(look, 20); look()";
        let painted = self.client().execute_async(script, vec![]).await?;
        let started = self.process().and_then(started_at_ms);
        match (painted.as_f64(), started) {
            (Some(painted), Some(started)) => Ok(Duration::from_secs_f64((painted - started).max(0.0) / 1000.0)),
            _ => Err(WindowError::TooLong { what: format!("the first paint; {painted}"), seconds: 0 }),
        }
    }

    /// What the window has used so far; nothing when its program has ended.
    #[must_use]
    pub fn load(&self) -> Option<Load> {
        let program = self.process()?;
        let stats: HashMap<u32, Stat> = processes().into_iter().map(|stat| (stat.id, stat)).collect();
        let of_program = |stat: &&Stat| {
            let mut id = stat.id;
            while id != program {
                match stats.get(&id) {
                    Some(found) if found.parent != 0 => id = found.parent,
                    _ => return false,
                }
            }
            true
        };
        let ticks: u64 = stats.values().filter(of_program).map(|stat| stat.ticks).sum();
        let processor = Duration::from_millis(ticks * 1000 / TICKS_PER_S);
        Some(Load { processor, peak_kib: peak_kib(program)? })
    }
}

/// The most memory that a process ever had, in KiB; nothing when it has ended.
#[must_use]
pub fn peak_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

struct Stat {
    id: u32,
    parent: u32,
    ticks: u64,
    started_ticks: u64,
}

fn processes() -> Vec<Stat> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter_map(stat).collect()
}

fn stat(id: u32) -> Option<Stat> {
    let line = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name stands in brackets and may hold anything; numbers begin behind it with the state.
    let words: Vec<&str> = line.rsplit_once(") ")?.1.split(' ').collect();
    let number = |place: usize| words.get(place)?.parse::<u64>().ok();
    let parent = u32::try_from(number(1)?).ok()?;
    Some(Stat { id, parent, ticks: number(11)? + number(12)?, started_ticks: number(19)? })
}

/// When a process was started, in milliseconds since 1970; exact to a tick.
fn started_at_ms(id: u32) -> Option<f64> {
    let started_s = Duration::from_millis(stat(id)?.started_ticks * 1000 / TICKS_PER_S).as_secs_f64();
    let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
    let uptime_s: f64 = uptime.split(' ').next()?.parse().ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some((now.as_secs_f64() - (uptime_s - started_s)) * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_started_before_now_and_has_memory() {
        let id = std::process::id();
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1000.0;
        let started_ms = started_at_ms(id).unwrap();
        assert!(started_ms <= now_ms && now_ms - started_ms < 600_000.0, "{started_ms} {now_ms}");
        assert!(peak_kib(id).unwrap() > 100);
        assert!(processes().iter().any(|stat| stat.id == id && stat.parent != 0));
    }
}
