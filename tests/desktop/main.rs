//! The real window, under WebDriver.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it found by failing")]

mod agreement;
mod alarms;
mod beside;
mod day;
mod days;
mod exports;
mod long_list;
mod lookup;
mod main_job;
mod mini_program;
mod paste;
mod refunds;
mod remarks;
mod restart;
mod secrets;
mod several_bills;
mod shell;
mod signature;
mod simulator;
mod today;
mod trouble;
