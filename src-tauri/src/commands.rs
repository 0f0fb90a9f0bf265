//! The commands of the window, by screen. A command converts, calls `desk`, and converts back.

#![expect(
    clippy::let_underscore_must_use,
    reason = "the macro behind each command checks its answer's type in this way"
)]

pub(crate) mod alarms;
pub(crate) mod certificates;
pub(crate) mod confirm;
pub(crate) mod day_bills;
pub(crate) mod day_report;
pub(crate) mod days;
pub(crate) mod diagnosis;
pub(crate) mod differences;
pub(crate) mod lookup;
pub(crate) mod notices;
pub(crate) mod orders;
pub(crate) mod overview;
pub(crate) mod profiles;
pub(crate) mod refunds;
pub(crate) mod settings;
pub(crate) mod sheets;
pub(crate) mod signature;
pub(crate) mod simulator;
pub(crate) mod start;
pub(crate) mod test_orders;
