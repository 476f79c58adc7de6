//! Questions that want a value: reading it, its bounds, asking whether it is right.

use jiff::civil::Date;
use serde_json::Value;

use crate::content::dialogue::Answers;
use crate::content::dialogue::Ask;
use crate::content::dialogue::slot::ValueAnswer;
use crate::content::manners::Manners;
use crate::conversation::event::Move;
use crate::conversation::event::Question;
use crate::conversation::turn::Fault;
use crate::conversation::turn::Turn;
use crate::language::Language;
use crate::matcher::answers::value::FoundValue;
use crate::matcher::answers::value::ValueKind;
use crate::matcher::answers::value::Wanted;
use crate::matcher::answers::value::read_value;

/// The value in a message, within bounds or not.
pub(crate) fn value_in(
    text: &str,
    language: Language,
    wanted: &ValueAnswer,
    today: Date,
) -> Option<Value> {
    found_in(text, language, wanted, today).map(|found| found.value)
}

/// The same, with how much of the message it is.
pub(crate) fn found_in(
    text: &str,
    language: Language,
    wanted: &ValueAnswer,
    today: Date,
) -> Option<FoundValue> {
    let wanted = Wanted { kind: wanted.kind, pattern: wanted.pattern.as_ref(), today };
    read_value(text, language, &wanted)
}

/// Whether a value lies within its question's bounds.
pub(crate) fn is_within(wanted: &ValueAnswer, value: &Value, today: Date) -> bool {
    let measure = match (wanted.kind, value) {
        (ValueKind::Number, Value::Number(number)) => number.as_f64(),
        #[expect(clippy::cast_precision_loss, reason = "no text has so many characters")]
        (ValueKind::Text, Value::String(text)) => Some(text.chars().count() as f64),
        (ValueKind::Date, Value::String(day)) => day
            .parse::<Date>()
            .ok()
            .and_then(|day| today.until(day).ok())
            .map(|span| f64::from(span.get_days())),
        _ => return true,
    };
    measure.is_some_and(|measure| {
        wanted.min.is_none_or(|min| measure >= min) && wanted.max.is_none_or(|max| measure <= max)
    })
}

/// An answer as words, for the packet.
pub(crate) fn as_words(ask: &Ask, value: &Value, manners: &Manners, lang: Language) -> String {
    let word = value.as_str();
    match &ask.answers {
        Answers::YesNo { .. } => match word {
            Some("yes") => manners.yes.plain(lang).to_owned(),
            Some("no") => manners.no.plain(lang).to_owned(),
            _ => manners.unsure.plain(lang).to_owned(),
        },
        Answers::Choices(choices) => choices
            .iter()
            .find(|choice| Some(choice.value.as_str()) == word)
            .map(|choice| choice.label.plain(lang).to_owned())
            .unwrap_or_default(),
        Answers::Value(_) => word.map_or_else(|| value.to_string(), str::to_owned),
    }
}

impl Turn<'_> {
    /// The day on which the customer writes.
    pub(crate) fn today(&self) -> Date {
        day_of(self.at, &self.policy.zone)
    }

    /// A value was given to the open question.
    pub(crate) fn value_given(&mut self, value: Value) -> Result<(), Fault> {
        let Some(ask) = self.open_ask() else { return Err(Fault) };
        let Answers::Value(wanted) = &ask.answers else { return Err(Fault) };
        if !is_within(wanted, &value, self.today()) {
            return self.refuse(ask, wanted);
        }
        let (Some(text), Some(slot)) = (&wanted.confirm, &ask.slot) else {
            return self.take_value(ask, wanted, value);
        };
        let words = self.words_with(text, slot, &value)?;
        let manners = &self.content.manners;
        let buttons = vec![self.button("yes", &manners.yes), self.button("no", &manners.no)];
        let topic = self.state.running_topic().cloned();
        self.put(words, Vec::new(), buttons, topic);
        self.asks(Question::Confirm { value });
        Ok(())
    }

    fn take_value(&mut self, ask: &Ask, wanted: &ValueAnswer, value: Value) -> Result<(), Fault> {
        let answer = as_words(ask, &value, &self.content.manners, self.lang());
        self.note_answer(ask, answer, value);
        self.walk_to(&wanted.next.target)
    }

    /// Whether a value is right was answered.
    pub(crate) fn confirmed(&mut self, value: Value, right: bool) -> Result<(), Fault> {
        let Some(ask) = self.open_ask() else { return Err(Fault) };
        let Answers::Value(wanted) = &ask.answers else { return Err(Fault) };
        if right {
            return self.take_value(ask, wanted, value);
        }
        self.shift(Move::Understood);
        self.ask_again(true)
    }

    /// No value: the question's own words say so, and the question stays open. Whoever cannot
    /// give one comes to a person by the usual limits.
    pub(crate) fn refused(&mut self, text: &str) -> Result<(), Fault> {
        let Some(ask) = self.open_ask() else { return Err(Fault) };
        let Answers::Value(wanted) = &ask.answers else { return Err(Fault) };
        self.shift(Move::Missed { text: shortened(text) });
        self.tell_refusal(ask, wanted)
    }

    fn refuse(&mut self, ask: &Ask, wanted: &ValueAnswer) -> Result<(), Fault> {
        let label = ask.label.plain(self.lang()).to_owned();
        self.shift(Move::Missed { text: label });
        self.tell_refusal(ask, wanted)
    }

    fn tell_refusal(&mut self, ask: &Ask, wanted: &ValueAnswer) -> Result<(), Fault> {
        if self.is_out_of_patience() {
            return self.cannot_help();
        }
        let mut buttons = self.buttons(ask);
        buttons.push(self.button(super::visitor::PERSON, &self.content.manners.person));
        self.tell(&wanted.refuse, &ask.links, buttons)?;
        self.asks(Question::Step);
        Ok(())
    }
}

/// What a list of messages that were not understood shows of one.
pub(crate) fn shortened(text: &str) -> String {
    const SHOWN: usize = 300;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The day that a moment falls on.
pub(crate) fn day_of(at: crate::ids::Timestamp, zone: &jiff::tz::TimeZone) -> Date {
    jiff::Timestamp::from_millisecond(at.0)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned(zone.clone())
        .date()
}
