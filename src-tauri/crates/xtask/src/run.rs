//! `cargo xtask run`: build the window and open it.

use crate::TaskError;
use crate::command::{cargo, command, run as run_command};
use crate::setup::{self, Purpose};
use crate::test::SELECTION;
use crate::workspace::Workspace;
use crate::{tour, ui};

/// Installs what is missing, builds, and opens the window; without a display, takes the tour.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), TaskError> {
    let display = has_display();
    if !display {
        println!(
            "没有显示器：改在虚拟屏幕上自动走一遍主流程。/ No display here (DISPLAY and WAYLAND_DISPLAY are not set):"
        );
        println!("the same window runs under Xvfb, walks through the main job by itself and leaves pictures.");
    }
    setup::ready(if display { Purpose::Window } else { Purpose::Tour })?;
    ui::install_packages(&workspace.ui())?;
    ui::build(&workspace.ui())?;
    run_command(cargo(&workspace.root, ["build", "--bins"].iter().chain(&SELECTION)))?;
    if !display {
        return tour::tour(workspace);
    }
    println!("{} opens.", workspace.program("wxpay-desk").display());
    let arguments = arguments.iter().filter(|argument| *argument != "--");
    let mut window = command(&workspace.root, workspace.program("wxpay-desk"), arguments);
    // Where nothing was ever set it begins on the built-in gateway; a data folder in use stays as it is.
    window.arg("--try");
    Ok(run_command(window)?)
}

fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(not(target_os = "linux")) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
