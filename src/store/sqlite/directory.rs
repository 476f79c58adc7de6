//! Accounts, sessions, keys and the audit log: reads by the readers, changes through the writer.

use async_trait::async_trait;

use crate::clock::new_id;
use crate::ids::AgentId;
use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::store::AgentRow;
use crate::store::AuditRow;
use crate::store::CustomerRow;
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

    async fn customer_of(&self, visitor: &VisitorId) -> Result<Option<CustomerRow>, StoreError> {
        let query = sqlx::query(statements::CUSTOMER_OF).bind(visitor.as_str());
        self.one(query, rows::customer).await
    }

    async fn customer(&self, customer: &str) -> Result<Option<CustomerRow>, StoreError> {
        self.one(sqlx::query(statements::CUSTOMER).bind(customer), rows::customer).await
    }

    async fn bind_customer(
        &self,
        visitor: &VisitorId,
        customer: &str,
    ) -> Result<VisitorId, StoreError> {
        let find = || async {
            // Another customer's visitor is of no use to this one: someone else must stand in.
            let found = self.customer(customer).await?;
            Ok::<_, StoreError>(found.map(|row| row.main))
        };
        let change = |visitor| Change::BindCustomer { visitor, customer: customer.to_owned() };
        self.change(change(visitor.clone())).await?;
        if let Some(main) = find().await? {
            return Ok(main);
        }
        self.change(change(VisitorId::new(&new_id()))).await?;
        find()
            .await?
            .ok_or_else(|| StoreError::Unavailable(anyhow::anyhow!("a customer was not kept")))
    }

    async fn join_visitors(&self, from: &VisitorId, to: &VisitorId) -> Result<(), StoreError> {
        let change = Change::JoinVisitors { from: from.clone(), to: to.clone() };
        self.change(change).await.map(drop)
    }

    async fn sign_customer_out(&self, customer: &str, at: Timestamp) -> Result<(), StoreError> {
        let change = Change::SignCustomerOut { customer: customer.to_owned(), at };
        self.change(change).await.map(drop)
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
