//! Keys for windows that no WebDriver reaches, such as the questions that the core draws by itself.

use std::io;
use std::process::{Command, Stdio};

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
