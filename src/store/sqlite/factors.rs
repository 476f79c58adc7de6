//! Changes of second factors inside a batch.

use sqlx::SqliteConnection;

use crate::store::sqlite::batch::Change;
use crate::store::sqlite::rows;
use crate::store::sqlite::statements;

/// Makes a change of a second factor; others are none of its business and touch nothing.
pub(super) async fn make(
    connection: &mut SqliteConnection,
    change: &Change,
) -> Result<u64, sqlx::Error> {
    let query = match change {
        Change::OfferFactor { agent, secret } => {
            sqlx::query(statements::OFFER_FACTOR).bind(agent.as_str()).bind(secret.as_slice())
        }
        Change::ConfirmFactor { agent, step, recovery } => sqlx::query(statements::CONFIRM_FACTOR)
            .bind(agent.as_str())
            .bind(step)
            .bind(rows::list_text(recovery)),
        Change::TakeStep { agent, step } => {
            sqlx::query(statements::TAKE_STEP).bind(agent.as_str()).bind(step)
        }
        Change::TakeRecovery { agent, before, after } => sqlx::query(statements::TAKE_RECOVERY)
            .bind(agent.as_str())
            .bind(rows::list_text(before))
            .bind(rows::list_text(after)),
        Change::RemoveFactor { agent } => {
            sqlx::query(statements::REMOVE_FACTOR).bind(agent.as_str())
        }
        _ => return Ok(0),
    };
    Ok(query.execute(connection).await?.rows_affected())
}
