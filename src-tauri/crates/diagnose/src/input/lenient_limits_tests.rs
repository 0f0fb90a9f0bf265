use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::{FaultKind, Kind, read as read_strictly};
use super::*;

fn time(text: &str, read: &dyn Fn(&str)) -> Duration {
    let started = Instant::now();
    read(text);
    started.elapsed()
}

const UNITS: [&str; 50] = [
    "&",
    "<a>",
    "{",
    "\\x",
    "map[",
    "[",
    "(",
    "\"",
    "'",
    "“a\n",
    "<![CDATA[",
    "<!--",
    "<a",
    "</a",
    "<a>1</a>",
    "<xml>",
    "<xml",
    "&lt;",
    "&lt;xml",
    "\\x3Cxml",
    "¬ify_url=",
    "×",
    "＆a＝",
    " a:",
    ", a=",
    " [a] => ",
    "a=1&",
    "a: 1\n",
    "=>",
    "{a:",
    "{\"a\":",
    "{a=",
    "\n",
    " ",
    "a:map,",
    "a=array ",
    "\\\"",
    "{\\\"",
    "%3Cxml",
    "Array(",
    "string(9) \"",
    "key=",
    "\u{A0}",
    "<?",
    "a\t",
    "{“",
    ",",
    "\nkey=",
    "\\u0026",
    "a",
];
const PREFIXES: [&str; 9] = [
    "a=",
    "{",
    "<xml>",
    "x {a=1, ",
    "map[a:1 ",
    "Array\n(\n [a] => 1",
    "{\"a\":\"",
    "appid: 1\n",
    "POST / HTTP/1.1\n\n",
];

#[test]
fn the_nastiest_texts_are_read_in_linear_time_by_both_readers() {
    let strictly = |text: &str| drop(read_strictly(text.as_bytes(), None));
    let leniently = |text: &str| drop(read_leniently(text.as_bytes(), None));
    for (index, unit) in UNITS.iter().enumerate() {
        // Each unit alone, and behind two of the nine beginnings; all of them together take minutes in a debug build.
        let others = [PREFIXES[index % 9], PREFIXES[(index * 4 + 1) % 9]];
        for prefix in std::iter::once("").chain(others) {
            let of = |bytes: usize| format!("{prefix}{}", unit.repeat((bytes - prefix.len()) / unit.len()));
            let (half, whole) = (of(MAX_BYTES / 2), of(MAX_BYTES));
            for (name, read) in [("strictly", &strictly as &dyn Fn(&str)), ("leniently", &leniently)] {
                // A quadratic reading of 64 KiB takes seconds; the doubling tells it from a machine that is busy.
                let mut took = (Duration::ZERO, time(&whole, read));
                for _ in 0..4 {
                    if took.1 < Duration::from_millis(100) || took.1 < took.0 * 3 {
                        break;
                    }
                    took = (time(&half, read), time(&whole, read));
                }
                assert!(
                    took.1 < Duration::from_millis(100) || (took.1 < took.0 * 3 && took.1 < Duration::from_secs(1)),
                    "{prefix:?} {unit:?} {name}: half and whole took {took:?}"
                );
            }
        }
    }
}

#[test]
fn what_the_strict_reader_accepts_is_read_alike() {
    for text in [
        "<xml><appid>wx1</appid><body>it&apos;s \"new\"</body></xml>",
        "{\"total_fee\": 101, \"rate\": 1.50e+02, \"gone\": null, \"yes\": true, \"text\": \"a\\u4e2d\\ud83d\\ude00\\n\\/\"}",
        "a=%20+&b=x=y&body=R&D&c=\n",
        "appid=wx1\nmch_id=2\n",
        "appid=wx1&b=2&\nkey=SECRETSECRET",
        "https://example.com/pay?body=%E6%B5%8B%E8%AF%95+%2B&fee=1#top",
        "weixin://wxpay/bizpayurl?sign=S&appid=A&time_stamp=1",
        "curl -X POST https://x.example -H 'Content-Type: text/xml' \\\n  --data-raw '<xml><appid>wx1</appid></xml>'",
        "curl https://x.example -d appid=wx1 --data-urlencode 'body=it'\\''s \"new\"'",
        "curl -G 'https://x.example/?appid=wx1&body=it%27s+%22new%22'",
        "curl -H 'content-type: application/json' --json $'{\"appid\":\"wx1\",\"body\":\"it\\'s\"}' https://x.example",
        "2024-01-02 03:04:05 INFO [pay-1] request: <xml><appid>wx1</appid>\n<body>a\"b</body></xml> in 12 ms",
        "level=info msg=\"<xml><appid>wx1</appid>\\n<body>a\\\"b</body></xml>\"",
        "DEBUG params {\"appid\":\"wx1\",\"body\":\"a\\\"b\"} took {\"ms\":3}",
        "DEBUG {\"ctx\":{\"id\":1},\"params\":{\"appid\":\"wx1\",\"body\":\"a\\\"b\"}} done",
        "INFO string: appid=wx1&body=a\"b",
        "\u{FEFF}a=1&b=2",
    ] {
        let strict = read_strictly(text.as_bytes(), None).unwrap();
        let read = read_leniently(text.as_bytes(), None);
        assert!(read.faults.is_empty(), "{text}: {:?}", read.faults);
        let input = read.input.unwrap();
        assert_eq!(input.params.iter().collect::<Vec<_>>(), strict.params.iter().collect::<Vec<_>>(), "{text}");
        assert_eq!(input.kind, strict.kind, "{text}");
        for format in Format::ALL {
            let read = read_leniently(text.as_bytes(), Some(*format));
            // Told that pairs are a log line, the strict reader takes one line of them.
            if let (Ok(told), true) =
                (read_strictly(text.as_bytes(), Some(*format)), *format != Format::Log || strict.kind == Kind::Log)
            {
                assert_eq!(read.input.map(|input| input.params), Some(told.params), "{text} as {}", format.as_str());
            }
        }
    }
}

const PIECES: &str = "(curl |-d |'|\"|\\\\|\\{|\\}|\\[|\\]|\\(|\\)|:|,|;|<xml>|</xml>|<a>|</a>|<body>|</body>|<!\\[CDATA\\[|\\]\\]>|<!--|-->|&lt;|&gt;|&amp;|a=|&|key=|appid|sign=|%|%4|\\?|https://|map\\[|Array|=> |=>|\\[appid\\] => |string\\(3\\) |null|None|\\$'|\\\\x2|\\\\x3C|\\\\u00|\\\\ud83d|¬|×|“|”|＝|＆|：|\u{A0}|\u{FEFF}|\r|POST / HTTP/1.1\n|Content-Length: 9\n|[a-z0-9]|中|😀|\n| |\t){0,300}";

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic_either_reader(bytes in proptest::collection::vec(any::<u8>(), 0..4096), which in 0usize..7) {
        let format = Format::ALL.get(which).copied();
        let _strict = read_strictly(&bytes, format);
        let read = read_leniently(&bytes, format);
        prop_assert!(read.input.is_some() || !read.faults.is_empty());
    }

    #[test]
    fn no_damaged_text_panics_and_every_place_lies_on_characters(text in PIECES, which in 0usize..12) {
        let format = Format::ALL.get(which).copied();
        let read = read_leniently(text.as_bytes(), format);
        prop_assert!(read.input.is_some() || !read.faults.is_empty());
        let places = read.faults.iter().filter_map(|fault| fault.place.clone());
        for place in places.chain(read.repairs.iter().filter_map(|placed| placed.place.clone())) {
            prop_assert!(text.get(place.range.clone()).is_some(), "{place:?} of {text:?}");
            let line = text.get(..place.range.start).unwrap_or_default().matches('\n').count() + 1;
            prop_assert_eq!(place.line, line);
        }
        if let Some(input) = read.input {
            prop_assert!(input.params.get("key").is_none());
        }
        for fault in &read.faults {
            prop_assert!(fault.chinese().contains('；') && !fault.to_string().is_empty());
        }
    }

    #[test]
    fn what_the_strict_reader_accepts_of_its_own_kinds_is_read_alike(
        fields in proptest::collection::btree_map("[a-j_]{1,8}", "[^\\x00-\\x1F\\u{FFFE}\\u{FFFF}]{0,20}", 1..8),
        which in 0usize..3,
    ) {
        let params = wxpay_protocol::Params::from_pairs(fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))).unwrap();
        let text = match which {
            0 => wxpay_protocol::xml::write(&params, |_| false).unwrap(),
            1 => wxpay_protocol::xml::write(&params, |_| true).unwrap(),
            _ => {
                let mut query = String::from("?");
                for (name, value) in &fields {
                    query.push_str(name);
                    query.push('=');
                    pairs::encode(value, &mut query);
                    query.push('&');
                }
                query
            }
        };
        let strict = read_strictly(text.as_bytes(), None).unwrap();
        let read = read_leniently(text.as_bytes(), None);
        let input = read.input.unwrap();
        prop_assert_eq!(input.params.iter().collect::<Vec<_>>(), strict.params.iter().collect::<Vec<_>>());
        prop_assert_eq!(input.kind, strict.kind);
        prop_assert_eq!(read.faults, vec![]);
    }

    #[test]
    fn what_php_and_python_print_is_read_back(
        fields in proptest::collection::btree_map("[a-j_]{2,8}", "[^\\x00-\\x1F'\\\\]{0,20}", 1..8), which in 0usize..3,
    ) {
        let text: Vec<String> = fields
            .iter()
            .map(|(name, value)| match which {
                0 => format!("  '{name}' => '{value}',\n"),
                1 => format!("  [\"{name}\"]=>\n  string({}) \"{value}\"\n", value.len()),
                _ => format!("'{name}': '{value}', "),
            })
            .collect();
        let text = text.concat();
        let (text, kind) = match which {
            0 => (format!("array (\n{text})"), Kind::Php),
            1 => (format!("array({}) {{\n{text}}}\n", fields.len()), Kind::Php),
            _ => (format!("{{{}}}", text.trim_end_matches([',', ' '])), Kind::Python),
        };
        prop_assume!(!text.contains("</") && !text.contains("<xml"));
        let read = read_leniently(text.as_bytes(), None);
        let input = read.input.unwrap();
        let expected: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        prop_assert_eq!(input.params.iter().collect::<Vec<_>>(), expected);
        prop_assert_eq!(input.kind, kind);
        prop_assert!(!read.faults.iter().any(|fault| matches!(fault.kind, FaultKind::Quote)));
    }
}
