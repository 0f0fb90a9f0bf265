//! The catalogue of goods for test orders.

use rusqlite::{OptionalExtension, Row, params};
use wxpay_protocol::Fen;

use crate::columns::{fen, fen_if_any};
use crate::{Store, StoreError};

/// One article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goods {
    /// 1 to 32 characters, unique; sent as product_id.
    pub goods_id: String,
    /// Becomes the order's body.
    pub name: String,
    /// What it costs.
    pub price: Fen,
    /// What it is said to cost elsewhere; shown, never asked for.
    pub market_price: Option<Fen>,
    /// Whether it is offered.
    pub on_sale: bool,
}

fn goods(row: &Row<'_>) -> rusqlite::Result<Goods> {
    Ok(Goods {
        goods_id: row.get("goods_id")?,
        name: row.get("name")?,
        price: fen(row, "price_fen")?,
        market_price: fen_if_any(row, "market_price_fen")?,
        on_sale: row.get("on_sale")?,
    })
}

impl Store {
    /// The whole catalogue, by id.
    pub fn goods(&self) -> Result<Vec<Goods>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT goods_id, name, price_fen, market_price_fen, on_sale FROM goods ORDER BY goods_id",
            )?;
            let rows = statement.query_map([], goods)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One article, if it is there.
    pub fn goods_by_id(&self, goods_id: &str) -> Result<Option<Goods>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT goods_id, name, price_fen, market_price_fen, on_sale FROM goods WHERE goods_id = ?1";
            Ok(connection.prepare_cached(sql)?.query_row([goods_id], goods).optional()?)
        })
    }

    /// Adds an article, or replaces the one with its id.
    pub fn save_goods(&self, goods: Goods) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO goods (goods_id, name, price_fen, market_price_fen, on_sale) VALUES (?1, ?2, ?3, ?4, ?5) \
                     ON CONFLICT (goods_id) DO UPDATE SET name = excluded.name, price_fen = excluded.price_fen, \
                     market_price_fen = excluded.market_price_fen, on_sale = excluded.on_sale",
                )?
                .execute(params![goods.goods_id, goods.name, goods.price.get(), goods.market_price.map(Fen::get), goods.on_sale])?;
            Ok(())
        })
    }

    /// Removes an article.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none.
    pub fn remove_goods(&self, goods_id: &str) -> Result<(), StoreError> {
        let goods_id = goods_id.to_owned();
        self.write(move |connection| {
            let removed = connection.prepare_cached("DELETE FROM goods WHERE goods_id = ?1")?.execute([&goods_id])?;
            if removed == 0 { Err(StoreError::NotFound { what: "goods", name: goods_id }) } else { Ok(()) }
        })
    }
}
