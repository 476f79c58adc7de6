//! `skicka bench-echo`: an echo of the product's own sockets, for conformance suites.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::cli::Failed;
use crate::cli::block_on;
use crate::cli::content;
use crate::cli::serve;
use crate::config::load::Flags;
use crate::config::load::load;
use crate::gateway::accept;
use crate::gateway::accept::Entrance;
use crate::gateway::echo;
use crate::gateway::shutdown;

/// Echo what WebSocket clients send, by the product's own accept, upgrade and limit code.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct EchoArgs {
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9001")]
    listen: SocketAddr,
}

/// Serves until told to stop.
pub(in crate::cli) fn run(args: &EchoArgs) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let flags = Flags {
        listen: Some(args.listen),
        data: Some(folder.path().to_owned()),
        ..Flags::default()
    };
    let settings =
        load(&flags, std::env::vars()).map_err(|error| Failed::Use(error.to_string()))?;
    block_on(async {
        let content = content::read(&settings.content).train(&settings.content)?;
        let listener = accept::listen(settings.listen)?;
        let app = serve::build(settings, content).await?;
        let stop = shutdown::on_signal()?;
        println!("Echo: ws://{}/", listener.local_addr()?);
        let router = echo::router(Arc::clone(&app));
        let entrance = Entrance { listener, router, certificates: None };
        accept::serve(vec![entrance], Arc::clone(&app), stop).await;
        app.store.close().await;
        Ok(())
    })
}
