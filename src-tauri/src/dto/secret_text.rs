//! A secret that a person typed into the window, on its way in. Nothing of this kind ever goes out.

use serde::de::{Deserialize, Deserializer, Visitor};
use wxpay_protocol::Secret;

/// Text that becomes a [`Secret`] while it is read, without a copy of ours in between.
#[derive(specta::Type)]
pub(crate) struct SecretText(#[specta(type = String)] pub(crate) Secret);

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_string(AsSecret).map(Self)
    }
}

struct AsSecret;

impl Visitor<'_> for AsSecret {
    type Value = Secret;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a secret as text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::new(text.as_bytes().to_vec()))
    }

    fn visit_string<E>(self, text: String) -> Result<Secret, E> {
        Ok(Secret::new(text.into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_arrives_as_it_was_typed() {
        let SecretText(secret) = serde_json::from_str("\"钥 \\u00e9\"").unwrap();
        assert_eq!(secret.expose(), "钥 é".as_bytes());
    }

    #[test]
    fn what_is_no_text_is_refused_without_repeating_a_text() {
        let error = serde_json::from_str::<SecretText>("12345678").err().unwrap();
        assert!(error.to_string().contains("a secret as text"), "{error}");
    }
}
