//! What this machine lacks, and how to get it: by apt where there is apt, in words elsewhere.

use std::path::Path;

use crate::command::{self, CommandError, command, printed, succeeds};

/// What the machine is to be ready for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Opening the window on a display.
    Window,
    /// Walking through the window without a display.
    Tour,
    /// Everything that must hold.
    Test,
}

/// Why the machine is not ready; each says what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error(
        "Node.js 20 or newer is needed for the window's pages and {0}; get it from https://nodejs.org/ or your system's packages"
    )]
    Node(String),
    #[error("{0}")]
    InWords(String),
    #[error("the packages could not be installed: {0}; install them yourself and start again:\n    {1}")]
    Apt(CommandError, String),
    #[error("not root and no sudo here; install the packages yourself and start again:\n    {0}")]
    NoSudo(String),
    #[error("cargo fmt and cargo clippy are needed: rustup component add rustfmt clippy ({0})")]
    Components(CommandError),
}

/// The names of one package, by family of systems.
struct Names {
    debian: &'static str,
    fedora: &'static str,
    arch: &'static str,
    suse: &'static str,
}

/// How a family of systems installs, by which ids it is recognised, and which of the names is its own.
type Family = (&'static str, &'static [&'static str], fn(&Names) -> &'static str);

struct Need {
    names: Names,
    why: &'static str,
    purposes: &'static [Purpose],
    present: fn() -> bool,
}

const ALWAYS: &[Purpose] = &[Purpose::Window, Purpose::Tour, Purpose::Test];
const UNSEEN: &[Purpose] = &[Purpose::Tour, Purpose::Test];
const TEST: &[Purpose] = &[Purpose::Test];

const NEEDS: &[Need] = &[
    Need {
        names: Names { debian: "build-essential", fedora: "gcc", arch: "base-devel", suse: "gcc" },
        why: "a C compiler, for SQLite and the cryptography",
        purposes: ALWAYS,
        present: || succeeds("cc", &["--version"]),
    },
    Need {
        names: Names { debian: "pkg-config", fedora: "pkgconf-pkg-config", arch: "pkgconf", suse: "pkg-config" },
        why: "how the build finds the web view",
        purposes: ALWAYS,
        present: || succeeds("pkg-config", &["--version"]),
    },
    Need {
        names: Names {
            debian: "libwebkit2gtk-4.1-dev",
            fedora: "webkit2gtk4.1-devel",
            arch: "webkit2gtk-4.1",
            suse: "webkit2gtk3-devel",
        },
        why: "the web view that the window is made of",
        purposes: ALWAYS,
        present: || succeeds("pkg-config", &["--exists", "webkit2gtk-4.1"]),
    },
    Need {
        names: Names {
            debian: "xvfb",
            fedora: "xorg-x11-server-Xvfb",
            arch: "xorg-server-xvfb",
            suse: "xorg-x11-server-Xvfb",
        },
        why: "a screen that nobody sees, for the window under test",
        purposes: UNSEEN,
        present: || on_path("Xvfb"),
    },
    Need {
        names: Names {
            debian: "webkit2gtk-driver",
            fedora: "webkit2gtk-driver",
            arch: "webkit2gtk-4.1",
            suse: "/usr/bin/WebKitWebDriver",
        },
        why: "WebDriver for the web view: clicks and screenshots",
        purposes: UNSEEN,
        present: || on_path("WebKitWebDriver"),
    },
    Need {
        names: Names {
            debian: "fonts-noto-cjk",
            fedora: "google-noto-sans-cjk-fonts",
            arch: "noto-fonts-cjk",
            suse: "google-noto-sans-cjk-fonts",
        },
        why: "Chinese letters on the screenshots",
        purposes: UNSEEN,
        present: || printed("fc-list", &[":lang=zh-cn", "family"]).is_some_and(|fonts| !fonts.trim().is_empty()),
    },
    Need {
        names: Names { debian: "xdotool", fedora: "xdotool", arch: "xdotool", suse: "xdotool" },
        why: "keys for the questions that the core draws by itself",
        purposes: TEST,
        present: || on_path("xdotool"),
    },
    Need {
        names: Names { debian: "dbus", fedora: "dbus-daemon", arch: "dbus", suse: "dbus-1" },
        why: "a session bus of its own for the keyring tests",
        purposes: TEST,
        present: || on_path("dbus-run-session"),
    },
    Need {
        names: Names { debian: "python3-venv", fedora: "python3", arch: "python", suse: "python3" },
        why: "a Python environment of its own for the real wechatpy client",
        purposes: TEST,
        present: || succeeds("python3", &["-c", "import ensurepip, venv"]),
    },
];

/// Makes the machine ready, or says exactly what it lacks.
pub(crate) fn ready(purpose: Purpose) -> Result<(), SetupError> {
    if cfg!(target_os = "linux") {
        packages(purpose)?;
    } else if purpose != Purpose::Window {
        return Err(SetupError::InWords(OTHER_SYSTEMS.to_owned()));
    }
    node()?;
    if purpose == Purpose::Test { components() } else { Ok(()) }
}

const OTHER_SYSTEMS: &str = "\
The window is driven through WebKitWebDriver under Xvfb, which exist on Linux only. Here `cargo xtask run` opens the window; it needs
    macOS:    xcode-select --install, Node.js 20 or newer (brew install node)
    Windows:  Microsoft C++ Build Tools, the WebView2 runtime (part of Windows 11), Node.js 20 or newer (winget install OpenJS.NodeJS.LTS)
and `cargo xtask test` runs on Linux, in a container as well.";

fn packages(purpose: Purpose) -> Result<(), SetupError> {
    let missing: Vec<&Need> =
        NEEDS.iter().filter(|need| need.purposes.contains(&purpose) && !(need.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !on_path("apt-get") {
        let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        return Err(SetupError::InWords(in_words(&missing, &release)));
    }
    println!("This machine lacks:");
    for need in &missing {
        println!("    {:<24} {}", need.names.debian, need.why);
    }
    let names: Vec<&str> = missing.iter().map(|need| need.names.debian).collect();
    apt(&names)
}

fn apt(names: &[&str]) -> Result<(), SetupError> {
    let by_hand = format!("sudo apt-get install --no-install-recommends {}", names.join(" "));
    let root = printed("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    if !root && !on_path("sudo") {
        return Err(SetupError::NoSudo(by_hand));
    }
    let install = ["install", "-y", "--no-install-recommends"];
    for arguments in [vec!["update"], install.iter().chain(names).copied().collect()] {
        let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
        words.extend(arguments);
        if !root {
            words.insert(0, "sudo");
        }
        println!("$ {}", words.join(" "));
        let (program, rest) = words.split_first().unwrap_or((&"true", &[]));
        let mut apt = command(Path::new("/"), program, rest);
        // sudo may have to ask for the password.
        apt.stdin(std::process::Stdio::inherit());
        command::run(apt).map_err(|error| SetupError::Apt(error, by_hand.clone()))?;
    }
    Ok(())
}

fn in_words(missing: &[&Need], os_release: &str) -> String {
    let families: [Family; 4] = [
        ("sudo apt-get install --no-install-recommends", &["debian", "ubuntu"], |names| names.debian),
        ("sudo dnf install", &["fedora", "rhel", "centos"], |names| names.fedora),
        ("sudo pacman -S --needed", &["arch"], |names| names.arch),
        ("sudo zypper install", &["suse", "opensuse"], |names| names.suse),
    ];
    let ids: Vec<&str> = os_release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")))
        .flat_map(|value| value.trim_matches('"').split(' '))
        .collect();
    let known = families.iter().any(|(_, family, _)| family.iter().any(|id| ids.contains(id)));
    let mut text = "This machine lacks:\n".to_owned();
    for need in missing {
        text.push_str("    ");
        text.push_str(need.why);
        text.push('\n');
    }
    text.push_str("Install and start again:\n");
    for (tool, family, name) in families {
        if known && !family.iter().any(|id| ids.contains(id)) {
            continue;
        }
        let mut names: Vec<&str> = missing.iter().map(|need| name(&need.names)).collect();
        names.dedup();
        text.push_str("    ");
        text.push_str(tool);
        for name in names {
            text.push(' ');
            text.push_str(name);
        }
        text.push('\n');
    }
    text
}

fn node() -> Result<(), SetupError> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    match printed("node", &["--version"]) {
        None => Err(SetupError::Node("is not here".to_owned())),
        Some(version) if major(&version).is_none_or(|major| major < 20) => {
            Err(SetupError::Node(format!("this is {}", version.trim())))
        }
        Some(_) if !succeeds(npm, &["--version"]) => Err(SetupError::Node("npm is not here".to_owned())),
        Some(_) => Ok(()),
    }
}

fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn components() -> Result<(), SetupError> {
    if succeeds("cargo", &["fmt", "--version"]) && succeeds("cargo", &["clippy", "--version"]) {
        return Ok(());
    }
    println!("$ rustup component add rustfmt clippy");
    let add = command(Path::new("."), "rustup", ["component", "add", "rustfmt", "clippy"]);
    command::run(add).map_err(SetupError::Components)
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(debian: &[&str]) -> Vec<&'static Need> {
        NEEDS.iter().filter(|need| debian.contains(&need.names.debian)).collect()
    }

    #[test]
    fn a_known_system_gets_its_own_words_only() {
        let text = in_words(&of(&["libwebkit2gtk-4.1-dev", "xvfb"]), "NAME=Fedora\nID=fedora\n");
        assert!(text.contains("sudo dnf install webkit2gtk4.1-devel xorg-x11-server-Xvfb\n"), "{text}");
        assert!(!text.contains("pacman") && !text.contains("apt-get"), "{text}");
    }

    #[test]
    fn a_relative_of_a_known_system_is_recognised() {
        let text = in_words(&of(&["xvfb"]), "ID=manjaro\nID_LIKE=\"arch linux\"\n");
        assert!(text.contains("sudo pacman -S --needed xorg-server-xvfb\n"), "{text}");
        let text = in_words(&of(&["xvfb"]), "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n");
        assert!(text.contains("sudo zypper install xorg-x11-server-Xvfb\n"), "{text}");
    }

    #[test]
    fn an_unknown_system_gets_the_words_of_all() {
        let text = in_words(&of(&["xvfb"]), "ID=void\n");
        for tool in ["apt-get", "dnf", "pacman", "zypper"] {
            assert!(text.contains(tool), "{tool} is missing in {text}");
        }
    }

    #[test]
    fn a_node_that_is_too_old_or_odd_is_told_apart() {
        assert_eq!(major("v18.19.0\n"), Some(18));
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20"), None);
    }
}
