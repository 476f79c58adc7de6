//! What every store must do: one suite, run against each.
//!
//! A store is tested by making a [`World`] for it and naming both in [`store_contract!`]. Nothing
//! here knows a database.

use std::future::Future;

use crate::conversation::event::Status;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::language::Language;
use crate::store::AgentRow;
use crate::store::Append;
use crate::store::Directory;
use crate::store::EventRow;
use crate::store::EventStore;
use crate::store::Head;
use crate::store::InputKey;
use crate::store::NewConversation;
use crate::store::Role;

pub(crate) mod accounts;
pub(crate) mod attachments;
pub(crate) mod audit;
pub(crate) mod customers;
pub(crate) mod effects;
pub(crate) mod factors;
pub(crate) mod lists;
pub(crate) mod log;
pub(crate) mod races;
pub(crate) mod records;
pub(crate) mod revisions;
pub(crate) mod search;

/// An empty database that can be opened more than once.
pub(crate) trait World {
    /// The store under test.
    type Store: EventStore + Directory;

    /// A handle on the database; all handles see the same data.
    fn open(&self) -> impl Future<Output = Self::Store>;
}

/// Runs the suite: `store_contract!(make_world)`, where `make_world()` gives a fresh [`World`].
macro_rules! store_contract {
    ($world:path) => {
        $crate::store::contract::store_contract!($world, log: [
            a_new_conversation_is_empty, making_a_conversation_again_changes_nothing,
            a_conversation_of_another_visitor_stays_theirs, events_come_back_as_they_were_put,
            an_append_on_an_old_head_loses, an_input_counts_once,
            an_input_counts_once_in_all_conversations, a_known_input_is_a_duplicate_on_any_head,
            an_input_that_lost_may_come_again, one_frame_id_of_two_authors_is_two_inputs,
            an_append_to_nothing_fails_and_spoils_nothing, events_must_follow_the_head,
            two_devices_that_come_at_once_meet_in_one_conversation,
            events_come_in_pages, any_text_survives, what_was_done_survives_reopening,
            nothing_is_done_after_closing,
        ]);
        $crate::store::contract::store_contract!($world, lists: [
            the_head_is_what_the_last_append_left, the_open_conversation_is_the_newest,
            statuses_are_listed_the_longest_unchanged_first, deadlines_are_due_the_earliest_first,
            read_cursors_move_forward_only, read_cursors_stay_within_the_log,
        ]);
        $crate::store::contract::store_contract!($world, accounts: [
            accounts_are_kept, an_address_is_one_accounts, sessions_expire_and_end,
            a_session_of_nobody_is_refused, the_first_key_stays, documents_are_kept_by_kind,
        ]);
        $crate::store::contract::store_contract!($world, factors: [
            a_factor_is_offered_confirmed_and_removed, a_code_is_taken_once,
            every_so_many_failures_lock,
        ]);
        $crate::store::contract::store_contract!($world, customers: [
            a_visitor_becomes_one_customer, a_customer_has_one_main_visitor,
            joined_visitors_are_one, a_customer_signs_out,
            a_customers_tokens_are_revoked,
        ]);
        $crate::store::contract::store_contract!($world, audit: [
            entries_stand_in_a_chain, writers_at_once_make_one_chain,
            an_append_is_audited_when_it_is_done_and_once,
        ]);
        $crate::store::contract::store_contract!($world, effects: [
            an_effect_waits_from_its_event_to_its_result, an_effect_is_taken_up_by_one,
            a_lost_append_wants_and_closes_nothing, an_effect_may_end_without_an_event,
            one_event_may_want_one_effect_of_each_kind,
        ]);
        $crate::store::contract::store_contract!($world, revisions: [
            a_revision_is_kept_until_it_is_let_go, a_revision_is_pinned_by_who_runs_on_it,
        ]);
        $crate::store::contract::store_contract!($world, attachments: [
            a_file_is_sent_by_its_author_in_one_conversation,
            a_doomed_file_is_known_to_the_sweeper_only,
        ]);
        $crate::store::contract::store_contract!($world, records: [
            an_erasure_leaves_the_count_and_nothing_else,
            who_comes_back_and_is_erased_again_keeps_one_pseudonym,
            an_erasure_is_heard_by_another_handle, time_runs_out_for_what_ended_long_ago,
        ]);
        $crate::store::contract::store_contract!($world, search: [
            what_people_wrote_is_found_by_the_beginnings_of_its_words, what_is_found_is_narrowed,
            much_is_found_by_pages, what_was_erased_is_found_no_more,
        ]);
        $crate::store::contract::store_contract!($world, races: [
            many_writers_leave_one_order, two_handles_share_one_log,
        ]);
    };
    ($world:path, $part:ident: [$($test:ident),* $(,)?]) => {
        mod $part {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    $crate::store::contract::$part::$test(&$world()).await;
                }
            )*
        }
    };
}
pub(crate) use store_contract;

/// A moment `ms` after some day.
pub(crate) fn moment(ms: i64) -> Timestamp {
    Timestamp(1_780_000_000_000 + ms)
}

pub(crate) fn id(text: &str) -> ConversationId {
    ConversationId::new(text)
}

/// The head of a conversation that the bot leads.
pub(crate) fn with_bot() -> Head {
    Head {
        status: Status::Bot,
        team: None,
        agent: None,
        lang: Language::Sv,
        topic: None,
        deadline: None,
        pins: Vec::new(),
        tags: Vec::new(),
    }
}

pub(crate) fn new_conversation(conversation: &str, visitor: &str) -> NewConversation {
    NewConversation {
        id: id(conversation),
        visitor: VisitorId::new(visitor),
        at: moment(0),
        profile: r#"{"page":"https://example.org/"}"#.to_owned(),
        head: with_bot(),
        unless_open: false,
    }
}

/// `count` events behind `expected`; their bodies say `tag`.
pub(crate) fn append(conversation: &str, expected: u64, count: u64, tag: &str) -> Append {
    Append {
        conversation: id(conversation),
        expected: Seq(expected),
        input: None,
        events: (expected + 1..=expected + count).map(|seq| event(seq, tag)).collect(),
        head: with_bot(),
        effects: Vec::new(),
        closes: None,
        audit: None,
    }
}

fn event(seq: u64, tag: &str) -> EventRow {
    let ms = i64::try_from(seq).expect("tests are short");
    EventRow { seq: Seq(seq), at: moment(ms), body: format!(r#"{{"tag":"{tag}"}}"#) }
}

/// The same append, caused by an input.
pub(crate) fn caused_by(author: &str, frame: &str, append: Append) -> Append {
    let seq = append.expected.next();
    let input = InputKey { author: author.to_owned(), frame: FrameId::new(frame), seq };
    Append { input: Some(input), ..append }
}

pub(crate) fn account(name: &str) -> AgentRow {
    let (id, email) = (AgentId::new(&format!("id-{name}")), format!("{name}@example.org"));
    let password = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA".to_owned();
    AgentRow {
        languages: vec![Language::Fi, Language::Sv],
        ..AgentRow::new(id, email, name.to_owned(), Role::Agent, password)
    }
}
