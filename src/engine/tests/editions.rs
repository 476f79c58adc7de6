//! New content while conversations run.

use super::*;
use crate::content::Source;
use crate::content::build::draft;
use crate::content::tests::small;
use crate::conversation::event::Author;
use crate::engine::models::ModelFolder;
use crate::telemetry::metrics::Reload;

/// The lamp's content with something in its dialogue replaced.
fn edited(from: &str, to: &str) -> Content {
    let edit = |source: Source| Source { text: source.text.replace(from, to), ..source };
    let sources: Vec<Source> = small().into_iter().map(edit).collect();
    let (draft, faults) = draft(&sources);
    assert!(faults.is_empty(), "{faults:#?}");
    draft.train()
}

/// The same without the step that most conversations here stand before.
fn without_the_step() -> Content {
    let step = "  plug:\n    say: { sv: \"Sätt i den.\", fi: \"Kytke se.\", en: \"Plug it in.\" }\n    next: helped\n";
    let sources = small().into_iter().map(|source| Source {
        text: source
            .text
            .replace(step, "")
            .replace("no: plug, unsure: plug", "no: helped, unsure: helped"),
        ..source
    });
    draft(&sources.collect::<Vec<_>>()).0.train()
}

/// A visitor before the bot's first question.
async fn asked(engine: &Engine) -> (VisitorId, ConversationId) {
    let (who, to) = visitor(engine).await;
    engine
        .submit(by_visitor(&who, &to, &format!("m-{to}"), said("lampan lyser inte")))
        .await
        .unwrap();
    (who, to)
}

/// Answers the first question with no; what the bot says to it.
async fn not_plugged(engine: &Engine, who: &VisitorId, to: &ConversationId) -> Vec<String> {
    let before = engine.state(to).await.unwrap().seq;
    engine.submit(by_visitor(who, to, &format!("no-{to}"), said("nej"))).await.unwrap();
    let rows = engine.store().events(to, before, 100).await.unwrap();
    let events = rows.iter().map(|row| turn::event_of(row).unwrap());
    events
        .filter_map(|event| match event.fact {
            Fact::Message(message) if message.from == Author::Bot => Some(message.text),
            _ => None,
        })
        .collect()
}

async fn adopt(engine: &Engine, content: Content) {
    engine.adopt(content, Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_dialogue_goes_on_as_it_began_and_a_new_one_begins_anew() {
    let world = World::new().await;
    let engine = world.engine().await;
    let (who, to) = asked(&engine).await;
    adopt(&engine, edited("Sätt i den.", "Stick in den.")).await;
    adopt(&engine, without_the_step()).await;
    assert_eq!(engine.content_status().older.len(), 2);
    assert_eq!(not_plugged(&engine, &who, &to).await, ["Sätt i den.", "Hjälpte det?"]);
    let (who, to) = asked(&engine).await;
    assert_eq!(not_plugged(&engine, &who, &to).await, ["Hjälpte det?"]);
}

#[tokio::test]
async fn a_dialogue_goes_on_as_it_began_after_a_restart_with_other_files() {
    let mut world = World::new().await;
    let (who, to) = asked(&world.engine().await).await;
    let first = world.content.revision.clone();
    world.content = Arc::new(without_the_step());
    let engine = world.engine().await;
    world.clock.advance(120_000);
    engine.tick(60_000).await;
    assert_eq!(not_plugged(&engine, &who, &to).await, ["Sätt i den.", "Hjälpte det?"]);
    assert_eq!(engine.content_status().older, [first]);
}

#[tokio::test]
async fn a_revision_is_let_go_when_nobody_runs_on_it() {
    let world = World::new().await;
    let engine = world.engine().await;
    let (who, to) = asked(&engine).await;
    let first = engine.content().revision.clone();
    adopt(&engine, without_the_step()).await;
    let newest = engine.content().revision.clone();
    let kept = || async { engine.store().revisions().await.unwrap() };
    world.clock.advance(120_000);
    engine.tick(60_000).await;
    assert_eq!(engine.content_status().older, std::slice::from_ref(&first), "somebody runs on it");
    engine.submit(by_visitor(&who, &to, "bye", Act::Leave)).await.unwrap();
    world.clock.advance(120_000);
    engine.tick(60_000).await;
    assert_eq!(engine.content_status().older, Vec::<String>::new());
    assert_eq!(kept().await.into_iter().collect::<Vec<_>>(), std::slice::from_ref(&newest));
    // Going back to what was let go of is an edit like any other.
    adopt(&engine, edited("", "")).await;
    assert_eq!(engine.content().revision, first);
    assert_eq!(engine.content_status().older, [newest]);
    assert_eq!(kept().await.len(), 2);
}

#[tokio::test]
async fn a_revision_replaced_just_now_is_kept_for_turns_that_are_on_their_way() {
    let world = World::new().await;
    let engine = world.engine().await;
    let first = engine.content().revision.clone();
    adopt(&engine, without_the_step()).await;
    engine.tick(60_000).await;
    assert_eq!(engine.content_status().older, [first]);
}

#[tokio::test]
async fn what_is_kept_no_more_is_looked_for_in_the_newest_and_else_a_person_comes() {
    let mut world = World::new().await;
    let (who, to) = asked(&world.engine().await).await;
    let (other, there) = asked(&world.engine().await).await;
    world.store.forget_revision(&world.content.revision).await.unwrap();
    world.content = Arc::new(edited("Sätt i den.", "Stick in den."));
    let engine = world.engine().await;
    assert_eq!(not_plugged(&engine, &who, &to).await[0], "Stick in den.");
    world.content = Arc::new(edited("plugged", "connected"));
    let engine = world.engine().await;
    engine.submit(by_visitor(&other, &there, "c", Act::WantsPerson)).await.unwrap();
    assert_eq!(engine.state(&there).await.unwrap().status, Status::Offline);
}

#[tokio::test]
async fn an_edit_is_taken_or_refused_as_a_whole_and_told_of() {
    let world = World::new().await;
    let engine = world.engine().await;
    let folder = tempfile::tempdir().unwrap();
    let write = |edit: fn(String) -> String| {
        for source in small() {
            let path = folder.path().join(&source.file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, edit(source.text)).unwrap();
        }
    };
    let serving = || engine.content().revision.clone();
    let models = ModelFolder::at(folder.path().join("models"));
    let reload = || engine.reload(folder.path(), &models);
    write(|text| text);
    assert_eq!(reload().await, Reload::Adopted);
    let first = serving();
    write(|text| text.replace("next: helped", "next: helpt"));
    assert_eq!(reload().await, Reload::Refused);
    let refused = engine.content_status().refused.expect("it is told of");
    assert_eq!(refused.diagnostics[0].help.as_deref(), Some("did you mean `helped`?"));
    assert_eq!(serving(), first);
    // Half a file.
    write(|text| text.chars().take(text.chars().count() / 2).collect());
    assert_eq!(reload().await, Reload::Refused);
    write(|text| text.replace("Sätt i den.", "Stick in den."));
    assert_eq!(reload().await, Reload::Adopted);
    assert_ne!(serving(), first);
    assert_eq!(engine.content_status().refused, None);
    assert_eq!(reload().await, Reload::Unchanged);
    std::fs::remove_dir_all(folder.path().join("intents")).unwrap();
    assert_eq!(reload().await, Reload::Refused);
    write(|text| text);
    assert_eq!(reload().await, Reload::Adopted);
    assert_eq!(serving(), first);
    let metrics = engine.metrics();
    assert_eq!(metrics.reloads(Reload::Refused).get(), 3);
    assert_eq!(metrics.reloads(Reload::Adopted).get(), 3);
}
