//! Transcripts played with a server that runs, over the socket that customers use.
//!
//! A visitor's client sees neither queues nor clocks. So `queue:` is not looked at, and a talk
//! ends before the first line that changes the time, the settings or who is on duty.

use std::time::Duration;

use anyhow::Context as _;
use futures_util::SinkExt as _;
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio::time::timeout_at;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::authoring::transcript::Cue;
use crate::authoring::transcript::Happening;
use crate::authoring::transcript::Kind;
use crate::authoring::transcript::LineKind;
use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::stage::Failure;
use crate::authoring::transcript::stage::Stage;
use crate::cli::Failed;
use crate::cli::test::TranscriptFile;
use crate::cli::test::report::FileReport;

/// How long a turn may take, a wait for more messages included.
const PATIENCE: Duration = Duration::from_secs(6);
/// After so much silence nothing more comes of a turn.
const QUIET: Duration = Duration::from_millis(250);
/// Talks at a time: a server limits what one address may do.
const AT_ONCE: usize = 8;

type Wire = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Plays every transcript as a visitor of its own.
pub(super) async fn play_all(
    url: &str,
    files: &[TranscriptFile],
) -> Result<Vec<FileReport>, Failed> {
    let url = socket_of(url)?;
    let talks = files.iter().map(|file| play(&url, file));
    let done: Vec<anyhow::Result<FileReport>> =
        futures_util::stream::iter(talks).buffered(AT_ONCE).collect().await;
    Ok(done.into_iter().collect::<anyhow::Result<_>>()?)
}

/// The address of the visitors' socket.
fn socket_of(url: &str) -> Result<String, Failed> {
    let url = url.trim_end_matches('/');
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let scheme = match scheme {
        "http" | "ws" => "ws",
        "https" | "wss" => "wss",
        other => return Err(Failed::Use(format!("`{other}://` is not the address of a server"))),
    };
    Ok(format!("{scheme}://{}/v1/chat", rest.trim_end_matches("/v1/chat")))
}

async fn play(url: &str, file: &TranscriptFile) -> anyhow::Result<FileReport> {
    let mut report = FileReport {
        file: file.path.display().to_string(),
        failure: None,
        blessed: false,
        note: None,
        record: String::new(),
    };
    let transcript = match &file.read {
        Ok(transcript) => visible(transcript),
        Err(failure) => {
            report.failure = Some(failure.clone());
            return Ok(report);
        }
    };
    let mut visitor = Visitor::arrive(url, &transcript).await?;
    let mut stage = Stage::new(&transcript);
    match visitor.perform_all(&mut stage).await? {
        Ended::Held => {}
        Ended::Broken(failure) => report.failure = Some(failure),
        Ended::Unplayable { line, cue } => {
            report.note =
                Some(format!("played up to line {line}: `{cue}` is not playable on a server"));
        }
    }
    report.record = visitor.record.join("\n");
    visitor.wire.close(None).await.ok();
    Ok(report)
}

/// The transcript without what a visitor's client is not shown.
fn visible(transcript: &Transcript) -> Transcript {
    let mut transcript = transcript.clone();
    transcript.lines.retain(
        |line| !matches!(&line.kind, LineKind::Expect(wanted) if matches!(wanted.kind, Kind::Queue | Kind::Action)),
    );
    transcript
}

enum Ended {
    Held,
    Broken(Failure),
    Unplayable { line: usize, cue: String },
}

/// Buttons on offer.
struct Offer {
    seq: u64,
    choices: Vec<Button>,
}

struct Visitor {
    wire: Wire,
    offer: Option<Offer>,
    /// Frames sent so far, for their ids.
    sent: usize,
    record: Vec<String>,
}

/// What a talk looks at of a frame.
#[derive(Deserialize)]
struct Seen {
    #[serde(rename = "type")]
    kind_of_frame: String,
    kind: Option<String>,
    id: Option<String>,
    seq: Option<u64>,
    text: Option<String>,
    from: Option<SeenAuthor>,
    #[serde(default)]
    choices: Vec<Button>,
    status: Option<String>,
    reason: Option<String>,
    topic: Option<String>,
    state: Option<String>,
    outcome: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct SeenAuthor {
    role: String,
}

#[derive(Deserialize)]
struct Button {
    value: String,
    label: String,
}

impl Visitor {
    async fn arrive(url: &str, transcript: &Transcript) -> anyhow::Result<Self> {
        let connecting = timeout_at(Instant::now() + PATIENCE, connect_async(url)).await;
        let (mut wire, _) = connecting
            .context("the server does not answer in time")?
            .with_context(|| format!("no visitor can connect to {url}"))?;
        let hello = json!({"type": "hello", "lang": [transcript.lang.code()]}).to_string();
        wire.send(Message::text(hello)).await?;
        Ok(Self { wire, offer: None, sent: 0, record: Vec::new() })
    }

    async fn perform_all(&mut self, stage: &mut Stage<'_>) -> anyhow::Result<Ended> {
        // The greeting is the first turn; nothing was sent for it.
        let greeting = self.listen(stage, None).await?;
        if let Err(message) = greeting {
            return Ok(Ended::Broken(stage.failed(message)));
        }
        loop {
            let cue = match stage.next_cue() {
                Ok(Some(cue)) => cue.clone(),
                Ok(None) => return Ok(Ended::Held),
                Err(failure) => return Ok(Ended::Broken(failure)),
            };
            if !cue.is_visitors() {
                return Ok(Ended::Unplayable { line: stage.line(), cue: cue.to_string() });
            }
            self.record.push(cue.to_string());
            let frame = match self.frame_of(&cue) {
                Ok(frame) => frame,
                Err(message) => return Ok(Ended::Broken(stage.failed(message))),
            };
            let id = format!("t{}", self.sent);
            self.wire.send(Message::text(frame)).await.context("the server hung up")?;
            if let Err(message) = self.listen(stage, Some(&id)).await? {
                return Ok(Ended::Broken(stage.failed(message)));
            }
        }
    }

    fn frame_of(&mut self, cue: &Cue) -> Result<String, String> {
        self.sent += 1;
        let id = format!("t{}", self.sent);
        let frame = match cue {
            Cue::Say(text) => json!({"type": "message", "id": id, "text": text}),
            Cue::Press(button) => {
                let offer = self.offer.as_ref().ok_or("there is no button")?;
                let choice = offer
                    .choices
                    .iter()
                    .find(|choice| choice.value == *button || choice.label == *button)
                    .ok_or("there is no such button")?;
                json!({"type": "choice", "id": id, "seq": offer.seq, "value": choice.value})
            }
            Cue::Person => json!({"type": "human", "id": id}),
            Cue::Language(language) => {
                json!({"type": "lang", "id": id, "lang": language.code()})
            }
            Cue::Leave => json!({"type": "end", "id": id}),
            Cue::Later(_) | Cue::Burst(_) | Cue::Duty(_) | Cue::Answer(_) | Cue::Fails(_) => {
                return Err("not playable on a server".to_owned());
            }
        };
        Ok(frame.to_string())
    }

    /// Takes in what comes of a turn, until its expectations are met and nothing more comes. The
    /// inner error is what the server refused.
    async fn listen(
        &mut self,
        stage: &mut Stage<'_>,
        id: Option<&str>,
    ) -> anyhow::Result<Result<(), String>> {
        let give_up = Instant::now() + PATIENCE;
        let mut acked = id.is_none().then_some(0);
        let mut heard: Vec<(u64, Happening)> = Vec::new();
        let mut answered = false;
        loop {
            // Whoever waits for an answer waits long; otherwise nothing more comes after a pause.
            let done = acked.is_some()
                && stage.is_held()
                && (answered || (id.is_some() && stage.expects_nothing()));
            let until = if done { give_up.min(Instant::now() + QUIET) } else { give_up };
            let frame = match timeout_at(until, self.wire.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => text,
                Ok(Some(Ok(_))) => continue,
                Ok(_) if acked.is_some() => break,
                Ok(_) => anyhow::bail!("the server closed the socket"),
                Err(_) => break,
            };
            let seen: Seen = serde_json::from_str(&frame).context("a frame cannot be read")?;
            match seen.kind_of_frame.as_str() {
                "ping" => self.wire.send(Message::text(r#"{"type":"pong"}"#)).await?,
                "ack" if seen.id.as_deref() == id => acked = seen.seq,
                "error" if seen.id.is_none() || seen.id.as_deref() == id => {
                    let code = seen.code.unwrap_or_default();
                    return Ok(Err(format!(
                        "refused ({code}): {}",
                        seen.message.unwrap_or_default()
                    )));
                }
                "event" => {
                    answered |= seen.from.as_ref().is_some_and(|author| author.role == "bot")
                        || seen.kind.as_deref() == Some("ended");
                    self.take(seen, &mut heard);
                }
                _ => {}
            }
            // What came of the turn before may still arrive after this one was sent.
            let own = heard.iter().filter(|(seq, _)| acked.is_none_or(|acked| *seq >= acked));
            stage.happened(own.map(|(_, happening)| happening.clone()).collect());
        }
        self.record.extend(heard.iter().map(|(_, happening)| happening.to_string()));
        match acked {
            Some(_) => Ok(Ok(())),
            None => Ok(Err("the server did not take it in time".to_owned())),
        }
    }

    fn take(&mut self, seen: Seen, heard: &mut Vec<(u64, Happening)>) {
        let seq = seen.seq.unwrap_or_default();
        let mut put =
            |kind, text: String| heard.push((seq, Happening { kind, text, variants: Vec::new() }));
        let joined =
            |parts: [Option<String>; 3]| parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        match seen.kind.as_deref() {
            Some("message") if seen.from.is_some_and(|author| author.role == "bot") => {
                let text = seen.text.unwrap_or_default();
                put(Kind::Bot, text.split_whitespace().collect::<Vec<_>>().join(" "));
                if !seen.choices.is_empty() {
                    let labels: Vec<&str> =
                        seen.choices.iter().map(|choice| choice.label.as_str()).collect();
                    put(Kind::Choices, labels.join(" | "));
                    self.offer = Some(Offer { seq, choices: seen.choices });
                }
            }
            Some("topic") => put(Kind::Topic, joined([seen.topic, seen.state, seen.outcome])),
            Some("status") => put(Kind::Status, joined([seen.status, seen.reason, None])),
            Some("ended") => put(Kind::Ended, seen.outcome.unwrap_or_default()),
            _ => {}
        }
    }
}
