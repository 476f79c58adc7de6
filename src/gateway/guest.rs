//! A welcomed visitor, however they are connected: what their frames ask for and what answers them.
//!
//! The socket and the calls for browsers without one go through here, so that both keep the same
//! promises by the same code. Nothing here knows how frames travel.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::bus::Doorbell;
use crate::bus::Passing;
use crate::bus::Writer;
use crate::conversation::input::Act;
use crate::engine::Receipt;
use crate::engine::Sender;
use crate::engine::Submission;
use crate::engine::SubmitError;
use crate::gateway::answer::error_frame;
use crate::gateway::app::App;
use crate::gateway::attachments;
use crate::gateway::hello::Met;
use crate::gateway::over::Over;
use crate::gateway::over::failed;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::ids::VisitorId;
use crate::privacy;
use crate::protocol::Ack;
use crate::protocol::ErrorFrame;
use crate::protocol::code::Close;
use crate::protocol::code::Code;
use crate::protocol::visitor::ClientFrame;
use crate::protocol::visitor::ReadBy;
use crate::protocol::visitor::ServerFrame;
use crate::protocol::visitor::Welcome;
use crate::protocol::visitor::parse;
use crate::store::Reader;
use crate::telemetry::metrics::Limited;

/// Refusals in a row for flooding after which the visitor is cut off.
const FLOOD: u32 = 40;
/// … and after which nobody looks any more whether they were taken before: who repeats begins with
/// what was.
const LOOKED_FOR: u32 = 10;

/// Where a receipt comes.
pub(super) type Receiving = oneshot::Receiver<Result<Receipt, SubmitError>>;

/// A visitor who has been welcomed, on one connection.
pub(super) struct Guest<'a> {
    app: &'a App,
    met: Met,
    sender: Sender,
    /// Where this visitor's own connection hears of things, so that it is not told what it said.
    doorbell: Arc<Doorbell>,
    /// The newest event that the visitor has said to have read.
    read: Seq,
    /// Frames refused for flooding since the last one that was not.
    floods: u32,
    /// The frame that asks for the end.
    ending: Option<FrameId>,
    /// Whether all that is left to do is to rate what was ended.
    parting: bool,
}

/// What became of a frame.
pub(super) enum Taken {
    /// It is on its way to the log; the receipt tells.
    Submitted(FrameId, Receiving),
    /// It was refused.
    Refused(ErrorFrame),
    /// It is done, and has no answer.
    Done,
}

impl<'a> Guest<'a> {
    pub(super) fn new(app: &'a App, met: Met, doorbell: Arc<Doorbell>) -> Self {
        let visitor = met.arrived.visitor.clone();
        let sender = match met.customer {
            Some(_) => Sender::Customer(visitor),
            None => Sender::Visitor(visitor),
        };
        let read = met.arrived.read_by_visitor;
        Self { app, sender, read, floods: 0, ending: None, parting: false, doorbell, met }
    }

    /// Who ended their conversation, and with it what their token was worth for anything else.
    pub(super) fn parting(app: &'a App, met: Met) -> Self {
        Self { parting: true, ..Self::new(app, met, Arc::default()) }
    }

    /// Waits until the visitor may not be here any more.
    pub(super) async fn signed_out(&self) {
        self.met.signed_out().await;
    }

    /// Who it is.
    pub(super) fn visitor(&self) -> &VisitorId {
        &self.met.arrived.visitor
    }

    /// The newest event when the visitor arrived.
    pub(super) fn newest(&self) -> Seq {
        self.met.arrived.seq
    }

    pub(super) fn welcome(&self) -> ServerFrame {
        welcome(self.app, &self.met)
    }

    /// Lets the bot greet a visitor to whom nobody has said anything yet.
    pub(super) async fn greet(&self) -> Result<(), Over> {
        if self.met.arrived.seq > Seq::ZERO {
            return Ok(());
        }
        let (engine, conversation) = (&self.app.engine, &self.met.arrived.conversation);
        let greeted = match &self.met.customer {
            None => engine.greet(conversation).await,
            Some(known) => {
                engine.identify(conversation, &known.key, known.name.clone()).await.map(drop)
            }
        };
        greeted.map_err(|error| failed(&error))
    }

    /// Reads a frame; what is for the log is handed to the engine, the rest is done at once.
    /// `shown` is the newest event that the client can have shown.
    pub(super) async fn take(&mut self, text: &str, shown: Seq) -> Result<Taken, Over> {
        let frame = match parse(text, &self.app.settings.limits.on_the_wire()) {
            Ok(frame) => frame,
            Err(error) => return Ok(self.refused(error.into())),
        };
        match frame {
            ClientFrame::Message { id, text, attachments } if attachments.is_empty() => {
                let masked = privacy::mask(&text);
                let hidden = !masked.kinds.is_empty();
                let text = masked.text.into_owned();
                self.submit(id, Act::Said { text, masked: hidden }).await
            }
            ClientFrame::Message { id, text, attachments } => {
                self.send(id, &text, &attachments).await
            }
            ClientFrame::Choice { id, seq, value } => {
                self.submit(id, Act::Chose { offer: seq, value }).await
            }
            ClientFrame::Human { id } => self.submit(id, Act::WantsPerson).await,
            ClientFrame::Lang { id, lang } => self.submit(id, Act::ChoseLanguage(lang)).await,
            ClientFrame::Rating { id, score, comment } => {
                let comment = comment.map(|comment| privacy::mask(&comment).text.into_owned());
                self.submit(id, Act::Rated { score, comment }).await
            }
            ClientFrame::End { id } => {
                self.ending = Some(id.clone());
                self.submit(id, Act::Leave).await
            }
            ClientFrame::Typing => {
                if !self.parting {
                    self.typing();
                }
                Ok(Taken::Done)
            }
            ClientFrame::Read { seq } => {
                self.read(seq.min(shown)).await?;
                Ok(Taken::Done)
            }
            ClientFrame::Hello(_) => {
                let error = "hello was said already";
                Ok(self.refused(ErrorFrame::new(Code::WrongStatus, error)))
            }
            ClientFrame::Pong => Ok(Taken::Done),
        }
    }

    /// Takes a message with files.
    async fn send(&mut self, id: FrameId, text: &str, files: &[String]) -> Result<Taken, Over> {
        let conversation = &self.met.arrived.conversation;
        let sent = attachments::send(self.app, self.visitor(), conversation, files).await;
        let sent = sent.map_err(|error| failed(&error.into()))?;
        // A repetition is answered as such, whatever has become of its files.
        let known = sent.is_none() && self.known(&id).await?.is_some();
        let Some(attachments) = sent.or(known.then(Vec::new)) else {
            let error = "`attachments` names a file that is not the visitor's, or is gone";
            return Ok(self.refused(ErrorFrame::answering(&id, Code::BadField, error)));
        };
        let masked = privacy::mask(text);
        let hidden = !masked.kinds.is_empty();
        let text = masked.text.into_owned();
        self.submit(id, Act::Sent { text, masked: hidden, attachments }).await
    }

    /// Hands an input to the engine, unless the visitor sends too much. What was taken before is
    /// no more of it: a client that comes back repeats blindly what it has no ack for.
    async fn submit(&mut self, id: FrameId, act: Act) -> Result<Taken, Over> {
        if self.parting && !matches!(act, Act::Rated { .. } | Act::Leave) {
            let known = self.known(&id).await?;
            return known.map(|it| Taken::Submitted(id, it)).ok_or(Close::Unauthorized.into());
        }
        if let Err(too_fast) = self.app.message_rate.take(self.visitor()) {
            if self.floods < LOOKED_FOR
                && let Some(receiving) = self.known(&id).await?
            {
                return Ok(Taken::Submitted(id, receiving));
            }
            self.floods += 1;
            self.app.metrics.limited(Limited::Messages).inc();
            if self.floods > FLOOD {
                return Err(Close::Flooding.into());
            }
            let error = "too many messages; wait a moment";
            let mut frame = ErrorFrame::answering(&id, Code::RateLimited, error);
            frame.retry_after_s = Some(too_fast.retry_after_s);
            return Ok(self.refused(frame));
        }
        self.floods = 0;
        let receipt = self.app.engine.enqueue(Submission {
            conversation: self.met.arrived.conversation.clone(),
            sender: self.sender.clone(),
            id: Some(id.clone()),
            act,
        });
        Ok(Taken::Submitted(id, receipt))
    }

    /// The receipt of a frame that was taken before.
    async fn known(&self, id: &FrameId) -> Result<Option<Receiving>, Over> {
        let known = self.app.engine.known(&self.sender, id).await;
        Ok(known.map_err(|error| failed(&error))?.map(|receipt| {
            let (done, receiving) = oneshot::channel();
            // The receiver is at hand.
            let _ = done.send(Ok(receipt));
            receiving
        }))
    }

    /// A customer who ends the conversation leaves no way back in for whoever comes after them at
    /// the same browser: the next hello needs the bank's word. This connection goes on.
    async fn revoke_tokens(&self) -> Result<(), Over> {
        let Some(known) = &self.met.customer else { return Ok(()) };
        let revoked = self.app.directory.revoke_tokens(&known.key, self.app.clock.now()).await;
        revoked.map_err(|error| failed(&error.into()))
    }

    fn refused(&self, error: ErrorFrame) -> Taken {
        self.app.metrics.refusals(error.code).inc();
        Taken::Refused(error)
    }

    fn typing(&self) {
        if self.app.typing_rate.take(self.visitor()).is_ok() {
            let conversation = self.met.arrived.conversation.clone();
            let passing = Passing::Typing { conversation, from: Writer::Visitor };
            self.app.engine.tell(&passing, &self.doorbell);
        }
    }

    async fn read(&mut self, seq: Seq) -> Result<(), Over> {
        // A cursor that went back would be no news to anybody.
        if seq <= self.read {
            return Ok(());
        }
        self.read = seq;
        self.app
            .engine
            .read_up_to(&self.met.arrived.conversation, Reader::Visitor, seq, &self.doorbell)
            .await
            .map_err(|error| failed(&error))
    }

    /// The ack, or the error, that answers a frame whose receipt is there.
    pub(super) async fn answer(
        &self,
        id: FrameId,
        result: Result<Receipt, SubmitError>,
    ) -> Result<ServerFrame, Over> {
        Ok(match result {
            Ok(receipt) => {
                if receipt.duplicate {
                    self.app.metrics.duplicates.inc();
                }
                // Before the ack, and again where the ack was lost.
                if self.ending.as_ref() == Some(&id) {
                    self.revoke_tokens().await?;
                }
                ServerFrame::Ack(Ack {
                    id,
                    conversation: receipt.conversation,
                    seq: receipt.seq,
                    duplicate: receipt.duplicate,
                })
            }
            Err(error) => {
                let frame = error_frame(&error, Some(id));
                self.app.metrics.refusals(frame.code).inc();
                ServerFrame::Error(frame)
            }
        })
    }
}

/// The answer to a hello.
pub(super) fn welcome(app: &App, met: &Met) -> ServerFrame {
    let limits = &app.settings.limits;
    let arrived = &met.arrived;
    ServerFrame::Welcome(Box::new(Welcome {
        token: met.token.clone(),
        visitor: arrived.visitor.clone(),
        conversation: arrived.conversation.clone(),
        seq: arrived.seq,
        resumed: arrived.resumed,
        lang: arrived.lang,
        status: arrived.status,
        identity: met.identity(),
        read: ReadBy { visitor: arrived.read_by_visitor, agent: arrived.read_by_agent },
        ping_s: limits.ping_s,
        limits: limits.on_the_wire(),
    }))
}
