//! Exporting lists of orders to CSV or XLSX: for people, so that no spreadsheet touches a number, or for programs.

use std::fs::{self, File};
use std::io::BufWriter;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use desk_sheets::{Cell, Column, CsvTable, Reader, WriteError, XlsxBook};
use desk_store::{OrderFilter, OrderLine, OrderSort, OrderState};

use crate::progress::{Cancel, Meter, OnProgress};
use crate::{Desk, DeskError};

/// Rows between two looks at whether somebody cancelled.
const LOOK_ROWS: u64 = 1024;

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
    /// Orders in the file.
    pub orders: u64,
    /// Whether it was stopped; then there is no file, and one that was there is as it was.
    pub cancelled: bool,
}

/// The columns: WeChat's name, the titles for people in Chinese and English, and the width in characters.
const COLUMNS: [(&str, &str, &str, u16); 18] = [
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
];

fn cells<'l>(order: &'l OrderLine<'_>, words: Words, flags: &'l str) -> [Cell<'l>; COLUMNS.len()] {
    let id = |text: Option<&'l str>| text.map_or(Cell::Empty, Cell::Id);
    let text = |text: Option<&'l str>| text.map_or(Cell::Empty, Cell::Text);
    [
        Cell::Id(order.out_trade_no),
        id(order.transaction_id),
        Cell::Text(words.state(order.shown_state)),
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
        Cell::Text(flags),
    ]
}

/// In which words a table is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    Wire,
    Chinese,
    English,
}

impl Words {
    fn title(self, (wire, chinese, english, _): (&'static str, &'static str, &'static str, u16)) -> &'static str {
        match self {
            Self::Wire => wire,
            Self::Chinese => chinese,
            Self::English => english,
        }
    }

    fn yes_or_no(self, yes: bool) -> &'static str {
        match (self, yes) {
            (Self::Chinese, true) => "是",
            (Self::Chinese, false) => "否",
            (_, true) => "yes",
            (_, false) => "no",
        }
    }

    /// The words that an import of the same file understands.
    fn state(self, state: OrderState) -> &'static str {
        if self != Self::Chinese {
            return state.as_str();
        }
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
}

enum Table {
    Csv(CsvTable<File>),
    Xlsx(Box<XlsxBook<BufWriter<File>>>),
}

impl Table {
    fn begin(path: &Path, is_workbook: bool, reader: Reader, words: Words) -> Result<Self, WriteError> {
        let file = File::create(path)?;
        let titles = COLUMNS.map(|column| words.title(column));
        if !is_workbook {
            return Ok(Self::Csv(CsvTable::new(file, reader, &titles)?));
        }
        let mut book = XlsxBook::new(BufWriter::new(file));
        let columns = COLUMNS.map(|column| Column { title: words.title(column).into(), width_chars: column.3 });
        book.sheet(if words == Words::English { "Orders" } else { "订单" }, &columns)?;
        Ok(Self::Xlsx(Box::new(book)))
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), WriteError> {
        match self {
            Self::Csv(table) => table.row(cells),
            Self::Xlsx(book) => book.row(cells),
        }
    }

    fn finish(self) -> Result<(), WriteError> {
        match self {
            Self::Csv(table) => table.finish().map(drop),
            Self::Xlsx(book) => book.finish().map(drop),
        }
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
        let ending =
            export.file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let is_workbook = match ending.as_str() {
            "csv" => false,
            "xlsx" => true,
            _ => return Err(DeskError::input("file", "must end in .csv or .xlsx, which says what is written")),
        };
        let cancel = cancel.clone();
        self.blocking(move |inner| {
            let reader = if is_workbook { Reader::People } else { export.reader };
            let words = match reader {
                Reader::Programs => Words::Wire,
                Reader::People if inner.settings()?.language == "en" => Words::English,
                Reader::People => Words::Chinese,
            };
            let failed = |fault: WriteError| {
                DeskError::input("file", format!("{} cannot be written: {fault}", export.file.display()))
            };
            let draft = export.file.with_extension(format!("{ending}.part"));
            let mut table = Table::begin(&draft, is_workbook, reader, words).map_err(failed)?;
            let ids = inner.store.open_list(&export.filter, export.sort)?.ids;
            let count = ids.len() as u64;
            let mut meter = Meter::new(count, progress);
            let mut orders = 0;
            let mut broken = None;
            inner.store.each_order(&ids, |order| {
                let flags =
                    if order.flags == desk_store::Flags::NONE { String::new() } else { order.flags.words().join(" ") };
                if let Err(fault) = table.row(&cells(order, words, &flags)) {
                    broken = Some(fault);
                    return ControlFlow::Break(());
                }
                orders += 1;
                if orders % LOOK_ROWS == 0 {
                    meter.set(orders, count);
                    if cancel.is_cancelled() {
                        return ControlFlow::Break(());
                    }
                }
                ControlFlow::Continue(())
            })?;
            let cancelled = cancel.is_cancelled();
            let written = match broken {
                None if cancelled => {
                    drop(table);
                    Ok(())
                }
                None => table.finish().and_then(|()| Ok(fs::rename(&draft, &export.file)?)),
                Some(fault) => Err(fault),
            };
            if cancelled || written.is_err() {
                // What cannot be removed is half a table under a name that says so.
                fs::remove_file(&draft).ok();
            }
            written.map_err(failed)?;
            if !cancelled {
                meter.set(orders, count);
            }
            Ok(Exported { orders, cancelled })
        })
        .await
    }
}
