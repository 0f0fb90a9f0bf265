//! WeChat Pay's v2 gateway on this machine: real clients accept it, it pays on demand, it notifies, and it remembers.
//!
//! [`start`] runs it on a loopback port, in the process of the window or of the command line. [`Gateway`] is the same
//! without sockets. What the merchant sees is byte-faithful to the protocol; what the documentation leaves open is a field of
//! [`Switches`]. Orders, payments and notices are a sum of journal entries, so that everything survives a restart: an answer
//! leaves only after the change behind it is on the disk.

mod answer;
mod check;
mod clock;
mod close_order;
mod control;
mod control_json;
mod customer;
mod draw;
mod event;
mod gateway;
mod journal;
mod ledger;
mod merchant;
mod notice;
mod notifier;
mod order_query;
mod record;
mod server;
mod switches;
mod text;
mod traffic;
mod unified_order;
mod view;

pub use answer::Answer;
pub use clock::{Clock, TimeScale, TimeScaleError};
pub use customer::{CustomerError, Pay};
pub use draw::{Dice, Draw};
pub use event::Event;
pub use gateway::Gateway;
pub use journal::{JournalError, JournalFailed};
pub use merchant::Merchant;
pub use record::{Attempt, Fields, Notice, NoticeStatus, Order, Payment, Prepay};
pub use server::{Config, Running, StartError, start};
pub use switches::Switches;
pub use traffic::{Direction, Exchange, KEPT_EXCHANGES};
pub use view::{LedgerSums, NoticeView, OrderView, Status};

#[cfg(test)]
mod check_tests;
#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod journal_tests;
#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod server_tests;
#[cfg(test)]
mod trial;
