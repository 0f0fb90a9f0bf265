//! The customer: pays, or turns away.

use wxpay_protocol::ids::OpenId;
use wxpay_protocol::{CouponType, Fen, TradeState, UtcMs};

use crate::event::Event;
use crate::faults::Subject;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::ledger::entry::Entry;
use crate::ledger::journal::JournalFailed;
use crate::ledger::record::{Coupon, Order, PasswordAnswer, Payment};
use crate::orders::amounts::MAX_COUPONS;
use crate::orders::scan::SOMEBODY;

/// Who pays under a sub_appid where the order does not say.
pub(crate) const SOMEBODY_OF_SUB_APP: &str = "oSub8uMuAJO_M2pxb1Q9zNjWeS6o";

/// How the customer pays. The default pays the whole amount from the balance, now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pay {
    /// The payer; for JSAPI orders the order's own.
    pub openid: Option<String>,
    /// What pays for a part of it; together at most the whole amount, at most ten. One without an id gets one.
    pub coupons: Vec<Coupon>,
    /// From where; `OTHERS` (the balance) unless said otherwise.
    pub bank_type: Option<String>,
    /// When it was paid: between the order's creation and now.
    pub at: Option<UtcMs>,
}

impl Pay {
    /// Pays a part with one funded coupon; with none when the part is 0.
    #[must_use]
    pub fn with_coupon(mut self, fee: Fen) -> Self {
        if fee != Fen::ZERO {
            self.coupons.push(Coupon { id: String::new(), coupon_type: CouponType::Cash, fee });
        }
        self
    }
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
        self.let_happen();
        let mut ledger = self.ledger_mut();
        let mch_id = merchant_of(&ledger, mch_id, out_trade_no)?;
        let now = self.clock.now();
        let paid = self.pay_known(&mut ledger, &mch_id, out_trade_no, pay, now, Some(0))?;
        drop(ledger);
        self.due_changed.notify_one();
        Ok(paid)
    }

    /// Pays an order of a merchant at `now`; its notice is first sent `late_ms` later, or never.
    pub(crate) fn pay_known(
        &self,
        ledger: &mut Ledger,
        mch_id: &str,
        out_trade_no: &str,
        pay: &Pay,
        now: UtcMs,
        late_ms: Option<i64>,
    ) -> Result<(String, u64), CustomerError> {
        let order = known(ledger, mch_id, out_trade_no)?;
        self.check_payable(order, now, "支付")?;
        let transaction_id = self.draw.transaction_id(ledger.next_payment(), pay.at.unwrap_or(now));
        let payment = Payment {
            openid: payer(order, pay)?,
            sub_openid: sub_openid(order),
            bank_type: pay.bank_type.clone().unwrap_or_else(|| "OTHERS".to_owned()),
            coupons: coupons_of(order, pay, &transaction_id)?,
            paid_at: moment_of(order, pay, now)?,
            transaction_id: transaction_id.clone(),
        };
        // A payment by code is not notified (protocol page §4.8).
        let subject = Subject { endpoint: "notice", mch_id, out_trade_no };
        let notify_url = order.fields.get("notify_url").zip(late_ms);
        let notice = notify_url.map(|(url, late_ms)| self.new_notice(subject, url, now.plus_ms(late_ms)));
        let entry = Entry::Paid {
            mch_id: mch_id.to_owned(),
            out_trade_no: out_trade_no.to_owned(),
            payment: Box::new(payment),
            notice,
        };
        let number = self.commit(ledger, entry)?;
        self.tell(|| Event::OrderPaid { mch_id: mch_id.to_owned(), out_trade_no: out_trade_no.to_owned() });
        Ok((transaction_id, number))
    }

    /// The customer turns away from paying; the order stays NOTPAY and can still be paid.
    pub fn cancel(&self, mch_id: Option<&str>, out_trade_no: &str) -> Result<(), CustomerError> {
        self.cancel_entry(mch_id, out_trade_no).map(|_| ())
    }

    pub(crate) fn cancel_entry(&self, mch_id: Option<&str>, out_trade_no: &str) -> Result<u64, CustomerError> {
        self.let_happen();
        let mut ledger = self.ledger_mut();
        let mch_id = merchant_of(&ledger, mch_id, out_trade_no)?;
        let number = self.cancel_known(&mut ledger, &mch_id, out_trade_no, self.clock.now())?;
        drop(ledger);
        self.due_changed.notify_one();
        Ok(number)
    }

    /// The customer of a merchant's order turns away at `now`.
    pub(crate) fn cancel_known(
        &self,
        ledger: &mut Ledger,
        mch_id: &str,
        out_trade_no: &str,
        now: UtcMs,
    ) -> Result<u64, CustomerError> {
        let order = known(ledger, mch_id, out_trade_no)?;
        if order.password().is_some() {
            let cancelled = PasswordAnswer::Cancelled;
            return Ok(self.password_answered(ledger, mch_id, out_trade_no, cancelled, now)?);
        }
        self.check_payable(order, now, "取消")?;
        let entry = Entry::Cancelled { mch_id: mch_id.to_owned(), out_trade_no: out_trade_no.to_owned(), at: now };
        let number = self.commit(ledger, entry)?;
        self.tell(|| Event::OrderCancelled { mch_id: mch_id.to_owned(), out_trade_no: out_trade_no.to_owned() });
        Ok(number)
    }

    pub(crate) fn check_payable(&self, order: &Order, now: UtcMs, action: &'static str) -> Result<(), CustomerError> {
        let state = match order.trade_state(now, &self.switches) {
            TradeState::Success | TradeState::Refund => "已支付",
            TradeState::Revoked => "已撤销",
            TradeState::Closed => "已关闭",
            TradeState::UserPaying => return Ok(()),
            _ if order.is_micropay() => "没有在等待输入密码",
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
    let scanned = order.scan.as_deref().map(|scan| scan.openid.as_str());
    let own = order.fields.get("openid").or(scanned);
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

/// The payer under the order's sub_appid, where it has one.
pub(crate) fn sub_openid(order: &Order) -> Option<String> {
    let named = order.fields.get("sub_openid");
    named.or_else(|| order.fields.get("sub_appid").map(|_| SOMEBODY_OF_SUB_APP)).map(str::to_owned)
}

/// The coupons of a payment, each with a number.
pub(crate) fn coupons_of(order: &Order, pay: &Pay, transaction_id: &str) -> Result<Vec<Coupon>, CustomerError> {
    const AMOUNT: CustomerError = CustomerError::Invalid {
        field: "coupon_fee",
        rule: "须在 0 与订单金额之间，单位分 (from 0 to the order's amount, in fen)",
    };
    if pay.coupons.len() > MAX_COUPONS {
        return Err(CustomerError::Invalid { field: "coupons", rule: "最多 10 张代金券 (at most ten coupons)" });
    }
    let sum: i128 = pay.coupons.iter().map(|coupon| coupon.fee).sum();
    if sum > i128::from(order.total_fee.get()) || pay.coupons.iter().any(|coupon| coupon.fee <= Fen::ZERO) {
        return Err(AMOUNT);
    }
    let id_of = |(index, coupon): (usize, &Coupon)| {
        let is_id = coupon.id.len() <= 20 && coupon.id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match coupon.id.as_str() {
            // A coupon's number only has to be stable and to look like one: 20 digits at most.
            "" => Ok(format!("{index:02}{}", transaction_id.get(10..28).unwrap_or(transaction_id))),
            given if is_id => Ok(given.to_owned()),
            _ => Err(CustomerError::Invalid {
                field: "coupon_id",
                rule: "至多 20 个字母或数字 (at most 20 letters and digits)",
            }),
        }
    };
    pay.coupons.iter().enumerate().map(|pair| Ok(Coupon { id: id_of(pair)?, ..pair.1.clone() })).collect()
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
