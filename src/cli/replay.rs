//! `skicka replay`: what an edit of the content would have changed for those who were here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use crate::authoring::replay::Change;
use crate::authoring::replay::Difference;
use crate::authoring::replay::Verdict;
use crate::authoring::replay::held_with;
use crate::authoring::replay::replay;
use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::content;
use crate::cli::logs;
use crate::cli::logs::since;
use crate::cli::parallel::each;
use crate::cli::progress::Progress;
use crate::cli::put;
use crate::cli::serve::policy;
use crate::content::Content;
use crate::conversation::policy::Policy;
use crate::engine::history::Past;
use crate::ids::Timestamp;

/// Play stored conversations against the content as it is now.
#[derive(Debug, clap::Args)]
pub(super) struct ReplayArgs {
    /// Only conversations in which something happened since then: 30d, 12h, or a day.
    #[arg(long, value_name = "T", value_parser = since)]
    since: Option<Timestamp>,
    /// The folder with the edited content.
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// The folder with the content to compare with: what the edit alone changes. Without it,
    /// what really happened is compared with.
    #[arg(long, value_name = "DIR")]
    base: Option<PathBuf>,
    /// The folder of the database.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How many conversations of each change are shown.
    #[arg(long, value_name = "N", default_value_t = 3)]
    examples: usize,
    /// Print one JSON object with every conversation that changes.
    #[arg(long)]
    json: bool,
}

/// What became of all conversations.
#[derive(Debug, Default, Serialize)]
struct Report {
    conversations: usize,
    changed: usize,
    /// Of those that change: something was resolved and no longer is.
    no_longer_resolved: usize,
    /// The same course in other words.
    reworded: usize,
    /// Erased, or written by a newer version.
    unplayable: usize,
    groups: Vec<Group>,
}

/// Conversations that change alike.
#[derive(Debug, Serialize)]
struct Group {
    difference: Difference,
    no_longer_resolved: usize,
    conversations: Vec<Changed>,
}

#[derive(Debug, Serialize)]
struct Changed {
    conversation: String,
    at: String,
    change: Change,
}

/// Plays them all; fails when something that was resolved no longer is.
pub(super) fn run(args: &ReplayArgs) -> Result<(), Failed> {
    let settings = logs::settings(args.content.as_deref(), args.data.as_ref())?;
    let base = match &args.base {
        Some(folder) => Some(content::read(folder).train(folder)?),
        None => None,
    };
    let content = content::read(&settings.content).train(&settings.content)?;
    let contents = Contents { edited: &content, base: base.as_ref() };
    let policy = policy(&settings);
    let progress = Progress::begin("playing conversations");
    let mut report = Report::default();
    let mut groups: BTreeMap<Difference, Vec<Changed>> = BTreeMap::new();
    block_on(logs::each_batch(&settings.data, args.since.unwrap_or_default(), |some| {
        take(contents, &policy, &some, &progress, &mut report, &mut groups);
        Ok(())
    }))?;
    progress.end();
    report.sort_in(groups);
    if args.json {
        put(&format!("{}\n", serde_json::to_string_pretty(&report)?))?;
    } else {
        put(&report.text(args.examples))?;
    }
    if report.no_longer_resolved == 0 { Ok(()) } else { Err(Failed::Told) }
}

/// What conversations are played against.
#[derive(Clone, Copy)]
struct Contents<'c> {
    edited: &'c Content,
    base: Option<&'c Content>,
}

fn take(
    contents: Contents<'_>,
    policy: &Policy,
    some: &[Past],
    progress: &Progress,
    report: &mut Report,
    groups: &mut BTreeMap<Difference, Vec<Changed>>,
) {
    let verdicts = each(some, |log| {
        let verdict = contents.verdict(policy, log);
        progress.step();
        verdict
    });
    report.conversations += some.len();
    for (log, verdict) in some.iter().zip(verdicts) {
        match verdict {
            Verdict::Same => {}
            Verdict::Reworded => report.reworded += 1,
            Verdict::Unplayable => report.unplayable += 1,
            Verdict::Changed(change) => {
                report.changed += 1;
                report.no_longer_resolved += usize::from(change.lost);
                groups.entry(change.difference.clone()).or_default().push(Changed {
                    conversation: log.id.to_string(),
                    at: log.created_at.to_rfc3339(),
                    change: *change,
                });
            }
        }
    }
}

impl Contents<'_> {
    fn verdict(&self, policy: &Policy, log: &Past) -> Verdict {
        let Some(base) = self.base else {
            return replay(self.edited, policy, log.created_at, &log.events);
        };
        match held_with(base, policy, log.created_at, &log.events) {
            Some(held) => replay(self.edited, policy, log.created_at, &held),
            None => Verdict::Unplayable,
        }
    }
}

impl Report {
    /// The worst and most frequent changes first, and in each the worst first.
    fn sort_in(&mut self, groups: BTreeMap<Difference, Vec<Changed>>) {
        self.groups = groups
            .into_iter()
            .map(|(difference, mut conversations)| {
                conversations.sort_by_key(|changed| !changed.change.lost);
                let lost = conversations.iter().filter(|changed| changed.change.lost).count();
                Group { difference, no_longer_resolved: lost, conversations }
            })
            .collect();
        self.groups.sort_by_key(|group| {
            std::cmp::Reverse((group.no_longer_resolved, group.conversations.len()))
        });
    }

    fn text(&self, examples: usize) -> String {
        let mut text = String::new();
        for group in &self.groups {
            group.write(examples, &mut text);
        }
        let Self { conversations, changed, reworded, unplayable, no_longer_resolved, .. } = self;
        let _ = writeln!(
            text,
            "{changed} of {conversations} conversation(s) would go another way; \
             {no_longer_resolved} that were resolved no longer would be."
        );
        if *reworded > 0 {
            let _ = writeln!(text, "{reworded} would go the same way in other words.");
        }
        if *unplayable > 0 {
            let _ = writeln!(
                text,
                "{unplayable} cannot be played: erased, or written by a newer version."
            );
        }
        text
    }
}

impl Group {
    fn write(&self, examples: usize, text: &mut String) {
        let Difference { at, before, after } = &self.difference;
        let count = self.conversations.len();
        let _ = writeln!(
            text,
            "{count} conversation(s), at {at}:\n  before: {before}\n  now:    {after}"
        );
        if self.no_longer_resolved > 0 {
            let _ = writeln!(text, "  {} no longer resolved", self.no_longer_resolved);
        }
        for changed in self.conversations.iter().take(examples) {
            let Changed { conversation, at, change } = changed;
            let outcome =
                |outcome: &Option<String>| outcome.clone().unwrap_or_else(|| "open".to_owned());
            let _ = writeln!(
                text,
                "\n  {conversation}, begun {at}: {} before, {} now",
                outcome(&change.outcome_before),
                outcome(&change.outcome_after)
            );
            let _ = writeln!(text, "      {}", change.cue);
            for line in &change.before {
                let _ = writeln!(text, "    - {line}");
            }
            for line in &change.after {
                let _ = writeln!(text, "    + {line}");
            }
        }
        let rest = count.saturating_sub(examples);
        if rest > 0 {
            let _ = writeln!(text, "\n  and {rest} more");
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests;
