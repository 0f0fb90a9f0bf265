//! `GET /_control/ledger`: the truth, as one JSON document written page by page, so that a million orders are never in memory
//! twice and nobody waits for more than a page.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};

use super::Shared;
use crate::Gateway;
use crate::control::json::{notice_json, order_json, refund_json};

/// Orders, refunds or notices in a page.
const PAGE: usize = 500;

/// Where the document has come to.
enum Part {
    Head,
    Orders(usize),
    Refunds(usize),
    Notices(usize),
    End,
}

/// Orders that come to be while it is written may be in it; `sums` and `answers` are of the end of the writing.
pub(super) async fn show(State(control): Shared) -> Response {
    let gateway = Arc::clone(&control.gateway);
    let pages = stream::unfold((gateway, Some(Part::Head)), |(gateway, part)| async move {
        let (text, next) = page(&gateway, &part?);
        Some((Ok::<_, Infallible>(Bytes::from(text)), (gateway, next)))
    });
    ([(header::CONTENT_TYPE, "application/json")], Body::from_stream(pages)).into_response()
}

fn page(gateway: &Gateway, part: &Part) -> (String, Option<Part>) {
    match *part {
        Part::Head => (format!("{{\"now\":\"{}\",\"orders\":[", gateway.now().rfc3339()), Some(Part::Orders(0))),
        Part::Orders(from) => {
            let orders = gateway.orders_from(from, PAGE);
            let lines = orders.iter().map(|(view, answers)| {
                let mut order = order_json(view);
                if let Some(fields) = order.as_object_mut() {
                    fields.insert("answers".to_owned(), json!(answers));
                }
                order
            });
            let next = if orders.is_empty() { Part::Refunds(0) } else { Part::Orders(from + orders.len()) };
            (list(from, lines, orders.is_empty().then_some("],\"refunds\":[")), Some(next))
        }
        Part::Refunds(from) => {
            let refunds = gateway.refunds_from(from, PAGE);
            let next = if refunds.is_empty() { Part::Notices(0) } else { Part::Refunds(from + refunds.len()) };
            (list(from, refunds.iter().map(refund_json), refunds.is_empty().then_some("],\"notices\":[")), Some(next))
        }
        Part::Notices(from) => {
            let notices = gateway.notices_from(from, PAGE);
            let next = if notices.is_empty() { Part::End } else { Part::Notices(from + notices.len()) };
            (list(from, notices.iter().map(notice_json), notices.is_empty().then_some("],")), Some(next))
        }
        Part::End => {
            let (sums, answers) = (json!(gateway.sums()), json!(gateway.answers()));
            (format!("\"sums\":{sums},\"answers\":{answers}}}"), None)
        }
    }
}

fn list(from: usize, items: impl Iterator<Item = Value>, end: Option<&str>) -> String {
    let mut text = String::new();
    for (index, item) in items.enumerate() {
        if from + index > 0 {
            text.push(',');
        }
        text.push_str(&item.to_string());
    }
    text.push_str(end.unwrap_or_default());
    text
}
