//! What the bot did not understand, or understood otherwise than it was meant, gathered by
//! likeness: the likeliest examples that its content still lacks.
//!
//! A message was **rejected** when nothing was read in it, **out of scope** when the bot said that it
//! is not its business, and **corrected** when it opened a topic
//! and the next thing that the visitor did, before any answer, was to name another one. Where the
//! visitor then pressed one of the topics that were offered, it is known what was **meant**.
//!
//! All texts are masked, as stored. Gathering is deterministic: equal messages give equal groups.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::content::Content;
use crate::conversation::event::Author;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Move;
use crate::conversation::event::ReadAs;
use crate::conversation::event::Reading;
use crate::conversation::event::TopicState;
use crate::ids::ConversationId;
use crate::ids::IntentId;
use crate::ids::Timestamp;
use crate::language::Language;
use crate::matcher::Context;
use crate::matcher::likeness::Likeness;

/// Messages as like as this are of one group.
const LIKE: f32 = 0.5;
/// More different messages than this are not compared; the most frequent come first.
const MOST_TEXTS: usize = 3_000;

/// Why a message is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nothing was read in it.
    Rejected,
    /// The bot said that it is not its business.
    OutOfScope,
    /// It was taken for this, which it did not mean.
    Corrected,
}

/// A message that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Where it was said.
    pub conversation: ConversationId,
    /// When.
    pub at: Timestamp,
    /// In which language.
    pub lang: Language,
    /// The masked text.
    pub text: String,
    /// Why it is here.
    pub why: Why,
    /// What was meant, by the visitor's own choice.
    pub meant: Option<IntentId>,
}

/// What was not understood in one conversation.
#[must_use]
pub fn of_conversation(id: &ConversationId, log: &[Event]) -> Vec<Missed> {
    let mut found: Vec<Missed> = Vec::new();
    // The message that opened the running topic, as long as nothing was answered.
    let mut opener: Option<(IntentId, Missed)> = None;
    let mut said: Option<Missed> = None;
    let mut is_noted = false;
    let mut open_miss = None;
    let out_of_scope = |read: &Reading| read.read_as == ReadAs::OutOfScope;
    for event in log {
        if let Fact::Message(message) = &event.fact
            && message.from == Author::Visitor
        {
            let text = message.text.clone();
            let this = Missed {
                conversation: id.clone(),
                at: event.at,
                lang: message.lang,
                text,
                why: Why::Rejected,
                meant: None,
            };
            if let Some(chosen) = &message.chose {
                // The topics that were offered have their ids for values.
                if let Some(at) = open_miss.take()
                    && let Some(missed) = found.get_mut::<usize>(at)
                {
                    missed.meant = Some(IntentId::new(&chosen.value));
                }
                said = None;
            } else {
                open_miss = None;
                said = Some(this);
            }
            let is_topic = message.read.as_ref().is_some_and(|it| it.read_as == ReadAs::Topic);
            if !is_topic && message.chose.is_none() {
                opener = None;
            }
            let waits = event.moves.iter().any(|change| matches!(change, Move::Waits { .. }));
            if !waits && message.read.as_ref().is_some_and(out_of_scope) {
                found.extend(said.take().map(|it| Missed { why: Why::OutOfScope, ..it }));
                is_noted = true;
            } else {
                is_noted = false;
            }
        }
        if let Fact::Topic(change) = &event.fact
            && change.state == TopicState::Opened
        {
            if let Some((topic, message)) = opener.take()
                && topic != change.topic
            {
                let meant = Some(change.topic.clone());
                found.push(Missed { why: Why::Corrected, meant, ..message });
            }
            opener = said.take().map(|message| (change.topic.clone(), message));
        }
        for change in &event.moves {
            match change {
                Move::Read { reading } if out_of_scope(reading) => {
                    found.extend(said.take().map(|it| Missed { why: Why::OutOfScope, ..it }));
                    is_noted = true;
                }
                // Beside an open question what is out of scope is missed as well.
                Move::Missed { .. } if is_noted => {}
                Move::Missed { text } => {
                    let now = said.take();
                    found.push(Missed {
                        conversation: id.clone(),
                        at: event.at,
                        lang: now.as_ref().map_or(Language::Sv, |now| now.lang),
                        text: now.map_or_else(|| text.clone(), |now| now.text),
                        why: Why::Rejected,
                        meant: None,
                    });
                    open_miss = Some(found.len() - 1);
                }
                Move::Answered { .. } => opener = None,
                _ => {}
            }
        }
    }
    found
}

/// Messages that are like each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// Their language.
    pub lang: Language,
    /// How often one of them was said.
    pub count: u64,
    /// The different texts, the most frequent first.
    pub texts: Vec<Text>,
    /// What was meant most often, by the visitors' own choice.
    pub meant: Option<IntentId>,
    /// What the matcher finds nearest in the first of them.
    pub nearest: Option<IntentId>,
}

/// One text of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// The masked text.
    pub text: String,
    /// How often it was said.
    pub count: u64,
    /// Why it is here.
    pub why: Why,
    /// Where it was said last.
    pub conversation: ConversationId,
    /// When.
    pub at: String,
}

struct Said {
    count: u64,
    why: Why,
    last: (Timestamp, ConversationId),
    meant: BTreeMap<IntentId, u64>,
}

struct Gathered {
    group: Group,
    likeness: Likeness,
    meant: BTreeMap<IntentId, u64>,
}

/// Gathers messages by language and likeness, the largest groups first.
#[must_use]
pub fn groups(content: &Content, all: Vec<Missed>) -> Vec<Group> {
    let mut texts: BTreeMap<(Language, String), Said> = BTreeMap::new();
    for missed in all {
        let text = missed.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            continue;
        }
        let last = (missed.at, missed.conversation);
        let said = texts.entry((missed.lang, text)).or_insert_with(|| Said {
            count: 0,
            why: missed.why,
            last: last.clone(),
            meant: BTreeMap::new(),
        });
        said.count += 1;
        said.last = last.max(said.last.clone());
        // An intent that is gone is nothing to add to.
        if let Some(meant) = missed.meant.filter(|meant| content.intents.contains_key(meant)) {
            *said.meant.entry(meant).or_default() += 1;
        }
    }
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_by(|(one, said), (other, also)| also.count.cmp(&said.count).then(one.cmp(other)));
    let mut gathered: Vec<Gathered> = Vec::new();
    for ((lang, text), said) in texts.into_iter().take(MOST_TEXTS) {
        let matcher = content.matcher(lang);
        let likeness = matcher.likeness(&text);
        let mut best: Option<(usize, f32)> = None;
        for (at, other) in gathered.iter().enumerate().filter(|(_, it)| it.group.lang == lang) {
            let like = other.likeness.to(&likeness);
            if like >= LIKE && best.is_none_or(|(_, most)| like > most) {
                best = Some((at, like));
            }
        }
        let at = best.map_or_else(
            || {
                let ranking = matcher.rank(&text, &Context::default());
                let nearest = ranking.candidates.first().map(|first| first.intent.clone());
                let texts = Vec::new();
                let group = Group { lang, count: 0, texts, meant: None, nearest };
                gathered.push(Gathered { group, likeness, meant: BTreeMap::new() });
                gathered.len() - 1
            },
            |(at, _)| at,
        );
        let of = &mut gathered[at];
        of.group.count += said.count;
        for (meant, count) in said.meant {
            *of.meant.entry(meant).or_default() += count;
        }
        let (at, conversation) = said.last;
        let (count, why) = (said.count, said.why);
        of.group.texts.push(Text { text, count, why, conversation, at: at.to_rfc3339() });
    }
    let mut groups: Vec<Group> = gathered
        .into_iter()
        .map(|Gathered { mut group, meant, .. }| {
            let most = meant.into_iter().rev().max_by_key(|(_, count)| *count);
            group.meant = most.map(|(intent, _)| intent);
            group
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

#[cfg(test)]
mod tests;
