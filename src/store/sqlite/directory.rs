//! Accounts, sessions, keys, documents and the audit log: reads by the readers, changes through
//! the writer.

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
use crate::store::DocumentKind;
use crate::store::FactorRow;
use crate::store::SessionRow;
use crate::store::StoreError;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::batch::Change;
use crate::store::sqlite::batch::Failure;
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

    async fn documents(&self, kind: DocumentKind) -> Result<Vec<(String, String)>, StoreError> {
        self.many(sqlx::query(statements::DOCUMENTS).bind(kind.word()), rows::document).await
    }

    async fn put_document(
        &self,
        kind: DocumentKind,
        id: &str,
        body: &str,
    ) -> Result<(), StoreError> {
        let (id, body) = (id.to_owned(), body.to_owned());
        self.change(Change::PutDocument { kind, id, body }).await.map(drop)
    }

    async fn remove_document(&self, kind: DocumentKind, id: &str) -> Result<bool, StoreError> {
        self.change(Change::RemoveDocument { kind, id: id.to_owned() }).await
    }

    async fn begin_to_serve(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let newest = || self.one(sqlx::query(statements::NEWEST_COPY), rows::copy);
        let Some(copy) = newest().await? else { return Ok(None) };
        if copy.is_some() {
            return Ok(copy);
        }
        self.change(Change::BeginToServe { now }).await?;
        Ok(newest().await?.flatten())
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

    async fn factor(&self, agent: &AgentId) -> Result<Option<FactorRow>, StoreError> {
        self.one(sqlx::query(statements::FACTOR).bind(agent.as_str()), rows::factor).await
    }

    async fn offer_factor(&self, agent: &AgentId, secret: &[u8]) -> Result<bool, StoreError> {
        let secret = secret.to_vec();
        self.change(Change::OfferFactor { agent: agent.clone(), secret }).await
    }

    async fn confirm_factor(
        &self,
        agent: &AgentId,
        step: i64,
        recovery: &[String],
    ) -> Result<bool, StoreError> {
        let recovery = recovery.to_vec();
        self.change(Change::ConfirmFactor { agent: agent.clone(), step, recovery }).await
    }

    async fn take_step(&self, agent: &AgentId, step: i64) -> Result<bool, StoreError> {
        self.change(Change::TakeStep { agent: agent.clone(), step }).await
    }

    async fn take_recovery(
        &self,
        agent: &AgentId,
        before: &[String],
        after: &[String],
    ) -> Result<bool, StoreError> {
        let (before, after) = (before.to_vec(), after.to_vec());
        self.change(Change::TakeRecovery { agent: agent.clone(), before, after }).await
    }

    async fn remove_factor(&self, agent: &AgentId) -> Result<(), StoreError> {
        self.change(Change::RemoveFactor { agent: agent.clone() }).await.map(drop)
    }

    async fn locked_until(&self, account: &str) -> Result<Timestamp, StoreError> {
        let query = sqlx::query(statements::LOCKED_UNTIL).bind(account);
        Ok(self.one(query, rows::one_moment).await?.unwrap_or_default())
    }

    async fn note_failure(
        &self,
        account: &str,
        now: Timestamp,
        forget: Timestamp,
        most: u32,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let account = account.to_owned();
        let failure = Failure { account, now, forget, most, until };
        self.change(Change::NoteFailure(failure)).await.map(drop)
    }

    async fn forget_failures(&self, account: &str) -> Result<(), StoreError> {
        self.change(Change::ForgetFailures { account: account.to_owned() }).await.map(drop)
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

    async fn revoke_tokens(&self, customer: &str, at: Timestamp) -> Result<(), StoreError> {
        let change = Change::RevokeTokens { customer: customer.to_owned(), at };
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
