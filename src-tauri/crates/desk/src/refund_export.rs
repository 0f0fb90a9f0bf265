//! Exporting lists of refunds, as lists of orders are.

use std::path::PathBuf;

use desk_sheets::{Cell, Reader};
use desk_store::{Refund, RefundFilter, RefundState};

use crate::progress::{Cancel, OnProgress};
use crate::table_file::{Heading, TableFile, Words};
use crate::{Desk, DeskError, Exported};

/// A list of refunds to be exported, the newest first.
#[derive(Clone, Debug)]
pub struct RefundExport {
    /// Which refunds.
    pub filter: RefundFilter,
    /// The file, `.csv` or `.xlsx`; one that is there is replaced, once the new one is whole.
    pub file: PathBuf,
    /// For whom. A workbook is always for people.
    pub reader: Reader,
}

const COLUMNS: [Heading; 16] = [
    ("out_refund_no", "商户退款单号", "Refund number", 34),
    ("refund_id", "微信退款单号", "Refund ID", 32),
    ("out_trade_no", "商户订单号", "Order number", 34),
    ("transaction_id", "微信支付订单号", "Transaction ID", 32),
    ("refund_status", "退款状态", "State", 14),
    ("refund_fee", "退款金额(元)", "Refund (yuan)", 13),
    ("total_fee", "订单金额(元)", "Amount (yuan)", 13),
    ("refund_desc", "退款原因", "Reason", 28),
    ("refund_channel", "退款渠道", "Channel", 16),
    ("refund_recv_accout", "退款入账账户", "Received by", 24),
    ("created_at", "申请时间", "Asked for at", 20),
    ("refund_success_time", "退款成功时间", "Succeeded at", 20),
    ("profile", "商户配置", "Profile", 14),
    ("mch_id", "商户号", "Merchant", 12),
    ("appid", "公众账号ID", "App", 20),
    ("conflict", "有矛盾", "Conflict", 9),
];

fn cells<'r>(refund: &'r Refund, words: Words) -> [Cell<'r>; COLUMNS.len()] {
    let id = |text: Option<&'r str>| text.map_or(Cell::Empty, Cell::Id);
    let text = |text: Option<&'r str>| text.map_or(Cell::Empty, Cell::Text);
    [
        Cell::Id(refund.out_refund_no.as_str()),
        id(refund.refund_id.as_deref()),
        Cell::Id(refund.out_trade_no.as_str()),
        id(refund.transaction_id.as_ref().map(wxpay_protocol::ids::TransactionId::as_str)),
        Cell::Text(state_word(words, refund.state)),
        Cell::Amount(refund.refund_fee),
        Cell::Amount(refund.total_fee),
        text(refund.refund_desc.as_deref()),
        text(refund.refund_channel.as_deref()),
        text(refund.recv_account.as_deref()),
        Cell::Time(refund.created_at),
        refund.success_at.map_or(Cell::Empty, Cell::Time),
        Cell::Text(&refund.profile),
        Cell::Id(refund.mch_id.as_str()),
        Cell::Id(refund.appid.as_str()),
        Cell::Text(words.yes_or_no(refund.conflict)),
    ]
}

fn state_word(words: Words, state: RefundState) -> &'static str {
    if words != Words::Chinese {
        return state.as_str();
    }
    match state {
        RefundState::Reserved => "待提交",
        RefundState::Submitted => "已受理",
        RefundState::Unknown => "结果未知",
        RefundState::Processing => "退款处理中",
        RefundState::Change => "退款异常",
        RefundState::Success => "退款成功",
        RefundState::RefundClose => "退款关闭",
        RefundState::Rejected => "未受理",
    }
}

impl Desk {
    /// Exports a list of refunds. The file appears whole or not at all.
    pub async fn export_refunds(
        &self,
        export: RefundExport,
        progress: OnProgress,
        cancel: &Cancel,
    ) -> Result<Exported, DeskError> {
        let cancel = cancel.clone();
        self.blocking(move |inner| {
            let table = TableFile::begin(inner, &export.file, export.reader, ("退款", "Refunds"), &COLUMNS)?;
            let words = table.words();
            let count = inner.store.refunds(&export.filter, 0, 0)?.totals.count;
            table.fill(count, progress, &cancel, |filling| {
                inner.store.each_refund(&export.filter, |refund| filling.row(&cells(refund, words)))
            })
        })
        .await
    }
}
