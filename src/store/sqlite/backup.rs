//! A copy of the database as it stands at one moment, made while servers use it.

use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use sqlx::ConnectOptions;
use sqlx::Connection;
use sqlx::sqlite::SqliteConnectOptions;

use crate::ids::Timestamp;
use crate::store::StoreError;
use crate::store::sqlite::Durability;
use crate::store::sqlite::opening;
use crate::store::sqlite::statements;

/// Writes a consistent copy of `database` to `target`, durably. Turns go on meanwhile: the copy
/// is what one reader sees; it says of itself that it is one, taken at `now`. A file that is there
/// already is left as it is.
///
/// # Errors
/// [`StoreError::Unusable`] with one sentence that says what is wrong.
pub async fn back_up(database: &Path, target: &Path, now: Timestamp) -> Result<(), StoreError> {
    let unusable = |why: &dyn std::fmt::Display| {
        StoreError::Unusable(format!("the backup {} cannot be made: {why}", target.display()))
    };
    if target.exists() {
        return Err(unusable(&"there is a file of that name already"));
    }
    let partial = partial(target);
    let copied = copy(database, &partial, now).await.map_err(|why| unusable(&why));
    let kept = copied.and_then(|()| keep(&partial, target).map_err(|why| unusable(&why)));
    if kept.is_err() {
        // What is half written is of no use; if it cannot be removed either, nothing else can be
        // done about it than what the sentence says.
        let _ignored = fs::remove_file(&partial);
    }
    kept
}

/// The name of the copy until it is whole: with the process's number, so that two that are made at
/// once do not meet.
fn partial(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    target.with_file_name(name)
}

async fn copy(database: &Path, partial: &Path, now: Timestamp) -> Result<(), anyhow::Error> {
    // An empty file is taken as it is; made here, only its owner may read it.
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    drop(options.open(partial)?);
    let options = opening::connect_options(database, Durability::Full).create_if_missing(false);
    let mut connection = options.connect().await?;
    let name = partial.to_str().ok_or_else(|| anyhow::anyhow!("its name is not Unicode"))?;
    let copied = sqlx::query(statements::COPY_INTO).bind(name).execute(&mut connection).await;
    connection.close().await?;
    copied?;
    let mut copy = SqliteConnectOptions::new().filename(partial).connect().await?;
    let noted = sqlx::query(statements::NOTE_COPY).bind(now.0).execute(&mut copy).await;
    copy.close().await?;
    noted?;
    Ok(())
}

/// Makes the copy durable and gives it its name, unless somebody took that meanwhile.
fn keep(partial: &Path, target: &Path) -> io::Result<()> {
    File::open(partial)?.sync_all()?;
    fs::hard_link(partial, target)?;
    fs::remove_file(partial)?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
