//! Starts that cannot succeed: one clear sentence, the right exit code, and nothing on stdout.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use skicka::store::EventStore as _;
use skicka::store::sqlite::Durability;
use skicka::store::sqlite::Sqlite;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;

use crate::server::run;
use crate::server::write_lamp;

const USE: i32 = 2;
const RUN: i32 = 1;

/// A folder with sound content.
fn lamp() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_lamp(folder.path());
    folder
}

/// Starts the server with these arguments besides its port; what it says on stderr.
fn refused(folder: &Path, arguments: &[&str], variables: &[(&str, &str)], code: i32) -> String {
    let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
    all.extend(arguments);
    let ended = run(folder, &all, variables);
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(code), "{said}");
    assert!(ended.stdout.is_empty(), "nothing is promised on stdout");
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// The same, where one sentence is all.
fn sentence(folder: &Path, arguments: &[&str], variables: &[(&str, &str)], code: i32) -> String {
    let said = refused(folder, arguments, variables, code);
    let one = said.strip_suffix('\n').unwrap_or(&said);
    assert!(one.starts_with("skicka: ") && !one.contains('\n'), "one sentence: {said:?}");
    one.to_owned()
}

#[test]
fn a_system_without_its_secret_is_named() {
    let folder = lamp();
    let bank = ("SKICKA_ACTIONS__SYSTEMS", "bank=https://api.bank.example");
    let said = sentence(folder.path(), &[], &[bank], USE);
    assert!(said.contains("`bank`") && said.contains("SKICKA_SECRET_BANK"), "{said}");
    let short = ("SKICKA_SECRET_BANK", "short");
    let said = sentence(folder.path(), &[], &[bank, short], USE);
    assert!(said.contains("SKICKA_SECRET_BANK") && !said.contains("`short`"), "{said}");
    let odd = ("SKICKA_ACTIONS__SYSTEMS", "https://api.bank.example");
    let said = sentence(folder.path(), &[], &[odd], USE);
    assert!(said.contains("bank=https://"), "{said}");
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = lamp();
    fs::write(folder.path().join("data"), "not a folder").unwrap();
    let said = sentence(folder.path(), &["--data", "data"], &[], RUN);
    assert!(said.contains("data/skicka.db") && said.contains("data folder"), "{said}");
    let said = sentence(folder.path(), &["--data", "/proc/skicka"], &[], RUN);
    assert!(said.contains("/proc/skicka/skicka.db"), "{said}");
}

#[test]
fn a_database_that_may_not_be_written_is_named() {
    let folder = lamp();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let mut permissions = fs::metadata(&data).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&data, permissions).unwrap();
    if fs::write(data.join("probe"), "").is_ok() {
        // The superuser may write anywhere; for them only a folder in the file's place is closed.
        fs::remove_file(data.join("probe")).unwrap();
        fs::create_dir(data.join("skicka.db")).unwrap();
    }
    let said = sentence(folder.path(), &["--data", "data"], &[], RUN);
    assert!(said.contains("data/skicka.db") && said.contains("write access"), "{said}");
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let folder = lamp();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let letter = "Bästa kund, detta är ingen databas. ".repeat(100);
    fs::write(data.join("skicka.db"), &letter).unwrap();
    let said = sentence(folder.path(), &["--data", "data"], &[], RUN);
    assert!(said.contains("is not a Skicka database"), "{said}");
    assert_eq!(fs::read_to_string(data.join("skicka.db")).unwrap(), letter);
}

#[tokio::test]
async fn a_newer_database_is_not_touched() {
    let folder = lamp();
    let path = folder.path().join("data/skicka.db");
    Sqlite::open(&path, Durability::Full).await.unwrap().close().await;
    let options = SqliteConnectOptions::new().filename(&path);
    let mut connection = options.connect().await.unwrap();
    let future = "INSERT INTO _sqlx_migrations VALUES (9000, 'future', '2030-01-01', 1, x'00', 0)";
    sqlx::query(future).execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let said = sentence(folder.path(), &["--data", "data"], &[], RUN);
    assert!(said.contains("newer version") && said.contains("9000"), "{said}");
}

#[test]
fn a_taken_port_is_named() {
    let folder = lamp();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let ended = run(folder.path(), &["serve", "--listen", &address], &[]);
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(RUN));
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(!folder.path().join("data").exists(), "nothing was begun");
}

#[test]
fn content_that_cannot_be_served_is_shown_with_its_places() {
    let folder = lamp();
    let intents = folder.path().join("intents");
    fs::write(intents.join("bad.yaml"), "intent: bad\ntitle: { sv: [unclosed\n").unwrap();
    let dialogue = folder.path().join("dialogues/lamp.yaml");
    let sound = fs::read_to_string(&dialogue).unwrap();
    fs::write(&dialogue, sound.replace("next: helped", "next: helpt")).unwrap();
    let said = refused(folder.path(), &[], &[], RUN);
    assert!(said.contains("--> intents/bad.yaml:"), "{said}");
    assert!(said.contains("--> dialogues/lamp.yaml:11:"), "all faults at once: {said}");
    assert!(said.contains("did you mean `helped`?"), "{said}");
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("skicka: the content in . has 2 error(s)"), "{last}");
    let checked = run(folder.path(), &["check"], &[]);
    assert_eq!(checked.status.code(), Some(1));
    assert!(!folder.path().join("data").exists(), "nothing was begun");
}

#[test]
fn content_that_is_not_there_is_named() {
    let folder = lamp();
    fs::remove_file(folder.path().join("intents/lamp.yaml")).unwrap();
    let said = refused(folder.path(), &[], &[], RUN);
    assert!(said.contains("intents"), "{said}");
    assert!(said.lines().last().unwrap().starts_with("skicka: "), "{said}");
    let said = refused(folder.path(), &["--content", "nowhere"], &[], RUN);
    assert!(said.contains("nowhere") && said.contains("--content"), "{said}");
}

#[test]
fn settings_that_mean_nothing_are_errors_of_use() {
    let folder = lamp();
    let file = |text: &str| fs::write(folder.path().join("skicka.toml"), text).unwrap();
    let from_file = ["--config", "skicka.toml"];
    file("[limits]\nmessages_per_minut = 3\n");
    let said = sentence(folder.path(), &from_file, &[], USE);
    assert!(said.contains("skicka.toml") && said.contains("messages_per_minute"), "{said}");
    file("listen = \"here\"\n");
    assert!(sentence(folder.path(), &from_file, &[], USE).contains("listen"));
    file("[limits\n");
    assert!(sentence(folder.path(), &from_file, &[], USE).contains("skicka.toml"));
    file("");
    let said = sentence(folder.path(), &["--config", "nowhere.toml"], &[], USE);
    assert!(said.contains("nowhere.toml"), "{said}");
    let variables = [
        ("SKICKA_LIMITS__MESSAGES_PER_MINUT", "3"),
        ("SKICKA_LIMITS__PING_S", "0"),
        ("SKICKA_LIMITS__PING_S", "soon"),
        ("SKICKA_STORE__SYNCHRONOUS", "perhaps"),
        ("SKICKA_LOG", "skicka=loud"),
    ];
    for (name, value) in variables {
        let said = sentence(folder.path(), &from_file, &[(name, value)], USE);
        assert!(said.contains(name), "{said}");
    }
    for wrong in [&["--listen", "8080"][..], &["--port", "1"], &["dance"]] {
        let said = String::from_utf8(run(folder.path(), wrong, &[]).stderr).unwrap();
        assert_eq!(run(folder.path(), wrong, &[]).status.code(), Some(USE), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    assert!(!folder.path().join("data").exists(), "nothing was begun");
}
