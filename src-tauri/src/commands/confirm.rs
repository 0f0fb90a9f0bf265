//! A person's agreement to what cannot be undone.

use desk::Agreement;
use desk_store::{Order, Profile};
use serde::Deserialize;
use tauri::{State, WebviewWindow, Wry};
use wxpay_protocol::Fen;

use crate::dto::start::Language;
use crate::error::IpcError;
use crate::home::Home;
use crate::question;

/// What a person can be asked to agree to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConfirmAction {
    /// Closing an order; the subject is `profile/out_trade_no`.
    CloseOrder,
    /// Refunding an order; the subject is `profile/out_trade_no:fen`.
    CreateRefund,
    /// Removing a merchant; the subject is its name.
    RemoveProfile,
    /// Asking the gateway whether a merchant's key is right; the subject is the merchant's name.
    ProbeKey,
    /// Letting other machines reach a merchant's test back end; the subject is `profile:port`.
    ListenWide,
}

/// Asks in a dialog that the core draws. The token that is answered can be used once, within a minute, for exactly this.
#[tauri::command]
#[specta::specta]
pub(crate) async fn confirm(
    home: State<'_, Home>,
    window: WebviewWindow<Wry>,
    action: ConfirmAction,
    subject: String,
) -> Result<String, IpcError> {
    let desk = home.desk().await?;
    let language = Language::of(&desk.settings().await?);
    let (question, agreement) = match action {
        ConfirmAction::CloseOrder => {
            // A name may hold a slash, a number cannot.
            let (profile, out_trade_no) = subject
                .rsplit_once('/')
                .ok_or_else(|| IpcError::input("subject", "must be the profile, a slash and the order's number"))?;
            let order = desk.order_detail(profile, out_trade_no).await?.order;
            let environment = desk.profile(profile).await?.profile.environment;
            (question::close_order(&order, environment, language), order_closing(profile, &order))
        }
        ConfirmAction::CreateRefund => {
            let refused =
                || IpcError::input("subject", "must be the profile, a slash, the order's number, a colon and fen");
            let (order, fen) = subject.rsplit_once(':').ok_or_else(refused)?;
            let (profile, out_trade_no) = order.rsplit_once('/').ok_or_else(refused)?;
            let refund_fee = Fen::parse_wire(fen).map_err(|_| refused())?;
            // Asked just now, so that the dialog says what is left and nobody agrees to what cannot be.
            let refundable = desk.refundable(profile, out_trade_no).await?;
            if refund_fee > refundable.left || refund_fee == Fen::ZERO {
                return Err(IpcError::input("refund_fee", "must be above 0 and not more than what is left"));
            }
            let environment = desk.profile(profile).await?.profile.environment;
            let asked = question::create_refund(&refundable, refund_fee, environment, language);
            (asked, Agreement::refund(profile, out_trade_no, refund_fee))
        }
        ConfirmAction::RemoveProfile => {
            let profile = desk.profile(&subject).await?.profile;
            let asked = question::remove_profile(&profile.name, profile.mch_id.as_str(), profile.environment, language);
            (asked, profile_removal(&profile.name))
        }
        ConfirmAction::ProbeKey => {
            let profile = desk.profile(&subject).await?.profile;
            let asked = question::probe_key(&profile.name, profile.mch_id.as_str(), profile.environment, language);
            (asked, key_probing(&profile))
        }
        ConfirmAction::ListenWide => {
            let refused = || IpcError::input("subject", "must be the profile, a colon and a port from 1 on");
            let (profile, port) = subject.rsplit_once(':').ok_or_else(refused)?;
            let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(refused)?;
            let profile = desk.profile(profile).await?.profile;
            (question::listen_wide(&profile, port, language), wide_listening(&profile.name, port))
        }
    };
    if home.dialog.agreed(&window, question).await? { Ok(desk.confirm(agreement)?) } else { Err(IpcError::declined()) }
}

/// What is agreed to when an order is closed.
pub(crate) fn order_closing(profile: &str, order: &Order) -> Agreement {
    Agreement {
        action: "close_order".to_owned(),
        subject: format!("{profile}/{}", order.out_trade_no),
        amount: Some(order.total_fee),
    }
}

/// What is agreed to when a merchant is removed.
pub(crate) fn profile_removal(name: &str) -> Agreement {
    Agreement { action: "remove_profile".to_owned(), subject: name.to_owned(), amount: None }
}

/// What is agreed to when other machines may reach a merchant's test back end.
pub(crate) fn wide_listening(profile: &str, port: u16) -> Agreement {
    Agreement { action: "listen_wide".to_owned(), subject: format!("{profile}:{port}"), amount: None }
}

/// What is agreed to when a merchant's key is probed.
pub(crate) fn key_probing(profile: &Profile) -> Agreement {
    Agreement::key_probe(profile)
}
