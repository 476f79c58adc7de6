//! A bounded memory of what was used lately.
//!
//! Two maps: what is new or was asked for stands in the young one; when that is full it becomes
//! the old one, and what stood there unasked is forgotten. Cheaper than an exact order of use,
//! and as good where a miss costs one look into the database.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// Remembers at least the `limit` and at most twice the `limit` entries used last.
pub(super) struct Recent<Key, Value> {
    young: HashMap<Key, Value>,
    old: HashMap<Key, Value>,
    limit: usize,
}

impl<Key: Hash + Eq, Value: Copy> Recent<Key, Value> {
    pub(super) fn new(limit: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), limit }
    }

    /// The value of `key`, which thereby counts as used.
    pub(super) fn look_up<Asked>(&mut self, key: &Asked) -> Option<Value>
    where
        Key: Borrow<Asked>,
        Asked: Hash + Eq + ?Sized,
    {
        if let Some(value) = self.young.get(key) {
            return Some(*value);
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.insert(key, value);
        Some(value)
    }

    pub(super) fn insert(&mut self, key: Key, value: Value) {
        if self.young.len() >= self.limit && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    pub(super) fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

#[cfg(test)]
mod tests;
