//! Orders for trying a long list: a seeded file of them, and a data folder that holds them.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::TaskError;
use crate::command::{cargo, command, run};
use crate::ui::file_error;
use crate::workspace::Workspace;

/// Whose orders they are.
pub(crate) const PROFILE: &str = "load";
/// Unless another is asked for.
pub(crate) const SEED: u64 = 7;
const ORDERS: u64 = 1_000_000;

/// Fills a data folder that the window and `wxpay` open. `arguments`: the folder, `--orders N` and `--seed S`.
pub(crate) fn seed(workspace: &Workspace, arguments: &[String]) -> Result<(), TaskError> {
    let [folder, options @ ..] = arguments else {
        return Err(TaskError::Measuring(
            "name the folder: cargo xtask seed FOLDER [--orders N] [--seed S]".to_owned(),
        ));
    };
    let number = |name: &str, otherwise: u64| {
        let given = options.iter().position(|option| option == name).map(|place| options.get(place + 1));
        given
            .map_or(Some(otherwise), |given| given?.parse().ok())
            .ok_or_else(|| TaskError::Measuring(format!("{name} wants a number")))
    };
    let (count, seed) = (number("--orders", ORDERS)?, number("--seed", SEED)?);
    let folder = std::env::current_dir().map_err(|source| file_error(Path::new("."), source))?.join(folder);
    if folder.join("desk.sqlite3").exists() {
        return Err(TaskError::Measuring(format!("{} holds orders already; name a new folder", folder.display())));
    }
    run(cargo(&workspace.root, ["build", "--release", "--package", "wxpay"]))?;
    new_shop(workspace, &folder)?;
    let file = folder.join("orders.csv");
    write(&file, count, seed)?;
    let mut import =
        command(&folder, workspace.release_program("wxpay"), ["order", "import", "--profile", PROFILE, "--data-dir"]);
    import.arg(&folder).arg(&file);
    let imported = run(import);
    fs::remove_file(&file).map_err(|source| file_error(&file, source))?;
    imported?;
    println!(
        "{count} orders of seed {seed} are in {0}; look at them with: wxpay order list --data-dir {0}",
        folder.display()
    );
    Ok(())
}

/// Makes a data folder with the profile [`PROFILE`], whose gateway is nowhere.
pub(crate) fn new_shop(workspace: &Workspace, folder: &Path) -> Result<(), TaskError> {
    fs::create_dir_all(folder).map_err(|source| file_error(folder, source))?;
    let secret = |name: &str, text: &str| -> Result<PathBuf, TaskError> {
        let file = folder.join(name);
        fs::write(&file, text).map_err(|source| file_error(&file, source))?;
        Ok(file)
    };
    let (key, passphrase) =
        (secret("key.txt", "exportEXPORTexportEXPORTexport01")?, secret("passphrase.txt", "only for measuring")?);
    let profile = [
        "profile",
        "add",
        PROFILE,
        "--environment",
        "simulator",
        "--base-url",
        "http://127.0.0.1:9",
        "--appid",
        "wx0000000000000001",
        "--mch-id",
        "1900000001",
        "--key-file",
        "key.txt",
        "--passphrase-file",
        "passphrase.txt",
        "--data-dir",
        ".",
    ];
    let added = run(command(folder, workspace.release_program("wxpay"), profile));
    for file in [key, passphrase] {
        fs::remove_file(&file).map_err(|source| file_error(&file, source))?;
    }
    Ok(added?)
}

/// Writes orders as a CSV, the same ones for the same count and seed: spread over a day, Chinese descriptions, one in five unpaid.
pub(crate) fn write(file: &Path, orders: u64, seed: u64) -> Result<(), TaskError> {
    let failed = |source| file_error(file, source);
    let mut out = BufWriter::new(File::create(file).map_err(failed)?);
    let mut text =
        String::from("out_trade_no,transaction_id,trade_type,state,total_fee,openid,body,created_at,paid_at\n");
    for order in 0..orders {
        let (hour, minute, second) = (order / 3600 % 24, order / 60 % 60, order % 60);
        let spread = (order ^ seed << 40).wrapping_mul(618_033_989) % 999_999_937;
        let created = format!("2026-11-20 {hour:02}:{minute:02}:{second:02}");
        let (transaction, state, paid) = if order % 5 == 0 {
            (String::new(), "CLOSED", "")
        } else {
            (format!("420000{order:012}{spread:010}"), "SUCCESS", created.as_str())
        };
        // Writing into a String cannot fail.
        writeln!(
            text,
            "S20261120{order:08}{spread:09},{transaction},JSAPI,{state},{},oUpF8uMuAJO_M2pxb1Q9zNjWe{:03},美式咖啡(大杯),{created},{paid}",
            order % 99_999 + 1,
            order % 1000
        )
        .ok();
        if text.len() > 1 << 16 {
            out.write_all(text.as_bytes()).map_err(failed)?;
            text.clear();
        }
    }
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_same_seed_writes_the_same_orders_each_with_a_number_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let written = |name: &str, seed| {
            let file = folder.path().join(name);
            write(&file, 1000, seed).unwrap();
            fs::read_to_string(&file).unwrap()
        };
        let first = written("first.csv", 7);
        assert_eq!(first, written("again.csv", 7));
        assert_ne!(first, written("other.csv", 8));
        let numbers: HashSet<&str> = first.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
        assert_eq!((first.lines().count(), numbers.len()), (1001, 1000));
    }
}
