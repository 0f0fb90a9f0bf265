//! The pictures of a tour and the one page that shows them.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use acceptance::window::{DeskWindow, WindowError};

struct Picture {
    file: String,
    caption: String,
    at_ms: u128,
}

/// What the tour has shown so far.
pub(crate) struct Report {
    folder: PathBuf,
    started: Instant,
    pictures: Vec<Picture>,
}

impl Report {
    /// Begins with an empty folder, so that no picture of an earlier tour is taken for one of this.
    pub(crate) fn start(folder: &Path) -> io::Result<Self> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_path_buf(), started: Instant::now(), pictures: Vec::new() })
    }

    /// Takes a picture of the window as it is now.
    pub(crate) async fn picture(&mut self, window: &DeskWindow, name: &str, caption: &str) -> Result<(), WindowError> {
        let file = format!("{:02}-{name}.png", self.pictures.len() + 1);
        window.screenshot(&self.folder.join(&file)).await?;
        self.pictures.push(Picture { file, caption: caption.to_owned(), at_ms: self.started.elapsed().as_millis() });
        Ok(())
    }

    /// Writes `summary.md` and `summary.html`; `failure` says where the tour ended too early.
    pub(crate) fn write(&self, failure: Option<&str>) -> io::Result<()> {
        let verdict =
            failure.map_or_else(|| "The tour went through.".to_owned(), |at| format!("The tour stopped: {at}"));
        let mut text = format!("# WxPay Desk: the tour\n\n{verdict}\n");
        let mut page = format!(
            "<!doctype html><meta charset=\"utf-8\"><title>WxPay Desk: the tour</title>\
             <style>body{{font:14px/1.6 sans-serif;max-width:1000px;margin:24px auto}}\
             img{{width:100%;border:1px solid #E3E6EA}}</style><h1>WxPay Desk: the tour</h1><p>{}</p>",
            escaped(&verdict)
        );
        for Picture { file, caption, at_ms } in &self.pictures {
            write!(text, "\n## {caption}\n\nafter {at_ms} ms\n\n![{caption}]({file})\n").ok();
            let caption = escaped(caption);
            write!(page, "<h2>{caption}</h2><p>after {at_ms} ms</p><img src=\"{file}\" alt=\"{caption}\">").ok();
        }
        std::fs::write(self.folder.join("summary.md"), text)?;
        std::fs::write(self.folder.join("summary.html"), page)
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
