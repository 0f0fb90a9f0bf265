//! Why there is no bill, in Chinese; the English sentence is the fault's own.

use wxpay_client::{DownloadFault, NotSentReason, WireFault};
use wxpay_protocol::bill::download::NoBillMeaning;

use super::BillFault;

impl BillFault {
    /// What happened and what to do, in Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Self::Desk(_) => "本机不能发出请求".to_owned(),
            Self::TooEarly { day, from } => {
                format!("{day} 的账单到次日 10 点（{from}）才完整，没有发出请求，请到时再下载")
            }
            Self::Download { cause } => of_download(cause),
            Self::Refused { cause } => format!("收到的内容没有保存：{}", cause.chinese()),
            Self::OtherDay { line, at, day } => {
                format!("收到的内容没有保存：第 {line} 行是 {at} 的，不是当天的账单（{day}），请重新下载")
            }
            Self::OtherKind { found, asked } => {
                format!("收到的内容没有保存：账单类型不符，要的是 {asked}，来的是 {found}，请重新下载")
            }
            Self::Digest { said, found } => {
                format!("收到的内容没有保存：摘要不符，应答头是 {said}，文件是 SHA={found}，请重新下载")
            }
            Self::Unwritable { place, cause } => format!("{place} 写不进去：{cause}，请检查文件夹和磁盘空间"),
            Self::Cancelled => "已取消，什么都没有保存".to_owned(),
        }
    }

    /// Whether the next day would meet it as well, so that nothing more is asked.
    pub fn is_of_every_day(&self) -> bool {
        match self {
            Self::Desk(_) | Self::Unwritable { .. } | Self::Cancelled => true,
            Self::TooEarly { .. }
            | Self::Refused { .. }
            | Self::OtherDay { .. }
            | Self::OtherKind { .. }
            | Self::Digest { .. } => false,
            Self::Download { cause: DownloadFault::NoBill(no_bill) } => {
                matches!(no_bill.meaning(), NoBillMeaning::Sign | NoBillMeaning::NotPermitted)
            }
            Self::Download { cause } => !matches!(cause, DownloadFault::NotABill(_)),
        }
    }
}

fn of_download(cause: &DownloadFault) -> String {
    match cause {
        DownloadFault::NoBill(no_bill) => {
            format!("{}（微信支付的应答：{}）", no_bill.meaning().sentences().0, no_bill.return_msg)
        }
        DownloadFault::Wire(WireFault::NotSent(NotSentReason::Tls)) => {
            "没有发出：TLS 证书或握手不被接受，请检查系统时间、根证书和代理".to_owned()
        }
        DownloadFault::Wire(WireFault::NotSent(_)) => "没有发出：连不上，请检查网络、代理和防火墙".to_owned(),
        DownloadFault::Wire(_) => "下载中断，没有保存，请再下载一次".to_owned(),
        DownloadFault::HttpStatus(status) => format!("应答是 HTTP {status}，不是账单，请检查代理，稍后再试"),
        DownloadFault::Certificate => "商户证书不被接受，请导入这个商户号现在有效的证书".to_owned(),
        DownloadFault::Encoded => "应答被代理压缩了，请绕过代理再下载".to_owned(),
        DownloadFault::NotABill(refusal) => format!("收到的内容没有保存：{}", refusal.chinese()),
        DownloadFault::Sink(cause) => format!("账单写不进磁盘：{cause}，请检查文件夹和磁盘空间"),
        DownloadFault::Request(cause) => format!("请求写不出来：{cause}"),
    }
}
