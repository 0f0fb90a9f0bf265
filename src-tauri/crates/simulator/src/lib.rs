//! WeChat Pay's v2 gateway on this machine: real clients accept it, it pays on demand, it notifies, and it remembers.
//!
//! [`start`] runs it on a loopback port, in the process of the window or of the command line. [`Gateway`] is the same
//! without sockets. What the merchant sees is byte-faithful to the protocol; what the documentation leaves open is a field of
//! [`Switches`]. Orders, payments and notices are a sum of journal entries, so that everything survives a restart: an answer
//! leaves only after the change behind it is on the disk.

mod answer;
mod bills;
mod check;
mod clock;
mod control;
mod draw;
mod due;
mod endpoint;
mod event;
pub mod faults;
mod gateway;
mod ledger;
mod lists;
mod merchant;
mod notices;
mod orders;
mod pki;
mod refunds;
mod request;
mod sandbox;
mod scenarios;
mod serve;
mod snippets;
mod span;
mod switches;
mod text;
mod tools;
mod view;
mod virtual_time;

pub use answer::Answer;
pub use bills::{BillColumns, BillSwitches};
pub use clock::{Clock, TimeScale, TimeScaleError};
pub use draw::{Dice, Draw};
pub use endpoint::{Endpoint, Realm};
pub use event::Event;
pub use gateway::Gateway;
pub use ledger::answers::EndpointAnswers;
pub use ledger::fields::Fields;
pub use ledger::journal::{JournalError, JournalFailed};
pub use ledger::record::{
    Attempt, Coupon, Notice, NoticeStatus, Order, Password, PasswordAnswer, PasswordPlan, Payment, Prepay, Scan,
    ScanState,
};
pub use ledger::refund::{Refund, RefundPlan};
pub use lists::Stretch;
pub use merchant::{Merchant, Role, SubMerchant};
pub use notices::ResendError;
pub use orders::{CustomerError, PasswordEnd, Pay, ScanOutcome, ScanRefusal};
pub use pki::{MerchantFiles, PkiError};
pub use refunds::RefundError;
pub use request::{ClientCertificate, Request};
pub use scenarios::{Scenario, ScenarioError, ScenarioStatus, SoFar, StepView, shipped as shipped_scenarios};
pub use serve::tls::{TlsFiles, TlsSource};
pub use serve::traffic::{Direction, Exchange, KEPT_EXCHANGES};
pub use serve::{Config, Running, StartError, start};
pub use snippets::{ClientFiles, GatewayAddress, Snippet, snippets};
pub use switches::{PasswordTimeout, Switches};
pub use tools::StaticCodeError;
pub use view::{LedgerSums, NoticeView, OrderView, RefundView, Status};

#[cfg(test)]
mod check_tests;
#[cfg(test)]
mod golden_refund_tests;
#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod sdk_tests;
#[cfg(test)]
mod trial;
