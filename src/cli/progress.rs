//! A bar on the terminal for whatever takes longer than a second.

use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;

/// Work that is over sooner needs no bar.
const SHOWN_AFTER: Duration = Duration::from_secs(1);
/// How often the bar moves by itself.
const TICK: Duration = Duration::from_millis(200);

/// A bar that shows itself only when the work takes long, and only on a terminal.
pub(super) struct Progress {
    bar: ProgressBar,
    _end: mpsc::Sender<()>,
}

impl Progress {
    /// Begins to count.
    pub(super) fn begin(what: &str) -> Self {
        let bar = ProgressBar::no_length();
        bar.set_draw_target(ProgressDrawTarget::hidden());
        bar.set_message(what.to_owned());
        let (end, ended) = mpsc::channel();
        let shown = bar.clone();
        thread::spawn(move || {
            if ended.recv_timeout(SHOWN_AFTER) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(TICK);
            }
        });
        Self { bar, _end: end }
    }

    /// One piece more is done.
    pub(super) fn step(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar off the screen.
    pub(super) fn end(self) {
        self.bar.finish_and_clear();
    }
}
