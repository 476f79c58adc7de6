//! Other systems that dialogues may call.

use std::fmt;
use std::str::FromStr;

use axum::http::Uri;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::Error as _;

/// What begins the name of the variable that holds a system's secret.
pub const SECRET_PREFIX: &str = "SKICKA_SECRET_";

/// A system by the name that dialogues call it, and where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// Its name.
    pub name: String,
    /// Its address, without a slash at the end; what a dialogue names is put behind.
    pub address: String,
}

/// Why a text names no system.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a name and an address such as bank=https://api.bank.example/skicka")]
pub struct NotASystem(String);

impl System {
    /// The variable that holds its secret.
    #[must_use]
    pub fn secret_variable(&self) -> String {
        format!("{SECRET_PREFIX}{}", self.name.to_uppercase().replace('-', "_"))
    }

    /// Its host and port: what fails together.
    #[must_use]
    pub fn authority(&self) -> &str {
        let rest = self.address.split_once("://").map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }
}

impl FromStr for System {
    type Err = NotASystem;

    fn from_str(text: &str) -> Result<Self, NotASystem> {
        let wrong = || NotASystem(text.to_owned());
        let (name, address) = text.split_once('=').ok_or_else(wrong)?;
        let (name, address) = (name.trim(), address.trim().trim_end_matches('/'));
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
        let uri: Uri = address.parse().map_err(|_| wrong())?;
        let is_plain = uri.authority().is_some_and(|it| !it.as_str().contains('@'))
            && matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.query().is_none();
        if name.is_empty() || !name.chars().all(is_letter) || !is_plain {
            return Err(wrong());
        }
        Ok(Self { name: name.to_owned(), address: address.to_owned() })
    }
}

impl fmt::Display for System {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}={}", self.name, self.address)
    }
}

impl Serialize for System {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for System {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
