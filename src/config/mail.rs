//! By which server mail goes, from whom, and who is written to.

use axum::http::Uri;
use lettre::Address;
use lettre::message::Mailbox;
use serde::Deserialize;
use serde::Serialize;

use crate::config::system::SECRET_PREFIX;

/// Mail to teams and customers. The password stands in a variable, never here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mail {
    /// The name of the SMTP server; empty = no mail is sent.
    pub server: String,
    /// Its port.
    pub server_port: u16,
    /// How the way there is protected.
    pub tls: MailTls,
    /// As whom this server signs in there; empty = it does not.
    pub user: String,
    /// From whom mail comes, such as `Bank <chat@bank.example>`.
    pub from: String,
    /// Where the console is; a team's mail leads there.
    pub console_url: String,
    /// Where the customers' chat is; a customer's mail leads there. Empty = they get none.
    pub chat_url: String,
    /// Who is told of matters of teams that have no address of their own; empty = nobody.
    pub team_address: String,
    /// How long somebody waits in a queue before its team is told; 0 = it never is.
    pub waiting_s: u32,
    /// How long a person's answer may be unread before the customer is told.
    pub answer_after_s: u32,
    /// Whether a customer's mail holds the answer itself.
    pub include_text: bool,
}

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// By TLS that both agree on first; without it nothing is sent.
    #[default]
    Starttls,
    /// By TLS from the first byte on.
    Tls,
    /// Not at all: for a server on this machine.
    None,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            server: String::new(),
            server_port: 587,
            tls: MailTls::default(),
            user: String::new(),
            from: String::new(),
            console_url: String::new(),
            chat_url: String::new(),
            team_address: String::new(),
            waiting_s: 600,
            answer_after_s: 300,
            include_text: false,
        }
    }
}

impl Mail {
    /// Whether any is sent.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.server.is_empty()
    }

    /// The variable that holds the password.
    #[must_use]
    pub fn secret_variable() -> String {
        format!("{SECRET_PREFIX}MAIL")
    }

    /// What is wrong with these settings.
    pub(super) fn check(&self) -> Result<(), String> {
        if !self.is_on() {
            return Ok(());
        }
        if self.from.parse::<Mailbox>().is_err() {
            return Err(format!(
                "`mail.from` must be an e-mail address, such as `Bank <chat@bank.example>`, not \
                 `{}`",
                self.from
            ));
        }
        if !self.team_address.is_empty() && self.team_address.parse::<Address>().is_err() {
            return Err(format!(
                "`mail.team_address` must be an e-mail address or empty, not `{}`",
                self.team_address
            ));
        }
        if !is_address(&self.console_url) {
            return Err(format!(
                "`mail.console_url` must say where the console is, such as \
                 https://chat.bank.example/console, not `{}`",
                self.console_url
            ));
        }
        if !self.chat_url.is_empty() && !is_address(&self.chat_url) {
            return Err(format!(
                "`mail.chat_url` must be an address such as https://www.bank.example/chat or \
                 empty, not `{}`",
                self.chat_url
            ));
        }
        if !self.user.is_empty() && self.tls == MailTls::None {
            return Err(
                "`mail.user` signs in with a password, which must not go in the clear: set \
                 `mail.tls` to \"starttls\" or \"tls\""
                    .to_owned(),
            );
        }
        Ok(())
    }
}

/// Whether a text is an address that one can open and put something behind.
fn is_address(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    matches!(uri.scheme_str(), Some("http" | "https"))
        && uri.host().is_some_and(|it| !it.is_empty())
}
