//! The list of orders while it scrolls and jumps: the time between its frames, and frames with a row in sight that shows no
//! order. A frame is looked at in the moment in which it is drawn, after everything that could still catch up in it.

use std::path::Path;
use std::process::Stdio;

use crate::window::{DeskWindow, WindowError, WindowStart};
use serde_json::{Map, Value, json};
use tokio::process::Command;

/// Three rows a frame: a wheel that is turned fast.
const STEP_PX: u32 = 96;
/// So many frames of one script, which the driver waits half a minute for, and so often.
const FRAMES: u32 = 60;
const STRETCHES: u32 = 10;
const JUMPS: u32 = 40;
/// What is missing in sight: places of rows without a row are `bare`; rows whose order is still being read, a grey bar in each
/// cell, `waiting`. What scrolls is the first thing around an order that does. An observer of sizes is called between the layout
/// of a frame and its drawing, so that a thing whose size changes with every frame tells what that frame shows.
const IN_SIGHT: &str = "let view = document.querySelector('[data-testid=\"order-row\"]'); \
     while (view && !(view.scrollHeight > view.clientHeight + 100 && /auto|scroll/.test(getComputedStyle(view).overflowY))) \
       view = view.parentElement; \
     const missing = () => { const sight = view.getBoundingClientRect(); let covered = 0, waiting = false; \
       for (const row of view.querySelectorAll('[role=\"row\"][row-index]')) { \
         const box = row.getBoundingClientRect(); \
         const seen = Math.min(box.bottom, sight.bottom) - Math.max(box.top, sight.top); \
         if (seen <= 0) continue; \
         covered += seen; waiting ||= !row.querySelector('[data-testid=\"order-row\"]'); } \
       return covered < sight.height - 80 ? 'bare' : waiting ? 'waiting' : ''; }; \
     const took = [], lacks = []; let look = null, frame = 0; \
     const probe = document.createElement('div'); probe.style.cssText = 'position:fixed;visibility:hidden;height:1px'; \
     document.body.append(probe); \
     const observer = new ResizeObserver(() => { const looks = look; look = null; looks?.(); }); observer.observe(probe); \
     const drawn = looks => { look = looks; probe.style.width = `${++frame % 2 + 1}px`; }; \
     const end = answer => { observer.disconnect(); probe.remove(); answer(); };";
/// Scrolls on with every frame; of each frame the milliseconds since the last one, and what was missing in it.
const SCROLL: &str = "const [frames, step, done] = arguments; let last = 0; \
     const move = now => { took.push(now - last); last = now; view.scrollTop += step; \
       drawn(() => { lacks.push(missing()); \
         if (took.length < frames) requestAnimationFrame(move); \
         else end(() => done({ took: took.slice(1), lacks })); }); }; \
     requestAnimationFrame(now => { last = now; requestAnimationFrame(move); })";
/// Jumps to a place of the list; the milliseconds until every row in sight shows its order, and of each frame meanwhile how
/// long it took and what was missing in it.
const JUMP: &str = "const [place, done] = arguments; const started = performance.now(); let last = started; \
     view.scrollTop = (view.scrollHeight - view.clientHeight) * place; \
     const wait = now => { took.push(Math.max(0, now - last)); last = now; \
       drawn(() => { lacks.push(missing()); \
         if (!lacks.at(-1)) end(() => done({ took, lacks, filled: [performance.now() - started] })); \
         else if (now - started > 20000) end(() => done({ took, lacks, filled: [null] })); \
         else requestAnimationFrame(wait); }); }; \
     requestAnimationFrame(wait)";

/// Imports a file of orders into a fresh data folder and opens the window over it, at its list.
pub async fn open_over(home: &Path, program: &Path, orders: &Path) -> Result<DeskWindow, WindowError> {
    let first = WindowStart::over(home).program(program).argument("--try").open().await?;
    first.by_test_id("screen-orders").await?;
    first.close().await?;
    import(program, orders, home).await?;
    let window = WindowStart::over(home).program(program).open().await?;
    window.by_test_id("screen-orders").await?;
    window.by_test_id("order-row").await?;
    Ok(window)
}

/// What came of a jump to a place of the list.
#[derive(Debug)]
pub struct Jumped {
    /// Milliseconds until every row in sight showed its order; nothing if one stayed without.
    pub filled_ms: Option<f64>,
    /// Frames meanwhile with a place without a row, not even one whose order was still being read.
    pub bare: usize,
}

/// Jumps to a place of the list, 0 to 1.
pub async fn jump(window: &DeskWindow, place: f64) -> Result<Jumped, WindowError> {
    let mut jumped = Gathered::default();
    jumped.add(window, JUMP, vec![json!(place)]).await?;
    let filled_ms = jumped.0.get("filled").and_then(|filled| filled.get(0)).and_then(Value::as_f64);
    Ok(Jumped { filled_ms, bare: jumped.lacking(|lack| lack == "bare") })
}

/// How many of sixty frames, three rows apart, showed a row without its order or a place without a row.
pub async fn lacking_while_scrolled(window: &DeskWindow) -> Result<usize, WindowError> {
    let mut scrolled = Gathered::default();
    scrolled.add(window, SCROLL, vec![json!(FRAMES), json!(STEP_PX)]).await?;
    Ok(scrolled.lacking(|lack| !lack.is_empty()))
}

/// Opens the window over a file of orders and measures how its list moves.
pub async fn measured(program: &Path, orders: &Path) -> Result<Value, WindowError> {
    let home = tempfile::tempdir()?;
    let window = open_over(home.path(), program, orders).await?;
    let moved = moved(&window).await;
    window.close().await?;
    moved
}

async fn moved(window: &DeskWindow) -> Result<Value, WindowError> {
    let count = "return Number(document.querySelector('[data-testid=\"orders-total\"]')?.dataset.count ?? 0)";
    let orders = window.answer_when(count, "orders", |count| count.as_u64().is_some_and(|count| count > 0)).await?;
    let (mut scrolled, mut jumped) = (Gathered::default(), Gathered::default());
    for _ in 0..STRETCHES {
        scrolled.add(window, SCROLL, vec![json!(FRAMES), json!(STEP_PX)]).await?;
    }
    for jump in 1..=JUMPS {
        // The golden ratio comes to places far from all before.
        jumped.add(window, JUMP, vec![json!(f64::from(jump) * 0.618_034 % 1.0)]).await?;
    }
    Ok(json!({ "orders": orders, "scrolled": scrolled.0, "jumped": jumped.0 }))
}

/// The lists that several runs of a script answered, each joined by name.
#[derive(Default)]
struct Gathered(Map<String, Value>);

impl Gathered {
    /// In how many frames something of that kind was missing.
    fn lacking(&self, is_meant: impl Fn(&str) -> bool) -> usize {
        let lacks = self.0.get("lacks").and_then(Value::as_array);
        lacks.map_or(0, |lacks| lacks.iter().filter_map(Value::as_str).filter(|lack| is_meant(lack)).count())
    }

    async fn add(&mut self, window: &DeskWindow, script: &str, arguments: Vec<Value>) -> Result<(), WindowError> {
        let answer = window.client().execute_async(&format!("{IN_SIGHT} {script}"), arguments).await?;
        let Value::Object(lists) = answer else {
            return Err(WindowError::Unexpected { what: format!("lists of what was seen, and it was {answer}") });
        };
        for (name, list) in lists {
            let all = self.0.entry(name).or_insert_with(|| json!([]));
            if let (Value::Array(all), Value::Array(list)) = (all, list) {
                all.extend(list);
            }
        }
        Ok(())
    }
}

/// By the command line that was built beside the window.
async fn import(program: &Path, orders: &Path, home: &Path) -> Result<(), WindowError> {
    let imported = Command::new(program.with_file_name(format!("wxpay{}", std::env::consts::EXE_SUFFIX)))
        .args(["order", "import", "--profile", "builtin", "--json", "--data-dir"])
        .arg(home)
        .arg(orders)
        .stdin(Stdio::null())
        .output()
        .await?;
    WindowError::unless(imported.status.success(), || {
        format!("orders imported by wxpay, and it said {}", String::from_utf8_lossy(&imported.stderr))
    })
}
