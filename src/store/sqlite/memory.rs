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
use crate::store::sqlite::statements;
use crate::store::sqlite::verdict::Place;

/// Entries kept at least: more than any batch asks for, and some thousand talking visitors.
const KEPT: usize = 16_384;

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

    /// Forgets everything if another process wrote since the last call.
    pub(super) fn note_version(&mut self, version: i64) {
        if version != self.version {
            self.forget();
            self.version = version;
        }
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

    /// Looks up the conversations that it does not remember.
    pub(super) async fn learn_places(
        &mut self,
        connection: &mut SqliteConnection,
        conversations: impl Iterator<Item = &ConversationId>,
    ) -> Result<(), sqlx::Error> {
        let unknown: BTreeSet<&ConversationId> =
            conversations.filter(|id| self.places.look_up(*id).is_none()).collect();
        let unknown: Vec<&ConversationId> = unknown.into_iter().collect();
        let found = statements::FIND_PLACES
            .fetch(connection, &unknown, |arguments, id| arguments.add(id.as_str()))
            .await?;
        for row in found {
            let seq: i64 = row.try_get(2)?;
            let place = Place { number: row.try_get(1)?, seq: Seq(seq.unsigned_abs()) };
            self.places.insert(ConversationId::new(row.try_get(0)?), place);
        }
        Ok(())
    }

    /// Looks up the authors that it does not remember.
    pub(super) async fn learn_authors(
        &mut self,
        connection: &mut SqliteConnection,
        names: impl Iterator<Item = &str>,
    ) -> Result<(), sqlx::Error> {
        let unknown = self.unknown_authors(names);
        let found = statements::FIND_AUTHORS
            .fetch(connection, &unknown, |arguments, name| arguments.add(*name))
            .await?;
        for row in found {
            self.authors.insert(Box::from(row.try_get::<&str, _>(1)?), row.try_get(0)?);
        }
        Ok(())
    }

    /// Adds the authors that it does not remember; ask [`Memory::learn_authors`] first.
    pub(super) async fn add_authors(
        &mut self,
        connection: &mut SqliteConnection,
        names: impl Iterator<Item = &str>,
    ) -> Result<(), sqlx::Error> {
        let unknown = self.unknown_authors(names);
        let added = statements::ADD_AUTHORS
            .fetch(connection, &unknown, |arguments, name| arguments.add(*name))
            .await?;
        for row in added {
            self.authors.insert(Box::from(row.try_get::<&str, _>(1)?), row.try_get(0)?);
        }
        Ok(())
    }

    fn unknown_authors<'names>(
        &mut self,
        names: impl Iterator<Item = &'names str>,
    ) -> Vec<&'names str> {
        let unknown: BTreeSet<&str> =
            names.filter(|name| self.authors.look_up(*name).is_none()).collect();
        unknown.into_iter().collect()
    }
}
