//! Accounts, sessions, keys and the audit log: reads by the readers, changes through the writer.

use async_trait::async_trait;

use crate::ids::AgentId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::store::AgentRow;
use crate::store::AuditRow;
use crate::store::Directory;
use crate::store::SessionRow;
use crate::store::StoreError;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::batch::Change;
use crate::store::sqlite::rows;
use crate::store::sqlite::statements;

#[async_trait]
impl Directory for Sqlite {
    async fn add_agent(&self, agent: AgentRow) -> Result<bool, StoreError> {
        self.change(Change::AddAgent(agent)).await
    }

    async fn update_agent(&self, agent: AgentRow) -> Result<bool, StoreError> {
        self.change(Change::UpdateAgent(agent)).await
    }

    async fn agents(&self) -> Result<Vec<AgentRow>, StoreError> {
        self.many(sqlx::query(statements::AGENTS), rows::agent).await
    }

    async fn agent_by_email(&self, email: &str) -> Result<Option<AgentRow>, StoreError> {
        let query = sqlx::query(statements::AGENT_BY_EMAIL).bind(rows::stored_email(email));
        self.one(query, rows::agent).await
    }

    async fn agent(&self, id: &AgentId) -> Result<Option<AgentRow>, StoreError> {
        self.one(sqlx::query(statements::AGENT).bind(id.as_str()), rows::agent).await
    }

    async fn add_session(&self, session: SessionRow, now: Timestamp) -> Result<(), StoreError> {
        self.change(Change::AddSession { session, now }).await.map(drop)
    }

    async fn session(
        &self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, StoreError> {
        let query = sqlx::query(statements::SESSION).bind(token_hash).bind(now.0);
        self.one(query, rows::session).await
    }

    async fn end_session(&self, token_hash: &str) -> Result<(), StoreError> {
        self.change(Change::EndSession { token_hash: token_hash.to_owned() }).await.map(drop)
    }

    async fn end_sessions_of(&self, agent: &AgentId) -> Result<(), StoreError> {
        self.change(Change::EndSessionsOf { agent: agent.clone() }).await.map(drop)
    }

    async fn key(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], StoreError> {
        let find = || self.one(sqlx::query(statements::KEY).bind(name), rows::key);
        if let Some(key) = find().await? {
            return Ok(key);
        }
        self.change(Change::AddKey { name: name.to_owned(), bytes: fresh }).await?;
        find().await?.ok_or_else(|| {
            StoreError::Unavailable(anyhow::anyhow!("the key `{name}` was not kept"))
        })
    }

    async fn add_audit(&self, at: Timestamp, body: &str) -> Result<(), StoreError> {
        self.change(Change::AddAudit { at, body: body.to_owned() }).await.map(drop)
    }

    async fn audit(&self, after: u64, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let query = sqlx::query(statements::AUDIT)
            .bind(rows::stored_seq(Seq(after)))
            .bind(i64::from(limit));
        self.many(query, rows::audit).await
    }
}
