//! What happens to whole numbers that pass through floats, and to amounts between yuan and fen.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "losing precision the way other code loses it is the purpose"
)]

/// A value that is a whole number, else it stays as it is.
fn whole(text: &str, form: impl Fn(i64) -> String) -> String {
    if text.is_empty() || text.len() > 18 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    text.parse().map_or_else(|_| text.to_owned(), form)
}

/// Any decimal number, with or without an exponent.
fn decimal(text: &str, form: impl Fn(f64) -> String) -> String {
    let is_decimal = text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'))
        && text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    match text.parse::<f64>() {
        Ok(number) if is_decimal && number.is_finite() && number < 1e18 => form(number),
        _ => text.to_owned(),
    }
}

pub(super) fn one_decimal(text: &str) -> String {
    number_with(text, ".0")
}

pub(super) fn two_decimals(text: &str) -> String {
    number_with(text, ".00")
}

/// Written behind any number, also one that another change has made a decimal already.
fn number_with(text: &str, behind: &str) -> String {
    let is_number = text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if is_number && text.len() <= 24 { format!("{text}{behind}") } else { text.to_owned() }
}

pub(super) fn six_decimals(text: &str) -> String {
    whole(text, |number| format!("{number}.000000"))
}

pub(super) fn four_decimals(text: &str) -> String {
    whole(text, |number| format!("{number}.0000"))
}

pub(super) fn bare_point(text: &str) -> String {
    whole(text, |number| format!("{number}."))
}

/// 9.8 × 100 = 980.0000000000001.
pub(super) fn float_times_100(text: &str) -> String {
    whole(text, |number| format!("{}", number as f64 / 100.0 * 100.0))
}

/// The same where the whole numbers keep their `.0`.
pub(super) fn float_times_100_with_point(text: &str) -> String {
    whole(text, |number| format!("{:?}", number as f64 / 100.0 * 100.0))
}

pub(super) fn single_times_100(text: &str) -> String {
    whole(text, |number| format!("{}", number as f32 / 100.0 * 100.0))
}

pub(super) fn single_times_100_with_point(text: &str) -> String {
    whole(text, |number| format!("{:?}", number as f32 / 100.0 * 100.0))
}

/// 19.9 × 100 cut to a whole number: 1989.
pub(super) fn float_times_100_cut(text: &str) -> String {
    whole(text, |number| format!("{}", (number as f64 / 100.0 * 100.0) as i64))
}

pub(super) fn without_decimals(text: &str) -> String {
    decimal(text, |number| format!("{}", number.trunc() as i64))
}

pub(super) fn rounded(text: &str) -> String {
    decimal(text, |number| format!("{}", number.round() as i64))
}

pub(super) fn shortest_decimal(text: &str) -> String {
    decimal(text, |number| format!("{number}"))
}

pub(super) fn two_decimals_kept(text: &str) -> String {
    decimal(text, |number| format!("{number:.2}"))
}

/// The digits of the mantissa and the exponent, at most `digits` of them after rounding.
fn scientific(number: i64, digits: Option<usize>) -> (String, i32) {
    let written = match digits {
        Some(digits) => format!("{:.*e}", digits, number as f64),
        None => format!("{:e}", number as f64),
    };
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    (mantissa.to_owned(), exponent.parse().unwrap_or(0))
}

fn with_point(mantissa: &str) -> String {
    if mantissa.contains('.') { mantissa.to_owned() } else { format!("{mantissa}.0") }
}

fn without_zeros(mantissa: &str) -> &str {
    if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa }
}

/// Go's `%v`: `1e+06`, `1.23456789e+08`.
pub(super) fn go_exponent(text: &str) -> String {
    whole(text, |number| {
        let (mantissa, exponent) = scientific(number, None);
        format!("{mantissa}e+{exponent:02}")
    })
}

/// C's `%g`: six digits.
pub(super) fn general(text: &str) -> String {
    whole(text, |number| {
        let (mantissa, exponent) = scientific(number, Some(5));
        if exponent < 6 {
            return number.to_string();
        }
        format!("{}e+{exponent:02}", without_zeros(&mantissa))
    })
}

pub(super) fn general_upper(text: &str) -> String {
    general(text).to_uppercase()
}

/// C's `%e`: `1.000000e+06`.
pub(super) fn exponent(text: &str) -> String {
    whole(text, |number| {
        let (mantissa, exponent) = scientific(number, Some(6));
        format!("{mantissa}e+{exponent:02}")
    })
}

pub(super) fn exponent_upper(text: &str) -> String {
    exponent(text).to_uppercase()
}

/// .NET's `E`: `1.000000E+006`.
pub(super) fn dotnet_exponent(text: &str) -> String {
    whole(text, |number| {
        let (mantissa, exponent) = scientific(number, Some(6));
        format!("{mantissa}E+{exponent:03}")
    })
}

pub(super) fn go_exponent_upper(text: &str) -> String {
    go_exponent(text).to_uppercase()
}

/// Java's `Double.toString`: `1.0E7`.
pub(super) fn java_exponent(text: &str) -> String {
    whole(text, |number| {
        let (mantissa, exponent) = scientific(number, None);
        format!("{}E{exponent}", with_point(&mantissa))
    })
}

/// PHP: `1.0E+25`.
pub(super) fn php_exponent(text: &str) -> String {
    whole(text, |number| {
        let (mantissa, exponent) = scientific(number, None);
        format!("{}E+{exponent}", with_point(&mantissa))
    })
}

/// JavaScript and BigDecimal: `1e+6`, `1E+6`.
pub(super) fn short_exponent(text: &str) -> String {
    whole(text, |number| {
        let (mantissa, exponent) = scientific(number, None);
        format!("{mantissa}e+{exponent}")
    })
}

pub(super) fn short_exponent_upper(text: &str) -> String {
    short_exponent(text).to_uppercase()
}

/// JSON without a plus: `1e6`.
pub(super) fn bare_exponent(text: &str) -> String {
    whole(text, |number| {
        let (mantissa, exponent) = scientific(number, None);
        format!("{mantissa}e{exponent}")
    })
}

/// A cell of a spreadsheet: `1.23E+17`.
pub(super) fn spreadsheet(text: &str) -> String {
    if text.len() < 11 || text.len() > 38 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    text.parse::<f64>().map_or_else(
        |_| text.to_owned(),
        |number| {
            let written = format!("{number:.2e}");
            let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
            format!("{mantissa}E+{exponent:0>2}")
        },
    )
}

/// The same in all its digits, at most six of them or fifteen.
pub(super) fn spreadsheet_long(text: &str) -> String {
    if text.len() < 11 || text.len() > 38 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_owned();
    }
    text.parse::<f64>().map_or_else(
        |_| text.to_owned(),
        |number| {
            let written = format!("{number:e}");
            let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
            format!("{mantissa}e+{exponent:0>2}")
        },
    )
}

/// A number beyond 2^53 that went through a double.
pub(super) fn through_double(text: &str) -> String {
    whole(text, |number| format!("{}", number as f64))
}

pub(super) fn through_single(text: &str) -> String {
    whole(text, |number| format!("{}", number as f32))
}

pub(super) fn exponent_written_out(text: &str) -> String {
    if text.bytes().any(|byte| matches!(byte, b'e' | b'E')) {
        decimal(text, |number| format!("{number}"))
    } else {
        text.to_owned()
    }
}

pub(super) fn times_100(text: &str) -> String {
    let changed = whole(text, |number| number.checked_mul(100).unwrap_or(number).to_string());
    decimal(&changed, |number| format!("{}", (number * 100.0).round() as i64))
}

pub(super) fn decimal_times_100(text: &str) -> String {
    decimal(text, |number| format!("{}", number * 100.0))
}

/// Yuan with as many decimals as it needs: 1.5.
pub(super) fn yuan(text: &str) -> String {
    whole(text, |number| format!("{}", number as f64 / 100.0))
}

/// The same where a whole number keeps its `.0`.
pub(super) fn yuan_with_point(text: &str) -> String {
    whole(text, |number| format!("{:?}", number as f64 / 100.0))
}

pub(super) fn yuan_two_decimals(text: &str) -> String {
    whole(text, |number| format!("{}.{:02}", number / 100, number % 100))
}

pub(super) fn yuan_cut(text: &str) -> String {
    whole(text, |number| format!("{}", number / 100))
}

pub(super) fn yuan_rounded(text: &str) -> String {
    whole(text, |number| format!("{}", (number + 50) / 100))
}

pub(super) fn with_currency(text: &str) -> String {
    whole(text, |number| format!("¥{}.{:02}", number / 100, number % 100))
}

pub(super) fn one_less(text: &str) -> String {
    whole(text, |number| (number - 1).to_string())
}

pub(super) fn one_more(text: &str) -> String {
    whole(text, |number| (number + 1).to_string())
}

pub(super) fn to_milliseconds(text: &str) -> String {
    whole(text, |number| format!("{number}000"))
}

pub(super) fn to_seconds(text: &str) -> String {
    whole(text, |number| (number / 1000).to_string())
}

pub(super) fn to_seconds_rounded(text: &str) -> String {
    whole(text, |number| ((number + 500) / 1000).to_string())
}

pub(super) fn to_seconds_with_fraction(text: &str) -> String {
    whole(text, |number| format!("{}", number as f64 / 1000.0))
}
