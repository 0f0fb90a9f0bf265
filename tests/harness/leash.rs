//! Processes that end with the one who started them, also when that one is killed.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Starts the program given as arguments, waits until our end of standard input closes, then ends the whole group.
///
/// The pipe closes with the test's process, however that ends, so nothing stays behind; TERM first, KILL after two seconds.
const KEEPER: &str = r#"trap : TERM INT HUP
"$@" </dev/null &
program=$!
read -r _
kill -TERM 0
turns=0
while kill -0 "$program" 2>/dev/null && [ "$turns" -lt 40 ]; do sleep 0.05; turns=$((turns + 1)); done
kill -KILL 0"#;

/// A program and whatever it starts, in a process group of its own.
#[derive(Debug)]
pub struct Leash {
    keeper: Child,
    line: Option<ChildStdin>,
}

impl Leash {
    /// Starts `program`, whose arguments and environment are taken over; its output goes nowhere.
    pub fn start(program: &Command) -> io::Result<Self> {
        Self::start_with(program, Stdio::null())
    }

    /// As [`Leash::start`], and hands over what the program prints.
    pub fn start_and_read(program: &Command) -> io::Result<(Self, ChildStdout)> {
        let mut leash = Self::start_with(program, Stdio::piped())?;
        let output = leash.keeper.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok((leash, output))
    }

    fn start_with(program: &Command, output: Stdio) -> io::Result<Self> {
        let mut keeper = Command::new("/bin/sh");
        keeper.arg("-c").arg(KEEPER).arg("leash").arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            set(&mut keeper, name, value);
        }
        if let Some(folder) = program.get_current_dir() {
            keeper.current_dir(folder);
        }
        let mut keeper = keeper.process_group(0).stdin(Stdio::piped()).stdout(output).stderr(Stdio::null()).spawn()?;
        let line = keeper.stdin.take();
        Ok(Self { keeper, line })
    }

    /// The process group, equal to the keeper's process id.
    #[must_use]
    pub fn group(&self) -> u32 {
        self.keeper.id()
    }

    /// The process of this program in the group, if it runs: what it was started as, without its folder.
    #[must_use]
    pub fn process(&self, program: &str) -> Option<u32> {
        processes().find(|id| group_of(*id) == Some(self.group()) && is_running(*id, program))
    }

    /// Asks a process to end and waits until it has, at most five seconds.
    pub fn end_process(id: u32) {
        drop(Command::new("/bin/sh").args(["-c", "kill -TERM \"$1\"", "kill", &id.to_string()]).status());
        for _ in 0..100 {
            // One that has ended and that nobody waited for has no program any more.
            if std::fs::read_link(format!("/proc/{id}/exe")).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Kills the group at once, without asking.
    pub fn kill(&mut self) {
        let group = format!("-{}", self.group());
        drop(Command::new("/bin/sh").args(["-c", "kill -KILL \"$1\"", "kill", &group]).status());
        self.end();
    }

    /// Ends the group and waits until it is gone, at most five seconds.
    pub fn end(&mut self) {
        drop(self.line.take());
        drop(self.keeper.wait());
        // The keeper may go first. What was killed holds its files and locks until it has gone too.
        for _ in 0..500 {
            if !self.is_anything_left() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn is_anything_left(&self) -> bool {
        processes().any(|id| group_of(id) == Some(self.group()) && !has_ended(id))
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.end();
    }
}

/// The process ids of this machine.
fn processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// Whether a process is over and only waits for its parent to ask how it went. Its first thread may be over long before the
/// others, and files stay open until the last is.
fn has_ended(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let is_over = stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']));
    let threads = std::fs::read_dir(format!("/proc/{id}/task")).map_or(0, Iterator::count);
    is_over && threads <= 1
}

/// The process group of a process: the third word behind its name, which stands in brackets.
fn group_of(id: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(2)?.parse().ok()
}

fn is_running(id: u32, program: &str) -> bool {
    std::fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe.file_name().is_some_and(|name| name == program))
}

fn set(command: &mut Command, name: &OsStr, value: Option<&OsStr>) {
    match value {
        Some(value) => command.env(name, value),
        None => command.env_remove(name),
    };
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _};

    use super::*;

    #[test]
    fn a_group_that_ignores_the_request_to_end_is_ended_too() {
        let mut stubborn = Command::new("/bin/sh");
        stubborn.args(["-c", "trap '' TERM; sleep 600 & echo ready; while :; do wait; done"]);
        let (mut leash, output) = Leash::start_and_read(&stubborn).unwrap();
        let mut output = BufReader::new(output);
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        leash.end();
        // The pipe ends only when the last process of the group has gone.
        assert_eq!(output.read_to_string(&mut line).unwrap(), 0);
    }

    #[test]
    fn after_a_kill_nothing_of_the_group_runs_any_more() {
        let mut family = Command::new("/bin/sh");
        family.args(["-c", "for _ in 1 2 3 4 5 6 7 8; do sleep 600 & done; echo ready; wait"]);
        let (mut leash, output) = Leash::start_and_read(&family).unwrap();
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).unwrap();
        assert!(leash.is_anything_left());
        leash.kill();
        assert!(!leash.is_anything_left());
    }

    #[test]
    fn a_process_of_the_group_is_found_and_ends_when_asked() {
        let mut sleeper = Command::new("/bin/sh");
        sleeper.args(["-c", "tail -f /dev/null & wait"]);
        let leash = Leash::start(&sleeper).unwrap();
        let found = loop {
            if let Some(found) = leash.process("tail") {
                break found;
            }
            std::thread::yield_now();
        };
        Leash::end_process(found);
        assert_eq!(leash.process("tail"), None);
        assert_eq!(leash.process("no-such-program"), None);
    }

    #[test]
    fn the_environment_and_the_arguments_arrive() {
        let mut program = Command::new("/bin/sh");
        program.args(["-c", "echo \"$GREETING $1\"", "sh", "a b"]).env("GREETING", "hello");
        let (_leash, output) = Leash::start_and_read(&program).unwrap();
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).unwrap();
        assert_eq!(line, "hello a b\n");
    }
}
