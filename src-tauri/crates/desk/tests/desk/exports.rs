//! What an export of orders says in a workbook.

use calamine::{Data, Reader as _};
use desk::store::{OrderFilter, OrderSort};
use desk::{Cancel, Export};

use crate::shop::*;

#[tokio::test(start_paused = true)]
async fn the_numbers_of_a_workbook_are_texts_and_its_amounts_are_numbers() {
    let shop = Shop::open().await;
    let number = shop.paid().await;
    shop.desk.query_order("shop", &number).await.unwrap();
    let order = shop.order(&number).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.xlsx");
    let (filter, sort) = (OrderFilter::default(), OrderSort::default());
    let export = Export { filter, sort, file: file.clone(), reader: desk::sheets::Reader::People };
    assert_eq!(shop.desk.export_orders(export, Box::new(|_| {}), &Cancel::new()).await.unwrap().rows, 1);

    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&file).unwrap();
    let rows = book.worksheet_range_at(0).unwrap().unwrap();
    let cells: Vec<Data> = rows.rows().nth(1).unwrap().to_vec();
    let transaction_id = order.transaction_id.unwrap().to_string();
    for id in [&number, &transaction_id] {
        assert!(cells.contains(&Data::String(id.clone())), "{id} is no text in {cells:?}");
    }
    assert!(cells.contains(&Data::Float(1.01)), "{cells:?}");
    let digits_only = |cell: &Data| matches!(cell, Data::Float(number) if *number > 1e9);
    assert!(!cells.iter().any(digits_only), "a number of that length has lost digits: {cells:?}");
}
