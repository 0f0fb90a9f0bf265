//! From what the payer paid, as far as `bank_type` tells (protocol page §5): an open list, so an unknown word is said as it is.

use crate::told::Told;

/// Abbreviations of the banks that most payments come from.
const BANKS: [(&str, &str, &str); 14] = [
    ("ICBC", "工商银行", "ICBC"),
    ("ABC", "农业银行", "Agricultural Bank"),
    ("PSBC", "邮储银行", "Postal Savings Bank"),
    ("CCB", "建设银行", "China Construction Bank"),
    ("CMB", "招商银行", "China Merchants Bank"),
    ("BOC", "中国银行", "Bank of China"),
    ("COMM", "交通银行", "Bank of Communications"),
    ("SPDB", "浦发银行", "SPD Bank"),
    ("GDB", "广发银行", "China Guangfa Bank"),
    ("CMBC", "民生银行", "Minsheng Bank"),
    ("PAB", "平安银行", "Ping An Bank"),
    ("CEB", "光大银行", "Everbright Bank"),
    ("CIB", "兴业银行", "Industrial Bank"),
    ("CITIC", "中信银行", "CITIC Bank"),
];

/// The way in words; nothing where WeChat names none (`OTHERS`).
pub(crate) fn payment_way(bank_type: &str) -> Option<Told> {
    let card = |bank: &str, zh: &str, en: &str| {
        let known = BANKS.iter().find(|(word, _, _)| *word == bank);
        let (bank_zh, bank_en) = known.map_or((bank, bank), |(_, zh, en)| (*zh, *en));
        Told::new(format!("{bank_zh}{zh}"), format!("{bank_en} {en}"))
    };
    match bank_type {
        "" | "OTHERS" => None,
        "CFT" => Some(Told::new("零钱", "WeChat balance")),
        _ => Some(match bank_type.rsplit_once('_') {
            Some((bank, "DEBIT")) => card(bank, "借记卡", "debit card"),
            Some((bank, "CREDIT")) => card(bank, "信用卡", "credit card"),
            Some((bank, "ECNY")) => card(bank, "数字人民币", "digital yuan"),
            _ => Told::new(bank_type, bank_type),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_named_and_an_unknown_word_is_said_as_it_is() {
        let zh = |word| payment_way(word).map(|way| way.zh);
        assert_eq!(zh("OTHERS"), None);
        assert_eq!(zh("CFT").as_deref(), Some("零钱"));
        assert_eq!(zh("CMB_CREDIT").as_deref(), Some("招商银行信用卡"));
        assert_eq!(zh("XYZB_DEBIT").as_deref(), Some("XYZB借记卡"));
        assert_eq!(zh("SOMETHING").as_deref(), Some("SOMETHING"));
    }
}
