//! When the server is told to stop, or to look at its content again.

use std::io;
use std::sync::Arc;

use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Notified by each SIGHUP, the usual wish that a server read its files again.
pub fn on_hangup() -> io::Result<Arc<Notify>> {
    let mut hangup = signal(SignalKind::hangup())?;
    let asked = Arc::new(Notify::new());
    let asking = Arc::clone(&asked);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            asking.notify_one();
        }
    });
    Ok(asked)
}

/// The exit code of a server that was told twice.
const AT_ONCE: i32 = 130;

/// A token that is cancelled by the first SIGTERM or SIGINT. The second ends the process at once:
/// what was acknowledged is on disk by then.
pub fn on_signal() -> io::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        for is_second in [false, true] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if is_second {
                std::process::exit(AT_ONCE);
            }
            token.cancel();
        }
    });
    Ok(stop)
}
