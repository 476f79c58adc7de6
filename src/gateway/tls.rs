//! TLS at the port itself: the certificate and its key, and how they are renewed.
//!
//! **Invariant:** what is served was found good as a whole: a certificate that can be read, and
//! the key that belongs to it. A renewal that is not changes nothing. Keys are not logged.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use crate::config::tls::Tls;

/// The one protocol that is spoken within: an upgrade needs it.
const HTTP: &[u8] = b"http/1.1";

/// Why a certificate cannot be used, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that is not there, or is another's.
    #[error("{file} cannot be read: {why}", file = .0.display(), why = .1)]
    Unreadable(PathBuf, io::Error),
    /// No certificate stands in the file.
    #[error("{} holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)", .0.display())]
    NoCertificate(PathBuf),
    /// No private key stands in the file.
    #[error("{} holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)", .0.display())]
    NoKey(PathBuf),
    /// They do not go together, or are of a kind that nobody uses.
    #[error("the certificate in {certificate} and the key in {key} do not serve: {why}", certificate = .0.display(), key = .1.display(), why = .2)]
    Unfit(PathBuf, PathBuf, rustls::Error),
}

/// The certificate of this server, as it stands in its files.
pub struct Certificates {
    files: Tls,
    current: ArcSwap<ServerConfig>,
}

impl Certificates {
    /// Those that the settings name; `None` when they name none.
    pub fn open(files: &Tls) -> Result<Option<Arc<Self>>, TlsError> {
        if !files.is_on() {
            return Ok(None);
        }
        let current = ArcSwap::from_pointee(read(files)?);
        Ok(Some(Arc::new(Self { files: files.clone(), current })))
    }

    /// Reads the files again; what is open goes on with what it began with.
    pub fn renew(&self) -> Result<(), TlsError> {
        self.current.store(Arc::new(read(&self.files)?));
        Ok(())
    }

    /// Reads the files again each time that it is asked for.
    pub async fn keep_current(self: Arc<Self>, asked: Arc<Notify>) {
        loop {
            asked.notified().await;
            match self.renew() {
                Ok(()) => tracing::info!("the certificate was read again"),
                Err(error) => tracing::error!(%error, "the certificate was not renewed"),
            }
        }
    }

    /// What makes the next connection a TLS one.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.current.load_full())
    }
}

fn read(files: &Tls) -> Result<ServerConfig, TlsError> {
    let Tls { certificate, key } = files;
    let chain = CertificateDer::pem_slice_iter(&bytes(certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| TlsError::NoCertificate(certificate.clone()))?;
    let secret =
        PrivateKeyDer::from_pem_slice(&bytes(key)?).map_err(|_| TlsError::NoKey(key.clone()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|error| TlsError::Unfit(certificate.clone(), key.clone(), error))?;
    config.alpn_protocols = vec![HTTP.to_vec()];
    Ok(config)
}

fn bytes(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| TlsError::Unreadable(path.to_owned(), error))
}
