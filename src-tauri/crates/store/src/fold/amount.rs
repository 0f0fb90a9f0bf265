//! The amount that reports are compared with.

use wxpay_protocol::Fen;

use super::Facts;
use crate::{Event, Evidence, Origin};

/// The record's own amount. What an import says is no evidence: it holds until a verified report names one, and the first to arrive
/// stays.
pub(super) fn total_fee(facts: &Facts, evidence: &[Evidence]) -> Fen {
    if facts.origin != Origin::Import {
        return facts.total_fee;
    }
    let named = evidence.iter().filter(|seen| seen.verified && !seen.elsewhere).filter_map(|seen| match &seen.event {
        Event::TradeState(report) => report.total_fee.map(|total_fee| (seen.received_seq, total_fee)),
        _ => None,
    });
    named.min_by_key(|(received_seq, _)| *received_seq).map_or(facts.total_fee, |(_, total_fee)| total_fee)
}
