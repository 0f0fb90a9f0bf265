//! The customer's side of the built-in gateway, and what becomes of refunds.

use wxpay_protocol::RefundStatus;
use wxpay_simulator::{CustomerError, OrderView, PasswordAnswer, Pay, RefundError, RefundView, Stretch};

use crate::changes::Tag;
use crate::{Desk, DeskError};

impl Desk {
    /// The gateway's orders that contain `search` in a number, text or openid, the newest first, from the place `start`.
    pub async fn gateway_orders(
        &self,
        search: &str,
        start: usize,
        limit: usize,
    ) -> Result<Stretch<OrderView>, DeskError> {
        let (gateway, search) = (self.running_gateway().await?, search.to_owned());
        // A search looks at every order, which takes a while where there are a million.
        self.blocking(move |_| Ok(gateway.orders_page(&search, start, limit))).await
    }

    /// Pays an order as the customer would. The next question about the order is due at once; only its signed answer
    /// changes the order. `mch_id` is needed only where several merchants have the number.
    pub async fn gateway_pay(&self, mch_id: Option<&str>, out_trade_no: &str, pay: &Pay) -> Result<String, DeskError> {
        Ok(self.running_gateway().await?.pay(mch_id, out_trade_no, pay)?)
    }

    /// Turns away from paying as the customer would; the order stays payable.
    pub async fn gateway_cancel(&self, mch_id: Option<&str>, out_trade_no: &str) -> Result<(), DeskError> {
        Ok(self.running_gateway().await?.cancel(mch_id, out_trade_no)?)
    }

    /// Does about the password what the payer of an order by payment code would.
    pub async fn gateway_password(
        &self,
        mch_id: Option<&str>,
        out_trade_no: &str,
        answer: PasswordAnswer,
    ) -> Result<(), DeskError> {
        self.running_gateway().await?.answer_password(mch_id, out_trade_no, answer)?;
        // Some answers change an order without an event of their own.
        self.inner.changes.note(Tag::Simulator, []);
        Ok(())
    }

    /// The gateway's refunds that contain `search` in a number, the newest first, from the place `start`.
    pub async fn gateway_refunds(
        &self,
        search: &str,
        start: usize,
        limit: usize,
    ) -> Result<Stretch<RefundView>, DeskError> {
        let (gateway, search) = (self.running_gateway().await?, search.to_owned());
        self.blocking(move |_| Ok(gateway.refunds_page(&search, start, limit))).await
    }

    /// Ends a refund now.
    pub async fn gateway_refund_end(
        &self,
        mch_id: Option<&str>,
        out_refund_no: &str,
        status: RefundStatus,
    ) -> Result<(), DeskError> {
        self.running_gateway().await?.end_refund(mch_id, out_refund_no, status)?;
        Ok(())
    }
}

impl From<CustomerError> for DeskError {
    fn from(fault: CustomerError) -> Self {
        match fault {
            CustomerError::NoOrder(name) => Self::NotFound { what: "order in the built-in gateway", name },
            CustomerError::Journal(_) => Self::SimulatorUnavailable(fault.to_string()),
            CustomerError::Invalid { field, rule } => Self::input(field, rule),
            CustomerError::Ambiguous { .. } | CustomerError::Impossible { .. } => Self::Conflict(fault.to_string()),
        }
    }
}

impl From<RefundError> for DeskError {
    fn from(fault: RefundError) -> Self {
        match fault {
            RefundError::NoRefund(name) => Self::NotFound { what: "refund in the built-in gateway", name },
            RefundError::Journal(_) => Self::SimulatorUnavailable(fault.to_string()),
            RefundError::Ambiguous { .. } | RefundError::Ended { .. } => Self::Conflict(fault.to_string()),
        }
    }
}
