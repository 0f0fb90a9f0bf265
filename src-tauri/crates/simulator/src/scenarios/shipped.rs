//! The scenarios that come with the gateway.

use crate::scenarios::reading::ScenarioError;
use crate::scenarios::scenario::Scenario;

const FILES: [&str; 12] = [
    include_str!("../../scenarios/paid-after-3s.toml"),
    include_str!("../../scenarios/user-cancels.toml"),
    include_str!("../../scenarios/refund-processing-for-a-day.toml"),
    include_str!("../../scenarios/refund-fails.toml"),
    include_str!("../../scenarios/notice-before-answer.toml"),
    include_str!("../../scenarios/no-notice.toml"),
    include_str!("../../scenarios/double-payment.toml"),
    include_str!("../../scenarios/day-cut.toml"),
    include_str!("../../scenarios/micropay-password.toml"),
    include_str!("../../scenarios/coupons.toml"),
    include_str!("../../scenarios/expires-unpaid.toml"),
    include_str!("../../scenarios/late-notice-after-close.toml"),
];

/// The scenarios that come with the gateway, in the order in which they are shown.
pub fn shipped() -> Result<Vec<Scenario>, ScenarioError> {
    FILES.into_iter().map(Scenario::read).collect()
}
