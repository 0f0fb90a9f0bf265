//! `wxpay simulator snippets`: programs that point the common SDKs at a gateway.

use serde_json::{Value, json};
use wxpay_simulator::{ClientFiles, GatewayAddress, Snippet, snippets};

use crate::exit::{Exit, Failure};
use crate::output::Output;

/// Print how the common SDKs are pointed at a simulator [SDK 接入示例]
///
/// PHP, Java, Go, Node, Python and C#. The programs read the API key from key.txt; no key is ever in them.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  wxpay simulator snippets\n  wxpay simulator snippets --sdk wechatpy --url http://127.0.0.1:8100 --appid wx1… --mch-id 1900000001 > shop.py\n  wxpay simulator snippets --sdk gopay --url https://127.0.0.1:8100 --ca ca.pem --p12 apiclient_cert.p12 --cert apiclient_cert.pem --key apiclient_key.pem"
)]
pub(crate) struct Snippets {
    /// Only this SDK; without it they are listed
    #[arg(long, value_name = "NAME")]
    sdk: Option<String>,
    /// The `listening` address that the simulator printed
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8100")]
    url: String,
    /// The app of the test merchant
    #[arg(long, default_value = "wx0000000000000001")]
    appid: String,
    /// The number of the test merchant [商户号]
    #[arg(long, default_value = "1900000001")]
    mch_id: String,
    /// The `tls.ca` that the simulator printed; with https only
    #[arg(long, value_name = "FILE", requires_all = ["p12", "cert", "key"])]
    ca: Option<String>,
    /// The `tls.p12` that the simulator printed
    #[arg(long, value_name = "FILE", requires = "ca")]
    p12: Option<String>,
    /// The `tls.cert` that the simulator printed
    #[arg(long, value_name = "FILE", requires = "ca")]
    cert: Option<String>,
    /// The `tls.key` that the simulator printed: the file of the certificate's key, not the API key
    #[arg(long, value_name = "FILE", requires = "ca")]
    key: Option<String>,
}

pub(crate) fn run(command: &Snippets, output: &mut Output) -> Result<Exit, Failure> {
    let file = |given: &Option<String>| given.clone().unwrap_or_default();
    let gateway = GatewayAddress {
        url: command.url.trim_end_matches('/').to_owned(),
        appid: command.appid.clone(),
        mch_id: command.mch_id.clone(),
        tls: command.ca.clone().map(|ca| ClientFiles {
            ca,
            p12: file(&command.p12),
            cert: file(&command.cert),
            key: file(&command.key),
        }),
    };
    let all = snippets(&gateway);
    let Some(sdk) = &command.sdk else { return list(&all, output) };
    let Some(found) = all.iter().find(|snippet| snippet.sdk == sdk) else {
        let words = all.iter().map(|snippet| snippet.sdk).collect::<Vec<_>>().join(", ");
        return Err(Failure::NoSnippet { given: sdk.chars().take(80).collect(), words });
    };
    if output.is_json() {
        output.document(&described(found))?;
    } else {
        output.raw(&found.code)?;
    }
    Ok(Exit::Done)
}

fn list(all: &[Snippet], output: &mut Output) -> Result<Exit, Failure> {
    if output.is_json() {
        output.document(&json!({"snippets": all.iter().map(described).collect::<Vec<_>>()}))?;
        return Ok(Exit::Done);
    }
    for snippet in all {
        output.line(&format!("{:<24}  {:<8}  {}", snippet.sdk, snippet.language, snippet.title))?;
    }
    output.note("--sdk NAME prints the program [打印示例代码]");
    Ok(Exit::Done)
}

fn described(snippet: &Snippet) -> Value {
    json!({
        "sdk": snippet.sdk,
        "title": snippet.title,
        "language": snippet.language,
        "file_name": snippet.file_name,
        "code": snippet.code,
    })
}
