//! Words that several commands take as the value of an option.

use clap::ValueEnum;
use clap::builder::PossibleValue;
use desk::reconcile::Viewpoint;
use wxpay_diagnose::Format;
use wxpay_protocol::SignType;

/// `--sign-type`, in the wire's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignTypeWord(pub(crate) SignType);

impl ValueEnum for SignTypeWord {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self(SignType::Md5), Self(SignType::HmacSha256)]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}

/// `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FormatWord(pub(crate) Format);

impl ValueEnum for FormatWord {
    fn value_variants<'a>() -> &'a [Self] {
        const WORDS: [FormatWord; 6] = [
            FormatWord(Format::Xml),
            FormatWord(Format::Json),
            FormatWord(Format::Pairs),
            FormatWord(Format::Query),
            FormatWord(Format::Curl),
            FormatWord(Format::Log),
        ];
        &WORDS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}

/// `--viewpoint`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ViewpointWord {
    /// 微信有·本地无, 本地有·微信无
    #[default]
    Neutral,
    /// 长款 where WeChat has more money than your books say, 短款 where it has less
    Own,
}

impl From<ViewpointWord> for Viewpoint {
    fn from(word: ViewpointWord) -> Self {
        match word {
            ViewpointWord::Neutral => Self::Neutral,
            ViewpointWord::Own => Self::Own,
        }
    }
}
