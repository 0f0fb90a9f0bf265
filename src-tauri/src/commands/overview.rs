//! The overview.

use desk::Desk;
use tauri::State;

use crate::dto::overview::Overview;
use crate::error::IpcError;
use crate::home::Home;

/// The figures of the last days, today included, over all merchants.
#[tauri::command]
#[specta::specta]
pub(crate) async fn overview(home: State<'_, Home>, days: u32) -> Result<Overview, IpcError> {
    of(home.desk().await?, days).await
}

async fn of(desk: &Desk, days: u32) -> Result<Overview, IpcError> {
    let asked = match desk.settings().await?.active_profile {
        Some(profile) => desk.polling_now(Some(&profile)).await?,
        None => Vec::new(),
    };
    Overview::of(desk.overview(days, None).await?, asked.first())
}

#[cfg(test)]
mod tests {
    use desk::{Cancel, Import};

    use super::*;
    use crate::test_desk::{desk_in, merchant};

    /// Two merchants, the first of them in use, and an open order of one of them.
    async fn desk_with_an_open_order_of(name: &str, folder: &std::path::Path) -> Desk {
        let desk = desk_in(folder).await;
        for each in ["shop", "west"] {
            desk.profile_add(merchant(each)).await.unwrap();
        }
        desk.profile_use("shop").await.unwrap();
        let orders = folder.join("orders.csv");
        std::fs::write(&orders, "out_trade_no,total_fee\nSHOP-000001,100\n").unwrap();
        let import = Import::of(name, orders);
        assert_eq!(desk.import_orders(import, Box::new(|_| {}), &Cancel::new()).await.unwrap().added, 1);
        desk
    }

    /// What is told of polling, and the orders of all merchants.
    async fn told(desk: &Desk) -> (u64, bool, u64) {
        // Two days, so that midnight may pass.
        let told = of(desk, 2).await.unwrap();
        (told.polling.get(), told.next_query_at.is_some(), told.orders.get())
    }

    #[tokio::test]
    async fn an_open_order_whose_merchant_was_removed_is_not_told_as_polled() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk_with_an_open_order_of("shop", folder.path()).await;
        assert_eq!(told(&desk).await, (1, true, 1));
        desk.profile_remove("shop").await.unwrap();
        assert_eq!(told(&desk).await, (0, false, 1), "nobody is in use");
        desk.profile_at_hand().await.unwrap();
        assert_eq!(told(&desk).await, (0, false, 1), "another one is");
    }

    #[tokio::test]
    async fn open_orders_of_another_merchant_than_the_one_in_use_are_not_told_as_polled() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk_with_an_open_order_of("west", folder.path()).await;
        assert_eq!(told(&desk).await, (0, false, 1));
        desk.profile_use("west").await.unwrap();
        assert_eq!(told(&desk).await, (1, true, 1));
    }
}
