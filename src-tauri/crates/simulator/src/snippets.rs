//! How the common SDKs are pointed at a running gateway: programs to copy, filled with its address, never with a key.
//!
//! How each SDK takes another host is protocol page §1.3 and §10. Every program reads the key from `key.txt`.

/// A gateway as an SDK sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayAddress {
    /// `http://127.0.0.1:8100`, without a slash at its end.
    pub url: String,
    /// The merchant's app.
    pub appid: String,
    /// The merchant number.
    pub mch_id: String,
    /// The files of its own TLS; none over plain http.
    pub tls: Option<ClientFiles>,
}

/// Where the gateway's own TLS keeps what a client needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFiles {
    /// The CA that signed the server's certificate (PEM).
    pub ca: String,
    /// `apiclient_cert.p12`; its password is the mch_id.
    pub p12: String,
    /// `apiclient_cert.pem`.
    pub cert: String,
    /// `apiclient_key.pem`.
    pub key: String,
}

/// A program that makes an order at the gateway with one SDK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// Its word on the command line.
    pub sdk: &'static str,
    /// What people call the SDK.
    pub title: &'static str,
    /// The language, in its own spelling.
    pub language: &'static str,
    /// What the file could be called.
    pub file_name: &'static str,
    /// The program.
    pub code: String,
}

struct Template {
    sdk: &'static str,
    title: &'static str,
    language: &'static str,
    file_name: &'static str,
    quote: char,
    text: &'static str,
}

const TEMPLATES: [Template; 10] = [
    template("easywechat5", "EasyWeChat 5", "PHP", "shop.php", '\'', include_str!("../snippets/easywechat5.php")),
    template("easywechat6", "EasyWeChat 6", "PHP", "shop.php", '\'', include_str!("../snippets/easywechat6.php")),
    template("wxjava", "WxJava", "Java", "Shop.java", '"', include_str!("../snippets/wxjava.java")),
    template("gopay", "gopay", "Go", "shop.go", '"', include_str!("../snippets/gopay.go")),
    template("silenceper", "silenceper/wechat", "Go", "shop.go", '"', include_str!("../snippets/silenceper.go")),
    template("chanxuehong", "chanxuehong/wechat", "Go", "shop.go", '"', include_str!("../snippets/chanxuehong.go")),
    template("tenpay", "node-tenpay", "Node", "shop.js", '"', include_str!("../snippets/tenpay.js")),
    template(
        "wechatpay-axios-plugin",
        "wechatpay-axios-plugin",
        "Node",
        "shop.js",
        '"',
        include_str!("../snippets/wechatpay-axios-plugin.js"),
    ),
    template("wechatpy", "wechatpy", "Python", "shop.py", '"', include_str!("../snippets/wechatpy.py")),
    template("skit", "SKIT.FlurlHttpClient.Wechat.TenpayV2", "C#", "Shop.cs", '"', include_str!("../snippets/skit.cs")),
];

const fn template(
    sdk: &'static str,
    title: &'static str,
    language: &'static str,
    file_name: &'static str,
    quote: char,
    text: &'static str,
) -> Template {
    Template { sdk, title, language, file_name, quote, text }
}

/// The programs for all SDKs, filled with where the gateway is.
pub fn snippets(gateway: &GatewayAddress) -> Vec<Snippet> {
    TEMPLATES
        .iter()
        .map(|template| Snippet {
            sdk: template.sdk,
            title: template.title,
            language: template.language,
            file_name: template.file_name,
            code: fill(template, gateway),
        })
        .collect()
}

fn fill(template: &Template, gateway: &GatewayAddress) -> String {
    let tls = gateway.tls.as_ref();
    let path = |of: fn(&ClientFiles) -> &String| tls.map(of).map_or("", String::as_str);
    let values = [
        ("{{url}}", gateway.url.as_str()),
        ("{{appid}}", &gateway.appid),
        ("{{mch_id}}", &gateway.mch_id),
        ("{{ca}}", path(|files| &files.ca)),
        ("{{p12}}", path(|files| &files.p12)),
        ("{{cert}}", path(|files| &files.cert)),
        ("{{key}}", path(|files| &files.key)),
    ];
    let (mut code, mut is_for_tls) = (String::with_capacity(template.text.len()), false);
    for line in template.text.lines() {
        match line.trim() {
            "{{#tls}}" => is_for_tls = true,
            "{{/tls}}" => is_for_tls = false,
            _ if is_for_tls && tls.is_none() => {}
            _ => {
                let filled = values.iter().fold(line.to_owned(), |line, (name, value)| {
                    if line.contains(name) { line.replace(name, &escaped(value, template.quote)) } else { line }
                });
                code.push_str(&filled);
                code.push('\n');
            }
        }
    }
    code
}

/// As the inside of a string literal: all these languages take a backslash before a quote and before a backslash.
fn escaped(value: &str, quote: char) -> String {
    let mut text = String::with_capacity(value.len());
    for letter in value.chars().filter(|letter| !letter.is_control()) {
        if letter == quote || letter == '\\' {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(tls: bool) -> GatewayAddress {
        let file = |name: &str| format!(r#"C:\it's "here"\{name}"#);
        GatewayAddress {
            url: "http://127.0.0.1:8100".to_owned(),
            appid: "wx0000000000000001".to_owned(),
            mch_id: "1900000001".to_owned(),
            tls: tls.then(|| ClientFiles {
                ca: file("ca.pem"),
                p12: file("apiclient_cert.p12"),
                cert: file("apiclient_cert.pem"),
                key: file("apiclient_key.pem"),
            }),
        }
    }

    #[test]
    fn every_sdk_of_the_protocol_page_has_a_program_that_names_the_gateway_and_reads_the_key_from_a_file() {
        for tls in [false, true] {
            let all = snippets(&gateway(tls));
            assert_eq!(all.len(), 10);
            for snippet in &all {
                let code = &snippet.code;
                for part in ["http://127.0.0.1:8100", "1900000001", "key.txt"] {
                    assert!(code.contains(part), "{} {part}", snippet.sdk);
                }
                assert!(!code.contains("{{") || snippet.sdk == "chanxuehong", "{}: {code}", snippet.sdk);
                assert!(
                    !["{{#", "{{/", "{{u", "{{a", "{{m", "{{c", "{{p", "{{k"].iter().any(|rest| code.contains(rest))
                );
                // gopay does not verify servers at all.
                assert!(code.contains("ca.pem") == (tls && snippet.sdk != "gopay"), "{} {tls}", snippet.sdk);
            }
        }
    }

    #[test]
    fn a_path_cannot_leave_its_string_literal() {
        assert_eq!(escaped("C:\\it's \"x\"\n", '\''), "C:\\\\it\\'s \"x\"");
        assert_eq!(escaped("C:\\it's \"x\"", '"'), "C:\\\\it's \\\"x\\\"");
    }
}
