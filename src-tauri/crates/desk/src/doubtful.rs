//! Asking the gateway about what the two sides of a day disagree on. What the store has a record of is asked about as always, and
//! its answer is evidence; of anything else the answer is only told.

use desk_store::{Asked, Event, NewObservation, Order, RefundEvent};
use wxpay_protocol::ids::{OutRefundNo, OutTradeNo};
use wxpay_protocol::{Fen, RefundStatus, TradeState, UtcMs, order_query, refund_query};

use crate::asking::with_sub_merchant;
use crate::observing::{observation, reached};
use crate::progress::{Cancel, Meter, OnProgress};
use crate::refund_observing::{Asking, queried};
use crate::signer::Signer;
use crate::{Desk, DeskError};

/// So many questions in a row without an answer end the asking: the gateway, or the key, is not there.
const SILENT_MAX: u32 = 3;

/// What is to be asked about, by the merchant's number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Doubtful {
    /// An order, by orderquery.
    Order(String),
    /// A refund, by refundquery.
    Refund(String),
}

/// What the gateway says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewaySays {
    /// Verified: where an order stands.
    Order {
        /// Its state.
        state: TradeState,
        /// Its amount, where the answer has it.
        total_fee: Option<Fen>,
        /// WeChat's number, once it is paid.
        transaction_id: Option<String>,
        /// When it was paid.
        paid_at: Option<UtcMs>,
    },
    /// Verified: where a refund stands.
    Refund {
        /// Its state.
        status: RefundStatus,
        /// Its amount.
        refund_fee: Fen,
        /// WeChat's number.
        refund_id: String,
    },
    /// Verified: it has no such order or refund.
    Absent,
    /// No answer that can be believed, and why.
    Nothing(String),
}

impl GatewaySays {
    /// The word for programs: a state, `NOTEXIST` or `UNKNOWN`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Order { state, .. } => state.as_str(),
            Self::Refund { status, .. } => status.as_str(),
            Self::Absent => "NOTEXIST",
            Self::Nothing(_) => "UNKNOWN",
        }
    }

    /// The sentence.
    pub fn chinese(&self) -> String {
        match self {
            Self::Order { state, total_fee, paid_at, .. } => {
                let amount = total_fee.map(|fen| format!("，{}元", fen.yuan_text())).unwrap_or_default();
                let at = paid_at.map(|at| format!("，{}", at.dashed())).unwrap_or_default();
                format!("查单：{}{amount}{at}", state.meaning().0)
            }
            Self::Refund { status, refund_fee, .. } => {
                format!("查退款：{}，{}元", status.as_str(), refund_fee.yuan_text())
            }
            Self::Absent => "微信支付没有这个单号".to_owned(),
            Self::Nothing(why) => format!("没有可信的应答：{why}"),
        }
    }
}

impl Desk {
    /// Asks about each in turn, no faster than the gateway is asked anyway. Ends early when it is stopped or the gateway does not
    /// answer several times in a row; the answers are those of the first ones.
    ///
    /// # Errors
    ///
    /// The profile, its key or the store cannot be used.
    pub async fn ask_doubtful(
        &self,
        profile: &str,
        doubtful: &[Doubtful],
        report: OnProgress,
        cancel: &Cancel,
    ) -> Result<Vec<GatewaySays>, DeskError> {
        let mut meter = Meter::new(doubtful.len() as u64, report);
        let mut told = Vec::with_capacity(doubtful.len());
        let mut silent = 0;
        for one in doubtful {
            if cancel.is_cancelled() || silent >= SILENT_MAX {
                break;
            }
            let answer = match one {
                Doubtful::Order(number) => self.ask_about_order(profile, number).await?,
                Doubtful::Refund(number) => self.ask_about_refund(profile, number).await?,
            };
            silent = if matches!(answer, GatewaySays::Nothing(_)) { silent + 1 } else { 0 };
            told.push(answer);
            meter.add(1);
        }
        Ok(told)
    }

    async fn ask_about_order(&self, profile: &str, number: &str) -> Result<GatewaySays, DeskError> {
        let Ok(number) = OutTradeNo::new(number) else { return Ok(not_a_number()) };
        let (name, wanted) = (profile.to_owned(), number.clone());
        let (signer, known) = self
            .blocking(move |inner| {
                let signer = inner.signer(&name)?;
                let known = inner.store.order(signer.profile.mch_id.as_str(), wanted.as_str())?;
                Ok((signer, known))
            })
            .await?;
        self.take_pace(&signer, 1).await?;
        let seen = match known {
            Some(order) => self.ask_known_order(&signer, &order).await?,
            None => self.ask_unknown_order(&signer, number).await?,
        };
        Ok(told_of_order(seen))
    }

    async fn ask_known_order(&self, signer: &Signer, order: &Order) -> Result<NewObservation, DeskError> {
        let asked_seq = self.begin_asking(order).await?;
        let seen = self.send_query(signer, order, asked_seq).await?;
        self.record(vec![seen.clone()], vec![order.out_trade_no.to_string()]).await?;
        Ok(seen)
    }

    async fn ask_unknown_order(&self, signer: &Signer, number: OutTradeNo) -> Result<NewObservation, DeskError> {
        let profile = &signer.profile;
        let merchant = signer.merchant(profile.appid.as_str(), profile.sign_type);
        let (by, nonce) = (order_query::By::OutTradeNo(number), self.inner.nonce()?);
        let request = order_query::request(&profile.appid, &profile.mch_id, &by, &nonce, profile.sign_type);
        let request = with_sub_merchant(request, signer)?;
        let asked = Asked { seq: 0, at: self.now() };
        let exchange = self.inner.client.query_order(&signer.to, merchant, &request, &[]).await?;
        self.note_pace(signer, reached(&exchange)).await;
        Ok(observation(exchange, 0, asked, self.now()))
    }

    async fn ask_about_refund(&self, profile: &str, number: &str) -> Result<GatewaySays, DeskError> {
        let Ok(number) = OutRefundNo::new(number) else { return Ok(not_a_number()) };
        let (name, wanted) = (profile.to_owned(), number.clone());
        let (signer, known) = self
            .blocking(move |inner| {
                let signer = inner.signer(&name)?;
                let known = inner.store.refund(signer.profile.mch_id.as_str(), wanted.as_str())?;
                let known = known.map(|refund| Ok::<_, DeskError>((inner.order_of(&refund)?, refund))).transpose()?;
                Ok((signer, known))
            })
            .await?;
        self.take_pace(&signer, 1).await?;
        if let Some((order, refund)) = known {
            let (seen, _) = self.see_refund(&signer, &order, &refund).await?;
            return Ok(told_of_refund(seen.event));
        }
        let profile = &signer.profile;
        let merchant = signer.merchant(profile.appid.as_str(), profile.sign_type);
        let (by, nonce) = (refund_query::By::OutRefundNo(number.clone()), self.inner.nonce()?);
        let request = refund_query::request(&profile.appid, &profile.mch_id, &by, &nonce, profile.sign_type);
        let request = with_sub_merchant(request, &signer)?;
        let asking = Asking { refund: 0, seq: 0, at: self.now() };
        let exchange = self.inner.client.query_refund(&signer.to, merchant, &request, &[]).await?;
        self.note_pace(&signer, reached(&exchange)).await;
        Ok(told_of_refund(queried(exchange, &number, asking, self.now()).event))
    }
}

fn not_a_number() -> GatewaySays {
    GatewaySays::Nothing("这不是微信支付接受的单号".to_owned())
}

fn told_of_order(seen: NewObservation) -> GatewaySays {
    match seen.event {
        Event::TradeState(report) if seen.verified => GatewaySays::Order {
            state: report.trade_state,
            total_fee: report.total_fee,
            transaction_id: report.transaction_id.map(|id| id.to_string()),
            paid_at: report.paid_at,
        },
        Event::OrderNotExist { .. } if seen.verified => GatewaySays::Absent,
        Event::Refused { err_code, err_code_des } => GatewaySays::Nothing(format!("{err_code} {err_code_des}")),
        Event::UnsignedFail { return_msg } => GatewaySays::Nothing(return_msg),
        Event::NotDone { why } | Event::Unknown { why } => GatewaySays::Nothing(why),
        Event::TradeState(_)
        | Event::OrderNotExist { .. }
        | Event::Created { .. }
        | Event::CloseAccepted
        | Event::Claim(_) => GatewaySays::Nothing("应答没有通过验证".to_owned()),
    }
}

fn told_of_refund(event: RefundEvent) -> GatewaySays {
    match event {
        RefundEvent::Reported(seen) => {
            GatewaySays::Refund { status: seen.status, refund_fee: seen.refund_fee, refund_id: seen.refund_id }
        }
        RefundEvent::NotExist { .. } => GatewaySays::Absent,
        RefundEvent::Refused { err_code, err_code_des, .. } => {
            GatewaySays::Nothing(format!("{err_code} {err_code_des}"))
        }
        RefundEvent::UnsignedFail { return_msg } => GatewaySays::Nothing(return_msg),
        RefundEvent::NotSent { why } | RefundEvent::Unknown { why } => GatewaySays::Nothing(why),
        RefundEvent::Accepted { .. } => GatewaySays::Nothing("应答没有通过验证".to_owned()),
    }
}
