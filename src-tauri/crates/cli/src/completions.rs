//! `wxpay completions`: completions for shells.

use clap_complete::Shell;

use crate::exit::{Exit, Failure};
use crate::output::Output;

const AFTER: &str = "\
Examples:
  wxpay completions bash > ~/.local/share/bash-completion/completions/wxpay
  wxpay completions zsh  > ~/.zfunc/_wxpay
  wxpay completions fish > ~/.config/fish/completions/wxpay.fish";

/// Print the completions for a shell
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints them for `program`, the whole command line.
pub(crate) fn run(command: &Completions, mut program: clap::Command, output: &mut Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut program, "wxpay", &mut script);
    output.raw(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
