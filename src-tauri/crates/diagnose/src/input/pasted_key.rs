//! API keys and other secrets that stand in what was pasted: told by their names, kept apart, never shown.

use std::ops::Range;

use wxpay_protocol::Secret;

use crate::diagnosis::{KeyRole, KeySlot};

/// Names under which people keep a secret of WeChat Pay, in lower case and without signs. `paterner` is how a widely
/// copied demo writes it.
const NAMES: [(&str, KeyRole); 37] = [
    ("key", KeyRole::InUse),
    ("apikey", KeyRole::InUse),
    ("apiv2key", KeyRole::InUse),
    ("v2key", KeyRole::InUse),
    ("apisecret", KeyRole::InUse),
    ("appkey", KeyRole::InUse),
    ("mchkey", KeyRole::InUse),
    ("mchapikey", KeyRole::InUse),
    ("mchidkey", KeyRole::InUse),
    ("mchsecret", KeyRole::InUse),
    ("merchantkey", KeyRole::InUse),
    ("partnerkey", KeyRole::InUse),
    ("paternerkey", KeyRole::InUse),
    ("paternerkeys", KeyRole::InUse),
    ("paykey", KeyRole::InUse),
    ("payapikey", KeyRole::InUse),
    ("paysignkey", KeyRole::InUse),
    ("signkey", KeyRole::InUse),
    ("secretkey", KeyRole::InUse),
    ("wxkey", KeyRole::InUse),
    ("wxapikey", KeyRole::InUse),
    ("wxpaykey", KeyRole::InUse),
    ("wxmchkey", KeyRole::InUse),
    ("wechatkey", KeyRole::InUse),
    ("wechatpaykey", KeyRole::InUse),
    ("weixinkey", KeyRole::InUse),
    ("weixinpaykey", KeyRole::InUse),
    ("appsecret", KeyRole::AppSecret),
    ("appsecert", KeyRole::AppSecret),
    ("wxsecret", KeyRole::AppSecret),
    ("wxappsecret", KeyRole::AppSecret),
    ("clientsecret", KeyRole::AppSecret),
    ("secret", KeyRole::AppSecret),
    ("apiv3key", KeyRole::V3),
    ("v3key", KeyRole::V3),
    ("sandboxkey", KeyRole::Sandbox),
    ("sandboxsignkey", KeyRole::Sandbox),
];

/// The words of those names that a text is looked through for; the Chinese ones stand for an API key by themselves.
const WORDS: [&str; 6] = ["key", "keys", "secret", "secert", "密钥", "秘钥"];

/// A shorter value that stands in running text may be anything.
const SHORTEST_LOOSE_BYTES: usize = 16;

/// Nobody reads more keys than these.
const MOST_LOOSE: usize = 16;

/// A secret that stood in the text.
pub(crate) struct PastedKey {
    /// What stands in its place: `key= in the text [文本里的 key=]`.
    pub(crate) label: String,
    /// Its name as it was written.
    pub(crate) name: String,
    pub(crate) role: KeyRole,
    /// How many fields stood before it; nothing where it was no field of its own.
    pub(crate) position: Option<usize>,
    pub(crate) secret: Secret,
}

impl PastedKey {
    pub(crate) fn new(name: &str, role: KeyRole, position: Option<usize>, value: &str) -> Self {
        let name: String = name.chars().filter(|kept| !kept.is_control()).take(32).collect();
        let label = format!("{name}= in the text [文本里的 {name}=]");
        Self { label, name, role, position, secret: Secret::new(value.as_bytes().to_vec()) }
    }

    pub(crate) fn slot(&self) -> KeySlot<'_> {
        KeySlot { role: self.role, name: &self.label, secret: &self.secret }
    }
}

/// What the field of this name holds, where that is a secret.
pub(crate) fn role_of(name: &str) -> Option<KeyRole> {
    let name = name.strip_prefix("amp;").unwrap_or(name);
    if let Some(before) = ["密钥", "秘钥"].iter().find_map(|word| name.trim().strip_suffix(word)) {
        let is_short = before.chars().count() <= 12 && !before.contains(['&', '=', '\n']);
        return is_short.then(|| chinese_role(before));
    }
    if !(3..=32).contains(&name.len()) || !name.ends_with(['y', 'Y', 't', 'T', 's', 'S', '"', '\'', '`', ' ', ']']) {
        return None;
    }
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    NAMES.iter().find(|(known, _)| *known == plain).map(|(_, role)| *role)
}

/// A piece of a string that gives a key: `key=…`, ` Key = …`, `amp;key=…`, `key：…`. Answers its name and its value.
pub(crate) fn pair_in(piece: &str) -> Option<(&str, &str)> {
    let trimmed = piece.trim_start();
    let trimmed = trimmed.strip_prefix("amp;").unwrap_or(trimmed).trim_start();
    let at = trimmed.find(['=', ':', '：', '＝'])?;
    let (name, behind) = trimmed.split_at_checked(at)?;
    let bare = name.trim_end();
    role_of(bare)?;
    let value = behind.strip_prefix(['=', ':', '：', '＝'])?;
    // Spaces on both sides of the sign are layout; behind it alone they belong to the key (E10).
    let laid_out = bare.len() < name.len() || behind.starts_with([':', '：']);
    Some((bare, if laid_out { value.trim_start_matches([' ', '\t']) } else { value }))
}

/// Every secret that is written down anywhere in a text, however it is escaped: `%26key%3D…`, `\u0026key=…`,
/// `"apiKey": "…"`, `<Key>…`, `密钥：…`. Answers where its value stands.
pub(crate) fn written_in(text: &str) -> Vec<(PastedKey, Range<usize>)> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<(PastedKey, Range<usize>)> = Vec::new();
    let mut ends: Vec<usize> =
        WORDS.iter().flat_map(|word| lower.match_indices(word).map(|(at, found)| at + found.len())).collect();
    ends.sort_unstable();
    ends.dedup();
    for end in ends {
        if found.len() == MOST_LOOSE {
            break;
        }
        let Some((name, role)) = name_ending_at(text, end) else { continue };
        let Some(value) = value_behind(text, end) else { continue };
        let word = text.get(value.clone()).unwrap_or_default();
        if !found.iter().any(|(known, _)| known.secret.expose() == word.as_bytes()) {
            found.push((PastedKey::new(name, role, None, word), value));
        }
    }
    found
}

/// What a key is by the words in front of 密钥.
fn chinese_role(before: &str) -> KeyRole {
    match before.trim_end() {
        named if named.ends_with('3') => KeyRole::V3,
        named if named.ends_with("沙箱") => KeyRole::Sandbox,
        _ => KeyRole::InUse,
    }
}

fn name_ending_at(text: &str, end: usize) -> Option<(&str, KeyRole)> {
    let before = text.get(..end)?;
    if let Some(word) = ["密钥", "秘钥"].iter().find(|word| before.ends_with(**word)) {
        return Some((word, chinese_role(before.get(..end - word.len())?)));
    }
    let from = before.bytes().rposition(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')));
    let name = before.get(from.map_or(0, |at| at + 1)..)?;
    // What is left of an escape in front of the name.
    let escape = match from.and_then(|at| text.as_bytes().get(at)) {
        Some(b'%') if name.starts_with("25") => 4,
        Some(b'%') => 2,
        Some(b'\\') if name.starts_with('u') => 5,
        Some(b'\\') if name.starts_with('x') => 3,
        Some(b'\\') => 1,
        _ => 0,
    };
    [0, escape].iter().find_map(|skipped| {
        let name = name.get(*skipped..)?;
        role_of(name).map(|role| (name, role))
    })
}

/// The value that is assigned behind a name, from the sign to the first character that no key has.
fn value_behind(text: &str, end: usize) -> Option<Range<usize>> {
    const CLOSERS: [&str; 8] = ["\\\"", "%22", "&quot;", "\"", "'", "`", "]", ")"];
    const SIGNS: [&str; 15] =
        ["=>", "%253D", "%253d", "%3D", "%3d", "%3A", "%3a", "\\u003d", "\\u003e", "&gt;", "=", ":", "：", "＝", ">"];
    const OPENERS: [&str; 10] =
        ["<![CDATA[", "&lt;![CDATA[", "\\u003c![CDATA[", "\\\"", "%22", "&quot;", "\"", "'", "`", "“"];
    let mut rest = text.get(end..)?;
    let skip = |rest: &mut &str, marks: &[&str]| {
        *rest = rest.trim_start_matches([' ', '\t']);
        let mark = marks.iter().find(|mark| rest.starts_with(**mark));
        *rest = mark.and_then(|mark| rest.get(mark.len()..)).unwrap_or(rest);
        mark.is_some()
    };
    skip(&mut rest, &CLOSERS);
    if !skip(&mut rest, &SIGNS) && !skip(&mut rest, &["是", "为"]) {
        return None;
    }
    skip(&mut rest, &OPENERS);
    let rest = rest.trim_start_matches([' ', '\t']);
    let start = text.len() - rest.len();
    let stops = |letter: char| !letter.is_ascii_graphic() || "\"'`&<>,;()[]{}|\\%=:".contains(letter);
    let value = rest.get(..rest.find(stops).unwrap_or(rest.len()))?.trim_end_matches(['.', '!', '?']);
    (value.len() >= SHORTEST_LOOSE_BYTES).then_some(start..start + value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "192006250b4c09247ec02edce69f6a2d";

    #[test]
    fn a_key_is_found_wherever_it_is_written_down() {
        for text in [
            "body=a%26key%3D{}",
            "body=a%26KEY%3D{}%26x",
            "body=a%2526key%253D{}",
            "body=a&amp;key={}",
            "a=1\\u0026key={}",
            "a=1\\nkey: {}",
            "{\"apiKey\": \"{}\"}",
            "{\\\"mch_key\\\":\\\"{}\\\"}",
            "'paternerKey' => '{}',",
            "<Key>{}</Key>",
            "&lt;key&gt;{}&lt;/key&gt;",
            "<api_key><![CDATA[{}]]></api_key>",
            "商户密钥：{}。",
            "我的API密钥是{}",
            "partner-key = {}",
        ] {
            let text = text.replace("{}", KEY);
            let found = written_in(&text);
            let told: Vec<&[u8]> = found.iter().map(|(key, _)| key.secret.expose()).collect();
            assert_eq!(told, [KEY.as_bytes()], "{text}");
            assert_eq!(&text[found[0].1.clone()], KEY, "{text}");
        }
    }

    #[test]
    fn ordinary_fields_hold_no_key() {
        for text in [
            "package=prepay_id=wx0203040506789012abcdef0123456789000",
            "monkey=192006250b4c09247ec02edce69f6a2d",
            "<nonce_str>5d2b6c2a8db53831f7eda20af46e531c</nonce_str>",
            "key=short",
            "the key is secret",
            "turnkey: 192006250b4c09247ec02edce69f6a2d",
        ] {
            assert!(written_in(text).is_empty(), "{text}");
        }
        assert_eq!(["monkey", "openid", "sign", "sub_openid", "keyword"].map(role_of), [None; 5]);
    }

    #[test]
    fn a_key_is_known_by_its_name_in_any_spelling_and_says_which_one_it_is() {
        for name in
            ["key", "KEY", "Key", "api_key", "apiKey", "mch_key", "paternerKey", "partner_key", "\"key\"", "amp;key"]
        {
            assert_eq!(role_of(name), Some(KeyRole::InUse), "{name}");
        }
        assert_eq!(["商户密钥", "API 密钥"].map(role_of), [Some(KeyRole::InUse); 2]);
        assert_eq!(["APIv3密钥", "v3 密钥"].map(role_of), [Some(KeyRole::V3); 2]);
        assert_eq!(role_of("AppSecret"), Some(KeyRole::AppSecret));
        assert_eq!(role_of("api_v3_key"), Some(KeyRole::V3));
        assert_eq!(role_of("sandbox_signkey"), Some(KeyRole::Sandbox));
    }
}
