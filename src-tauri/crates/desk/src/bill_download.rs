//! Fetching a merchant's bills: streamed to the disk under another name, checked as a whole, and only then put in its place.

mod fault_words;
mod keeping;
mod part;
mod soundness;
mod span;

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wxpay_client::{DownloadFault, MerchantCertificate};
use wxpay_protocol::bill::download::{self, BillKind, NoBillMeaning};
use wxpay_protocol::bill::{BillRefusal, BillType};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::ids::MchId;
use wxpay_protocol::{Params, UtcMs};

use crate::changes::Tag;
use crate::days::SettledBeside;
use crate::desk::Inner;
use crate::reconciling::{Watch, hex};
use crate::signer::Signer;
use crate::{Desk, DeskError};
pub use keeping::{NoTrade, OtherBill};
use part::Part;
pub use soundness::Soundness;
pub use span::{BillSpan, FetchedDay, FetchedDays};

/// A bill that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillWish {
    /// The profile of the merchant.
    pub profile: String,
    /// Any moment of the day, Beijing time.
    pub day: UtcMs,
    /// Which bill.
    pub kind: BillKind,
    /// As a gzip file.
    pub packed: bool,
    /// Where it goes. A folder that is there gets a file named after merchant, day and kind.
    pub to: PathBuf,
}

/// A day's bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchedBill {
    /// It is on the disk.
    Saved(Box<SavedBill>),
    /// Nothing was traded on that day, which is kept of it; the days beside no longer wait for its bill.
    NoTrade(NoTrade),
}

/// A bill on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedBill {
    /// The file.
    pub file: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// What was found in it.
    pub soundness: Soundness,
    /// Whether the fund flow's header `Digest` was there and held; trades have none.
    pub digest_held: Option<bool>,
    /// What stood in its place before.
    pub before: Before,
    /// Other bills that were seen for this day and kind, which is an alarm: bills do not change.
    pub others: Vec<OtherBill>,
    /// The days before and after, where something waited for this bill.
    pub settled_beside: SettledBeside,
}

/// What a newly fetched bill took the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// The same text.
    Same,
    /// Another text, which is an alarm: bills do not change. It was kept under this name.
    Changed(PathBuf),
}

/// Why there is no bill. Nothing stands in its place, or what stood there still does.
#[derive(Debug, thiserror::Error)]
pub enum BillFault {
    /// The desk cannot ask.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// Before 10:00 of the next day.
    #[error("the bill of {day} is complete from {from} on; nothing was sent, download it then")]
    TooEarly {
        /// The day.
        day: String,
        /// Beijing time.
        from: String,
    },
    /// The gateway gave none.
    #[error("{cause}")]
    Download {
        /// Why.
        #[from]
        cause: DownloadFault,
    },
    /// What came is refused as a whole.
    #[error("what the gateway sent is not kept: {cause}")]
    Refused {
        /// Why.
        #[from]
        cause: BillRefusal,
    },
    /// What came is the bill of another day.
    #[error("what the gateway sent is not kept: line {line} is of {at}, not of {day}; download it again")]
    OtherDay {
        /// The first such row.
        line: u64,
        /// Its 交易时间.
        at: String,
        /// The day that was asked for.
        day: String,
    },
    /// What came is another kind of bill.
    #[error("what the gateway sent is not kept: it is a bill {found}, not {asked}; download it again")]
    OtherKind {
        /// What it is.
        found: String,
        /// What was asked for.
        asked: String,
    },
    /// The digest of the answer is another one.
    #[error(
        "what the gateway sent is not kept: its header says {said:?} and the file has SHA={found}; download it again"
    )]
    Digest {
        /// The header.
        said: String,
        /// Of the file.
        found: String,
    },
    /// The file cannot be written.
    #[error("{place} cannot be written: {cause}; check the folder and the space on the disk")]
    Unwritable {
        /// The file or folder.
        place: String,
        /// Why.
        cause: io::Error,
    },
    /// Somebody stopped it.
    #[error("stopped; nothing was kept")]
    Cancelled,
}

impl BillFault {
    /// The word that the window translates and scripts compare.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Desk(error) => error.code(),
            Self::TooEarly { .. } => "bill_too_early",
            Self::Download { cause } => match cause {
                DownloadFault::NoBill(_) => "gateway_refused",
                DownloadFault::Wire(wxpay_client::WireFault::NotSent(_)) => "not_sent",
                DownloadFault::Wire(_) | DownloadFault::HttpStatus(_) => "outcome_unknown",
                DownloadFault::Certificate => "certificate_refused",
                DownloadFault::Sink(_) => "output_unwritable",
                DownloadFault::Request(_) => "input_invalid",
                DownloadFault::Encoded | DownloadFault::NotABill(_) => "bill_refused",
            },
            Self::Refused { .. } | Self::OtherDay { .. } | Self::OtherKind { .. } | Self::Digest { .. } => {
                "bill_refused"
            }
            Self::Unwritable { .. } => "output_unwritable",
            Self::Cancelled => "cancelled",
        }
    }

    /// The exit status of the command line: 4 not sent or refused by the gateway, 5 broken off, 3 what came is refused.
    pub fn exit_status(&self) -> u8 {
        match self.code() {
            "bill_too_early" | "gateway_refused" | "not_sent" | "certificate_refused" => 4,
            "outcome_unknown" => 5,
            _ => match self {
                Self::Desk(error) => error.exit_status(),
                _ => 3,
            },
        }
    }
}

/// What a download is asked with.
struct Asking {
    signer: Signer,
    certificate: Option<MerchantCertificate>,
    request: Params,
    /// Other profiles are or were of the same merchant, at another gateway or for another sub-merchant, with bills of their own.
    has_namesakes: bool,
}

impl Desk {
    /// Fetches the bill of a day. The text is streamed to the disk; it counts as fetched once every row was read, the day and the
    /// merchant are the right ones and the sums tie out, or rows that cannot be read were counted.
    ///
    /// # Errors
    ///
    /// See [`BillFault`].
    pub async fn fetch_bill(&self, wish: &BillWish, watch: Watch<'_>) -> Result<FetchedBill, BillFault> {
        let (asked, now) = (wish.clone(), self.now());
        let (asking, target) = self
            .blocking(move |inner| {
                let asking = inner.asking_for_bill(&asked)?;
                let target = target(&asked, &asking.signer.profile.mch_id, asking.has_namesakes);
                part::sweep(&target);
                Ok((asking, target))
            })
            .await?;
        let from = download::complete_at(wish.day);
        // A simulator's bills follow its own clock.
        if asking.signer.profile.environment != Environment::Simulator && now < from {
            return Err(BillFault::TooEarly { day: wish.day.day(), from: from.dashed() });
        }
        let of = asking.signer.profile.clone();
        let mut part = Part::beside(&target, watch)?;
        self.take_pace(&asking.signer, 1).await?;
        let merchant = asking.signer.merchant(asking.signer.profile.appid.as_str(), asking.signer.profile.sign_type);
        let (to, certificate) = (&asking.signer.to, asking.certificate.as_ref());
        let body =
            self.inner.client.download_bill(to, (wish.kind, merchant), certificate, &asking.request, &mut part).await;
        if watch.cancel.is_cancelled() {
            return Err(BillFault::Cancelled);
        }
        let body = match body {
            Ok(body) => body,
            Err(DownloadFault::NoBill(no_bill)) if no_bill.meaning() == NoBillMeaning::NoTrade => {
                let (wish, cancel) = (wish.clone(), watch.cancel.clone());
                let none = self.blocking(move |inner| inner.keep_none(&wish, &cancel)).await?;
                self.inner.changes.note(Tag::Days, []);
                return Ok(FetchedBill::NoTrade(none));
            }
            Err(fault) => return Err(fault.into()),
        };
        let (whole, wish, cancel) = (part.finish()?, wish.clone(), watch.cancel.clone());
        let asked = wish.clone();
        let checked = move || {
            let soundness = soundness::check(whole.path(), &wish, &of)?;
            let digest_held = soundness::check_digest(&wish, body.digest.as_deref(), &whole.sha1, &soundness)?;
            let before = whole.put(&target, &soundness.sha256)?;
            Ok::<_, BillFault>(SavedBill {
                file: target,
                bytes: body.bytes,
                soundness,
                digest_held,
                before,
                others: Vec::new(),
                settled_beside: SettledBeside::default(),
            })
        };
        let done = tokio::task::spawn_blocking(checked).await;
        let mut saved = done.map_err(|_| DeskError::Internal("checking a bill"))??;
        let saved = self
            .blocking(move |inner| {
                (saved.others, saved.settled_beside) = inner.keep_fetched(&asked, &saved, &cancel)?;
                Ok(saved)
            })
            .await?;
        self.inner.changes.note(Tag::Days, []);
        Ok(FetchedBill::Saved(Box::new(saved)))
    }
}

impl Inner {
    fn asking_for_bill(&self, wish: &BillWish) -> Result<Asking, DeskError> {
        let signer = self.signer(&wish.profile)?;
        let certificate = match wish.kind {
            BillKind::FundFlow(_) => self.merchant_certificate(&signer.profile)?,
            BillKind::Trades(_) => None,
        };
        let profile = &signer.profile;
        let asked = (wish.day, wish.kind, wish.packed);
        let mut request = download::request(&profile.appid, &profile.mch_id, asked, &self.nonce()?, profile.sign_type);
        if let (BillKind::Trades(_), Some(sub_mch_id)) = (wish.kind, &profile.sub_mch_id) {
            request.push("sub_mch_id", sub_mch_id.as_str())?;
        }
        let has_namesakes = self.store.has_namesakes(&profile.name, &profile.mch_id)?;
        Ok(Asking { signer, certificate, request, has_namesakes })
    }
}

/// The file that a bill is kept in; it names the profile where the merchant alone does not tell whose it is, with a mark of its exact
/// name: what a system does not take in a file's name, or takes as the same, tells profiles apart.
fn target(wish: &BillWish, mch_id: &MchId, has_namesakes: bool) -> PathBuf {
    if !wish.to.is_dir() {
        return wish.to.clone();
    }
    let packed = if wish.packed { ".gz" } else { "" };
    let profile = if has_namesakes {
        // What no system takes in a file's name.
        let shown = wish.profile.replace(['/', '\\', ':', '*', '?', '"', '<', '>', '|'], "_");
        let digest: [u8; 32] = Sha256::digest(&wish.profile).into();
        format!("_{shown}-{}", hex(digest.get(..4).unwrap_or_default()))
    } else {
        String::new()
    };
    wish.to.join(format!("{mch_id}{profile}_{}_{}.csv{packed}", wish.day.day(), wish.kind.word()))
}

fn unwritable(place: &Path) -> impl FnOnce(io::Error) -> BillFault {
    let place = place.display().to_string();
    move |cause| BillFault::Unwritable { place, cause }
}

/// What a file that was opened as a bill of trades is.
fn word_of(kind: BillType) -> String {
    BillKind::Trades(kind).word()
}
