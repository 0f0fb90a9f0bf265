//! What control requests carry: lists, numbers, JSON bodies, moments.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use wxpay_protocol::UtcMs;

use crate::control::Refused;
use crate::orders::CustomerError;

/// The most that one list answers with unless more is asked for.
const DEFAULT_LIMIT: usize = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    #[serde(default)]
    pub(super) search: String,
    limit: Option<usize>,
}

impl ListQuery {
    pub(super) fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }
}

/// Whose number it is, where several merchants have it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Whose {
    pub(super) mch_id: Option<String>,
}

impl Whose {
    pub(super) fn mch_id(&self) -> Option<&str> {
        self.mch_id.as_deref()
    }
}

/// An empty body means an empty object, so that `POST …/pay` needs none.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|fault| {
        Refused::invalid(format!("请求体不是所需的 JSON：{fault} (the body is not the JSON that is needed)"))
    })
}

/// `2024-01-02T03:04:05+08:00`, `2024-01-02 03:04:05` or `20240102030405`, all Beijing time.
pub(super) fn moment(text: &str) -> Result<UtcMs, CustomerError> {
    let civil = text.strip_suffix("+08:00").unwrap_or(text).replacen('T', " ", 1);
    UtcMs::parse_dashed(&civil).or_else(|_| UtcMs::parse_compact(text)).map_err(|_| CustomerError::Invalid {
        field: "at",
        rule: "须为北京时间，例如 2024-01-02T03:04:05+08:00 (Beijing time, for instance 2024-01-02T03:04:05+08:00)",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_beijing_time_in_three_spellings() {
        for text in ["2024-01-02T03:04:05+08:00", "2024-01-02 03:04:05", "20240102030405"] {
            assert_eq!(moment(text), Ok(UtcMs(1_704_135_845_000)), "{text}");
        }
        for text in ["", "yesterday", "2024-01-02T03:04:05Z", "2024-02-30 00:00:00"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }
}
