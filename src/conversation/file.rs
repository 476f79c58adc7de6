//! A file that comes without a word: its name is no message, so nothing is read out of it.

use crate::conversation::event::Attachment;
use crate::conversation::event::Question;
use crate::conversation::event::ReadAs;
use crate::conversation::event::Status;
use crate::conversation::input::Refusal;
use crate::conversation::reading;
use crate::conversation::turn::Fault;
use crate::conversation::turn::Turn;
use crate::conversation::visitor::PERSON;
use crate::ids::FrameId;

/// What names of files that customers may send end in.
const ENDINGS: [&str; 6] = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".pdf"];

/// Whether a text that came with files says nothing beside what they are called. Clients send the
/// name where the customer wrote nothing; it may have been shortened or covered since.
pub(crate) fn is_only_a_name(text: &str, attachments: &[Attachment]) -> bool {
    let text = text.trim();
    let looks_like_one = || {
        let lower = text.to_lowercase();
        !text.contains(char::is_whitespace) && ENDINGS.iter().any(|it| lower.ends_with(it))
    };
    !attachments.is_empty()
        && (text.is_empty()
            || attachments.iter().any(|file| file.name.trim() == text)
            || looks_like_one())
}

impl Turn<'_> {
    /// Keeps the file for whoever takes over, and asks what it is about, unless a question is open
    /// already: that is asked again.
    pub(crate) fn sent_file(&mut self, id: Option<&FrameId>, text: &str) -> Result<(), Refusal> {
        self.not_ended()?;
        let lang = self.lang();
        self.heard(id, text, None, Some(reading(ReadAs::PassedOn, self.content)), lang);
        if self.state.status == Status::Bot && self.ask_about_file().is_err() {
            self.escalate_after_fault();
        }
        Ok(())
    }

    fn ask_about_file(&mut self) -> Result<(), Fault> {
        let manners = &self.content.manners;
        if self.state.open.is_some() || self.state.frame().is_some() {
            self.say(&manners.file_kept)?;
            return self.ask_again(false);
        }
        let words = self.words(&manners.file_about, None)?;
        let button = self.button(PERSON, &manners.person);
        self.put_plain(words, vec![button]);
        self.asks(Question::Person);
        Ok(())
    }
}
