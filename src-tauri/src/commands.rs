//! The commands of the window, by screen. A command converts, calls `desk`, and converts back.

pub(crate) mod start;
