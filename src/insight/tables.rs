//! A report as tables: for CSV files, and for reading in a terminal.
//!
//! Numbers stand as they were counted, times in seconds; shares are left to the reader but for the
//! few that `summary` names, in percent with one decimal.

use std::fmt::Write as _;

use crate::ids::IntentId;
use crate::ids::TeamId;
use crate::insight::Ends;
use crate::insight::Report;
use crate::insight::Served;
use crate::insight::Waits;
use crate::insight::share;
use crate::insight::spread::Spread;

/// Rows under names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it is called, also as a file.
    pub name: &'static str,
    /// The names of its columns.
    pub head: Vec<&'static str>,
    /// How many columns from the first on say what a row is about; the rest are figures.
    pub keys: usize,
    /// Its rows, each as long as the head.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// As comma-separated values after RFC 4180, the head first.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text = String::new();
        let head = self.head.iter().map(|name| (*name).to_owned()).collect();
        for row in std::iter::once(&head).chain(&self.rows) {
            write_row(row, &mut text);
        }
        text
    }

    /// As columns of a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let head: Vec<String> = self.head.iter().map(|name| name.replace('_', " ")).collect();
        let width = |column: usize| {
            let cells = std::iter::once(&head).chain(&self.rows).map(|row| row[column].chars());
            cells.map(Iterator::count).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let mut text = format!("{}\n", self.name);
        for row in std::iter::once(&head).chain(&self.rows) {
            let mut line = String::from(" ");
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let _ = if column < self.keys {
                    write!(line, " {cell:<width$}")
                } else {
                    write!(line, " {cell:>width$}")
                };
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }
}

/// All tables of a report in one file: a row a figure.
#[must_use]
pub fn in_one_file(tables: &[Table]) -> String {
    let mut text = String::from("table,about,figure,value\r\n");
    for table in tables {
        for row in &table.rows {
            let about = row[..table.keys].join(" ");
            for (figure, value) in table.head.iter().zip(row).skip(table.keys) {
                let cells = [table.name, &about, figure, value].map(str::to_owned);
                write_row(&cells, &mut text);
            }
        }
    }
    text
}

fn write_row(row: &[String], text: &mut String) {
    for (column, cell) in row.iter().enumerate() {
        if column > 0 {
            text.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            let _ = write!(text, "\"{}\"", cell.replace('"', "\"\""));
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

/// The tables of a report.
#[must_use]
pub fn tables(report: &Report) -> Vec<Table> {
    vec![
        summary(report),
        days(report),
        topics(report),
        escalations(report),
        waiting(report),
        satisfaction(report),
        understanding(report),
    ]
}

/// Thousandths as percent.
fn percent(thousandths: Option<u64>) -> String {
    thousandths.map_or_else(String::new, |it| format!("{}.{}", it / 10, it % 10))
}

const ENDS: [&str; 6] =
    ["conversations", "contained", "resolved_by_bot", "escalated", "resolved_by_person", "ongoing"];

fn ends(ends: &Ends) -> [u64; 6] {
    [
        ends.conversations,
        ends.contained,
        ends.resolved_by_bot,
        ends.escalated,
        ends.resolved_by_person,
        ends.ongoing,
    ]
}

fn row<const N: usize>(keys: &[&str], figures: [u64; N]) -> Vec<String> {
    let keys = keys.iter().map(|key| (*key).to_owned());
    keys.chain(figures.map(|figure| figure.to_string())).collect()
}

fn summary(report: &Report) -> Table {
    let mut rows = vec![row(&["opened"], [report.opened]), row(&["erased"], [report.erased])];
    rows.extend(ENDS.iter().zip(ends(&report.ends)).map(|(name, count)| row(&[name], [count])));
    let mut share = |name: &str, it| rows.push(vec![name.to_owned(), percent(it)]);
    share("containment_percent", report.ends.containment());
    share("bot_resolution_percent", report.ends.resolution());
    Table { name: "summary", head: vec!["figure", "value"], keys: 1, rows }
}

fn days(report: &Report) -> Table {
    Table {
        name: "days",
        head: std::iter::once("day").chain(ENDS).collect(),
        keys: 1,
        rows: report.days.iter().map(|day| row(&[&day.day.to_string()], ends(&day.ends))).collect(),
    }
}

fn topics(report: &Report) -> Table {
    Table {
        name: "topics",
        head: vec!["topic", "conversations", "resolved_by_bot", "escalated"],
        keys: 1,
        rows: report
            .topics
            .iter()
            .map(|topic| {
                let figures = [topic.conversations, topic.resolved_by_bot, topic.escalated];
                row(&[topic.topic.as_ref().map_or("", IntentId::as_str)], figures)
            })
            .collect(),
    }
}

fn escalations(report: &Report) -> Table {
    Table {
        name: "escalations",
        head: vec!["reason", "topic", "escalations"],
        keys: 2,
        rows: report
            .reasons
            .iter()
            .map(|reason| {
                let topic = reason.topic.as_ref().map_or("", IntentId::as_str);
                row(&[&reason.reason, topic], [reason.escalations])
            })
            .collect(),
    }
}

fn waiting(report: &Report) -> Table {
    let figures = |waits: &Waits| {
        let Waits { escalations, offline, taken, left, waiting, .. } = waits;
        let times = [&waits.wait, &waits.wait_open, &waits.answer, &waits.answer_open]
            .map(|Spread { median_s, p90_s, longest_s, .. }| [*median_s, *p90_s, *longest_s]);
        let counts = [*escalations, *offline, *taken, *left, *waiting];
        counts.into_iter().chain(times.into_iter().flatten()).map(|it| it.to_string())
    };
    Table {
        name: "waiting",
        head: vec![
            "team",
            "escalations",
            "offline",
            "taken",
            "left",
            "waiting",
            "wait_median_s",
            "wait_p90_s",
            "wait_longest_s",
            "wait_open_median_s",
            "wait_open_p90_s",
            "wait_open_longest_s",
            "answer_median_s",
            "answer_p90_s",
            "answer_longest_s",
            "answer_open_median_s",
            "answer_open_p90_s",
            "answer_open_longest_s",
        ],
        keys: 1,
        rows: report
            .waits
            .iter()
            .map(|waits| {
                let team = waits.team.as_ref().map_or("", TeamId::as_str);
                std::iter::once(team.to_owned()).chain(figures(waits)).collect()
            })
            .collect(),
    }
}

fn satisfaction(report: &Report) -> Table {
    Table {
        name: "satisfaction",
        head: vec![
            "by",
            "ratings",
            "score_1",
            "score_2",
            "score_3",
            "score_4",
            "score_5",
            "mean",
            "content_percent",
        ],
        keys: 1,
        rows: report
            .satisfaction
            .iter()
            .map(|by| {
                let served = match by.by {
                    Served::Bot => "bot",
                    Served::Person => "person",
                };
                let mut cells = row(&[served], [by.ratings()]);
                cells.extend(by.scores.map(|count| count.to_string()));
                let mean = by.mean().map(|it| format!("{}.{:02}", it / 100, it % 100));
                cells.push(mean.unwrap_or_default());
                cells.push(percent(share(by.scores[3] + by.scores[4], by.ratings())));
                cells
            })
            .collect(),
    }
}

fn understanding(report: &Report) -> Table {
    Table {
        name: "understanding",
        head: vec!["day", "lang", "messages", "answered", "clarified", "rejected", "out_of_scope"],
        keys: 2,
        rows: report
            .understanding
            .iter()
            .map(|it| {
                let counts = &it.counts;
                let figures = [
                    counts.messages(),
                    counts.answered,
                    counts.clarified,
                    counts.rejected,
                    counts.out_of_scope,
                ];
                row(&[&it.day.to_string(), it.lang.code()], figures)
            })
            .collect(),
    }
}
