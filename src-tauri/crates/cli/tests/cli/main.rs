//! The built `wxpay`, run as a person or a script runs it.
#![allow(missing_docs)]
// The helpers of these tests are as much test as the tests.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod big_day;
mod bill;
mod bill_download;
mod bulk;
mod certificate;
mod day;
mod day_bills;
mod day_fees;
mod day_report;
mod diagnose;
mod foreign_workbook;
mod gateway;
mod help;
mod import;
mod journey;
mod killed;
mod lint;
mod listen;
mod lookup;
mod order;
mod own_side;
mod pay_params;
mod poll;
mod probe;
mod profile;
mod program;
mod reconcile;
#[cfg(unix)]
mod reconcile_stopped;
mod refund;
mod relay;
mod secrets;
mod shop;
mod sign;
mod simulator;
mod simulator_actions;
mod tls;
mod verify;
mod workbook;
