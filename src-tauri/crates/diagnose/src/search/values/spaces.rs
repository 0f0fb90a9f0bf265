//! White space, invisible characters and line ends.

pub(super) fn trim(text: &str) -> String {
    text.trim_matches(is_blank).to_owned()
}

pub(super) fn trim_ascii(text: &str) -> String {
    text.trim_matches(|found: char| found <= ' ').to_owned()
}

pub(super) fn trim_start(text: &str) -> String {
    text.trim_start_matches(is_blank).to_owned()
}

pub(super) fn trim_end(text: &str) -> String {
    text.trim_end_matches(is_blank).to_owned()
}

fn is_blank(found: char) -> bool {
    found.is_whitespace() || found == '\u{FEFF}' || found < ' '
}

pub(super) fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for found in text.chars() {
        if found != ' ' || !squeezed.ends_with(' ') {
            squeezed.push(found);
        }
    }
    squeezed
}

pub(super) fn without_spaces(text: &str) -> String {
    text.replace(' ', "")
}

pub(super) fn without_blanks(text: &str) -> String {
    text.chars().filter(|found| !found.is_whitespace()).collect()
}

pub(super) fn wide_space_to_space(text: &str) -> String {
    text.replace('\u{3000}', " ")
}

pub(super) fn space_to_wide_space(text: &str) -> String {
    text.replace(' ', "\u{3000}")
}

pub(super) fn tab_to_space(text: &str) -> String {
    text.replace('\t', " ")
}

pub(super) fn space_behind(text: &str) -> String {
    format!("{text} ")
}

pub(super) fn space_in_front(text: &str) -> String {
    format!(" {text}")
}

pub(super) fn spaces_around(text: &str) -> String {
    format!(" {text} ")
}

pub(super) fn wide_space_behind(text: &str) -> String {
    format!("{text}\u{3000}")
}

pub(super) fn wide_space_in_front(text: &str) -> String {
    format!("\u{3000}{text}")
}

pub(super) fn tab_behind(text: &str) -> String {
    format!("{text}\t")
}

pub(super) fn tab_in_front(text: &str) -> String {
    format!("\t{text}")
}

pub(super) fn line_feed_behind(text: &str) -> String {
    format!("{text}\n")
}

pub(super) fn line_feed_in_front(text: &str) -> String {
    format!("\n{text}")
}

pub(super) fn crlf_behind(text: &str) -> String {
    format!("{text}\r\n")
}

pub(super) fn without_marks(text: &str) -> String {
    text.replace('\u{FEFF}', "")
}

pub(super) fn without_zero_width(text: &str) -> String {
    text.chars()
        .filter(|found| !matches!(found, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}'))
        .collect()
}

pub(super) fn nbsp_to_space(text: &str) -> String {
    text.replace('\u{00A0}', " ")
}

pub(super) fn without_nbsp(text: &str) -> String {
    text.replace('\u{00A0}', "")
}

pub(super) fn without_invisible(text: &str) -> String {
    without_zero_width(&without_nbsp(text))
}

pub(super) fn space_to_nbsp(text: &str) -> String {
    text.replace(' ', "\u{00A0}")
}

pub(super) fn mark_in_front(text: &str) -> String {
    format!("\u{FEFF}{text}")
}

pub(super) fn mark_behind(text: &str) -> String {
    format!("{text}\u{FEFF}")
}

pub(super) fn zero_width_behind(text: &str) -> String {
    format!("{text}\u{200B}")
}

pub(super) fn zero_width_in_front(text: &str) -> String {
    format!("\u{200B}{text}")
}

pub(super) fn nbsp_behind(text: &str) -> String {
    format!("{text}\u{00A0}")
}

pub(super) fn nbsp_in_front(text: &str) -> String {
    format!("\u{00A0}{text}")
}

pub(super) fn to_lf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

pub(super) fn to_crlf(text: &str) -> String {
    to_lf(text).replace('\n', "\r\n")
}

pub(super) fn to_cr(text: &str) -> String {
    to_lf(text).replace('\n', "\r")
}

pub(super) fn without_cr(text: &str) -> String {
    text.replace('\r', "")
}

pub(super) fn without_lf(text: &str) -> String {
    text.replace('\n', "")
}

pub(super) fn without_line_ends(text: &str) -> String {
    text.replace(['\r', '\n'], "")
}

pub(super) fn line_ends_to_spaces(text: &str) -> String {
    to_lf(text).replace('\n', " ")
}

pub(super) fn line_ends_to_backslash_n(text: &str) -> String {
    to_lf(text).replace('\n', "\\n")
}

pub(super) fn line_ends_to_backslashes(text: &str) -> String {
    text.replace('\r', "\\r").replace('\n', "\\n")
}

pub(super) fn line_feeds_to_backslash_rn(text: &str) -> String {
    to_lf(text).replace('\n', "\\r\\n")
}

pub(super) fn backslash_n_to_line_ends(text: &str) -> String {
    text.replace("\\r\\n", "\n").replace("\\n", "\n")
}

pub(super) fn backslashes_to_line_ends(text: &str) -> String {
    text.replace("\\r", "\r").replace("\\n", "\n")
}

pub(super) fn without_backslash_n(text: &str) -> String {
    text.replace("\\r", "").replace("\\n", "")
}

pub(super) fn line_ends_to_break_tags(text: &str) -> String {
    to_lf(text).replace('\n', "<br>")
}

pub(super) fn line_ends_to_closed_break_tags(text: &str) -> String {
    to_lf(text).replace('\n', "<br />")
}

pub(super) fn break_tags_in_front_of_line_ends(text: &str) -> String {
    text.replace('\n', "<br />\n")
}
