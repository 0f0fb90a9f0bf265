//! The list of orders while it scrolls and jumps: the time between its frames, and frames with a row in sight that shows no
//! order. A frame is looked at in the moment in which it is drawn: right after the list was moved, before anything could
//! catch up.

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
/// Whether a row in sight shows no order, or a place of one no row. What scrolls is the first thing around an order that does.
const IN_SIGHT: &str = "let view = document.querySelector('[data-testid=\"order-row\"]'); \
     while (view && !(view.scrollHeight > view.clientHeight + 100 && /auto|scroll/.test(getComputedStyle(view).overflowY))) \
       view = view.parentElement; \
     const blank = () => { const sight = view.getBoundingClientRect(); let covered = 0, empty = false; \
       for (const row of view.querySelectorAll('[role=\"row\"][row-index]')) { \
         const box = row.getBoundingClientRect(); \
         const seen = Math.min(box.bottom, sight.bottom) - Math.max(box.top, sight.top); \
         if (seen <= 0) continue; \
         covered += seen; empty ||= !row.querySelector('[data-testid=\"order-row\"]'); } \
       return empty || covered < sight.height - 80; };";
/// Scrolls on with every frame; of each frame the milliseconds since the last one, and whether a row was blank.
const SCROLL: &str = "const [frames, step, done] = arguments; const took = [], blanks = []; let last = performance.now(); \
     const frame = now => { took.push(now - last); last = now; view.scrollTop += step; blanks.push(blank()); \
       if (took.length < frames) requestAnimationFrame(frame); else done({ took: took.slice(1), blanks }); }; \
     requestAnimationFrame(now => { last = now; requestAnimationFrame(frame); })";
/// Jumps to a place of the list; the milliseconds until every row in sight shows its order, and between the frames meanwhile.
const JUMP: &str = "const [place, done] = arguments; const took = []; const started = performance.now(); let last = started; \
     view.scrollTop = (view.scrollHeight - view.clientHeight) * place; \
     const look = now => { took.push(Math.max(0, now - last)); last = now; \
       if (!blank()) done({ took, filled: [Math.max(0, now - started)] }); \
       else if (now - started > 20000) done({ took, filled: [null] }); \
       else requestAnimationFrame(look); }; \
     requestAnimationFrame(look)";

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

/// Milliseconds from a jump to a place of the list, 0 to 1, until every row in sight shows its order; nothing if one stays blank.
pub async fn jump(window: &DeskWindow, place: f64) -> Result<Option<f64>, WindowError> {
    let mut jumped = Gathered::default();
    jumped.add(window, JUMP, vec![json!(place)]).await?;
    Ok(jumped.0.get("filled").and_then(|filled| filled.get(0)).and_then(Value::as_f64))
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
