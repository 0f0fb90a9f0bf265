//! Exporting lists of orders to CSV or XLSX: for people, so that no spreadsheet touches a number, or for programs.

use std::path::PathBuf;

use desk_sheets::{Cell, CsvRows, Reader};
use desk_store::{Flags, OrderFilter, OrderLine, OrderSort, OrderState};

use crate::progress::{Cancel, OnProgress};
use crate::table_file::{Heading, TableFile, Words};
use crate::{Desk, DeskError};

/// A list to be exported.
#[derive(Clone, Debug)]
pub struct Export {
    /// Which orders.
    pub filter: OrderFilter,
    /// In which order.
    pub sort: OrderSort,
    /// The file, `.csv` or `.xlsx`; one that is there is replaced, once the new one is whole.
    pub file: PathBuf,
    /// For whom. A workbook is always for people.
    pub reader: Reader,
}

/// What an export did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Rows in the file.
    pub rows: u64,
    /// Whether it was stopped; then there is no file, and one that was there is as it was.
    pub cancelled: bool,
}

const COLUMNS: [Heading; 19] = [
    ("out_trade_no", "商户订单号", "Order number", 34),
    ("transaction_id", "微信支付订单号", "Transaction ID", 32),
    ("state", "交易状态", "State", 14),
    ("verified", "已核实", "Verified", 9),
    ("trade_type", "交易类型", "Trade type", 11),
    ("total_fee", "订单金额(元)", "Amount (yuan)", 13),
    ("paid_fee", "已支付(元)", "Paid (yuan)", 13),
    ("refunded_fee", "已退款(元)", "Refunded (yuan)", 15),
    ("body", "商品描述", "Description", 28),
    ("attach", "附加数据", "Attach", 16),
    ("openid", "用户标识", "OpenID", 30),
    ("created_at", "下单时间", "Ordered at", 20),
    ("paid_at", "支付时间", "Paid at", 20),
    ("profile", "商户配置", "Profile", 14),
    ("mch_id", "商户号", "Merchant", 12),
    ("appid", "公众账号ID", "App", 20),
    ("origin", "来源", "Origin", 9),
    ("flags", "标记", "Marks", 14),
    // No title that an import takes for the amount.
    ("claimed_total_fee", "文件里的金额(元)", "Amount in the file (yuan)", 17),
];

fn cells<'l>(order: &'l OrderLine<'_>, words: Words, marks: &'l str) -> [Cell<'l>; COLUMNS.len()] {
    let id = |text: Option<&'l str>| text.map_or(Cell::Empty, Cell::Id);
    let text = |text: Option<&'l str>| text.map_or(Cell::Empty, Cell::Text);
    [
        Cell::Id(order.out_trade_no),
        id(order.transaction_id),
        Cell::Text(state_word(words, order.shown_state)),
        Cell::Text(words.yes_or_no(order.is_verified)),
        text(order.trade_type),
        Cell::Amount(order.total_fee),
        order.paid_fee.map_or(Cell::Empty, Cell::Amount),
        Cell::Amount(order.refunded_fee),
        Cell::Text(order.body),
        text(order.attach),
        id(order.openid),
        Cell::Time(order.created_at),
        order.paid_at.map_or(Cell::Empty, Cell::Time),
        Cell::Text(order.profile),
        Cell::Id(order.mch_id),
        Cell::Id(order.appid),
        Cell::Text(order.origin.as_str()),
        Cell::Text(marks),
        order.claimed_total_fee.map_or(Cell::Empty, Cell::Amount),
    ]
}

fn marks(order: &OrderLine<'_>) -> String {
    if order.flags == Flags::NONE { String::new() } else { order.flags.words().join(" ") }
}

/// The words that an import of the same file understands.
fn state_word(words: Words, state: OrderState) -> &'static str {
    if words == Words::Chinese { chinese_state(state) } else { state.as_str() }
}

/// Where an order stands, in Chinese; English readers know WeChat's own words.
pub(crate) const fn chinese_state(state: OrderState) -> &'static str {
    match state {
        OrderState::Unverified => "未核实",
        OrderState::Creating => "下单中",
        OrderState::CreateFailed => "下单失败",
        OrderState::NotPay => "未支付",
        OrderState::UserPaying => "用户支付中",
        OrderState::Accept => "ACCEPT",
        OrderState::Success => "支付成功",
        OrderState::Refund => "转入退款",
        OrderState::Closed => "已关闭",
        OrderState::Revoked => "已撤销",
        OrderState::PayError => "支付失败",
    }
}

impl Desk {
    /// Exports a list. The file appears whole or not at all.
    pub async fn export_orders(
        &self,
        export: Export,
        progress: OnProgress,
        cancel: &Cancel,
    ) -> Result<Exported, DeskError> {
        let cancel = cancel.clone();
        self.blocking(move |inner| {
            let table = TableFile::begin(inner, &export.file, export.reader, ("订单", "Orders"), &COLUMNS)?;
            let words = table.words();
            let ids = inner.store.list_ids(&export.filter, export.sort)?;
            let reader = table.csv_reader();
            table.fill(ids.len() as u64, progress, &cancel, |filling| match reader {
                Some(reader) => inner.store.each_piece(
                    &ids,
                    || CsvRows::new(reader),
                    |rows, order| rows.row(&cells(order, words, &marks(order))),
                    |rows, places| filling.csv_rows(&rows, places),
                ),
                None => inner.store.each_order(&ids, |order| filling.row(&cells(order, words, &marks(order)))),
            })
        })
        .await
    }
}
