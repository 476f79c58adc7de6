//! What the scripts ask of the driver: several statements in one text, parameters in a row.

use sqlx::Arguments;
use sqlx::Connection;
use sqlx::Row;
use sqlx::SqliteConnection;

use crate::store::sqlite::script::Script;
use crate::store::sqlite::statements;

async fn database() -> SqliteConnection {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE authors (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
         CREATE TABLE pulse (id INTEGER PRIMARY KEY, beats BIGINT NOT NULL);
         INSERT INTO pulse VALUES (1, 0);",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection
}

fn adding(names: &[&str]) -> Script {
    let mut script = Script::default();
    script.rows(&statements::ADD_AUTHORS, names, |arguments, name| arguments.add(*name)).unwrap();
    script
}

async fn names(connection: &mut SqliteConnection) -> Vec<String> {
    let rows = sqlx::query("SELECT name FROM authors ORDER BY number");
    rows.fetch_all(connection).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn an_empty_script_is_not_sent() {
    let mut connection = database().await;
    assert_eq!(adding(&[]).execute(&mut connection).await.unwrap(), 0);
    assert!(adding(&[]).fetch(&mut connection).await.unwrap().is_empty());
}

#[tokio::test]
async fn parameters_run_on_over_statements_and_empty_rows() {
    let mut connection = database().await;
    for _ in 0..2 {
        let mut script = adding(&["a", "b", "c", "d", "e"]);
        script.line(statements::BEAT);
        script
            .rows(&statements::ADD_AUTHORS, &["f", "a"], |arguments, name| arguments.add(*name))
            .unwrap();
        script
            .rows(&statements::FIND_AUTHORS, &["f", "c"], |arguments, name| arguments.add(*name))
            .unwrap();
        let found = script.fetch(&mut connection).await.unwrap();
        let found: Vec<(String, i64)> = found.iter().map(|row| (row.get(0), row.get(1))).collect();
        assert_eq!(found, [("c".to_owned(), 3), ("f".to_owned(), 6)]);
        assert_eq!(names(&mut connection).await, ["a", "b", "c", "d", "e", "f"]);
    }
}

#[tokio::test]
async fn touched_rows_are_counted_over_all_statements() {
    let mut connection = database().await;
    let many: Vec<String> = (0..300).map(|number| number.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut script = adding(&many);
    script.line(statements::BEAT);
    assert_eq!(script.execute(&mut connection).await.unwrap(), 301);
    assert_eq!(names(&mut connection).await, many);
    assert_eq!(adding(&["0", "new"]).execute(&mut connection).await.unwrap(), 1);
}

#[tokio::test]
async fn nothing_runs_after_a_statement_that_fails() {
    let mut connection = database().await;
    let mut script = Script::default();
    script.line("INSERT INTO pulse VALUES (1, 5)");
    script.line("INSERT INTO authors (name) VALUES ('late')");
    assert!(script.execute(&mut connection).await.is_err());
    assert!(names(&mut connection).await.is_empty());
}
