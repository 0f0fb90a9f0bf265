//! D1 to D4: amounts that passed through floating point.

use crate::orders::Order;
use crate::plant::Mistake;
use crate::rng::Rng;
use crate::signing::Signing;

/// One signed amount is written in another way.
fn written(name: &'static str, write: impl Fn(&str) -> String + 'static) -> Option<Mistake> {
    Some(Box::new(move |signing: &mut Signing| signing.one(name, &write)))
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_default()
}

/// A double that came out of `19.98 * 100`.
pub(crate) fn d1_float(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = order.amount_field()?;
    match rng.below(5) {
        0 => written(name, |fen| format!("{fen}.0")),
        1 => written(name, |fen| format!("{fen}.00")),
        2 => {
            // Amounts that do not come back whole: 1998.0000000000002, 980.0000000000001.
            let broken: Vec<u32> = (100..9999).filter(|fen| times_hundred(*fen).contains('.')).collect();
            order.put(name, rng.pick(&broken).to_string());
            written(name, |fen| times_hundred(fen.parse().unwrap_or_default()))
        }
        3 => Some(Box::new(|signing: &mut Signing| {
            // A JSON library that reads every number as a double.
            signing.each(|name, value| {
                let amount = name.contains("fee") || name.contains("amount");
                if amount && value.parse::<u64>().is_ok() { format!("{value}.0") } else { value.to_owned() }
            });
        })),
        _ => {
            // The sign is made from the integer, the message is written from the double.
            let fen = order.get(name)?.to_owned();
            order.put(name, format!("{fen}.0"));
            written(name, move |_| fen.clone())
        }
    }
}

/// `fen / 100 * 100` as JavaScript prints it.
fn times_hundred(fen: u32) -> String {
    let yuan: f64 = number(&format!("{}.{:02}", fen / 100, fen % 100));
    format!("{}", yuan * 100.0)
}

/// A large amount with an exponent.
pub(crate) fn d2_exponent(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = order.amount_field()?;
    match rng.below(4) {
        0 => {
            order.put(name, format!("{}000000", rng.between(1, 9)));
            written(name, go)
        }
        1 => {
            order.put(name, rng.between(1_000_001, 9_999_999).to_string());
            written(name, go)
        }
        2 => {
            // Double.toString turns to an exponent at ten millions.
            order.put(name, rng.between(10_000_000, 99_999_999).to_string());
            written(name, |fen| {
                let text = format!("{:E}", number(fen));
                if text.contains('.') { text } else { text.replace('E', ".0E") }
            })
        }
        _ => {
            order.put(name, format!("{}00000", rng.between(11, 99)));
            // C's %e has six digits behind the point.
            written(name, |fen| {
                let text = format!("{:.6e}", number(fen));
                text.split_once('e').map_or(text.clone(), |(digits, power)| format!("{digits}e+{power:0>2}"))
            })
        }
    }
}

/// Go's `%v` of a float64: the shortest digits, an exponent from a million on.
fn go(fen: &str) -> String {
    let text = format!("{:e}", number(fen));
    text.split_once('e').map_or(text.clone(), |(digits, power)| format!("{digits}e+{power:0>2}"))
}

/// The message has fen and the sign yuan, or the other way round.
pub(crate) fn d3_yuan(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = order.amount_field()?;
    let fen: u64 = order.get(name)?.parse().ok()?;
    let yuan = format!("{}.{:02}", fen / 100, fen % 100);
    match rng.below(4) {
        0 => {
            order.put(name, &yuan);
            written(name, move |_| fen.to_string())
        }
        1 => written(name, move |_| (fen * 100).to_string()),
        2 => {
            // 12.50 as a number is 12.5, and 12.00 is 12.
            let shortest = yuan.trim_end_matches('0').trim_end_matches('.').to_owned();
            written(name, move |_| shortest.clone())
        }
        _ => written(name, move |_| yuan.clone()),
    }
}

/// `(int)(19.9 * 100)` is 1989, `Math.ceil(1.10 * 100)` is 111; the message has the other.
pub(crate) fn d4_one_fen(order: &mut Order, rng: &mut Rng) -> Option<Mistake> {
    let name = order.amount_field()?;
    let fen: u64 = order.get(name)?.parse().ok()?;
    if fen < 2 {
        return None;
    }
    let other = if rng.chance(60) { fen - 1 } else { fen + 1 };
    written(name, move |_| other.to_string())
}
