//! The use cases of WxPay Desk, for the window and the command line alike: merchants, test orders, asking and closing,
//! refunds, polling, the built-in gateway, lists and imports.
//!
//! Every order is committed before its request leaves; what comes back is judged by the client, kept as an observation and
//! folded by the store. An outcome that nobody knows is followed by a question under the same number, never by a new
//! number. Clock, randomness, the wire and the keyring are passed in through [`Seams`].

mod alarms;
mod asking;
mod bill_download;
mod bill_files;
mod bill_look;
mod certificates;
mod changes;
mod claims;
mod clock;
mod confirmations;
mod days;
mod desk;
mod diagnosing;
mod doubtful;
mod drain;
mod error;
mod export;
mod gateway;
mod goods;
mod hints;
mod import;
mod lane;
mod leaps;
mod listener;
mod lookup;
mod mappings;
mod next_question;
mod notices;
mod observing;
mod order_rules;
mod ordering;
mod orders;
mod others;
mod pace;
mod polling;
mod polling_now;
mod probe;
mod profiles;
mod progress;
mod random;
mod reconciling;
mod refund_export;
mod refund_observing;
mod refund_polling;
mod refund_results;
mod refunds;
mod refusals;
mod refused_file;
mod relaying;
mod results;
mod row_refusal;
mod settings;
mod shop;
mod signer;
mod table_file;
mod test_orders;
mod told;
mod try_it;
mod unlocking;

pub use alarms::{
    Alarm, AlarmAbout, AlarmCounts, AlarmFilter, AlarmKind, AlarmLook, AlarmNews, AlarmPage, AlarmPlace, AlarmsAsOf,
    Announcement, Counted,
};
pub use bill_download::{
    Before, BillFault, BillSpan, BillWish, FetchedBill, FetchedDay, FetchedDays, NoTrade, OtherBill, SavedBill,
    Soundness,
};
pub use bill_files::BillText;
pub use bill_look::{BillProblem, day_of_bill};
pub use certificates::CertificateFile;
pub use changes::{Changed, Tag};
pub use clock::{Clock, SystemClock, VirtualClock};
pub use confirmations::Agreement;
pub use days::{
    AGES_DAYS, Aging, AskedDifferences, BesideFault, DayKept, DayView, FeePage, LeftDifference, LeftPage, MatchedPage,
    MatchedRow, PeriodView, ReadRemarks, RefusedRemark, RemarkRefusal, ReportedDay, SettledBeside, SideSums,
    SpanExport, SpanReport, SpanSums, SuggestedBasis, age_bound_days, days_due, own_rows, own_tables, parse_identity,
    question_about, reason_text,
};
pub use desk::{Desk, Seams};
pub use diagnosing::{Evidence, Examined, KeyAtHand, NoticeProof, RETURN_MSG, all_keys, examine, redacted_report};
pub use doubtful::{Doubtful, GatewaySays, Silence};
pub use drain::{Drain, Drained};
pub use error::{Again, DeskError};
pub use export::{Export, Exported};
pub use gateway::{BUILTIN, GatewayClock, GatewayExchange, GatewayStatus};
pub use import::{Import, ImportPreview, Imported};
pub use listener::{Heard, ListenOptions, ListenStatus};
pub use lookup::{
    Inquiry, LOOKUP_MAX, LookedUp, LookupAnswer, LookupTable, LookupVerdict, LookupWish, NumberKind, PastedNumber,
    Step, StepSource, numbers,
};
pub use mappings::{parse_mapping, read_mapping};
pub use next_question::{NextQuestion, WhyThen};
pub use notices::{NoticeDetail, NoticeOutcome, NoticePage, inspect_by_key};
pub use orders::{Doing, OpenedOrders, OrderDetail};
pub use pace::HeldBack;
pub use polling::Pass;
pub use polling_now::PollingNow;
pub use probe::{KeyProbe, KeyVerdict};
pub use profiles::{NewProfile, ProfileShown, SecretShown};
pub use progress::{ByteMeter, Cancel, OnProgress, Progress};
pub use random::{RandomBytes, RandomFault, SeededRandom, SystemRandom};
pub use reconciling::{
    Beside, BesideBill, BillsRead, DaySides, FeeOff, KeptSide, LocalRead, MalformedLine, OneBill, OwnAmounts, OwnFiles,
    OwnRows, OwnSide, OwnTable, ReconcileFault, Reconciled, WaitingOrders, Watch, bill_digest, exact_yuan_text,
};
pub use refund_export::RefundExport;
pub use refund_results::{RefundResult, arrival, why_asked};
pub use refunds::{RefundDetail, RefundWish, Refundable};
pub use refusals::RefusedRow;
pub use relaying::{Forwarded, LoopbackUrl};
pub use results::OrderResult;
pub use row_refusal::RowRefusal;
pub use shop::{ShopExchange, ShopOrder, ShopStep};
pub use test_orders::{COUNT_MAX, CreatedOrders, TestOrder};
pub use told::Told;
pub use try_it::Tried;
pub use unlocking::VaultView;

// What the desk speaks about, so that the window and the command line need no other crate for it.
pub use desk_reconcile as reconcile;
pub use desk_sheets as sheets;
pub use desk_store as store;
pub use desk_vault as vault;
pub use wxpay_client as client;
pub use wxpay_simulator as simulator;
