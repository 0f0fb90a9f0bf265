//! From a row of a file to a claim about an order: what the file must say, and what it may.

use std::borrow::Cow;

use desk_sheets::{CellFault, CellProblem, Field, Layout, Row, SheetError};
use desk_store::{NewClaim, OrderState, Origin, Profile};
use wxpay_protocol::ids::{IdError, OpenId, OutTradeNo, TransactionId};
use wxpay_protocol::{Fen, SignType, UtcMs};

use crate::row_refusal::RowRefusal;

/// Reads the rows of one file as claims of one merchant.
pub(crate) struct Claims {
    profile: Profile,
    layout: Layout,
    now: UtcMs,
}

impl Claims {
    /// Refuses a file whose only amount is not what the orders were placed for.
    pub(crate) fn new(profile: Profile, layout: Layout, now: UtcMs) -> Result<Self, SheetError> {
        if layout.order_amount() != Some(Field::TotalFee) {
            return Err(SheetError::NoOrderAmount);
        }
        Ok(Self { profile, layout, now })
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The claim of a row, or why there is none.
    pub(crate) fn claim(&self, row: &Row<'_>) -> Result<NewClaim, RowRefusal> {
        self.refuse_stranger(row)?;
        let state = self.layout.trade_state(row)?.map(OrderState::from);
        let created_at = self.layout.moment(row, Field::CreatedAt)?;
        let paid_at = self.layout.moment(row, Field::PaidAt)?;
        let words = |field| self.layout.text(row, field);
        Ok(NewClaim {
            profile: self.profile.name.clone(),
            appid: self.profile.appid.clone(),
            mch_id: self.profile.mch_id.clone(),
            out_trade_no: self
                .number(row, Field::OutTradeNo, OutTradeNo::new)?
                .ok_or(RowRefusal::Missing(Field::OutTradeNo))?,
            sign_type: self.sign_type(row)?.unwrap_or(self.profile.sign_type),
            origin: Origin::Import,
            total_fee: self.amount(row)?,
            trade_type: words(Field::TradeType)?.filter(|word| is_trade_type(word)).map(Cow::into_owned),
            body: words(Field::Body)?.map(Cow::into_owned).unwrap_or_default(),
            attach: words(Field::Attach)?.map(Cow::into_owned),
            openid: self.number(row, Field::OpenId, OpenId::new)?,
            created_at: created_at.or(paid_at).unwrap_or(self.now),
            claimed_at: self.now,
            state,
            transaction_id: self.number(row, Field::TransactionId, TransactionId::new)?,
            paid_at,
            // What the file says is over is not asked about by itself; everything else is.
            next_query_at: (!state.is_some_and(OrderState::is_final)).then_some(self.now),
            raw: Some(format!("line {}", row.line())),
        })
    }

    fn amount(&self, row: &Row<'_>) -> Result<Fen, RowRefusal> {
        let amount = self.layout.amount(row, Field::TotalFee)?.ok_or(RowRefusal::Missing(Field::TotalFee))?;
        if amount.get() < 0 {
            return Err(self.layout.fault(row, Field::TotalFee, CellProblem::NegativeOrder).into());
        }
        Ok(amount)
    }

    fn number<T>(
        &self,
        row: &Row<'_>,
        field: Field,
        parse: fn(String) -> Result<T, IdError>,
    ) -> Result<Option<T>, RowRefusal> {
        let Some(bytes) = self.layout.number(row, field)? else { return Ok(None) };
        parse(String::from_utf8_lossy(bytes).into_owned()).map(Some).map_err(|IdError { rule, rule_zh, .. }| {
            self.layout.fault(row, field, CellProblem::NotTheShape { rule, rule_zh }).into()
        })
    }

    fn sign_type(&self, row: &Row<'_>) -> Result<Option<SignType>, CellFault> {
        let Some(word) = self.layout.text(row, Field::SignType)? else { return Ok(None) };
        let unknown = || self.layout.fault(row, Field::SignType, CellProblem::UnknownSignType);
        SignType::parse(&word).map(Some).ok_or_else(unknown)
    }

    // One file often holds several shops; their orders would be asked about with the wrong key.
    fn refuse_stranger(&self, row: &Row<'_>) -> Result<(), CellFault> {
        match self.layout.bytes(row, Field::MchId) {
            Some(found) if found != self.profile.mch_id.as_str().as_bytes() => {
                let other = CellProblem::OtherMerchant(self.profile.mch_id.to_string());
                Err(self.layout.fault(row, Field::MchId, other))
            }
            _ => Ok(()),
        }
    }
}

/// A word of WeChat's own; files also have 微信支付 and the like in that column.
fn is_trade_type(word: &str) -> bool {
    !word.is_empty() && word.len() <= 16 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
