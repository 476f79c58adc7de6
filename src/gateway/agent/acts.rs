//! What an agent asks for that becomes an event, on its way to the engine.

use tokio::sync::oneshot;

use crate::conversation::event::AgentRef;
use crate::conversation::event::TransferTarget;
use crate::conversation::input::Act;
use crate::conversation::input::Refusal;
use crate::engine::Sender;
use crate::engine::Submission;
use crate::engine::SubmitError;
use crate::gateway::agent::Asked;
use crate::gateway::agent::NOT_SERVED;
use crate::gateway::agent::Shift;
use crate::gateway::answer::error_frame;
use crate::gateway::over::Over;
use crate::gateway::over::failed;
use crate::gateway::roles;
use crate::gateway::roles::Deed;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::protocol::ErrorFrame;
use crate::protocol::agent::TransferTo;
use crate::protocol::code::Code;

impl Shift<'_> {
    pub(super) async fn submit(
        &mut self,
        id: FrameId,
        conversation: ConversationId,
        act: Act,
    ) -> Result<Option<Asked>, Over> {
        if !self.serves(&conversation).await? {
            let error = ErrorFrame::answering(&id, Code::Forbidden, NOT_SERVED);
            return self.refuse_new(id, conversation, error).await;
        }
        let sender = Sender::Agent(self.me());
        let submission =
            Submission { conversation: conversation.clone(), sender, id: Some(id.clone()), act };
        let receipt = self.app.engine.enqueue(submission);
        Ok(Some(Asked { id, conversation, receipt }))
    }

    /// Refuses a frame, unless it repeats one that was taken when it still could be: that is
    /// acked, in its turn.
    async fn refuse_new(
        &mut self,
        id: FrameId,
        conversation: ConversationId,
        error: ErrorFrame,
    ) -> Result<Option<Asked>, Over> {
        let known = self.app.engine.known(&Sender::Agent(self.me()), &id).await;
        let Some(before) = known.map_err(|error| failed(&error))? else {
            self.refuse(Some(&conversation), error);
            return Ok(None);
        };
        let (done, receipt) = oneshot::channel();
        // The receiver is at hand.
        let _ = done.send(Ok(before));
        Ok(Some(Asked { id, conversation, receipt }))
    }

    pub(super) async fn take_over(
        &mut self,
        id: FrameId,
        conversation: ConversationId,
    ) -> Result<Option<Asked>, Over> {
        if !roles::may(self.agent.role, Deed::Supervise) {
            let error = "your role does not take over from colleagues";
            let error = ErrorFrame::answering(&id, Code::Forbidden, error);
            return self.refuse_new(id, conversation, error).await;
        }
        let agent = self.me();
        self.submit(id, conversation, Act::TakeOver { agent }).await
    }

    pub(super) async fn transfer(
        &mut self,
        id: FrameId,
        conversation: ConversationId,
        to: TransferTo,
        note: Option<String>,
    ) -> Result<Option<Asked>, Over> {
        let to = match to {
            TransferTo::Team(team) => TransferTarget::Team(team),
            TransferTo::Agent(other) => {
                if let Some(agent) = self.colleague(&other).await? {
                    TransferTarget::Agent(agent)
                } else {
                    let error = SubmitError::Refused(Refusal::NotFound("agent"));
                    let error = error_frame(&error, Some(id.clone()));
                    return self.refuse_new(id, conversation, error).await;
                }
            }
        };
        let agent = self.me();
        self.submit(id, conversation, Act::Transfer { agent, to, note }).await
    }

    async fn colleague(&self, id: &AgentId) -> Result<Option<AgentRef>, Over> {
        let row = self
            .app
            .directory
            .agent(id)
            .await
            .map_err(|error| failed(&SubmitError::Store(error)))?;
        Ok(row.filter(|row| !row.disabled).map(|row| AgentRef { id: row.id, name: row.name }))
    }
}
