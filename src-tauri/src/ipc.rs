//! The typed bridge to the window: the commands, the events, and the TypeScript that is generated from them.

use std::path::Path;

use serde::{Deserialize, Serialize};
use specta_typescript::Typescript;
use tauri::{AppHandle, Wry};
use tauri_specta::{Builder, Event, collect_commands, collect_events};

use crate::commands::{
    alarms, certificates, confirm, day_bills, day_report, days, diagnosis, differences, lookup, notices, orders,
    overview, profiles, refunds, settings, sheets, signature, simulator, start, test_orders,
};

/// Something changed and was committed; the window asks again for what it shows under these tags.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, Event)]
pub(crate) struct Changed {
    /// Which kinds of things changed.
    pub(crate) tags: Vec<Tag>,
    /// The `out_trade_no` concerned; empty means that anything under the tags may have changed.
    pub(crate) ids: Vec<String>,
}

/// A person asked in the tray what needs attention.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, Event)]
pub(crate) struct AlarmsWanted;

impl AlarmsWanted {
    /// Tells the window.
    pub(crate) fn tell(&self, app: &AppHandle<Wry>) -> tauri::Result<()> {
        self.emit(app)
    }
}

/// What a query of the window can depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tag {
    /// Orders and their observations.
    Orders,
    /// Refunds and their observations.
    Refunds,
    /// Notices and the listener for them.
    Notices,
    /// Merchants.
    Profiles,
    /// Settings.
    Settings,
    /// The built-in gateway.
    Simulator,
    /// The goods catalogue.
    Goods,
    /// The vault: absent, locked or open.
    Vault,
    /// What is being polled, and when next.
    Polling,
    /// Reconciled days.
    Days,
    /// Where days stand by what is kept of them and by the time, told every few seconds at most.
    Standings,
    /// What a person has seen of the alarms, and merchants whose key is refused.
    Alarms,
}

impl From<desk::Tag> for Tag {
    fn from(tag: desk::Tag) -> Self {
        match tag {
            desk::Tag::Orders => Self::Orders,
            desk::Tag::Refunds => Self::Refunds,
            desk::Tag::Notices => Self::Notices,
            desk::Tag::Profiles => Self::Profiles,
            desk::Tag::Settings => Self::Settings,
            desk::Tag::Simulator => Self::Simulator,
            desk::Tag::Goods => Self::Goods,
            desk::Tag::Vault => Self::Vault,
            desk::Tag::Polling => Self::Polling,
            desk::Tag::Days => Self::Days,
            desk::Tag::Alarms => Self::Alarms,
        }
    }
}

impl From<desk::Changed> for Changed {
    fn from(changed: desk::Changed) -> Self {
        Self { tags: changed.tags.into_iter().map(Into::into).collect(), ids: changed.ids.into_iter().collect() }
    }
}

impl Changed {
    /// Everything may be other than it was.
    pub(crate) fn anything() -> Self {
        Self { tags: desk::Tag::ALL.into_iter().map(Into::into).collect(), ids: Vec::new() }
    }

    /// Something about days.
    pub(crate) fn days() -> Self {
        Self { tags: vec![Tag::Days], ids: Vec::new() }
    }

    /// Where days stand.
    pub(crate) fn standings() -> Self {
        Self { tags: vec![Tag::Standings], ids: Vec::new() }
    }

    /// Tells the window.
    pub(crate) fn tell(&self, app: &AppHandle<Wry>) -> tauri::Result<()> {
        self.emit(app)
    }
}

/// Every command and event that crosses to the window.
#[allow(clippy::too_many_lines, reason = "a list with one line for each command")]
pub(crate) fn builder() -> Builder<Wry> {
    Builder::new()
        // A type crosses in one direction only; the two would differ in nothing but optional fields that nobody leaves out.
        .disable_serde_phases()
        .commands(collect_commands![
            start::app_start,
            start::vault_create,
            start::vault_unlock,
            start::vault_lock,
            start::builtin_start,
            settings::settings_set,
            profiles::profile_add,
            profiles::profile_remove,
            profiles::profile_use,
            certificates::certificate_choose,
            certificates::certificate_import,
            confirm::confirm,
            orders::orders_first,
            orders::orders_search_ready,
            orders::orders_open,
            orders::orders_rows,
            orders::order_detail,
            orders::order_query,
            orders::order_close,
            sheets::import_choose,
            sheets::import_preview,
            sheets::import_run,
            sheets::orders_export,
            refunds::refunds_list,
            refunds::refund_detail,
            refunds::refund_query,
            refunds::refundable,
            refunds::refund_create,
            lookup::lookup,
            lookup::lookup_export,
            notices::listener_status,
            notices::listener_start,
            notices::listener_stop,
            notices::notices_list,
            notices::notice_detail,
            notices::notice_inspect,
            notices::notice_replay,
            notices::notice_sample,
            notices::shop_orders,
            notices::shop_sequence,
            test_orders::goods_list,
            test_orders::goods_save,
            test_orders::goods_remove,
            test_orders::test_orders_create,
            test_orders::job_cancel,
            test_orders::amount_parse,
            signature::signature_check,
            diagnosis::signature_diagnose,
            diagnosis::signature_stop,
            diagnosis::signature_diagnose_deep,
            diagnosis::signature_contexts,
            diagnosis::key_probe,
            simulator::simulator_status,
            simulator::simulator_start,
            simulator::simulator_stop,
            simulator::simulator_tls,
            simulator::simulator_clock,
            simulator::simulator_snippets,
            simulator::orders::simulator_orders,
            simulator::orders::simulator_pay,
            simulator::orders::simulator_cancel,
            simulator::orders::simulator_password,
            simulator::orders::simulator_refunds,
            simulator::orders::simulator_refund_end,
            simulator::messages::simulator_notices,
            simulator::messages::simulator_notice_resend,
            simulator::messages::simulator_traffic,
            simulator::messages::simulator_exchange,
            simulator::faults::simulator_fault_kinds,
            simulator::faults::simulator_faults,
            simulator::faults::simulator_faults_set,
            simulator::faults::simulator_faults_reset,
            simulator::faults::simulator_faults_import,
            simulator::faults::simulator_faults_export,
            simulator::scenarios::simulator_scenarios_shipped,
            simulator::scenarios::simulator_scenarios,
            simulator::scenarios::simulator_scenario_play,
            simulator::scenarios::simulator_scenario_open,
            simulator::scenarios::simulator_scenario_stop,
            overview::overview,
            alarms::alarms_count,
            alarms::alarms_list,
            alarms::alarms_see,
            days::days_calendar,
            days::day_detail,
            differences::day_differences,
            differences::day_matched,
            differences::day_fees,
            differences::day_say_many,
            differences::day_ask,
            days::day_say,
            day_bills::day_bills_fetch,
            day_bills::day_bills,
            day_bills::day_bill_choose,
            day_bills::day_bills_clear,
            days::day_table_choose,
            days::day_table_preview,
            days::day_own_amounts,
            days::day_run,
            days::days_export,
            day_report::days_report,
            day_report::days_left,
            day_report::days_report_export,
            days::days_read_remarks,
        ])
        .events(collect_events![Changed, AlarmsWanted])
}

/// Writes the bindings as TypeScript; they stand in `ui/src/ipc/bindings.ts`.
///
/// # Errors
/// When a type cannot be expressed in TypeScript (an integer wider than a JavaScript number), or the file cannot be written.
pub fn write_bindings(file: &Path) -> Result<(), specta_typescript::Error> {
    builder().export(Typescript::default().header("// Written by `cargo xtask codegen`; do not edit.\n"), file)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::allowed::COMMANDS;

    fn generated() -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bindings.ts");
        write_bindings(&file).unwrap();
        std::fs::read_to_string(file).unwrap()
    }

    fn commands_in(bindings: &str) -> BTreeSet<String> {
        let calls = bindings.split("__TAURI_INVOKE").skip(1);
        calls.filter_map(|call| Some(call.split_once("(\"")?.1.split_once('"')?.0.to_owned())).collect()
    }

    #[test]
    fn every_registered_command_is_allowed_and_no_other() {
        let allowed: BTreeSet<String> = COMMANDS.iter().map(|&command| command.to_owned()).collect();
        assert_eq!(commands_in(&generated()), allowed, "src/allowed.rs and the commands of ipc.rs differ");
    }

    #[test]
    fn the_capability_names_every_command_and_two_permissions_to_listen() {
        let capability: serde_json::Value = serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
        let named: BTreeSet<String> = capability["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|permission| permission.as_str().unwrap().to_owned())
            .collect();
        let mut expected: BTreeSet<String> =
            COMMANDS.iter().map(|command| format!("allow-{}", command.replace('_', "-"))).collect();
        expected.extend(["core:event:allow-listen".to_owned(), "core:event:allow-unlisten".to_owned()]);
        assert_eq!(named, expected);
        assert_eq!(capability["windows"], serde_json::json!(["main"]));
    }

    #[test]
    fn the_policy_lets_nothing_out_of_the_window() {
        let config: serde_json::Value = serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
        assert_eq!(config["app"]["withGlobalTauri"], false);
        let policy = &config["app"]["security"]["csp"];
        assert_eq!(policy["default-src"], "'none'");
        assert_eq!(policy["script-src"], "'self'");
        assert_eq!(policy["connect-src"], "ipc: http://ipc.localhost");
        for closed in ["base-uri", "form-action", "frame-ancestors", "object-src"] {
            assert_eq!(policy[closed], "'none'", "{closed}");
        }
    }

    #[test]
    fn the_written_bindings_are_the_ones_of_these_commands() {
        let generated = generated();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/ipc/bindings.ts");
        if std::env::var_os("WXPAY_DESK_WRITE_BINDINGS").is_some() {
            std::fs::write(&file, &generated).unwrap();
        }
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(written == generated, "ui/src/ipc/bindings.ts is out of date: run `cargo xtask codegen`");
    }
}
