//! What crosses between the window and the core, by screen. Field names are WeChat's; amounts are fen, times UTC milliseconds.

/// An enum of this boundary whose values are those of a type below, each with the word that crosses.
macro_rules! mirrored {
    ($(#[$doc:meta])* $name:ident of $core:ty { $($(#[$variant_doc:meta])* $variant:ident = $word:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, specta::Type)]
        pub(crate) enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+
        }

        impl From<$core> for $name {
            fn from(core: $core) -> Self {
                match core {
                    $(<$core>::$variant => Self::$variant),+
                }
            }
        }

        impl From<$name> for $core {
            fn from(mirror: $name) -> Self {
                match mirror {
                    $($name::$variant => Self::$variant),+
                }
            }
        }
    };
}

pub(crate) mod alarms;
pub(crate) mod alignment;
pub(crate) mod day_bills;
pub(crate) mod day_fees;
pub(crate) mod day_report;
pub(crate) mod days;
pub(crate) mod diagnosis;
pub(crate) mod differences;
pub(crate) mod evidence;
pub(crate) mod lookup;
pub(crate) mod next_question;
pub(crate) mod notices;
pub(crate) mod number;
pub(crate) mod orders;
pub(crate) mod overview;
pub(crate) mod own_amounts;
pub(crate) mod profiles;
pub(crate) mod reading;
pub(crate) mod refunds;
pub(crate) mod refusal;
pub(crate) mod secret_text;
pub(crate) mod sheets;
pub(crate) mod shop;
pub(crate) mod signature;
pub(crate) mod simulator;
pub(crate) mod start;
pub(crate) mod test_orders;
pub(crate) mod words;
