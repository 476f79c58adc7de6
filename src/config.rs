//! Settings: what may differ between two installations of the same binary.
//!
//! Every key has a default, so an empty file works; `config/skicka.toml` shows them all. What a
//! support team writes (intents, dialogues, teams) is content and does not stand here.
//!
//! **Invariant:** a [`Settings`] that [`load::load`] gave back is within the ranges of
//! [`load::RANGES`]; nothing behind it checks again.

use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde::Serialize;

use crate::language::Language;
use crate::privacy::files::FileKind;
use crate::privacy::retention::Retention;
use crate::protocol;

pub mod agents;
pub mod door;
pub mod identity;
pub mod load;
pub mod mail;
pub mod network;
pub mod oidc;
pub mod origin;
pub mod push;
pub mod system;
pub mod tls;

use agents::Agents;
use door::Door;
use identity::Identity;
use mail::Mail;
use network::Network;
use origin::Origin;
use push::Push;
use system::System;
use tls::Tls;

/// All settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Where it listens for those who answer and for metrics; with none, where for all.
    pub admin_listen: Door,
    /// The folder of the database.
    pub data: PathBuf,
    /// The folder that holds `intents/` and `dialogues/`.
    pub content: PathBuf,
    /// Where trained models are kept; empty = `models` in the folder of the database.
    pub models: PathBuf,
    /// Who may connect, and through what.
    pub server: Server,
    /// With what the server proves who it is.
    pub tls: Tls,
    /// How much, how fast, how long.
    pub limits: Limits,
    /// How the bot keeps time.
    pub conversation: Conversation,
    /// Which other systems dialogues may call.
    pub actions: Actions,
    /// Whom to tell of messages that nobody has read.
    pub push: Push,
    /// By which server mail goes, and who is written to.
    pub mail: Mail,
    /// How the database writes.
    pub store: Store,
    /// How those who answer sign in.
    pub agents: Agents,
    /// How the bank says who a customer is.
    pub identity: Identity,
    /// What the chat window shows before anybody has said anything.
    pub chat: Chat,
    /// What files customers may send.
    pub attachments: Attachments,
    /// How long which kind of data is kept.
    pub retention: Retention,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            admin_listen: Door::default(),
            data: PathBuf::from("data"),
            content: PathBuf::from("."),
            models: PathBuf::new(),
            server: Server::default(),
            tls: Tls::default(),
            limits: Limits::default(),
            conversation: Conversation::default(),
            actions: Actions::default(),
            push: Push::default(),
            mail: Mail::default(),
            store: Store::default(),
            agents: Agents::default(),
            identity: Identity::default(),
            chat: Chat::default(),
            attachments: Attachments::default(),
            retention: Retention::default(),
        }
    }
}

impl Settings {
    /// Where trained models are kept.
    #[must_use]
    pub fn models(&self) -> PathBuf {
        if self.models.as_os_str().is_empty() {
            self.data.join("models")
        } else {
            self.models.clone()
        }
    }
}

/// Who may connect, and through what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Server {
    /// Origins of pages that may carry the chat window, besides the server's own.
    pub allowed_origins: Vec<Origin>,
    /// Origins of pages that may show the page with the chat in a frame.
    pub frame_ancestors: Vec<Origin>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Whether browsers reach the server by https, which a proxy ends; with a certificate of the
    /// server's own they do.
    pub https: bool,
    /// The account that is made when there is none.
    pub admin_email: String,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            allowed_origins: Vec::new(),
            frame_ancestors: Vec::new(),
            trusted_proxies: Vec::new(),
            https: false,
            admin_email: "admin@skicka.local".to_owned(),
        }
    }
}

/// How much, how fast, how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// The heartbeat: a `ping` after this much silence, dead after twice as much.
    pub ping_s: u32,
    /// For the first frame after the upgrade.
    pub hello_s: u32,
    /// For the head of a request, and for the next request on a connection.
    pub header_s: u32,
    /// A socket whose reader takes longer than this is closed.
    pub write_s: u32,
    /// How long a stopping server waits for its sockets.
    pub drain_s: u32,
    /// An agent who is gone for longer gives back what they hold.
    pub agent_grace_s: u32,
    /// The longest text, in characters.
    pub text_chars: u32,
    /// The largest frame.
    pub frame_bytes: u32,
    /// Inputs that may wait in all conversations together; newcomers are sent away at half of it.
    pub inputs_waiting: u32,
    /// What one visitor may send; 0 = no limit.
    pub messages_per_minute: u32,
    /// What one connection may send, whatever it is; 0 = no limit.
    pub frames_per_minute: u32,
    /// The same in bytes; 0 = no limit.
    pub bytes_per_minute: u32,
    /// New conversations of strangers from one address; 0 = no limit.
    pub conversations_per_minute: u32,
    /// The same from all together; 0 = no limit.
    pub conversations_in_all: u32,
    /// Tries to sign in, by account and by address.
    pub logins_per_minute: u32,
    /// What one address may have open; 0 = no limit.
    pub connections_per_address: u32,
    /// What all may have open together.
    pub connections: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            ping_s: 25,
            hello_s: 10,
            header_s: 5,
            write_s: 10,
            drain_s: 10,
            agent_grace_s: 60,
            text_chars: 4_000,
            frame_bytes: 65_536,
            inputs_waiting: 20_000,
            messages_per_minute: 40,
            frames_per_minute: 1_200,
            bytes_per_minute: 4_194_304,
            conversations_per_minute: 300,
            conversations_in_all: 30_000,
            logins_per_minute: 10,
            connections_per_address: 200,
            connections: 15_000,
        }
    }
}

impl Limits {
    /// What a client is told of them.
    #[must_use]
    pub fn on_the_wire(&self) -> protocol::Limits {
        protocol::Limits {
            text_chars: self.text_chars,
            frame_bytes: self.frame_bytes,
            messages_per_minute: self.messages_per_minute,
        }
    }
}

/// A setting in seconds as a length of time.
#[must_use]
pub fn seconds(setting: u32) -> Duration {
    Duration::from_secs(u64::from(setting))
}

/// How the bot keeps time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conversation {
    /// The language of a visitor who has named none that the bot speaks.
    pub language: Language,
    /// How long an unclear message waits for what may follow it; 0 = not at all.
    pub burst_ms: u32,
    /// After how much silence of the visitor the bot closes a conversation.
    pub idle_close_min: u32,
    /// Messages in a row that may fail to be understood before a person is brought.
    pub misses_before_person: u32,
    /// The same for answers to one question.
    pub misses_per_question: u32,
    /// The same for a whole conversation.
    pub misses_in_all: u32,
    /// How often one question may be left open by "I am at it" before a person is offered.
    pub holds_per_question: u32,
}

impl Default for Conversation {
    fn default() -> Self {
        Self {
            language: Language::Sv,
            burst_ms: 1_200,
            idle_close_min: 60,
            misses_before_person: 3,
            misses_per_question: 4,
            misses_in_all: 8,
            holds_per_question: 3,
        }
    }
}

/// Which other systems dialogues may call. Their secrets stand in variables, never here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Actions {
    /// Names and addresses; nothing else is ever called.
    pub systems: Vec<System>,
    /// The largest answer that is read.
    pub answer_bytes: u32,
    /// Calls that run at once; further ones wait.
    pub at_once: u32,
}

impl Default for Actions {
    fn default() -> Self {
        Self { systems: Vec::new(), answer_bytes: 262_144, at_once: 64 }
    }
}

/// How the database writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Store {
    /// What a commit waits for.
    pub synchronous: Synchronous,
}

/// What a commit waits for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// For the disk: what was acknowledged survives a power cut.
    #[default]
    Full,
    /// For the operating system: the last moments may be lost in a power cut.
    Normal,
}

/// What the chat window shows before anybody has said anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Chat {
    /// The customer agrees to this before the first message; empty = nothing is asked.
    pub consent: Texts,
    /// The address of the privacy notice; empty = no link.
    pub privacy_notice: Texts,
    /// `auto`, `light` or `dark`.
    pub theme: Theme,
}

/// What files customers may send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attachments {
    /// Whether any.
    pub enabled: bool,
    /// The largest.
    pub max_bytes: u32,
    /// Of which kinds, out of those that are known by their content.
    pub types: Vec<FileType>,
}

impl Default for Attachments {
    fn default() -> Self {
        Self {
            enabled: false,
            max_bytes: 5_000_000,
            types: vec![FileType::Jpeg, FileType::Png, FileType::Webp, FileType::Pdf],
        }
    }
}

/// A kind of file that may be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileType {
    /// A photo.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// A screenshot.
    #[serde(rename = "image/png")]
    Png,
    /// A picture of either sort.
    #[serde(rename = "image/webp")]
    Webp,
    /// A picture, perhaps a moving one.
    #[serde(rename = "image/gif")]
    Gif,
    /// A document.
    #[serde(rename = "application/pdf")]
    Pdf,
}

impl FileType {
    /// The kind as content shows it.
    #[must_use]
    pub fn kind(self) -> FileKind {
        match self {
            Self::Jpeg => FileKind::Jpeg,
            Self::Png => FileKind::Png,
            Self::Webp => FileKind::Webp,
            Self::Gif => FileKind::Gif,
            Self::Pdf => FileKind::Pdf,
        }
    }
}

/// A text in each language; empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Texts {
    /// In Swedish.
    pub sv: String,
    /// In Finnish.
    pub fi: String,
    /// In English.
    pub en: String,
}

impl Texts {
    /// Whether there is nothing in any language.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.sv, &self.fi, &self.en].iter().all(|text| text.trim().is_empty())
    }
}

/// How the chat window looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the customer's device is set.
    #[default]
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

#[cfg(test)]
mod tests;
