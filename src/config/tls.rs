//! TLS at the server's own ports, for whoever has no proxy before it.

use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;

/// With what the server proves who it is. Without a certificate it speaks plain HTTP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tls {
    /// A PEM file with the server's certificate and those between it and a known authority;
    /// empty = none.
    pub certificate: PathBuf,
    /// A PEM file with its private key; empty = none.
    pub key: PathBuf,
}

impl Tls {
    /// Whether the ports speak TLS.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.certificate.as_os_str().is_empty()
    }

    /// What is wrong with these settings as a whole.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.is_on() == self.key.as_os_str().is_empty() {
            return Err("`tls.certificate` and `tls.key` must be set together".to_owned());
        }
        Ok(())
    }
}
