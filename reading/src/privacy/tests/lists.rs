//! Lists of what others thought of: secrets in many spellings and harmless numbers, each alone and
//! in conversations.

use std::fmt::Write as _;

use super::*;
use crate::privacy::context::Awaited;
use crate::privacy::context::Context;
use crate::privacy::context::holds_digit;
use crate::privacy::context::mask_in;
use crate::privacy::context::speaks_of_code;

/// Planted by somebody who did not know the rules; written like the first list.
pub(in crate::privacy) const PLANTED: &str = include_str!("planted_secrets.txt");
/// Harmless numbers by the same.
pub(in crate::privacy) const NUMBERS: &str = include_str!("planted_numbers.txt");
/// Secrets in several messages, which `⏎` parts.
pub(in crate::privacy) const SPLIT: &str = include_str!("split_secrets.txt");

/// What stands before the messages in question: talk of passwords and codes, and secrets.
const TALK: [&str; 12] = [
    "jag har glömt mitt lösenord",
    "koden kommer inte",
    "mitt lösenord är Kissa123",
    "koodi on 123987",
    "my password is wrong",
    "the code never arrives",
    "salasana ei kelpaa",
    "mitt kort är 4111 1111 1111 1111",
    "konto FI21 1234 5600 0007 85",
    "hetu on 131052-308T",
    "jag fick koden 569306",
    "tunnusluku 6483",
];

/// What the server keeps of a conversation for the next message.
#[derive(Default)]
struct Talk {
    tail: String,
    begun: Option<u8>,
}

impl Talk {
    /// The message as it is kept.
    fn say(&mut self, text: &str) -> String {
        let about = holds_digit(text) && speaks_of_code(&self.tail);
        let code = if about { Awaited::Maybe } else { Awaited::No };
        let (previous, begun) = (self.tail.as_str(), self.begun);
        let context = Context { previous, begun, code, ..Context::default() };
        let masked = mask_in(&context, text);
        let (kept, begun) = (masked.text.into_owned(), masked.begun);
        self.begun = begun;
        self.tail = format!("{}\n{kept}", self.tail);
        if let Some((cut, _)) = self.tail.char_indices().rev().nth(80) {
            self.tail.drain(..cut);
        }
        kept
    }
}

fn pieces(line: &str) -> Vec<&str> {
    let secrets = line.split('⟦').skip(1).filter_map(|part| part.split('⟧').next());
    secrets.flat_map(str::lines).filter(|piece| !piece.is_empty()).collect()
}

/// Which of `lines` are changed in conversations that are about secrets too.
fn touched(lines: &[String]) -> Vec<String> {
    let mut touched = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let mut talk = Talk::default();
        talk.say(TALK[at % TALK.len()]);
        talk.say(&lines[(at * 7 + 3) % lines.len()]);
        talk.say(TALK[(at * 5 + 2) % TALK.len()]);
        let before = talk.tail.clone();
        let kept = talk.say(line);
        if kept != *line {
            touched.push(format!("{line} -> {kept} after {before:?}"));
        }
    }
    touched
}

#[test]
fn what_others_planted_is_gone() {
    let mut missed = String::new();
    for line in PLANTED.lines() {
        let line = typed(line);
        let masked = mask(&line.replace(['⟦', '⟧'], "")).text.into_owned();
        if pieces(&line).iter().any(|piece| masked.contains(piece)) {
            let _ = writeln!(missed, "{line} -> {masked}");
        }
        assert_eq!(mask(&masked).text, masked, "masking twice changes nothing");
    }
    assert!(missed.is_empty(), "{missed}");
}

#[test]
fn secrets_in_several_messages_are_gone() {
    let mut missed = String::new();
    for line in SPLIT.lines() {
        let mut talk = Talk::default();
        for message in line.split(" ⏎ ") {
            let kept = talk.say(&message.replace(['⟦', '⟧'], ""));
            if pieces(message).iter().any(|piece| kept.contains(piece)) {
                let _ = writeln!(missed, "{line} -> {kept}");
            }
        }
    }
    assert!(missed.is_empty(), "{missed}");
}

#[test]
fn numbers_stay_alone_and_in_talk_about_secrets() {
    let lines: Vec<String> = NUMBERS.lines().map(typed).collect();
    let alone = lines.iter().filter(|line| !mask(line).kinds.is_empty());
    let alone: Vec<&String> = alone.collect();
    assert!(alone.len() * 100 <= lines.len(), "{alone:#?}");
    let touched = touched(&lines);
    assert!(touched.len() * 100 <= lines.len(), "{}", touched.join("\n"));
}

/// Reads lists of tab-separated lines (kind, language, text, and for secrets what of it is secret,
/// with `|` between): `SKICKA_SECRETS` and `SKICKA_NUMBERS` name the files. Prints what leaks and
/// what is masked needlessly.
#[test]
#[ignore = "reads lists that the variables name"]
fn lists_of_others_are_read() {
    let read = |name: &str| -> Vec<Vec<String>> {
        let text = std::env::var(name).ok().and_then(|path| std::fs::read_to_string(path).ok());
        let text = text.unwrap_or_default();
        text.lines().map(|line| line.split('\t').map(typed).collect()).collect()
    };
    let plain = |text: &str| -> String {
        let text = flat::Flat::of(text).text;
        text.chars().filter(|sign| sign.is_alphanumeric()).collect()
    };
    let mut told = String::new();
    for line in read("SKICKA_SECRETS") {
        let [_, _, text, secrets, ..] = line.as_slice() else { continue };
        for talk in [&TALK[..0], &TALK[..]] {
            let mut conversation = Talk::default();
            for text in talk {
                conversation.say(text);
            }
            let kept: Vec<String> = text.split(" ⏎ ").map(|it| conversation.say(it)).collect();
            let kept = kept.join(" ⏎ ");
            let leaks = secrets.split('|').any(|secret| plain(&kept).contains(&plain(secret)));
            if leaks || kept == *text {
                let _ = writeln!(told, "leaks: {text} -> {kept}");
                break;
            }
        }
    }
    let numbers = read("SKICKA_NUMBERS");
    let lines: Vec<String> = numbers.iter().filter_map(|line| line.get(2)).cloned().collect();
    for line in lines.iter().filter(|line| !mask(line).kinds.is_empty()) {
        let _ = writeln!(told, "masked alone: {line} -> {}", mask(line).text);
    }
    for line in touched(&lines) {
        let _ = writeln!(told, "masked in talk: {line}");
    }
    assert!(told.is_empty(), "{told}");
}
