//! The library that draws a tray on Linux. The tray's crate loads it when the first tray is made and panics where it is missing,
//! so it is loaded here first.

use libloading::Library;

/// The names that the tray's crate loads, in its order.
pub(super) const NAMES: &[&str] = &["libayatana-appindicator3.so.1", "libappindicator3.so.1"];

/// None of the libraries is there.
#[derive(Debug, thiserror::Error)]
#[error("none of {names} can be loaded: {last}")]
pub(crate) struct NoLibrary {
    names: String,
    last: String,
}

/// A library that is there, for as long as this is kept.
pub(super) struct Indicator {
    _loaded: Library,
}

impl Indicator {
    /// Loads the first of these that can be loaded.
    pub(super) fn load(names: &[&str]) -> Result<Self, NoLibrary> {
        let mut last = String::new();
        for name in names {
            // SAFETY: what a library runs when it is loaded must not break the program; these are the system's own indicator
            // libraries, which run nothing but GLib's registrations, and the tray's crate would load the same one next.
            #[expect(unsafe_code, reason = "loading a library is the only way to know that it can be loaded")]
            match unsafe { Library::new(name) } {
                Ok(loaded) => return Ok(Self { _loaded: loaded }),
                Err(error) => last = error.to_string(),
            }
        }
        Err(NoLibrary { names: names.join(", "), last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_is_missing_is_told_by_name_and_no_panic() {
        let missing =
            Indicator::load(&["libno-such-indicator.so.1", "libno-such-other.so.1"]).err().unwrap().to_string();
        assert!(missing.contains("libno-such-indicator.so.1, libno-such-other.so.1"), "{missing}");
    }

    #[test]
    fn the_second_library_is_taken_where_the_first_is_missing() {
        assert!(Indicator::load(&["libno-such-indicator.so.1", "libc.so.6"]).is_ok());
    }
}
