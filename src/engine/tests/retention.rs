//! What has been kept long enough goes, a small step at a time, and nothing else.

use super::*;
use crate::content::Source;
use crate::content::build::draft;
use crate::content::tests::small;
use crate::conversation::effect::EffectKind;
use crate::ids::Seq;
use crate::privacy::retention::EVERY_MS;
use crate::privacy::retention::Retention;
use crate::store::attachments::AttachmentRow;
use crate::store::attachments::Files;
use crate::store::records::Whose;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A conversation that the visitor has ended, with a file of theirs in it.
async fn ended(world: &World, engine: &Engine, files: &Files, name: &str) -> ConversationId {
    let (who, id) = visitor(engine).await;
    engine.submit(by_visitor(&who, &id, "m", said("lampan lyser inte"))).await.unwrap();
    engine.submit(by_visitor(&who, &id, "e", Act::Leave)).await.unwrap();
    files.write(name, b"dots").await.unwrap();
    let row = AttachmentRow {
        id: name.to_owned(),
        author: format!("v:{who}"),
        conversation: None,
        name: "bild.png".to_owned(),
        media_type: "image/png".to_owned(),
        bytes: 4,
        at: world.clock.now(),
    };
    world.store.add_attachment(row).await.unwrap();
    assert!(world.store.send_attachment(name, &format!("v:{who}"), &id).await.unwrap());
    id
}

async fn is_erased(world: &World, id: &ConversationId) -> bool {
    let row = world.store.conversation(id).await.unwrap().unwrap();
    let events = world.store.events(id, Seq::ZERO, 100).await.unwrap();
    let gone = events.iter().all(|event| event.body.starts_with(r#"{"kind":"erased"}"#));
    assert_eq!(gone, row.erased);
    gone
}

#[tokio::test]
async fn conversations_go_when_their_days_are_over() {
    let world = World::new().await;
    let engine = world.engine().await;
    let files = Files::below(world.folder.path());
    let settings = Retention { conversations_days: 30, ..Retention::default() };
    let old = ended(&world, &engine, &files, "a1").await;
    world.clock.advance(20 * DAY_MS);
    let newer = ended(&world, &engine, &files, "a2").await;
    let (_, open) = visitor(&engine).await;
    world.clock.advance(10 * DAY_MS + EVERY_MS);

    let doorbell = Arc::new(Doorbell::default());
    let _following = engine.follow(&old, &doorbell);
    assert!(engine.tidy(&settings, &files).await.unwrap() > 0);
    assert_eq!(engine.tidy(&settings, &files).await.unwrap(), 0, "it rests between two steps");
    engine.hear_erasures().await.unwrap();
    assert!(is_erased(&world, &old).await && engine.is_erased(&old));
    assert!(doorbell.take_moved().contains(&old));
    assert_eq!(engine.state(&old).await.unwrap().status, Status::Ended);
    assert!(!is_erased(&world, &newer).await && !is_erased(&world, &open).await);
    world.clock.advance(EVERY_MS);
    engine.tidy(&settings, &files).await.unwrap();
    assert!(files.read("a1").await.is_err(), "the file goes with its conversation");
    assert!(files.read("a2").await.is_ok());

    world.clock.advance(40 * DAY_MS);
    engine.tidy(&Retention::default(), &files).await.unwrap();
    assert!(!is_erased(&world, &newer).await, "what is kept for ever stays");
}

#[tokio::test]
async fn files_and_details_have_days_of_their_own() {
    let world = World::new().await;
    let engine = world.engine().await;
    let files = Files::below(world.folder.path());
    let settings = Retention { attachments_days: 7, visitors_days: 3, ..Retention::default() };
    let id = ended(&world, &engine, &files, "a1").await;
    files.write("unused", b"dots").await.unwrap();
    let unused = AttachmentRow {
        id: "unused".to_owned(),
        author: "v:x".to_owned(),
        conversation: None,
        name: "bild.png".to_owned(),
        media_type: "image/png".to_owned(),
        bytes: 4,
        at: world.clock.now(),
    };
    world.store.add_attachment(unused).await.unwrap();
    world.clock.advance(DAY_MS + EVERY_MS);
    engine.tidy(&settings, &files).await.unwrap();
    assert!(files.read("unused").await.is_err(), "what was sent in no message goes after a day");
    assert!(files.read("a1").await.is_ok());
    world.clock.advance(7 * DAY_MS);
    engine.tidy(&settings, &files).await.unwrap();
    assert!(files.read("a1").await.is_err());
    assert!(!is_erased(&world, &id).await);
    let row = world.store.conversation(&id).await.unwrap().unwrap();
    assert_eq!(row.profile.trim_end(), "{}");
}

#[tokio::test]
async fn what_another_system_answers_after_the_erasure_is_kept_nowhere() {
    let mut world = World::new().await;
    let asks = "    action: { call: bank/owner, answer: { owner: text } }\n    next: helped\n    \
                failed: helped\n";
    let with =
        |source: Source| Source { text: source.text.replace("    next: helped\n", asks), ..source };
    world.content = Arc::new(draft(&small().into_iter().map(with).collect::<Vec<_>>()).0.train());
    let engine = world.engine().await;
    let (who, to) = visitor(&engine).await;
    for (id, text) in [("m1", "lampan lyser inte"), ("m2", "nej")] {
        engine.submit(by_visitor(&who, &to, id, said(text))).await.unwrap();
    }
    let call = *engine.state(&to).await.unwrap().calls.keys().next().expect("it is asked");
    let far = world.clock.now().plus_ms(DAY_MS);
    assert_eq!(world.store.due_effects(&[EffectKind::Call], far, 10).await.unwrap().len(), 1);
    world.store.erase(Whose::Conversations(vec![to.clone()]), world.clock.now()).await.unwrap();
    let rows = async || {
        let events = world.store.events(&to, Seq::ZERO, 100).await.unwrap();
        events.into_iter().map(|row| row.body).collect::<Vec<_>>()
    };
    let left = rows().await;
    // First the engine has not heard of it yet, then it has.
    for heard in [false, true] {
        if heard {
            engine.hear_erasures().await.unwrap();
        }
        let result = Ok(serde_json::json!({ "owner": "Maja Lind" }));
        let act = Act::CallEnded { call, result };
        let ended = Submission { conversation: to.clone(), sender: Sender::Engine, id: None, act };
        assert_eq!(engine.submit(ended).await.is_ok(), heard);
        assert_eq!(rows().await, left);
    }
    assert!(engine.state(&to).await.unwrap().slots.is_empty());
    assert!(world.store.due_effects(&[EffectKind::Call], far, 10).await.unwrap().is_empty());
}
