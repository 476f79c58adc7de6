//! When nobody is on duty: the matter is kept, a time is promised, and the customer is asked where
//! they can be reached.
//!
//! What they give is validated and stands in the slot [`CONTACT`] for the next agent. The question
//! is asked twice at most; whoever does not want to say is left in peace. Whatever else they write
//! is kept for the agent, as in a queue.

use jiff::tz::TimeZone;
use serde_json::Value;

use crate::conversation::event::Move;
use crate::conversation::event::Question;
use crate::conversation::event::Status;
use crate::conversation::slot::day_of;
use crate::conversation::state::State;
use crate::conversation::turn::Turn;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::matcher::answers::AnswerClass;
use crate::matcher::answers::AskedQuestion;
use crate::matcher::answers::value::ValueKind;
use crate::matcher::answers::value::Wanted;
use crate::matcher::answers::value::read_value;

/// The slot that holds where the customer can be reached.
pub const CONTACT: &str = "contact";

/// The slot by which the text of the promise names the time.
const OPENS: &str = "opens";

/// The e-mail address that the customer left, if they left one.
#[must_use]
pub fn email_of(state: &State) -> Option<&str> {
    let contact = state.slots.get(CONTACT)?.as_str()?;
    contact.contains('@').then_some(contact)
}

impl Turn<'_> {
    /// Says that nobody is there, and when somebody will be, where that is known.
    pub(crate) fn say_nobody_there(&mut self, opens: Option<Timestamp>) {
        let manners = &self.content.manners;
        let text = manners.offline.plain(self.lang()).to_owned();
        self.put_plain(text, Vec::new());
        let Some(opens) = opens else { return };
        let time = Value::String(moment(opens, self.at, &self.policy.zone, self.lang()));
        if let Ok(text) = self.words_with(&manners.offline_opens, OPENS, &time) {
            self.put_plain(text, Vec::new());
        }
    }

    /// Asks where the customer can be reached, unless that is known.
    pub(crate) fn ask_contact(&mut self) {
        if self.state.status != Status::Offline || self.has_contact() {
            return;
        }
        let text = self.content.manners.contact.plain(self.lang()).to_owned();
        self.put_plain(text, Vec::new());
        self.asks(Question::Contact { again: false });
    }

    fn has_contact(&self) -> bool {
        self.state.slots.get(CONTACT).is_some_and(|value| !value.is_null())
    }

    /// Reads what the customer wrote while nobody is there.
    pub(crate) fn heard_offline(&mut self, text: &str) {
        let Some(Question::Contact { again }) =
            self.state.open.as_ref().map(|open| open.question.clone())
        else {
            return;
        };
        let manners = &self.content.manners;
        if let Some(contact) = self.contact_in(text) {
            let value = Value::String(contact);
            self.shift(Move::Learnt { slot: CONTACT.to_owned(), value: value.clone() });
            self.shift(Move::Closed);
            if let Ok(text) = self.words_with(&manners.contact_kept, CONTACT, &value) {
                self.put_plain(text, Vec::new());
            }
            return;
        }
        let reading = self.content.answers(self.lang()).read(text, &AskedQuestion::default());
        let declined = matches!(reading.class, AnswerClass::No | AnswerClass::Cancel);
        if declined || again {
            self.shift(Move::Closed);
            let text = manners.contact_none.plain(self.lang()).to_owned();
            self.put_plain(text, Vec::new());
            return;
        }
        let text = manners.contact_again.plain(self.lang()).to_owned();
        self.put_plain(text, Vec::new());
        self.asks(Question::Contact { again: true });
    }

    /// The e-mail address in a text, or else the phone number.
    fn contact_in(&self, text: &str) -> Option<String> {
        let today = day_of(self.at, &self.policy.zone);
        [ValueKind::Email, ValueKind::Phone].into_iter().find_map(|kind| {
            let wanted = Wanted { kind, pattern: None, today };
            let found = read_value(text, self.lang(), &wanted)?;
            found.value.as_str().map(str::to_owned)
        })
    }
}

/// A moment as people say it: `i dag kl. 16.30`, `maanantaina 30.11. klo 9.00`.
#[must_use]
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone, lang: Language) -> String {
    let day = day_of(at, zone);
    let today = day_of(now, zone);
    let time = jiff::Timestamp::from_millisecond(at.0)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned(zone.clone())
        .time();
    let minutes = format!("{:02}", time.minute());
    let clock = match lang {
        Language::Sv => format!("kl. {}.{minutes}", time.hour()),
        Language::Fi => format!("klo {}.{minutes}", time.hour()),
        Language::En => format!("at {}:{minutes}", time.hour()),
    };
    let near = if day == today {
        Some(["i dag", "tänään", "today"])
    } else if today.tomorrow().is_ok_and(|tomorrow| day == tomorrow) {
        Some(["i morgon", "huomenna", "tomorrow"])
    } else {
        None
    };
    if let Some([sv, fi, en]) = near {
        let word = match lang {
            Language::Sv => sv,
            Language::Fi => fi,
            Language::En => en,
        };
        return format!("{word} {clock}");
    }
    let weekday = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
    match lang {
        Language::Sv => format!("{} {}.{}. {clock}", ON_DAYS_SV[weekday], day.day(), day.month()),
        Language::Fi => format!("{} {}.{}. {clock}", ON_DAYS_FI[weekday], day.day(), day.month()),
        Language::En => {
            let month = MONTHS_EN[usize::from(day.month().unsigned_abs()) - 1];
            format!("{} {} {month} {clock}", ON_DAYS_EN[weekday], day.day())
        }
    }
}

const ON_DAYS_SV: [&str; 7] =
    ["på måndag", "på tisdag", "på onsdag", "på torsdag", "på fredag", "på lördag", "på söndag"];
const ON_DAYS_FI: [&str; 7] = [
    "maanantaina",
    "tiistaina",
    "keskiviikkona",
    "torstaina",
    "perjantaina",
    "lauantaina",
    "sunnuntaina",
];
const ON_DAYS_EN: [&str; 7] = [
    "on Monday",
    "on Tuesday",
    "on Wednesday",
    "on Thursday",
    "on Friday",
    "on Saturday",
    "on Sunday",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests;
