//! What administrators keep in the console, each a document by its id: read, checked, kept,
//! removed. **Invariant:** nothing is kept that has a fault, and every change stands in the audit
//! log.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::json;

use crate::audit::Action;
use crate::audit::Actor;
use crate::audit::Entry;
use crate::gateway::app::App;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::handover::fault::Fault;
use crate::ids::AgentId;
use crate::protocol::code::Code;
use crate::store::Directory;
use crate::store::DocumentKind;
use crate::store::StoreError;

/// Something that is kept.
pub(super) trait Kept: Serialize + DeserializeOwned {
    /// Where.
    const KIND: DocumentKind;

    /// Its id, which stands in the address.
    fn id(&self) -> &str;
}

/// The answer to what was filled in.
pub(super) type Filled = (StatusCode, Json<Value>);

/// All that are kept, by id. One that this version cannot read is left out, and said in the log.
pub(super) async fn load<Item: Kept>(directory: &dyn Directory) -> Result<Vec<Item>, StoreError> {
    let kept = directory.documents(Item::KIND).await?;
    let read = |(id, body): (String, String)| match serde_json::from_str(&body) {
        Ok(item) => Some(item),
        Err(error) => {
            let kind = Item::KIND.word();
            tracing::error!(document.kind = kind, document.id = id, %error, "what is kept cannot be read; set it up anew");
            None
        }
    };
    Ok(kept.into_iter().filter_map(read).collect())
}

/// What was filled in, under the id of the address; its faults as an answer if it cannot be read.
pub(super) fn read<Item: Kept>(id: String, mut body: Value) -> Result<Item, Filled> {
    if let Some(fields) = body.as_object_mut() {
        fields.insert("id".to_owned(), Value::String(id));
    }
    serde_json::from_value(body)
        .map_err(|error| faulty(&[Fault::new("", "form", error.to_string())]))
}

/// What is wrong, each fault with its field.
pub(super) fn faulty(faults: &[Fault]) -> Filled {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "faults": faults })))
}

/// Keeps it; the answer is what is kept.
pub(super) async fn keep<Item: Kept>(
    app: &App,
    peer: &Peer,
    admin: AgentId,
    item: &Item,
) -> Result<Filled, Refusal> {
    let text = serde_json::to_string(item).expect("what is kept is plain values with text keys");
    app.directory.put_document(Item::KIND, item.id(), &text).await?;
    note::<Item>(app, peer, admin, item.id(), "set up").await?;
    let answer = BTreeMap::from([(Item::KIND.word(), item)]);
    Ok((StatusCode::OK, Json(json!(answer))))
}

/// Removes it.
pub(super) async fn remove<Item: Kept>(
    app: &App,
    peer: &Peer,
    admin: AgentId,
    id: &str,
) -> Result<Json<Value>, Refusal> {
    if !app.directory.remove_document(Item::KIND, id).await? {
        let message = format!("there is no such {}", Item::KIND.word());
        return Err(Refusal::new(StatusCode::NOT_FOUND, Code::NotFound, message));
    }
    note::<Item>(app, peer, admin, id, "removed").await?;
    Ok(Json(json!({})))
}

async fn note<Item: Kept>(
    app: &App,
    peer: &Peer,
    admin: AgentId,
    id: &str,
    what: &str,
) -> Result<(), StoreError> {
    let entry = Entry::by(Actor::Agent(admin), Action::SettingsChanged);
    let entry = entry.with(Item::KIND.word(), id).with("change", what);
    app.audit.note(entry.from_address(peer.address)).await
}
