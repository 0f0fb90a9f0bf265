//! `/_control/merchants`: who may call. A key goes in over loopback and never comes out.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use wxpay_protocol::Secret;
use wxpay_protocol::ids::{Appid, MchId};

use crate::control::asked::read;
use crate::control::{Refused, Shared};
use crate::gateway::Gateway;
use crate::merchant::Merchant;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddBody {
    appid: String,
    mch_id: String,
    key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfApp {
    appid: String,
}

pub(super) async fn list(State(control): Shared) -> Json<Value> {
    listed(&control.gateway)
}

pub(super) async fn add(State(control): Shared, body: Bytes) -> Result<Json<Value>, Refused> {
    if !control.address.ip().is_loopback() {
        return Err(Refused(
            StatusCode::FORBIDDEN,
            "forbidden",
            "网关可被其他机器访问，不接受经网络传来的密钥 (other machines reach this gateway, so it takes no keys over the network)"
                .to_owned(),
        ));
    }
    let asked: AddBody = read(&body)?;
    let key = Secret::new(asked.key.into_bytes());
    if key.is_empty() {
        return Err(Refused::invalid("key 不能为空 (the key must not be empty)"));
    }
    let appid = Appid::new(&asked.appid).map_err(|fault| Refused::invalid(format!("appid：{}", fault.rule)))?;
    let mch_id = MchId::new(&asked.mch_id).map_err(|fault| Refused::invalid(format!("mch_id：{}", fault.rule)))?;
    let gateway = Arc::clone(&control.gateway);
    let added = tokio::task::spawn_blocking(move || gateway.add_merchant(Merchant::new(appid, mch_id, key))).await;
    let failed = |sentence| Refused(StatusCode::INTERNAL_SERVER_ERROR, "certificate", sentence);
    added.map_err(|fault| failed(fault.to_string()))?.map_err(|fault| failed(fault.to_string()))?;
    Ok(listed(&control.gateway))
}

pub(super) async fn remove(
    State(control): Shared,
    Path(mch_id): Path<String>,
    Query(of): Query<OfApp>,
) -> Result<Json<Value>, Refused> {
    if control.gateway.remove_merchant(&of.appid, &mch_id) {
        Ok(listed(&control.gateway))
    } else {
        Err(Refused::missing("没有这个商户与 appid 的组合 (there is no such pair of merchant and appid)"))
    }
}

fn listed(gateway: &Gateway) -> Json<Value> {
    let files = gateway.tls_files().map(|files| files.merchants).unwrap_or_default();
    let merchants: Vec<Value> = gateway
        .merchant_ids()
        .into_iter()
        .map(|(appid, mch_id)| {
            let own = files.iter().find(|(known, _)| known.as_str() == mch_id).map(|(_, own)| own);
            json!({"mch_id": mch_id, "appid": appid, "p12": own.map(|own| &own.p12), "cert": own.map(|own| &own.cert)})
        })
        .collect();
    Json(json!({"merchants": merchants}))
}
