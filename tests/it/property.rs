//! Random conversations over random valid content: none is ever stuck, folding the log gives the
//! state that the rules saw, the bot is silent while a person owns, and each call has one result.
//!
//! `CONVERSATIONS` says how many (the default keeps the test short), `SEED` where they begin. With
//! `--nocapture` it prints what was reached:
//!
//! ```sh
//! CONVERSATIONS=100000 cargo test --release --test it random_conversations -- --nocapture
//! ```

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use skicka::content::Content;

pub(crate) mod chance;
mod content;
mod coverage;
mod play;

use chance::Chance;
use content::drawn;
use content::trained;
use coverage::Coverage;
use play::Play;

/// Conversations in a run that says nothing else.
const USUAL: u64 = 500;
/// Conversations over one drawing of content.
const EACH: u64 = 10;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Plays the conversations of one drawing of content.
fn over_one_content(trained: &Content, seed: u64, count: u64, coverage: &mut Coverage) {
    let mut chance = Chance::new(seed);
    let editions = [drawn(trained, &mut chance), drawn(trained, &mut chance)];
    for conversation in 0..count {
        let mut chance = Chance::new(seed.wrapping_mul(1_000).wrapping_add(conversation));
        let mut play = Play::new(&editions);
        let played = catch_unwind(AssertUnwindSafe(|| play.run(&mut chance)));
        let fault = match played {
            Ok(Ok(())) => {
                coverage.add(&play);
                continue;
            }
            Ok(Err(fault)) => fault,
            Err(_) => "it panicked".to_owned(),
        };
        let files: Vec<String> = editions
            .iter()
            .flat_map(|edition| &edition.sources)
            .filter(|source| source.file.starts_with("dialogues"))
            .map(|source| source.text.clone())
            .collect();
        panic!(
            "SEED={seed}, conversation {conversation}: {fault}\n\n{}\n{}",
            files.join("\n"),
            play.story()
        );
    }
}

#[test]
fn random_conversations_over_random_content_never_get_stuck() {
    let (all, first) = (number("CONVERSATIONS", USUAL), number("SEED", 1));
    let trained = trained();
    let next = AtomicU64::new(0);
    let whole = Mutex::new(Coverage::default());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let mut coverage = Coverage::default();
                loop {
                    let drawing = next.fetch_add(1, Ordering::Relaxed);
                    let count = EACH.min(all.saturating_sub(drawing * EACH));
                    if count == 0 {
                        break;
                    }
                    over_one_content(&trained, first + drawing, count, &mut coverage);
                }
                whole.lock().unwrap().join(coverage);
            });
        }
    });
    let coverage = whole.into_inner().unwrap();
    println!("{coverage}");
    if all >= USUAL {
        assert_eq!(coverage.unreached(), Vec::<String>::new(), "the generator must reach these");
    }
}

/// A wait in a circle of questions whose answers were known came round for ever, with nobody there.
#[test]
fn what_once_went_on_for_ever_comes_to_an_end() {
    over_one_content(&trained(), 101_321, EACH, &mut Coverage::default());
}
