//! Changes of accounts, sessions, keys, the audit log, effects, revisions and documents inside a
//! batch.

use sqlx::SqliteConnection;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;

use crate::ids::Seq;
use crate::ids::Timestamp;
use crate::ids::VisitorId;
use crate::store::AUDIT_ROOT;
use crate::store::AgentRow;
use crate::store::audit_hash;
use crate::store::sqlite::batch::Change;
use crate::store::sqlite::batch::Refused;
use crate::store::sqlite::factors;
use crate::store::sqlite::opening;
use crate::store::sqlite::rows;
use crate::store::sqlite::statements;

/// Makes the changes one by one: they are rare. Answers whether each touched a row. One that
/// breaks a rule of the schema (a session of nobody) is refused alone.
pub(super) async fn perform(
    connection: &mut SqliteConnection,
    changes: &[&Change],
) -> Result<Vec<Result<bool, Refused>>, sqlx::Error> {
    let mut answers = Vec::with_capacity(changes.len());
    for change in changes {
        answers.push(match make(connection, change).await {
            Ok(touched) => Ok(touched > 0),
            Err(error) if opening::primary_code(&error) == Some(opening::CONSTRAINT) => {
                Err(Refused(error.to_string()))
            }
            Err(error) => return Err(error),
        });
    }
    Ok(answers)
}

async fn make(connection: &mut SqliteConnection, change: &Change) -> Result<u64, sqlx::Error> {
    let query = match change {
        Change::AddAgent(agent) => bind_agent(statements::ADD_AGENT, agent),
        Change::UpdateAgent(agent) => bind_agent(statements::UPDATE_AGENT, agent),
        Change::AddSession { session, now } => {
            sqlx::query(statements::FORGET_EXPIRED_SESSIONS)
                .bind(now.0)
                .execute(&mut *connection)
                .await?;
            sqlx::query(statements::ADD_SESSION)
                .bind(session.token_hash.as_str())
                .bind(session.agent.as_str())
                .bind(session.expires_at.0)
                .bind(rows::way_word(session.way))
        }
        Change::EndSession { token_hash } => {
            sqlx::query(statements::END_SESSION).bind(token_hash.as_str())
        }
        Change::EndSessionsOf { agent } => {
            sqlx::query(statements::END_SESSIONS_OF).bind(agent.as_str())
        }
        Change::BeginToServe { now } => {
            sqlx::query(statements::END_COPIED_SESSIONS).execute(&mut *connection).await?;
            sqlx::query(statements::SERVE_COPY).bind(now.0)
        }
        Change::AddKey { name, bytes } => {
            sqlx::query(statements::ADD_KEY).bind(name.as_str()).bind(bytes.as_slice())
        }
        Change::OfferFactor { .. }
        | Change::ConfirmFactor { .. }
        | Change::TakeStep { .. }
        | Change::TakeRecovery { .. }
        | Change::RemoveFactor { .. } => return factors::make(connection, change).await,
        Change::NoteFailure(failure) => {
            sqlx::query(statements::FORGET_OLD_FAILURES)
                .bind(failure.forget.0)
                .execute(&mut *connection)
                .await?;
            sqlx::query(statements::NOTE_FAILURE)
                .bind(failure.account.as_str())
                .bind(failure.now.0)
                .bind(i64::from(failure.most))
                .bind(failure.until.0)
        }
        Change::ForgetFailures { account } => {
            sqlx::query(statements::FORGET_FAILURES).bind(account.as_str())
        }
        Change::BindCustomer { visitor, customer } => {
            sqlx::query(statements::BIND_CUSTOMER).bind(visitor.as_str()).bind(customer.as_str())
        }
        Change::JoinVisitors { from, to } => return join_visitors(connection, from, to).await,
        Change::SignCustomerOut { customer, at } => {
            sqlx::query(statements::SIGN_CUSTOMER_OUT).bind(customer.as_str()).bind(at.0)
        }
        Change::RevokeTokens { customer, at } => {
            sqlx::query(statements::REVOKE_TOKENS).bind(customer.as_str()).bind(at.0)
        }
        Change::AddAudit { at, body } => return add_audit(connection, *at, body).await,
        Change::MoveEffect { effect, due, tries } => sqlx::query(statements::MOVE_EFFECT)
            .bind(effect.conversation.as_str())
            .bind(rows::stored_seq(effect.seq))
            .bind(effect.kind.as_str())
            .bind(effect.due.0)
            .bind(i64::from(effect.tries))
            .bind(due.0)
            .bind(i64::from(*tries)),
        Change::CloseEffect { effect } => sqlx::query(statements::CLOSE_EFFECT)
            .bind(effect.conversation.as_str())
            .bind(rows::stored_seq(effect.seq))
            .bind(effect.kind.as_str()),
        Change::KeepRevision { name, body } => {
            sqlx::query(statements::KEEP_REVISION).bind(name.as_str()).bind(body.as_str())
        }
        Change::ForgetRevision { name } => {
            sqlx::query(statements::FORGET_REVISION).bind(name.as_str())
        }
        Change::PutDocument { kind, id, body } => sqlx::query(statements::PUT_DOCUMENT)
            .bind(kind.word())
            .bind(id.as_str())
            .bind(body.as_str()),
        Change::RemoveDocument { kind, id } => {
            sqlx::query(statements::REMOVE_DOCUMENT).bind(kind.word()).bind(id.as_str())
        }
    };
    Ok(query.execute(connection).await?.rows_affected())
}

/// One of them may have said nothing yet, and so is no author.
async fn join_visitors(
    connection: &mut SqliteConnection,
    from: &VisitorId,
    to: &VisitorId,
) -> Result<u64, sqlx::Error> {
    let (from, to) = (rows::visitor_name(from), rows::visitor_name(to));
    sqlx::query(statements::ADD_AUTHOR).bind(&to).execute(&mut *connection).await?;
    sqlx::query(statements::MOVE_INPUTS).bind(&from).bind(&to).execute(&mut *connection).await?;
    let moved = sqlx::query(statements::MOVE_CONVERSATIONS).bind(&from).bind(&to);
    Ok(moved.execute(connection).await?.rows_affected())
}

/// The write lock is held, so the entry found last stays the last until this one stands.
/// Adds an entry to the chain.
pub(super) async fn add_audit(
    connection: &mut SqliteConnection,
    at: Timestamp,
    body: &str,
) -> Result<u64, sqlx::Error> {
    let last = sqlx::query(statements::LAST_AUDIT).fetch_optional(&mut *connection).await?;
    let last = last.as_ref().map(rows::audit).transpose();
    let last = last.map_err(|error| sqlx::Error::Decode(error.into()))?;
    let (number, before) = last.map_or((1, AUDIT_ROOT), |last| (last.number + 1, last.hash));
    let hash = audit_hash(&before, number, at, body);
    let done = sqlx::query(statements::ADD_AUDIT)
        .bind(rows::stored_seq(Seq(number)))
        .bind(at.0)
        .bind(body)
        .bind(hash.as_slice())
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

fn bind_agent<'agent>(
    text: &'static str,
    agent: &'agent AgentRow,
) -> Query<'agent, sqlx::Sqlite, SqliteArguments> {
    sqlx::query(text)
        .bind(agent.id.as_str())
        .bind(rows::stored_email(&agent.email))
        .bind(agent.name.as_str())
        .bind(rows::role_word(agent.role))
        .bind(rows::list_text(&agent.teams))
        .bind(rows::list_text(&agent.languages))
        .bind(agent.password.as_str())
        .bind(i64::from(agent.must_change_password))
        .bind(i64::from(agent.disabled))
        .bind(agent.capacity.map(i64::from))
        .bind(rows::list_text(&agent.skills))
}
