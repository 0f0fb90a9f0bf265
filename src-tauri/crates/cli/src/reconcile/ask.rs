//! `wxpay reconcile --ask`: what the gateway says about the differences of a day.

use desk::reconcile::Class;
use desk::store::Profile;
use desk::{Cancel, DaySides, Desk, Doubtful, GatewaySays, Reconciled};
use serde_json::{Value, json};
use wxpay_protocol::{Fen, UtcMs};

use crate::desk_options::DeskOptions;
use crate::exit::Failure;
use crate::output::Output;
use crate::progress::Bar;

/// What was asked about, by the place of its difference, with its class.
type Asked = Vec<(usize, Class, Doubtful)>;

/// Asks about the first `most` differences and keeps the answers beside them.
pub(crate) async fn ask(
    (opened, profile): &(Desk, Profile),
    options: &DeskOptions,
    sides: &DaySides,
    found: &mut Reconciled,
    (most, cancel): (usize, &Cancel),
) -> Result<Asked, Failure> {
    let mut asked = found.doubtful(sides, most, cancel)?;
    let questions: Vec<Doubtful> = asked.iter().map(|(_, _, question)| question.clone()).collect();
    if !profile.builtin {
        options.unlock(opened).await?;
    }
    let bar = Bar::new("asking [查单]");
    let told = opened.ask_doubtful(&profile.name, &questions, bar.watcher(), cancel).await;
    bar.finish();
    let told = told?;
    asked.truncate(told.len());
    for ((place, ..), told) in asked.iter().zip(told) {
        found.keep_told(*place, told);
    }
    Ok(asked)
}

/// The answers for programs.
pub(crate) fn shown(found: &Reconciled, asked: &Asked) -> Vec<Value> {
    each(found, asked).map(|(class, question, told)| one(class, question, told)).collect()
}

fn one(class: Class, question: &Doubtful, told: &GatewaySays) -> Value {
    let (what, number) = match question {
        Doubtful::Order(number) => ("out_trade_no", number),
        Doubtful::Payment(number) => ("transaction_id", number),
        Doubtful::Refund(number) => ("out_refund_no", number),
        Doubtful::RefundId(number) => ("refund_id", number),
    };
    let (fee, id, paid_at) = match told {
        GatewaySays::Order { total_fee, transaction_id, paid_at, .. } => {
            (*total_fee, transaction_id.clone(), paid_at.map(UtcMs::rfc3339))
        }
        GatewaySays::Refund { refund_fee, refund_id, .. } => (Some(*refund_fee), Some(refund_id.clone()), None),
        GatewaySays::Absent | GatewaySays::Nothing(_) => (None, None, None),
    };
    json!({
        "class": class.name(),
        what: number,
        "answer": told.word(),
        "fee": fee.map(Fen::get),
        "id": id,
        "paid_at": paid_at,
        "sentence": told.chinese(),
        "sentence_en": told.english(),
    })
}

/// The answers for people.
pub(crate) fn describe(found: &Reconciled, asked: &Asked, output: &mut Output) -> Result<(), Failure> {
    for (class, question, told) in each(found, asked) {
        let (Doubtful::Order(number)
        | Doubtful::Payment(number)
        | Doubtful::Refund(number)
        | Doubtful::RefundId(number)) = question;
        output.line(&format!("  {:<20} {number}  {} [{}]", class.name(), told.english(), told.chinese()))?;
    }
    Ok(())
}

fn each<'f>(found: &'f Reconciled, asked: &'f Asked) -> impl Iterator<Item = (Class, &'f Doubtful, &'f GatewaySays)> {
    asked.iter().filter_map(|(place, class, question)| Some((*class, question, found.told.get(place)?)))
}
