//! The contract, and what is SQLite's own.

use tempfile::TempDir;

use crate::store::contract::World;
use crate::store::contract::store_contract;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

/// A folder of its own, gone at the end.
struct Folder(TempDir);

impl World for Folder {
    type Store = Sqlite;

    async fn open(&self) -> Sqlite {
        Sqlite::open(&self.0.path().join("skicka.db"), Durability::Full).await.unwrap()
    }
}

fn fresh() -> Folder {
    Folder(tempfile::tempdir().unwrap())
}

store_contract!(super::fresh);

#[cfg(unix)]
mod crash;
mod erasure;
mod faults;
mod power;
