//! The gateway itself: synchronous, without sockets; time and randomness are passed in.

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::{Notify, broadcast};
use wxpay_protocol::UtcMs;

use crate::answer::Answer;
use crate::bills::Balances;
use crate::check::{self, Accepted};
use crate::clock::{Clock, wall};
use crate::draw::Draw;
use crate::endpoint::{Endpoint, Place, Realm};
use crate::event::Event;
use crate::faults::{Delivery, Faults};
use crate::ledger::Ledger;
use crate::ledger::answers::Answers;
use crate::ledger::entry::Entry;
use crate::ledger::journal::{Journal, JournalFailed};
use crate::merchant::{Merchant, Merchants};
use crate::pki::{Issuing, PkiError};
use crate::request::Request;
use crate::sandbox::Sandboxes;
use crate::serve::port::Closing;
use crate::serve::tls::TlsFiles;
use crate::serve::traffic::{Exchange, Traffic};
use crate::switches::Switches;
use crate::tools::Logins;

/// How many events a slow watcher may lag behind.
const EVENT_BACKLOG: usize = 4096;

/// WeChat Pay's gateway, as far as a merchant can tell.
///
/// [`Gateway::handle`] answers one request; [`Gateway::pay`] and [`Gateway::cancel`] are the customer. Whoever serves it
/// over a network must wait for [`Gateway::durable`] before an answer leaves.
pub struct Gateway {
    pub(crate) clock: Arc<Clock>,
    pub(crate) draw: Box<dyn Draw>,
    pub(crate) merchants: Merchants,
    pub(crate) switches: Switches,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) due_changed: Notify,
    pub(crate) logins: Logins,
    pub(crate) balances: Balances,
    pub(crate) faults: Faults,
    pub(crate) closing: Closing,
    pub(crate) answers: Arc<Answers>,
    /// When something happens by itself next, in UTC milliseconds; `i64::MAX` for never.
    pub(crate) wakes_at: AtomicI64,
    issuing: Option<Issuing>,
    sandboxes: Option<Sandboxes>,
    ledger: RwLock<Ledger>,
    journal: Journal,
    events: broadcast::Sender<Event>,
}

/// What a gateway is made of.
pub(crate) struct Parts {
    pub(crate) clock: Clock,
    pub(crate) draw: Box<dyn Draw>,
    pub(crate) merchants: Vec<Merchant>,
    pub(crate) switches: Switches,
    pub(crate) ledger: Ledger,
    pub(crate) journal: Journal,
    /// What makes merchants' certificates, where the gateway makes its own.
    pub(crate) issuing: Option<Issuing>,
}

impl Gateway {
    /// A gateway that keeps no state on disk.
    pub fn in_memory(clock: Clock, draw: Box<dyn Draw>, merchants: Vec<Merchant>, switches: Switches) -> Self {
        Self::from_parts(Parts {
            clock,
            draw,
            merchants,
            switches,
            ledger: Ledger::default(),
            journal: Journal::none(),
            issuing: None,
        })
    }

    /// A gateway with its two sandboxes behind it.
    pub(crate) fn from_parts(parts: Parts) -> Self {
        let mut gateway = Self::without_sandboxes(parts);
        gateway.sandboxes = Some(Sandboxes::behind(&gateway));
        gateway
    }

    pub(crate) fn without_sandboxes(parts: Parts) -> Self {
        let gateway = Self {
            clock: Arc::new(parts.clock),
            draw: parts.draw,
            merchants: Merchants::new(parts.merchants),
            switches: parts.switches,
            traffic: Arc::default(),
            due_changed: Notify::new(),
            logins: Logins::default(),
            balances: Balances::default(),
            faults: Faults::default(),
            closing: Closing::default(),
            answers: parts.ledger.answers(),
            wakes_at: AtomicI64::new(i64::MAX),
            issuing: parts.issuing,
            sandboxes: None,
            ledger: RwLock::new(parts.ledger),
            journal: parts.journal,
            events: broadcast::Sender::new(EVENT_BACKLOG),
        };
        gateway.note_wake(&gateway.ledger());
        gateway
    }

    /// Answers one request to a merchant endpoint; misbehaves where a plan of faults says so.
    pub fn handle(&self, request: &Request<'_>) -> Answer {
        let answer = if self.faults.armed() { self.misbehave(request) } else { self.behave(request) };
        if let Some(counts) = self.answers.count(answer.order, answer.endpoint, answer.fault)
            && self.journal.append(&Entry::Answers(counts)).is_err()
        {
            tracing::debug!("the journal is closed, so what was told is not written down");
        }
        answer
    }

    /// Answers one request as the protocol says.
    pub(crate) fn behave(&self, request: &Request<'_>) -> Answer {
        let Some(Place { endpoint, realm, .. }) = Place::of(request.path) else {
            return Answer::not_found();
        };
        if realm != Realm::Production && endpoint != Endpoint::GetSignKey {
            return match &self.sandboxes {
                Some(sandboxes) => sandboxes.handle(&self.merchants, realm, endpoint, request),
                None => Answer::not_found(),
            };
        }
        if let Some(page) = check::certificate_page(endpoint, request.certificate, &self.switches) {
            return page;
        }
        match endpoint {
            Endpoint::JsCodeToSession => return self.js_code_to_session(request, self.clock.now()),
            Endpoint::GetSignKey => return self.sign_key(request, realm),
            _ => {}
        }
        let request = match check::accept(&self.merchants, &self.switches, endpoint, request) {
            Ok(request) => request,
            Err(refused) => return Answer::unsigned(endpoint, &refused),
        };
        self.let_happen();
        let nonce_str = self.draw.nonce_str();
        let now = self.clock.now();
        let result = match endpoint {
            Endpoint::UnifiedOrder => self.unified_order(&request, &nonce_str, now),
            Endpoint::OrderQuery => self.order_query(&request, &nonce_str, now),
            Endpoint::CloseOrder => self.close_order(&request, &nonce_str, now),
            Endpoint::DownloadBill => return self.download_bill(&request, now),
            Endpoint::DownloadFundFlow => return self.download_fund_flow(&request, now),
            Endpoint::BatchQueryComment => return self.batch_query_comment(&request, now),
            Endpoint::AuthCodeToOpenId => self.open_id_of_code(&request, &nonce_str, now),
            Endpoint::ShortUrl => self.short_url(&request, &nonce_str),
            Endpoint::Report => return self.report(&request, &nonce_str),
            Endpoint::Micropay => self.micropay(&request, &nonce_str, now),
            Endpoint::Reverse => self.reverse(&request, &nonce_str, now),
            Endpoint::Refund => self.refund(&request, &nonce_str, now),
            Endpoint::RefundQuery => self.refund_query(&request, &nonce_str),
            // Both were answered above.
            Endpoint::JsCodeToSession | Endpoint::GetSignKey => return Answer::not_found(),
        };
        let answer = Answer::to_request(endpoint, &request, result, &nonce_str, &self.switches);
        let answer = Answer { order: self.place_of(&request), ..answer };
        if endpoint == Endpoint::UnifiedOrder { self.after_what_happens(answer) } else { answer }
    }

    /// A scenario may pay an order before its merchant hears of it.
    fn after_what_happens(&self, answer: Answer) -> Answer {
        self.let_happen();
        match answer.order {
            Some(place) if self.ledger().agenda().holds(place) => {
                let notice = self.ledger_mut().agenda_mut().take_held(place);
                Answer { delivery: notice.map_or(answer.delivery, Delivery::AfterNotice), ..answer }
            }
            _ => answer,
        }
    }

    /// Where the order stands in the ledger that a request names.
    pub(crate) fn place_of(&self, request: &Accepted) -> Option<u32> {
        let ledger = self.ledger();
        let mch_id = request.merchant.mch_id.as_str();
        let number = match (request.field("out_trade_no"), request.field("transaction_id")) {
            (Some(number), _) => number,
            (None, Some(transaction_id)) => ledger.order_of_transaction(mch_id, transaction_id)?.out_trade_no(),
            (None, None) => return None,
        };
        ledger.place(mch_id, number)
    }

    /// Waits until what an answer says is on the disk: the change that it made, or the one that it reports.
    pub async fn durable(&self, answer: &Answer) -> Result<(), JournalFailed> {
        match answer.durable {
            Some(entry) => self.entry_durable(entry).await,
            None => Ok(()),
        }
    }

    pub(crate) async fn entry_durable(&self, entry: u64) -> Result<(), JournalFailed> {
        self.journal.durable(entry).await
    }

    /// The gateways of the sandboxes.
    pub(crate) fn sandboxes(&self) -> Option<&Sandboxes> {
        self.sandboxes.as_ref()
    }

    /// Everything that happens from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Lets a merchant in while the gateway runs, or gives a known one another key. A gateway that makes its own certificates
    /// makes the merchant's first, which takes a moment of a processor.
    pub fn add_merchant(&self, merchant: Merchant) -> Result<(), PkiError> {
        if let Some(issuing) = &self.issuing {
            issuing.merchant(&merchant.mch_id)?;
        }
        self.merchants.add(merchant);
        self.due_changed.notify_one();
        Ok(())
    }

    /// The files that the gateway made for its TLS, where it makes its own.
    pub fn tls_files(&self) -> Option<TlsFiles> {
        let issuing = self.issuing.as_ref()?;
        Some(TlsFiles { ca: issuing.ca_file(), merchants: issuing.issued() })
    }

    /// Forgets a merchant's key; returns whether it was known. Its orders stay.
    pub fn remove_merchant(&self, appid: &str, mch_id: &str) -> bool {
        self.merchants.remove(appid, mch_id)
    }

    /// The pairs of appid and mch_id that may call.
    pub fn merchant_ids(&self) -> Vec<(String, String)> {
        self.merchants.ids()
    }

    /// What the gateway's clock shows.
    pub fn now(&self) -> UtcMs {
        self.clock.now()
    }

    /// Remembers the clock and writes what is queued; changes are refused from then on.
    pub(crate) fn close(&self) {
        let held = self.ledger_mut();
        let told = self.answers.take_fresh();
        let last = [
            (!told.is_empty()).then_some(Entry::Answers(told)),
            Some(Entry::Clock { real: wall(), now: self.clock.now() }),
        ];
        if last.iter().flatten().any(|entry| self.journal.append(entry).is_err()) {
            tracing::debug!("the journal was closed before the gateway");
        }
        drop(held);
        self.journal.close();
    }

    pub(crate) fn ledger(&self) -> RwLockReadGuard<'_, Ledger> {
        self.ledger.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ledger_mut(&self) -> RwLockWriteGuard<'_, Ledger> {
        self.ledger.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a change for the disk and makes it; the caller has checked that it is possible.
    pub(crate) fn commit(&self, ledger: &mut Ledger, entry: Entry) -> Result<u64, JournalFailed> {
        let number = self.journal.append(&entry)?;
        ledger.apply(entry, number).map_err(|contradiction| {
            tracing::error!(%contradiction, "a change was checked and still does not fit");
            JournalFailed
        })?;
        self.note_wake(ledger);
        Ok(number)
    }

    pub(crate) fn tell(&self, event: impl FnOnce() -> Event) {
        // Without a watcher the event is not even made; a watcher that leaves in between changes nothing.
        if self.events.receiver_count() > 0 && self.events.send(event()).is_err() {
            tracing::trace!("the last watcher left");
        }
    }

    pub(crate) fn keep_exchange(&self, exchange: Exchange) {
        let id = self.traffic.keep(exchange);
        self.tell(|| Event::Traffic { id });
    }
}
