//! What a notice is worth: by whose key and record it is judged, and what that gives.

use desk_store::{NoticeVerdict, Order, Profile};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::notice_check::{Check, Judged, Known, Notice, NoticeKind, Record, judge};
use wxpay_protocol::{Params, Secret, SignType, UtcMs, req_info, xml};

use super::{NoticeOutcome, outcome};
use crate::DeskError;
use crate::desk::Inner;
use crate::signer::Signer;

/// What was read of a message before anything of it is believed.
#[derive(Clone)]
pub(super) struct Peeked {
    pub(super) params: Option<Params>,
    pub(super) kind: Option<NoticeKind>,
    pub(super) first: Check,
}

/// A judgement that is not kept yet.
pub(super) struct Opinion {
    pub(super) peeked: Peeked,
    pub(super) profile: Option<String>,
    pub(super) order: Option<Order>,
    pub(super) checks: Vec<Check>,
    pub(super) notice: Option<Notice>,
    /// What `req_info` holds, where it opened; of a refused notice too.
    pub(super) inside: Option<Params>,
    pub(super) verdict: NoticeVerdict,
}

impl Opinion {
    /// How much a refusal knows of the message: most where the key is its own, least where another's key may still be, so that a
    /// missing one comes between; of the same kind the one that came further.
    fn knowledge(&self) -> (u8, usize) {
        let is_signed = self.checks.iter().any(|check| check.name == "sign" && check.ok);
        let is_keyless = self.checks.last().is_some_and(|check| check.name == "key");
        let of_key = match (is_signed || self.inside.is_some(), is_keyless) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => 0,
        };
        (of_key, self.checks.len())
    }
}

impl Inner {
    /// Everything but what the transaction itself finds out. Where several profiles have the mch_id that the message names, each
    /// is tried until one believes it; else it is told of the one that knows most of it.
    pub(super) fn opinion(&self, body: &[u8], named: Option<&str>) -> Result<Opinion, DeskError> {
        let peeked = peeked(xml::read(body, "xml").map_err(|fault| fault.to_string()));
        let Some(params) = &peeked.params else { return Ok(refused(peeked, None, Vec::new())) };
        let mut candidates = self.profiles_for(params, named)?.into_iter();
        let Some(first) = candidates.next() else {
            let check = Check { name: "merchant", ok: false, detail: nobody_here(params.filled("mch_id")) };
            return Ok(refused(peeked, None, vec![check]));
        };
        let mut best = self.judged_by(first, peeked)?;
        for name in candidates {
            if best.notice.is_some() {
                break;
            }
            let other = self.judged_by(name, best.peeked.clone())?;
            if other.notice.is_some() || other.knowledge() > best.knowledge() {
                best = other;
            }
        }
        Ok(best)
    }

    /// How one profile judges it. The number in the message is looked at, unverified, only to choose the key and the algorithm of
    /// our own record.
    fn judged_by(&self, name: String, peeked: Peeked) -> Result<Opinion, DeskError> {
        let Some(params) = &peeked.params else { return Ok(refused(peeked, Some(name), Vec::new())) };
        let signer = match self.signer(&name) {
            Ok(signer) => signer,
            Err(fault) => {
                let check = Check { name: "key", ok: false, detail: fault.to_string() };
                return Ok(refused(peeked, Some(name), vec![check]));
            }
        };
        let inside = opened(params, &signer.key);
        let number = inside.as_ref().unwrap_or(params).filled("out_trade_no");
        let order = number.map(|number| self.store.order(signer.profile.mch_id.as_str(), number)).transpose()?;
        let order = order.flatten();
        let Judged { mut checks, mut notice } = judge(params, &known(&signer, order.as_ref()));
        let held = checks.iter().position(|check| check.name == "merchant" && check.ok);
        if let (Some(place), Some(order)) = (held, &order)
            && let Some(theirs) = self.other_gateway(order, &signer.profile)?
        {
            let detail = of_another_gateway(order, theirs, signer.profile.environment);
            checks.truncate(place);
            checks.push(Check { name: "merchant", ok: false, detail });
            notice = None;
        }
        let verdict = match (&notice, &order) {
            (None, _) => NoticeVerdict::Refused,
            (Some(_), None) => NoticeVerdict::Orphan,
            (Some(Notice::Payment(_)), Some(_)) => NoticeVerdict::Accepted,
            (Some(Notice::Refund(refund)), Some(_)) => {
                let known = self.store.refund(signer.profile.mch_id.as_str(), refund.out_refund_no.as_str())?;
                if known.is_some() { NoticeVerdict::Hint } else { NoticeVerdict::Orphan }
            }
        };
        Ok(Opinion { peeked, profile: Some(name), order, checks, notice, inside, verdict })
    }

    /// Whose notice it may be, the likeliest first: whose app it names too, then the one in use.
    fn profiles_for(&self, params: &Params, named: Option<&str>) -> Result<Vec<String>, DeskError> {
        if let Some(named) = named {
            return Ok(vec![self.profile(named)?.name]);
        }
        let (mch_id, appid) = (params.filled("mch_id"), params.filled("appid"));
        let mut of_merchant = self.store.profiles()?;
        of_merchant.retain(|profile| Some(profile.mch_id.as_str()) == mch_id);
        if of_merchant.len() > 1 {
            let active = self.settings()?.active_profile;
            let is_other =
                |profile: &Profile| (Some(profile.appid.as_str()) != appid, Some(&profile.name) != active.as_ref());
            of_merchant.sort_by_key(is_other);
        }
        Ok(of_merchant.into_iter().map(|profile| profile.name).collect())
    }

    /// What its `req_info` holds, while the key can be had.
    pub(super) fn opened_again(&self, profile: &str, body: &[u8]) -> Option<Vec<(String, String)>> {
        let signer = self.signer(profile).ok()?;
        opened(&xml::read(body, "xml").ok()?, &signer.key).as_ref().map(super::pairs)
    }
}

/// What is told of a merchant whose key is not here.
fn nobody_here(mch_id: Option<&str>) -> String {
    let Some(mch_id) = mch_id else {
        return "没有写 mch_id，不知道是哪个商户的：请粘贴完整的正文 (it names no mch_id; paste the whole body)"
            .to_owned();
    };
    let mch_id: String = mch_id.chars().take(32).collect();
    format!(
        "本机没有商户号 {mch_id:?} 的商户配置，无法验签：请先在“设置”里添加这个商户，或核对这条通知是不是发给别家的 (no profile here has this \
         mch_id: add that merchant in the settings, or check whose notice this is)"
    )
}

/// What is told of an order that the key does not speak for.
fn of_another_gateway(order: &Order, theirs: Environment, ours: Environment) -> String {
    format!(
        "订单 {} 属于{}环境，而验签的是{}环境的密钥：不能凭它改动这笔订单 (the order is of {} and the key is of {}: it says nothing of this order)",
        order.out_trade_no,
        chinese(theirs),
        chinese(ours),
        theirs.as_str(),
        ours.as_str()
    )
}

const fn chinese(environment: Environment) -> &'static str {
    match environment {
        Environment::Production => "生产",
        Environment::Standby => "备用域名",
        Environment::Sandbox => "沙箱",
        Environment::Simulator => "模拟",
    }
}

fn opened(params: &Params, key: &Secret) -> Option<Params> {
    params.filled("req_info").and_then(|sealed| req_info::open(sealed, key).ok())
}

/// Judges a message by a key alone, without any record: what `wxpay notify inspect --key-file` does. Where no algorithm is
/// said it is the message's own, else the one that a sign of its length has.
pub fn inspect_by_key(body: &[u8], key: &Secret, sign_type: Option<SignType>, now: UtcMs) -> NoticeOutcome {
    let peeked = peeked(xml::read(body, "xml").map_err(|fault| fault.to_string()));
    let Some(params) = peeked.params.clone() else { return outcome(refused(peeked, None, Vec::new()), now) };
    let own = || params.filled("sign_type").and_then(SignType::parse);
    let by_length = || params.filled("sign").and_then(|sign| SignType::from_hex_len(sign.len()));
    let Judged { checks, notice } = judge(
        &params,
        &Known {
            appid: params.filled("appid").unwrap_or_default(),
            mch_id: params.filled("mch_id").unwrap_or_default(),
            sign_type: sign_type.or_else(own).or_else(by_length).unwrap_or_default(),
            key,
            record: None,
        },
    );
    let verdict = match &notice {
        None => NoticeVerdict::Refused,
        Some(Notice::Payment(_)) => NoticeVerdict::Accepted,
        Some(Notice::Refund(_)) => NoticeVerdict::Hint,
    };
    let inside = opened(&params, key);
    outcome(Opinion { peeked, profile: None, order: None, checks, notice, inside, verdict }, now)
}

fn known<'a>(signer: &'a Signer, order: Option<&'a Order>) -> Known<'a> {
    let profile = &signer.profile;
    Known {
        appid: order.map_or(profile.appid.as_str(), |order| order.appid.as_str()),
        mch_id: profile.mch_id.as_str(),
        sign_type: order.map_or(profile.sign_type, |order| order.sign_type),
        key: &signer.key,
        record: order.map(|order| Record { total_fee: order.proven_fee(), attach: order.proven_attach() }),
    }
}

/// What a message says of itself.
pub(super) fn peeked(read: Result<Params, String>) -> Peeked {
    match read {
        Ok(params) => {
            let kind = Some(NoticeKind::of(&params));
            let detail = format!("{} 个字段 (fields)", params.len());
            Peeked { kind, params: Some(params), first: Check { name: "message", ok: true, detail } }
        }
        Err(detail) => Peeked { kind: None, params: None, first: Check { name: "message", ok: false, detail } },
    }
}

/// A refusal before anything was judged, or after these checks.
pub(super) fn refused(peeked: Peeked, profile: Option<String>, checks: Vec<Check>) -> Opinion {
    Opinion { peeked, profile, order: None, checks, notice: None, inside: None, verdict: NoticeVerdict::Refused }
}
