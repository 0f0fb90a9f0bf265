//! The only SQL of the program: evidence of orders, append-only, and the state that is derived from it.
//!
//! An order is a record (what was asked for, committed before anything is sent) and a list of observations. Its state is a
//! pure function of the verified ones, [`fold::fold`]; it is written only in the transaction that appends an observation,
//! and triggers of the database refuse what the fold must never do.
//!
//! All functions block; call them outside of an async worker thread.

#![deny(clippy::float_arithmetic, clippy::float_cmp)]

mod alarms;
mod certificates;
mod chain;
mod coded;
mod columns;
mod days;
mod db;
mod error;
mod export;
mod finding;
pub mod fold;
mod gateway;
mod goods;
mod importing;
mod lease;
mod list;
mod notices;
mod observation;
mod order_state;
mod orders;
mod overview;
mod pages;
mod profiles;
mod record;
mod refund_evidence;
pub mod refund_fold;
mod refund_list;
mod refund_record;
mod refunds;
mod refused_keys;
mod scan;
mod schedule;
mod search;
mod settings;
mod shop_address;
mod store;
pub mod transitions;
mod vault_seen;
mod writer;

pub use alarms::{
    AlarmFilter, AlarmKey, AlarmMark, AlarmOf, AlarmPlace, AlarmRow, AlarmRows, BillChange, ChangedBill, OrderAlarm,
    OrphanNotice, RefundAlarm,
};
pub use certificates::Certificate;
pub use days::{
    BillKept, BillSums, ClassTally, Concentration, DayAnswer, DayBill, DayDifference, DayFee, DayFlow, DayMark,
    DayNote, DayRun, DayStanding, DifferenceFilter, DifferencePage, DifferenceState, DifferingRow, Dimension, Handled,
    NewDayAnswer, NewDayBill, NewDayFlow, NewDayNote, NewDifference, NewNotes, NewRun, NoteKind, RunBegun, RunFindings,
    SaidEnd, SaidOfMany, UnreadSums,
};
pub use db::{BACKUPS, FILE_NAME};
pub use error::StoreError;
pub use export::OrderLine;
pub use finding::NumberFound;
pub use gateway::BuiltinGateway;
pub use goods::Goods;
pub use importing::{ImportCounts, RefusedImport};
pub use list::{OpenedList, OrderFilter, OrderSort, SortBy, Totals};
pub use notices::{KeptNotice, NewNotice, NoticeForward, NoticeList, NoticeVerdict, StoredNotice};
pub use observation::{
    Asked, Claim, Effect, Event, Evidence, NewObservation, Observation, Outcome, Reason, Recorded, Report, Signature,
    Source,
};
pub use order_state::{Advice, Flags, OrderState, Origin};
pub use orders::{Claimed, Intent, NewClaim, NewOrder, Order, Placed};
pub use overview::{Day, Overview};
pub use profiles::Profile;
pub use refund_evidence::{
    NewRefundObservation, RefundEvent, RefundEvidence, RefundObservation, RefundOrigin, RefundReason, RefundSeen,
    RefundSource, RefundState,
};
pub use refund_list::{RefundFilter, RefundList, RefundTotals};
pub use refund_record::RecordedRefund;
pub use refunds::{NewRefund, Refund, RefundIntent, Reservation, ReserveRefusal};
pub use refused_keys::RefusedKey;
pub use scan::{MerchantRows, Scanned, ScannedOrder, ScannedRefund};
pub use schedule::{PollPolicy, Schedule};
pub use settings::Settings;
pub use shop_address::ShopAddress;
pub use store::Store;
