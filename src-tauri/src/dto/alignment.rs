//! Two texts beside each other: what they share, and where they differ.

use serde::Serialize;

/// Parts of two texts are compared with each other as long as there are at most this many pairs of parts.
const PAIRS_MAX: usize = 1 << 20;

/// A stretch that both texts share, or in which they differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, specta::Type)]
pub(crate) struct Stretch {
    pub(crate) same: bool,
    /// Of the first text; empty where only the second one has something here.
    pub(crate) left: String,
    /// Of the second text; the very same as `left` where they are alike.
    pub(crate) right: String,
}

/// Both texts from beginning to end, joined at `&` as strings to sign are.
pub(crate) fn align(left: &str, right: &str) -> Vec<Stretch> {
    let fields = |text| str::split_inclusive(text, '&').collect::<Vec<&str>>();
    let mut found = Vec::new();
    for stretch in stretches(&fields(left), &fields(right)) {
        if stretch.same || stretch.left.is_empty() || stretch.right.is_empty() {
            push(&mut found, stretch);
        } else {
            for part in within(&stretch) {
                push(&mut found, part);
            }
        }
    }
    found
}

/// The same character by character, unless so little is alike that marks would only confuse.
fn within(stretch: &Stretch) -> Vec<Stretch> {
    let characters = |text: &str| -> Vec<String> { text.chars().map(String::from).collect() };
    let (left, right) = (characters(&stretch.left), characters(&stretch.right));
    let parts = stretches(
        &left.iter().map(String::as_str).collect::<Vec<_>>(),
        &right.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    let alike: usize = parts.iter().filter(|part| part.same).map(|part| part.left.chars().count()).sum();
    if alike * 2 >= left.len().max(right.len()) { parts } else { edges(stretch, &left, &right) }
}

/// What begins and ends alike; everything between differs.
fn edges(stretch: &Stretch, left: &[String], right: &[String]) -> Vec<Stretch> {
    let head = left.iter().zip(right).take_while(|(one, other)| one == other).count();
    let most = left.len().min(right.len()) - head;
    let tail = left.iter().rev().zip(right.iter().rev()).take(most).take_while(|(one, other)| one == other).count();
    let part = |text: &[String], from: usize, to: usize| text.get(from..to).unwrap_or_default().concat();
    let whole = |from: usize, to: usize| {
        let text = part(left, from, to);
        Stretch { same: true, right: text.clone(), left: text }
    };
    if head == 0 && tail == 0 {
        return vec![stretch.clone()];
    }
    let between = Stretch {
        same: false,
        left: part(left, head, left.len() - tail),
        right: part(right, head, right.len() - tail),
    };
    vec![whole(0, head), between, whole(left.len() - tail, left.len())]
}

/// Parts that stand in both in the same order, and what lies between them.
fn stretches(left: &[&str], right: &[&str]) -> Vec<Stretch> {
    let head = left.iter().zip(right).take_while(|(one, other)| one == other).count();
    let most = left.len().min(right.len()) - head;
    let tail = left.iter().rev().zip(right.iter().rev()).take(most).take_while(|(one, other)| one == other).count();
    let inner = |all: &[&str]| -> Vec<String> {
        all.get(head..all.len() - tail).unwrap_or_default().iter().map(|part| (*part).to_owned()).collect()
    };
    let (left_inner, right_inner) = (inner(left), inner(right));
    let mut found = Vec::new();
    let same = |text: String| Stretch { same: true, right: text.clone(), left: text };
    push(&mut found, same(left.get(..head).unwrap_or_default().concat()));
    let (mut at_left, mut at_right) = (0, 0);
    let ends = (left_inner.len(), right_inner.len());
    for (to_left, to_right) in common(&left_inner, &right_inner).into_iter().chain([ends]) {
        let between = Stretch {
            same: false,
            left: left_inner.get(at_left..to_left).unwrap_or_default().concat(),
            right: right_inner.get(at_right..to_right).unwrap_or_default().concat(),
        };
        push(&mut found, between);
        if let Some(part) = left_inner.get(to_left) {
            push(&mut found, same(part.clone()));
        }
        (at_left, at_right) = (to_left + 1, to_right + 1);
    }
    push(&mut found, same(left.get(left.len() - tail..).unwrap_or_default().concat()));
    found
}

/// The places of a longest row of parts that stand in both in the same order; none where that would take too long.
fn common(left: &[String], right: &[String]) -> Vec<(usize, usize)> {
    let width = right.len() + 1;
    if left.is_empty() || right.is_empty() || left.len().saturating_mul(right.len()) > PAIRS_MAX {
        return Vec::new();
    }
    // lengths[i * width + j]: how many parts are common to left[i..] and right[j..].
    let mut lengths = vec![0_u32; (left.len() + 1) * width];
    let at = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, one) in left.iter().enumerate().rev() {
        for (j, other) in right.iter().enumerate().rev() {
            let longest = if one == other {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(length) = lengths.get_mut(i * width + j) {
                *length = longest;
            }
        }
    }
    let mut found = Vec::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(one), Some(other)) = (left.get(i), right.get(j)) {
        if one == other {
            found.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

/// Adds a stretch to the last one where both are of one kind; empty ones are left out.
fn push(found: &mut Vec<Stretch>, stretch: Stretch) {
    if stretch.left.is_empty() && stretch.right.is_empty() {
        return;
    }
    match found.last_mut().filter(|last| last.same == stretch.same) {
        Some(last) => {
            last.left.push_str(&stretch.left);
            last.right.push_str(&stretch.right);
        }
        None => found.push(stretch),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `=` in front of what is alike, and `left|right` for what is not.
    fn shown(left: &str, right: &str) -> String {
        let found = align(left, right);
        assert_eq!(found.iter().map(|part| part.left.as_str()).collect::<String>(), left);
        assert_eq!(found.iter().map(|part| part.right.as_str()).collect::<String>(), right);
        let word = |part: &Stretch| {
            if part.same { format!("={}", part.left) } else { format!("{}|{}", part.left, part.right) }
        };
        found.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_field_more_is_all_that_is_marked() {
        assert_eq!(shown("appid=1&attach=&body=帽", "appid=1&body=帽"), "=appid=1& attach=&| =body=帽");
    }

    #[test]
    fn another_value_is_marked_where_it_differs_and_not_from_there_to_the_end() {
        assert_eq!(
            shown("body=test &mch_id=1&key=••••6a2d", "body=test&mch_id=1&key=••••6a2d"),
            "=body=test  | =&mch_id=1&key=••••6a2d"
        );
        assert_eq!(shown("a=1&key=••••6a2d", "a=1&key=••••ffff"), "=a=1&key=•••• 6a2d|ffff");
    }

    #[test]
    fn a_field_at_another_place_is_marked_at_both() {
        assert_eq!(shown("b=2&a=1&c=3", "a=1&b=2&c=3"), "b=2&| =a=1& |b=2& =c=3");
    }

    #[test]
    fn fields_without_a_joint_differ_only_in_their_joints() {
        assert_eq!(shown("a=1b=2c=3", "a=1&b=2&c=3"), "=a=1 |& =b=2 |& =c=3");
    }

    #[test]
    fn what_has_nothing_in_common_is_one_stretch() {
        assert_eq!(shown("xyz", "123"), "xyz|123");
        assert_eq!(shown("", ""), "");
        assert_eq!(shown("", "a=1"), "|a=1");
        assert_eq!(shown("a=1", "a=1"), "=a=1");
    }

    #[test]
    fn texts_of_the_largest_size_are_compared_at_once() {
        let long = |letter: &str| format!("a=1&detail={}&z=1", letter.repeat(60_000));
        let found = align(&long("x"), &long("y"));
        assert_eq!(found.len(), 3);
    }
}
