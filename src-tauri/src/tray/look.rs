//! What the tray says and shows.

use tauri::image::Image;

use crate::dto::start::Language;

/// The mark of the window's own bell.
const MARK: [u8; 4] = [0xE5, 0x48, 0x4D, 0xFF];

/// The texts of the tray.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// Beside the icon; nothing where everything was seen.
    pub(super) count: Option<String>,
    pub(super) tooltip: String,
    pub(super) alarms: String,
    pub(super) open: &'static str,
    pub(super) quit: &'static str,
}

pub(super) fn words(unseen: u64, language: Language) -> Words {
    let (count, alarms, open, quit) = match language {
        Language::Chinese => (format!("{unseen} 件未看"), "需要留意", "打开窗口", "退出"),
        Language::English => (format!("{unseen} not seen"), "Needs attention", "Open the window", "Quit"),
    };
    let count = (unseen > 0).then_some(count);
    let (tooltip, alarms) = match (&count, language) {
        (None, _) => ("WxPay Desk".to_owned(), alarms.to_owned()),
        (Some(count), Language::Chinese) => (format!("WxPay Desk：{count}"), format!("{alarms}：{count}")),
        (Some(count), Language::English) => (format!("WxPay Desk: {count}"), format!("{alarms}: {count}")),
    };
    Words { count, tooltip, alarms, open, quit }
}

/// The icon with a disc in its upper right corner, a third as wide as the icon, inside a clear ring.
pub(super) fn marked(plain: &Image<'_>) -> Image<'static> {
    let (width, height) = (plain.width(), plain.height());
    let mut rgba = plain.rgba().to_vec();
    // In half pixels, so that a pixel's middle is a whole number.
    let (middle_x, middle_y, radius) = (2 * width - width / 3, width / 3, width / 3);
    let ring = radius + radius / 3;
    for (place, pixel) in (0_u32..).zip(rgba.chunks_exact_mut(4)) {
        let (x, y) = (2 * (place % width) + 1, 2 * (place / width) + 1);
        let (dx, dy) = (u64::from(x.abs_diff(middle_x)), u64::from(y.abs_diff(middle_y)));
        let inside = |radius: u32| dx * dx + dy * dy <= u64::from(radius) * u64::from(radius);
        if inside(radius) {
            pixel.copy_from_slice(&MARK);
        } else if inside(ring) {
            pixel.fill(0);
        }
    }
    Image::new_owned(rgba, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_said_in_both_languages_and_only_where_there_is_something() {
        let chinese = words(3, Language::Chinese);
        assert_eq!(chinese.count.as_deref(), Some("3 件未看"));
        assert_eq!((chinese.alarms.as_str(), chinese.tooltip.as_str()), ("需要留意：3 件未看", "WxPay Desk：3 件未看"));
        assert_eq!(words(1, Language::English).alarms, "Needs attention: 1 not seen");
        let none = words(0, Language::English);
        assert_eq!((none.count, none.alarms.as_str(), none.tooltip.as_str()), (None, "Needs attention", "WxPay Desk"));
    }

    #[test]
    fn the_mark_stands_in_the_upper_right_corner_and_leaves_the_rest_of_the_icon() {
        let green = Image::new_owned([0, 0xFF, 0, 0xFF].repeat(32 * 32), 32, 32);
        let marked = marked(&green);
        let pixel = |x: usize, y: usize| marked.rgba()[(y * 32 + x) * 4..][..4].to_vec();
        assert_eq!(pixel(26, 5), MARK);
        assert_eq!(pixel(21, 5), [0; 4], "the ring that sets it off");
        for (x, y) in [(0, 0), (2, 5), (31, 31), (10, 20), (16, 16)] {
            assert_eq!(pixel(x, y), [0, 0xFF, 0, 0xFF], "{x}, {y}");
        }
        assert_eq!(marked.rgba().len(), green.rgba().len());
    }
}
