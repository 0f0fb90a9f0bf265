//! How an answer leaves that does not leave as HTTP says.

use std::fmt::Write;
use std::io;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep, timeout_at};
use wxpay_protocol::UtcMs;
use wxpay_protocol::notice::DEADLINE_MS;

use super::line::Grip;
use crate::answer::Answer;
use crate::faults::Delivery;
use crate::gateway::Gateway;
use crate::ledger::record::Notice;

/// How often a clock is looked at that may stand still or be advanced by hand.
const LOOK: Duration = Duration::from_millis(20);
/// Padding is written in such pieces.
static SPACES: [u8; 64 * 1024] = [b' '; 64 * 1024];

/// Waits as long as the answer must; whether the server may then send it as usual. Otherwise it has left over `grip`, as far
/// as it should, and the connection is at its end.
pub(super) async fn leave(gateway: &Gateway, answer: &Answer, grip: &Grip) -> bool {
    match answer.delivery {
        Delivery::Whole => return true,
        Delivery::At(moment) => {
            wait_until(gateway, moment).await;
            return true;
        }
        Delivery::AfterNotice(notice) => {
            wait_for_notice(gateway, notice).await;
            return true;
        }
        _ => {}
    }
    grip.take();
    if let Err(fault) = write(gateway, answer, grip).await {
        tracing::debug!(%fault, "a client left before its spoilt answer was complete");
    }
    false
}

async fn write(gateway: &Gateway, answer: &Answer, grip: &Grip) -> io::Result<()> {
    let length = answer.body.len();
    let whole = || [head(answer, length as u64).as_bytes(), &answer.body].concat();
    match answer.delivery {
        Delivery::Whole | Delivery::At(_) | Delivery::AfterNotice(_) => {}
        Delivery::Reset => grip.reset(),
        Delivery::ResetAfter { body_bytes } => {
            let cut = answer.body.get(..body_bytes).unwrap_or(&answer.body);
            grip.write(&[head(answer, length as u64).as_bytes(), cut].concat()).await?;
            // What a reset overtakes is lost to the client, so what should arrive gets a moment.
            sleep(LOOK).await;
            grip.reset();
        }
        Delivery::Declared { content_length, hold_ms } => {
            grip.write(&[head(answer, content_length as u64).as_bytes(), &answer.body].concat()).await?;
            hold(grip, hold_ms).await;
        }
        Delivery::Trickled { gap_ms } => {
            for byte in whole() {
                grip.write(&[byte]).await?;
                if hold(grip, gap_ms).await {
                    return Ok(());
                }
            }
            grip.finish().await?;
        }
        Delivery::Silent { hold_ms } => {
            hold(grip, hold_ms).await;
        }
        Delivery::Padded { body_bytes } => {
            grip.write(&[head(answer, body_bytes.max(length as u64)).as_bytes(), &answer.body].concat()).await?;
            let mut missing = body_bytes.saturating_sub(length as u64);
            while missing > 0 {
                let piece = usize::try_from(missing).unwrap_or(SPACES.len()).min(SPACES.len());
                grip.write(SPACES.get(..piece).unwrap_or_default()).await?;
                missing -= piece as u64;
            }
            grip.finish().await?;
        }
        Delivery::ThenClosed => {
            grip.write(&whole()).await?;
            grip.finish().await?;
        }
        Delivery::ThenRefusing { ms } => {
            gateway.closing.close(Duration::from_millis(ms)).await;
            grip.write(&whole()).await?;
            grip.finish().await?;
        }
    }
    Ok(())
}

/// Keeps the connection open for so long; whether the client left before.
async fn hold(grip: &Grip, ms: u64) -> bool {
    tokio::select! {
        () = sleep(Duration::from_millis(ms)) => false,
        () = grip.left() => true,
    }
}

fn head(answer: &Answer, content_length: u64) -> String {
    let words = StatusCode::from_u16(answer.status).ok().and_then(|status| status.canonical_reason()).unwrap_or("");
    let mut head = format!(
        "HTTP/1.1 {} {words}\r\nServer: nginx\r\nContent-Type: {}\r\nContent-Length: {content_length}\r\n",
        answer.status, answer.content_type
    );
    for (name, value) in &answer.headers {
        // Writing to a String does not fail.
        write!(head, "{name}: {value}\r\n").ok();
    }
    head.push_str("\r\n");
    head
}

async fn wait_until(gateway: &Gateway, moment: UtcMs) {
    while gateway.clock.now() < moment {
        sleep(gateway.clock.real_time_until(moment).map_or(LOOK, |wait| wait.min(LOOK))).await;
    }
}

async fn wait_for_notice(gateway: &Gateway, id: u64) {
    let mut events = gateway.events();
    let latest = Instant::now() + Duration::from_millis(DEADLINE_MS);
    let is_settled = || gateway.ledger().notice(id).is_none_or(Notice::is_settled);
    while !is_settled() {
        match timeout_at(latest, events.recv()).await {
            Ok(Ok(_) | Err(RecvError::Lagged(_))) => {}
            Ok(Err(RecvError::Closed)) | Err(_) => return,
        }
    }
}
