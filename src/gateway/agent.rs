//! An agent's socket: the inbox, the conversations they have open, and what they do to them.

use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tokio::time::MissedTickBehavior;
use tokio::time::interval;
use tokio::time::sleep_until;

use crate::bus::Doorbell;
use crate::bus::Following;
use crate::bus::Passing;
use crate::bus::Writer;
use crate::conversation::event::AgentRef;
use crate::conversation::input::Act;
use crate::engine::Receipt;
use crate::engine::SubmitError;
use crate::engine::looking::Looking;
use crate::gateway::accounts::Refused;
use crate::gateway::accounts::card;
use crate::gateway::agent::meet::meet;
use crate::gateway::agent::meet::turned_away;
use crate::gateway::answer::error_frame;
use crate::gateway::app::App;
use crate::gateway::desk;
use crate::gateway::over::Over;
use crate::gateway::over::failed;
use crate::gateway::over::over;
use crate::gateway::passing::passing_frame;
use crate::gateway::peer::Peer;
use crate::gateway::roles;
use crate::gateway::socket::Received;
use crate::gateway::socket::Socket;
use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::Seq;
use crate::language::Language;
use crate::protocol::Ack;
use crate::protocol::ErrorFrame;
use crate::protocol::FrameError;
use crate::protocol::Secret;
use crate::protocol::agent::ClientFrame;
use crate::protocol::agent::Inbox;
use crate::protocol::agent::OnDuty;
use crate::protocol::agent::ServerFrame;
use crate::protocol::agent::Welcome;
use crate::protocol::agent::parse;
use crate::protocol::code::Code;
use crate::protocol::event::Audience;
use crate::store::AgentRow;
use crate::store::Reader;

mod acts;
mod meet;

/// Frames of one agent that may wait for their acks.
const PENDING: usize = 64;
/// Conversations that one console may have open.
const OPEN: usize = 100;
/// The inbox is not sent more often than this, however much moves.
const INBOX_EVERY: Duration = Duration::from_millis(100);
/// How often it is looked whether the agent may still be here.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
const NOT_SERVED: &str = "the conversation belongs to a team that you do not serve";

/// A frame of the agent on its way, with what to answer to.
struct Waiting {
    id: FrameId,
    conversation: ConversationId,
    result: Result<Receipt, SubmitError>,
}

/// The same before its receipt is there.
struct Asked {
    id: FrameId,
    conversation: ConversationId,
    receipt: oneshot::Receiver<Result<Receipt, SubmitError>>,
}

/// Serves one agent's socket to its end.
pub async fn serve(mut socket: Socket, app: Arc<App>, peer: Peer) {
    let over = match Box::pin(meet(&mut socket, &app, peer.session)).await {
        Ok((token, agent)) => {
            let id = agent.id.clone();
            let over = Shift::new(&app, token, agent).run(&mut socket).await.err();
            app.engine.agent_went(&id);
            over
        }
        Err(over) => Some(over),
    };
    if let Some(Over::Close(why)) = over {
        socket.close(why).await;
    }
}

/// A conversation that the console has open.
struct Opened {
    _following: Following,
    _looking: Looking,
    sent: Seq,
    /// The newest event that the agent has said to have read.
    read: Seq,
    /// The language that the console wants the packet in.
    lang: Option<Language>,
    /// The packet as it was last sent.
    packet: String,
    /// Whether the console was told that the conversation was erased.
    erased: bool,
}

/// A signed-in agent at a console.
struct Shift<'a> {
    app: &'a App,
    token: Secret,
    agent: AgentRow,
    doorbell: Arc<Doorbell>,
    open: HashMap<ConversationId, Opened>,
    /// The version of the desk that the console knows.
    desk: u64,
    /// The conversations that stand in the console's inbox.
    listed: HashSet<ConversationId>,
    colleagues: Vec<OnDuty>,
    inbox_at: Option<Instant>,
    /// Refusals that wait to be sent.
    ready: VecDeque<String>,
}

impl<'a> Shift<'a> {
    fn new(app: &'a App, token: Secret, agent: AgentRow) -> Self {
        Self {
            app,
            token,
            agent,
            doorbell: Arc::new(Doorbell::default()),
            open: HashMap::new(),
            desk: 0,
            listed: HashSet::new(),
            colleagues: Vec::new(),
            inbox_at: None,
            ready: VecDeque::new(),
        }
    }

    fn me(&self) -> AgentRef {
        AgentRef { id: self.agent.id.clone(), name: self.agent.name.clone() }
    }

    async fn run(mut self, socket: &mut Socket) -> Result<(), Over> {
        let presence = self.app.engine.agent_came(&self.agent, &self.doorbell);
        let welcome = ServerFrame::Welcome(Welcome {
            agent: card(&self.agent),
            presence,
            ping_s: self.app.settings.limits.ping_s,
        });
        socket.send(welcome.to_json()).await?;
        self.send_whole_inbox(socket).await?;
        self.send_colleagues(socket).await?;
        let mut pending = FuturesOrdered::new();
        let mut rounds = interval(LOOK_AGAIN);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(done) = pending.next(), if !pending.is_empty() => {
                    self.answer(socket, done).await?;
                }
                incoming = socket.recv(), if pending.len() < PENDING => match incoming {
                    Received::Text(text) => {
                        if let Some(Asked { id, conversation, receipt }) =
                            self.take(socket, &text).await?
                        {
                            pending.push_back(async move {
                                let result =
                                    receipt.await.unwrap_or(Err(SubmitError::Overloaded));
                                Waiting { id, conversation, result }
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
                () = self.doorbell.heard() => {
                    self.send_news(socket).await?;
                    self.inbox_at.get_or_insert(Instant::now() + INBOX_EVERY);
                }
                _ = rounds.tick() => self.look_again(socket).await?,
                () = until(self.inbox_at) => {
                    self.inbox_at = None;
                    self.send_inbox(socket).await?;
                    self.send_colleagues(socket).await?;
                }
            }
        }
    }

    /// Whether the session still stands: it may have been ended, and the account changed or
    /// disabled, by anybody and in another process. A store that fails for a moment ends nobody.
    async fn look_again(&mut self, socket: &mut Socket) -> Result<(), Over> {
        match self.app.accounts.admitted(&self.token).await {
            Ok(agent) if agent == self.agent => {}
            Ok(agent) => {
                self.agent = agent;
                self.app.engine.account_changed(&self.agent).await;
                // Other teams, other conversations.
                for conversation in self.open.keys().cloned().collect::<Vec<_>>() {
                    if !self.serves(&conversation).await? {
                        self.shut(socket, &conversation).await?;
                    }
                }
                self.send_whole_inbox(socket).await?;
            }
            Err(Refused::Store(_)) => {}
            Err(refused) => return Err(turned_away(&refused)),
        }
        Ok(())
    }

    async fn send_whole_inbox(&mut self, socket: &mut Socket) -> Result<(), Over> {
        let (version, all) = self.app.engine.desk_all();
        self.desk = version;
        let teams = self.app.engine.teams();
        let items: Vec<_> = all
            .into_iter()
            .filter(|(_, item)| desk::lists(&self.agent, item))
            .map(|(id, item)| desk::inbox_item(id, &item, &teams))
            .collect();
        self.listed = items.iter().map(|item| item.conversation.clone()).collect();
        Ok(socket.send(ServerFrame::Inbox(Inbox { full: true, items }).to_json()).await?)
    }

    async fn send_inbox(&mut self, socket: &mut Socket) -> Result<(), Over> {
        let Some((version, changes)) = self.app.engine.desk_changes(self.desk) else {
            return self.send_whole_inbox(socket).await;
        };
        self.desk = version;
        let teams = self.app.engine.teams();
        let mut items = Vec::new();
        for (id, item) in changes {
            match item.filter(|item| desk::lists(&self.agent, item)) {
                Some(item) => {
                    self.listed.insert(id.clone());
                    items.push(desk::inbox_item(id, &item, &teams));
                }
                None if self.listed.remove(&id) => items.push(desk::removed_item(id)),
                None => {}
            }
        }
        if items.is_empty() {
            return Ok(());
        }
        Ok(socket.send(ServerFrame::Inbox(Inbox { full: false, items }).to_json()).await?)
    }

    async fn send_colleagues(&mut self, socket: &mut Socket) -> Result<(), Over> {
        let agents = self.app.engine.staff();
        if agents == self.colleagues {
            return Ok(());
        }
        self.colleagues.clone_from(&agents);
        Ok(socket.send(ServerFrame::Agents { agents }.to_json()).await?)
    }

    /// Sends what moved in the conversations that are open.
    async fn send_news(&mut self, socket: &mut Socket) -> Result<(), Over> {
        for conversation in self.doorbell.take_moved() {
            self.send_events(socket, &conversation).await?;
            self.send_packet(socket, &conversation).await?;
        }
        for passing in self.doorbell.take_passing() {
            socket.send(passing_frame(passing).to_json()).await?;
        }
        Ok(())
    }

    async fn send_events(
        &mut self,
        socket: &mut Socket,
        conversation: &ConversationId,
    ) -> Result<(), Over> {
        let serves = self.serves(conversation).await?;
        while let Some(opened) = self.open.get_mut(conversation) {
            if !opened.erased && self.app.engine.is_erased(conversation) {
                opened.erased = true;
                opened.sent = Seq::ZERO;
            }
            let frames = self
                .app
                .engine
                .frames_after(conversation, opened.sent, Audience::Agent)
                .await
                .map_err(|error| failed(&error))?;
            if frames.is_empty() {
                break;
            }
            let passed_on = frames.iter().position(|frame| frame.passes_on);
            let theirs = if serves { frames.len() } else { passed_on.map_or(0, |at| at + 1) };
            for frame in frames.into_iter().take(theirs) {
                socket.send(frame.text).await?;
                opened.sent = frame.seq;
            }
            if !serves {
                return self.shut(socket, conversation).await;
            }
        }
        Ok(())
    }

    /// Ends the view of a conversation that went to a team which the agent does not serve.
    async fn shut(
        &mut self,
        socket: &mut Socket,
        conversation: &ConversationId,
    ) -> Result<(), Over> {
        self.open.remove(conversation);
        let mut error = ErrorFrame::new(Code::Forbidden, NOT_SERVED);
        error.conversation = Some(conversation.clone());
        self.app.metrics.refusals(error.code).inc();
        Ok(socket.send(ServerFrame::Error(error).to_json()).await?)
    }

    async fn send_packet(
        &mut self,
        socket: &mut Socket,
        conversation: &ConversationId,
    ) -> Result<(), Over> {
        let Some(opened) = self.open.get(conversation) else { return Ok(()) };
        let packet = desk::packet(self.app, &self.agent, opened.lang, conversation)
            .await
            .map_err(|error| failed(&error))?;
        // The time waited runs on by itself; only what else changed is news.
        let mut unchanging = packet.clone();
        unchanging.waited_s = 0;
        let unchanging = ServerFrame::Packet(Box::new(unchanging)).to_json();
        if let Some(opened) = self.open.get_mut(conversation)
            && opened.packet != unchanging
        {
            opened.packet = unchanging;
            socket.send(ServerFrame::Packet(Box::new(packet)).to_json()).await?;
        }
        Ok(())
    }

    async fn answer(
        &self,
        socket: &mut Socket,
        Waiting { id, conversation, result }: Waiting,
    ) -> Result<(), Over> {
        let frame = match result {
            Ok(receipt) => ServerFrame::Ack(Ack {
                id,
                conversation: receipt.conversation,
                seq: receipt.seq,
                duplicate: receipt.duplicate,
            }),
            Err(error) => {
                let mut frame = error_frame(&error, Some(id));
                frame.conversation = Some(conversation);
                self.app.metrics.refusals(frame.code).inc();
                ServerFrame::Error(frame)
            }
        };
        Ok(socket.send(frame.to_json()).await?)
    }

    fn refuse(&mut self, conversation: Option<&ConversationId>, mut error: ErrorFrame) {
        error.conversation = conversation.cloned();
        self.app.metrics.refusals(error.code).inc();
        self.ready.push_back(ServerFrame::Error(error).to_json());
    }

    /// Reads a frame; what is to be submitted is answered, the rest is done at once.
    async fn take(&mut self, socket: &mut Socket, text: &str) -> Result<Option<Asked>, Over> {
        let agent = self.me();
        let frame = match parse(text, &self.app.settings.limits.on_the_wire()) {
            Ok(frame) => frame,
            Err(error) => {
                self.refuse(None, error.into());
                return Ok(None);
            }
        };
        match frame {
            ClientFrame::Claim { id, conversation, take_over: false } => {
                self.submit(id, conversation, Act::Claim { agent }).await
            }
            ClientFrame::Claim { id, conversation, take_over: true } => {
                self.take_over(id, conversation).await
            }
            ClientFrame::Tag { id, conversation, tags } => {
                self.submit(id, conversation, Act::Tag { agent, tags }).await
            }
            ClientFrame::Message { id, conversation, text } => {
                self.submit(id, conversation, Act::AgentSaid { agent, text }).await
            }
            ClientFrame::Note { id, conversation, text } => {
                self.submit(id, conversation, Act::AgentNoted { agent, text }).await
            }
            ClientFrame::Transfer { id, conversation, to, note } => {
                self.transfer(id, conversation, to, note).await
            }
            ClientFrame::HandBack { id, conversation, dialogue, step } => {
                self.submit(id, conversation, Act::HandBack { agent, dialogue, step }).await
            }
            ClientFrame::Resolve { id, conversation, outcome, note } => {
                self.submit(id, conversation, Act::Resolve { agent, outcome, note }).await
            }
            ClientFrame::Reopen { id, conversation } => {
                self.submit(id, conversation, Act::Reopen { agent }).await
            }
            other => {
                self.take_unanswered(socket, other).await?;
                Ok(None)
            }
        }
    }

    /// Frames that become no event.
    async fn take_unanswered(
        &mut self,
        socket: &mut Socket,
        frame: ClientFrame,
    ) -> Result<(), Over> {
        match frame {
            ClientFrame::Presence { state, capacity } => {
                self.app.engine.set_presence(&self.agent.id, state, capacity).await;
            }
            ClientFrame::Open { conversation, after, lang } => {
                self.open(socket, conversation, after, lang).await?;
            }
            ClientFrame::Leave { conversation } => {
                self.open.remove(&conversation);
            }
            ClientFrame::Typing { conversation, note } => self.writes(conversation, note),
            ClientFrame::Read { conversation, seq } => self.read(&conversation, seq).await?,
            ClientFrame::Hello { .. } => {
                let error = "hello was said already on this socket";
                self.refuse(None, ErrorFrame::new(Code::WrongStatus, error));
            }
            _ => {}
        }
        Ok(())
    }

    async fn serves(&self, conversation: &ConversationId) -> Result<bool, Over> {
        if let Some(item) = self.app.engine.desk_item(conversation) {
            return Ok(desk::lists(&self.agent, &item));
        }
        // What has ended, or was silent with the bot, lies on no desk, and is its team's all the same.
        match self.app.engine.state(conversation).await {
            Ok(state) => Ok(roles::serves(&self.agent, state.team.as_ref(), state.agent.as_ref())),
            Err(SubmitError::NotFound) => Ok(true),
            Err(error) => Err(failed(&error)),
        }
    }

    async fn open(
        &mut self,
        socket: &mut Socket,
        conversation: ConversationId,
        after: Seq,
        lang: Option<Language>,
    ) -> Result<(), Over> {
        let state = match self.app.engine.state(&conversation).await {
            Ok(state) => state,
            Err(error) => {
                self.refuse(Some(&conversation), error_frame(&error, None));
                return Ok(());
            }
        };
        if !self.serves(&conversation).await? {
            let error = ErrorFrame::new(Code::Forbidden, NOT_SERVED);
            self.refuse(Some(&conversation), error);
            return Ok(());
        }
        if self.open.len() >= OPEN && !self.open.contains_key(&conversation) {
            let error = "too many conversations are open on this socket";
            self.refuse(Some(&conversation), ErrorFrame::new(Code::RateLimited, error));
            return Ok(());
        }
        // A console that holds more than there is held it before a backup was restored; what was
        // erased must go from it too.
        let sent = if state.erased || after > state.seq { Seq::ZERO } else { after };
        let following = self.app.engine.follow(&conversation, &self.doorbell);
        let packet = String::new();
        let opened = Opened {
            _following: following,
            _looking: self.app.engine.look(&self.agent.id, &conversation),
            sent,
            read: Seq::ZERO,
            lang,
            packet,
            erased: state.erased,
        };
        self.open.insert(conversation.clone(), opened);
        self.send_packet(socket, &conversation).await?;
        self.send_events(socket, &conversation).await
    }

    /// A colleague who writes a note is not writing to the visitor.
    fn writes(&self, conversation: ConversationId, note: bool) {
        let name = self.agent.name.clone();
        let passing = if note || !self.holds(&conversation) {
            if !self.open.contains_key(&conversation) {
                return;
            }
            Passing::Noting { conversation, agent: name }
        } else {
            Passing::Typing { conversation, from: Writer::Agent(name) }
        };
        self.app.engine.tell(&passing, &self.doorbell);
    }

    fn holds(&self, conversation: &ConversationId) -> bool {
        let item = self.app.engine.desk_item(conversation);
        item.and_then(|item| item.agent).is_some_and(|holder| holder.id == self.agent.id)
    }

    async fn read(&mut self, conversation: &ConversationId, seq: Seq) -> Result<(), Over> {
        let Some(opened) = self.open.get_mut(conversation) else { return Ok(()) };
        let seq = seq.min(opened.sent);
        if seq <= opened.read {
            return Ok(());
        }
        opened.read = seq;
        self.app.engine.desk_seen(conversation);
        // A colleague's look is not the one that the visitor waits for.
        if !self.holds(conversation) {
            return Ok(());
        }
        self.app
            .engine
            .read_up_to(conversation, Reader::Agent, seq, &self.doorbell)
            .await
            .map_err(|error| failed(&error))
    }
}

/// Waits until a moment; without one, for ever.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
