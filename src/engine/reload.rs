//! New content while the server runs: when files change, and when somebody asks for it.
//!
//! Files are read, checked and trained on threads of their own; turns go by the content of before
//! until the new one takes its place as a whole. A file that is still being written gives
//! diagnostics, or content that is replaced once more when the writer is through: every change
//! leads to another reading.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use notify::RecursiveMode;
use notify::Watcher;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::authoring::proof;
use crate::content::Content;
use crate::content::build;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Severity;
use crate::content::load;
use crate::engine::Engine;
use crate::engine::models::ModelFolder;
use crate::telemetry::metrics::Reload;

/// An editor, a copy or a checkout that has written nothing for this long is through.
const QUIET: Duration = Duration::from_millis(300);
/// Whoever writes without end is read after this all the same.
const RESTLESS: Duration = Duration::from_secs(5);

/// What a reading of the files gave.
enum Found {
    /// The files are those that serve.
    Same(Vec<Diagnostic>),
    /// Content, with what might be better about it.
    New(Box<Content>, Vec<Diagnostic>),
    /// Faults.
    Faulty(Vec<Diagnostic>),
}

impl Engine {
    /// Reads the content folder anew. Content with an error is refused as a whole, and what
    /// served before serves on.
    pub async fn reload(&self, folder: &Path, models: &ModelFolder) -> Reload {
        let reload = self.read_anew(folder, models).await;
        self.metrics().reloads(reload).inc();
        reload
    }

    async fn read_anew(&self, folder: &Path, models: &ModelFolder) -> Reload {
        let serving = self.content().revision.clone();
        let (folder, models) = (folder.to_owned(), models.clone());
        let found = tokio::task::spawn_blocking(move || read(&folder, &models, &serving)).await;
        match found {
            Ok(Found::Same(warnings)) => {
                tracing::debug!("the content is as it was");
                self.confirm_edit(warnings);
                Reload::Unchanged
            }
            Ok(Found::Faulty(diagnostics)) => {
                for found in diagnostics.iter().filter(|it| it.severity == Severity::Error) {
                    tracing::error!(
                        content.file = %found.file,
                        content.line = found.span.line,
                        content.column = found.span.column,
                        content.code = %found.code,
                        help = found.help.as_deref().unwrap_or(""),
                        "new content is refused: {}",
                        found.message
                    );
                }
                self.refuse_edit(diagnostics);
                Reload::Refused
            }
            Ok(Found::New(content, warnings)) => {
                let revision = content.revision.clone();
                match self.adopt(*content, warnings).await {
                    Ok(()) => {
                        tracing::info!(content.revision = %revision, "new content serves");
                        Reload::Adopted
                    }
                    Err(error) => {
                        tracing::error!(content.revision = %revision, %error, "new content cannot be kept, so it does not serve");
                        Reload::Failed
                    }
                }
            }
            Err(error) => {
                tracing::error!(%error, "new content could not be read; what was there serves on");
                Reload::Failed
            }
        }
    }
}

fn read(folder: &Path, models: &ModelFolder, serving: &str) -> Found {
    let (sources, mut diagnostics) = load::read_folder(folder);
    let (draft, found) = build::draft(&sources);
    diagnostics.extend(found);
    diagnostics.extend(proof::prove(&draft));
    if !build::is_servable(&diagnostics) {
        return Found::Faulty(diagnostics);
    }
    if draft.revision() == serving {
        return Found::Same(diagnostics);
    }
    Found::New(Box::new(models.train(draft)), diagnostics)
}

/// Keeps the content current: reads it once now, and again whenever its files change or `asked`
/// is notified. Ends when it is dropped.
pub async fn keep_current(
    engine: Engine,
    folder: PathBuf,
    models: ModelFolder,
    asked: Arc<Notify>,
) {
    let changed = Arc::new(Notify::new());
    let mut watcher = watcher(&folder, &changed);
    loop {
        // A folder that was replaced is another one for the watcher.
        if let Some(watcher) = &mut watcher {
            watch(watcher, &folder);
        }
        // What changed before the watcher was there is found by reading once.
        engine.reload(&folder, &models).await;
        tokio::select! {
            () = asked.notified() => {}
            () = changed.notified() => settled(&changed).await,
        }
    }
}

/// Waits until nothing has changed for a while.
async fn settled(changed: &Notify) {
    let quiet = async { while timeout(QUIET, changed.notified()).await.is_ok() {} };
    let _restless = timeout(RESTLESS, quiet).await;
}

fn watcher(folder: &Path, changed: &Arc<Notify>) -> Option<notify::RecommendedWatcher> {
    let (root, changed) = (folder.to_owned(), Arc::clone(changed));
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // An error may mean that an event was lost: then it is better to look.
        if event.map_or(true, |event| concerns(&root, &event)) {
            changed.notify_one();
        }
    });
    watcher.inspect_err(not_watched).ok()
}

fn not_watched(error: &notify::Error) {
    tracing::warn!(%error, "changes of the content are not noticed by themselves; send SIGHUP after an edit");
}

fn watch(watcher: &mut notify::RecommendedWatcher, folder: &Path) {
    for path in [folder.to_owned(), folder.join("intents"), folder.join("dialogues")] {
        if path.is_dir()
            && let Err(error) = watcher.watch(&path, RecursiveMode::NonRecursive)
        {
            not_watched(&error);
        }
    }
}

/// Whether something was written where content lies; reading it is no change.
fn concerns(root: &Path, event: &notify::Event) -> bool {
    let written = !event.kind.is_access()
        || matches!(
            event.kind,
            notify::EventKind::Access(notify::event::AccessKind::Close(
                notify::event::AccessMode::Write
            ))
        );
    written && event.paths.iter().any(|path| load::is_content(root, path))
}
