//! Databases that cannot be used, and the one sentence about each.

use std::path::Path;

use sqlx::ConnectOptions;
use sqlx::SqliteConnection;

use crate::store::StoreError;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::opening;

/// The sentence with which opening `path` is refused.
async fn refusal(path: &Path) -> String {
    match Sqlite::open(path, Durability::Full).await {
        Err(StoreError::Unusable(sentence)) => {
            assert!(sentence.contains(&path.display().to_string()), "{sentence}");
            assert!(sentence.contains(": ") && !sentence.contains('\n'), "{sentence}");
            sentence
        }
        other => panic!("{} was not refused: {other:?}", path.display()),
    }
}

async fn connection(path: &Path) -> SqliteConnection {
    let options = opening::connect_options(path, Durability::Full);
    opening::open(path, &options).await.unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn folder_and_file_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let base = tempfile::tempdir().unwrap();
    let path = base.path().join("a/b/skicka.db");
    drop(Sqlite::open(&path, Durability::Full).await.unwrap());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&base.path().join("a")), 0o700);
    assert_eq!(mode(&base.path().join("a/b")), 0o700);
    assert_eq!(mode(&path), 0o600);
}

/// What durability and tidiness rest on; a lost line here would pass every other test.
#[tokio::test]
async fn the_connection_is_set_as_promised() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let mut set = connection(&path).await;
    for (pragma, expected) in [
        ("PRAGMA synchronous", 2),
        ("PRAGMA wal_autocheckpoint", 4_000),
        ("PRAGMA busy_timeout", 5_000),
        ("PRAGMA foreign_keys", 1),
        ("PRAGMA secure_delete", 1),
    ] {
        let value: i64 = sqlx::query_scalar(pragma).fetch_one(&mut set).await.unwrap();
        assert_eq!(value, expected, "{pragma}");
    }
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut set).await.unwrap();
    assert_eq!(mode, "wal");
    let mut normal = opening::connect_options(&path, Durability::Normal).connect().await.unwrap();
    let value: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut normal).await.unwrap();
    assert_eq!(value, 1);
}

#[tokio::test]
async fn a_bare_file_name_stands_in_the_working_folder() {
    let name = format!("{}.db", crate::clock::new_id());
    let opened = Sqlite::open(Path::new(&name), Durability::Full).await;
    for suffix in ["", "-wal", "-shm"] {
        let _not_there = std::fs::remove_file(format!("{name}{suffix}"));
    }
    assert!(opened.is_ok());
}

#[tokio::test]
async fn a_file_that_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let letter = "Dear customer, ".repeat(1_000);
    std::fs::write(&path, &letter).unwrap();
    let sentence = refusal(&path).await;
    assert!(sentence.contains("is not a Skicka database: move it away"), "{sentence}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), letter, "and it is left as it was");
}

#[tokio::test]
async fn a_database_of_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut other = options.connect().await.unwrap();
    sqlx::raw_sql("CREATE TABLE recipes (id INTEGER)").execute(&mut other).await.unwrap();
    let sentence = refusal(&path).await;
    assert!(sentence.contains("is not a Skicka database: move it away"), "{sentence}");
}

#[tokio::test]
async fn a_damaged_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    sqlx::Connection::close(connection(&path).await).await.unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    let sentence = refusal(&path).await;
    assert!(sentence.contains("is damaged: restore it from a backup"), "{sentence}");
}

#[tokio::test]
async fn a_database_of_a_newer_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, \
                 execution_time) VALUES (9999, 'to come', TRUE, x'00', 0)";
    sqlx::raw_sql(newer).execute(&mut connection(&path).await).await.unwrap();
    let sentence = refusal(&path).await;
    assert!(sentence.contains("was made by a newer version of Skicka (schema 9999)"), "{sentence}");
}

#[tokio::test]
async fn a_database_whose_schema_was_tampered_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let other = "UPDATE _sqlx_migrations SET checksum = x'00'";
    sqlx::raw_sql(other).execute(&mut connection(&path).await).await.unwrap();
    let sentence = refusal(&path).await;
    assert!(sentence.contains("a schema that this version of Skicka does not know"), "{sentence}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_in_which_nobody_may_write() {
    let sentence = refusal(Path::new("/sys/skicka/skicka.db")).await;
    assert!(sentence.contains("give this user write access"), "{sentence}");
}

#[tokio::test]
async fn a_folder_that_is_a_file_and_a_file_that_is_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let sentence = refusal(&file.join("skicka.db")).await;
    assert!(sentence.contains("choose another data folder"), "{sentence}");
    let sentence = refusal(folder.path()).await;
    assert!(sentence.contains("choose another data folder"), "{sentence}");
}

#[tokio::test]
async fn a_full_disk_and_a_read_only_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let mut connection = connection(&path).await;
    // More than the pages that migrations left free.
    let too_much = "PRAGMA max_page_count = 1; \
                    CREATE TABLE more AS SELECT zeroblob(1000000) AS bytes";
    let full = sqlx::raw_sql(too_much).execute(&mut connection).await.unwrap_err();
    let sentence = opening::unusable(&path, &full).to_string();
    assert!(sentence.contains("is full: make room and start again"), "{sentence}");
    let write = "PRAGMA query_only = ON; CREATE TABLE more (id INTEGER)";
    let read_only = sqlx::raw_sql(write).execute(&mut connection).await.unwrap_err();
    let sentence = opening::unusable(&path, &read_only).to_string();
    assert!(sentence.contains("give this user write access"), "{sentence}");
}

/// Cargo does not see that a file was added; then the build is stale and this says so.
#[test]
fn every_migration_is_embedded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(opening::MIGRATIONS.iter().count(), files, "touch opening.rs and build again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_may_make_the_database_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let all = (0..8).map(|_| {
        let path = path.clone();
        tokio::spawn(async move { Sqlite::open(&path, Durability::Full).await.map(drop) })
    });
    for opened in futures_util::future::join_all(all).await {
        opened.unwrap().unwrap();
    }
}
