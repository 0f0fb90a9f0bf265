//! `wxpay reconcile --amount`: which of WeChat's amounts the merchant keeps, and which one the files show.

use clap::ValueEnum;
use desk::reconcile::{Basis, Class};
use desk::{Cancel, DaySides, OwnAmounts, OwnSide, Reconciled};

use crate::exit::Failure;
use crate::output::Output;

/// `--amount`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AmountWord {
    /// 订单金额
    Order,
    /// 应结订单金额
    Settle,
    /// 订单金额 less 代金券金额
    Cash,
}

impl From<AmountWord> for Basis {
    fn from(word: AmountWord) -> Self {
        match word {
            AmountWord::Order => Self::Order,
            AmountWord::Settle => Self::Settle,
            AmountWord::Cash => Self::Cash,
        }
    }
}

/// What the merchant's orders equal, where some differ from the amount that was compared.
pub(super) fn seen(sides: &DaySides, found: &Reconciled, cancel: &Cancel) -> Result<Option<OwnAmounts>, Failure> {
    match &sides.own {
        OwnSide::Files(files) if found.verdict.tally(Class::AmountDiff).count > 0 => {
            Ok(Some(files.amounts(&sides.bills, cancel)?))
        }
        OwnSide::Files(_) | OwnSide::Kept(_) => Ok(None),
    }
}

/// Says which amount of the merchant's own orders was taken for what, and which other one they equal.
pub(super) fn describe(sides: &DaySides, seen: Option<OwnAmounts>, output: &mut Output) -> Result<(), Failure> {
    if !matches!(&sides.own, OwnSide::Files(files) if files.orders.is_some()) {
        return Ok(());
    }
    let taken = sides.basis;
    output.line(&format!("  amount [金额] {} (--amount {})", taken.title(false), taken.name()))?;
    let other = seen.and_then(|seen| Some((seen, seen.suggested()?))).filter(|(_, other)| *other != taken);
    if let Some((seen, other)) = other {
        let (equal, compared, title, name) = (seen.equal(other), seen.compared, other.title(false), other.name());
        output.line(&format!(
            "  {equal} of {compared} orders that were looked at equal the bill's {title} [看了 {compared} 笔，{equal} 笔等于{title}]: if that is what you keep, --amount {name}"
        ))?;
    }
    Ok(())
}
