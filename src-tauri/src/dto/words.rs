//! The words that several screens share.

mirrored! {
    /// How requests are signed.
    SignType of wxpay_protocol::SignType {
        /// MD5.
        Md5 = "MD5",
        /// HMAC-SHA256.
        HmacSha256 = "HMAC-SHA256",
    }
}

mirrored! {
    /// Which gateway a merchant speaks to.
    Environment of wxpay_protocol::environment::Environment {
        /// The real one.
        Production = "production",
        /// The real one, under its stand-by host.
        Standby = "standby",
        /// WeChat's own sandbox.
        Sandbox = "sandbox",
        /// A simulator on this machine.
        Simulator = "simulator",
    }
}

mirrored! {
    /// How an order of ours is paid.
    TradeType of wxpay_protocol::TradeType {
        /// Within WeChat.
        Jsapi = "JSAPI",
        /// By a QR code.
        Native = "NATIVE",
        /// From another app.
        App = "APP",
        /// From a browser.
        Mweb = "MWEB",
    }
}

mirrored! {
    /// The state of an order, derived from verified observations only.
    OrderState of desk_store::OrderState {
        /// Only claimed; nothing verified yet.
        Unverified = "UNVERIFIED",
        /// Committed here; no verified answer yet.
        Creating = "CREATING",
        /// Refused by WeChat, or it verifiably never came to exist.
        CreateFailed = "CREATE_FAILED",
        /// Created, not paid.
        NotPay = "NOTPAY",
        /// The payer is entering the password.
        UserPaying = "USERPAYING",
        /// Accepted, waiting to be debited.
        Accept = "ACCEPT",
        /// Paid.
        Success = "SUCCESS",
        /// Paid, and at least one refund was accepted.
        Refund = "REFUND",
        /// Closed.
        Closed = "CLOSED",
        /// Reversed.
        Revoked = "REVOKED",
        /// The payment failed.
        PayError = "PAYERROR",
    }
}

mirrored! {
    /// What is known of an operation, in three words.
    Outcome of desk_store::Outcome {
        /// A verified answer says that it was done.
        Confirmed = "confirmed",
        /// A verified answer says no, or it verifiably was not sent.
        Rejected = "rejected",
        /// Not known; the program asks again.
        Unknown = "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_cross_are_the_words_of_the_core() {
        for state in desk_store::OrderState::ALL {
            let word = serde_json::to_value(OrderState::from(*state)).unwrap();
            assert_eq!(word, state.as_str());
        }
        for outcome in desk_store::Outcome::ALL {
            assert_eq!(serde_json::to_value(Outcome::from(*outcome)).unwrap(), outcome.as_str());
        }
        for environment in [Environment::Production, Environment::Standby, Environment::Sandbox, Environment::Simulator]
        {
            let core = wxpay_protocol::environment::Environment::from(environment);
            assert_eq!(serde_json::to_value(environment).unwrap(), core.as_str());
        }
        for sign_type in [SignType::Md5, SignType::HmacSha256] {
            assert_eq!(serde_json::to_value(sign_type).unwrap(), wxpay_protocol::SignType::from(sign_type).as_str());
        }
        for trade_type in [TradeType::Jsapi, TradeType::Native, TradeType::App, TradeType::Mweb] {
            assert_eq!(serde_json::to_value(trade_type).unwrap(), wxpay_protocol::TradeType::from(trade_type).as_str());
        }
    }
}
