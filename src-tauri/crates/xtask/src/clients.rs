//! Real SDKs, unmodified, against the simulator: `tests/clients`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::TaskError;
use crate::command::{command, run};
use crate::ui::{file_error, install_packages};
use crate::workspace::Workspace;

/// Gives the SDKs an environment of their own and runs `tests/clients/run.py` against the built `wxpay`.
pub(crate) fn clients(workspace: &Workspace) -> Result<(), TaskError> {
    let folder = workspace.root.join("tests").join("clients");
    let python = python(workspace, &workspace.root.join("tests").join(".venv"), &folder.join("requirements.txt"))?;
    install_packages(&folder)?;
    let mut clients = command(&folder, python, ["run.py", "--wxpay"]);
    clients.arg(workspace.program("wxpay"));
    Ok(run(clients)?)
}

/// Whether the SDK tests are there.
pub(crate) fn present(workspace: &Workspace) -> bool {
    workspace.root.join("tests/clients/run.py").is_file()
}

/// A Python with exactly these packages, in an environment of its own.
pub(crate) fn python(workspace: &Workspace, environment: &Path, requirements: &Path) -> Result<PathBuf, TaskError> {
    let python = environment.join("bin").join("python");
    let stamp = environment.join("installed-requirements.txt");
    let wanted = fs::read(requirements).map_err(|source| file_error(requirements, source))?;
    if python.is_file() && fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let mut venv = command(&workspace.root, "python3", ["-m", "venv", "--clear"]);
    venv.arg(environment);
    run(venv)?;
    let mut pip = command(
        &workspace.root,
        &python,
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"],
    );
    pip.arg(requirements);
    run(pip)?;
    fs::write(&stamp, wanted).map_err(|source| file_error(&stamp, source))?;
    Ok(python)
}
