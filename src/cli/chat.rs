//! `skicka chat`: the bot in the terminal, by the same rules as on the server.
//!
//! A talk is a rehearsal that keeps every state it was in, so that a turn can be taken back. What
//! is typed is kept for the arrow keys as long as the command runs, and nowhere else.

use std::fs;
use std::io::IsTerminal as _;
use std::ops::ControlFlow;
use std::path::Path;

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::authoring::transcript::Cue;
use crate::authoring::transcript::LineKind;
use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::rehearsal::PlayedTurn;
use crate::authoring::transcript::rehearsal::Rehearsal;
use crate::authoring::transcript::rehearsal::record;
use crate::cli::ContentArgs;
use crate::cli::Failed;
use crate::cli::content;
use crate::cli::matching::language;
use crate::cli::put;
use crate::clock::Clock;
use crate::content::Content;
use crate::conversation::event::Status;
use crate::language::Language;
use crate::privacy;

mod show;

const HELP: &str = "\
A number presses a button; everything else is what the visitor writes, but for
  :why           how the last message was read
  :state         what the bot remembers; :state all for everything
  :back          takes the last turn back
  :lang CODE     chooses a language: sv, fi, en
  :person        asks for a person
  :later 5 min   lets time pass; ms, s, min, h, d
  :answer JSON   what the other system answers; :fails timed_out and the like
  :duty nobody   sends everybody home; :duty somebody
  :restart       begins anew
  :save FILE     writes the talk down as a transcript
  :quit          ends
";

/// Talk to the bot in the terminal.
#[derive(Debug, clap::Args)]
pub(super) struct ChatArgs {
    #[command(flatten)]
    content: ContentArgs,
    /// The language that the visitor prefers.
    #[arg(long, value_parser = language, default_value = "sv")]
    lang: Language,
}

/// A talk, and what it was before each turn.
struct Chat<'c> {
    content: &'c Content,
    lang: Language,
    clock: Clock,
    talk: Rehearsal<'c>,
    turns: Vec<PlayedTurn>,
    before: Vec<Rehearsal<'c>>,
}

/// Talks until the input ends.
pub(super) fn run(args: &ChatArgs) -> Result<(), Failed> {
    let folder = args.content.folder()?;
    let content = content::read(&folder).train(&folder)?;
    if std::io::stdin().is_terminal() {
        put("(a number presses a button; :why, :state, :back, :help, :quit)\n")?;
    }
    let mut chat = Chat::begin(&content, args.lang)?;
    let mut editor = DefaultEditor::new()?;
    loop {
        match editor.readline("> ") {
            Ok(line) => {
                editor.add_history_entry(&line)?;
                if chat.line(line.trim())?.is_break() {
                    return Ok(());
                }
            }
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

impl<'c> Chat<'c> {
    fn begin(content: &'c Content, lang: Language) -> Result<Self, Failed> {
        let clock = Clock::system();
        let talk = Rehearsal::new(content, lang, clock.now());
        let mut chat = Self { content, lang, clock, talk, turns: Vec::new(), before: Vec::new() };
        chat.greet()?;
        Ok(chat)
    }

    fn greet(&mut self) -> Result<(), Failed> {
        let said = self.talk.begin().map_err(|message| anyhow::anyhow!(message))?;
        self.turns = vec![PlayedTurn { cue: None, said }];
        put(&show::events(self.talk.log()))
    }

    fn line(&mut self, line: &str) -> Result<ControlFlow<()>, Failed> {
        let Some(command) = line.strip_prefix(':') else {
            if !line.is_empty() {
                let cue = self.pressed(line).unwrap_or_else(|| Cue::Say(line.to_owned()));
                self.perform(cue)?;
            }
            return Ok(ControlFlow::Continue(()));
        };
        let (name, rest) = command.split_once(' ').unwrap_or((command, ""));
        let rest = rest.trim();
        match name {
            "quit" | "q" => return Ok(ControlFlow::Break(())),
            "help" | "h" => put(HELP)?,
            "why" => put(&show::why(self.talk.log(), self.content))?,
            "state" if rest == "all" => put(&format!("{:#?}\n", self.talk.state()))?,
            "state" => put(&show::state(self.talk.state()))?,
            "back" => self.back()?,
            "restart" => {
                self.talk = Rehearsal::new(self.content, self.lang, self.clock.now());
                self.before.clear();
                self.greet()?;
            }
            "save" => self.save(rest)?,
            "lang" => self.command(&format!("language: {rest}"))?,
            "person" => self.perform(Cue::Person)?,
            "later" | "duty" | "answer" | "fails" => self.command(&format!("{name}: {rest}"))?,
            _ => put(&format!("(there is no :{name}; :help shows what there is)\n"))?,
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Something that transcripts also know how to write.
    fn command(&mut self, line: &str) -> Result<(), Failed> {
        match Transcript::read(line, self.lang) {
            Ok(transcript) => {
                for line in transcript.lines {
                    if let LineKind::Cue(cue) = line.kind {
                        self.perform(cue)?;
                    }
                }
                Ok(())
            }
            Err(unreadable) => put(&format!("({})\n", unreadable.message)),
        }
    }

    /// The button of this number.
    fn pressed(&self, text: &str) -> Option<Cue> {
        let (_, choices) = self.talk.state().buttons()?;
        let number: usize = text.parse().ok()?;
        let choice = choices.get(number.checked_sub(1)?)?;
        let same = choices.iter().filter(|other| other.label == choice.label).count();
        Some(Cue::Press(if same == 1 { choice.label.clone() } else { choice.value.clone() }))
    }

    fn perform(&mut self, cue: Cue) -> Result<(), Failed> {
        let before = self.talk.clone();
        let from = before.log().len();
        match self.talk.perform(&cue) {
            Ok(said) => {
                put(&show::events(&self.talk.log()[from..]))?;
                let waits = self.talk.state().status != before.state().status;
                if waits && self.talk.state().status != Status::Bot {
                    put("(:back takes that back, :restart begins anew)\n")?;
                }
                if let Some(call) = self.talk.state().calls.values().next_back() {
                    put(&format!("({call} is asked: :answer JSON or :fails timed_out)\n"))?;
                }
                self.before.push(before);
                self.turns.push(PlayedTurn { cue: Some(cue), said });
                Ok(())
            }
            Err(message) => {
                self.talk = before;
                put(&format!("({message})\n"))
            }
        }
    }

    fn back(&mut self) -> Result<(), Failed> {
        let Some(before) = self.before.pop() else {
            return put("(there is no turn to take back)\n");
        };
        self.talk = before;
        self.turns.pop();
        let last = self.turns.last().and_then(|turn| turn.cue.as_ref());
        put(&last.map_or("(at the beginning)\n".to_owned(), |cue| format!("(after {cue})\n")))?;
        put(&show::newest(self.talk.log()))
    }

    /// Writes the talk down. What the visitor typed is covered first, as on a server.
    fn save(&self, file: &str) -> Result<(), Failed> {
        if file.is_empty() {
            return put("(:save needs the name of a file)\n");
        }
        let mut turns = self.turns.clone();
        for turn in &mut turns {
            if let Some(Cue::Say(text)) = &mut turn.cue {
                *text = privacy::mask(text).text.into_owned();
            }
        }
        // The greeting is the same in every talk.
        if let Some(greeting) = turns.first_mut() {
            greeting.said.clear();
        }
        let text = format!("lang: {}\n{}", self.lang.code(), record(&turns));
        match fs::write(Path::new(file), text) {
            Ok(()) => put(&format!("(written to {file})\n")),
            Err(error) => put(&format!("({file} cannot be written: {error})\n")),
        }
    }
}
