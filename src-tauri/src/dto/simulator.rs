//! The built-in gateway, from its own side.

pub(crate) mod faults;
pub(crate) mod messages;
pub(crate) mod orders;
pub(crate) mod scenarios;

use std::path::Path;

use serde::{Deserialize, Serialize};
use specta_typescript::Number;
use wxpay_simulator::{Snippet, TimeScale, TlsFiles};

use crate::dto::number::{AtMs, Count};
use crate::error::IpcError;

/// The gateway at a glance.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorStatus {
    pub(crate) running: bool,
    pub(crate) url: Option<String>,
    /// Who may call.
    pub(crate) merchants: Vec<SimulatorMerchant>,
    /// The files that a client needs, where it is served over TLS.
    pub(crate) tls: Option<SimulatorTls>,
    pub(crate) orders: Count,
    pub(crate) refunds: Count,
    pub(crate) notices_pending: Count,
    /// What its clock showed when this was asked.
    pub(crate) now: Option<AtMs>,
    /// How far its clock is ahead of the real time, in milliseconds.
    #[specta(type = Number)]
    pub(crate) ahead_ms: i64,
    /// When something happens next by itself.
    pub(crate) next_due: Option<AtMs>,
    /// Virtual seconds per real second.
    #[specta(type = Number)]
    pub(crate) time_scale: f64,
    /// Exchanges since it was started.
    pub(crate) requests: Count,
    /// How many rules of faults are in force.
    pub(crate) faults: Count,
    /// The name of the scenario that is played.
    pub(crate) scenario: Option<String>,
}

/// A merchant that may call.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorMerchant {
    pub(crate) appid: String,
    pub(crate) mch_id: String,
}

/// The files of its own TLS.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorTls {
    /// The authority that a client must trust.
    pub(crate) ca: String,
    /// The merchant's certificate as WeChat issues it; its password is the merchant number.
    pub(crate) p12: String,
    /// The same for programs that do not read RC2.
    pub(crate) p12_modern: String,
    pub(crate) cert: String,
    pub(crate) key: String,
}

impl SimulatorTls {
    /// Those of the built-in merchant, who is the first.
    fn of(files: &TlsFiles) -> Option<Self> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let (_, own) = files.merchants.first()?;
        Some(Self {
            ca: text(&files.ca),
            p12: text(&own.p12),
            p12_modern: text(&own.p12_modern),
            cert: text(&own.cert),
            key: text(&own.key),
        })
    }
}

impl From<desk::GatewayStatus> for SimulatorStatus {
    fn from(found: desk::GatewayStatus) -> Self {
        let status = found.status;
        let count = |number: Option<usize>| Count::from(number.unwrap_or_default());
        Self {
            running: status.is_some(),
            url: found.url,
            merchants: found.merchants.into_iter().map(|(appid, mch_id)| SimulatorMerchant { appid, mch_id }).collect(),
            tls: found.tls.as_ref().and_then(SimulatorTls::of),
            orders: count(status.map(|status| status.orders)),
            refunds: count(status.map(|status| status.refunds)),
            notices_pending: count(status.map(|status| status.notices_pending)),
            now: status.map(|status| status.now.into()),
            ahead_ms: found.ahead_ms,
            next_due: found.next_due.map(Into::into),
            time_scale: status.map_or(1.0, |status| f64::from(status.time_scale_per_mille) / 1000.0),
            requests: status.map(|status| status.requests).unwrap_or_default().into(),
            faults: found.faults.into(),
            scenario: found.scenario,
        }
    }
}

/// What is to be done with the clock.
#[derive(Clone, Debug, Deserialize, specta::Type)]
#[serde(tag = "change", rename_all = "snake_case")]
pub(crate) enum ClockChange {
    /// Moves it forward.
    Advance { seconds: u32 },
    /// Moves it to the next moment at which something happens.
    NextDue,
    /// Lets it run at another speed: `60`, `0.5`; `0` stops it.
    Scale { scale: String },
}

impl TryFrom<ClockChange> for desk::GatewayClock {
    type Error = IpcError;

    fn try_from(change: ClockChange) -> Result<Self, IpcError> {
        Ok(match change {
            ClockChange::Advance { seconds } => Self::Advance(seconds),
            ClockChange::NextDue => Self::NextDue,
            ClockChange::Scale { scale } if scale == "0" => Self::Scale(TimeScale::FROZEN),
            ClockChange::Scale { scale } => {
                let scale = TimeScale::parse(&scale);
                Self::Scale(scale.map_err(|_| IpcError::input("scale", "must be 0, or from 0.001 to 1000000"))?)
            }
        })
    }
}

/// A program for one SDK.
#[derive(Debug, Serialize, specta::Type)]
pub(crate) struct SimulatorSnippet {
    pub(crate) sdk: String,
    pub(crate) title: String,
    pub(crate) language: String,
    pub(crate) file_name: String,
    pub(crate) code: String,
}

impl From<Snippet> for SimulatorSnippet {
    fn from(snippet: Snippet) -> Self {
        Self {
            sdk: snippet.sdk.to_owned(),
            title: snippet.title.to_owned(),
            language: snippet.language.to_owned(),
            file_name: snippet.file_name.to_owned(),
            code: snippet.code,
        }
    }
}
