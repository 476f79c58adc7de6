//! Finding conversations: by what people wrote, and by how they stand.

use crate::conversation::event::Status;
use crate::ids::AgentId;
use crate::ids::Seq;
use crate::ids::TeamId;
use crate::ids::VisitorId;
use crate::language::Language;
use crate::store::Append;
use crate::store::EventRow;
use crate::store::EventStore;
use crate::store::Head;
use crate::store::contract::World;
use crate::store::contract::append;
use crate::store::contract::id;
use crate::store::contract::moment;
use crate::store::contract::new_conversation;
use crate::store::contract::with_bot;
use crate::store::records::Records as _;
use crate::store::records::Whose;
use crate::store::search::By;
use crate::store::search::Page;
use crate::store::search::Search as _;
use crate::store::search::Wanted;
use crate::store::search::Within;

fn message(from: &str, text: &str) -> String {
    format!(r#"{{"kind":"message","from":{{{from}}},"text":"{text}","lang":"sv"}}"#)
}

fn visitor(text: &str) -> String {
    message(r#""role":"visitor""#, text)
}

/// Puts one event with this body behind the head.
async fn put(store: &impl EventStore, conversation: &str, expected: u64, body: String, head: Head) {
    let seq = Seq(expected + 1);
    let at = moment(i64::try_from(seq.0).unwrap());
    let events = vec![EventRow { seq, at, body }];
    let append = Append { events, head, ..append(conversation, expected, 1, "") };
    store.append(append).await.unwrap();
}

async fn begin(store: &impl EventStore, conversation: &str, of: &str, text: &str, head: Head) {
    store.create(new_conversation(conversation, of)).await.unwrap();
    put(store, conversation, 0, visitor(text), head).await;
}

fn words(words: &str) -> Wanted {
    Wanted { words: words.to_owned(), ..Wanted::default() }
}

async fn find(store: &impl EventStore, wanted: &Wanted) -> Page {
    while store.take_in(2).await.unwrap() {}
    store.find(wanted).await.unwrap()
}

async fn ids(store: &impl EventStore, wanted: &Wanted) -> Vec<String> {
    let found = find(store, wanted).await.found.into_iter();
    found.map(|found| found.conversation.to_string()).collect()
}

pub(crate) async fn what_people_wrote_is_found_by_the_beginnings_of_its_words(world: &impl World) {
    let store = world.open().await;
    begin(&store, "c1", "v1", "Mitt KORT är spärrat", with_bot()).await;
    put(&store, "c1", 1, message(r#""role":"bot""#, "Gäller det ett kort?"), with_bot()).await;
    let agent = r#""role":"agent","id":"a1","name":"Maja""#;
    put(&store, "c1", 2, message(agent, "Jag låser upp kortet"), with_bot()).await;
    let note = r#"{"kind":"note","from":{"id":"a1","name":"Maja"},"text":"kortet är upplåst"}"#;
    put(&store, "c1", 3, note.to_owned(), with_bot()).await;
    begin(&store, "c2", "v2", "korttid och lån", with_bot()).await;
    // What the log holds and nobody can read is passed over.
    put(&store, "c2", 1, "no json: kort".to_owned(), with_bot()).await;

    assert_eq!(ids(&store, &words("kort")).await, ["c2", "c1"]);
    assert_eq!(ids(&store, &words("sparrat kort")).await, ["c1"]);
    assert_eq!(ids(&store, &words("lan")).await, ["c2"]);
    assert_eq!(ids(&store, &words(r#""är spärrat""#)).await, ["c1"]);
    assert_eq!(ids(&store, &words("kort lösenord")).await, Vec::<String>::new());
    assert_eq!(ids(&store, &words("gäller")).await, Vec::<String>::new());
    assert_eq!(ids(&store, &words("!?")).await, Vec::<String>::new());

    let page = find(&store, &words("kort")).await;
    let hits = &page.found[1].hits;
    assert_eq!(hits.iter().map(|hit| hit.seq.0).collect::<Vec<_>>(), [4, 3, 1]);
    let name = || "Maja".to_owned();
    assert_eq!(hits[0].by, By::Note(Some(name())));
    assert_eq!(hits[1].by, By::Agent(name()));
    assert_eq!(hits[2].by, By::Visitor);
    let pieces = [("Mitt ", false), ("KORT", true), (" är spärrat", false)];
    assert_eq!(hits[2].pieces, pieces.map(|(text, is_hit)| (text.to_owned(), is_hit)));
}

pub(crate) async fn what_is_found_is_narrowed(world: &impl World) {
    let store = world.open().await;
    let cards = Head {
        status: Status::Ended,
        team: Some(TeamId::new("cards")),
        agent: Some(AgentId::new("maja")),
        ..with_bot()
    };
    let loans = Head { team: Some(TeamId::new("loans")), lang: Language::Fi, ..with_bot() };
    begin(&store, "c1", "v1", "ett kort", cards).await;
    begin(&store, "c2", "v1", "ett kort", loans).await;
    begin(&store, "c3", "v2", "ett kort", with_bot()).await;
    let within =
        |agent: &str| Within { teams: vec![TeamId::new("loans")], agent: AgentId::new(agent) };
    for (wanted, expected) in [
        (Wanted::default(), vec!["c3", "c2", "c1"]),
        (Wanted { status: Some(Status::Ended), ..Wanted::default() }, vec!["c1"]),
        (Wanted { team: Some(TeamId::new("loans")), ..Wanted::default() }, vec!["c2"]),
        (Wanted { lang: Some(Language::Fi), ..Wanted::default() }, vec!["c2"]),
        (Wanted { agent: Some(AgentId::new("maja")), ..Wanted::default() }, vec!["c1"]),
        (Wanted { visitor: Some(VisitorId::new("v1")), ..Wanted::default() }, vec!["c2", "c1"]),
        (Wanted { from: Some(moment(2)), ..Wanted::default() }, vec![]),
        (Wanted { before: Some(moment(0)), ..Wanted::default() }, vec![]),
        (Wanted { within: Some(within("aino")), ..Wanted::default() }, vec!["c3", "c2"]),
        (Wanted { within: Some(within("maja")), ..Wanted::default() }, vec!["c3", "c2", "c1"]),
    ] {
        assert_eq!(ids(&store, &wanted).await, expected, "{wanted:?}");
        let with_words = Wanted { words: "kort".to_owned(), ..wanted };
        assert_eq!(ids(&store, &with_words).await, expected, "{with_words:?}");
    }
    let opening = find(&store, &Wanted::default()).await.found[0].opening.clone();
    assert_eq!(opening.as_deref(), Some("ett kort"));
}

pub(crate) async fn much_is_found_by_pages(world: &impl World) {
    let store = world.open().await;
    let names: Vec<String> = (0..70).map(|place| format!("c{place:02}")).collect();
    for name in &names {
        begin(&store, name, "v1", "ett kort", with_bot()).await;
    }
    for first in [Wanted::default(), words("kort")] {
        let (mut all, mut wanted) = (Vec::new(), first);
        loop {
            let page = find(&store, &wanted).await;
            all.extend(page.found.iter().map(|found| found.conversation.to_string()));
            let Some(next) = page.next else { break };
            wanted.after = Some(next);
        }
        assert_eq!(all, names.iter().rev().cloned().collect::<Vec<_>>());
    }
}

pub(crate) async fn what_was_erased_is_found_no_more(world: &impl World) {
    let store = world.open().await;
    for (conversation, of) in [("c1", "v1"), ("c2", "v2")] {
        begin(&store, conversation, of, "mitt kort är borta", with_bot()).await;
    }
    assert_eq!(ids(&store, &words("borta")).await, ["c2", "c1"]);
    // Some of it is in the index already and some is not.
    put(&store, "c1", 1, visitor("borta igen"), with_bot()).await;
    let whose =
        Whose::Visitor { visitor: VisitorId::new("v1"), pseudonym: VisitorId::new("erased-1") };
    store.erase(whose, moment(9)).await.unwrap();
    assert_eq!(store.find(&words("borta")).await.unwrap().found.len(), 1);
    assert_eq!(ids(&store, &words("borta")).await, ["c2"]);
    assert_eq!(ids(&store, &Wanted::default()).await, ["c2"]);
    // The index is still whole: it takes out and in what it should.
    store.erase(Whose::Conversations(vec![id("c2")]), moment(10)).await.unwrap();
    begin(&store, "c3", "v3", "borta", with_bot()).await;
    assert_eq!(ids(&store, &words("borta")).await, ["c3"]);
}
