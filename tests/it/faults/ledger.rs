//! A model of the log: what was sent, what was acked, and what every reader saw.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::client::Visitor;
use crate::client::says;
use crate::server::Server;

/// What one visitor did, whoever of their devices did it.
#[derive(Default)]
pub(crate) struct Ledger {
    /// The texts that were sent, by id.
    sent: BTreeMap<String, String>,
    /// The place that an ack named.
    acked: BTreeMap<String, u64>,
}

impl Ledger {
    /// A message with this id is sent, perhaps again; the frame.
    pub(crate) fn send(&mut self, id: &str, text: &str) -> Value {
        self.sent.entry(id.to_owned()).or_insert_with(|| text.to_owned());
        json!({"type": "message", "id": id, "text": text})
    }

    /// An ack came. All acks of an id name the same place, and only the first one is new.
    pub(crate) fn ack(&mut self, ack: &Value) {
        assert_eq!(ack["type"], "ack", "{ack}");
        let id = ack["id"].as_str().unwrap();
        assert!(self.sent.contains_key(id), "an ack of what nobody sent: {ack}");
        let seq = ack["seq"].as_u64().unwrap();
        let before = self.acked.insert(id.to_owned(), seq);
        assert!(before.is_none_or(|before| before == seq), "acked before at {before:?}: {ack}");
    }

    /// Reads the whole log anew, and holds it against all that was sent, acked and seen. What a
    /// reader saw is given with the place behind which it began.
    pub(crate) async fn check(
        &self,
        server: &Server,
        visitor: (&str, &str),
        readers: &[(u64, &[Value])],
    ) -> Vec<Value> {
        let (token, conversation) = visitor;
        let hello = json!({"type": "hello", "token": token, "conversation": conversation});
        let mut reader = Visitor::hello(server, &hello).await;
        // The client fails on any gap, repetition or wrong order by itself.
        reader.until(reader.welcome["seq"].as_u64().unwrap()).await;
        let log = reader.log().to_vec();
        let mut found: BTreeMap<&str, u64> = BTreeMap::new();
        let said = log.iter().filter(|event| says(event, "visitor"));
        // What a test asks for before its talk begins is in nobody's ledger.
        for event in said.filter(|event| event["id"] != "want-person") {
            let id = event["id"].as_str().unwrap();
            let text = self.sent.get(id).unwrap_or_else(|| panic!("nobody sent {event}"));
            assert_eq!(&event["text"], text, "the first text wins");
            let twice = found.insert(id, event["seq"].as_u64().unwrap());
            assert_eq!(twice, None, "{id} stands twice in the log");
        }
        for (id, seq) in &self.acked {
            assert_eq!(found.get(id.as_str()), Some(seq), "{id} was acked and is not there");
        }
        for (after, seen) in readers {
            let from = usize::try_from(*after).unwrap();
            assert_eq!(&log[from..from + seen.len()], *seen, "all readers see one log");
        }
        log
    }

    /// How many were acked.
    pub(crate) fn acks(&self) -> usize {
        self.acked.len()
    }
}
