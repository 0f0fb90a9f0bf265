//! Keys for windows that no WebDriver reaches, such as the questions that the core draws by itself.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const TRIES: u32 = 5;
/// How often a dialog is looked for that was answered, before it is answered again.
const LOOKS: u32 = 10;
const SETTLED: Duration = Duration::from_millis(500);

/// Waits until a window with this title shows, gives it the keyboard and presses these keys one after the other.
///
/// # Errors
/// When no such window shows within ten seconds, or xdotool is missing.
pub fn press_in(display: &str, title: &str, keys: &[&str]) -> io::Result<()> {
    let found = xdotool(display, &["search", "--sync", "--onlyvisible", "--limit", "1", "--name", title])?;
    let window = found.lines().next().unwrap_or_default().trim().to_owned();
    if window.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("no window {title:?} shows")));
    }
    // There is no window manager here that would hand over the keyboard.
    xdotool(display, &["windowfocus", "--sync", &window])?;
    for key in keys {
        xdotool(display, &["key", "--clearmodifiers", key])?;
    }
    Ok(())
}

fn xdotool(display: &str, arguments: &[&str]) -> io::Result<String> {
    let mut tool = Command::new("timeout");
    tool.args(["10", "xdotool"]).args(arguments).env("DISPLAY", display).stdin(Stdio::null());
    let output = tool.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(io::Error::other(format!("xdotool {} ended with {}: {said}", arguments.join(" "), output.status)))
}

/// Waits for the system's dialog with this title, enters the path of a file and takes it.
///
/// # Errors
/// When no such dialog shows within ten seconds, or xdotool is missing.
pub fn choose_file_in(display: &str, title: &str, path: &Path) -> io::Result<()> {
    let showing = || xdotool(display, &["search", "--onlyvisible", "--limit", "1", "--name", title]).is_ok();
    for _ in 0..TRIES {
        // Keys that come before the dialog has the keyboard are lost, so that each try asks for the line anew.
        press_in(display, title, &["ctrl+l"])?;
        // What is typed while the line is still being made is lost, and nothing tells when it is there.
        thread::sleep(SETTLED);
        xdotool(display, &["key", "--clearmodifiers", "ctrl+a"])?;
        xdotool(display, &["type", "--delay", "5", &path.to_string_lossy()])?;
        thread::sleep(SETTLED);
        xdotool(display, &["key", "--clearmodifiers", "Return"])?;
        for _ in 0..LOOKS {
            thread::sleep(SETTLED);
            if !showing() {
                return Ok(());
            }
        }
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, format!("the dialog {title:?} does not take {}", path.display())))
}
