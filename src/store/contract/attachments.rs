//! What is known of files that were sent.

use crate::store::attachments::AttachmentRow;
use crate::store::attachments::Attachments;
use crate::store::attachments::Doom;
use crate::store::contract::World;
use crate::store::contract::id;
use crate::store::contract::moment;

fn file(name: &str, at: i64) -> AttachmentRow {
    AttachmentRow {
        id: name.to_owned(),
        author: "v:v1".to_owned(),
        conversation: None,
        name: "bild.png".to_owned(),
        media_type: "image/png".to_owned(),
        bytes: 4_000,
        at: moment(at),
    }
}

pub(crate) async fn a_file_is_sent_by_its_author_in_one_conversation(world: &impl World) {
    let store = world.open().await;
    store.add_attachment(file("a1", 1)).await.unwrap();
    assert_eq!(store.attachment("a1").await.unwrap(), Some(file("a1", 1)));
    assert!(!store.send_attachment("a1", "v:other", &id("c1")).await.unwrap());
    assert!(store.send_attachment("a1", "v:v1", &id("c1")).await.unwrap());
    assert!(store.send_attachment("a1", "v:v1", &id("c1")).await.unwrap(), "it may be repeated");
    assert!(!store.send_attachment("a1", "v:v1", &id("c2")).await.unwrap());
    let sent = AttachmentRow { conversation: Some(id("c1")), ..file("a1", 1) };
    assert_eq!(store.attachments_in(&id("c1")).await.unwrap(), [sent]);
    assert_eq!(store.attachment("a2").await.unwrap(), None);
}

pub(crate) async fn a_doomed_file_is_known_to_the_sweeper_only(world: &impl World) {
    let store = world.open().await;
    for (name, at) in [("a1", 1), ("a2", 2), ("a3", 3)] {
        store.add_attachment(file(name, at)).await.unwrap();
    }
    store.send_attachment("a1", "v:v1", &id("c1")).await.unwrap();
    assert_eq!(store.doom_attachments(Doom::Unused, moment(3), 10).await.unwrap(), 1);
    assert_eq!(store.doomed_attachments(10).await.unwrap(), ["a2"]);
    assert_eq!(store.attachment("a2").await.unwrap(), None);
    assert!(!store.send_attachment("a2", "v:v1", &id("c1")).await.unwrap());
    assert_eq!(store.doom_attachments(Doom::Any, moment(9), 10).await.unwrap(), 2);
    assert_eq!(store.doomed_attachments(2).await.unwrap(), ["a1", "a2"]);
    store.forget_attachment("a1").await.unwrap();
    assert_eq!(store.doomed_attachments(9).await.unwrap(), ["a2", "a3"]);
}
