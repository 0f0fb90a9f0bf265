//! Which column of a file holds what, as people keep it: a flat TOML or JSON document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::state_words::is_wire_word;
use crate::{Field, SheetError, TimeForm, Unit};

/// What a file cannot say by itself: its sheet, the titles of its columns, the unit of its amounts, its words for states.
///
/// Saved flat, the names of [`Field`] beside `sheet`, `unit`, `time` and `states`:
///
/// ```toml
/// sheet = "订单"
/// out_trade_no = "单号"
/// total_fee = "实收"
/// unit = "yuan"
/// time = "excel_days"
/// [states]
/// "已完成" = "SUCCESS"
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// The sheet of a workbook, by its name or its number from 1; the first where nothing is said.
    pub sheet: Option<String>,
    /// The title under which a field stands. Fields that are not here are found by titles that are known.
    pub columns: BTreeMap<Field, String>,
    /// What amounts count, where their title does not say.
    pub unit: Option<Unit>,
    /// How times are written.
    pub time: TimeForm,
    /// The file's words for states, each with WeChat's word.
    pub states: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sheet: Option<String>,
    #[serde(flatten)]
    columns: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
    #[serde(default)]
    time: TimeForm,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    states: BTreeMap<String, String>,
}

impl Mapping {
    /// Reads TOML, or JSON where the text begins with a brace.
    pub fn parse(text: &str) -> Result<Self, SheetError> {
        let text = text.trim_start_matches('\u{FEFF}').trim();
        let document: Document = if text.starts_with('{') {
            serde_json::from_str(text).map_err(|fault| SheetError::Mapping(fault.to_string()))?
        } else {
            toml::from_str(text).map_err(|fault| SheetError::Mapping(fault.message().to_owned()))?
        };
        let mut mapping = Self {
            sheet: document.sheet,
            columns: BTreeMap::new(),
            unit: document.unit,
            time: document.time,
            states: document.states,
        };
        for (name, title) in document.columns {
            let field = Field::parse(&name).ok_or(SheetError::NoSuchField(name))?;
            mapping.columns.insert(field, title);
        }
        match mapping.states.iter().find(|(_, word)| !is_wire_word(word)) {
            Some((own, word)) => Err(SheetError::Mapping(format!(
                "the state {own:?} stands for {word:?}, which is no word of WeChat's; use SUCCESS, NOTPAY, CLOSED, REFUND, …"
            ))),
            None => Ok(mapping),
        }
    }

    /// The mapping as TOML, which [`Mapping::parse`] reads back.
    pub fn to_toml(&self) -> Result<String, SheetError> {
        toml::to_string(&self.document()).map_err(|fault| SheetError::Mapping(fault.to_string()))
    }

    /// The mapping as JSON, which [`Mapping::parse`] reads back.
    pub fn to_json(&self) -> Result<String, SheetError> {
        serde_json::to_string(&self.document()).map_err(|fault| SheetError::Mapping(fault.to_string()))
    }

    fn document(&self) -> Document {
        Document {
            sheet: self.sheet.clone(),
            columns: self.columns.iter().map(|(field, title)| (field.name().to_owned(), title.clone())).collect(),
            unit: self.unit,
            time: self.time,
            states: self.states.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_mapping_is_refused_with_its_reason() {
        for (text, part) in [
            ("[]", "cannot be read"),
            ("{\"price\": \"x\"}", "no column"),
            ("{\"out_trade_no\": 1}", "string"),
            ("unit = \"dollar\"", "unknown variant"),
            ("[states]\n\"完成\" = \"DONE\"", "no word of WeChat's"),
            ("out_trade_no = ", ""),
        ] {
            let fault = Mapping::parse(text).unwrap_err().to_string();
            assert!(fault.contains(part), "{text}: {fault}");
        }
    }

    #[test]
    fn a_mapping_survives_toml_and_json() {
        let mapping = Mapping {
            sheet: Some("十一月".into()),
            columns: BTreeMap::from([(Field::OutTradeNo, "单号".into()), (Field::TotalFee, "实收 \"元\"".into())]),
            unit: Some(Unit::Yuan),
            time: TimeForm::ExcelDays,
            states: BTreeMap::from([("已完成".into(), "SUCCESS".into())]),
        };
        assert_eq!(Mapping::parse(&mapping.to_toml().unwrap()).unwrap(), mapping);
        assert_eq!(Mapping::parse(&mapping.to_json().unwrap()).unwrap(), mapping);
        let short = Mapping::parse("{\"out_trade_no\": \"单号\", \"amount\": \"实收\"}").unwrap();
        assert_eq!(short.columns.get(&Field::TotalFee).map(String::as_str), Some("实收"));
    }
}
