//! A mail server: the server's side of SMTP, as far as one that only receives needs it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::AsyncBufReadExt;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use crate::client::within;

/// Made for these tests alone, for localhost, good until the year 2126.
pub(crate) const CERTIFICATE: &str = include_str!("tls/mail.cert.pem");
const KEY: &str = include_str!("tls/mail.key.pem");

/// A mail as it came.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// Who signed in before, as `user:password`.
    pub(crate) signed_in: Option<String>,
    pub(crate) secure: bool,
    head: String,
    body: String,
}

impl Mail {
    /// A line of the head, as it was written before it was encoded.
    pub(crate) fn head(&self, name: &str) -> String {
        let unfolded = self.head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let start = format!("{name}: ");
        let line = unfolded.split("\r\n").find_map(|line| line.strip_prefix(&start));
        decoded_words(line.unwrap_or_else(|| panic!("no {name} in {unfolded}")))
    }

    /// The text, as it was written before it was encoded.
    pub(crate) fn text(&self) -> String {
        let bytes = match self.head("Content-Transfer-Encoding").as_str() {
            "base64" => STANDARD.decode(self.body.replace("\r\n", "")).unwrap(),
            "quoted-printable" => unquoted(&self.body.replace("=\r\n", "")),
            _ => self.body.clone().into_bytes(),
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
    }
}

/// `=?utf-8?b?…?=`, and plain words between.
fn decoded_words(line: &str) -> String {
    let mut rest = line.replace("?= =?", "?==?");
    let mut out = String::new();
    while let Some((plain, encoded)) = rest.split_once("=?utf-8?b?") {
        let (word, after) = encoded.split_once("?=").unwrap();
        out.push_str(plain);
        out.push_str(&String::from_utf8(STANDARD.decode(word).unwrap()).unwrap());
        rest = after.to_owned();
    }
    out + &rest
}

fn unquoted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            let digits = std::str::from_utf8(&digits).unwrap().to_owned();
            bytes.push(u8::from_str_radix(&digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    bytes
}

/// What the server says and has taken.
struct Desk {
    /// The answer to every `RCPT`.
    to_recipients: Mutex<String>,
    taken: watch::Sender<Vec<Mail>>,
    asked: watch::Sender<usize>,
    tls: Option<TlsAcceptor>,
}

/// A mail server.
pub(crate) struct Smtp {
    pub(crate) at: SocketAddr,
    desk: Arc<Desk>,
    accepting: JoinHandle<()>,
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Smtp {
    pub(crate) async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), None).await
    }

    /// One that wants TLS first, and a user and a password then.
    pub(crate) async fn start_secure() -> Self {
        let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        Self::start_at("127.0.0.1:0".parse().unwrap(), Some(tls)).await
    }

    pub(crate) async fn start_at(at: SocketAddr, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(at).await.unwrap();
        let at = listener.local_addr().unwrap();
        let desk = Arc::new(Desk {
            to_recipients: Mutex::new("250 OK".to_owned()),
            taken: watch::channel(Vec::new()).0,
            asked: watch::channel(0).0,
            tls,
        });
        let serving = Arc::clone(&desk);
        let accepting = tokio::spawn(async move {
            while let Ok((wire, _)) = listener.accept().await {
                let desk = Arc::clone(&serving);
                tokio::spawn(async move {
                    let _hung_up = serve(&desk, wire).await;
                });
            }
        });
        Self { at, desk, accepting }
    }

    /// From now on, every recipient gets this answer.
    pub(crate) fn say_to_recipients(&self, answer: &str) {
        answer.clone_into(&mut self.desk.to_recipients.lock().unwrap());
    }

    /// How many recipients were named.
    pub(crate) fn recipients(&self) -> usize {
        *self.desk.asked.borrow()
    }

    /// Waits until so many mails have been taken.
    pub(crate) async fn taken(&self, count: usize) -> Vec<Mail> {
        let mut taken = self.desk.taken.subscribe();
        within("a mail", taken.wait_for(|all| all.len() >= count)).await.unwrap();
        taken.borrow().clone()
    }
}

/// How a session on one wire ended.
enum End {
    Quit,
    StartTls,
}

async fn serve(desk: &Desk, mut wire: TcpStream) -> std::io::Result<()> {
    wire.write_all(b"220 mail.test ESMTP\r\n").await?;
    if let (End::StartTls, Some(tls)) = (talk(desk, &mut wire, false).await?, &desk.tls) {
        let mut wire = tls.accept(wire).await?;
        talk(desk, &mut wire, true).await?;
    }
    Ok(())
}

async fn talk(
    desk: &Desk,
    wire: &mut (impl AsyncRead + AsyncWrite + Unpin),
    secure: bool,
) -> std::io::Result<End> {
    let mut wire = BufReader::new(wire);
    let (mut signed_in, mut from, mut to) = (None, String::new(), Vec::new());
    loop {
        let line = line(&mut wire).await?;
        let word = line.split(' ').next().unwrap_or_default().to_uppercase();
        let answer = match word.as_str() {
            "EHLO" if desk.tls.is_none() => "250-mail.test\r\n250 8BITMIME".to_owned(),
            "EHLO" if !secure => "250-mail.test\r\n250 STARTTLS".to_owned(),
            "EHLO" => "250-mail.test\r\n250 AUTH PLAIN".to_owned(),
            "STARTTLS" => {
                wire.write_all(b"220 Go ahead\r\n").await?;
                return Ok(End::StartTls);
            }
            "AUTH" => {
                let secret = STANDARD.decode(line.rsplit(' ').next().unwrap()).unwrap();
                let words = String::from_utf8(secret).unwrap();
                signed_in = Some(words.trim_start_matches('\0').replace('\0', ":"));
                "235 Welcome".to_owned()
            }
            "MAIL" if desk.tls.is_some() && signed_in.is_none() => "530 Who are you?".to_owned(),
            "MAIL" => {
                from = address_in(&line);
                "250 OK".to_owned()
            }
            "RCPT" => {
                desk.asked.send_modify(|count| *count += 1);
                to.push(address_in(&line));
                desk.to_recipients.lock().unwrap().clone()
            }
            "DATA" => {
                wire.write_all(b"354 Go on\r\n").await?;
                let (head, body) = data(&mut wire).await?;
                let (from, to) = (from.clone(), std::mem::take(&mut to));
                let signed_in = signed_in.clone();
                let mail = Mail { from, to, signed_in, secure, head, body };
                desk.taken.send_modify(|all| all.push(mail));
                "250 Taken".to_owned()
            }
            "QUIT" => {
                wire.write_all(b"221 Bye\r\n").await?;
                return Ok(End::Quit);
            }
            _ => "250 OK".to_owned(),
        };
        wire.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

fn address_in(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.unwrap_or_else(|| panic!("no address in {line}")).0.to_owned()
}

async fn line(wire: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<String> {
    let mut line = String::new();
    match wire.read_line(&mut line).await? {
        0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
    }
}

/// What comes until a line with a dot alone, the doubled dots undone.
async fn data(wire: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<(String, String)> {
    let mut lines = Vec::new();
    loop {
        let line = line(wire).await?;
        if line == "." {
            break;
        }
        lines.push(line.strip_prefix('.').map_or(line.clone(), str::to_owned));
    }
    let whole = lines.join("\r\n");
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    Ok((head.to_owned(), body.to_owned()))
}
