//! Every cell of the table of order transitions, written out as it is specified.

use crate::deeds::{OTHER_TRANSACTION, facts, not_exist, refused, report, seen, state, unsigned_fail};
use desk_store::fold::{arrive, fold};
use desk_store::{Effect, Event, Evidence, Flags, OrderState, Origin, Source};
use wxpay_protocol::TradeState;

/// `=` same, `S` stale, `C` keep the state and raise a conflict, `X` the state X, `X+C` the state X and a conflict,
/// `stay` nothing yet.
const TABLE: &str = "
              | NOTPAY | USERPAYING | ACCEPT | SUCCESS   | REFUND   | CLOSED | REVOKED   | PAYERROR | ORDERNOTEXIST
CREATING      | NOTPAY | USERPAYING | ACCEPT | SUCCESS   | REFUND   | CLOSED | REVOKED   | PAYERROR | stay
UNVERIFIED    | NOTPAY | USERPAYING | ACCEPT | SUCCESS   | REFUND   | CLOSED | REVOKED   | PAYERROR | stay
NOTPAY        | =      | USERPAYING | ACCEPT | SUCCESS   | REFUND   | CLOSED | REVOKED   | PAYERROR | C
USERPAYING    | NOTPAY | =          | ACCEPT | SUCCESS   | REFUND   | CLOSED | REVOKED   | PAYERROR | C
ACCEPT        | NOTPAY | USERPAYING | =      | SUCCESS   | REFUND   | CLOSED | REVOKED   | PAYERROR | C
PAYERROR      | NOTPAY | USERPAYING | C      | SUCCESS   | REFUND   | CLOSED | REVOKED   | =        | C
SUCCESS       | S      | S          | S      | =         | REFUND   | C      | REVOKED+C | S        | C
REFUND        | S      | S          | S      | S         | =        | C      | C         | S        | C
CLOSED        | S      | S          | S      | SUCCESS+C | REFUND+C | =      | C         | S        | C
REVOKED       | S      | S          | S      | C         | C        | C      | =         | S        | C
CREATE_FAILED | C      | C          | C      | SUCCESS+C | REFUND+C | CLOSED | REVOKED   | C        | =
";

fn rows() -> Vec<Vec<&'static str>> {
    TABLE.trim().lines().map(|line| line.split('|').map(str::trim).collect()).collect()
}

/// Evidence that leads to a state by the shortest way.
fn history(wanted: OrderState) -> (Origin, Vec<Evidence>) {
    if wanted == OrderState::Unverified {
        return (Origin::Import, Vec::new());
    }
    if wanted == OrderState::Creating {
        return (Origin::Test, Vec::new());
    }
    let first = match TradeState::parse(wanted.as_str()) {
        Some(trade_state) => seen(1, Source::Query, state(trade_state)),
        None => seen(1, Source::Create, refused("NOAUTH", "商户无此接口权限")),
    };
    (Origin::Test, vec![first])
}

fn event(column: &str) -> Event {
    if column == "ORDERNOTEXIST" { not_exist() } else { state(TradeState::parse(column).unwrap()) }
}

fn check(row: OrderState, column: &str, cell: &str) {
    let (origin, before) = history(row);
    assert_eq!(fold(&facts(origin), &before).state, row, "the history of {row}");
    let (after, arrival) = arrive(&facts(origin), &before, &seen(2, Source::Query, event(column)));
    let (wanted_state, wanted_effect) = match cell {
        "=" | "stay" => (row, Effect::Same),
        "S" => (row, Effect::Stale),
        "C" => (row, Effect::Conflict),
        _ => match cell.strip_suffix("+C") {
            Some(state) => (OrderState::parse(state).unwrap(), Effect::Conflict),
            None => (OrderState::parse(cell).unwrap(), Effect::Applied),
        },
    };
    let cell = format!("{row} × {column}");
    assert_eq!(after.state, wanted_state, "{cell}");
    assert_eq!(arrival.effect, wanted_effect, "{cell} ({})", arrival.reason);
    assert_eq!(after.flags.contains(Flags::CONFLICT), wanted_effect == Effect::Conflict, "{cell}");
}

#[test]
fn every_cell_of_the_table_holds() {
    let rows = rows();
    let columns = &rows[0][1..];
    assert_eq!((rows.len(), columns.len()), (12, 9));
    for row in &rows[1..] {
        for (column, cell) in columns.iter().zip(&row[1..]) {
            check(OrderState::parse(row[0]).unwrap(), column, cell);
        }
    }
}

#[test]
fn every_state_has_its_row() {
    for state in OrderState::ALL {
        assert!(rows().iter().any(|row| row[0] == state.as_str()), "{state}");
    }
}

#[test]
fn another_transaction_id_is_a_conflict_in_every_paid_state_and_replaces_nothing() {
    for (paid, again) in [
        (TradeState::Success, TradeState::Success),
        (TradeState::Success, TradeState::Refund),
        (TradeState::Refund, TradeState::Refund),
        (TradeState::Refund, TradeState::Success),
    ] {
        let before = vec![seen(1, Source::Query, state(paid))];
        let (after, arrival) =
            arrive(&facts(Origin::Test), &before, &seen(2, Source::Notice, report(again, OTHER_TRANSACTION)));
        assert_eq!(after.state.as_str(), paid.as_str());
        assert_eq!(arrival.effect, Effect::Conflict);
        assert_eq!(after.payment.unwrap().transaction_id.as_str(), crate::deeds::TRANSACTION);
    }
}

#[test]
fn a_reversal_of_our_own_is_no_conflict() {
    let reversed = desk_store::fold::Facts { reversed: true, ..facts(Origin::Test) };
    let before = vec![seen(1, Source::Query, state(TradeState::Success))];
    let (after, arrival) = arrive(&reversed, &before, &seen(2, Source::Query, state(TradeState::Revoked)));
    assert_eq!((after.state, arrival.effect), (OrderState::Revoked, Effect::Applied));
    assert!(!after.flags.contains(Flags::CONFLICT));
    assert!(after.payment.is_some(), "the payment stays evidenced");
}

#[test]
fn a_payment_of_a_reversed_order_is_kept_as_evidence_and_asked_about_again() {
    let before = vec![seen(1, Source::Query, state(TradeState::Revoked))];
    let (after, arrival) = arrive(&facts(Origin::Test), &before, &seen(2, Source::Notice, state(TradeState::Success)));
    assert_eq!((after.state, arrival.effect), (OrderState::Revoked, Effect::Conflict));
    assert!(arrival.query_now);
    let (_, again) = arrive(&facts(Origin::Test), &before, &seen(2, Source::Query, state(TradeState::Success)));
    assert!(!again.query_now, "the answer to a query does not ask again at once");
    assert!(after.payment.is_some());
}

#[test]
fn paid_after_close_carries_its_own_mark() {
    let before = vec![seen(1, Source::Query, state(TradeState::Closed))];
    let (after, _) = arrive(&facts(Origin::Test), &before, &seen(2, Source::Notice, state(TradeState::Success)));
    assert_eq!(after.flags.words(), ["conflict", "paid_after_close"]);
}

#[test]
fn nothing_unverified_ever_moves_a_state() {
    for row in OrderState::ALL {
        let (origin, before) = history(*row);
        for trade_state in TradeState::ALL {
            let forged = Evidence { verified: false, ..seen(2, Source::Notice, state(*trade_state)) };
            let (after, arrival) = arrive(&facts(origin), &before, &forged);
            assert_eq!((after.state, arrival.effect), (*row, Effect::Refused), "{row} × forged {trade_state}");
        }
        let (after, arrival) = arrive(&facts(origin), &before, &seen(2, Source::Query, unsigned_fail()));
        assert_eq!((after.state, arrival.effect), (*row, Effect::Refused), "{row} × return_code=FAIL");
    }
}
