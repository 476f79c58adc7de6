//! Steps that give the customer time: `wait` for minutes, `callback` to a day and an hour.

use jiff::civil::Time;

use crate::content::diagnostic::Code;
use crate::content::dialogue::Exit;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::dialogue::read::exit;
use crate::content::fields::Fields;

/// The longest that a step may wait, in minutes: a day.
const LONGEST_WAIT: f64 = 24.0 * 60.0;
/// The most days until the bot comes back.
const MOST_DAYS: f64 = 30.0;

/// For how long a step waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// So many milliseconds.
    For(i64),
    /// So many days on, when the customers' clocks show this; on the same day if it is still to
    /// come and no day is named.
    At {
        /// Days from the day on which the step is taken.
        days: i32,
        /// The time of day.
        time: Time,
    },
}

/// Reads a step that waits for minutes.
pub(super) fn read_wait(fields: &mut Fields<'_>, what: &str) -> Option<StepKind> {
    let text = fields.need_text("say", what);
    let nudge = fields.text("nudge");
    let wait = fields.number("wait");
    let next = exit(fields, "next", what);
    let ((span, minutes), next) = (wait?, next?);
    if !(1.0..=LONGEST_WAIT).contains(&minutes) || minutes.fract() != 0.0 {
        fields
            .report(span, Code::BadValue, "`wait` is a number of whole minutes, 1 to 1440")
            .help("write for example `wait: 10`");
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and at most a day")]
    let ms = minutes as i64 * 60_000;
    Some(StepKind::Wait { text, pause: Pause::For(ms), nudge, next })
}

/// Reads a step in which the bot promises to come back. Unlike a wait it must say something then.
pub(super) fn read_callback(fields: &mut Fields<'_>, what: &str) -> Option<StepKind> {
    let text = fields.need_text("say", what);
    let nudge = fields.need_text("nudge", what);
    let (span, node) = fields.take("callback")?;
    let file = fields.file();
    let mut inner = Fields::open(file, node, "`callback`", fields.diagnostics());
    let days = inner.number("days");
    let time = inner.need_word("at", "`callback`");
    let time = time.and_then(|word| {
        let time = Time::strptime("%H:%M", &word.text).ok();
        if time.is_none() {
            inner
                .report(word.span, Code::BadValue, "`at` is a time of day")
                .help("write for example `at: \"09:00\"`, in quotes");
        }
        time
    });
    inner.finish("`callback`");
    let next = exit(fields, "next", what);
    let days = days.map_or(0.0, |(_, days)| days);
    if !(0.0..=MOST_DAYS).contains(&days) || days.fract() != 0.0 {
        fields
            .report(span, Code::BadValue, "`days` is a whole number from 0 to 30")
            .help("write for example `callback: { days: 1, at: \"09:00\" }`");
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and at most a month, or a fault")]
    // Such content never serves: the step stays, so that nothing else seems wrong.
    let pause = Pause::At { days: days as i32, time: time.unwrap_or(Time::midnight()) };
    let next = next.unwrap_or(Exit { target: Target::Person, span });
    Some(StepKind::Wait { text, pause, nudge: Some(nudge), next })
}
