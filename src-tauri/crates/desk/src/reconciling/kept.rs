//! The own side as the store keeps it: every order and refund of the merchant, in one pass.

use std::ops::ControlFlow;

use desk_reconcile::{Basis, LocalOrder, LocalRefund, LocalSide};
use desk_store::{MerchantRows, OrderState, Profile, RefundState, Scanned, Store};
use wxpay_protocol::{RefundStatus, TradeState};

use super::own_side::OwnReading;
use super::{LocalRead, ROW_BYTES_OF_ORDERS, ReconcileFault, Watch};
use crate::Desk;

/// Rows between two looks at whether somebody stopped it.
const LOOK_ROWS: u64 = 4096;

/// The orders and refunds of a merchant in the store.
#[derive(Clone)]
pub struct KeptSide {
    store: Store,
    of: MerchantRows,
}

impl Desk {
    /// What the store keeps of a profile's merchant or sub-merchant, to be compared with its bills.
    pub fn kept_side(&self, profile: &Profile) -> KeptSide {
        let of = MerchantRows {
            mch_id: profile.mch_id.clone(),
            environment: profile.environment,
            sub_mch_id: profile.sub_mch_id.clone(),
        };
        KeptSide { store: self.inner.store.clone(), of }
    }
}

impl KeptSide {
    pub(super) fn orders(&self) -> Result<u64, ReconcileFault> {
        Ok(self.store.about_orders()?)
    }

    pub(super) fn read(&self, wanted: &OwnReading, watch: Watch<'_>) -> Result<(LocalRead, LocalSide), ReconcileFault> {
        if wanted.basis != Basis::Order {
            return Err(ReconcileFault::OnlyOrderAmount);
        }
        let (mut read, mut side) = (LocalRead::default(), LocalSide::new(wanted.day, wanted.share.clone()));
        self.store.scan(&self.of, |row| {
            match row {
                Scanned::Order(order) if wanted.scope.payments => {
                    read.orders += 1;
                    read.claims += u64::from(order.is_claim);
                    side.push_order(&LocalOrder {
                        line: order.id.unsigned_abs(),
                        out_trade_no: order.out_trade_no.as_bytes(),
                        transaction_id: order.transaction_id.unwrap_or_default().as_bytes(),
                        amount: order.total_fee,
                        state: Some(trade_state(order.shown_state)),
                        paid_at: order.paid_at,
                    });
                }
                Scanned::Refund(refund) if wanted.scope.refunds => {
                    read.refunds += 1;
                    side.push_refund(&LocalRefund {
                        line: refund.id.unsigned_abs(),
                        refund_id: refund.refund_id.unwrap_or_default().as_bytes(),
                        out_refund_no: refund.out_refund_no.as_bytes(),
                        amount: refund.refund_fee,
                        status: Some(refund_status(refund.state)),
                        accepted_at: refund.accepted_at,
                    });
                }
                Scanned::Order(_) | Scanned::Refund(_) => {}
            }
            look(read.orders + read.refunds, watch)
        })?;
        Ok((read, side))
    }

    /// Hands out the orders and refunds with these ids.
    pub(super) fn again(
        &self,
        orders: &[u64],
        refunds: &[u64],
        each: impl FnMut(Scanned<'_>),
    ) -> Result<(), ReconcileFault> {
        let [orders, refunds] = [orders, refunds].map(|ids| ids.iter().map(|id| id.cast_signed()).collect::<Vec<_>>());
        Ok(self.store.rescan(&orders, &refunds, each)?)
    }
}

/// Tells how far it is and whether to go on.
fn look(rows: u64, watch: Watch<'_>) -> ControlFlow<()> {
    if !rows.is_multiple_of(LOOK_ROWS) {
        return ControlFlow::Continue(());
    }
    (watch.on_bytes)(LOOK_ROWS * ROW_BYTES_OF_ORDERS);
    if watch.cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// The state as a bill is compared with it: whatever is not known to be paid is not paid.
const fn trade_state(state: OrderState) -> TradeState {
    match state {
        OrderState::Success => TradeState::Success,
        OrderState::Refund => TradeState::Refund,
        OrderState::Revoked => TradeState::Revoked,
        OrderState::Closed => TradeState::Closed,
        OrderState::UserPaying => TradeState::UserPaying,
        OrderState::PayError => TradeState::PayError,
        OrderState::Accept => TradeState::Accept,
        OrderState::Unverified | OrderState::Creating | OrderState::CreateFailed | OrderState::NotPay => {
            TradeState::NotPay
        }
    }
}

/// Likewise: whatever is not known to have succeeded is under way or did not happen.
const fn refund_status(state: RefundState) -> RefundStatus {
    match state {
        RefundState::Success => RefundStatus::Success,
        RefundState::Change => RefundStatus::Change,
        RefundState::RefundClose | RefundState::Rejected => RefundStatus::RefundClose,
        RefundState::Reserved | RefundState::Submitted | RefundState::Unknown | RefundState::Processing => {
            RefundStatus::Processing
        }
    }
}
