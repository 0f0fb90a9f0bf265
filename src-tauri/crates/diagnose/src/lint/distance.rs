//! How far two names are apart.

/// The fewest insertions, deletions, replacements and swaps of neighbours that turn one name into the other.
pub(super) fn between(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, here) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, there) in right.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut fewest = at(&last, column) + usize::from(here != there);
            fewest = fewest.min(at(&last, column + 1) + 1).min(at(&current, column) + 1);
            let swapped =
                row > 0 && column > 0 && left.get(row - 1) == Some(there) && right.get(column - 1) == Some(here);
            if swapped {
                fewest = fewest.min(at(&before_last, column - 1) + 1);
            }
            current.push(fewest);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or_default()
}

/// Letters of the longest name that is compared; the longest documented one has 28.
const LONGEST_NAME: usize = 64;

/// The nearest of the names, if it is so near that a slip of the hand explains it: two edits, one where the name is short.
/// Names that differ in letter case and underscores only are the same slip.
pub(super) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let length = name.chars().count();
    let allowed = if length <= 4 { 1 } else { 2 };
    // No name is that long; comparing one would only cost time.
    if length > LONGEST_NAME {
        return None;
    }
    let plain = folded(name);
    names
        .map(|candidate| {
            let apart = if folded(candidate) == plain { 0 } else { between(name, candidate) };
            (apart, candidate)
        })
        .filter(|(apart, candidate)| *apart <= allowed && candidate.len() > allowed + 1)
        .min()
        .map(|(_, candidate)| candidate)
}

fn folded(name: &str) -> String {
    name.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swaps_insertions_and_letters_count_once_each() {
        for (left, right, apart) in [
            ("sgin", "sign", 1),
            ("out_trade_on", "out_trade_no", 1),
            ("total_fe", "total_fee", 1),
            ("", "ab", 2),
            ("body", "body", 0),
            ("openid", "appid", 3),
        ] {
            assert_eq!(between(left, right), apart, "{left} {right}");
            assert_eq!(between(right, left), apart, "{right} {left}");
        }
    }

    #[test]
    fn a_slip_has_a_nearest_name_and_another_word_has_none() {
        let names = ["appid", "mch_id", "sign", "body", "out_trade_no", "nonce_str", "total_fee"];
        let near = |name| nearest(name, names.into_iter());
        assert_eq!(near("sgin"), Some("sign"));
        assert_eq!(near("outTradeNo"), Some("out_trade_no"));
        assert_eq!(near("totl_fe"), Some("total_fee"));
        for name in ["shop", "foo", "id", "remark", "b"] {
            assert_eq!(near(name), None, "{name}");
        }
    }
}
