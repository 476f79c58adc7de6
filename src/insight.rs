//! What the conversations of a period come to: how many, how they ended, who waited how long, what
//! was understood, and how content customers were.
//!
//! Pure: each stored conversation is folded into a [`Tale`], and tales are counted in a [`Tally`],
//! in any order. The command `skicka report`, the console and the CSV files all show one
//! [`Report`].
//!
//! What the words mean:
//! - A conversation counts in the period, and on the day, in which it **began**, in the customers'
//!   time zone. One in which the visitor said nothing was only **opened**, and counts nowhere else.
//!   One whose records were erased counts as **erased** and nowhere else.
//! - It is **escalated** once it has left the bot for a person, be somebody there or not, and
//!   **contained** when it ended without that. Containment is the share of contained ones among
//!   those that are over or escalated: whoever is still at it with the bot is not decided yet.
//! - It is **resolved by the bot** when it is contained and ended as resolved, and **resolved by a
//!   person** when it is escalated and ended as resolved.
//! - A **wait** begins when a conversation leaves the bot and ends when a person takes it; one that
//!   is passed on is not a second wait. The **first answer** is that person's first message. Both
//!   are also given **within opening hours** of the team that was asked first: a night counts
//!   nothing.
//! - A message is **answered** when the bot read an answer, a topic or a wish in it, **clarified**
//!   when it asked which of several topics was meant, **out of scope** when it said that this is
//!   not its business, and **rejected** when it did not understand. It counts on its own day and
//!   in its own language. Messages that a person got count nowhere here.
//!
//! **Invariant:** counting the tales of two halves of a period gives the figures of the whole.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::conversation::event::Outcome;
use crate::conversation::event::ReadAs;
use crate::handover::team::Teams;
use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::ids::Timestamp;
use crate::insight::spread::Spread;
use crate::insight::tale::Escalation;
use crate::insight::tale::Tale;
use crate::insight::tale::WaitEnd;
use crate::language::Language;

pub mod missed;
pub mod spread;
pub mod tables;
pub mod tale;

/// From a moment on, up to another and not including it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first moment.
    pub since: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

impl Period {
    /// Whether a moment lies in it.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.since <= at && at < self.until
    }
}

/// The first moment of a day.
#[must_use]
pub fn start_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let zoned = day.to_zoned(zone.clone()).ok()?;
    Some(Timestamp(zoned.timestamp().as_millisecond()))
}

/// The day of a moment.
#[must_use]
pub fn day_of(at: Timestamp, zone: &TimeZone) -> Date {
    let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    moment.to_zoned(zone.clone()).date()
}

/// How conversations ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ends {
    /// All in which the visitor said something.
    pub conversations: u64,
    /// Ended without having left the bot.
    pub contained: u64,
    /// Contained, and ended as resolved.
    pub resolved_by_bot: u64,
    /// Left the bot for a person.
    pub escalated: u64,
    /// Escalated, and ended as resolved.
    pub resolved_by_person: u64,
    /// Still with the bot.
    pub ongoing: u64,
}

impl Ends {
    fn take(&mut self, tale: &Tale) {
        let resolved = u64::from(tale.outcome == Some(Outcome::Resolved));
        self.conversations += 1;
        if !tale.escalations.is_empty() {
            self.escalated += 1;
            self.resolved_by_person += resolved;
        } else if tale.outcome.is_some() {
            self.contained += 1;
            self.resolved_by_bot += resolved;
        } else {
            self.ongoing += 1;
        }
    }

    /// The share of contained ones among those that are decided, in thousandths.
    #[must_use]
    pub fn containment(&self) -> Option<u64> {
        share(self.contained, self.contained + self.escalated)
    }

    /// The share that the bot resolved among those that are decided, in thousandths.
    #[must_use]
    pub fn resolution(&self) -> Option<u64> {
        share(self.resolved_by_bot, self.contained + self.escalated)
    }
}

/// A part of a whole in thousandths; nothing of nothing is no share.
#[must_use]
pub fn share(part: u64, whole: u64) -> Option<u64> {
    (part * 1_000 + whole / 2).checked_div(whole)
}

/// The conversations that began on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayEnds {
    /// Which.
    pub day: Date,
    /// How they ended.
    #[serde(flatten)]
    pub ends: Ends,
}

/// The conversations that were about a topic; one that was about two counts for both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TopicEnds {
    /// Which; none for those that never had one.
    pub topic: Option<IntentId>,
    /// In how many it was opened.
    pub conversations: u64,
    /// In how many the bot closed it as resolved.
    pub resolved_by_bot: u64,
    /// In how many it led to a person.
    pub escalated: u64,
}

/// Why people were wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The code.
    pub reason: String,
    /// What it was about; none where nothing was.
    pub topic: Option<IntentId>,
    /// How often.
    pub escalations: u64,
}

/// Who waited for a team, and how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waits {
    /// Which; none for all together.
    pub team: Option<TeamId>,
    /// How many asked for a person.
    pub escalations: u64,
    /// Of these: nobody was there when they asked.
    pub offline: u64,
    /// Of these: a person took it.
    pub taken: u64,
    /// Of these: it ended, or went back to the bot, before anybody took it.
    pub left: u64,
    /// Of these: they wait still.
    pub waiting: u64,
    /// From the wish until a person took it.
    pub wait: Spread,
    /// The same within opening hours.
    pub wait_open: Spread,
    /// From the wish until that person's first message.
    pub answer: Spread,
    /// The same within opening hours.
    pub answer_open: Spread,
}

/// How content customers were, by who had the conversation last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Satisfaction {
    /// Who.
    pub by: Served,
    /// How many gave 1, 2, 3, 4 and 5.
    pub scores: [u64; 5],
}

impl Satisfaction {
    /// How many rated.
    #[must_use]
    pub fn ratings(&self) -> u64 {
        self.scores.iter().sum()
    }

    /// The mean in hundredths.
    #[must_use]
    pub fn mean(&self) -> Option<u64> {
        let sum: u64 = (1..).zip(self.scores).map(|(score, count)| score * count).sum();
        let ratings = self.ratings();
        (sum * 100 + ratings / 2).checked_div(ratings)
    }
}

/// Who served a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Served {
    /// The bot alone.
    Bot,
    /// Also a person, or at least the wish for one.
    Person,
}

/// How messages of one day in one language were understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Understanding {
    /// Which day.
    pub day: Date,
    /// Which language.
    pub lang: Language,
    /// How.
    #[serde(flatten)]
    pub counts: Understood,
}

/// How messages were understood.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Understood {
    /// An answer, a topic or a wish was read.
    pub answered: u64,
    /// It was asked which topic was meant.
    pub clarified: u64,
    /// Not understood.
    pub rejected: u64,
    /// Not the bot's business.
    pub out_of_scope: u64,
}

impl Understood {
    /// All messages that the bot read.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.answered + self.clarified + self.rejected + self.out_of_scope
    }
}

/// All figures of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The first moment.
    pub since: String,
    /// The first moment after it.
    pub until: String,
    /// Where its days begin and end.
    pub zone: String,
    /// Windows that were opened, with a word of the visitor's or without.
    pub opened: u64,
    /// Conversations whose records were erased.
    pub erased: u64,
    /// How the conversations ended.
    #[serde(flatten)]
    pub ends: Ends,
    /// The same by day; every day of the period that is not yet to come, and none besides.
    pub days: Vec<DayEnds>,
    /// By topic, the most frequent first.
    pub topics: Vec<TopicEnds>,
    /// Escalations by reason and topic, the most frequent first.
    pub reasons: Vec<Reason>,
    /// Of all teams together, then of each.
    pub waits: Vec<Waits>,
    /// By who served them.
    pub satisfaction: Vec<Satisfaction>,
    /// By day and language.
    pub understanding: Vec<Understanding>,
}

#[derive(Debug, Default)]
struct Team {
    escalations: u64,
    offline: u64,
    left: u64,
    waiting: u64,
    wait: Vec<i64>,
    wait_open: Vec<i64>,
    answer: Vec<i64>,
    answer_open: Vec<i64>,
}

#[derive(Debug, Default)]
struct Topic {
    conversations: u64,
    resolved_by_bot: u64,
    escalated: u64,
}

/// Counts tales into a report.
#[derive(Debug)]
pub struct Tally {
    period: Period,
    zone: TimeZone,
    opened: u64,
    erased: u64,
    ends: Ends,
    days: BTreeMap<Date, Ends>,
    topics: BTreeMap<Option<IntentId>, Topic>,
    reasons: BTreeMap<(String, Option<IntentId>), u64>,
    all: Team,
    teams: BTreeMap<TeamId, Team>,
    scores: BTreeMap<Served, [u64; 5]>,
    understood: BTreeMap<(Date, Language), Understood>,
}

impl Tally {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(period: Period, zone: TimeZone) -> Self {
        Self {
            period,
            zone,
            opened: 0,
            erased: 0,
            ends: Ends::default(),
            days: BTreeMap::new(),
            topics: BTreeMap::new(),
            reasons: BTreeMap::new(),
            all: Team::default(),
            teams: BTreeMap::new(),
            scores: BTreeMap::new(),
            understood: BTreeMap::new(),
        }
    }

    /// Counts one conversation. `teams` says when those who were asked are open.
    pub fn take(&mut self, tale: &Tale, teams: &Teams) {
        // A message counts on its own day, also of a conversation that began before.
        for read in tale.readings.iter().filter(|read| self.period.holds(read.at)) {
            let counts =
                self.understood.entry((day_of(read.at, &self.zone), read.lang)).or_default();
            match read.read_as {
                ReadAs::Answer | ReadAs::Topic | ReadAs::Command => counts.answered += 1,
                ReadAs::Unclear => counts.clarified += 1,
                ReadAs::NotUnderstood => counts.rejected += 1,
                ReadAs::OutOfScope => counts.out_of_scope += 1,
                ReadAs::PassedOn => {}
            }
        }
        if !self.period.holds(tale.began) {
            return;
        }
        self.opened += 1;
        self.erased += u64::from(tale.erased);
        if !tale.said {
            return;
        }
        self.ends.take(tale);
        self.days.entry(day_of(tale.began, &self.zone)).or_default().take(tale);
        self.take_topics(tale);
        for escalation in &tale.escalations {
            let key = (escalation.reason.clone(), escalation.topic.clone());
            *self.reasons.entry(key).or_default() += 1;
            let hours = escalation.team.as_ref().and_then(|team| teams.get(team)?.hours.as_ref());
            let open = |from, to: Timestamp| match hours {
                Some(hours) => hours.open_ms(from, to),
                None => to.ms_since(from),
            };
            self.all.take(escalation, open);
            if let Some(team) = &escalation.team {
                self.teams.entry(team.clone()).or_default().take(escalation, open);
            }
        }
        if let Some(score) = tale.score.filter(|score| (1..=5).contains(score)) {
            let by = if tale.escalations.is_empty() { Served::Bot } else { Served::Person };
            self.scores.entry(by).or_default()[usize::from(score) - 1] += 1;
        }
    }

    fn take_topics(&mut self, tale: &Tale) {
        for told in &tale.topics {
            let topic = self.topics.entry(Some(told.topic.clone())).or_default();
            topic.conversations += 1;
            topic.resolved_by_bot += u64::from(told.resolved);
            let led = |escalation: &Escalation| escalation.topic.as_ref() == Some(&told.topic);
            topic.escalated += u64::from(tale.escalations.iter().any(led));
        }
        if tale.topics.is_empty() {
            let none = self.topics.entry(None).or_default();
            none.conversations += 1;
            none.escalated += u64::from(!tale.escalations.is_empty());
        }
    }

    /// The figures of all that was counted, seen at `now`.
    #[must_use]
    pub fn report(self, now: Timestamp) -> Report {
        let mut days = self.days;
        let end = self.period.until.min(now.plus_ms(1));
        if self.period.since < end {
            let (mut day, last) =
                (day_of(self.period.since, &self.zone), day_of(end.plus_ms(-1), &self.zone));
            // A period without a beginning has its days from the first conversation on.
            day = day.max(days.keys().next().copied().unwrap_or(last).min(last));
            if self.period.since > Timestamp::default() {
                day = day_of(self.period.since, &self.zone);
            }
            while day <= last {
                days.entry(day).or_default();
                match day.tomorrow() {
                    Ok(next) => day = next,
                    Err(_) => break,
                }
            }
        }
        let mut topics: Vec<TopicEnds> = self
            .topics
            .into_iter()
            .map(|(topic, counts)| TopicEnds {
                topic,
                conversations: counts.conversations,
                resolved_by_bot: counts.resolved_by_bot,
                escalated: counts.escalated,
            })
            .collect();
        topics.sort_by_key(|topic| std::cmp::Reverse(topic.conversations));
        let mut reasons: Vec<Reason> = self
            .reasons
            .into_iter()
            .map(|((reason, topic), escalations)| Reason { reason, topic, escalations })
            .collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.escalations));
        let teams = self.teams.into_iter().map(|(team, waits)| waits.report(Some(team)));
        let scores = [Served::Bot, Served::Person].map(|by| Satisfaction {
            by,
            scores: self.scores.get(&by).copied().unwrap_or_default(),
        });
        Report {
            since: self.period.since.to_rfc3339(),
            until: self.period.until.to_rfc3339(),
            zone: self.zone.iana_name().unwrap_or("UTC").to_owned(),
            opened: self.opened,
            erased: self.erased,
            ends: self.ends,
            days: days.into_iter().map(|(day, ends)| DayEnds { day, ends }).collect(),
            topics,
            reasons,
            waits: std::iter::once(self.all.report(None)).chain(teams).collect(),
            satisfaction: scores.to_vec(),
            understanding: self
                .understood
                .into_iter()
                .map(|((day, lang), counts)| Understanding { day, lang, counts })
                .collect(),
        }
    }
}

impl Team {
    fn take(&mut self, escalation: &Escalation, open: impl Fn(Timestamp, Timestamp) -> i64) {
        self.escalations += 1;
        self.offline += u64::from(escalation.nobody_there);
        match escalation.end {
            WaitEnd::Taken(at) => {
                self.wait.push(at.ms_since(escalation.at));
                self.wait_open.push(open(escalation.at, at));
            }
            WaitEnd::Left => self.left += 1,
            WaitEnd::Waiting => self.waiting += 1,
        }
        if let Some(at) = escalation.answered {
            self.answer.push(at.ms_since(escalation.at));
            self.answer_open.push(open(escalation.at, at));
        }
    }

    fn report(self, team: Option<TeamId>) -> Waits {
        Waits {
            team,
            escalations: self.escalations,
            offline: self.offline,
            taken: u64::try_from(self.wait.len()).unwrap_or(u64::MAX),
            left: self.left,
            waiting: self.waiting,
            wait: Spread::of(self.wait),
            wait_open: Spread::of(self.wait_open),
            answer: Spread::of(self.answer),
            answer_open: Spread::of(self.answer_open),
        }
    }
}

#[cfg(test)]
mod tests;
