//! Files that were sent: what is known of them stands in the store, their bytes in a folder.
//!
//! **Invariant:** a file is removed before the row that names it, so none is ever left over; a row
//! without its file is as good as none.

use std::io;
use std::path::Path;
use std::path::PathBuf;

use async_trait::async_trait;
use tokio::fs;
use tokio::io::AsyncWriteExt as _;

use crate::ids::ConversationId;
use crate::ids::Timestamp;
use crate::store::StoreError;

/// The name of the folder in the data folder.
pub const FOLDER: &str = "attachments";

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Its id, and the name of the file: 128 bits of chance.
    pub id: String,
    /// `v:` and a visitor's id, or `a:` and an agent's.
    pub author: String,
    /// Where it was sent.
    pub conversation: Option<ConversationId>,
    /// Its name as it is shown.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// How large it is.
    pub bytes: u64,
    /// When it came.
    pub at: Timestamp,
}

/// Which files are to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doom {
    /// Those never sent in a conversation.
    Unused,
    /// All.
    Any,
}

/// What is known of files.
#[async_trait]
pub trait Attachments: Send + Sync + 'static {
    /// Takes note of a file, durably.
    async fn add_attachment(&self, new: AttachmentRow) -> Result<(), StoreError>;
    /// A file, unless it is to go.
    async fn attachment(&self, id: &str) -> Result<Option<AttachmentRow>, StoreError>;
    /// Says where an author sends a file; `false` when it is not theirs, or was sent elsewhere.
    async fn send_attachment(
        &self,
        id: &str,
        author: &str,
        conversation: &ConversationId,
    ) -> Result<bool, StoreError>;
    /// The files of a conversation.
    async fn attachments_in(
        &self,
        conversation: &ConversationId,
    ) -> Result<Vec<AttachmentRow>, StoreError>;
    /// Dooms files that came before `before`, at most `limit`; answers how many.
    async fn doom_attachments(
        &self,
        which: Doom,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError>;
    /// The ids of files that are to go, at most `limit`.
    async fn doomed_attachments(&self, limit: u32) -> Result<Vec<String>, StoreError>;
    /// Forgets a file that is gone.
    async fn forget_attachment(&self, id: &str) -> Result<(), StoreError>;
}

/// The folder with the bytes.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// The files below a data folder.
    #[must_use]
    pub fn below(data: &Path) -> Self {
        Self { folder: data.join(FOLDER) }
    }

    /// Where the file of this id lies.
    #[must_use]
    pub fn path(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    /// Writes a file, durably.
    pub async fn write(&self, id: &str, bytes: &[u8]) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            builder.mode(0o700);
            options.mode(0o600);
        }
        builder.create(&self.folder).await?;
        let mut file = options.open(self.path(id)).await?;
        file.write_all(bytes).await?;
        file.sync_all().await?;
        fs::File::open(&self.folder).await?.sync_all().await
    }

    /// The bytes of a file.
    pub async fn read(&self, id: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(id)).await
    }

    /// Removes the files that are to go, at most `limit`; answers how many.
    pub async fn sweep(
        &self,
        store: &(impl Attachments + ?Sized),
        limit: u32,
    ) -> Result<u64, StoreError> {
        let mut gone = 0;
        for id in store.doomed_attachments(limit).await? {
            match fs::remove_file(self.path(&id)).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(attachment.id = %id, %error, "a file cannot be removed");
                    continue;
                }
                _ => store.forget_attachment(&id).await?,
            }
            gone += 1;
        }
        Ok(gone)
    }
}
