use std::net::IpAddr;
use std::sync::Arc;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Audit;
use crate::audit::Broken;
use crate::audit::Chain;
use crate::audit::Entry;
use crate::clock::Clock;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::store::AuditRow;
use crate::store::Directory;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

async fn noted(entries: Vec<Entry>) -> Vec<AuditRow> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let directory: Arc<dyn Directory> =
        Arc::new(Sqlite::open(&path, Durability::Normal).await.unwrap());
    let clock = Clock::by_hand(Timestamp(1_000));
    let audit = Audit::open(Arc::clone(&directory), clock).await.unwrap();
    for entry in entries {
        audit.note(entry).await.unwrap();
    }
    directory.audit(0, 100).await.unwrap()
}

fn three() -> Vec<Entry> {
    let anna = AgentId::new("anna");
    let here: IpAddr = "::ffff:192.0.2.7".parse().unwrap();
    vec![
        Entry::by(Actor::Agent(anna.clone()), Action::SignedIn).from_address(here),
        Entry::by(Actor::Agent(anna), Action::Claimed).to_conversation(&ConversationId::new("c1")),
        Entry::by(Actor::Operator, Action::AccountDisabled)
            .to_agent(&AgentId::new("bo"))
            .with("role", "agent"),
    ]
}

fn look(rows: &[AuditRow]) -> Result<Chain, Broken> {
    let mut chain = Chain::default();
    rows.iter().try_for_each(|row| chain.add(row))?;
    Ok(chain)
}

/// Stored entries are add-only: what stands here must stay readable.
#[tokio::test]
async fn an_entry_is_written_like_this() {
    let rows = noted(three()).await;
    let bodies: Vec<&str> = rows.iter().map(|row| row.body.as_str()).collect();
    assert_eq!(
        bodies,
        [
            r#"{"by":{"agent":"anna"},"action":"signed_in","from":"192.0.2.7"}"#,
            r#"{"by":{"agent":"anna"},"action":"claimed","conversation":"c1"}"#,
            r#"{"by":"operator","action":"account_disabled","agent":"bo","detail":{"role":"agent"}}"#,
        ]
    );
    let read: Vec<Entry> =
        rows.iter().map(|row| serde_json::from_str(&row.body).unwrap()).collect();
    assert_eq!(read, three());
}

#[tokio::test]
async fn a_chain_that_nobody_touched_is_whole() {
    let rows = noted(three()).await;
    assert_eq!(look(&rows).unwrap(), Chain { length: 3, head: rows[2].hash });
    assert_eq!(look(&[]).unwrap(), Chain::default());
}

#[tokio::test]
async fn what_was_changed_or_cut_out_shows() {
    let rows = noted(three()).await;
    let mut changed = rows.clone();
    changed[1].body = changed[1].body.replace("c1", "c2");
    assert_eq!(look(&changed), Err(Broken::Changed(2)));
    let mut moved = rows.clone();
    moved[0].at = Timestamp(999);
    assert_eq!(look(&moved), Err(Broken::Changed(1)));
    let cut = [rows[0].clone(), rows[2].clone()];
    assert_eq!(look(&cut), Err(Broken::Missing(2)));
    let mut renumbered = cut;
    renumbered[1].number = 2;
    assert_eq!(look(&renumbered), Err(Broken::Changed(2)));
}

#[tokio::test]
async fn a_visitor_stands_under_a_pseudonym_of_this_log_alone() {
    let open = async || {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skicka.db");
        let directory = Arc::new(Sqlite::open(&path, Durability::Normal).await.unwrap());
        (Audit::open(directory, Clock::system()).await.unwrap(), folder)
    };
    let ((here, _here), (there, _there)) = (open().await, open().await);
    let (one, other) = (VisitorId::new("v1"), VisitorId::new("v2"));
    assert_eq!(here.pseudonym(&one), here.pseudonym(&one));
    assert_ne!(here.pseudonym(&one), here.pseudonym(&other));
    assert_ne!(here.pseudonym(&one), there.pseudonym(&one));
    assert_eq!(here.pseudonym(&one).len(), 32);
}
