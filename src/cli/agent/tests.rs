use std::sync::Arc;

use clap::Args as _;
use clap::FromArgMatches as _;
use tempfile::TempDir;

use crate::cli::Failed;
use crate::cli::agent::AgentArgs;
use crate::cli::agent::Office;
use crate::cli::agent::StdinArgs;
use crate::cli::agent::open;
use crate::cli::agent::perform;
use crate::clock::Clock;
use crate::gateway::password;
use crate::ids::Timestamp;
use crate::store::AgentRow;
use crate::store::Directory as _;
use crate::store::Role;
use crate::store::SessionRow;
use crate::store::Way;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

const PASSWORD: &str = "rätt häst batteri";

struct World {
    store: Arc<Sqlite>,
    office: Office,
    _folder: TempDir,
}

fn parse(line: &str) -> Result<AgentArgs, String> {
    // Names with spaces are written with underscores here.
    let words = line.split(' ').map(|word| word.replace('_', " "));
    let command = AgentArgs::augment_args(clap::Command::new("agent"));
    let matches = command.try_get_matches_from(std::iter::once("agent".to_owned()).chain(words));
    let matches = matches.map_err(|error| error.to_string())?;
    AgentArgs::from_arg_matches(&matches).map_err(|error| error.to_string())
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skicka.db");
        let store = Arc::new(Sqlite::open(&path, Durability::Normal).await.unwrap());
        let office = Office::open(Arc::clone(&store) as _, Clock::system()).await.unwrap();
        Self { store, office, _folder: folder }
    }

    async fn says(&self, line: &str, password: Option<&str>) -> Result<String, String> {
        let args = parse(line).unwrap();
        let mut out = Vec::new();
        let password = password.map(str::to_owned);
        match perform(&args.command, password, &self.office, &mut out).await {
            Ok(()) => Ok(String::from_utf8(out).unwrap()),
            Err(Failed::Use(sentence)) => Err(sentence),
            Err(other) => panic!("{other}"),
        }
    }

    async fn account(&self, email: &str) -> AgentRow {
        self.store.agent_by_email(email).await.unwrap().unwrap()
    }

    async fn sessions(&self, email: &str) -> usize {
        let session = self.store.session("hash", Timestamp(0)).await.unwrap();
        let id = self.account(email).await.id;
        usize::from(session.is_some_and(|session| session.agent == id))
    }

    async fn sign_in(&self, email: &str) {
        let agent = self.account(email).await.id;
        let session = SessionRow {
            token_hash: "hash".into(),
            agent,
            expires_at: Timestamp(1_000),
            way: Way::Password,
        };
        self.store.add_session(session, Timestamp(0)).await.unwrap();
        assert_eq!(self.sessions(email).await, 1);
    }
}

#[tokio::test]
async fn an_account_is_added_and_listed() {
    let world = World::new().await;
    let line = "add --email Anna@Bank.Example --name Anna_Berg --team support --team cards \
                --language sv --language fi-FI --role supervisor --password-stdin";
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(world.says(&line, Some(PASSWORD)).await.unwrap(), "Added anna@bank.example.\n");
    let anna = world.account("anna@bank.example").await;
    assert_eq!((anna.name.as_str(), anna.role), ("Anna Berg", Role::Supervisor));
    assert!(password::matches(PASSWORD, Some(&anna.password)));
    assert!(!anna.must_change_password && !anna.disabled);
    world
        .says("add --email bo@bank.example --name Bo --password-stdin", Some(PASSWORD))
        .await
        .unwrap();
    let expected = "anna@bank.example\tAnna Berg\tsupervisor\tteams: support,cards\tlanguages: sv,fi\n\
                    bo@bank.example\tBo\tagent\tteams: all\tlanguages: all\n";
    assert_eq!(world.says("list", None).await.unwrap(), expected);
    let again = world.says("add --email ANNA@bank.example --name X", None).await;
    assert_eq!(again.unwrap_err(), "anna@bank.example has an account already");
}

#[tokio::test]
async fn without_a_given_password_one_for_one_use_is_shown() {
    let world = World::new().await;
    let said = world.says("add --email bo@bank.example --name Bo", None).await.unwrap();
    let shown = said.trim().rsplit_once("One-time password: ").unwrap().1;
    let bo = world.account("bo@bank.example").await;
    assert!(password::matches(shown, Some(&bo.password)));
    assert!(bo.must_change_password);
}

#[tokio::test]
async fn a_disabled_account_and_a_new_password_end_the_sessions() {
    let world = World::new().await;
    let add = "add --email bo@bank.example --name Bo --password-stdin";
    world.says(add, Some(PASSWORD)).await.unwrap();
    world.sign_in("bo@bank.example").await;
    let line = "password --email bo@bank.example --password-stdin";
    let said = world.says(line, Some("ett nytt lösenord")).await.unwrap();
    assert_eq!(said, "Changed the password of bo@bank.example.\n");
    assert_eq!(world.sessions("bo@bank.example").await, 0);
    let kept = world.account("bo@bank.example").await.password;
    assert!(password::matches("ett nytt lösenord", Some(&kept)));

    world.sign_in("bo@bank.example").await;
    let said = world.says("disable --email bo@bank.example", None).await.unwrap();
    assert_eq!(said, "Disabled bo@bank.example.\n");
    assert_eq!(world.sessions("bo@bank.example").await, 0);
    assert!(world.account("bo@bank.example").await.disabled);
    assert!(world.says("list", None).await.unwrap().ends_with("\tdisabled\n"));
    let entries = world.store.audit(0, 10).await.unwrap();
    for (entry, action) in entries.iter().zip(["added", "password_given", "disabled"]) {
        assert!(entry.body.starts_with("{\"by\":\"operator\""), "{}", entry.body);
        assert!(entry.body.contains(action), "{}", entry.body);
    }
    assert_eq!(entries.len(), 3);
}

#[tokio::test]
async fn who_is_not_there_is_named() {
    let world = World::new().await;
    for line in ["disable --email no@bank.example", "password --email no@bank.example"] {
        let sentence = world.says(line, None).await.unwrap_err();
        assert_eq!(sentence, "there is no account with the address no@bank.example");
    }
    let folder = tempfile::tempdir().unwrap();
    let args = parse("list").unwrap();
    let Err(Failed::Use(sentence)) = open(folder.path(), &args.command).await else {
        panic!("a database was made by looking");
    };
    assert!(sentence.starts_with("there is no database in "), "{sentence}");
}

#[test]
fn errors_of_use_name_the_argument() {
    for (line, words) in [
        ("add --name Bo", "--email"),
        ("add --email bo@bank.example", "--name"),
        ("add --email bo --name Bo", "an e-mail address looks like"),
        ("add --email b_o@x --name Bo", "an e-mail address looks like"),
        ("add --email bo@x --name _", "a name has 1 to 64 characters"),
        ("add --email bo@x --name Bo --team a/b", "a team has 1 to 64 characters"),
        ("add --email bo@x --name Bo --language de", "the languages are sv, fi and en"),
        ("add --email bo@x --name Bo --role king", "the roles are agent, supervisor and admin"),
        ("remove --email bo@x", "unrecognized subcommand"),
    ] {
        let error = parse(line).unwrap_err();
        assert!(error.contains(words), "{line}: {error}");
    }
}

#[test]
fn a_password_is_the_first_line_of_standard_input() {
    let read = |given: bool, text: &str| {
        let args = StdinArgs { password_stdin: given };
        args.read(&mut text.as_bytes()).map_err(|failed| failed.to_string())
    };
    assert_eq!(read(true, "rätt häst batteri\r\nmer"), Ok(Some(PASSWORD.to_owned())));
    assert_eq!(read(true, " med blanksteg "), Ok(Some(" med blanksteg ".to_owned())));
    assert_eq!(read(false, "rätt häst batteri"), Ok(None));
    assert_eq!(read(true, "kort\n"), Err("a password has at least 10 characters".to_owned()));
    assert_eq!(read(true, ""), Err("a password has at least 10 characters".to_owned()));
}
