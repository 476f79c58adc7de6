//! What the writer remembers between batches: internal numbers and heads.
//!
//! It spares a look into the database for each append. It is bounded, and forgotten whenever
//! another process wrote or a batch failed.

use std::collections::BTreeSet;

use sqlx::Arguments;
use sqlx::Row;
use sqlx::SqliteConnection;

use crate::ids::ConversationId;
use crate::ids::Seq;
use crate::store::sqlite::recent::Recent;
use crate::store::sqlite::script::Script;
use crate::store::sqlite::statements;
use crate::store::sqlite::verdict::Place;

/// Entries kept at least: more than any batch asks for, and some thousand talking visitors.
const KEPT: usize = 16_384;

/// By its columns a row of `FIND_PLACES` is told from one of `FIND_AUTHORS`.
const PLACE_COLUMNS: usize = 3;

/// Numbers and heads of late.
pub(super) struct Memory {
    places: Recent<ConversationId, Place>,
    authors: Recent<Box<str>, i64>,
    /// The database's count of other connections' commits.
    version: i64,
}

impl Default for Memory {
    fn default() -> Self {
        Self { places: Recent::new(KEPT), authors: Recent::new(KEPT), version: 0 }
    }
}

impl Memory {
    /// Forgets everything.
    pub(super) fn forget(&mut self) {
        self.places.clear();
        self.authors.clear();
    }

    /// Takes note of `version`; answers whether another process wrote since the last time, in
    /// which case everything is forgotten.
    pub(super) fn note_version(&mut self, version: i64) -> bool {
        let changed = version != self.version;
        if changed {
            self.forget();
            self.version = version;
        }
        changed
    }

    /// Where a conversation stands; `None` until it was learnt.
    pub(super) fn place(&mut self, conversation: &ConversationId) -> Option<Place> {
        self.places.look_up(conversation)
    }

    pub(super) fn set_place(&mut self, conversation: ConversationId, place: Place) {
        self.places.insert(conversation, place);
    }

    /// An author's number; `None` until it was learnt.
    pub(super) fn author(&mut self, name: &str) -> Option<i64> {
        self.authors.look_up(name)
    }

    pub(super) fn set_author(&mut self, name: &str, number: i64) {
        self.authors.insert(Box::from(name), number);
    }

    /// Looks up the conversations and authors that it does not remember.
    pub(super) async fn learn(
        &mut self,
        connection: &mut SqliteConnection,
        conversations: impl Iterator<Item = &ConversationId>,
        authors: impl Iterator<Item = &str>,
    ) -> Result<(), sqlx::Error> {
        let places: Vec<&str> = distinct(
            conversations.filter(|id| self.place(id).is_none()).map(ConversationId::as_str),
        );
        let names = distinct(authors.filter(|name| self.author(name).is_none()));
        let mut script = Script::default();
        script.rows(&statements::FIND_PLACES, &places, |arguments, id| arguments.add(*id))?;
        script.rows(&statements::FIND_AUTHORS, &names, |arguments, name| arguments.add(*name))?;
        for row in script.fetch(connection).await? {
            let (name, number): (&str, i64) = (row.try_get(0)?, row.try_get(1)?);
            if row.len() == PLACE_COLUMNS {
                let seq: i64 = row.try_get(2)?;
                let place = Place { number, seq: Seq(seq.unsigned_abs()) };
                self.set_place(ConversationId::new(name), place);
            } else {
                self.set_author(name, number);
            }
        }
        Ok(())
    }
}

fn distinct<'names>(names: impl Iterator<Item = &'names str>) -> Vec<&'names str> {
    names.collect::<BTreeSet<_>>().into_iter().collect()
}
