//! The fund flow: what downloadfundflow gives (protocol page §4.7).

use super::line::{LineEnd, push_row};
use crate::{Fen, UtcMs};

/// The header of the rows; the amounts are in yuan.
pub const FUND_FLOW_HEADER: &str = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号";
/// The header of the last line.
pub const FUND_FLOW_SUMMARY_HEADER: &str = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额";

/// The merchant's account (`account_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountType {
    /// 基本账户: payments, refunds and fees.
    Basic,
    /// 运营账户: transfers and coupons.
    Operation,
    /// 手续费账户.
    Fees,
}

impl AccountType {
    /// Every account.
    pub const ALL: [Self; 3] = [Self::Basic, Self::Operation, Self::Fees];

    /// The wire's own word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "Basic",
            Self::Operation => "Operation",
            Self::Fees => "Fees",
        }
    }

    /// The account for a word of the wire; nothing for a word that is not known.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.as_str() == word)
    }
}

/// Whether money came or went (收支类型).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// 收入.
    Income,
    /// 支出.
    Expense,
}

impl Direction {
    /// WeChat's own word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Income => "收入",
            Self::Expense => "支出",
        }
    }
}

/// One movement of money.
#[derive(Clone, Copy, Debug)]
pub struct FundFlow<'a> {
    /// 记账时间.
    pub at: UtcMs,
    /// 微信支付业务单号: the transaction_id, the refund_id.
    pub business_id: &'a str,
    /// 资金流水单号: the number of the movement itself.
    pub flow_id: &'a str,
    /// 业务名称: 交易, 退款, 扣除交易手续费.
    pub business_name: &'a str,
    /// 业务类型.
    pub business_type: &'a str,
    /// 收支类型.
    pub direction: Direction,
    /// 收支金额; never negative.
    pub amount: Fen,
    /// 账户结余: the balance after it.
    pub balance: Fen,
    /// 资金变更提交申请人.
    pub applicant: &'a str,
    /// 备注.
    pub remark: &'a str,
    /// 业务凭证号: the merchant's number.
    pub voucher: &'a str,
}

impl FundFlow<'_> {
    /// Appends the movement as one row with its line's end.
    pub fn write(&self, line_end: LineEnd, out: &mut String) {
        push_row(
            out,
            [
                self.at.dashed().as_str(),
                self.business_id,
                self.flow_id,
                self.business_name,
                self.business_type,
                self.direction.as_str(),
                &self.amount.yuan_text(),
                &self.balance.yuan_text(),
                self.applicant,
                self.remark,
                self.voucher,
            ],
        );
        out.push_str(line_end.as_str());
    }
}

/// The last line of a fund flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FundFlowSums {
    /// 收入笔数.
    pub incomes: u64,
    /// 收入金额, in fen.
    pub income: i128,
    /// 支出笔数.
    pub expenses: u64,
    /// 支出金额, in fen.
    pub expense: i128,
}

impl FundFlowSums {
    /// Adds a movement.
    pub fn add(&mut self, flow: &FundFlow<'_>) {
        let amount = i128::from(flow.amount.get());
        match flow.direction {
            Direction::Income => {
                self.incomes += 1;
                self.income += amount;
            }
            Direction::Expense => {
                self.expenses += 1;
                self.expense += amount;
            }
        }
    }

    /// Appends the summary's header and line. Counts are whole numbers, as captured; `counts_as_documented` writes them as the
    /// documentation does (`20.0`).
    pub fn write(&self, counts_as_documented: bool, line_end: LineEnd, out: &mut String) {
        let decimals = if counts_as_documented { ".0" } else { "" };
        let count = |count: u64| format!("{count}{decimals}");
        let yuan = |fen: i128| format!("{}.{:02}", fen / 100, fen % 100);
        out.push_str(FUND_FLOW_SUMMARY_HEADER);
        out.push_str(line_end.as_str());
        push_row(
            out,
            [
                count(self.incomes + self.expenses).as_str(),
                &count(self.incomes),
                &yuan(self.income),
                &count(self.expenses),
                &yuan(self.expense),
            ],
        );
        out.push_str(line_end.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::upper_hex;
    use sha1::{Digest, Sha1};

    fn documented() -> FundFlow<'static> {
        FundFlow {
            at: UtcMs::parse_dashed("2018-02-01 04:21:23").unwrap(),
            business_id: "50000305742018020103387128253",
            flow_id: "1900009231201802015884652186",
            business_name: "退款",
            business_type: "退款",
            direction: Direction::Expense,
            amount: Fen::new(2).unwrap(),
            balance: Fen::new(17).unwrap(),
            applicant: "system",
            remark: "缺货",
            voucher: "REF4200000068201801293084726067",
        }
    }

    fn text(line_end: LineEnd) -> String {
        let sums = FundFlowSums { incomes: 17, income: 35, expenses: 3, expense: 18 };
        let mut out = format!("{FUND_FLOW_HEADER}{}", line_end.as_str());
        documented().write(line_end, &mut out);
        sums.write(true, line_end, &mut out);
        out
    }

    #[test]
    fn the_sample_of_the_protocol_page_is_reproduced_byte_for_byte() {
        let sha1 = |text: &str| upper_hex(&Sha1::digest(text.as_bytes())).to_lowercase();
        let lf = text(LineEnd::Lf);
        assert_eq!(sha1(lf.trim_end_matches('\n')), "e8eeb9fb13d6545e906b0e20c9dfda6a68b74736");
        assert_eq!(sha1(&text(LineEnd::CrLf)), "3c240f5952c513a3ed9f25bbae325a7983c03c47");
    }

    #[test]
    fn captured_summaries_count_in_whole_numbers_and_sums_tie_out() {
        let mut sums = FundFlowSums::default();
        for _ in 0..3 {
            sums.add(&documented());
        }
        sums.add(&FundFlow { direction: Direction::Income, amount: Fen::new(530).unwrap(), ..documented() });
        let mut out = String::new();
        sums.write(false, LineEnd::Lf, &mut out);
        assert_eq!(out, "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`4,`1,`5.30,`3,`0.06\n");
    }

    #[test]
    fn accounts_are_read_back_and_others_are_not_known() {
        for account in AccountType::ALL {
            assert_eq!(AccountType::parse(account.as_str()), Some(account));
        }
        assert_eq!(AccountType::parse("basic"), None);
    }
}
