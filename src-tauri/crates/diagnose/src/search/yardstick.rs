//! What the bench compares: candidates through the lanes, and the same one after the other.

use super::lanes::Path;
use super::press::{Digester, Press};
use super::target::Target;

/// Hashes messages side by side with the widest vectors of this machine; gives how many were the wanted one.
pub fn side_by_side(messages: &[Vec<u8>], wanted: &str) -> usize {
    let target = Target::of(wanted);
    let mut press = Press::new(&target);
    pressed(messages, &mut press)
}

/// The same with four lanes of plain code, which is what other machines have.
pub fn in_plain_code(messages: &[Vec<u8>], wanted: &str) -> usize {
    let target = Target::of(wanted);
    let mut press = Press::on(Path::Portable, &target);
    pressed(messages, &mut press)
}

/// The same with each kind of vectors that this machine has, by its name and its number of lanes.
pub fn paths() -> Vec<(String, usize)> {
    Path::available().into_iter().map(|path| (format!("{path:?}"), path.lanes())).collect()
}

/// The same with the vectors of this place in [`paths`].
pub fn on_path(place: usize, messages: &[Vec<u8>], wanted: &str) -> usize {
    let target = Target::of(wanted);
    let path = Path::available().get(place).copied().unwrap_or(Path::Portable);
    let mut press = Press::on(path, &target);
    pressed(messages, &mut press)
}

fn pressed(messages: &[Vec<u8>], press: &mut Press<'_>) -> usize {
    for message in messages {
        press.push_whole(&Digester::Md5, message, [0; 3]);
    }
    press.take_hits().len()
}
