//! The store through its public interface, in one binary.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on must fail, and figures are printed"
)]
#![allow(clippy::needless_pass_by_value, reason = "evidence reads best where it is written out in the call")]

mod alarms;
mod day_closing;
mod day_marks;
mod day_saying;
mod days;
mod days_found;
mod days_removed;
mod deeds;
mod evidence;
mod exports;
mod fold_events;
mod fold_properties;
mod fold_table;
mod group_commit;
mod imports;
mod lists;
mod processes;
mod refund_table;
mod refunds;
mod scan;
mod schedule;
mod settings;
mod speed;
mod write_ahead_log;
