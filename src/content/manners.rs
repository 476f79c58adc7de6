//! What the bot says of itself: greeting, asking again, handing over.

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::fields::Fields;
use crate::content::suggest::did_you_mean;
use crate::content::suggest::nearest;
use crate::content::text::Text;
use crate::content::yaml::Node;

macro_rules! manners {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The bot's own texts; the built-in file has every one, a content folder may replace all.
        #[derive(Debug, Clone, Default)]
        pub struct Manners {
            $($(#[$doc])* pub $name: Text,)*
        }

        impl Manners {
            /// Every text with its name.
            pub(crate) fn named(&self) -> Vec<(&'static str, &Text)> {
                vec![$((stringify!($name), &self.$name),)*]
            }
        }

        /// The names of all texts.
        pub(crate) const NAMES: &[&str] = &[$(stringify!($name),)*];

        fn read_all(fields: &mut Fields<'_>) -> Manners {
            Manners { $($name: fields.need_text(stringify!($name), "`manners`"),)* }
        }
    };
}

manners! {
    /// The first message; says that a bot writes.
    hello,
    /// Button.
    yes,
    /// Button.
    no,
    /// Button.
    unsure,
    /// Button: to a person.
    person,
    /// Button: none of these.
    something_else,
    /// Before a question is asked again.
    not_an_answer,
    /// Nothing understood, the first time.
    rephrase,
    /// Nothing understood, the second time.
    offer,
    /// Nothing understood, the last time.
    cannot_help,
    /// Not the bot's own business.
    out_of_scope,
    /// The same beside an open question, which is asked again afterwards.
    out_of_scope_aside,
    /// Which of these is meant.
    clarify,
    /// A problem is gone.
    resolved,
    /// A problem is gone, and another waits.
    resolved_more,
    /// There is something else: go ahead.
    what_else,
    /// There is nothing else.
    anything_else_no,
    /// A person takes over.
    handover,
    /// The same in an emergency.
    handover_urgent,
    /// Nobody is on duty.
    offline,
    /// When somebody is on duty again, as `slots.opens`.
    offline_opens,
    /// Where can you be reached?
    contact,
    /// The same again: that was neither a phone number nor an e-mail address.
    contact_again,
    /// `slots.contact` is kept.
    contact_kept,
    /// No address, and no harm.
    contact_none,
    /// It takes longer than it should.
    delayed,
    /// The person lost contact.
    agent_lost,
    /// The bot takes over from a person.
    handed_back,
    /// Something that looked secret was hidden.
    masked,
    /// An earlier answer is changed.
    corrected,
    /// Something was told that nobody had asked for.
    noted,
    /// A file came without a word, while something else is being done.
    file_kept,
    /// A file came without a word: what is it about?
    file_about,
    /// While another system is asked.
    one_moment,
    /// While the customer has time for something.
    take_your_time,
    /// It has not helped so far, and only a person is left.
    not_yet,
    /// The customer has been at it for long: a person?
    held_long,
    /// The customer has tried everything: a person?
    tried_all,
    /// Button: the customer is ready.
    ready,
    /// The matter is dropped.
    cancelled,
    /// The matter is begun anew.
    started_over,
    /// There is nothing to repeat.
    nothing_to_repeat,
    /// Back to `topic`?
    resume_offer,
    /// Now `topic`, that was mentioned before?
    second_problem,
    /// First `topic`, then the other.
    switching,
    /// From now on in this language.
    language_switched,
    /// The customer is upset.
    frustrated,
    /// Button: go on with the bot.
    go_on,
    /// Please rate.
    rating,
    /// Closed after silence.
    closed_idle,
    /// For the summary: topic.
    summary_topic,
    /// For the summary: tried.
    summary_tried,
    /// For the summary: not understood.
    summary_missed,
    /// For the summary: nothing.
    summary_none,
    /// Mail to a customer: what it is about.
    mail_answer_subject,
    /// The same: a person has answered; the way to the chat follows.
    mail_answer,
    /// Mail to a team: what it is about.
    mail_left_subject,
    /// The same: a matter was left while nobody was on duty; the way to it follows.
    mail_left,
    /// Mail to a team: what it is about.
    mail_queued_subject,
    /// The same: somebody waits for long; the way to them follows.
    mail_queued,
}

/// Reads the file of manners.
pub(crate) fn read(file: &str, node: Node, diagnostics: &mut Vec<Diagnostic>) -> Manners {
    let mut outer = Fields::open(file, node, "this file", diagnostics);
    let Some((_, inner)) = outer.need("manners", "this file") else { return Manners::default() };
    let mut fields = Fields::open(file, inner, "`manners`", outer.diagnostics());
    let manners = read_all(&mut fields);
    // A key that a newer built-in file has and this version does not use is no harm.
    for (key, _) in fields.rest() {
        if let Some(meant) = nearest(&key.name, NAMES.iter().copied()) {
            fields.excuse(meant);
            let message = format!("`{}` is not said by the bot", key.name);
            fields
                .report(key.span, Code::UnknownKey, &message)
                .help(&format!("did you mean `{meant}`?"));
            continue;
        }
        let help = did_you_mean(&key.name, NAMES.iter().copied());
        let message = format!("the bot says `{}` at no occasion", key.name);
        fields.report(key.span, Code::UnknownKey, &message).help(&help).only_warn();
    }
    outer.finish("this file");
    manners
}
