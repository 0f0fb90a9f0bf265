//! Importing the merchant's own orders from CSV or XLSX: claims, never evidence.

use std::collections::BTreeMap;
use std::path::Path;

use desk_store::{Claimed, NewClaim, Origin, Profile};
use wxpay_protocol::UtcMs;

use crate::changes::Tag;
use crate::claims::{self, ClaimedOrder, Column, Mapping, RefusedRow, Unit};
use crate::progress::{Cancel, Meter, OnProgress};
use crate::{Desk, DeskError, sheet};

/// Claims that are committed together.
const GROUP: usize = 1000;

/// A file to be imported.
#[derive(Clone, Debug)]
pub struct Import {
    /// The profile that the orders belong to.
    pub profile: String,
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// Which header holds what, beyond the headers that are known.
    pub mapping: Mapping,
    /// What amounts count, where the header does not say.
    pub unit: Option<Unit>,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Orders that are new here.
    pub added: u64,
    /// Orders that were known; the file says something new of them, which is kept beside the evidence.
    pub known: u64,
    /// Orders of which the file says nothing new.
    pub unchanged: u64,
    /// Rows that were not taken, each with its line and reason.
    pub refused: Vec<RefusedRow>,
    /// Whether it was stopped before the end; what was committed stays.
    pub cancelled: bool,
}

/// Reads a mapping: a JSON object from column names (`out_trade_no`, `amount`, `state`, …) to headers of the file.
pub fn parse_mapping(json: &[u8]) -> Result<Mapping, DeskError> {
    let named: BTreeMap<String, String> = serde_json::from_slice(json).map_err(|_| {
        DeskError::malformed(
            r#"the mapping must be a JSON object such as {"out_trade_no": "订单号", "amount": "实收(元)"}"#,
        )
    })?;
    named
        .into_iter()
        .map(|(name, header)| {
            let column = Column::parse(&name).ok_or_else(|| {
                let known: Vec<&str> = Column::ALL.iter().map(|(_, name, _)| *name).collect();
                DeskError::input("mapping", format!("has no column {name:?}; the columns are {}", known.join(", ")))
            })?;
            Ok((column, header))
        })
        .collect()
}

/// Reads a file of at most 512 MiB for [`Import`].
pub async fn read_file(path: &Path) -> Result<Vec<u8>, DeskError> {
    let shown = path.display().to_string();
    let unreadable = |fault| DeskError::malformed(format!("{shown} cannot be read: {fault}"));
    let metadata = tokio::fs::metadata(path).await.map_err(unreadable)?;
    if !metadata.is_file() || metadata.len() > sheet::FILE_BYTES_MAX as u64 {
        return Err(DeskError::malformed(format!("{shown} is not a file of at most 512 MiB")));
    }
    tokio::fs::read(path).await.map_err(unreadable)
}

impl Desk {
    /// Imports orders. The same file again changes nothing.
    pub async fn import_orders(
        &self,
        import: Import,
        progress: OnProgress,
        cancel: &Cancel,
    ) -> Result<Imported, DeskError> {
        let (profile, claims) = self
            .blocking(move |inner| {
                let profile = inner.profile(&import.profile)?;
                let rows = sheet::read(&import.bytes)?;
                Ok((profile, claims::read(&rows, &import.mapping, import.unit)?))
            })
            .await?;
        let mut imported = Imported { refused: claims.refused, ..Imported::default() };
        let mut meter = Meter::new(claims.orders.len() as u64, progress);
        let mut orders = claims.orders.into_iter();
        loop {
            let now = self.now();
            let group: Vec<NewClaim> = orders.by_ref().take(GROUP).map(|order| claim(&profile, order, now)).collect();
            if group.is_empty() {
                break;
            }
            if cancel.is_cancelled() {
                imported.cancelled = true;
                break;
            }
            let numbers: Vec<String> = group.iter().map(|claim| claim.out_trade_no.to_string()).collect();
            let claimed = self.blocking(move |inner| Ok(inner.store.claim(group)?)).await?;
            meter.add(claimed.len() as u64);
            for claimed in claimed {
                *match claimed {
                    Claimed::Added(_) => &mut imported.added,
                    Claimed::Known(_) => &mut imported.known,
                    Claimed::Unchanged(_) => &mut imported.unchanged,
                } += 1;
            }
            self.inner.changes.note(Tag::Orders, numbers);
        }
        self.inner.polling.wake();
        Ok(imported)
    }
}

fn claim(profile: &Profile, order: ClaimedOrder, now: UtcMs) -> NewClaim {
    // What the file says is over is not asked about by itself; everything else is.
    let is_over = order.state.is_some_and(desk_store::OrderState::is_final);
    NewClaim {
        profile: profile.name.clone(),
        appid: profile.appid.clone(),
        mch_id: profile.mch_id.clone(),
        out_trade_no: order.out_trade_no,
        sign_type: order.sign_type.unwrap_or(profile.sign_type),
        origin: Origin::Import,
        total_fee: order.total_fee,
        trade_type: order.trade_type.map(|trade_type| trade_type.as_str().to_owned()),
        body: order.body.unwrap_or_default(),
        attach: order.attach,
        openid: order.openid,
        created_at: order.created_at.or(order.paid_at).unwrap_or(now),
        claimed_at: now,
        state: order.state,
        transaction_id: order.transaction_id,
        paid_at: order.paid_at,
        next_query_at: (!is_over).then_some(now),
        raw: Some(format!("line {}", order.line)),
    }
}
