//! A screen that nobody sees.

use std::io::{self, BufRead as _, BufReader};
use std::process::Command;

use crate::leash::Leash;

/// A virtual screen of its own, so that windows of two tests never cover one another.
#[derive(Debug)]
pub struct Display {
    name: String,
    _server: Leash,
}

impl Display {
    /// Starts a screen of that many pixels on the first free display number.
    pub fn start(width: u32, height: u32) -> io::Result<Self> {
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", &format!("{width}x{height}x24"), "-nolisten", "tcp"]);
        let (leash, output) = Leash::start_and_read(&server)?;
        let mut number = String::new();
        // The server prints its number once it accepts connections, and closes the pipe when it cannot start.
        BufReader::new(output).read_line(&mut number)?;
        let number = number.trim();
        if number.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "Xvfb did not start; is the package xvfb installed?"));
        }
        Ok(Self { name: format!(":{number}"), _server: leash })
    }

    /// What goes into `DISPLAY`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
