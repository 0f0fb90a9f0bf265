//! The commands that the window may call, read by the build script and compared with the registered ones in a test.

/// Rust names of all commands; each also stands in `capabilities/main.json` as `allow-…`.
pub(crate) const COMMANDS: &[&str] = &["app_info"];
