//! Bills that are fetched: what is not asked for, what is not kept, and what stands in a file's place before.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use desk::client::{BodySink, DownloadReply, Wire, WireCall, WireFault, WireHead, WireReply};
use desk::client::{LostReason, NotSentReason};
use desk::reconcile::Basis;
use desk::store::DayMark;
use desk::vault::MemoryKeyring;
use desk::{
    AlarmFilter, Before, Beside, BillFault, BillSpan, BillWish, Cancel, DayKept, DaySides, Desk, FetchedBill,
    FetchedDay, NewProfile, NoTrade, OwnFiles, OwnSide, Seams, SettledBeside, SystemRandom, Watch,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use wxpay_protocol::bill::download::BillKind;
use wxpay_protocol::bill::{AccountType, BillType, Direction, FUND_FLOW_HEADER, FundFlow, FundFlowSums, LineEnd};
use wxpay_protocol::environment::Environment;
use wxpay_protocol::{Fen, UtcMs};

use crate::shop::{LeapingClock, START, profile};

/// Gives these bytes as the body of every download, in pieces, and breaks off after them where it is told to.
#[derive(Default)]
struct Giving {
    body: Mutex<Vec<u8>>,
    breaks_off: Mutex<bool>,
    asked: AtomicUsize,
    asked_last: Mutex<String>,
}

impl Wire for Giving {
    fn post<'a>(&'a self, _call: WireCall<'a>) -> WireReply<'a> {
        Box::pin(async { Err(WireFault::NotSent(NotSentReason::Build)) })
    }

    fn download<'a>(&'a self, call: WireCall<'a>, sink: &'a mut dyn BodySink) -> DownloadReply<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        call.body.clone_into(&mut self.asked_last.lock().unwrap());
        let (body, breaks_off) = (self.body.lock().unwrap().clone(), *self.breaks_off.lock().unwrap());
        Box::pin(async move {
            for piece in body.chunks(100) {
                sink.take(piece).map_err(|_| WireFault::Lost(LostReason::Broken))?;
            }
            if breaks_off {
                return Err(WireFault::Lost(LostReason::Broken));
            }
            Ok(WireHead { status: 200, encoded: false, digest: None })
        })
    }
}

pub(crate) struct Fetching {
    pub(crate) desk: Desk,
    clock: Arc<LeapingClock>,
    wire: Arc<Giving>,
    dir: TempDir,
}

impl Fetching {
    pub(crate) async fn open(environment: Environment, now: UtcMs) -> Self {
        let (dir, wire) = (tempfile::tempdir().unwrap(), Arc::new(Giving::default()));
        let clock = Arc::new(LeapingClock::starting_at(now));
        let seams = Seams {
            clock: Arc::<LeapingClock>::clone(&clock),
            random: Arc::new(SystemRandom),
            wire: Arc::<Giving>::clone(&wire),
            keyring: Box::new(MemoryKeyring::usable()),
        };
        let desk = Desk::open(&dir.path().join("desk"), seams).await.unwrap();
        let shop = profile("shop");
        let base_url = shop.base_url.clone().filter(|_| environment == Environment::Simulator);
        desk.profile_add(NewProfile { environment, base_url, ..shop }).await.unwrap();
        std::fs::create_dir(dir.path().join("bills")).unwrap();
        Self { desk, clock, wire, dir }
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("bills")
    }

    pub(crate) fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.folder())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    async fn mark(&self) -> DayMark {
        self.desk.day("shop", START).await.unwrap().standing.mark
    }

    pub(crate) async fn fetch(&self, body: &str) -> Result<FetchedBill, BillFault> {
        self.fetch_unless(body, &Cancel::new()).await
    }

    async fn fetch_unless(&self, body: &str, cancel: &Cancel) -> Result<FetchedBill, BillFault> {
        self.fetch_kind(BillKind::Trades(BillType::All), body, cancel).await
    }

    pub(crate) async fn fetch_kind(
        &self,
        kind: BillKind,
        body: &str,
        cancel: &Cancel,
    ) -> Result<FetchedBill, BillFault> {
        self.fetch_for("shop", kind, body, cancel).await
    }

    /// Brings the day together from these bills and a table of orders.
    async fn compare(&self, bills: Vec<PathBuf>, orders: &Path) -> DayKept {
        let sides = DaySides {
            bills,
            own: OwnSide::Files(OwnFiles { orders: Some(orders.to_owned()), ..OwnFiles::default() }),
            beside: Beside::default(),
            basis: Basis::Order,
            date: START,
            day_cut_s: 300,
            mch_id: None,
            sub_mch_id: None,
        };
        self.desk.reconcile_day("shop", sides, Box::new(|_| {}), &Cancel::new()).await.unwrap()
    }

    pub(crate) async fn fetch_for(
        &self,
        profile: &str,
        kind: BillKind,
        body: &str,
        cancel: &Cancel,
    ) -> Result<FetchedBill, BillFault> {
        body.as_bytes().clone_into(&mut self.wire.body.lock().unwrap());
        let wish = BillWish { profile: profile.into(), day: START, kind, packed: false, to: self.folder() };
        self.desk.fetch_bill(&wish, Watch { on_bytes: &|_| {}, on_more: &|_| {}, cancel }).await
    }
}

/// The bill of the day that [`START`] lies in.
pub(crate) fn bill() -> String {
    std::fs::read_to_string(fixtures().join("all-27.csv")).unwrap()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/bills")
}

#[tokio::test]
async fn a_bill_that_cannot_be_complete_yet_is_not_asked_for() {
    let ten = START.start_of_day().plus_ms(34 * 3_600_000);
    for (now, is_asked) in [(START, false), (ten.plus_ms(-60_000), false), (ten, true)] {
        let fetching = Fetching::open(Environment::Production, now).await;
        let found = fetching.fetch(&bill()).await;
        assert_eq!(fetching.wire.asked.load(Ordering::SeqCst), usize::from(is_asked), "{}", now.rfc3339());
        if is_asked {
            assert!(matches!(found, Ok(FetchedBill::Saved(_))), "{found:?}");
        } else {
            let fault = found.unwrap_err();
            assert_eq!((fault.code(), fault.exit_status()), ("bill_too_early", 4));
            assert!(fault.to_string().contains(&ten.dashed()), "{fault}");
            assert!(fetching.files().is_empty());
        }
    }
}

/// The answer of a gateway that gives no bill.
pub(crate) fn refusal(text: &str, code: &str) -> String {
    format!("<xml><return_code>FAIL</return_code><return_msg>{text}</return_msg><error_code>{code}</error_code></xml>")
}

#[tokio::test]
async fn what_is_not_the_whole_bill_of_the_day_is_not_kept_and_the_earlier_file_stays() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let whole = bill();
    assert!(matches!(fetching.fetch(&whole).await.unwrap(), FetchedBill::Saved(_)));
    let kept = fetching.files();
    let summary = whole.rfind("总交易单数").unwrap();
    for (body, code, exit) in [
        (whole[..summary].to_owned(), "bill_refused", 3),
        (whole.replace("1900000001", "1900000002"), "bill_refused", 3),
        (whole.replace(&START.day(), "2024-01-05"), "bill_refused", 3),
        (whole.replace("`3,`2.91", "`3,`2.92"), "bill_refused", 3),
        ("<html>a portal</html>".to_owned(), "bill_refused", 3),
        (refusal("Bill Creating", "20002"), "gateway_refused", 4),
        (refusal("sign error", "20001"), "gateway_refused", 4),
    ] {
        let fault = fetching.fetch(&body).await.unwrap_err();
        assert_eq!((fault.code(), fault.exit_status()), (code, exit), "{fault}");
        assert_eq!(fetching.files(), kept, "{fault}");
    }
    *fetching.wire.breaks_off.lock().unwrap() = true;
    let broken = fetching.fetch(&whole[..whole.len() / 2]).await.unwrap_err();
    assert_eq!((broken.code(), broken.exit_status()), ("outcome_unknown", 5));
    let stopped = Cancel::new();
    stopped.cancel();
    assert!(matches!(fetching.fetch_unless(&whole, &stopped).await, Err(BillFault::Cancelled)));
    *fetching.wire.breaks_off.lock().unwrap() = false;
    let FetchedBill::NoTrade(none) = fetching.fetch(&refusal("NO Bill Exist", "20002")).await.unwrap() else {
        panic!("there is a bill")
    };
    assert_eq!((none.settled_beside, none.others.len()), (SettledBeside::default(), 1), "there was one before");
    assert_eq!(fetching.files(), kept);
    assert_eq!(std::fs::read_to_string(fetching.folder().join(&kept[0])).unwrap(), whole);
    assert_eq!(fetching.mark().await, DayMark::NotRun, "a bill that was seen outweighs the word that there is none");
}

#[tokio::test]
async fn a_day_without_trade_is_known_as_such_until_its_bill_comes() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    assert_eq!(fetching.mark().await, DayMark::Nothing);
    for _ in 0..2 {
        let none = fetching.fetch(&refusal("No Bill Exist", "20002")).await.unwrap();
        assert_eq!((none, fetching.mark().await), (FetchedBill::NoTrade(NoTrade::default()), DayMark::NoTrade));
    }
    let FetchedBill::Saved(saved) = fetching.fetch(&bill()).await.unwrap() else { panic!("no bill") };
    assert!(saved.others.is_empty(), "that there was none is no other bill");
    let day = fetching.desk.day("shop", START).await.unwrap();
    assert_eq!((day.standing.mark, day.standing.bills, day.standing.bill_changed), (DayMark::NotRun, 1, false));
}

#[tokio::test]
async fn the_same_bill_again_changes_nothing_and_another_one_is_an_alarm_that_keeps_the_older() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let saved = async |body: &str| match fetching.fetch(body).await.unwrap() {
        FetchedBill::Saved(saved) => saved,
        FetchedBill::NoTrade(_) => panic!("there is a bill"),
    };
    let first = saved(&bill()).await;
    assert_eq!((&first.before, first.soundness.summary_ok, first.bytes), (&Before::Nothing, true, bill().len() as u64));
    assert_eq!(fetching.files(), [format!("1900000001_{}_ALL.csv", START.day())]);
    let again = saved(&bill()).await;
    assert_eq!((&again.before, &again.soundness.sha256), (&Before::Same, &first.soundness.sha256));
    let changed = saved(&bill().replacen("`OTHERS", "`CMB_DEBIT", 1)).await;
    let Before::Changed(older) = &changed.before else { panic!("{:?}", changed.before) };
    assert_eq!(std::fs::read_to_string(older).unwrap(), bill());
    assert!(older.to_string_lossy().contains(&first.soundness.sha256[..8]), "{}", older.display());
    assert!(std::fs::read_to_string(&changed.file).unwrap().contains("`CMB_DEBIT"));
    assert_eq!(fetching.files().len(), 2, "and nothing half done");
}

/// The alarms that nobody has seen: of which day, and what they say.
async fn alarms(fetching: &Fetching) -> Vec<(Option<UtcMs>, String)> {
    let wanted = AlarmFilter { profile: None, unseen: true };
    let page = fetching.desk.alarms(wanted, None, 9).await.unwrap();
    page.alarms.iter().map(|alarm| (alarm.about.date(), alarm.what.zh.clone())).collect()
}

/// Marks as seen what there is.
async fn see(fetching: &Fetching) {
    let as_of = fetching.desk.alarm_counts(None).await.unwrap().as_of;
    fetching.desk.see_alarms(as_of, None).await.unwrap();
}

#[tokio::test]
async fn a_fund_flow_that_changed_is_an_alarm_and_counts_as_no_bill_of_the_day() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let flow = std::fs::read_to_string(fixtures().join("fundflow-11.csv")).unwrap();
    let fetch = async |account, body: &str| {
        fetching.fetch_kind(BillKind::FundFlow(account), body, &Cancel::new()).await.unwrap()
    };
    let others = async |account, body: &str| match fetch(account, body).await {
        FetchedBill::Saved(saved) => saved.others,
        FetchedBill::NoTrade(none) => none.others,
    };
    for account in [AccountType::Basic, AccountType::Operation, AccountType::Basic] {
        assert_eq!(others(account, &flow).await, [], "another account is another fund flow");
    }
    assert_eq!(alarms(&fetching).await, []);
    for file in fetching.files() {
        std::fs::remove_file(fetching.folder().join(file)).unwrap();
    }
    let changed = others(AccountType::Basic, &flow.replace("缺货", "退货")).await;
    assert_eq!((changed.len(), changed[0].rows), (1, 2), "although the file is gone");
    let day = Some(START.start_of_day());
    let [(date, what)] = &alarms(&fetching).await[..] else { panic!("one alarm") };
    assert!(*date == day && what.contains("资金账单"), "{what}");
    let view = fetching.desk.day("shop", START).await.unwrap();
    assert_eq!((view.standing.mark, view.standing.bill_changed, view.bills.len()), (DayMark::Nothing, false, 0));
    let none = others(AccountType::Operation, &refusal("No Bill Exist", "20002")).await;
    assert_eq!(none.len(), 1, "it was there before");
    see(&fetching).await;
    assert_eq!(alarms(&fetching).await, []);
}

#[tokio::test]
async fn a_bill_that_wechat_no_longer_has_is_an_alarm_that_only_wechat_takes_back() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let orders = fetching.dir.path().join("orders.csv");
    let row = format!("T404,100,SUCCESS,{}", START.dashed());
    std::fs::write(&orders, format!("out_trade_no,total_fee,state,paid_at\n{row}\n")).unwrap();
    let compare = async || {
        let bills = fetching.desk.bills_known("shop", START, &Cancel::new()).await.unwrap();
        assert_eq!(bills.len(), 1, "what was seen outweighs the word that there is none");
        fetching.compare(bills, &orders).await
    };
    assert!(matches!(fetching.fetch(&bill()).await.unwrap(), FetchedBill::Saved(_)));
    let first = compare().await;
    let told = async || {
        let standing = fetching.desk.day("shop", START).await.unwrap().standing;
        (standing.bill_changed, standing.denied_at, alarms(&fetching).await.len())
    };
    assert_eq!((first.denied_at, told().await), (None, (false, None, 0)));
    fetching.fetch(&refusal("No Bill Exist", "20002")).await.unwrap();
    let [(_, what)] = &alarms(&fetching).await[..] else { panic!("one alarm") };
    assert!(what.contains("没有账单"), "{what}");
    let again = compare().await;
    assert_ne!(again.run, first.run, "it was run by somebody who knew");
    let denied_at = again.denied_at;
    assert!(denied_at.is_some(), "and is told");
    assert_eq!(told().await, (true, denied_at, 1), "and no run takes back what WeChat said");
    assert!(compare().await.is_again);
    see(&fetching).await;
    assert_eq!((compare().await.is_again, told().await), (true, (true, denied_at, 0)), "a person has seen it");
    fetching.fetch(&bill()).await.unwrap();
    assert_eq!(told().await, (false, None, 0));
    assert_eq!(compare().await.run, first.run, "as if nothing had been said");
}

#[tokio::test]
async fn a_copy_that_somebody_saved_and_compared_does_not_take_back_that_wechat_has_no_bill() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    fetching.fetch(&bill()).await.unwrap();
    fetching.fetch(&refusal("No Bill Exist", "20002")).await.unwrap();
    let [orders, copy] = ["orders.csv", "copy.csv"].map(|name| fetching.dir.path().join(name));
    let row = format!("T404,100,SUCCESS,{}", START.dashed());
    std::fs::write(&orders, format!("out_trade_no,total_fee,state,paid_at\n{row}\n")).unwrap();
    std::fs::write(&copy, bill().replacen("`OTHERS", "`CMB_DEBIT", 1)).unwrap();
    let kept = fetching.compare(vec![copy], &orders).await;
    let standing = fetching.desk.day("shop", START).await.unwrap().standing;
    assert!(kept.denied_at.is_some() && standing.denied_at == kept.denied_at, "{kept:?}");
    let [(_, what)] = &alarms(&fetching).await[..] else { panic!("one alarm") };
    assert!(what.contains("没有账单"), "{what}");
}

#[tokio::test]
async fn the_bills_and_the_fund_flow_of_a_day_are_alarms_of_their_own_and_seeing_one_leaves_the_others() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let flow = std::fs::read_to_string(fixtures().join("fundflow-11.csv")).unwrap();
    let kind = BillKind::FundFlow(AccountType::Basic);
    let fetch_flow = async |body: &str| fetching.fetch_kind(kind, body, &Cancel::new()).await.unwrap();
    fetching.fetch(&bill()).await.unwrap();
    fetch_flow(&flow).await;
    fetching.fetch(&bill().replacen("`OTHERS", "`CMB_DEBIT", 1)).await.unwrap();
    let [(_, what)] = &alarms(&fetching).await[..] else { panic!("one alarm") };
    assert!(!what.contains("资金账单"), "{what}");
    see(&fetching).await;
    // The clock was set back: what was seen of the bill is later than the other fund flow.
    fetching.clock.leap_s(-3_600);
    fetch_flow(&flow.replace("缺货", "退货")).await;
    let [(date, what)] = &alarms(&fetching).await[..] else { panic!("one that nobody has seen") };
    assert!(*date == Some(START.start_of_day()) && what.contains("资金账单"), "{what}");
    see(&fetching).await;
    fetching.clock.leap_s(-3_600);
    let recharges = std::fs::read_to_string(fixtures().join("recharge-refund-28.csv")).unwrap();
    for text in [recharges.clone(), recharges.replace("`OTHERS", "`CMB_DEBIT")] {
        fetching.fetch_kind(BillKind::Trades(BillType::RechargeRefund), &text, &Cancel::new()).await.unwrap();
    }
    let [(date, what)] = &alarms(&fetching).await[..] else { panic!("one that nobody has seen") };
    assert!(*date == Some(START.start_of_day()) && what.contains("充值退款账单"), "{what}");
    assert_eq!(fetching.desk.alarm_counts(None).await.unwrap().total().count, 3);
}

#[tokio::test]
async fn a_span_goes_on_after_a_day_without_a_sound_bill_and_ends_where_every_day_would_fail() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let (from, to) = (START, START.plus_ms(2 * 86_400_000));
    let span = async |body: &str, cancel: &Cancel| {
        body.as_bytes().clone_into(&mut fetching.wire.body.lock().unwrap());
        let wanted = BillSpan { from, to, kind: BillKind::Trades(BillType::All), packed: false };
        fetching.desk.fetch_bills("shop", wanted, Box::new(|_| {}), cancel).await.unwrap()
    };
    let found = span(&bill(), &Cancel::new()).await;
    let [first, second, third] = &found.days[..] else { panic!("three days: {found:?}") };
    let Ok(FetchedBill::Saved(saved)) = &first.bill else { panic!("{first:?}") };
    for other in [second, third] {
        let fault = other.bill.as_ref().unwrap_err();
        assert!(fault.code() == "bill_refused" && fault.chinese().contains("不是当天的账单"), "{fault}");
    }
    assert_eq!(
        fetching.desk.bills_known("shop", from, &Cancel::new()).await.unwrap(),
        std::slice::from_ref(&saved.file)
    );
    assert!(saved.file.starts_with(fetching.desk.data_dir()));
    assert!(fetching.desk.bills_known("shop", to, &Cancel::new()).await.unwrap().is_empty());

    let no_trade = "<xml><return_code>FAIL</return_code><return_msg>No Bill Exist</return_msg><error_code>20002</error_code></xml>";
    let found = span(no_trade, &Cancel::new()).await;
    assert!(found.days.iter().all(|day| matches!(day.bill, Ok(FetchedBill::NoTrade(_)))) && found.days.len() == 3);

    *fetching.wire.breaks_off.lock().unwrap() = true;
    let found = span(&bill(), &Cancel::new()).await;
    assert!(found.days.len() == 1 && !found.cancelled, "the line is broken for every day: {found:?}");
    assert_eq!(found.days[0].bill.as_ref().unwrap_err().code(), "outcome_unknown");
    let stopped = Cancel::new();
    stopped.cancel();
    let found = span(&bill(), &stopped).await;
    assert!(found.cancelled && found.days.is_empty());
    let wanted = BillSpan { from: to, to: from, kind: BillKind::Trades(BillType::All), packed: false };
    let reversed = fetching.desk.fetch_bills("shop", wanted, Box::new(|_| {}), &Cancel::new()).await;
    assert_eq!(reversed.unwrap_err().code(), "input_invalid");
}

#[tokio::test]
async fn a_span_of_another_kind_is_asked_for_and_named_by_it_and_a_packed_fund_flow_tells_what_came_and_went() {
    let fetching = Fetching::open(Environment::Simulator, START).await;
    let mut flow = format!("{FUND_FLOW_HEADER}\n");
    let mut sums = FundFlowSums::default();
    for (direction, amount) in [(Direction::Income, 1_234), (Direction::Expense, 1_000), (Direction::Expense, 7)] {
        let movement = FundFlow {
            at: START,
            business_id: "4200000000202611200000000001",
            flow_id: "1000000000202611200000000001",
            business_name: "交易",
            business_type: "交易",
            direction,
            amount: Fen::new(amount).unwrap(),
            balance: Fen::ZERO,
            applicant: "system",
            remark: "",
            voucher: "A20261120000001",
        };
        sums.add(&movement);
        movement.write(LineEnd::Lf, &mut flow);
    }
    sums.write(false, LineEnd::Lf, &mut flow);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(flow.as_bytes()).unwrap();
    *fetching.wire.body.lock().unwrap() = packed.finish().unwrap();
    let kind = BillKind::FundFlow(AccountType::Operation);
    let wanted = BillSpan { from: START, to: START, kind, packed: true };
    let found = fetching.desk.fetch_bills("shop", wanted, Box::new(|_| {}), &Cancel::new()).await.unwrap();
    let [FetchedDay { bill: Ok(FetchedBill::Saved(saved)), .. }] = &found.days[..] else { panic!("{found:?}") };
    let name = format!("1900000001_{}_FUNDFLOW-Operation.csv.gz", START.day());
    assert!(saved.file.ends_with(&name), "{}", saved.file.display());
    assert_eq!((saved.soundness.flow, saved.soundness.rows, saved.digest_held), (Some(sums), 3, Some(false)));
    assert_eq!((sums.incomes, sums.income, sums.expenses, sums.expense), (1, 1_234, 2, 1_007));
    let asked = fetching.wire.asked_last.lock().unwrap().clone();
    assert!(asked.contains("account_type") && asked.contains("Operation") && asked.contains("GZIP"), "{asked}");
    assert!(fetching.desk.bills_known("shop", START, &Cancel::new()).await.unwrap().is_empty(), "it has no orders");
}
