//! `skicka chat`: the bot in the terminal, by the same rules as on the server.

use std::io::IsTerminal as _;

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use crate::cli::ContentArgs;
use crate::cli::Failed;
use crate::cli::content;
use crate::cli::matching::language;
use crate::clock::Clock;
use crate::content::Content;
use crate::conversation::decide;
use crate::conversation::effect::CallFailure;
use crate::conversation::event::Author;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Reading;
use crate::conversation::event::Status;
use crate::conversation::input::Act;
use crate::conversation::input::Duty;
use crate::conversation::input::Input;
use crate::conversation::policy::Policy;
use crate::conversation::state::State;
use crate::language::Language;
use crate::privacy;

/// Talk to the bot in the terminal.
#[derive(Debug, clap::Args)]
pub(super) struct ChatArgs {
    #[command(flatten)]
    content: ContentArgs,
    /// The language that the visitor prefers.
    #[arg(long, value_parser = language, default_value = "sv")]
    lang: Language,
}

struct Chat {
    content: Content,
    policy: Policy,
    clock: Clock,
    state: State,
    why: Option<Reading>,
}

/// Talks until the conversation ends, a person would take over, or the input does.
pub(super) fn run(args: &ChatArgs) -> Result<(), Failed> {
    let folder = args.content.folder()?;
    let content = content::read(&folder).train(&folder)?;
    let clock = Clock::system();
    let state = State::new(args.lang, clock.now());
    let mut chat = Chat { content, policy: Policy::default(), clock, state, why: None };
    if std::io::stdin().is_terminal() {
        println!("(a number presses a button; :why, :state, :quit)");
    }
    chat.act(Act::Begin);
    let mut editor = DefaultEditor::new()?;
    while !matches!(chat.state.status, Status::Ended | Status::Queued | Status::Offline) {
        match editor.readline("> ") {
            Ok(line) => {
                editor.add_history_entry(&line)?;
                if chat.line(line.trim()).is_break() {
                    break;
                }
            }
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

impl Chat {
    fn line(&mut self, line: &str) -> std::ops::ControlFlow<()> {
        match line {
            "" => {}
            ":quit" | ":q" => return std::ops::ControlFlow::Break(()),
            ":state" => println!("{:#?}", self.state),
            ":why" => match &self.why {
                Some(reading) => println!(
                    "read as {:?}: {} {:.3}, then {} {:.3}",
                    reading.read_as,
                    reading.intent.as_ref().map_or("-", |intent| intent.as_str()),
                    f32::from(reading.confidence) / 1_000.0,
                    reading.runner_up.as_ref().map_or("-", |intent| intent.as_str()),
                    f32::from(reading.runner_up_confidence) / 1_000.0,
                ),
                None => println!("nothing was matched yet"),
            },
            text => {
                let act = self.pressed(text).unwrap_or_else(|| {
                    let masked = privacy::mask(text);
                    let hidden = !masked.kinds.is_empty();
                    Act::Said { text: masked.text.into_owned(), masked: hidden }
                });
                self.act(act);
            }
        }
        std::ops::ControlFlow::Continue(())
    }

    /// The button of this number.
    fn pressed(&self, text: &str) -> Option<Act> {
        let open = self.state.open.as_ref()?;
        let number: usize = text.parse().ok()?;
        let choice = open.choices.get(number.checked_sub(1)?)?;
        Some(Act::Chose { offer: open.offer, value: choice.value.clone() })
    }

    fn act(&mut self, act: Act) {
        let input = Input { at: self.clock.now(), id: None, act, duty: Duty::OnDuty };
        match decide(&self.content, &self.policy, &self.state, &input) {
            Ok(decision) => {
                for event in &decision.events {
                    self.show(event);
                }
                self.state = decision.state;
                // Nothing is called from a terminal; the dialogue shows what it does then.
                for effect in decision.effects {
                    let result = Err(CallFailure::NotConfigured);
                    self.act(Act::CallEnded { call: effect.seq, result });
                }
            }
            Err(refusal) => println!("({refusal})"),
        }
    }

    fn show(&mut self, event: &Event) {
        match &event.fact {
            Fact::Message(message) if message.from == Author::Bot => {
                println!("bot: {}", message.text);
                for link in &message.links {
                    println!("     {}: {}", link.label, link.url);
                }
                for (number, choice) in (1..).zip(&message.choices) {
                    println!("     [{number}] {}", choice.label);
                }
            }
            Fact::Message(message) => self.why.clone_from(&message.read),
            Fact::Status(change) => {
                let reason = change.reason.as_deref().unwrap_or("");
                println!("({:?} {reason})", change.status);
            }
            Fact::Action(change) => {
                let reason = change.reason.as_deref().unwrap_or("");
                println!("(call {}: {:?} {reason})", change.call, change.state);
            }
            Fact::Ended { outcome, .. } => println!("(ended: {outcome:?})"),
            _ => {}
        }
    }
}
