//! The acknowledgement of a notification (protocol page §7.1).

/// Our answer to a notice that was verified and committed, byte for byte.
pub const ACCEPTED: &str =
    "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>";

/// Our answer to everything else; one text for all, so that it tells an attacker nothing.
pub const REFUSED: &str =
    "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[REFUSED]]></return_msg></xml>";

/// How long WeChat waits for the acknowledgement, in milliseconds.
pub const DEADLINE_MS: u64 = 5_000;

/// Seconds between the attempts until a notice is acknowledged: fifteen gaps, 24 h 4 min in all.
pub const RETRY_GAPS_S: [i64; 15] =
    [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml;

    #[test]
    fn the_ladder_lasts_twenty_four_hours_and_four_minutes() {
        assert_eq!(RETRY_GAPS_S.iter().sum::<i64>(), 24 * 3600 + 240);
    }

    #[test]
    fn acknowledgements_are_messages() {
        for (text, code) in [(ACCEPTED, "SUCCESS"), (REFUSED, "FAIL")] {
            assert_eq!(xml::read(text.as_bytes(), "xml").unwrap().get("return_code"), Some(code));
        }
    }
}
