//! Every text is prepared, and none runs through a table.

use sqlx::Executor;
use sqlx::Row;
use sqlx::SqlSafeStr;
use sqlx::SqliteConnection;

use crate::store::sqlite::Durability;
use crate::store::sqlite::opening;
use crate::store::sqlite::statements;

async fn database() -> (tempfile::TempDir, SqliteConnection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skicka.db");
    let options = opening::connect_options(&path, Durability::Full);
    let connection = opening::open(&path, &options).await.unwrap();
    (folder, connection)
}

#[tokio::test]
async fn the_database_understands_every_text() {
    let (_folder, mut connection) = database().await;
    let all = [statements::single_texts(), statements::texts_over_many_rows()].concat();
    for text in
        all.into_iter().chain([statements::BEGIN, statements::CHECKPOINT, statements::IS_FOREIGN])
    {
        if let Err(error) = (&mut connection).prepare(text.into_sql_str()).await {
            panic!("{error} in: {text}");
        }
    }
}

/// A text that runs through a whole table would be slow in a database of years.
#[tokio::test]
async fn every_text_finds_its_rows_by_an_index() {
    let (_folder, mut connection) = database().await;
    let mut plans = Vec::new();
    for text in [statements::single_texts(), statements::texts_over_many_rows()].concat() {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
        for row in sqlx::raw_sql(explain).fetch_all(&mut connection).await.unwrap() {
            plans.push((row.get::<String, _>("detail"), text));
        }
    }
    assert!(plans.iter().any(|(step, _)| step.starts_with("SEARCH")));
    // What else is scanned are the parameters themselves.
    let tables = [
        "conversations",
        "events",
        "inputs",
        "authors",
        "profiles",
        "sessions",
        "keys",
        "agents",
        "c",
        "e",
        "i",
        "a",
        "p",
        "other",
    ];
    for (step, text) in plans {
        let scanned = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
        let all_rows = scanned.is_some_and(|name| tables.contains(&name));
        assert!(!all_rows || text == statements::AGENTS, "{step} in: {text}");
    }
}

#[test]
fn rows_are_cut_into_prepared_sizes() {
    for count in [0, 1, 2, 4, 5, 64, 65, 512, 513, 1_500] {
        let rows: Vec<usize> = (0..count).collect();
        let mut together = Vec::new();
        for (text, piece) in statements::ADD_INPUTS.cut(&rows) {
            let places = text.text.matches("(?,?,?,?)").count();
            assert_eq!(text.parameters, 4 * places);
            assert!(places >= piece.len(), "{places} places for {}", piece.len());
            assert!(places <= 4 * piece.len(), "{places} places for {}", piece.len());
            together.extend_from_slice(piece);
        }
        assert_eq!(together, rows);
    }
}
