//! The pictures of a tour and the one page that shows them.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use acceptance::window::{DeskWindow, WindowError};

struct Picture {
    file: String,
    caption: String,
    at_ms: u128,
}

/// What the tour has done, measured and shown so far.
pub(crate) struct Report {
    folder: PathBuf,
    step: &'static str,
    started: Instant,
    done: Vec<(String, Duration)>,
    step_started: Instant,
    figures: Vec<(String, String)>,
    pictures: Vec<Picture>,
}

impl Report {
    /// Begins with an empty folder, so that no picture of an earlier tour is taken for one of this.
    pub(crate) fn start(folder: &Path) -> io::Result<Self> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            step: "",
            started: Instant::now(),
            done: Vec::new(),
            step_started: Instant::now(),
            figures: Vec::new(),
            pictures: Vec::new(),
        })
    }

    /// Names what is tried from now on.
    pub(crate) fn begin(&mut self, step: &'static str) {
        self.step = step;
    }

    /// What was tried last.
    pub(crate) fn step(&self) -> &'static str {
        self.step
    }

    /// Keeps how the window looked when a step failed; a window that is gone leaves no picture, and that is no other failure.
    pub(crate) async fn failed(&mut self, window: &DeskWindow) {
        let file = "failed.png".to_owned();
        if window.screenshot(&self.folder.join(&file)).await.is_ok() {
            let caption = format!("停在这里 · It stopped here: {}", self.step);
            self.pictures.push(Picture { file, caption, at_ms: self.started.elapsed().as_millis() });
        }
    }

    /// Takes a picture of the window once nothing moves any more.
    pub(crate) async fn picture(&mut self, window: &DeskWindow, name: &str, caption: &str) -> Result<(), WindowError> {
        // The stylesheet's own movements take 120 ms.
        let still = "setTimeout(arguments[0], 200, true)";
        window.client().execute_async(still, vec![]).await?;
        self.picture_now(window, name, caption).await
    }

    /// Takes a picture of the window as it is at this moment.
    pub(crate) async fn picture_now(
        &mut self,
        window: &DeskWindow,
        name: &str,
        caption: &str,
    ) -> Result<(), WindowError> {
        let file = format!("{:02}-{name}.png", self.pictures.len() + 1);
        // A picture shows the last frame that was drawn.
        let drawn = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        window.client().execute_async(drawn, vec![]).await?;
        window.screenshot(&self.folder.join(&file)).await?;
        self.pictures.push(Picture { file, caption: caption.to_owned(), at_ms: self.started.elapsed().as_millis() });
        Ok(())
    }

    /// Keeps the last picture under a name of its own as well.
    pub(crate) fn keep_as(&self, name: &str) -> io::Result<()> {
        match self.pictures.last() {
            Some(picture) => std::fs::copy(self.folder.join(&picture.file), self.folder.join(name)).map(drop),
            None => Ok(()),
        }
    }

    /// Notes something that was done and seen.
    pub(crate) fn done(&mut self, sentence: impl Into<String>) {
        self.done.push((sentence.into(), self.step_started.elapsed()));
        self.step_started = Instant::now();
    }

    /// Notes something that was measured.
    pub(crate) fn figure(&mut self, what: impl Into<String>, value: impl Into<String>) {
        self.figures.push((what.into(), value.into()));
    }

    /// Writes `summary.md` and `summary.html`; `failure` says where the tour ended too early.
    pub(crate) fn write(&self, failure: Option<&str>) -> io::Result<()> {
        let verdict =
            failure.map_or_else(|| "The tour went through.".to_owned(), |at| format!("The tour stopped {at}"));
        std::fs::write(self.folder.join("summary.md"), self.as_text(&verdict))?;
        std::fs::write(self.folder.join("summary.html"), self.as_page(&verdict))
    }

    // Writing into a String cannot fail.
    fn as_text(&self, verdict: &str) -> String {
        let mut text = format!("# WxPay Desk: the tour\n\n{verdict}\n\n## What was done\n\n");
        for (number, (sentence, time)) in self.done.iter().enumerate() {
            writeln!(text, "{}. {sentence} ({:.1} s)", number + 1, time.as_secs_f32()).ok();
        }
        text.push_str("\n## What was measured\n\n| what | figure |\n|---|---|\n");
        for (what, value) in &self.figures {
            writeln!(text, "| {what} | {value} |").ok();
        }
        text.push_str("\n## What it looks like\n");
        for Picture { file, caption, at_ms } in &self.pictures {
            write!(text, "\n### {caption}\n\nafter {at_ms} ms\n\n![{caption}]({file})\n").ok();
        }
        text
    }

    fn as_page(&self, verdict: &str) -> String {
        let mut page = format!(
            "<!doctype html><meta charset=\"utf-8\"><title>WxPay Desk: the tour</title>\
             <style>body{{font:14px/1.6 sans-serif;max-width:1000px;margin:24px auto;color:#1B1F24}}\
             img{{width:100%;border:1px solid #E3E6EA}}td{{padding:2px 16px 2px 0}}</style>\
             <h1>WxPay Desk: the tour</h1><p>{}</p><ol>",
            escaped(verdict)
        );
        for (sentence, time) in &self.done {
            write!(page, "<li>{} ({:.1} s)</li>", escaped(sentence), time.as_secs_f32()).ok();
        }
        page.push_str("</ol><table>");
        for (what, value) in &self.figures {
            write!(page, "<tr><td>{}</td><td>{}</td></tr>", escaped(what), escaped(value)).ok();
        }
        page.push_str("</table>");
        for Picture { file, caption, at_ms } in &self.pictures {
            let caption = escaped(caption);
            write!(page, "<h2>{caption}</h2><p>after {at_ms} ms</p><img src=\"{file}\" alt=\"{caption}\">").ok();
        }
        page
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
