//! How the question to WeChat Pay went that an answer rests on.

use crate::DeskError;
use crate::told::Told;

/// How the question of just now went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inquiry {
    /// Nothing was asked.
    NotAsked,
    /// A signed answer says where it stands.
    Answered,
    /// A signed answer says that there is no such order or refund.
    NotExist,
    /// A signed refusal that says nothing of the order.
    Refused {
        /// The wire's code.
        err_code: String,
        /// Its text, as received.
        err_code_des: String,
    },
    /// No answer that can be trusted.
    Failed {
        /// What stood in the way, English.
        why: String,
    },
    /// Nothing could be asked: the merchant's key is missing, or the vault is locked.
    NoKey {
        /// What stood in the way, English.
        why: String,
    },
}

impl Inquiry {
    /// The word that scripts compare.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::Answered => "answered",
            Self::NotExist => "not_exist",
            Self::Refused { .. } => "refused",
            Self::Failed { .. } => "failed",
            Self::NoKey { .. } => "no_key",
        }
    }
}

impl Inquiry {
    /// What stands in the way of one question is told with its answer, so that the others of a batch are not lost with it.
    ///
    /// # Errors
    ///
    /// The fault of a store that cannot be read or written: it is of this machine, and says nothing of the order.
    pub(crate) fn of_fault(fault: DeskError) -> Result<Self, DeskError> {
        if matches!(fault, DeskError::Store(_) | DeskError::StoreNewer(_)) {
            return Err(fault);
        }
        let why = fault.to_string();
        Ok(if fault.is_of_secret() { Self::NoKey { why } } else { Self::Failed { why } })
    }
}

/// What to do where nothing could be asked without the key.
pub(super) fn next_without_key(why: &str) -> Told {
    Told::new(
        format!("解锁保险库，或给商户补上 API 密钥，再查一次（{why}）"),
        format!("unlock the vault, or give the merchant its API key, then ask again ({why})"),
    )
}

#[cfg(test)]
mod tests {
    use desk_store::StoreError;

    use super::*;

    #[test]
    fn a_store_that_is_full_fails_the_lookup_and_what_one_question_meets_is_told_with_its_answer() {
        assert!(matches!(
            Inquiry::of_fault(DeskError::Store(StoreError::Full)),
            Err(DeskError::Store(StoreError::Full))
        ));
        let locked = Inquiry::of_fault(DeskError::VaultLocked("locked".into())).unwrap();
        assert_eq!(locked.as_str(), "no_key");
        let removed = DeskError::NotFound { what: "profile", name: "shop".into() };
        assert_eq!(Inquiry::of_fault(removed).unwrap().as_str(), "failed", "a merchant that was removed");
    }
}
