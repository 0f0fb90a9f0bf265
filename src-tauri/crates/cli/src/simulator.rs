//! `wxpay simulator`: the gateway on this machine, and everything that can be done to a running one.

mod clock;
mod control;
mod customer;
mod faults;
mod merchant_file;
mod merchants;
mod notices;
mod orders;
mod refunds;
mod scenario;
mod snippets;
mod traffic;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};
use wxpay_protocol::ids::{Appid, MchId};
use wxpay_simulator::{Config, Merchant, Running, TimeScale, TlsFiles, TlsSource};

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::secrets::{self, KeySource};

const AFTER: &str = "\
The first line of output is one JSON document, {\"listening\":…,\"control\":…,\"control_token\":…}. Point your SDK at \
`listening`; the paths are those of api.mch.weixin.qq.com. Ctrl-C ends it.

With --tls the addresses are https, and \"tls\":{\"ca\":…,\"p12\":…,\"p12_modern\":…,\"cert\":…,\"key\":…} names the files that it made in \
DIR/tls: the authority to trust, and the merchant's apiclient_cert as WeChat hands it out (password: the merchant number). \
p12 has WeChat's own ciphers, which OpenSSL 3 reads with its legacy provider only; p12_modern is the same in AES.

The control interface takes `Authorization: Bearer CONTROL_TOKEN`: GET /orders, GET /orders/N, POST /orders/N/pay, \
POST /orders/N/cancel, POST /orders/N/password, POST /scan, GET /refunds, POST /refunds/N/succeed (fail, change), GET /ledger, GET /notices, POST /notices/ID/resend, GET /merchants, GET /traffic, \
GET /traffic/ID/curl, GET and PUT /faults, GET, POST and DELETE /scenarios, POST /clock {\"advance_s\":3600}. Each has a subcommand here.

A --merchant-file is TOML, its paths relative to itself:
  [[merchant]]
  appid = \"wx0000000000000001\"
  mch_id = \"1900000001\"
  key_file = \"key.txt\"
  # app_secret_file, refund_notify_url, native_notify_url, available_fen; a service provider also has
  # [[merchant.sub_merchant]] with sub_mch_id and sub_appids

Examples:
  wxpay simulator --listen 127.0.0.1:8100 --appid wx0000000000000001 --mch-id 1900000001 --key-file key.txt
  wxpay simulator --listen 127.0.0.1:0 --appid wx1… --mch-id 1900000001 --key-file key.txt --state gateway/ --time-scale 60
  wxpay simulator --listen 127.0.0.1:8443 --appid wx1… --mch-id 1900000001 --key-file key.txt --state gateway/ --tls
  wxpay simulator --listen 127.0.0.1:8100 --merchant-file merchants.toml
  wxpay simulator pay --control http://127.0.0.1:8100/_control --control-token-file token.txt --out-trade-no 2024…
  wxpay simulator snippets --sdk wechatpy";

/// Run a WeChat Pay v2 gateway on this machine [模拟网关]: it takes orders, pays on demand and notifies
///
/// It needs no account and no network, and it listens on this machine only. Any v2 SDK works against it. Use a key made
/// up for testing, never the key of a real merchant.
#[derive(clap::Args)]
#[command(after_help = AFTER, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Simulator {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    gateway: GatewayOptions,
}

#[derive(Subcommand)]
enum Action {
    Pay(customer::Pay),
    Cancel(customer::Cancel),
    Password(customer::Password),
    Scan(customer::Scan),
    Comment(customer::Comment),
    Orders(orders::Orders),
    Order(orders::Order),
    Ledger(orders::Ledger),
    Refunds(refunds::Refunds),
    Refund(refunds::Refund),
    Notices(notices::Notices),
    Resend(notices::Resend),
    Traffic(traffic::Traffic),
    Curl(traffic::Curl),
    Clock(clock::Clock),
    Merchants(merchants::Merchants),
    Faults(faults::Faults),
    #[command(name = "scenario")]
    Scenarios(scenario::Scenarios),
    Snippets(snippets::Snippets),
}

#[derive(clap::Args)]
struct GatewayOptions {
    /// Where to listen, such as 127.0.0.1:8100; port 0 takes a free one
    #[arg(long, value_name = "ADDR", required = true)]
    listen: Option<SocketAddr>,
    /// The appid of the test merchant, such as wx0000000000000001
    #[arg(long, required_unless_present = "merchant_file", value_parser = |text: &str| Appid::new(text))]
    appid: Option<Appid>,
    /// The number of the test merchant [商户号], such as 1900000001
    #[arg(long, required_unless_present = "merchant_file", requires = "appid", value_parser = |text: &str| MchId::new(text))]
    mch_id: Option<MchId>,
    #[command(flatten)]
    key: KeySource,
    /// File with the AppSecret of that app, for jscode2session
    #[arg(long, value_name = "FILE", requires = "appid")]
    app_secret_file: Option<PathBuf>,
    /// Where that merchant is asked for the order of a printed code [NATIVE 模式一], on this machine
    #[arg(long, value_name = "URL", requires = "appid")]
    native_notify_url: Option<String>,
    /// TOML with merchants, each with the file of its key; may be repeated, and stand beside --mch-id
    #[arg(long, value_name = "FILE")]
    merchant_file: Vec<PathBuf>,
    /// Folder for orders, payments and notices, so that they survive a restart; made if it is not there
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// What happens to orders by themselves [场景]: a word of wxpay simulator scenario list, or a .toml file
    #[arg(long, value_name = "NAME|FILE")]
    scenario: Option<String>,
    /// Misbehave after this plan [故障计划]; wxpay simulator faults list names the faults
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Makes nonces and numbers repeatable
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Virtual seconds per real second, 0.001 to 1000000: notices and expiry come that much sooner
    #[arg(long, value_name = "X", default_value = "1", value_parser = |text: &str| TimeScale::parse(text))]
    time_scale: TimeScale,
    #[command(flatten)]
    tls: TlsOptions,
}

#[derive(clap::Args)]
struct TlsOptions {
    /// Serve https with certificates of its own [自签证书], made once in DIR/tls of --state
    #[arg(long, requires = "state", conflicts_with_all = ["tls_cert", "tls_key", "client_ca"])]
    tls: bool,
    /// Serve https with this certificate, in PEM form, its authorities behind it
    #[arg(long, value_name = "FILE", requires_all = ["tls_key", "client_ca"])]
    tls_cert: Option<PathBuf>,
    /// The key of --tls-cert, in PEM form
    #[arg(long, value_name = "FILE", requires_all = ["tls_cert", "client_ca"])]
    tls_key: Option<PathBuf>,
    /// Who issues the merchants' certificates, in PEM form; their common name is the merchant number
    #[arg(long, value_name = "FILE", requires_all = ["tls_cert", "tls_key"])]
    client_ca: Option<PathBuf>,
}

impl TlsOptions {
    fn source(&self) -> Option<TlsSource> {
        if self.tls {
            return Some(TlsSource::Own);
        }
        let (cert, key, client_ca) = (self.tls_cert.clone()?, self.tls_key.clone()?, self.client_ca.clone()?);
        Some(TlsSource::Given { cert, key, client_ca })
    }
}

pub(crate) fn run(command: &Simulator, output: &mut Output) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::Runtime)?;
    if let Some(action) = &command.action {
        return runtime.block_on(act(action, output));
    }
    let config = config(&command.gateway)?;
    runtime.block_on(serve(config, output))
}

async fn act(action: &Action, output: &mut Output) -> Result<Exit, Failure> {
    match action {
        Action::Pay(command) => customer::pay(command, output).await,
        Action::Cancel(command) => customer::cancel(command, output).await,
        Action::Password(command) => customer::password(command, output).await,
        Action::Scan(command) => customer::scan(command, output).await,
        Action::Comment(command) => customer::comment(command, output).await,
        Action::Orders(command) => orders::orders(command, output).await,
        Action::Order(command) => orders::order(command, output).await,
        Action::Ledger(command) => orders::ledger(command, output).await,
        Action::Refunds(command) => refunds::refunds(command, output).await,
        Action::Refund(command) => refunds::refund(command, output).await,
        Action::Notices(command) => notices::notices(command, output).await,
        Action::Resend(command) => notices::resend(command, output).await,
        Action::Traffic(command) => traffic::traffic(command, output).await,
        Action::Curl(command) => traffic::curl(command, output).await,
        Action::Clock(command) => clock::clock(command, output).await,
        Action::Merchants(command) => merchants::run(command, output).await,
        Action::Faults(command) => faults::run(command, output).await,
        Action::Scenarios(command) => scenario::run(command, output).await,
        Action::Snippets(command) => snippets::run(command, output),
    }
}

/// The options are required where no action is named, and absent where one is.
fn config(options: &GatewayOptions) -> Result<Config, Failure> {
    let needed = |option| Failure::OptionNeeded { kind: "simulator", option };
    let listen = options.listen.ok_or_else(|| needed("--listen"))?;
    let mut merchants = Vec::new();
    for path in &options.merchant_file {
        merchants.extend(merchant_file::read(path)?);
    }
    if let Some(appid) = options.appid.clone() {
        let mch_id = options.mch_id.clone().ok_or_else(|| needed("--mch-id"))?;
        let mut merchant = Merchant::new(appid, mch_id, options.key.api_key()?);
        if let Some(path) = &options.app_secret_file {
            merchant.app_secret = Some(secrets::secret(&secrets::APP_SECRET, Some(path))?);
        }
        merchant.native_notify_url.clone_from(&options.native_notify_url);
        merchants.push(merchant);
    }
    let mut config = Config::new(listen, merchants);
    config.state_dir.clone_from(&options.state);
    config.seed = options.seed;
    if let Some(choice) = &options.scenario {
        config.scenario = Some(scenario::find(choice)?);
    }
    if let Some(path) = &options.faults {
        config.faults = faults::read(path)?;
    }
    config.time_scale = options.time_scale;
    config.tls = options.tls.source();
    Ok(config)
}

async fn serve(config: Config, output: &mut Output) -> Result<Exit, Failure> {
    // Listening for the end before saying hello, so that whoever reads the line may end it at once.
    let mut end = End::new()?;
    let mut running = wxpay_simulator::start(config).await?;
    if running.torn_bytes > 0 {
        output.note(&format!(
            "the last {} bytes of the journal were an unfinished line and were cut off",
            running.torn_bytes
        ));
    }
    let hello = greet(&running, output);
    if hello.is_ok() {
        tokio::select! {
            () = end.wait() => {}
            () = running.ended() => {}
        }
    }
    running.stop().await;
    hello.map(|()| Exit::Done)
}

fn greet(running: &Running, output: &mut Output) -> Result<(), Failure> {
    let mut hello = json!({
        "listening": running.url,
        "control": running.control_url,
        "control_token": running.control_token,
    });
    if let Some(files) = running.gateway.tls_files() {
        hello["tls"] = tls_json(&files);
    }
    output.document(&hello)?;
    output.finish()
}

/// The files of the first merchant; those of others are beside them, in a folder named after each.
fn tls_json(files: &TlsFiles) -> Value {
    let mut paths = json!({"ca": files.ca});
    if let Some((_, merchant)) = files.merchants.first() {
        paths["p12"] = json!(merchant.p12);
        paths["p12_modern"] = json!(merchant.p12_modern);
        paths["cert"] = json!(merchant.cert);
        paths["key"] = json!(merchant.key);
    }
    paths
}

/// Ctrl-C, and on Unix what a service manager sends.
struct End {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl End {
    #[cfg(unix)]
    fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(Failure::Runtime)?,
            interrupt: signal(SignalKind::interrupt()).map_err(Failure::Runtime)?,
        })
    }

    #[cfg(unix)]
    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    #[allow(clippy::unnecessary_wraps)]
    fn new() -> Result<Self, Failure> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn wait(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
