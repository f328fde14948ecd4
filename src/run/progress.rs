//! One line on the terminal while a run lasts.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::messages::{bytes, count};

/// Runs shorter than this show no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// Progress of a run; silent where nobody looks.
pub struct Progress {
    bar: Option<ProgressBar>,
    /// The template in use; none before the line is shown.
    template: &'static str,
    began: Instant,
    documents: u64,
    read: u64,
    removed: u64,
}

impl Progress {
    /// Shows progress only where it is wanted and standard error is a terminal.
    pub fn new(wanted: bool) -> Progress {
        let bar = (wanted && stderr().is_terminal()).then(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()));
        Progress { bar, template: "", began: Instant::now(), documents: 0, read: 0, removed: 0 }
    }

    /// A handle through which another thread can tell how many bytes there are to read; none where nobody looks.
    pub fn total(&self) -> Option<ProgressBar> {
        self.bar.clone()
    }

    /// More documents are done; `position` is how many bytes of the files have been read in all.
    pub fn step(&mut self, documents: u64, read: usize, removed: usize, position: u64) {
        self.documents += documents;
        self.read += read as u64;
        self.removed += removed as u64;
        let Some(bar) = &self.bar else { return };
        let elapsed = self.began.elapsed();
        if self.template.is_empty() {
            if elapsed < PATIENCE {
                return;
            }
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        }
        let template = if bar.length().is_some() { "{bar:24} {percent:>3}%  {msg}  ETA {eta}" } else { "{spinner} {msg}" };
        if self.template != template {
            self.template = template;
            bar.set_style(style(template));
        }
        let speed = bytes((self.read as f64 / elapsed.as_secs_f64()) as u64);
        let share = 100.0 * self.removed as f64 / self.read.max(1) as f64;
        bar.set_position(position);
        bar.set_message(format!("{} docs  {speed}/s  {share:.1}% removed", count(self.documents)));
    }

    /// Takes the line away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸ ")
}
