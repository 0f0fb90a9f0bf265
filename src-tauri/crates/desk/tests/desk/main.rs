//! The desk against a gateway in memory whose answers are lost, spoilt and delayed on demand, mostly in virtual time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where its shop cannot be set up, and the measurement prints its figures"
)]

mod alarms;
mod bills;
mod bills_of_days;
mod bills_of_profiles;
mod clocks;
mod crossings;
mod days;
mod days_beside;
mod days_exported;
mod days_own_side;
mod days_reported;
mod days_stopped;
mod diagnosing;
mod doubtful;
mod drains;
mod exports;
mod group_commit;
mod imports;
mod listening;
mod live;
mod lookups;
mod lookups_in_bills;
mod no_trade;
mod notice_effects;
mod notices;
mod notices_pasted;
mod placing;
mod polls;
mod probes;
mod reading;
mod refunds;
mod restarts;
mod shop;
mod spoilt_answers;
mod test_back_end;
mod tls;
mod two_cities;
mod unknown_outcomes;
mod vaults;
#[path = "../../../store/tests/store/write_ahead_log.rs"]
mod write_ahead_log;
