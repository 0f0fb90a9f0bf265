//! What polling costs the disk: the answers that come together are committed together.

use std::time::Duration;

use desk::TestOrder;

use crate::shop::*;
use crate::write_ahead_log::commits;

const DUE: u64 = 60;

#[tokio::test(start_paused = true)]
async fn sixty_answers_of_one_pass_cost_a_handful_of_commits() {
    let shop = Shop::open().await;
    shop.create(TestOrder { count: u32::try_from(DUE).unwrap(), ..test_order() }).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let before = commits(shop.dir.path());
    let pass = shop.desk.poll_once(None, None).await.unwrap();
    let cost = commits(shop.dir.path()) - before;
    assert_eq!(pass.asked, DUE);
    assert!((1..=6).contains(&cost), "{DUE} questions and answers cost {cost} commits");
}
