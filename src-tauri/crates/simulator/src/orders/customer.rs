//! The customer: pays, or turns away.

use wxpay_protocol::ids::OpenId;
use wxpay_protocol::{Fen, TradeState, UtcMs};

use crate::event::Event;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::journal::JournalFailed;
use crate::ledger::record::{Entry, Order, Payment};
use crate::notices::delivery;

/// Who pays where neither the order nor the caller says.
const SOMEBODY: &str = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

/// How the customer pays. The default pays the whole amount from the balance, now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pay {
    /// The payer; for JSAPI orders the order's own.
    pub openid: Option<String>,
    /// The part that a coupon pays; 0 up to the whole amount.
    pub coupon_fee: Fen,
    /// When it was paid: between the order's creation and now.
    pub at: Option<UtcMs>,
}

/// Why the customer, or who speaks for him, is refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomerError {
    /// No such order.
    #[error("没有商户单号为 {0} 的订单；请先统一下单，或核对单号 (no order of this out_trade_no; create it first)")]
    NoOrder(String),
    /// Several merchants have an order of this number.
    #[error("商户 {} 都有单号为 {out_trade_no} 的订单；请用 mch_id 指明 (several merchants have this number; name the mch_id)", merchants.join("、"))]
    Ambiguous {
        /// The number.
        out_trade_no: String,
        /// Whose.
        merchants: Vec<String>,
    },
    /// The order's state does not allow it.
    #[error("订单 {out_trade_no} {state}，不能{action} (impossible in this state of the order)")]
    Impossible {
        /// The number.
        out_trade_no: String,
        /// In words.
        state: &'static str,
        /// In words.
        action: &'static str,
    },
    /// A parameter does not fit.
    #[error("{field}：{rule}")]
    Invalid {
        /// Its name.
        field: &'static str,
        /// What is allowed.
        rule: &'static str,
    },
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalFailed),
}

impl Gateway {
    /// Pays an order as the customer would; returns the transaction_id. `mch_id` is needed only where several merchants
    /// have the number. The payment is in memory at once and on the disk within milliseconds.
    pub fn pay(&self, mch_id: Option<&str>, out_trade_no: &str, pay: &Pay) -> Result<String, CustomerError> {
        self.pay_entry(mch_id, out_trade_no, pay).map(|(transaction_id, _)| transaction_id)
    }

    pub(crate) fn pay_entry(
        &self,
        mch_id: Option<&str>,
        out_trade_no: &str,
        pay: &Pay,
    ) -> Result<(String, u64), CustomerError> {
        let mut ledger = self.ledger_mut();
        let mch_id = merchant_of(&ledger, mch_id, out_trade_no)?;
        let now = self.clock.now();
        let order = known(&ledger, &mch_id, out_trade_no)?;
        self.check_payable(order, now, "支付")?;
        let payment = Payment {
            transaction_id: self.draw.transaction_id(ledger.next_payment(), pay.at.unwrap_or(now)),
            openid: payer(order, pay)?,
            bank_type: "OTHERS".to_owned(),
            coupon_fee: coupon_of(order, pay)?,
            paid_at: moment_of(order, pay, now)?,
        };
        let transaction_id = payment.transaction_id.clone();
        let entry = Entry::Paid {
            mch_id: mch_id.clone(),
            out_trade_no: out_trade_no.to_owned(),
            payment: Box::new(payment),
            nonce_str: self.draw.notice_nonce_str(),
            deliverable: order.fields.get("notify_url").is_some_and(delivery::is_deliverable),
            due: now,
        };
        let number = self.commit(&mut ledger, entry)?;
        drop(ledger);
        self.due_changed.notify_one();
        self.tell(|| Event::OrderPaid { mch_id, out_trade_no: out_trade_no.to_owned() });
        Ok((transaction_id, number))
    }

    /// The customer turns away from paying; the order stays NOTPAY and can still be paid.
    pub fn cancel(&self, mch_id: Option<&str>, out_trade_no: &str) -> Result<(), CustomerError> {
        self.cancel_entry(mch_id, out_trade_no).map(|_| ())
    }

    pub(crate) fn cancel_entry(&self, mch_id: Option<&str>, out_trade_no: &str) -> Result<u64, CustomerError> {
        let mut ledger = self.ledger_mut();
        let mch_id = merchant_of(&ledger, mch_id, out_trade_no)?;
        let now = self.clock.now();
        self.check_payable(known(&ledger, &mch_id, out_trade_no)?, now, "取消")?;
        let entry = Entry::Cancelled { mch_id: mch_id.clone(), out_trade_no: out_trade_no.to_owned(), at: now };
        let number = self.commit(&mut ledger, entry)?;
        drop(ledger);
        self.tell(|| Event::OrderCancelled { mch_id, out_trade_no: out_trade_no.to_owned() });
        Ok(number)
    }

    fn check_payable(&self, order: &Order, now: UtcMs, action: &'static str) -> Result<(), CustomerError> {
        let state = match order.trade_state(now, &self.switches) {
            TradeState::Success => "已支付",
            TradeState::Closed => "已关闭",
            _ if order.is_over(now, &self.switches) => "已过期",
            _ => return Ok(()),
        };
        Err(CustomerError::Impossible { out_trade_no: order.out_trade_no().to_owned(), state, action })
    }
}

/// Whose order of this number is meant.
pub(crate) fn merchant_of(ledger: &Ledger, mch_id: Option<&str>, out_trade_no: &str) -> Result<String, CustomerError> {
    if let Some(mch_id) = mch_id {
        return Ok(mch_id.to_owned());
    }
    let merchants = ledger.merchants_of(out_trade_no);
    match merchants.as_slice() {
        [] => Err(CustomerError::NoOrder(out_trade_no.to_owned())),
        [only] => Ok((*only).to_owned()),
        _ => Err(CustomerError::Ambiguous {
            out_trade_no: out_trade_no.to_owned(),
            merchants: merchants.into_iter().map(str::to_owned).collect(),
        }),
    }
}

pub(crate) fn known<'l>(ledger: &'l Ledger, mch_id: &str, out_trade_no: &str) -> Result<&'l Order, CustomerError> {
    ledger.order(mch_id, out_trade_no).ok_or_else(|| CustomerError::NoOrder(out_trade_no.to_owned()))
}

fn payer(order: &Order, pay: &Pay) -> Result<String, CustomerError> {
    let own = order.fields.get("openid").or_else(|| order.fields.get("sub_openid"));
    match (own, pay.openid.as_deref()) {
        (Some(own), Some(other)) if own != other => Err(CustomerError::Invalid {
            field: "openid",
            rule: "与下单时的 openid 不同 (another payer than the order's)",
        }),
        (Some(own), _) => Ok(own.to_owned()),
        (None, Some(openid)) => OpenId::new(openid)
            .map(|openid| openid.to_string())
            .map_err(|fault| CustomerError::Invalid { field: "openid", rule: fault.rule }),
        (None, None) => Ok(SOMEBODY.to_owned()),
    }
}

fn coupon_of(order: &Order, pay: &Pay) -> Result<Fen, CustomerError> {
    if pay.coupon_fee >= Fen::ZERO && pay.coupon_fee <= order.total_fee {
        Ok(pay.coupon_fee)
    } else {
        Err(CustomerError::Invalid {
            field: "coupon_fee",
            rule: "须在 0 与订单金额之间，单位分 (from 0 to the order's amount, in fen)",
        })
    }
}

fn moment_of(order: &Order, pay: &Pay, now: UtcMs) -> Result<UtcMs, CustomerError> {
    let at = pay.at.unwrap_or(now);
    // Times are given to the second, so an order of the same second is not later.
    if at <= now && at.unix_seconds() >= order.created_at.unix_seconds() {
        Ok(at)
    } else {
        Err(CustomerError::Invalid {
            field: "at",
            rule: "须在下单时间与网关当前时间之间 (between the order's creation and the gateway's now)",
        })
    }
}
