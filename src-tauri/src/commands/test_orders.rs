//! Test orders, and the catalogue of goods.

use desk::TestOrder;
use desk::{CreatedOrders, OnProgress};
use tauri::State;
use tauri::ipc::Channel;
use wxpay_protocol::Fen;

use crate::dto::orders::{AmountParsed, AmountUnit, OrderResult};
use crate::dto::test_orders::{Amounts, Goods, Progress, TestOrdersRequest, TestOrdersResult, amount};
use crate::error::IpcError;
use crate::home::Home;

/// So many results are shown one by one.
const RESULTS_SHOWN: usize = 100;

/// The whole catalogue.
#[tauri::command]
#[specta::specta]
pub(crate) async fn goods_list(home: State<'_, Home>) -> Result<Vec<Goods>, IpcError> {
    Ok(home.desk().await?.goods().await?.into_iter().map(Into::into).collect())
}

/// Adds an article, or replaces the one with its id.
#[tauri::command]
#[specta::specta]
pub(crate) async fn goods_save(home: State<'_, Home>, goods: Goods) -> Result<Goods, IpcError> {
    Ok(home.desk().await?.goods_save(goods.try_into()?).await?.into())
}

/// Removes an article.
#[tauri::command]
#[specta::specta]
pub(crate) async fn goods_remove(home: State<'_, Home>, goods_id: String) -> Result<(), IpcError> {
    Ok(home.desk().await?.goods_remove(&goods_id).await?)
}

/// Creates orders; progress is told while it goes on, and `job_cancel` stops it before the next group.
#[tauri::command]
#[specta::specta]
pub(crate) async fn test_orders_create(
    home: State<'_, Home>,
    request: TestOrdersRequest,
    progress: Channel<Progress>,
) -> Result<TestOrdersResult, IpcError> {
    let desk = home.desk().await?;
    let order = test_order(request)?;
    let job = home.jobs.begin();
    let number = job.number;
    // A page that was reloaded no longer listens; the orders are created all the same.
    let report: OnProgress = Box::new(move |found| drop(progress.send(Progress::of(number, found))));
    Ok(result(desk.create_orders(order, report, &job.cancel).await?))
}

/// Stops long work at its next step; work that has ended already is no error.
#[tauri::command]
#[specta::specta]
pub(crate) async fn job_cancel(home: State<'_, Home>, job: u32) -> Result<(), IpcError> {
    home.jobs.cancel(job);
    Ok(())
}

/// Reads an amount as everything else here does: exactly, or not at all.
#[tauri::command]
#[specta::specta]
#[expect(clippy::needless_pass_by_value, reason = "Tauri hands arguments over by value")]
pub(crate) fn amount_parse(text: String, unit: AmountUnit) -> Result<AmountParsed, IpcError> {
    let parsed = match unit {
        AmountUnit::Yuan => Fen::parse_yuan(text.trim()),
        AmountUnit::Fen => Fen::parse_wire(text.trim()),
    };
    let amount = parsed.map_err(|fault| IpcError::input("amount", &fault.to_string()))?;
    if amount < Fen::ZERO {
        return Err(IpcError::input("amount", "must be 0 or more"));
    }
    Ok(amount.into())
}

fn test_order(request: TestOrdersRequest) -> Result<TestOrder, IpcError> {
    // The one way there is; another one will have to be told apart here.
    let Amounts::Fixed = request.amounts;
    Ok(TestOrder {
        profile: request.profile,
        goods_id: request.goods_id,
        body: request.body,
        total_fee: amount("total_fee_fen", request.total_fee_fen)?,
        trade_type: request.trade_type.into(),
        openid: request.openid,
        product_id: request.product_id,
        attach: request.attach,
        notify_url: None,
        scene: Some(request.scene),
        out_trade_no: None,
        count: request.count,
        reuse: request.reuse,
    })
}

fn result(created: CreatedOrders) -> TestOrdersResult {
    let count = |count: u32| u64::from(count).into();
    TestOrdersResult {
        created: count(created.created),
        reused: count(created.reused),
        rejected: count(created.rejected),
        unknown: count(created.unknown),
        orders: created.orders.into_iter().take(RESULTS_SHOWN).map(OrderResult::from).collect(),
        cancelled: created.cancelled,
        stopped: created.stopped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fen(text: &str, unit: AmountUnit) -> Result<i64, String> {
        amount_parse(text.to_owned(), unit).map(|parsed| parsed.fen.get()).map_err(|error| error.message)
    }

    #[test]
    fn amounts_that_other_programs_would_guess_at_are_refused() {
        for text in ["", "1e3", "0.001", "１.００", "1,000.00", "-1", "+1", ".5", "1.", "0x10", "NaN", "1 0"] {
            assert!(fen(text, AmountUnit::Yuan).is_err(), "{text:?} was read");
        }
        for text in ["", "1.0", "-1", "1e3", "１"] {
            assert!(fen(text, AmountUnit::Fen).is_err(), "{text:?} was read");
        }
    }

    #[test]
    fn yuan_become_fen_exactly() {
        for (text, expected) in [("0.07", 7), ("19.99", 1999), ("4.35", 435), (" 1 ", 100), ("0", 0)] {
            assert_eq!(fen(text, AmountUnit::Yuan), Ok(expected), "{text}");
        }
        assert_eq!(fen("1999", AmountUnit::Fen), Ok(1999));
    }
}
