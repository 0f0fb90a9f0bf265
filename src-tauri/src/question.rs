//! The words of the questions that the core asks.

use desk::Refundable;
use desk_store::{Order, Profile};
use wxpay_protocol::Fen;
use wxpay_protocol::environment::Environment;

use crate::dialog::Question;
use crate::dto::start::Language;

/// Whether an order is to be closed.
pub(crate) fn close_order(order: &Order, environment: Environment, language: Language) -> Question {
    let (number, amount) = (&order.out_trade_no, order.total_fee.yuan_text());
    let (profile, environment) = (merchant_word(&order.profile, language), environment_word(environment, language));
    match language {
        Language::Chinese => Question {
            title: "关闭这个订单？".to_owned(),
            text: format!(
                "商户订单号 {number}\n金额 ¥{amount}\n商户 {profile}（{environment}）\n\n关闭后，顾客不能再用这个订单号付款；要再收款只能新下一单。"
            ),
            agree: "关闭订单(_C)".to_owned(),
            decline: "取消".to_owned(),
            destroys: true,
        },
        Language::English => Question {
            title: "Close this order?".to_owned(),
            text: format!(
                "Order number {number}\nAmount ¥{amount}\nMerchant {profile} ({environment})\n\nOnce closed, nobody can pay this number any more; to be paid after all, place a new order."
            ),
            agree: "_Close the order".to_owned(),
            decline: "Cancel".to_owned(),
            destroys: true,
        },
    }
}

/// Whether an order is to be refunded: which, how much, and what would be left.
pub(crate) fn create_refund(
    refundable: &Refundable,
    refund_fee: Fen,
    environment: Environment,
    language: Language,
) -> Question {
    let order = &refundable.order;
    let (number, amount, total) = (&order.out_trade_no, refund_fee.yuan_text(), order.total_fee.yuan_text());
    let rest = refundable.left.checked_sub(refund_fee).unwrap_or_default().yuan_text();
    let (profile, environment) = (merchant_word(&order.profile, language), environment_word(environment, language));
    match language {
        Language::Chinese => Question {
            title: format!("退款 ¥{amount}？"),
            text: format!(
                "商户订单号 {number}\n订单金额 ¥{total}\n退款金额 ¥{amount}\n退后可退余额 ¥{rest}\n商户 {profile}（{environment}）\n\n钱会退回付款人，不能撤回。"
            ),
            agree: format!("退款 ¥{amount}(_R)"),
            decline: "取消".to_owned(),
            destroys: true,
        },
        Language::English => Question {
            title: format!("Refund ¥{amount}?"),
            text: format!(
                "Order number {number}\nOrder amount ¥{total}\nRefund ¥{amount}\nLeft to refund afterwards ¥{rest}\nMerchant {profile} ({environment})\n\nThe money goes back to the payer; that cannot be undone."
            ),
            agree: format!("_Refund ¥{amount}"),
            decline: "Cancel".to_owned(),
            destroys: true,
        },
    }
}

/// Whether a merchant and its secrets are to be removed.
pub(crate) fn remove_profile(name: &str, mch_id: &str, environment: Environment, language: Language) -> Question {
    let (name, environment) = (merchant_word(name, language), environment_word(environment, language));
    match language {
        Language::Chinese => Question {
            title: "移除这个商户？".to_owned(),
            text: format!(
                "商户 {name}（{environment}）\n商户号 {mch_id}\n\n它的密钥会从保险库中删除，无法找回；订单和证据保留，但不再轮询。"
            ),
            agree: "移除商户(_R)".to_owned(),
            decline: "取消".to_owned(),
            destroys: true,
        },
        Language::English => Question {
            title: "Remove this merchant?".to_owned(),
            text: format!(
                "Merchant {name} ({environment})\nMerchant number {mch_id}\n\nIts keys are deleted from the vault for good; its orders and their evidence stay, but are no longer polled."
            ),
            agree: "_Remove the merchant".to_owned(),
            decline: "Cancel".to_owned(),
            destroys: true,
        },
    }
}

/// Whether the gateway is to be asked once with a merchant's key.
pub(crate) fn probe_key(name: &str, mch_id: &str, environment: Environment, language: Language) -> Question {
    let goes_to = match (environment, language) {
        (Environment::Simulator, Language::Chinese) => "本机的模拟网关",
        (Environment::Simulator, Language::English) => "the simulator on this machine",
        (_, Language::Chinese) => "微信支付",
        (_, Language::English) => "WeChat Pay",
    };
    let (name, environment) = (merchant_word(name, language), environment_word(environment, language));
    match language {
        Language::Chinese => Question {
            title: "向网关探测这个密钥？".to_owned(),
            text: format!(
                "商户 {name}（{environment}）\n商户号 {mch_id}\n\n会用它的密钥向{goes_to}发出一次只读的 orderquery，查询一个随机的、不存在的订单号。不动钱，不改任何订单，也不记录。"
            ),
            agree: "探测一次(_P)".to_owned(),
            decline: "取消".to_owned(),
            destroys: false,
        },
        Language::English => Question {
            title: "Probe this key at the gateway?".to_owned(),
            text: format!(
                "Merchant {name} ({environment})\nMerchant number {mch_id}\n\nOne read-only orderquery, signed with its key, goes to {goes_to} and asks about a random number that does not exist. It moves no money, changes no order and is not kept."
            ),
            agree: "_Probe once".to_owned(),
            decline: "Cancel".to_owned(),
            destroys: false,
        },
    }
}

/// Whether other machines may reach a merchant's test back end.
pub(crate) fn listen_wide(profile: &Profile, port: u16, language: Language) -> Question {
    let environment = environment_word(profile.environment, language);
    let (name, mch_id) = (merchant_word(&profile.name, language), &profile.mch_id);
    match language {
        Language::Chinese => Question {
            title: "让其他设备访问测试后端？".to_owned(),
            text: format!(
                "商户 {name}（{environment}）\n商户号 {mch_id}\n地址 0.0.0.0:{port}（本机所有网络）\n\n能连到这台电脑的任何设备都不需要密码，就能以该商户下未支付的订单、查看其状态。只开放 /wechat/ 下的测试接口；通知仍只从本机接收。用完请停止监听。"
            ),
            agree: "允许访问(_A)".to_owned(),
            decline: "取消".to_owned(),
            destroys: true,
        },
        Language::English => Question {
            title: "Let other devices reach the test back end?".to_owned(),
            text: format!(
                "Merchant {name} ({environment})\nMerchant number {mch_id}\nAddress 0.0.0.0:{port}, on every network of this machine\n\nWhatever device reaches this machine can, without a password, place unpaid orders of this merchant and read their states. Only the test paths below /wechat/ are opened; notices are taken from this machine only. Stop listening when you are done."
            ),
            agree: "_Allow it".to_owned(),
            decline: "Cancel".to_owned(),
            destroys: true,
        },
    }
}

/// The name of a merchant; the built-in one is called as in the window.
fn merchant_word(name: &str, language: Language) -> &str {
    match language {
        _ if name != desk::BUILTIN => name,
        Language::Chinese => "内置网关",
        Language::English => "Built-in gateway",
    }
}

const fn environment_word(environment: Environment, language: Language) -> &'static str {
    match (environment, language) {
        (Environment::Production, Language::Chinese) => "生产",
        (Environment::Standby, Language::Chinese) => "生产备用",
        (Environment::Sandbox, Language::Chinese) => "沙箱",
        (Environment::Simulator, Language::Chinese) => "模拟",
        (Environment::Production, Language::English) => "production",
        (Environment::Standby, Language::English) => "production, stand-by",
        (Environment::Sandbox, Language::English) => "sandbox",
        (Environment::Simulator, Language::English) => "simulator",
    }
}

#[cfg(test)]
mod tests {
    use desk_store::{NewOrder, Store};
    use wxpay_protocol::ids::{Appid, MchId, OutTradeNo};
    use wxpay_protocol::{SignType, TradeType, UtcMs};

    use super::*;

    const NUMBER: &str = "20261120150405000112345678";

    /// An order of ¥7.01 of which nothing was refunded yet.
    fn refundable() -> Refundable {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let (created_at, total_fee) = (UtcMs(1_795_140_000_000), Fen::new(701).unwrap());
        let order = NewOrder {
            profile: "茶馆".to_owned(),
            appid: Appid::new("wx0000000000000001").unwrap(),
            mch_id: MchId::new("1900000001").unwrap(),
            out_trade_no: OutTradeNo::new(NUMBER).unwrap(),
            sign_type: SignType::Md5,
            trade_type: TradeType::Native,
            total_fee,
            body: "明前龙井".to_owned(),
            attach: None,
            openid: None,
            product_id: Some("tea".to_owned()),
            notify_url: None,
            scene: None,
            created_at,
            expires_at: None,
            first_query_at: created_at.plus_ms(20_000),
            request: "<xml/>".to_owned(),
        };
        let placed = store.create_intent(order).unwrap();
        let order = store.order_by_id(placed.order_id).unwrap().unwrap();
        Refundable { order, refunds: Vec::new(), left: total_fee }
    }

    #[test]
    fn a_person_agrees_to_a_refund_of_this_order_and_amount_and_reads_what_stays_and_whether_it_is_real_money() {
        let (refundable, one_yuan) = (refundable(), Fen::new(100).unwrap());
        let asked = |environment, language| create_refund(&refundable, one_yuan, environment, language);
        let zh = asked(Environment::Production, Language::Chinese);
        for words in [NUMBER, "订单金额 ¥7.01", "退款金额 ¥1.00", "退后可退余额 ¥6.01", "茶馆（生产）", "不能撤回"]
        {
            assert!(zh.text.contains(words), "{words}: {}", zh.text);
        }
        assert!(zh.title.contains("¥1.00") && zh.agree.contains("¥1.00") && zh.destroys, "{zh:?}");
        let en = asked(Environment::Simulator, Language::English);
        for words in [
            NUMBER,
            "Order amount ¥7.01",
            "Refund ¥1.00",
            "Left to refund afterwards ¥6.01",
            "茶馆 (simulator)",
            "cannot be undone",
        ] {
            assert!(en.text.contains(words), "{words}: {}", en.text);
        }
        assert!(en.title.contains("¥1.00") && en.agree.contains("¥1.00") && en.destroys, "{en:?}");
    }
}
