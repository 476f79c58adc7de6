//! [`Attachments`] on SQLite. They are rare beside turns, so each change is an errand of its own.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use crate::ids::ConversationId;
use crate::ids::Timestamp;
use crate::store::StoreError;
use crate::store::attachments::AttachmentRow;
use crate::store::attachments::Attachments;
use crate::store::attachments::Doom;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::errands::Errand;
use crate::store::sqlite::rows;
use crate::store::sqlite::statements;

/// A change of what is known of files.
#[derive(Debug)]
pub(super) enum FileChange {
    Add(AttachmentRow),
    Send { id: String, author: String, conversation: ConversationId },
    Doom { which: Doom, before: Timestamp, limit: u32 },
    Forget { id: String },
}

/// Makes a change; answers how many rows it touched.
pub(super) async fn perform(
    connection: &mut SqliteConnection,
    change: &FileChange,
) -> Result<u64, sqlx::Error> {
    let query = match change {
        FileChange::Add(row) => sqlx::query(statements::ADD_ATTACHMENT)
            .bind(row.id.as_str())
            .bind(row.author.as_str())
            .bind(row.name.as_str())
            .bind(row.media_type.as_str())
            .bind(i64::try_from(row.bytes).unwrap_or(i64::MAX))
            .bind(row.at.0),
        FileChange::Send { id, author, conversation } => sqlx::query(statements::SEND_ATTACHMENT)
            .bind(id.as_str())
            .bind(author.as_str())
            .bind(conversation.as_str()),
        FileChange::Doom { which, before, limit } => {
            let text = match which {
                Doom::Unused => statements::DOOM_UNUSED,
                Doom::Any => statements::DOOM_OLD,
            };
            sqlx::query(text).bind(before.0).bind(i64::from(*limit))
        }
        FileChange::Forget { id } => sqlx::query(statements::FORGET_ATTACHMENT).bind(id.as_str()),
    };
    Ok(query.execute(connection).await?.rows_affected())
}

impl Sqlite {
    async fn change_files(&self, change: FileChange) -> Result<u64, StoreError> {
        Ok(self.errand(Errand::Files(change)).await?.count)
    }
}

#[async_trait]
impl Attachments for Sqlite {
    async fn add_attachment(&self, new: AttachmentRow) -> Result<(), StoreError> {
        self.change_files(FileChange::Add(new)).await.map(drop)
    }

    async fn attachment(&self, id: &str) -> Result<Option<AttachmentRow>, StoreError> {
        self.one(sqlx::query(statements::ATTACHMENT).bind(id), rows::attachment).await
    }

    async fn send_attachment(
        &self,
        id: &str,
        author: &str,
        conversation: &ConversationId,
    ) -> Result<bool, StoreError> {
        let (id, author) = (id.to_owned(), author.to_owned());
        let conversation = conversation.clone();
        Ok(self.change_files(FileChange::Send { id, author, conversation }).await? > 0)
    }

    async fn attachments_in(
        &self,
        conversation: &ConversationId,
    ) -> Result<Vec<AttachmentRow>, StoreError> {
        let query = sqlx::query(statements::ATTACHMENTS_IN).bind(conversation.as_str());
        self.many(query, rows::attachment).await
    }

    async fn doom_attachments(
        &self,
        which: Doom,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        self.change_files(FileChange::Doom { which, before, limit }).await
    }

    async fn doomed_attachments(&self, limit: u32) -> Result<Vec<String>, StoreError> {
        let query = sqlx::query(statements::DOOMED_ATTACHMENTS).bind(i64::from(limit));
        self.many(query, |row: &SqliteRow| rows::text(row)).await
    }

    async fn forget_attachment(&self, id: &str) -> Result<(), StoreError> {
        self.change_files(FileChange::Forget { id: id.to_owned() }).await.map(drop)
    }
}
