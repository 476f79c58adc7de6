//! Whose data a command is about, and the database that holds them.

use std::path::PathBuf;
use std::sync::Arc;

use crate::audit::Audit;
use crate::cli::Failed;
use crate::cli::serve::DATABASE;
use crate::clock;
use crate::clock::Clock;
use crate::config::Settings;
use crate::config::load::Flags;
use crate::config::load::load;
use crate::gateway::identity;
use crate::ids::VisitorId;
use crate::ids::is_wire_id;
use crate::store::Directory;
use crate::store::records::Records as _;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

/// Whose data, and where they are.
#[derive(Debug, clap::Args)]
pub(super) struct PersonArgs {
    #[command(flatten)]
    pub(super) who: Who,
    /// Who said so, where more than one may: the issuer (`iss`) of the identity token.
    #[arg(long, value_name = "ISS", default_value = "", requires = "identity")]
    pub(super) issuer: String,
    #[command(flatten)]
    pub(super) place: Place,
}

/// One of the two names that a person may have here.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct Who {
    /// The visitor's id, as the console and every welcome show it.
    #[arg(long, value_name = "ID", value_parser = visitor)]
    pub(super) visitor: Option<VisitorId>,
    /// A customer whom the bank has identified: the subject (`sub`) of their identity token.
    #[arg(long, value_name = "SUB")]
    pub(super) identity: Option<String>,
}

/// Where the server keeps its data.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// The folder of the database.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The settings file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

fn visitor(text: &str) -> Result<VisitorId, &'static str> {
    if is_wire_id(text) { Ok(VisitorId::new(text)) } else { Err("that is no visitor's id") }
}

impl Place {
    /// The settings by flags, variables and file.
    pub(super) fn settings(&self) -> Result<Settings, Failed> {
        let flags =
            Flags { config: self.config.clone(), data: self.data.clone(), ..Flags::default() };
        load(&flags, std::env::vars()).map_err(|error| Failed::Use(error.to_string()))
    }
}

/// The database of these settings, which must be there.
pub(super) async fn open(settings: &Settings) -> Result<Arc<Sqlite>, Failed> {
    let path = settings.data.join(DATABASE);
    if !path.exists() {
        return Err(Failed::Use(format!("there is no database in {}", settings.data.display())));
    }
    Ok(Arc::new(Sqlite::open(&path, Durability::Full).await?))
}

impl std::fmt::Display for PersonArgs {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.who.visitor, &self.who.identity) {
            (Some(visitor), _) => write!(out, "visitor {visitor}"),
            (None, Some(_)) => out.write_str("this customer"),
            (None, None) => out.write_str("nobody"),
        }
    }
}

impl PersonArgs {
    /// The visitors that are meant: one, or all who are the same customer.
    pub(super) async fn visitors(&self, store: &Sqlite) -> Result<Vec<VisitorId>, Failed> {
        let Some(subject) = &self.who.identity else {
            return Ok(self.who.visitor.iter().cloned().collect());
        };
        let key = store.key(identity::KEY_NAME, clock::random_bytes()).await?;
        let customer = identity::name_by(&key, &self.issuer, subject);
        let visitors = store.visitors_of(&customer).await?;
        if visitors.is_empty() {
            return Err(Failed::Run(anyhow::anyhow!("nothing is kept about this customer")));
        }
        Ok(visitors)
    }
}

/// The audit log of a database.
pub(super) async fn audit(store: &Arc<Sqlite>) -> Result<Audit, Failed> {
    let directory: Arc<dyn Directory> = Arc::clone(store) as Arc<dyn Directory>;
    Ok(Audit::open(directory, Clock::system()).await?)
}
