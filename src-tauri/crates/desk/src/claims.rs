//! From the rows of a file to claims about orders: header, columns, amounts, times.

use std::collections::BTreeMap;

use desk_store::OrderState;
use wxpay_protocol::ids::{OpenId, OutTradeNo, TransactionId};
use wxpay_protocol::{Fen, SignType, TradeState, TradeType, UtcMs};

use crate::DeskError;
use crate::sheet::{Cell, Row};

/// What an amount column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 分, whole numbers.
    Fen,
    /// 元, up to two decimals.
    Yuan,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The merchant's order number; every file needs it.
    OutTradeNo,
    /// The amount; every file needs it.
    Amount,
    /// WeChat's number.
    TransactionId,
    /// The state that the file claims.
    State,
    /// MD5 or HMAC-SHA256.
    SignType,
    /// The attach that was sent.
    Attach,
    /// What was bought.
    Body,
    /// The payer.
    OpenId,
    /// JSAPI, NATIVE, …
    TradeType,
    /// When it was ordered.
    CreatedAt,
    /// When it was paid.
    PaidAt,
}

impl Column {
    /// Every column with its name in a mapping and the headers that stand for it.
    pub const ALL: &[(Self, &'static str, &'static [&'static str])] = &[
        (Self::OutTradeNo, "out_trade_no", &["商户订单号", "商户单号", "订单号", "订单编号"]),
        (
            Self::Amount,
            "amount",
            &["total_fee", "金额(元)", "金额", "订单金额", "应结订单金额", "支付金额", "实付金额", "总金额"],
        ),
        (
            Self::TransactionId,
            "transaction_id",
            &["微信订单号", "微信支付订单号", "微信支付单号", "微信单号", "交易单号"],
        ),
        (Self::State, "state", &["trade_state", "状态", "交易状态", "订单状态", "支付状态"]),
        (Self::SignType, "sign_type", &["签名类型", "签名方式"]),
        (Self::Attach, "attach", &["商户数据包", "附加数据"]),
        (Self::Body, "body", &["商品名称", "商品描述", "商品"]),
        (Self::OpenId, "openid", &["用户标识"]),
        (Self::TradeType, "trade_type", &["交易类型", "支付方式"]),
        (Self::CreatedAt, "created_at", &["time_start", "下单时间", "创建时间", "订单时间"]),
        (Self::PaidAt, "paid_at", &["time_end", "支付时间", "交易时间", "付款时间", "支付完成时间"]),
    ];

    /// The column for a name in a mapping.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, own, _)| *own == name).map(|(column, ..)| *column)
    }

    fn of_header(header: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, own, aliases)| *own == header || aliases.contains(&header))
            .map(|(column, ..)| *column)
    }
}

/// Which header holds what, for files whose headers are not known.
pub type Mapping = BTreeMap<Column, String>;

/// One order as a file claims it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimedOrder {
    pub(crate) line: u64,
    pub(crate) out_trade_no: OutTradeNo,
    pub(crate) total_fee: Fen,
    pub(crate) transaction_id: Option<TransactionId>,
    pub(crate) state: Option<OrderState>,
    pub(crate) sign_type: Option<SignType>,
    pub(crate) attach: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) openid: Option<OpenId>,
    pub(crate) trade_type: Option<TradeType>,
    pub(crate) created_at: Option<UtcMs>,
    pub(crate) paid_at: Option<UtcMs>,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Why, with the column and what to do.
    pub reason: String,
}

/// Every row of a file, read.
pub(crate) struct Claims {
    pub(crate) orders: Vec<ClaimedOrder>,
    pub(crate) refused: Vec<RefusedRow>,
}

/// Finds the header and reads the rows below it.
pub(crate) fn read(rows: &[Row], mapping: &Mapping, unit: Option<Unit>) -> Result<Claims, DeskError> {
    let header = Header::find(rows, mapping)?;
    let unit = header.unit(unit)?;
    let mut claims = Claims { orders: Vec::new(), refused: Vec::new() };
    for row in rows.iter().skip(header.index + 1) {
        if row.cells.iter().all(|cell| cell.text.is_empty()) {
            continue;
        }
        match header.claim(row, unit) {
            Ok(order) => claims.orders.push(order),
            Err(reason) => claims.refused.push(RefusedRow { line: row.line, reason }),
        }
    }
    Ok(claims)
}

struct Header {
    index: usize,
    columns: BTreeMap<Column, usize>,
    amount_title: String,
}

impl Header {
    /// The first row, among the first fifty, that names an order number and an amount.
    fn find(rows: &[Row], mapping: &Mapping) -> Result<Self, DeskError> {
        for (index, row) in rows.iter().take(50).enumerate() {
            let mut columns = BTreeMap::new();
            for (place, cell) in row.cells.iter().enumerate() {
                let header = tidy(&cell.text);
                let mapped = mapping.iter().find(|(_, name)| tidy(name) == header).map(|(column, _)| *column);
                let known = Column::of_header(&header).filter(|column| !mapping.contains_key(column));
                if let Some(column) = mapped.or(known) {
                    columns.entry(column).or_insert(place);
                }
            }
            if let (Some(_), Some(amount)) = (columns.get(&Column::OutTradeNo), columns.get(&Column::Amount)) {
                let amount_title = row.cells.get(*amount).map(|cell| tidy(&cell.text)).unwrap_or_default();
                return Ok(Self { index, columns, amount_title });
            }
        }
        Err(DeskError::malformed(
            "no row names an order number and an amount; give the first row the headers out_trade_no and total_fee (fen) or 金额(元), or pass a mapping",
        ))
    }

    fn unit(&self, given: Option<Unit>) -> Result<Unit, DeskError> {
        let named = match self.amount_title.as_str() {
            "total_fee" => Some(Unit::Fen),
            header if header.ends_with("(元)") => Some(Unit::Yuan),
            header if header.ends_with("(分)") => Some(Unit::Fen),
            _ => None,
        };
        match (named, given) {
            (Some(named), Some(given)) if named != given => Err(DeskError::input(
                "unit",
                format!("contradicts the header {:?}; rename the header or leave the unit out", self.amount_title),
            )),
            (named, given) => named.or(given).ok_or_else(|| {
                DeskError::input(
                    "unit",
                    format!(
                        "is needed: the header {:?} does not say whether amounts are fen or yuan",
                        self.amount_title
                    ),
                )
            }),
        }
    }

    fn cell<'r>(&self, row: &'r Row, column: Column) -> Option<&'r Cell> {
        self.columns.get(&column).and_then(|place| row.cells.get(*place)).filter(|cell| !cell.text.is_empty())
    }

    fn claim(&self, row: &Row, unit: Unit) -> Result<ClaimedOrder, String> {
        for column in [Column::OutTradeNo, Column::TransactionId] {
            if let Some(cell) = self.cell(row, column).filter(|cell| cell.rounded) {
                return Err(format!(
                    "precision lost: the spreadsheet turned the number into {}; export the column as text",
                    cell.text
                ));
            }
        }
        let text = |column| self.cell(row, column).map(|cell| cell.text.as_str());
        let number = text(Column::OutTradeNo).ok_or("the order number is missing")?;
        let amount = text(Column::Amount).ok_or("the amount is missing")?;
        Ok(ClaimedOrder {
            line: row.line,
            out_trade_no: OutTradeNo::new(number).map_err(|fault| fault.to_string())?,
            total_fee: fen(amount, unit)?,
            transaction_id: text(Column::TransactionId)
                .map(TransactionId::new)
                .transpose()
                .map_err(|fault| fault.to_string())?,
            state: text(Column::State).map(state).transpose()?,
            sign_type: text(Column::SignType)
                .map(|word| {
                    SignType::parse(word).ok_or_else(|| format!("sign_type {word:?} is neither MD5 nor HMAC-SHA256"))
                })
                .transpose()?,
            attach: text(Column::Attach).map(str::to_owned),
            body: text(Column::Body).map(str::to_owned),
            openid: text(Column::OpenId).map(OpenId::new).transpose().map_err(|fault| fault.to_string())?,
            trade_type: text(Column::TradeType).and_then(TradeType::parse),
            created_at: text(Column::CreatedAt).map(moment).transpose()?,
            paid_at: text(Column::PaidAt).map(moment).transpose()?,
        })
    }
}

/// Headers are compared without spaces, case and full-width brackets.
fn tidy(header: &str) -> String {
    header
        .chars()
        .filter(|found| !found.is_whitespace())
        .map(|found| match found {
            '（' => '(',
            '）' => ')',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

fn fen(text: &str, unit: Unit) -> Result<Fen, String> {
    match unit {
        Unit::Fen => Fen::parse_wire(text),
        Unit::Yuan => {
            // Shops write ¥12.30; a thousands separator stays refused, because it might be a decimal comma.
            let bare = text.strip_prefix(['¥', '￥']).unwrap_or(text);
            Fen::parse_yuan(bare)
        }
    }
    .map_err(|fault| format!("amount {text:?}: {fault}"))
    .and_then(|amount| {
        if amount.get() < 0 {
            Err(format!("amount {text:?}: an order's amount is 0 or more; refunds are not orders"))
        } else {
            Ok(amount)
        }
    })
}

fn state(word: &str) -> Result<OrderState, String> {
    if let Some(state) = TradeState::parse(word) {
        return Ok(state.into());
    }
    let state = match word {
        "支付成功" | "已支付" | "支付完成" | "买家已支付" | "交易成功" => TradeState::Success,
        "未支付" | "待支付" | "等待支付" => TradeState::NotPay,
        "已关闭" | "订单已关闭" | "交易关闭" => TradeState::Closed,
        "转入退款" | "已退款" | "部分退款" | "全额退款" => TradeState::Refund,
        "已撤销" | "订单已撤销" => TradeState::Revoked,
        "支付失败" => TradeState::PayError,
        "用户支付中" | "支付中" => TradeState::UserPaying,
        _ => {
            return Err(format!(
                "state {word:?} is not known; use SUCCESS, NOTPAY, CLOSED, REFUND, … or leave it empty"
            ));
        }
    };
    Ok(state.into())
}

/// `yyyyMMddHHmmss`, `yyyy-MM-dd HH:mm[:ss]`, with `/` or `T`, Beijing time; an offset other than +08:00 is refused.
fn moment(text: &str) -> Result<UtcMs, String> {
    let refused = || format!("time {text:?} is not written as 2024-01-02 03:04:05 (Beijing time)");
    if let Ok(moment) = UtcMs::parse_compact(text) {
        return Ok(moment);
    }
    let bare = text.strip_suffix("+08:00").unwrap_or(text).trim_end();
    let (date, time) = bare.split_once([' ', 'T']).unwrap_or((bare, "00:00:00"));
    let two = |part: &str| {
        (matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| format!("{part:0>2}"))
    };
    let mut parts = date.split(['-', '/']);
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(refused());
    };
    let mut clock = time.trim().split(':');
    let (Some(hour), Some(minute), second, None) =
        (clock.next(), clock.next(), clock.next().unwrap_or("00"), clock.next())
    else {
        return Err(refused());
    };
    let pieces: Option<Vec<String>> = [month, day, hour, minute, second].into_iter().map(two).collect();
    let compact = pieces.map(|pieces| format!("{year}{}", pieces.concat())).ok_or_else(refused)?;
    UtcMs::parse_compact(&compact).map_err(|_| refused())
}

#[cfg(test)]
#[path = "claims_tests.rs"]
mod tests;
