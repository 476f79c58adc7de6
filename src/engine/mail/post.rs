//! The way to the mail server: one connection a mail, by TLS unless the settings say otherwise.
//!
//! Addresses and subjects are typed: what stands in them cannot become a header of its own.

use std::time::Duration;
use std::time::UNIX_EPOCH;

use lettre::Address;
use lettre::AsyncSmtpTransport;
use lettre::AsyncTransport as _;
use lettre::Message;
use lettre::Tokio1Executor;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::message::header::HeaderName;
use lettre::message::header::HeaderValue;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::Tls;
use lettre::transport::smtp::client::TlsParameters;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Severity;

use crate::config::mail::Mail;
use crate::config::mail::MailTls;
use crate::engine::mail::letter::Letter;

/// For the connection, and for each word of the server.
const ANSWER: Duration = Duration::from_secs(20);
/// Said when it is this server that may not send, whatever the mail: an operator mends that, and the
/// mail goes then.
const NOT_SIGNED_IN: [u16; 4] = [530, 534, 535, 538];

/// Sends.
pub(super) struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why no mail can be sent.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// Nobody can sign in.
    #[error("`mail.user` is set, and its password is not: it must stand in the variable {0}")]
    NoSecret(String),
    /// The settings name no sender.
    #[error("`mail.from` must be an e-mail address, such as `Bank <chat@bank.example>`")]
    NoSender,
    /// There is no TLS to this server.
    #[error("`mail.server`: TLS to it cannot be set up: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// Why a mail was not taken, with the server's status if it gave one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// For good.
    Refused(Option<u16>),
    /// Another try may do better.
    Passing(Option<u16>),
}

impl Post {
    /// To the server of the settings.
    pub(super) fn new(
        settings: &Mail,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, PostError> {
        let from: Mailbox = settings.from.parse().map_err(|_| PostError::NoSender)?;
        let parameters = || TlsParameters::new(settings.server.clone());
        let tls = match settings.tls {
            MailTls::Starttls => Tls::Required(parameters()?),
            MailTls::Tls => Tls::Wrapper(parameters()?),
            MailTls::None => Tls::None,
        };
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.server)
                .port(settings.server_port)
                .tls(tls)
                .hello_name(ClientId::Domain(from.email.domain().to_owned()))
                .timeout(Some(ANSWER));
        if !settings.user.is_empty() {
            let name = Mail::secret_variable();
            let secret = variable(&name).filter(|secret| !secret.is_empty());
            let secret = secret.ok_or(PostError::NoSecret(name))?;
            transport = transport.credentials(Credentials::new(settings.user.clone(), secret));
        }
        Ok(Self { transport: transport.build(), from })
    }

    /// What stands behind the @ of the sender, and so in the ids of mails.
    pub(super) fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// One try.
    pub(super) async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let message = self.message(letter).map_err(|_| Failure::Refused(None))?;
        let sent = self.transport.send(message).await;
        sent.map(drop).map_err(|error| {
            let status = error.status().map(u16::from);
            let about_us = status.is_some_and(|status| NOT_SIGNED_IN.contains(&status));
            let for_good = error
                .status()
                .is_some_and(|code| code.severity == Severity::PermanentNegativeCompletion);
            if for_good && !about_us { Failure::Refused(status) } else { Failure::Passing(status) }
        })
    }

    fn message(&self, letter: &Letter) -> Result<Message, lettre::error::Error> {
        let since = Duration::from_millis(u64::try_from(letter.at.0).unwrap_or(0));
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, Address::clone(&letter.to)))
            .subject(letter.subject.as_str())
            .date(UNIX_EPOCH + since)
            .message_id(Some(letter.id.clone()))
            // No machine answers it with "I am on holiday".
            .raw_header(plain_header("Auto-Submitted", "auto-generated"))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
    }
}

fn plain_header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
