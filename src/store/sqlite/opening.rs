//! Opening the database: its folder, its file, its schema; and one sentence when that fails.

use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::SqliteConnection;
use sqlx::SqlitePool;
use sqlx::migrate::MigrateError;
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::sqlite::SqliteJournalMode;
use sqlx::sqlite::SqliteSynchronous;

use crate::store::StoreError;
use crate::store::sqlite::Durability;
use crate::store::sqlite::statements;

/// Result codes of SQLite that are told apart (<https://www.sqlite.org/rescode.html>).
pub(super) const PERMISSION: u8 = 3;
pub(super) const BUSY: u8 = 5;
pub(super) const LOCKED: u8 = 6;
pub(super) const READ_ONLY: u8 = 8;
pub(super) const CORRUPT: u8 = 11;
pub(super) const FULL: u8 = 13;
pub(super) const CANNOT_OPEN: u8 = 14;
pub(super) const CONSTRAINT: u8 = 19;
pub(super) const NO_DATABASE: u8 = 26;

/// How long to wait for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages in the write-ahead log before it is moved into the file: with SQLite's 1 000 the slowest
/// turns are eight times slower, with none the log grows without bound under load.
const CHECKPOINT_PAGES: &str = "4000";

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// The database's file and how it is to be used.
pub(super) fn connect_options(path: &Path, durability: Durability) -> SqliteConnectOptions {
    let synchronous = match durability {
        Durability::Full => SqliteSynchronous::Full,
        Durability::Normal => SqliteSynchronous::Normal,
    };
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        // Erased text must not linger in freed space.
        .pragma("secure_delete", "ON")
        .disable_statement_logging()
}

/// The same for those who only read.
pub(super) fn reading_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("query_only", "ON")
        .disable_statement_logging()
}

/// Refuses a database that another program made, or whose schema is not of this version.
pub(super) async fn check_schema(path: &Path, readers: &SqlitePool) -> Result<(), StoreError> {
    let mut connection = readers.acquire().await.map_err(|error| unusable(path, &error))?;
    check_owner(path, &mut connection).await?;
    let newest: i64 = sqlx::query_scalar(statements::NEWEST_MIGRATION)
        .fetch_one(&mut *connection)
        .await
        .map_err(|error| unusable(path, &error))?;
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    if newest == known {
        return Ok(());
    }
    Err(StoreError::Unusable(format!(
        "the database {} has schema {newest}, and this version of Skicka reads schema {known}: \
         start the server of this version once, or use the version that made it",
        path.display()
    )))
}

/// Opens the write connection of the database at `path`, which it makes when it is not there.
pub(super) async fn open(
    path: &Path,
    options: &SqliteConnectOptions,
) -> Result<SqliteConnection, StoreError> {
    make_file(path).map_err(|error| unusable_io(path, &error))?;
    let mut connection = options.connect().await.map_err(|error| unusable(path, &error))?;
    check_owner(path, &mut connection).await?;
    migrate(path, &mut connection).await?;
    sqlx::query(statements::BEAT)
        .execute(&mut connection)
        .await
        .map_err(|error| unusable(path, &error))?;
    Ok(connection)
}

/// Makes the folder, for its owner only, and an empty file in it. A file that is there is left
/// closed: closing it would drop the locks that this process may hold on it through SQLite.
fn make_file(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = std::fs::DirBuilder::new();
    let mut file = std::fs::OpenOptions::new();
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    }
    if let Some(folder) = folder {
        builder.recursive(true).create(folder)?;
    }
    match file.write(true).create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}

/// Which file a path leads to: its device and number, which a file keeps when it is moved.
pub(super) type FileId = (u64, u64);

/// Which file stands at `path` now.
pub(super) fn file_id(path: &Path) -> io::Result<FileId> {
    let found = std::fs::metadata(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        Ok((found.dev(), found.ino()))
    }
    #[cfg(not(unix))]
    {
        drop(found);
        Ok((0, 0))
    }
}

/// Refuses a database that another program made, before anything is written into it.
async fn check_owner(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let foreign: i64 = sqlx::query_scalar(statements::IS_FOREIGN)
        .fetch_one(connection)
        .await
        .map_err(|error| unusable(path, &error))?;
    if foreign == 0 { Ok(()) } else { Err(StoreError::Unusable(not_ours(path))) }
}

/// Brings the schema up to date. Another process may be doing the same: what it did is found done
/// at the next look, and each migration can be lost to another once.
async fn migrate(path: &Path, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut result = MIGRATIONS.run_direct(None, connection, false).await;
    for _ in MIGRATIONS.iter() {
        if !matches!(result, Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..))) {
            break;
        }
        result = MIGRATIONS.run_direct(None, connection, false).await;
    }
    result.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            unusable(path, &error)
        }
        MigrateError::VersionMissing(version) => StoreError::Unusable(format!(
            "the database {} was made by a newer version of Skicka (schema {version}): start that \
             version, or choose another data folder",
            path.display()
        )),
        other => StoreError::Unusable(format!(
            "the database {} has a schema that this version of Skicka does not know ({other}): \
             restore a backup, or choose another data folder",
            path.display()
        )),
    })
}

/// SQLite's primary result code, when SQLite said anything.
pub(super) fn primary_code(error: &sqlx::Error) -> Option<u8> {
    let code = error.as_database_error()?.code()?.parse::<i32>().ok()?;
    u8::try_from(code & 0xff).ok()
}

/// Whether a failure of a batch may be the fault of one request in it.
pub(super) fn concerns_one(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Protocol(_) | sqlx::Error::Encode(_))
        || primary_code(error) == Some(CONSTRAINT)
}

fn unusable(path: &Path, error: &sqlx::Error) -> StoreError {
    let file = path.display();
    StoreError::Unusable(match primary_code(error) {
        Some(NO_DATABASE) => {
            format!("{file} is not a Skicka database: move it away, or choose another data folder")
        }
        Some(CORRUPT) => format!("the database {file} is damaged: restore it from a backup"),
        Some(FULL) => format!("the disk of the database {file} is full: make room and start again"),
        Some(READ_ONLY | PERMISSION | CANNOT_OPEN) => cannot_write(path),
        Some(BUSY | LOCKED) => format!(
            "the database {file} is held by another program: stop that program and start again"
        ),
        _ => format!(
            "the database {file} cannot be used ({error}): check the disk and the data folder"
        ),
    })
}

fn unusable_io(path: &Path, error: &io::Error) -> StoreError {
    let file = path.display();
    StoreError::Unusable(match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!("the disk of the database {file} is full: make room and start again")
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => cannot_write(path),
        _ => format!("the database {file} cannot be made ({error}): choose another data folder"),
    })
}

fn not_ours(path: &Path) -> String {
    format!(
        "{} is not a Skicka database: move it away, or choose another data folder",
        path.display()
    )
}

fn cannot_write(path: &Path) -> String {
    format!(
        "the database {} cannot be read and written: give this user write access to the file and \
         its folder, or choose another data folder",
        path.display()
    )
}

#[cfg(test)]
mod tests;
