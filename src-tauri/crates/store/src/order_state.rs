//! What is known of an order: its state, the flags beside it, and what the program does next.

use crate::coded::coded;
use wxpay_protocol::TradeState;

coded! {
    /// The state of an order. Derived from verified observations only, never set by hand.
    OrderState {
        /// Only claimed, by an import or a lookup; nothing verified yet (未核实).
        Unverified = 0 "UNVERIFIED",
        /// Committed here; no verified answer yet.
        Creating = 1 "CREATING",
        /// WeChat refused to create it, or it verifiably never came to exist.
        CreateFailed = 2 "CREATE_FAILED",
        /// Created, not paid.
        NotPay = 3 "NOTPAY",
        /// The payer is entering the password.
        UserPaying = 4 "USERPAYING",
        /// Accepted, waiting to be debited.
        Accept = 5 "ACCEPT",
        /// Paid.
        Success = 6 "SUCCESS",
        /// Paid, and at least one refund was accepted.
        Refund = 7 "REFUND",
        /// Closed; the number can no longer be paid.
        Closed = 8 "CLOSED",
        /// Reversed (payment code).
        Revoked = 9 "REVOKED",
        /// The payment failed.
        PayError = 10 "PAYERROR",
    }
}

impl OrderState {
    /// Whether polling stops here: nothing but a refund, or a conflict, can follow.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Success | Self::Refund | Self::Closed | Self::Revoked | Self::PayError | Self::CreateFailed
        )
    }

    /// Whether the money of the order was taken and, apart from refunds, kept.
    pub const fn is_paid(self) -> bool {
        matches!(self, Self::Success | Self::Refund)
    }
}

impl From<TradeState> for OrderState {
    fn from(state: TradeState) -> Self {
        match state {
            TradeState::Success => Self::Success,
            TradeState::Refund => Self::Refund,
            TradeState::NotPay => Self::NotPay,
            TradeState::Closed => Self::Closed,
            TradeState::Revoked => Self::Revoked,
            TradeState::UserPaying => Self::UserPaying,
            TradeState::PayError => Self::PayError,
            TradeState::Accept => Self::Accept,
        }
    }
}

coded! {
    /// Where an order of the store comes from.
    Origin {
        /// Placed by this program: its intent was committed before it was sent.
        Test = 0 "test",
        /// Imported from a file of the merchant.
        Import = 1 "import",
        /// Found by a lookup.
        Lookup = 2 "lookup",
    }
}

coded! {
    /// What the program does next with an order that is due.
    Advice {
        /// Ask WeChat (orderquery).
        Query = 0 "query",
        /// Send the committed request again, unchanged, under the same number: WeChat verifiably does not have it.
        Resend = 1 "resend",
        /// Nothing: the state is final.
        Done = 2 "done",
    }
}

/// Marks beside the state; several may be set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags(i64);

impl Flags {
    /// No mark.
    pub const NONE: Self = Self(0);
    /// A creation or a closing has no verified outcome.
    pub const UNKNOWN: Self = Self(1);
    /// Evidence disagrees; a person is needed.
    pub const CONFLICT: Self = Self(2);
    /// A query agreed with a notice about the payment.
    pub const CONFIRMED: Self = Self(4);
    /// Paid although WeChat had said that it was closed.
    pub const PAID_AFTER_CLOSE: Self = Self(8);
    /// Three or more answers in a row whose signature did not hold.
    pub const UNVERIFIED_ANSWER: Self = Self(16);

    const WORDS: [(Self, &'static str); 5] = [
        (Self::UNKNOWN, "unknown"),
        (Self::CONFLICT, "conflict"),
        (Self::CONFIRMED, "confirmed"),
        (Self::PAID_AFTER_CLOSE, "paid_after_close"),
        (Self::UNVERIFIED_ANSWER, "unverified_answer"),
    ];

    /// Whether all marks of `other` are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The words of the marks that are set, as the command line and the window name them.
    pub fn words(self) -> Vec<&'static str> {
        Self::WORDS.iter().filter(|(flag, _)| self.contains(*flag)).map(|(_, word)| *word).collect()
    }

    pub(crate) const fn number(self) -> i64 {
        self.0
    }

    pub(crate) const fn from_number(number: i64) -> Self {
        Self(number)
    }
}
