//! Polling: 10 000 open orders, all paid meanwhile, drained against the simulator at the rate that the limiter allows.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::process::{Companion, measured};
use super::{Figure, Run};
use crate::TaskError;
use crate::command::{self, command};
use crate::ui::file_error;

const ORDERS: u32 = 10_000;
const RATE_PER_S: f64 = 2_000.0;

pub(super) fn measure(run: &Run<'_>) -> Result<Vec<Figure>, TaskError> {
    let Run { workspace, folder, .. } = run;
    let wxpay = workspace.release_program("wxpay");
    for (name, text) in
        [("drain-key.txt", "drainDRAINdrainDRAINdrainDRAIN01"), ("passphrase.txt", "only for measuring")]
    {
        let file = folder.join(name);
        std::fs::write(&file, text).map_err(|source| file_error(&file, source))?;
    }
    let (_simulator, listening, control) = simulator(folder, &wxpay)?;
    let desk = ["--data-dir", "desk", "--passphrase-file", "passphrase.txt"];
    let merchant = ["--appid", "wx0000000000000001", "--mch-id", "1900000001", "--key-file", "drain-key.txt"];
    let add = ["profile", "add", "load", "--environment", "simulator", "--base-url", &listening];
    measured(command(folder, &wxpay, add.iter().chain(&merchant).chain(&desk)), &[0])?;
    let count = ORDERS.to_string();
    let create = ["order", "create", "--total-fee", "1", "--body", "load", "--trade-type", "NATIVE", "--count", &count];
    let created = measured(command(folder, &wxpay, create.iter().chain(&desk).chain(&["--json"])), &[0])?;
    let numbers = numbers_in(&created.output)?;
    pay(&control, &numbers)?;
    let rate = RATE_PER_S.to_string();
    let drain = ["poll", "--drain", "--rate", &rate, "--timeout", "120", "--json"];
    let drained = measured(command(folder, &wxpay, drain.iter().chain(&desk)), &[0])?;
    let found = f64::from(ORDERS) / drained.time.as_secs_f64();
    let created_per_s = f64::from(ORDERS) / created.time.as_secs_f64();
    let figure = Figure::of(format!("{ORDERS} orders, one run"));
    Ok(vec![
        figure("create orders (committed, sent, recorded)", "–", format!("{created_per_s:.0} orders/s"), String::new()),
        figure(
            "drain open orders",
            "the limiter's rate",
            format!("{found:.0} orders/s"),
            format!("{:.2} of the limit of {RATE_PER_S:.0}/s, process start and end included", found / RATE_PER_S),
        ),
        figure("peak memory of the poller", "under 100 MiB", format!("{} MiB", drained.peak_mib), String::new()),
    ])
}

/// Where the control interface is, and the token that it wants.
struct Control {
    address: String,
    token: String,
}

fn simulator(folder: &Path, wxpay: &Path) -> Result<(Companion, String, Control), TaskError> {
    let arguments = ["simulator", "--listen", "127.0.0.1:0", "--appid", "wx0000000000000001", "--mch-id", "1900000001"];
    let mut program = command(folder, wxpay, arguments);
    program.args(["--key-file", "drain-key.txt"]).stdout(Stdio::piped());
    let mut child = program.spawn().map_err(|source| command::not_started(&program, source))?;
    let output = child.stdout.take();
    let companion = Companion(child);
    let mut line = String::new();
    if let Some(output) = output {
        BufReader::new(output)
            .read_line(&mut line)
            .map_err(|source| file_error(Path::new("wxpay simulator"), source))?;
    }
    let told: Value = serde_json::from_str(&line).map_err(|_| unexpected("wxpay simulator", &line))?;
    let word = |name: &str| told.get(name).and_then(Value::as_str).map(str::to_owned);
    let (Some(listening), Some(control), Some(token)) = (word("listening"), word("control"), word("control_token"))
    else {
        return Err(unexpected("wxpay simulator", &line));
    };
    let address = control.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
    Ok((companion, listening, Control { address, token }))
}

fn numbers_in(output: &str) -> Result<Vec<String>, TaskError> {
    let created: Value = serde_json::from_str(output).map_err(|_| unexpected("wxpay order create", output))?;
    let orders = created.get("orders").and_then(Value::as_array).cloned().unwrap_or_default();
    let numbers: Vec<String> =
        orders.iter().filter_map(|order| order.get("out_trade_no")?.as_str().map(str::to_owned)).collect();
    if u32::try_from(numbers.len()) == Ok(ORDERS) { Ok(numbers) } else { Err(unexpected("wxpay order create", output)) }
}

/// Pays every order as its customer, over one connection.
fn pay(control: &Control, numbers: &[String]) -> Result<(), TaskError> {
    let error = |source| file_error(Path::new("the simulator's control interface"), source);
    let stream = TcpStream::connect(&control.address).map_err(error)?;
    stream.set_nodelay(true).map_err(error)?;
    let mut answers = BufReader::new(stream.try_clone().map_err(error)?);
    let mut requests = stream;
    for number in numbers {
        let request = format!(
            "POST /_control/orders/{number}/pay HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}",
            control.address, control.token
        );
        requests.write_all(request.as_bytes()).map_err(error)?;
        let status = answer(&mut answers).map_err(error)?;
        if !status.contains(" 200 ") {
            return Err(unexpected("the simulator's control interface", &status));
        }
    }
    Ok(())
}

/// Reads one answer and tells its first line.
fn answer(answers: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut status = String::new();
    answers.read_line(&mut status)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        answers.read_line(&mut line)?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    answers.read_exact(&mut vec![0; length])?;
    Ok(status)
}

fn unexpected(program: &str, said: &str) -> TaskError {
    let said: String = said.chars().take(300).collect();
    TaskError::Measuring(format!("{program} said something unexpected: {said}"))
}
