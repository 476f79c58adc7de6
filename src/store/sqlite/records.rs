//! [`Records`] on SQLite: errands go to the writer, the rest is read.

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;

use crate::ids::ConversationId;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::store::ConversationRow;
use crate::store::EffectRow;
use crate::store::StoreError;
use crate::store::records::Erased;
use crate::store::records::Leftover;
use crate::store::records::Records;
use crate::store::records::Whose;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::batch::Request;
use crate::store::sqlite::errands::Errand;
use crate::store::sqlite::errands::Outcome;
use crate::store::sqlite::rows;
use crate::store::sqlite::statements;

impl Sqlite {
    pub(super) async fn errand(&self, errand: Errand) -> Result<Outcome, StoreError> {
        self.ask(|reply| Request::Errand(errand, reply)).await
    }
}

#[async_trait]
impl Records for Sqlite {
    async fn conversations_of(
        &self,
        visitor: &VisitorId,
    ) -> Result<Vec<ConversationRow>, StoreError> {
        let query = sqlx::query(statements::CONVERSATIONS_OF).bind(rows::visitor_name(visitor));
        self.many(query, rows::conversation).await
    }

    async fn visitors_of(&self, customer: &str) -> Result<Vec<VisitorId>, StoreError> {
        let names =
            self.many(sqlx::query(statements::VISITORS_OF).bind(customer), rows::text).await?;
        Ok(names.iter().map(|name| VisitorId::new(name)).collect())
    }

    async fn effects_of(
        &self,
        conversation: &ConversationId,
    ) -> Result<Vec<EffectRow>, StoreError> {
        self.many(sqlx::query(statements::EFFECTS_OF).bind(conversation.as_str()), rows::effect)
            .await
    }

    async fn erase(&self, whose: Whose, at: Timestamp) -> Result<Erased, StoreError> {
        Ok(self.errand(Errand::Erase { whose, at }).await?.erased)
    }

    async fn settle(&self) -> Result<bool, StoreError> {
        Ok(self.errand(Errand::Settle).await?.count > 0)
    }

    async fn erasures(
        &self,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, ConversationId)>, StoreError> {
        let query = sqlx::query(statements::ERASURES).bind(after).bind(i64::from(limit));
        self.many(query, rows::erasure).await
    }

    async fn newest_erasure(&self) -> Result<i64, StoreError> {
        let read = |row: &SqliteRow| rows::erasure(row).map(|(number, _)| number);
        Ok(self.one(sqlx::query(statements::NEWEST_ERASURE), read).await?.unwrap_or(0))
    }

    async fn outdated(
        &self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<ConversationId>, StoreError> {
        let query = sqlx::query(statements::OUTDATED).bind(before.0).bind(i64::from(limit));
        self.many(query, rows::conversation_id).await
    }

    async fn clear(
        &self,
        what: Leftover,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        Ok(self.errand(Errand::Clear { what, before, limit }).await?.count)
    }
}
