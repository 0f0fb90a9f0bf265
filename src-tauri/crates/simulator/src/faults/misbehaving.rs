//! Where a plan meets a request: what happens in place of the business, and before it.

use wxpay_protocol::{Params, UtcMs, xml};

use super::catalogue::{Kind, Parameter, Scope};
use super::delivery::Delivery;
use super::force::Fired;
use super::message::Message;
use super::plan::Subject;
use crate::answer::{Answer, Refusal};
use crate::check::{self, Unsigned};
use crate::endpoint::{Endpoint, Place};
use crate::gateway::Gateway;
use crate::orders::Pay;
use crate::request::Request;
use crate::text;

const SYSTEM_ERROR_DES: &str = "系统错误";
const FREQUENCY_LIMITED_DES: &str = "频率限制";
const USER_PAYING_DES: &str = "需要用户输入支付密码";

/// Whose request it is, as far as it can be made out before any check.
#[derive(Default)]
pub(super) struct Asker {
    pub(super) appid: String,
    pub(super) mch_id: String,
    /// Its own number, or the one of the order that it names otherwise.
    pub(super) out_trade_no: String,
    pub(super) sign_type: Option<String>,
}

impl Gateway {
    /// Answers one request while a plan is in force.
    pub(crate) fn misbehave(&self, request: &Request<'_>) -> Answer {
        let Some(Place { endpoint, .. }) = Place::of(request.path) else { return self.behave(request) };
        let asker = self.asker(request);
        let subject = Subject { endpoint: endpoint.name(), mch_id: &asker.mch_id, out_trade_no: &asker.out_trade_no };
        let Some(fired) = self.faults.decide(Scope::Request, subject, self.clock.now()) else {
            return self.behave(request);
        };
        let named = |answer| Answer { fault: Some(fired.rule.fault), ..answer };
        if let Some(answer) = self.instead(request, endpoint, &asker, &fired) {
            return named(answer);
        }
        let paid_before = fired.rule.fault == Kind::PaidBefore && self.pay_now(&asker).is_some();
        let answer = self.behave(request);
        if paid_before {
            return named(answer);
        }
        if let Some(spoilt) = self.around(request, endpoint, answer.clone(), &asker, &fired) {
            return named(spoilt);
        }
        // What was done is done; there was nothing in the answer that this fault could have spoilt.
        fired.missed();
        answer
    }

    /// What a connection meets that is coming in now; who serves the gateway asks once for each.
    pub fn fault_of_connection(&self) -> Option<Kind> {
        let fired = self.faults.decide(Scope::Connection, Subject::default(), self.clock.now())?;
        Some(fired.rule.fault)
    }

    fn asker(&self, request: &Request<'_>) -> Asker {
        let Ok(params) = xml::read(request.body, "xml") else { return Asker::default() };
        let field = |name| params.filled(name).map(str::to_owned);
        let mch_id = field("mch_id").unwrap_or_default();
        let named = field("out_trade_no").or_else(|| self.number_behind(&mch_id, &params));
        Asker {
            appid: field("appid").unwrap_or_default(),
            mch_id,
            out_trade_no: named.unwrap_or_default(),
            sign_type: field("sign_type"),
        }
    }

    /// The out_trade_no of an order that is named by its transaction.
    fn number_behind(&self, mch_id: &str, params: &Params) -> Option<String> {
        let ledger = self.ledger();
        let order = ledger.order_of_transaction(mch_id, params.filled("transaction_id")?)?;
        Some(order.out_trade_no().to_owned())
    }

    fn created_at(&self, asker: &Asker) -> Option<UtcMs> {
        Some(self.ledger().order(&asker.mch_id, &asker.out_trade_no)?.created_at)
    }

    /// The faults in which the request is not carried out. Nothing for the others.
    fn instead(&self, request: &Request<'_>, endpoint: Endpoint, asker: &Asker, fired: &Fired) -> Option<Answer> {
        let page = |status, body| Answer::page(endpoint, status, body);
        Some(match fired.rule.fault {
            Kind::ResetBefore => Answer { delivery: Delivery::Reset, ..page(200, String::new()) },
            Kind::BlackHole => {
                let hold_ms = fired.number(Parameter::Seconds).saturating_mul(1000);
                Answer { delivery: Delivery::Silent { hold_ms }, ..page(200, String::new()) }
            }
            Kind::HtmlInstead => page(status_of(fired), nginx_page(status_of(fired))),
            Kind::ProxyPage => page(status_of(fired), proxy_page(status_of(fired))),
            Kind::CaptivePortal => page(200, CAPTIVE_PORTAL.to_owned()),
            Kind::SystemError if fired.drawn & 1 == 0 => {
                self.refuse(request, endpoint, "SYSTEMERROR", SYSTEM_ERROR_DES)
            }
            Kind::SystemErrorNotDone => self.refuse(request, endpoint, "SYSTEMERROR", SYSTEM_ERROR_DES),
            Kind::FrequencyLimited => self.refuse(request, endpoint, "FREQUENCY_LIMITED", FREQUENCY_LIMITED_DES),
            Kind::UnknownErrCode => {
                let refused = self.refuse(request, endpoint, "SYSTEMERROR", SYSTEM_ERROR_DES);
                let err_code = fired.rule.word(Parameter::ErrCode).to_owned();
                self.rewrite(refused, asker, |message| message.set("err_code", &err_code))?
            }
            Kind::RecallY => {
                let refused = self.refuse(request, endpoint, "SYSTEMERROR", SYSTEM_ERROR_DES);
                self.rewrite(refused, asker, |message| message.set("recall", "Y"))?
            }
            Kind::OrderNotExist => {
                let until = self.created_at(asker)?.plus_ms(fired.ms_of_seconds());
                if self.clock.now() >= until {
                    return None;
                }
                self.refuse(request, endpoint, "ORDERNOTEXIST", text::ORDER_NOT_EXIST)
            }
            Kind::KeyRotated => {
                let words = Unsigned::new(text::BAD_SIGN, "the plan of faults changed the key");
                Answer::unsigned(endpoint, &words)
            }
            Kind::CertificateRefused => Answer::bad_certificate(endpoint, "The SSL certificate error"),
            Kind::BillLate => bill_late(endpoint),
            Kind::BillOfWrongDay => self.bill_of_the_day_before(request, asker)?,
            _ => return None,
        })
    }

    /// The faults in which the request has been carried out, with this answer.
    fn around(
        &self,
        request: &Request<'_>,
        endpoint: Endpoint,
        answer: Answer,
        asker: &Asker,
        fired: &Fired,
    ) -> Option<Answer> {
        let refuse = |err_code, err_code_des| {
            let refused = self.refuse(request, endpoint, err_code, err_code_des);
            Some(Answer { durable: answer.durable, order: answer.order, ..refused })
        };
        match fired.rule.fault {
            Kind::SystemError | Kind::SystemErrorDone => refuse("SYSTEMERROR", SYSTEM_ERROR_DES),
            Kind::UserPaying if endpoint == Endpoint::Micropay => refuse("USERPAYING", USER_PAYING_DES),
            Kind::LateNotPay => {
                self.pay_now(asker)?;
                Some(Answer { delivery: Delivery::At(self.clock.now().plus_ms(fired.ms_of_seconds())), ..answer })
            }
            Kind::NoticeBeforeAnswer => {
                self.pay_now(asker)?;
                let notice = self.ledger().last_notice()?;
                Some(Answer { delivery: Delivery::AfterNotice(notice), ..answer })
            }
            _ => self.spoil(answer, asker, fired),
        }
    }

    /// A signed refusal to a request that would be accepted; otherwise what it would be told anyway.
    fn refuse(
        &self,
        request: &Request<'_>,
        endpoint: Endpoint,
        err_code: &'static str,
        err_code_des: &'static str,
    ) -> Answer {
        let accepted = match check::accept(&self.merchants, &self.switches, endpoint, request) {
            Ok(accepted) => accepted,
            Err(refused) => return Answer::unsigned(endpoint, &refused),
        };
        let nonce_str = self.draw.nonce_str();
        let refusal = Err(Refusal::signed(err_code, err_code_des));
        let answer = Answer::to_request(endpoint, &accepted, refusal, &nonce_str, &self.switches);
        Answer { order: self.place_of(&accepted), ..answer }
    }

    fn pay_now(&self, asker: &Asker) -> Option<String> {
        self.pay(Some(&asker.mch_id), &asker.out_trade_no, &Pay::default()).ok()
    }

    /// The answer to the same request about the day before, signed here in the merchant's name.
    fn bill_of_the_day_before(&self, request: &Request<'_>, asker: &Asker) -> Option<Answer> {
        let mut message = Message::read(request.body)?;
        let day = UtcMs::parse_compact(&format!("{}000000", message.get("bill_date")?)).ok()?;
        let before = day.plus_ms(-86_400_000).compact();
        message.set("bill_date", before.get(..8)?);
        let (merchant, sign_type) = self.signer_of(asker)?;
        let body = message.signed(&merchant.key, sign_type);
        Some(self.behave(&Request { body: &body, ..*request }))
    }
}

fn status_of(fired: &Fired) -> u16 {
    u16::try_from(fired.number(Parameter::Status)).unwrap_or(502)
}

fn bill_late(endpoint: Endpoint) -> Answer {
    const BODY: &str = "<xml><return_code><![CDATA[FAIL]]></return_code>\n<return_msg><![CDATA[No Bill Exist]]></return_msg>\n<error_code><![CDATA[20002]]></error_code>\n</xml>";
    Answer::new(endpoint, "FAIL", BODY)
}

/// nginx's page for a status.
pub(super) fn nginx_page(status: u16) -> String {
    let words = match status {
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        _ => "",
    };
    format!(
        "<html>\r\n<head><title>{status} {words}</title></head>\r\n<body>\r\n<center><h1>{status} {words}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}

fn proxy_page(status: u16) -> String {
    format!(
        "<html><head><title>{status}</title></head><body>The proxy wants a password. 代理服务器要求认证。</body></html>\n"
    )
}

const CAPTIVE_PORTAL: &str = "<!DOCTYPE html>\n<html><head><title>Wi-Fi</title></head><body><form action=\"/login\"><input name=\"phone\"><button>登录上网</button></form></body></html>\n";
