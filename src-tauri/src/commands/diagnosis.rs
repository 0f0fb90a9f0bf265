//! Why a sign is not the right one, and whether the key is.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use desk::{Cancel, Clock as _, Desk, Evidence, KeyAtHand, SystemClock};
use tauri::State;
use tauri::ipc::Channel;
use wxpay_diagnose::diagnosis::{self, Context, Effort};
use wxpay_diagnose::rules::Endpoint;

use crate::commands::confirm;
use crate::diagnosing::view_of;
use crate::dto::diagnosis::{ContextChoice, DiagnosisRequest, DiagnosisView, KeyProbeView, KeyRole, SearchProgress};
use crate::dto::signature::SignatureKey;
use crate::dto::start::Language;
use crate::error::IpcError;
use crate::home::Home;

/// The window is told this often how far a long search is.
const TELL_EVERY: Duration = Duration::from_millis(120);

/// Everything that singles, pairs and subsets tell about a sign. Keys are used and forgotten; none is answered. The window
/// numbers these questions; a newer one ends the one before, and `signature_stop` ends it too, with what is known by then.
#[tauri::command]
#[specta::specta]
pub(crate) async fn signature_diagnose(
    home: State<'_, Home>,
    request: DiagnosisRequest,
    ticket: u32,
) -> Result<DiagnosisView, IpcError> {
    let cancel = home.typing.begin(ticket);
    let answer = diagnosed(&home, request, cancel).await;
    home.typing.end(ticket);
    answer
}

async fn diagnosed(home: &Home, request: DiagnosisRequest, cancel: Cancel) -> Result<DiagnosisView, IpcError> {
    let (evidence, language) = evidence_of(home.desk().await?, request).await?;
    away_from_the_window(move || {
        let mut watch = |_| if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let examined = desk::examine(&evidence, Effort::default(), &mut watch);
        view_of(&evidence, &examined, language)
    })
    .await
}

/// Ends the search under this number: the person types on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn signature_stop(home: State<'_, Home>, ticket: u32) -> Result<(), IpcError> {
    home.typing.stop(ticket);
    Ok(())
}

/// The same with three changes at once and subsets of up to 20 fields, which takes seconds; progress is told while it goes
/// on, and `job_cancel` ends it with what is known by then.
#[tauri::command]
#[specta::specta]
pub(crate) async fn signature_diagnose_deep(
    home: State<'_, Home>,
    request: DiagnosisRequest,
    progress: Channel<SearchProgress>,
) -> Result<DiagnosisView, IpcError> {
    let (evidence, language) = evidence_of(home.desk().await?, request).await?;
    let job = home.jobs.begin();
    let mut watch = watching(job.number, job.cancel.clone(), progress);
    away_from_the_window(move || {
        let examined = desk::examine(&evidence, Effort::deep(), &mut watch);
        view_of(&evidence, &examined, language)
    })
    .await
}

/// Everything that a message can be, for a list to choose from, in the language of the window.
#[tauri::command]
#[specta::specta]
pub(crate) async fn signature_contexts(home: State<'_, Home>) -> Result<Vec<ContextChoice>, IpcError> {
    let settings = home.desk().await?.settings().await?;
    Ok(context_choices(Language::of(&settings)))
}

/// Asks the gateway one read-only question, after a person agreed to just this: whether the merchant's key is right.
#[tauri::command]
#[specta::specta]
pub(crate) async fn key_probe(
    home: State<'_, Home>,
    profile: String,
    confirmation: String,
) -> Result<KeyProbeView, IpcError> {
    let desk = home.desk().await?;
    let language = Language::of(&desk.settings().await?);
    desk.redeem(&confirmation, &confirm::key_probing(&desk.profile(&profile).await?.profile))?;
    Ok(KeyProbeView::of(&desk.probe_key(&profile).await?, language))
}

fn context_choices(language: Language) -> Vec<ContextChoice> {
    let fixed = [
        ("jsapi", "JSAPI / 小程序调起支付", "JSAPI / mini program call"),
        ("app", "APP 调起支付", "APP call"),
        ("native", "NATIVE 静态码链接", "NATIVE static code link"),
        ("pay-notify", "支付结果通知", "payment notification"),
        ("refund-notify", "退款结果通知", "refund notification"),
        ("answer", "接口应答", "answer of an endpoint"),
    ];
    let choice = |(word, chinese, english): (&str, &str, &str), endpoint| ContextChoice {
        word: word.to_owned(),
        endpoint,
        title: if language == Language::Chinese { chinese } else { english }.to_owned(),
    };
    let endpoints = Endpoint::all().map(|endpoint| {
        let (chinese, english) = endpoint.rule().title;
        choice((endpoint.name(), chinese, english), true)
    });
    fixed.into_iter().map(|words| choice(words, false)).chain(endpoints).collect()
}

async fn evidence_of(desk: &Desk, request: DiagnosisRequest) -> Result<(Evidence, Language), IpcError> {
    let language = Language::of(&desk.settings().await?);
    // What came over with a message may name an endpoint that is in no book; then its fields decide.
    let context = request.context.as_deref().and_then(Context::parse);
    let mut keys: Vec<KeyAtHand> = Vec::new();
    let (mut recorded, mut appid) = (None, filled(request.appid));
    match request.key {
        SignatureKey::Profile { name } => {
            let profile = desk.profile(&name).await?.profile;
            recorded = Some(profile.sign_type);
            appid = appid.or_else(|| Some(profile.appid.as_str().to_owned()));
            keys = desk.keys_at_hand(&name, true).await?;
        }
        SignatureKey::Typed { key } if !key.0.is_empty() => {
            let name = name_of(KeyRole::InUse, language);
            keys.push(KeyAtHand { role: diagnosis::KeyRole::InUse, name, secret: key.0 });
            // A locked vault only means that fewer keys can be told apart.
            keys.extend(desk.keys_of_all_profiles().await.unwrap_or_default());
        }
        SignatureKey::Typed { .. } | SignatureKey::None => {}
    }
    // Before those of other merchants: a person who types a key suspects it.
    let first_other = 1.min(keys.len());
    let typed = request.more_keys.into_iter().filter(|typed| !typed.key.0.is_empty());
    let more = typed.map(|typed| KeyAtHand {
        role: typed.role.into(),
        name: name_of(typed.role, language),
        secret: typed.key.0,
    });
    let more: Vec<KeyAtHand> = more.collect();
    keys.splice(first_other..first_other, more);
    let evidence = Evidence {
        pasted: request.input.into_bytes(),
        format: request.format.into(),
        sent: filled(request.sent).map(String::into_bytes),
        sign: filled(request.given_sign),
        sign_type: request.sign_type.map(Into::into),
        recorded,
        context,
        appid,
        keys,
        return_msg: filled(request.return_msg),
        refund_notice: filled(request.refund_notice).map(String::into_bytes),
        now: Some(SystemClock.now()),
    };
    Ok((evidence, language))
}

/// What stands in the place of a key that was typed.
fn name_of(role: KeyRole, language: Language) -> String {
    let (chinese, english) = match role {
        KeyRole::InUse => ("临时输入的密钥", "the key typed in"),
        KeyRole::OtherMerchant => ("另一个商户的密钥", "another merchant's key"),
        KeyRole::AppSecret => ("AppSecret", "AppSecret"),
        KeyRole::V3 => ("APIv3 密钥", "APIv3 key"),
        KeyRole::Sandbox => ("沙箱密钥", "sandbox key"),
        KeyRole::Previous => ("重置前的密钥", "key before the reset"),
    };
    if language == Language::Chinese { chinese } else { english }.to_owned()
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

fn watching(
    job: u32,
    cancel: Cancel,
    progress: Channel<SearchProgress>,
) -> impl FnMut(diagnosis::Progress) -> ControlFlow<()> + Send {
    let mut told: Option<Instant> = None;
    move |found| {
        if told.is_none_or(|at| at.elapsed() >= TELL_EVERY) {
            told = Some(Instant::now());
            let (tried, stage, percent) = (found.tried.into(), found.stage.into(), found.share);
            // A page that was reloaded no longer listens; whoever comes next starts anew.
            drop(progress.send(SearchProgress { job, tried, stage, percent }));
        }
        if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Hashing takes a whole core; it must not be one of those that answer the window.
async fn away_from_the_window<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IpcError> + Send + 'static,
) -> Result<T, IpcError> {
    tauri::async_runtime::spawn_blocking(work).await.unwrap_or_else(|_| Err(IpcError::internal("a search")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_a_context_and_has_words_in_both_languages() {
        let (chinese, english) = (context_choices(Language::Chinese), context_choices(Language::English));
        assert!(chinese.len() > 20, "{}", chinese.len());
        for (choice, other) in chinese.iter().zip(&english) {
            assert_eq!(Context::parse(&choice.word).map(Context::as_str), Some(choice.word.as_str()));
            assert!(!choice.title.is_empty() && other.title.is_ascii(), "{other:?}");
        }
    }

    #[test]
    fn a_search_that_is_cancelled_stops_at_its_next_step() {
        let cancel = Cancel::new();
        let mut watch = watching(1, cancel.clone(), Channel::new(|_| Ok(())));
        let progress = diagnosis::Progress { tried: 1, stage: diagnosis::Stage::Singles, share: None };
        assert!(watch(progress).is_continue());
        cancel.cancel();
        assert!(watch(progress).is_break());
    }
}
