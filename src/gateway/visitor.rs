//! A visitor's socket: hello, then frames in, acks and events out, until either side goes.
//!
//! One task does it all, so an idle visitor costs one small task. Nothing queues here without
//! bound: events are read from where the visitor stands, and at most `PENDING` frames of the
//! visitor wait for their acks before the next is read.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use tokio::time::Instant;
use tokio::time::timeout;

use crate::bus::Doorbell;
use crate::bus::Following;
use crate::bus::Passing;
use crate::bus::Writer;
use crate::config::seconds;
use crate::conversation::input::Act;
use crate::engine::Receipt;
use crate::engine::Sender;
use crate::engine::Submission;
use crate::engine::SubmitError;
use crate::engine::arrival::Arrival;
use crate::engine::arrival::Arrived;
use crate::engine::floor::Place;
use crate::gateway::answer::error_frame;
use crate::gateway::app::App;
use crate::gateway::attachments;
use crate::gateway::over::Over;
use crate::gateway::over::failed;
use crate::gateway::over::over;
use crate::gateway::peer::Peer;
use crate::gateway::socket::Received;
use crate::gateway::socket::Socket;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::ids::VisitorId;
use crate::privacy;
use crate::privacy::context::Context;
use crate::privacy::context::mask_address;
use crate::privacy::context::mask_in;
use crate::protocol::Ack;
use crate::protocol::ErrorFrame;
use crate::protocol::FrameError;
use crate::protocol::Identity;
use crate::protocol::ReadUpTo;
use crate::protocol::Sender as From;
use crate::protocol::SenderRole;
use crate::protocol::Typing;
use crate::protocol::code::Close;
use crate::protocol::code::Code;
use crate::protocol::event::Audience;
use crate::protocol::visitor::ClientFrame;
use crate::protocol::visitor::Hello;
use crate::protocol::visitor::Page;
use crate::protocol::visitor::Queue;
use crate::protocol::visitor::ReadBy;
use crate::protocol::visitor::ServerFrame;
use crate::protocol::visitor::Welcome;
use crate::protocol::visitor::parse;
use crate::store::Reader;
use crate::store::records::erased_name;

/// Frames of one visitor that may wait for their acks.
const PENDING: usize = 64;
/// Refusals in a row for flooding after which the socket is closed.
const FLOOD: u32 = 40;
/// For how long "is writing" holds.
const TYPING_TTL_S: u32 = 5;
/// "Is writing" counts at most once in this time.
const TYPING_EVERY_S: u32 = 3;

/// A frame of the visitor on its way, with the id to answer to.
type Waiting = (FrameId, Result<Receipt, SubmitError>);

/// Serves one visitor's socket to its end.
pub async fn serve(mut socket: Socket, app: Arc<App>, _peer: Peer) {
    let over = match meet(&mut socket, &app).await {
        Ok(arrived) => Visit::new(&app, arrived).run(&mut socket).await.err(),
        Err(over) => Some(over),
    };
    if let Some(Over::Close(why)) = over {
        socket.close(why).await;
    }
}

/// Waits for a hello that names something of the visitor's own.
async fn meet(socket: &mut Socket, app: &App) -> Result<Arrived, Over> {
    let met = timeout(seconds(app.settings.limits.hello_s), async {
        loop {
            let hello = match socket.recv().await {
                Received::Text(text) => match parse(&text, &app.settings.limits.on_the_wire()) {
                    Ok(ClientFrame::Hello(hello)) => hello,
                    _ => return Err(Over::from(Close::BadHello)),
                },
                other => return Err(over(&other)),
            };
            match app.engine.arrive(arrival(app, *hello)?).await {
                Ok(arrived) => return Ok(arrived),
                Err(SubmitError::Store(error)) => {
                    tracing::error!(%error, "a visitor could not be welcomed");
                    return Err(Close::StoreUnavailable.into());
                }
                Err(error) => {
                    socket.send(ServerFrame::Error(error_frame(&error, None)).to_json()).await?;
                }
            }
        }
    });
    met.await.unwrap_or_else(|_| Err(Close::TimedOut.into()))
}

fn arrival(app: &App, hello: Hello) -> Result<Arrival, Over> {
    // No bank has told this server how it signs its customers, so nobody can be verified.
    if hello.identity.is_some() {
        return Err(Close::Unauthorized.into());
    }
    let visitor = match &hello.token {
        None => None,
        Some(token) => Some(
            app.tokens
                .verify(token.expose(), app.clock.now())
                .map_err(|_| Over::from(Close::Unauthorized))?,
        ),
    };
    let pseudonym = visitor.as_ref().map(|visitor| erased_name(&app.audit.pseudonym(visitor)));
    let content = app.engine.content();
    let page = hello.page.map(|page| Page {
        url: page.url.map(|url| mask_address(&url, &content.secrets)),
        title: page.title.map(|title| {
            let patterns = Some(&*content.secrets);
            mask_in(&Context { patterns, ..Context::default() }, &title).text.into_owned()
        }),
    });
    Ok(Arrival {
        visitor,
        pseudonym,
        conversation: hello.conversation,
        after: hello.after,
        lang: hello.lang,
        page,
    })
}

/// A visitor who has been welcomed.
struct Visit<'a> {
    app: &'a App,
    arrived: Arrived,
    sender: Sender,
    doorbell: Arc<Doorbell>,
    _following: Following,
    /// The newest event that was sent.
    sent: Seq,
    /// The newest event that the visitor has said to have read.
    read: Seq,
    /// What the visitor was last told of the queue.
    place: Option<Place>,
    typed_at: Option<Instant>,
    /// Whether the client was told that the conversation was erased.
    erased: bool,
    /// Frames refused for flooding since the last one that was not.
    floods: u32,
    /// Refusals that wait to be sent.
    ready: VecDeque<String>,
}

impl<'a> Visit<'a> {
    fn new(app: &'a App, arrived: Arrived) -> Self {
        let doorbell = Arc::new(Doorbell::default());
        Self {
            app,
            sender: Sender::Visitor(arrived.visitor.clone()),
            _following: app.engine.follow(&arrived.conversation, &doorbell),
            doorbell,
            sent: arrived.from,
            read: arrived.read_by_visitor,
            place: None,
            typed_at: None,
            erased: app.engine.is_erased(&arrived.conversation),
            floods: 0,
            ready: VecDeque::new(),
            arrived,
        }
    }

    fn visitor(&self) -> &VisitorId {
        &self.arrived.visitor
    }

    async fn run(mut self, socket: &mut Socket) -> Result<(), Over> {
        socket.send(self.welcome().to_json()).await?;
        if self.arrived.seq == Seq::ZERO {
            let greeted = self.app.engine.greet(&self.arrived.conversation).await;
            greeted.map_err(|error| failed(&error))?;
        }
        self.send_news(socket).await?;
        let mut pending = FuturesOrdered::new();
        loop {
            tokio::select! {
                Some(done) = pending.next(), if !pending.is_empty() => {
                    self.answer(socket, done).await?;
                }
                incoming = socket.recv(), if pending.len() < PENDING => match incoming {
                    Received::Text(text) => {
                        if let Some((id, submission)) = self.take(&text).await? {
                            let receipt = self.app.engine.enqueue(submission);
                            pending.push_back(async move {
                                (id, receipt.await.unwrap_or(Err(SubmitError::Overloaded)))
                            });
                        }
                        while let Some(text) = self.ready.pop_front() {
                            socket.send(text).await?;
                        }
                    }
                    Received::Binary(_) => {
                        let error = ErrorFrame::from(FrameError::binary());
                        socket.send(ServerFrame::Error(error).to_json()).await?;
                    }
                    other => return Err(over(&other)),
                },
                () = self.doorbell.heard() => self.send_news(socket).await?,
            }
        }
    }

    fn welcome(&self) -> ServerFrame {
        let limits = &self.app.settings.limits;
        ServerFrame::Welcome(Box::new(Welcome {
            token: self.app.tokens.issue(self.visitor(), self.app.clock.now()),
            visitor: self.visitor().clone(),
            conversation: self.arrived.conversation.clone(),
            seq: self.arrived.seq,
            resumed: self.arrived.resumed,
            lang: self.arrived.lang,
            status: self.arrived.status,
            identity: Identity::Anonymous,
            read: ReadBy {
                visitor: self.arrived.read_by_visitor,
                agent: self.arrived.read_by_agent,
            },
            ping_s: limits.ping_s,
            limits: limits.on_the_wire(),
        }))
    }

    /// Sends what happened since the last time: events, the place in the queue, what passes.
    async fn send_news(&mut self, socket: &mut Socket) -> Result<(), Over> {
        // Whatever moves from here on rings again.
        drop(self.doorbell.take_moved());
        if !self.erased && self.app.engine.is_erased(&self.arrived.conversation) {
            // What the client holds must go: all of it comes anew, as erased.
            self.erased = true;
            self.sent = Seq::ZERO;
        }
        loop {
            let frames = self
                .app
                .engine
                .frames_after(&self.arrived.conversation, self.sent, Audience::Visitor)
                .await
                .map_err(|error| failed(&error))?;
            if frames.is_empty() {
                break;
            }
            for frame in frames {
                socket.send(frame.text).await?;
                self.sent = frame.seq;
            }
        }
        let place = self.app.engine.place(&self.arrived.conversation);
        if place != self.place {
            self.place = place;
            if let Some(place) = place {
                let queue = Queue { position: place.position, wait_s: None, open: place.open };
                socket.send(ServerFrame::Queue(queue).to_json()).await?;
            }
        }
        for passing in self.doorbell.take_passing() {
            if let Some(frame) = passing_frame(passing) {
                socket.send(frame.to_json()).await?;
            }
        }
        Ok(())
    }

    async fn answer(&self, socket: &mut Socket, (id, result): Waiting) -> Result<(), Over> {
        let frame = match result {
            Ok(receipt) => {
                if receipt.duplicate {
                    self.app.metrics.duplicates.inc();
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
        };
        Ok(socket.send(frame.to_json()).await?)
    }

    fn refuse(&mut self, error: ErrorFrame) {
        self.app.metrics.refusals(error.code).inc();
        self.ready.push_back(ServerFrame::Error(error).to_json());
    }

    /// Reads a frame; what is to be submitted is answered, the rest is done at once.
    async fn take(&mut self, text: &str) -> Result<Option<(FrameId, Submission)>, Over> {
        let frame = match parse(text, &self.app.settings.limits.on_the_wire()) {
            Ok(frame) => frame,
            Err(error) => {
                self.refuse(error.into());
                return Ok(None);
            }
        };
        match frame {
            ClientFrame::Message { id, text, attachments } if attachments.is_empty() => {
                let masked = privacy::mask(&text);
                let hidden = !masked.kinds.is_empty();
                self.limited(id, Act::Said { text: masked.text.into_owned(), masked: hidden })
            }
            ClientFrame::Message { id, text, attachments } => {
                let sent = attachments::send(
                    self.app,
                    self.visitor(),
                    &self.arrived.conversation,
                    &attachments,
                );
                let sent = sent.await.map_err(|error| failed(&error.into()))?;
                // A repetition is answered as such, whatever has become of its files.
                let known = sent.is_none() && self.is_known(&id).await?;
                let Some(attachments) = sent.or(known.then(Vec::new)) else {
                    let error = "`attachments` names a file that is not the visitor's, or is gone";
                    self.refuse(ErrorFrame::answering(&id, Code::BadField, error));
                    return Ok(None);
                };
                let masked = privacy::mask(&text);
                let hidden = !masked.kinds.is_empty();
                let text = masked.text.into_owned();
                self.limited(id, Act::Sent { text, masked: hidden, attachments })
            }
            ClientFrame::Choice { id, seq, value } => {
                self.limited(id, Act::Chose { offer: seq, value })
            }
            ClientFrame::Human { id } => self.limited(id, Act::WantsPerson),
            ClientFrame::Lang { id, lang } => self.limited(id, Act::ChoseLanguage(lang)),
            ClientFrame::Rating { id, score, comment } => {
                let comment = comment.map(|comment| privacy::mask(&comment).text.into_owned());
                self.limited(id, Act::Rated { score, comment })
            }
            ClientFrame::End { id } => self.limited(id, Act::Leave),
            ClientFrame::Typing => {
                self.typing();
                Ok(None)
            }
            ClientFrame::Read { seq } => {
                self.read(seq).await?;
                Ok(None)
            }
            ClientFrame::Hello(_) => {
                let error = "hello was said already on this socket";
                self.refuse(ErrorFrame::new(Code::WrongStatus, error));
                Ok(None)
            }
            ClientFrame::Pong => Ok(None),
        }
    }

    async fn is_known(&self, id: &FrameId) -> Result<bool, Over> {
        let known = self.app.engine.known(&self.sender, id).await;
        Ok(known.map_err(|error| failed(&error))?.is_some())
    }

    /// A submission, unless the visitor sends too much.
    fn limited(&mut self, id: FrameId, act: Act) -> Result<Option<(FrameId, Submission)>, Over> {
        if let Err(too_fast) = self.app.message_rate.take(self.visitor()) {
            self.floods += 1;
            if self.floods > FLOOD {
                return Err(Close::Flooding.into());
            }
            let error = "too many messages; wait a moment";
            let mut frame = ErrorFrame::answering(&id, Code::RateLimited, error);
            frame.retry_after_s = Some(too_fast.retry_after_s);
            self.refuse(frame);
            return Ok(None);
        }
        self.floods = 0;
        let submission = Submission {
            conversation: self.arrived.conversation.clone(),
            sender: self.sender.clone(),
            id: Some(id.clone()),
            act,
        };
        Ok(Some((id, submission)))
    }

    fn typing(&mut self) {
        let now = Instant::now();
        let rests = self.typed_at.is_some_and(|at| now < at + seconds(TYPING_EVERY_S));
        if !rests {
            self.typed_at = Some(now);
            let conversation = self.arrived.conversation.clone();
            let passing = Passing::Typing { conversation, from: Writer::Visitor };
            self.app.engine.tell(&passing, &self.doorbell);
        }
    }

    async fn read(&mut self, seq: Seq) -> Result<(), Over> {
        let seq = seq.min(self.sent);
        // A cursor that went back would be no news to anybody.
        if seq <= self.read {
            return Ok(());
        }
        self.read = seq;
        self.app
            .engine
            .read_up_to(&self.arrived.conversation, Reader::Visitor, seq, &self.doorbell)
            .await
            .map_err(|error| failed(&error))
    }
}

fn passing_frame(passing: Passing) -> Option<ServerFrame> {
    match passing {
        Passing::Typing { from: Writer::Agent(name), .. } => Some(ServerFrame::Typing(Typing {
            conversation: None,
            from: From { role: SenderRole::Agent, name: Some(name) },
            ttl_s: TYPING_TTL_S,
        })),
        Passing::Typing { from: Writer::Visitor, .. } => None,
        Passing::Read { by, seq, .. } => {
            Some(ServerFrame::Read(ReadUpTo { conversation: None, by: by.into(), seq }))
        }
    }
}
