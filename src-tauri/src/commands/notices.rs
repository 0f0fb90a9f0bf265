//! Notices: the listener, what arrived, looking at one, and sending one on.

use std::net::{Ipv4Addr, SocketAddr};

use desk::{BUILTIN, Cancel, ListenOptions, TestOrder};
use tauri::State;
use wxpay_protocol::{Fen, TradeType};
use wxpay_simulator::Pay;

use crate::commands::confirm::wide_listening;
use crate::dto::notices::{ListenRequest, Listener, NoticeForwarded, NoticeRow, NoticeView, NoticesPage};
use crate::dto::number::Count;
use crate::dto::shop::{ShopOrderView, ShopStepView};
use crate::error::IpcError;
use crate::home::Home;

/// A message longer than WeChat's ever are.
const PASTED_MAX: usize = 64 * 1024;

/// The listener, while it runs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn listener_status(home: State<'_, Home>) -> Result<Option<Listener>, IpcError> {
    Ok(home.desk().await?.listen_status().await.map(Into::into))
}

/// Starts listening on this machine.
#[tauri::command]
#[specta::specta]
pub(crate) async fn listener_start(home: State<'_, Home>, request: ListenRequest) -> Result<Listener, IpcError> {
    let given = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let desk = home.desk().await?;
    let shop = given(request.shop);
    let wide = match request.wide {
        Some(wide) => {
            let profile = shop.as_deref().unwrap_or_default();
            desk.redeem(&wide.confirmation, &wide_listening(profile, wide.port))?;
            Some(SocketAddr::from((Ipv4Addr::UNSPECIFIED, wide.port)))
        }
        None => None,
    };
    let options = ListenOptions {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, request.port)),
        path: given(request.path),
        public_url: given(request.public_url),
        forward: given(request.forward),
        profile: None,
        shop,
        wide,
    };
    Ok(desk.listen_start(options).await?.into())
}

/// Stops listening.
#[tauri::command]
#[specta::specta]
pub(crate) async fn listener_stop(home: State<'_, Home>) -> Result<(), IpcError> {
    home.desk().await?.listen_stop().await;
    Ok(())
}

/// The notices whose numbers begin with `search`, the newest first, from the place `start`.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notices_list(
    home: State<'_, Home>,
    search: String,
    start: Count,
    limit: Count,
) -> Result<NoticesPage, IpcError> {
    let place = |count: Count| usize::try_from(count.get()).unwrap_or(usize::MAX);
    Ok(home.desk().await?.notices(&search, place(start), place(limit)).await?.into())
}

/// One notice with its bytes.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notice_detail(home: State<'_, Home>, id: Count) -> Result<NoticeView, IpcError> {
    Ok(home.desk().await?.notice_detail(known(id)).await?.into())
}

/// Judges a pasted message as if it had arrived; nothing is kept or changed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notice_inspect(home: State<'_, Home>, body: String) -> Result<NoticeRow, IpcError> {
    if body.len() > PASTED_MAX {
        return Err(IpcError::input("body", "is longer than 64 KiB, which no notice is"));
    }
    Ok(home.desk().await?.inspect_notice(body.into_bytes(), None).await?.into())
}

/// Sends a kept notice once more, byte for byte, to a program on this machine.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notice_replay(home: State<'_, Home>, id: Count, url: String) -> Result<NoticeForwarded, IpcError> {
    let said = home.desk().await?.notice_replay(known(id), &url).await?;
    Ok(NoticeForwarded::of(url, said))
}

/// Places and pays an order in the built-in gateway that notifies the listener; the number of the order.
#[tauri::command]
#[specta::specta]
pub(crate) async fn notice_sample(home: State<'_, Home>) -> Result<String, IpcError> {
    let desk = home.desk().await?;
    let listener = desk.listen_status().await;
    let listener = listener.ok_or_else(|| IpcError::conflict("the listener does not run; start it first"))?;
    let path = listener.notify_url.splitn(4, '/').nth(3).unwrap_or_default();
    let order = TestOrder {
        profile: BUILTIN.to_owned(),
        goods_id: None,
        body: "通知测试".to_owned(),
        total_fee: Fen::new(101).unwrap_or_default(),
        trade_type: TradeType::Native,
        openid: None,
        product_id: Some("notice-test".to_owned()),
        attach: None,
        // The gateway reaches this machine itself, whatever relay stands in front of it.
        notify_url: Some(format!("{}/{path}", listener.url)),
        scene: None,
        out_trade_no: None,
        count: 1,
        reuse: false,
    };
    let created = desk.create_orders(order, Box::new(|_| {}), &Cancel::new()).await?;
    let order = created.orders.into_iter().next();
    let number = order.ok_or_else(|| IpcError::internal("placing a sample order"))?.out_trade_no;
    desk.gateway_pay(None, &number, &Pay::default()).await?;
    Ok(number)
}

/// The orders that the test back end served lately, the one that was asked for last first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn shop_orders(home: State<'_, Home>) -> Result<Vec<ShopOrderView>, IpcError> {
    Ok(home.desk().await?.shop_orders().into_iter().map(Into::into).collect())
}

/// The sequence of one of them, the newest step first; without a number, the requests that led to no order.
#[tauri::command]
#[specta::specta]
pub(crate) async fn shop_sequence(
    home: State<'_, Home>,
    profile: String,
    out_trade_no: Option<String>,
) -> Result<Vec<ShopStepView>, IpcError> {
    let steps = home.desk().await?.shop_sequence(&profile, out_trade_no.as_deref()).await?;
    Ok(steps.into_iter().map(Into::into).collect())
}

fn known(id: Count) -> i64 {
    i64::try_from(id.get()).unwrap_or_default()
}
