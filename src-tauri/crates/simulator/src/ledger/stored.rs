//! How the journal writes the protocol's own types: amounts as fen, moments as UTC milliseconds, words as on the wire.

pub(crate) mod fen {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use wxpay_protocol::Fen;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(crate) fn serialize<S: Serializer>(amount: &Fen, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(amount.get())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fen, D::Error> {
        Fen::new(i64::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("amount out of range"))
    }
}

pub(crate) mod fens {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use wxpay_protocol::Fen;

    pub(crate) fn serialize<S: Serializer>(amounts: &[Fen], serializer: S) -> Result<S::Ok, S::Error> {
        amounts.iter().map(|amount| amount.get()).collect::<Vec<_>>().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<[Fen]>, D::Error> {
        let amounts = Vec::<i64>::deserialize(deserializer)?;
        let read = amounts.into_iter().map(Fen::new).collect::<Option<_>>();
        read.ok_or_else(|| D::Error::custom("amount out of range"))
    }
}

pub(crate) mod utc_ms {
    use serde::{Deserialize, Deserializer, Serializer};
    use wxpay_protocol::UtcMs;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(crate) fn serialize<S: Serializer>(moment: &UtcMs, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(moment.0)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UtcMs, D::Error> {
        i64::deserialize(deserializer).map(UtcMs)
    }
}

pub(crate) mod utc_ms_or_none {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use wxpay_protocol::UtcMs;

    #[expect(clippy::ref_option, reason = "serde passes a reference")]
    pub(crate) fn serialize<S: Serializer>(moment: &Option<UtcMs>, serializer: S) -> Result<S::Ok, S::Error> {
        moment.map(|moment| moment.0).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<UtcMs>, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map(UtcMs))
    }
}

/// A type that has a word on the wire, by that word.
macro_rules! by_word {
    ($module:ident, $type:ident) => {
        pub(crate) mod $module {
            use serde::{Deserialize, Deserializer, Serializer, de::Error};
            use wxpay_protocol::$type;

            pub(crate) fn serialize<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(value.as_str())
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                let word = String::deserialize(deserializer)?;
                $type::parse(&word).ok_or_else(|| D::Error::custom(concat!("unknown ", stringify!($module))))
            }
        }
    };
}

by_word!(sign_type, SignType);
by_word!(coupon_type, CouponType);
by_word!(refund_status, RefundStatus);
