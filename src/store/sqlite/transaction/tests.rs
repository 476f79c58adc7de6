//! Random batches against the model; faults between and inside batches.

use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prop_assert_eq;
use proptest::proptest;
use proptest::test_runner::TestCaseError;
use sqlx::ConnectOptions;
use sqlx::Row;
use sqlx::SqliteConnection;
use tempfile::TempDir;

use crate::ids::Seq;
use crate::store::Append;
use crate::store::Appended;
use crate::store::Reader;
use crate::store::contract::append;
use crate::store::contract::caused_by;
use crate::store::contract::id;
use crate::store::contract::new_conversation;
use crate::store::sqlite::Durability;
use crate::store::sqlite::batch::Batch;
use crate::store::sqlite::batch::Mark;
use crate::store::sqlite::opening;
use crate::store::sqlite::transaction::Transactions;
use crate::store::sqlite::verdict::tests::Model;
use crate::store::sqlite::verdict::tests::any_append;

struct Desk {
    transactions: Transactions,
    folder: TempDir,
}

impl Desk {
    async fn with(conversations: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skicka.db");
        let options = opening::connect_options(&path, Durability::Full);
        let connection = opening::open(&path, &options).await.unwrap();
        let mut transactions = Transactions::new(&path, options, connection);
        let new: Vec<_> = conversations.iter().map(|name| new_conversation(name, "v")).collect();
        let batch = Batch { creates: new.iter().collect(), ..Batch::default() };
        transactions.perform(&batch).await.unwrap();
        Self { transactions, folder }
    }

    /// Puts one batch of appends.
    async fn put(&mut self, appends: &[&Append]) -> Result<Vec<Option<Appended>>, sqlx::Error> {
        let batch = Batch { appends: appends.to_vec(), ..Batch::default() };
        let answers = self.transactions.perform(&batch).await?;
        Ok(answers.appends.into_iter().map(Result::ok).collect())
    }

    /// Another process's connection.
    async fn other(&self) -> SqliteConnection {
        let path = self.folder.path().join("skicka.db");
        opening::connect_options(&path, Durability::Full).connect().await.unwrap()
    }

    async fn pragma(&mut self, text: &'static str) {
        let connection = self.transactions.connection.as_mut().unwrap();
        sqlx::raw_sql(text).execute(connection).await.unwrap();
    }

    /// How many events a conversation has, and where its head says it is.
    async fn events_and_head(&self, conversation: &str) -> (i64, i64) {
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM events WHERE conversation = number), seq \
             FROM conversations WHERE id = $1",
        )
        .bind(conversation)
        .fetch_one(&mut self.other().await)
        .await
        .unwrap();
        (row.get(0), row.get(1))
    }
}

/// Enough text to fill pages.
fn heavy(mut append: Append) -> Append {
    for event in &mut append.events {
        event.body = "x".repeat(3_000);
    }
    append
}

async fn follows_the_model(batches: Vec<Vec<Append>>) -> Result<(), TestCaseError> {
    let mut desk = Desk::with(&["c0", "c1", "c2"]).await;
    let mut model = Model::with(&["c0", "c1", "c2"]);
    for (number, batch) in batches.iter().enumerate() {
        if number % 3 == 2 {
            desk.transactions.start_anew();
        }
        let batch: Vec<&Append> = batch.iter().collect();
        let answers = desk.put(&batch).await.unwrap();
        let expected: Vec<_> = batch.iter().map(|append| model.take(append)).collect();
        prop_assert_eq!(answers, expected);
    }
    for conversation in ["c0", "c1", "c2"] {
        let head = i64::try_from(model.head(&id(conversation)).unwrap()).unwrap();
        prop_assert_eq!(desk.events_and_head(conversation).await, (head, head));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn random_batches_leave_what_one_after_the_other_would(
        batches in vec(vec(any_append(), 1..30), 1..8)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(follows_the_model(batches))?;
    }
}

#[tokio::test]
async fn a_batch_that_does_not_fit_leaves_nothing_and_later_ones_do() {
    let mut desk = Desk::with(&["c1", "c2"]).await;
    let small = append("c1", 0, 1, "small");
    assert_eq!(desk.put(&[&small]).await.unwrap(), [Some(Appended::Done)]);
    let pages = "PRAGMA max_page_count = 60";
    desk.pragma(pages).await;
    let (fits, too_much) = (append("c2", 0, 1, "fits"), heavy(append("c1", 1, 400, "")));
    let full = desk.put(&[&fits, &too_much]).await.unwrap_err();
    assert_eq!(opening::primary_code(&full), Some(opening::FULL), "{full}");
    assert_eq!(desk.events_and_head("c1").await, (1, 1));
    assert_eq!(desk.events_and_head("c2").await, (0, 0));
    assert_eq!(desk.put(&[&fits]).await.unwrap(), [Some(Appended::Done)]);
    desk.pragma("PRAGMA max_page_count = 100000").await;
    assert_eq!(desk.put(&[&too_much]).await.unwrap(), [Some(Appended::Done)]);
    assert_eq!(desk.events_and_head("c1").await, (401, 401));
}

#[tokio::test]
async fn what_another_process_wrote_counts() {
    let mut desk = Desk::with(&["c1"]).await;
    let mine = caused_by("v:v", "f1", append("c1", 0, 2, "mine"));
    assert_eq!(desk.put(&[&mine]).await.unwrap(), [Some(Appended::Done)]);
    let mut theirs = Desk { transactions: desk.transactions, folder: desk.folder };
    let path = theirs.folder.path().join("skicka.db");
    let options = opening::connect_options(&path, Durability::Full);
    let mut other = Transactions::new(&path, options.clone(), options.connect().await.unwrap());
    let input = caused_by("v:v", "f2", append("c1", 2, 3, "theirs"));
    let batch = Batch { appends: vec![&input], ..Batch::default() };
    other.perform(&batch).await.unwrap();
    let late = append("c1", 2, 1, "late");
    let again = caused_by("v:v", "f2", append("c1", 5, 1, "again"));
    let next = append("c1", 5, 1, "next");
    let answers = theirs.put(&[&late, &again, &next]).await.unwrap();
    assert_eq!(
        answers,
        [
            Some(Appended::Conflict { actual: Seq(5) }),
            Some(Appended::Duplicate { conversation: id("c1"), seq: Seq(3) }),
            Some(Appended::Done),
        ]
    );
}

/// The remembered head is only a short cut: where it is wrong in spite of all, nothing is written.
#[tokio::test]
async fn a_head_remembered_wrongly_writes_nothing() {
    let mut desk = Desk::with(&["c1"]).await;
    let place = desk.transactions.memory.place(&id("c1")).unwrap();
    let wrong = crate::store::sqlite::verdict::Place { seq: Seq(4), ..place };
    desk.transactions.memory.set_place(id("c1"), wrong);
    let append = append("c1", 4, 1, "wrong");
    assert!(desk.put(&[&append]).await.is_err());
    assert_eq!(desk.events_and_head("c1").await, (0, 0));
    let conflict = Appended::Conflict { actual: Seq(0) };
    assert_eq!(desk.put(&[&append]).await.unwrap(), [Some(conflict)], "it looked anew");
}

#[tokio::test]
async fn a_batch_that_only_loses_or_marks_leaves_the_log_alone() {
    let mut desk = Desk::with(&["c1"]).await;
    let held = append("c1", 0, 3, "held");
    let (one, two) = (
        Mark { conversation: id("c1"), by: Reader::Agent, seq: Seq(2) },
        Mark { conversation: id("c1"), by: Reader::Agent, seq: Seq(9) },
    );
    let batch =
        Batch { appends: vec![&held], marks: vec![&two, &one], beats: 2, ..Batch::default() };
    desk.transactions.perform(&batch).await.unwrap();
    let row = sqlx::query("SELECT read_by_agent FROM conversations");
    let cursor: i64 = row.fetch_one(&mut desk.other().await).await.unwrap().get(0);
    assert_eq!(cursor, 3);
    let lost = append("c1", 1, 1, "lost");
    desk.put(&[&lost]).await.unwrap();
    assert_eq!(desk.events_and_head("c1").await, (3, 3));
}
