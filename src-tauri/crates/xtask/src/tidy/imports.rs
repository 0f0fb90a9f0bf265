//! Imports go one way: the window and the command line, then `desk`, then the middle crates, then the protocol.

use super::Finding;
use crate::workspace::Dependency;

/// The floor on which a product package stands; it may import from lower floors only, so nothing goes sideways.
fn floor(package: &str) -> Option<u8> {
    Some(match package {
        "wxpay-protocol" => 0,
        "wxpay-client" | "wxpay-simulator" | "wxpay-diagnose" | "desk-vault" | "desk-store" | "desk-sheets"
        | "desk-reconcile" => 1,
        "desk" => 2,
        "wxpay-desk" | "wxpay" => 3,
        _ => return None,
    })
}

/// Packages outside the product: nothing imports them.
const AROUND: [&str; 2] = ["acceptance", "xtask"];

/// Libraries that belong to one package alone.
const OWNED: [(&str, &str); 2] = [("rusqlite", "desk-store"), ("rusqlite_migration", "desk-store")];

pub(super) fn findings(members: &[String], dependencies: &[Dependency]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in members {
        if floor(member).is_none() && !AROUND.contains(&member.as_str()) {
            findings.push(Finding::new(member, "has no place in the house; give it one in tidy/imports.rs"));
        }
    }
    for Dependency { package, on, for_tests } in dependencies {
        if on.starts_with("tauri") && package != "wxpay-desk" {
            findings.push(Finding::new(package, format!("imports {on}; only wxpay-desk knows Tauri")));
        }
        for (library, owner) in OWNED {
            // A test may spoil the database under a package, to see what it does then.
            if on == library && package != owner && !for_tests {
                findings.push(Finding::new(package, format!("imports {on}; only {owner} does")));
            }
        }
        if AROUND.contains(&on.as_str()) || (package == "xtask" && floor(on).is_some()) {
            findings.push(Finding::new(package, format!("imports {on}, which stands outside the product")));
        }
        if let (Some(from), Some(to)) = (floor(package), floor(on)) {
            // A test may use a neighbour (the client is tested against the simulator), never something above.
            let allowed = if *for_tests { to <= from } else { to < from };
            if !allowed {
                findings.push(Finding::new(package, format!("imports {on}, which does not stand below it")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(package: &str, on: &str, for_tests: bool) -> Vec<Finding> {
        findings(&[], &[Dependency { package: package.into(), on: on.into(), for_tests }])
    }

    #[test]
    fn an_import_upwards_or_sideways_is_found() {
        for (package, on) in [
            ("wxpay-protocol", "desk-store"),
            ("wxpay-client", "desk-vault"),
            ("desk-store", "desk"),
            ("desk", "wxpay"),
            ("wxpay-desk", "wxpay"),
        ] {
            assert_eq!(of(package, on, false).len(), 1, "{package} imports {on}");
        }
        assert_eq!(of("wxpay-client", "desk", true).len(), 1, "a test may not look upwards");
    }

    #[test]
    fn imports_downwards_may_skip_floors() {
        for (package, on) in [("wxpay", "wxpay-protocol"), ("desk", "wxpay-protocol"), ("wxpay-desk", "desk")] {
            assert_eq!(of(package, on, false), [], "{package} imports {on}");
        }
        assert_eq!(of("wxpay-client", "wxpay-simulator", true), [], "a test may use a neighbour");
    }

    #[test]
    fn tauri_and_sqlite_stay_where_they_belong() {
        assert_eq!(of("desk", "tauri", false).len(), 1);
        assert_eq!(of("acceptance", "tauri-specta", true).len(), 1);
        assert_eq!(of("wxpay-desk", "tauri", false), []);
        assert_eq!(of("desk", "rusqlite", false).len(), 1);
        assert_eq!(of("desk-store", "rusqlite", false), []);
        assert_eq!(of("desk", "rusqlite", true), [], "a test may spoil the database");
    }

    #[test]
    fn a_package_without_a_place_is_found() {
        assert_eq!(findings(&["desk-new".to_owned()], &[]).len(), 1);
    }
}
