//! Why a day cannot be compared, in Chinese; the English sentence is the fault's own.

use super::ReconcileFault;

impl ReconcileFault {
    /// What happened, where, and what to do, in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::Bill { place, cause } => format!("{place}：{}", cause.chinese()),
            Self::FundFlow(place) => format!("{place} 是资金账单，不能用来对账；请换成交易账单"),
            Self::OtherDay { place, line, at, date } => {
                format!("{place} 第 {line} 行是 {at} 的，不是 {date} 的账单；请换成当天的账单，或换一个日期")
            }
            Self::NotBeside { place, line, at, date } => {
                format!("{place} 第 {line} 行是 {at} 的，不是 {date} 前后一天的账单；前一天和后一天各给一份")
            }
            Self::NoTrades => "充值退款账单不参与对账；请同时给当天的交易账单".to_owned(),
            Self::NoBill(date) => {
                format!("没有 {date} 的账单，微信支付也没有说过当天无交易；请下载账单，或选择账单文件")
            }
            Self::BillKnown(date) => {
                format!("已有 {date} 的账单，不能按无交易对账；账单文件不在原处的，请重新选择或重新下载")
            }
            Self::Overlapping { place, other } => {
                format!("{place} 和 {other} 有相同的交易；请只用 ALL 账单，或只用 SUCCESS 和 REFUND 账单")
            }
            Self::Store(cause) => format!("本机的数据库无法读取（{cause}）；请检查磁盘后再试"),
            Self::OnlyOrderAmount => {
                "本机的订单库只有订单金额；请按订单金额对账，或把自己的订单表格作为本地数据".to_owned()
            }
            Self::TooManyBills => format!("一次最多对比 {} 份账单；请去掉一些", desk_reconcile::MAX_BILLS),
            Self::NothingToCompare => "没有可以和账单对比的本地数据；对支付请给订单表格，对退款请给退款表格".to_owned(),
            Self::Sheet { place, cause } => format!("{place}：{}", cause.chinese()),
            Self::NoPaidAt(place) => format!("{place} 没有支付时间列；请指定哪一列是支付时间（paid_at）"),
            Self::NoRefundTime(place) => format!("{place} 没有退款时间列；请指定哪一列是退款时间（created_at）"),
            Self::Unreadable { place, cause } => format!("{place} 无法读取（{cause}）；请检查文件名和权限"),
            Self::Changed(place) => {
                format!("{place} 在读取期间被改动，没有保留任何结果；等没有程序写它时再开始")
            }
            Self::Unwritable { place, cause } => format!("{place} 写不进去（{cause}）；请检查文件夹和磁盘空间"),
            Self::PartlyWritten { place, written, cause } => format!(
                "{place} 无法替换（{cause}）；{written} 已是这次的结果，其余仍是以前的；请关闭打开着它的程序后重新开始"
            ),
            Self::TakenOver => "另一个窗口或命令刚对了同一天，以它的结果为准，请查看当天".to_owned(),
            Self::Internal => "程序内部的一步失败了；请反馈给我们".to_owned(),
            Self::Cancelled => "已停止，什么都没有保存".to_owned(),
        }
    }
}
