//! Ways to join the fields and to bring the key in.

use crate::knowledge::CauseId;

/// Stands for the key in a template.
const KEY: char = '\u{1}';

/// How fields and key become one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Join {
    pub(crate) cause: CauseId,
    /// Between two fields.
    pub(crate) glue: &'static str,
    /// Between name and value.
    pub(crate) equals: &'static str,
    pub(crate) names: bool,
    /// In front of and behind the fields, with [`KEY`] for the key.
    front: &'static str,
    tail: &'static str,
    /// Whether the key is a field among the others, sorted with them.
    pub(crate) sorts_key: bool,
    pub(crate) usual: bool,
    pub(crate) chinese: &'static str,
    pub(crate) english: &'static str,
}

/// The right way.
pub(crate) const RIGHT: Join = Join {
    cause: CauseId::C6,
    glue: "&",
    equals: "=",
    names: true,
    front: "",
    tail: "&key=\u{1}",
    sorts_key: false,
    usual: true,
    chinese: "末尾接 &key=",
    english: "&key= behind the fields",
};

const fn keyed(front: &'static str, tail: &'static str, chinese: &'static str, english: &'static str) -> Join {
    Join { front, tail, chinese, english, ..RIGHT }
}

const fn rare(join: Join) -> Join {
    Join { usual: false, ..join }
}

const fn glued(
    glue: &'static str,
    equals: &'static str,
    tail: &'static str,
    chinese: &'static str,
    english: &'static str,
) -> Join {
    Join { glue, equals, tail, usual: false, chinese, english, ..RIGHT }
}

const fn values(glue: &'static str, tail: &'static str, chinese: &'static str, english: &'static str) -> Join {
    Join { cause: CauseId::C7, glue, names: false, equals: "", tail, chinese, english, ..RIGHT }
}

/// All other ways.
pub(crate) const JOINS: &[Join] = &[
    Join {
        cause: CauseId::C5,
        tail: "",
        sorts_key: true,
        chinese: "key 被放进参数一起排序",
        english: "key was sorted among the fields",
        ..RIGHT
    },
    rare(Join {
        cause: CauseId::C5,
        sorts_key: true,
        chinese: "key 被放进参数一起排序，末尾又接了一次",
        english: "key was sorted among the fields and appended as well",
        ..RIGHT
    }),
    keyed("", "\u{1}", "缺 &key=，直接接了密钥", "the key was appended without &key="),
    keyed("", "&\u{1}", "缺 key=，接的是 & 加密钥", "the key was appended behind & without key="),
    keyed("", "key=\u{1}", "key= 前少了 &", "key= was appended without &"),
    keyed("", "", "根本没有接密钥", "no key was appended at all"),
    keyed("\u{1}", "", "密钥放在了最前面", "the key was put in front"),
    keyed("key=\u{1}&", "", "key=密钥 放在了最前面", "key= and the key were put in front"),
    keyed("\u{1}&", "", "密钥加 & 放在了最前面", "the key and & were put in front"),
    keyed("\u{1}", "\u{1}", "首尾各接了一次密钥", "the key was put in front and behind"),
    keyed("", "&&key=\u{1}", "&key= 前多了一个 &", "there was one & too many in front of key="),
    keyed("", "&key=\u{1}&", "末尾多了一个 &", "there was an & behind the key"),
    rare(keyed("&", "&key=\u{1}", "开头多了一个 &", "there was an & in front")),
    rare(keyed("?", "&key=\u{1}", "开头多了一个 ?", "there was a ? in front")),
    rare(keyed("", "&key\u{1}", "key 后少了 =", "the = behind key was missing")),
    rare(keyed("", "&key=", "&key= 后没有密钥", "there was no key behind &key=")),
    rare(keyed("", "&KEY=\u{1}", "写成了 &KEY=", "it was written &KEY=")),
    rare(keyed("", "&Key=\u{1}", "写成了 &Key=", "it was written &Key=")),
    rare(keyed("", "&appkey=\u{1}", "写成了 &appkey=", "it was written &appkey=")),
    rare(keyed("", "&appKey=\u{1}", "写成了 &appKey=", "it was written &appKey=")),
    rare(keyed("", "&app_key=\u{1}", "写成了 &app_key=", "it was written &app_key=")),
    rare(keyed("", "&apikey=\u{1}", "写成了 &apikey=", "it was written &apikey=")),
    rare(keyed("", "&api_key=\u{1}", "写成了 &api_key=", "it was written &api_key=")),
    rare(keyed("", "&apiKey=\u{1}", "写成了 &apiKey=", "it was written &apiKey=")),
    rare(keyed("", "&mch_key=\u{1}", "写成了 &mch_key=", "it was written &mch_key=")),
    rare(keyed("", "&partnerKey=\u{1}", "写成了 &partnerKey=", "it was written &partnerKey=")),
    rare(keyed("", "&paySignKey=\u{1}", "写成了 &paySignKey=", "it was written &paySignKey=")),
    rare(keyed("", "&secret=\u{1}", "写成了 &secret=", "it was written &secret=")),
    rare(keyed("", "&token=\u{1}", "写成了 &token=", "it was written &token=")),
    rare(keyed("", "&key:\u{1}", "写成了 &key:", "it was written &key:")),
    rare(keyed("", "& key=\u{1}", "& 后多了一个空格", "there was a space behind &")),
    rare(keyed("", "&key= \u{1}", "key= 后多了一个空格", "there was a space behind key=")),
    rare(keyed("", "&key=\u{1}&sign=", "末尾多了 &sign=", "there was &sign= behind the key")),
    rare(keyed("key=\u{1}", "", "key=密钥 放在了最前面，没有 &", "key= and the key were put in front without &")),
    rare(keyed("\u{1}", "&key=\u{1}", "最前面多了一次密钥", "the key was put in front as well")),
    rare(keyed("", ",key=\u{1}", "key= 前用了逗号", "there was a comma in front of key=")),
    values("", "\u{1}", "只拼接了值，再接密钥", "only the values were joined, then the key"),
    values("", "&key=\u{1}", "只拼接了值，再接 &key=", "only the values were joined, then &key="),
    values("&", "&key=\u{1}", "只拼接了值（用 &），再接 &key=", "only the values were joined with &, then &key="),
    values("&", "&\u{1}", "只拼接了值和密钥（用 &）", "only the values and the key were joined with &"),
    rare(values("&", "\u{1}", "只拼接了值（用 &），再接密钥", "only the values were joined with &, then the key")),
    rare(values("", "key=\u{1}", "只拼接了值，再接 key=", "only the values were joined, then key=")),
    rare(values("", "", "只拼接了值，没有密钥", "only the values were joined, without a key")),
    rare(values("&", "", "只拼接了值（用 &），没有密钥", "only the values were joined with &, without a key")),
    rare(values(",", ",\u{1}", "只拼接了值和密钥（用逗号）", "only the values and the key were joined with commas")),
    rare(values("|", "|\u{1}", "只拼接了值和密钥（用竖线）", "only the values and the key were joined with bars")),
    rare(Join { front: "\u{1}", ..values("", "", "密钥在前，只拼接了值", "the key, then only the values") }),
    rare(Join {
        front: "\u{1}",
        ..values("", "\u{1}", "首尾密钥，只拼接了值", "the key in front and behind only the values")
    }),
    rare(Join {
        front: "key=\u{1}", ..values("", "", "key= 在前，只拼接了值", "key= in front, then only the values")
    }),
    glued("", "=", "&key=\u{1}", "参数之间少了 &", "there was no & between the fields"),
    glued("", "=", "key=\u{1}", "参数之间和 key= 前都少了 &", "there was no & at all"),
    glued("", "=", "\u{1}", "参数之间少了 &，直接接了密钥", "there was no &, and the key without key="),
    glued("", "", "\u{1}", "名与值直接相连，再接密钥", "names and values were run together, then the key"),
    glued("", "", "&key=\u{1}", "名与值直接相连，再接 &key=", "names and values were run together, then &key="),
    glued("", "", "key\u{1}", "名、值、key、密钥直接相连", "names, values, key and the key were run together"),
    Join {
        front: "\u{1}",
        ..glued(
            "",
            "",
            "\u{1}",
            "首尾密钥，名与值直接相连",
            "the key in front and behind names and values run together",
        )
    },
    glued("&", "", "&key=\u{1}", "名与值之间少了 =", "there was no = between names and values"),
    glued("&", ":", "&key=\u{1}", "名与值之间用了冒号", "there was a colon between names and values"),
    glued(",", "=", ",key=\u{1}", "用逗号拼接", "joined with commas"),
    glued(",", "=", "&key=\u{1}", "参数用逗号拼接", "the fields were joined with commas"),
    glued(";", "=", ";key=\u{1}", "用分号拼接", "joined with semicolons"),
    glued("|", "=", "|key=\u{1}", "用竖线拼接", "joined with bars"),
    glued("\n", "=", "\nkey=\u{1}", "用换行拼接", "joined with line feeds"),
    glued(" & ", "=", " & key=\u{1}", "& 两边多了空格", "there were spaces around each &"),
    glued("& ", "=", "& key=\u{1}", "& 后多了空格", "there was a space behind each &"),
    glued("&", " = ", "&key = \u{1}", "= 两边多了空格", "there were spaces around each ="),
    Join {
        cause: CauseId::D8,
        usual: true,
        ..glued(
            "&amp;",
            "=",
            "&amp;key=\u{1}",
            "待签名串经过 HTML，& 成了 &amp;",
            "the string passed through HTML: each & became &amp;",
        )
    },
    Join {
        cause: CauseId::D8,
        ..glued("&amp;", "=", "&key=\u{1}", "参数之间的 & 成了 &amp;", "each & between fields became &amp;")
    },
    Join {
        cause: CauseId::D11,
        ..glued(
            "\\u0026",
            "=",
            "\\u0026key=\u{1}",
            "待签名串经过 JSON，& 成了 \\u0026",
            "the string passed through JSON: each & became \\u0026",
        )
    },
];

impl Join {
    /// Whether the fields are joined as they should be, so that only what stands around them differs.
    pub(crate) fn keeps_fields(&self) -> bool {
        self.glue == "&" && self.equals == "=" && self.names && !self.sorts_key
    }

    /// Appends what stands in front of the fields.
    pub(crate) fn front(&self, key: &[u8], out: &mut Vec<u8>) {
        fill(self.front, key, out);
    }

    /// Appends what stands behind them.
    pub(crate) fn tail(&self, key: &[u8], out: &mut Vec<u8>) {
        fill(self.tail, key, out);
    }

    /// Whether the key is nowhere in it.
    pub(crate) fn lacks_key(&self) -> bool {
        !self.sorts_key && !self.front.contains(KEY) && !self.tail.contains(KEY)
    }
}

fn fill(template: &str, key: &[u8], out: &mut Vec<u8>) {
    for (number, part) in template.split(KEY).enumerate() {
        if number > 0 {
            out.extend_from_slice(key);
        }
        out.extend_from_slice(part.as_bytes());
    }
}
