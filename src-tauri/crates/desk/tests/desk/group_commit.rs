//! What polling costs the disk: the answers that come together are committed together.

use std::time::Duration;

use desk::TestOrder;
use desk::store::FILE_NAME;

use crate::shop::*;

const DUE: u64 = 60;

/// The commits in the write-ahead log, of which each costs an fsync: frames that say how large the file is after them
/// (<https://sqlite.org/walformat.html>).
fn commits(shop: &Shop) -> usize {
    let log = std::fs::read(shop.dir.path().join(format!("{FILE_NAME}-wal"))).unwrap();
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let (page_bytes, salt) = (number(8) as usize, &log[16..24]);
    let frames = log[32..].chunks_exact(24 + page_bytes);
    frames.filter(|frame| &frame[8..16] == salt && frame[4..8] != [0; 4]).count()
}

#[tokio::test(start_paused = true)]
async fn sixty_answers_of_one_pass_cost_a_handful_of_commits() {
    let shop = Shop::open().await;
    shop.create(TestOrder { count: u32::try_from(DUE).unwrap(), ..test_order() }).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let before = commits(&shop);
    let pass = shop.desk.poll_once(None, None).await.unwrap();
    let cost = commits(&shop) - before;
    assert_eq!(pass.asked, DUE);
    assert!((1..=6).contains(&cost), "{DUE} questions and answers cost {cost} commits");
}
