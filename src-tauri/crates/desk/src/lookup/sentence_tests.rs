use super::*;

const STATES: [OrderState; 11] = [
    OrderState::Unverified,
    OrderState::Creating,
    OrderState::CreateFailed,
    OrderState::NotPay,
    OrderState::UserPaying,
    OrderState::Accept,
    OrderState::Success,
    OrderState::Refund,
    OrderState::Closed,
    OrderState::Revoked,
    OrderState::PayError,
];

fn standing(state: OrderState, inquiry: &Inquiry) -> Standing<'_> {
    Standing {
        state,
        claimed_state: None,
        flags: Flags::NONE,
        total_fee: Fen::new(900),
        paid_at: state.is_paid().then_some(UtcMs(1_704_135_845_000)),
        way: None,
        refunds: &[],
        payment_errors: 0,
        inquiry,
    }
}

#[test]
fn a_paid_order_is_one_sentence_with_amount_moment_and_way() {
    let way = Some(Told::new("招商银行信用卡", "China Merchants Bank credit card"));
    let told = Standing { way, ..standing(OrderState::Success, &Inquiry::Answered) }.sentence();
    assert_eq!(told.zh, "已支付 ¥9.00，2024-01-02 03:04，招商银行信用卡。");
    assert_eq!(told.en, "Paid ¥9.00 on 2024-01-02 03:04 by China Merchants Bank credit card.");
}

#[test]
fn every_state_has_its_words_and_says_whether_it_can_change() {
    let failed = Inquiry::Failed { why: "the connection broke".into() };
    let refused = Inquiry::Refused { err_code: "FREQUENCY_LIMITED".into(), err_code_des: "频率限制".into() };
    let no_key = Inquiry::NoKey { why: "the vault is locked".into() };
    for state in STATES {
        for inquiry in [&Inquiry::Answered, &Inquiry::NotAsked, &Inquiry::NotExist, &failed, &refused, &no_key] {
            let standing = standing(state, inquiry);
            let (_, finality) = standing.finality();
            for told in [standing.sentence(), finality, standing.next()] {
                assert!(!told.zh.is_empty() && !told.en.is_empty(), "{state} {inquiry:?}");
            }
            assert!(standing.sentence().zh.contains("¥9.00"), "{state}");
        }
    }
    let final_states: Vec<OrderState> =
        STATES.into_iter().filter(|state| standing(*state, &Inquiry::Answered).finality().0).collect();
    assert_eq!(final_states, [OrderState::CreateFailed, OrderState::Success, OrderState::Closed, OrderState::Revoked]);
}

#[test]
fn whether_it_can_still_be_paid_is_said_in_words() {
    let said = |state| standing(state, &Inquiry::Answered).finality().1;
    let (open, closed) = (said(OrderState::NotPay), said(OrderState::Closed));
    assert!(open.zh.contains("随时可能付款") && !open.zh.starts_with("最终结果"), "{}", open.zh);
    assert!(closed.zh.starts_with("最终结果") && closed.zh.contains("不会再付款"), "{}", closed.zh);
    assert!(closed.en.contains("will not be paid"), "{}", closed.en);
}

#[test]
fn a_payment_error_is_final_once_it_was_reported_twice() {
    let once = Standing { payment_errors: 1, ..standing(OrderState::PayError, &Inquiry::Answered) };
    let twice = Standing { payment_errors: 2, ..standing(OrderState::PayError, &Inquiry::Answered) };
    assert!(!once.finality().0 && twice.finality().0);
}

#[test]
fn what_could_not_be_found_out_is_never_told_as_a_failure_nor_as_fresh() {
    let failed = Inquiry::Failed { why: "the connection broke".into() };
    let told = standing(OrderState::NotPay, &failed).sentence();
    assert!(told.zh.contains("没有得到微信支付的可信答复") && !told.zh.contains("失败"), "{}", told.zh);
    assert!(standing(OrderState::Success, &Inquiry::NotAsked).sentence().zh.contains("没有向微信支付查询"));
}

#[test]
fn a_conflict_is_said_whatever_the_state_and_is_never_final() {
    for state in STATES {
        let standing = Standing { flags: Flags::CONFLICT, ..standing(state, &Inquiry::Answered) };
        assert!(standing.sentence().zh.contains("矛盾") && !standing.finality().0, "{state}");
    }
}

#[test]
fn there_are_five_reasons_why_an_order_may_not_exist() {
    let (reasons, words) = (not_exist_reasons(), ["mch_id", "sub_mch_id", "沙箱", "委托代扣", "延迟"]);
    assert_eq!(reasons.len(), words.len());
    for (reason, word) in reasons.iter().zip(words) {
        assert!(reason.zh.contains(word), "{word}: {}", reason.zh);
        assert!(!reason.en.is_empty(), "{word}");
    }
}
