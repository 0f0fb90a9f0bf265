//! `wxpay`: WeChat Pay v2 from the command line.

mod alarms;
mod arguments;
mod bill;
mod bulk;
mod completions;
mod created;
mod day;
mod desk_options;
mod diagnose;
mod exit;
mod export;
mod fees;
mod lint;
mod listen;
mod lookup;
mod message;
mod notify;
mod option_words;
mod order;
mod output;
mod pay_params;
mod poll;
mod profile;
mod progress;
mod reconcile;
mod refund;
mod secrets;
mod sign;
mod signing_key;
mod simulator;
mod verify;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::arguments::{Arguments, Command};
use crate::exit::{Exit, Failure};
use crate::output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(refusal) => return refuse(&refusal),
    };
    let mut output = Output::new(arguments.json);
    let answer = run(arguments, &mut output).and_then(|exit| output.finish().map(|()| exit));
    match answer {
        Ok(exit) => exit.into(),
        Err(failure) => output.failure(&failure).into(),
    }
}

fn run(arguments: Arguments, output: &mut Output) -> Result<Exit, Failure> {
    let desk = &arguments.desk;
    match arguments.command {
        Command::Sign(command) => sign::run(&command, desk, output),
        Command::Verify(command) => verify::run(&command, desk, output),
        Command::Diagnose(command) => diagnose::run(&command, desk, output),
        Command::Lint(command) => lint::run(&command, desk, output),
        Command::PayParams(command) => pay_params::run(&command, desk, output),
        Command::Profiles(command) => profile::run(&command, desk, output),
        Command::Orders(command) => order::run(&command, desk, output),
        Command::Bills(command) => bill::run(&command, desk, output),
        Command::Days(command) => day::run(&command, desk, output),
        Command::Reconcile(command) => desk_options::block_on(reconcile::run(&command, desk, output)),
        Command::Refunds(command) => refund::run(&command, desk, output),
        Command::Notify(command) => notify::run(&command, desk, output),
        Command::Listen(command) => listen::run(&command, desk, output),
        Command::Poll(command) => poll::run(&command, desk, output),
        Command::Alarms(command) => alarms::run(&command, desk, output),
        Command::Lookup(command) => lookup::run(&command, desk, output),
        Command::Exports(command) => export::run(&command, desk, output),
        Command::Simulator(command) => simulator::run(&command, output),
        Command::Completions(command) => completions::run(&command, Arguments::command(), output),
    }
}

/// Help and version are answers; anything else that clap says is a usage error, in JSON too where that was asked for.
fn refuse(refusal: &clap::Error) -> ExitCode {
    if !refusal.use_stderr() {
        let mut output = Output::new(false);
        let text = refusal.render();
        let shown = if output.is_terminal() { text.ansi().to_string() } else { text.to_string() };
        return match output.raw(&shown).and_then(|()| output.finish()) {
            Ok(()) => Exit::Done.into(),
            Err(failure) => output.failure(&failure).into(),
        };
    }
    let json = std::env::args_os().any(|argument| argument == "--json");
    Output::new(json).usage(refusal).into()
}
