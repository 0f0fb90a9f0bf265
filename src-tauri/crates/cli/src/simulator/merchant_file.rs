//! The file that gives a gateway several merchants: TOML that names the files of their keys, never a key.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use wxpay_protocol::Fen;
use wxpay_protocol::ids::{Appid, IdError, MchId};
use wxpay_simulator::{Merchant, Role, SubMerchant};

use crate::exit::Failure;
use crate::secrets;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MerchantFile {
    merchant: Vec<MerchantEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MerchantEntry {
    appid: String,
    mch_id: String,
    key_file: PathBuf,
    app_secret_file: Option<PathBuf>,
    refund_notify_url: Option<String>,
    native_notify_url: Option<String>,
    available_fen: Option<i64>,
    #[serde(default)]
    sub_merchant: Vec<SubMerchantEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubMerchantEntry {
    sub_mch_id: String,
    #[serde(default)]
    sub_appids: Vec<String>,
}

/// The merchants of a file; paths in it are relative to where it lies.
pub(crate) fn read(path: &Path) -> Result<Vec<Merchant>, Failure> {
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|cause| Failure::Unreadable { place: place.clone(), cause })?;
    let file: MerchantFile = toml::from_str(&text).map_err(|fault| {
        let before = fault.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Failure::MerchantFile { place: format!("{place}:{line}"), sentence: fault.message().to_owned() }
    })?;
    if file.merchant.is_empty() {
        return Err(Failure::MerchantFile { place, sentence: "there is no [[merchant]] in it".to_owned() });
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    file.merchant.into_iter().map(|entry| merchant(entry, folder, &place)).collect()
}

fn merchant(entry: MerchantEntry, folder: &Path, place: &str) -> Result<Merchant, Failure> {
    let refused = |sentence: String| Failure::MerchantFile { place: place.to_owned(), sentence };
    let invalid = |name: &str, fault: IdError| refused(format!("{name}: {}", fault.rule));
    let appid = Appid::new(&entry.appid).map_err(|fault| invalid("appid", fault))?;
    let mch_id = MchId::new(&entry.mch_id).map_err(|fault| invalid("mch_id", fault))?;
    let key = secrets::secret(&secrets::API_KEY, Some(&folder.join(&entry.key_file)))?;
    let mut merchant = Merchant::new(appid, mch_id, key);
    if let Some(path) = &entry.app_secret_file {
        merchant.app_secret = Some(secrets::secret(&secrets::APP_SECRET, Some(&folder.join(path)))?);
    }
    merchant.refund_notify_url = entry.refund_notify_url;
    merchant.native_notify_url = entry.native_notify_url;
    merchant.available_fen = entry
        .available_fen
        .map(|fee| Fen::new(fee).filter(|fee| *fee >= Fen::ZERO))
        .map(|fee| fee.ok_or_else(|| refused("available_fen: a whole number of fen, 0 or more".to_owned())))
        .transpose()?;
    if !entry.sub_merchant.is_empty() {
        let subs = entry.sub_merchant.into_iter().map(|sub| {
            let sub_mch_id = MchId::new(&sub.sub_mch_id).map_err(|fault| invalid("sub_mch_id", fault))?;
            let apps = sub.sub_appids.iter().map(Appid::new);
            let sub_appids = apps.collect::<Result<_, _>>().map_err(|fault| invalid("sub_appids", fault))?;
            Ok(SubMerchant { sub_mch_id, sub_appids })
        });
        merchant.role = Role::ServiceProvider(subs.collect::<Result<_, Failure>>()?);
    }
    Ok(merchant)
}
