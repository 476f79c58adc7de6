//! The built program, started on a port of its own with a data folder of its own.

use std::ffi::OsString;
use std::fs;
use std::io::BufRead as _;
use std::io::BufReader;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use serde_json::Value;
use serde_json::json;
use skicka::gateway::password;
use skicka::gateway::peer::COOKIE;
use skicka::ids::AgentId;
use skicka::ids::TeamId;
use skicka::store::AgentRow;
use skicka::store::Directory as _;
use skicka::store::EventStore as _;
use skicka::store::Role;
use skicka::store::sqlite::Durability;
use skicka::store::sqlite::Sqlite;
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::client::Agent;
use crate::client::within;

/// The password of accounts that [`Server::hire`] makes.
const PASSWORD: &str = "en lampa till natten";

const INTENT: &str = "\
intent: lamp
title: { sv: Lampan, fi: Lamppu, en: The lamp }
examples:
  sv: [lampan lyser inte, det är mörkt]
  fi: [lamppu ei pala, on pimeää]
  en: [the lamp is dark, no light]
";

const DIALOGUE: &str = "\
dialogue: lamp
start: plugged
steps:
  plugged:
    ask: { sv: \"Sitter sladden i?\", fi: \"Onko johto kiinni?\", en: \"Is it plugged in?\" }
    again: { sv: \"Är lampan inkopplad?\", fi: \"Onko kytketty?\", en: \"Is it connected?\" }
    label: { sv: Sladden i, fi: Johto kiinni, en: Plugged in }
    answers: { yes: person, no: plug, unsure: plug }
  plug:
    say: { sv: \"Sätt i den.\", fi: \"Kytke se.\", en: \"Plug it in.\" }
    next: helped
  helped:
    check: { sv: \"Hjälpte det?\", fi: \"Auttoiko se?\", en: \"Did it help?\" }
    again: { sv: \"Lyser den nu?\", fi: \"Palaako se?\", en: \"Is it lit?\" }
    label: { sv: Hjälpte, fi: Auttoi, en: Helped }
    no: person
";

/// A folder with content that knows of one lamp: it is trained in no time.
pub(crate) fn write_lamp(folder: &Path) {
    for (name, text) in [("intents", INTENT), ("dialogues", DIALOGUE)] {
        fs::create_dir_all(folder.join(name)).unwrap();
        fs::write(folder.join(name).join("lamp.yaml"), text).unwrap();
    }
}

/// The built program with these arguments, in a folder where no settings file lies.
pub(crate) fn program(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    // Another build of it, such as the one that is to be shipped, may be tried.
    let own = || OsString::from(env!("CARGO_BIN_EXE_skicka"));
    let mut command = Command::new(std::env::var_os("SKICKA_BIN").unwrap_or_else(own));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SKICKA_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).envs(variables.iter().copied());
    command.stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    program(folder, arguments, variables).output().expect("the program was built")
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) at: SocketAddr,
    /// Where those who answer come in, if not there.
    pub(crate) admin: Option<SocketAddr>,
    /// The administrator's, printed at the first start.
    pub(crate) password: Option<String>,
    content: PathBuf,
    variables: Vec<(String, String)>,
    /// What the shell does before it becomes the server.
    before: String,
    folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    /// A server that knows of one lamp, with these settings by variable.
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_lamp(folder.path());
        let content = folder.path().to_owned();
        Self::start_in(folder, content, variables, "").await
    }

    /// The same, run by a shell that does something first.
    pub(crate) async fn start_under(before: &str, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_lamp(folder.path());
        let content = folder.path().to_owned();
        Self::start_in(folder, content, variables, before).await
    }

    /// A server with these content files and settings.
    pub(crate) async fn start_with(files: &[(&str, &str)], variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let content = folder.path().to_owned();
        Self::start_in(folder, content, variables, "").await
    }

    /// A server with content that lies in its folder already, beside other files.
    pub(crate) async fn start_at(folder: TempDir, variables: &[(&str, &str)]) -> Self {
        let content = folder.path().to_owned();
        Self::start_in(folder, content, variables, "").await
    }

    /// A server with the bank's content.
    pub(crate) async fn start_bank() -> Self {
        let content = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        Self::start_in(tempfile::tempdir().unwrap(), content, &[], "").await
    }

    async fn start_in(
        folder: TempDir,
        content: PathBuf,
        variables: &[(&str, &str)],
        before: &str,
    ) -> Self {
        // Tests sign in, come and write more often than people, all from one address.
        let mut all = vec![
            ("SKICKA_LIMITS__LOGINS_PER_MINUTE", "1000"),
            ("SKICKA_LIMITS__CONVERSATIONS_PER_MINUTE", "0"),
            ("SKICKA_LIMITS__FRAMES_PER_MINUTE", "0"),
            ("SKICKA_LIMITS__BYTES_PER_MINUTE", "0"),
        ];
        all.extend(variables);
        let variables: Vec<(String, String)> =
            all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let Launched { child, at, admin, password } =
            launch(folder.path(), &content, &variables, before).await;
        let before = before.to_owned();
        Self { child, at, admin, password, content, variables, before, folder }
    }

    /// Ends the process as a power cut would, as far as the process can tell.
    pub(crate) fn kill(&mut self) {
        let _ended_already = self.child.kill();
        self.child.wait().unwrap();
    }

    /// Starts it again on the same data, on another port.
    pub(crate) async fn restart(&mut self) {
        let launched =
            launch(self.folder.path(), &self.content, &self.variables, &self.before).await;
        self.child = launched.child;
        self.at = launched.at;
        self.admin = launched.admin;
    }

    /// Asks the process to stop.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    /// Asks the process to read its content anew.
    pub(crate) fn hang_up(&self) {
        self.signal("HUP");
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Writes a content file anew with something in it replaced.
    pub(crate) fn edit(&self, file: &str, changes: &[(&str, &str)]) {
        let path = self.content.join(file);
        let mut text = fs::read_to_string(&path).unwrap();
        for (from, to) in changes {
            assert!(text.contains(from), "{file} does not say: {from}");
            text = text.replace(from, to);
        }
        fs::write(path, text).unwrap();
    }

    /// What the server has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// The value of a metric, by the line that it stands in.
    pub(crate) async fn metric(&self, line: &str) -> f64 {
        let text = self.get("/metrics", "").await.1;
        let value = text.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("no metric {line}")).parse().unwrap()
    }

    /// Waits until a metric has this value.
    pub(crate) async fn until(&self, line: &str, value: f64) {
        let reached = async { while (self.metric(line).await - value).abs() > 0.1 {} };
        within(&format!("{line} {value}"), reached).await;
    }

    /// Waits until a counter is above this.
    pub(crate) async fn until_above(&self, line: &str, value: f64) {
        let reached = async { while self.metric(line).await <= value {} };
        within(&format!("{line} above {value}"), reached).await;
    }

    /// Waits until the process has ended by itself; it can be started again.
    pub(crate) async fn until_gone(&mut self) {
        let mut child = std::mem::replace(&mut self.child, idle());
        let ending = tokio::task::spawn_blocking(move || child.wait());
        within("the process ends", ending).await.unwrap().unwrap();
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The processor's time that the process has had, in hundredths of a second.
    pub(crate) fn cpu_ticks(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        // User and system time, the 14th and 15th field of the whole line.
        fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()
    }

    /// How many files the process has open.
    pub(crate) fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().count()
    }

    /// Waits until the process has ended by itself; its exit code.
    pub(crate) async fn ended(mut self) -> Option<i32> {
        let child = std::mem::replace(&mut self.child, idle());
        let ending = tokio::task::spawn_blocking(move || child.wait_with_output());
        within("the process ends", ending).await.unwrap().unwrap().status.code()
    }

    /// Runs a command of the program beside the server, on the same data; what it printed.
    pub(crate) fn beside(&self, arguments: &[&str]) -> Output {
        run(self.folder.path(), arguments, &[("SKICKA_DATA", "data")])
    }

    /// A path in the server's folder, outside its data.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Everything that the server has written: its data and its log.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let data = fs::read_dir(self.data()).unwrap().map(|entry| entry.unwrap().path());
        let paths = data.chain([self.folder.path().join("log")]);
        paths
            .filter(|path| path.is_file())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    }

    /// Makes an account beside the running server, as another process would, and signs it in.
    pub(crate) async fn hire(&self, name: &str, role: Role, teams: &[&str]) -> Agent {
        let store = Sqlite::open(&self.data().join("skicka.db"), Durability::Normal).await.unwrap();
        let email = format!("{}@bank.example", name.to_lowercase());
        let id = AgentId::new(&format!("agent-{}", name.to_lowercase()));
        let hash = password::hash(PASSWORD);
        let row = AgentRow {
            teams: teams.iter().map(|team| TeamId::new(team)).collect(),
            must_change_password: false,
            ..AgentRow::new(id, email.clone(), name.to_owned(), role, hash)
        };
        assert!(store.add_agent(row).await.unwrap());
        store.close().await;
        let token = self.sign_in(&email, PASSWORD).await;
        Agent::arrive(self, &token).await
    }

    /// The administrator of the first start, signed in.
    pub(crate) async fn administrator(&self) -> Agent {
        let password = self.password.clone().expect("the first start prints a password");
        let token = self.sign_in("admin@skicka.local", &password).await;
        // Nothing else is allowed before the password for one use is changed.
        let body = json!({ "old": password, "new": PASSWORD }).to_string();
        let request = format!(
            "POST /v1/agent/password HTTP/1.1\r\nHost: {}\r\nCookie: {COOKIE}={token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.at,
            body.len()
        );
        let (status, answer) = self.call(&request).await;
        assert_eq!(status, 200, "{answer}");
        let token = self.sign_in("admin@skicka.local", PASSWORD).await;
        Agent::arrive(self, &token).await
    }

    /// The token of a new session.
    async fn sign_in(&self, email: &str, password: &str) -> String {
        let body = json!({ "email": email, "password": password });
        let (status, answer) = self.post("/v1/agent/login", &body).await;
        assert_eq!(status, 200, "{answer}");
        answer["token"].as_str().expect("a login answers with a token").to_owned()
    }

    /// A call with a JSON body: the status and the JSON of the answer.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.at,
            body.len()
        );
        let (status, body) = self.call(&request).await;
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    /// A call with these further lines in its head: the status and the text of the answer.
    pub(crate) async fn get(&self, path: &str, lines: &str) -> (u16, String) {
        let at = self.at;
        self.call(&format!("GET {path} HTTP/1.1\r\nHost: {at}\r\n{lines}Connection: close\r\n\r\n"))
            .await
    }

    /// A call with any body: the status, the head and the body of the answer.
    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        lines: &str,
        body: &[u8],
    ) -> (u16, String, Vec<u8>) {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{lines}Content-Length: {}\r\n\
             Connection: close\r\n\r\n",
            self.at,
            body.len()
        );
        let (mut reader, mut writer) = TcpStream::connect(self.at).await.unwrap().into_split();
        let mut answer = Vec::new();
        // A server that refuses a body may answer before it has read all of it.
        let send = async {
            let _refused = writer.write_all(head.as_bytes()).await;
            let _refused = writer.write_all(body).await;
        };
        let receive = async {
            let _cut_off = reader.read_to_end(&mut answer).await;
        };
        within("an HTTP answer", async { tokio::join!(send, receive) }).await;
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap();
        (status, head, answer[end + 4..].to_vec())
    }

    pub(crate) async fn call(&self, request: &str) -> (u16, String) {
        let mut answer = String::new();
        let mut tcp = TcpStream::connect(self.at).await.unwrap();
        tcp.write_all(request.as_bytes()).await.unwrap();
        within("an HTTP answer", tcp.read_to_string(&mut answer)).await.unwrap();
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap();
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
        (status, body.unwrap_or_default())
    }
}

/// A process that has nothing to do, to stand where a waited-for child stood.
fn idle() -> Child {
    Command::new("true").spawn().unwrap()
}

struct Launched {
    child: Child,
    at: SocketAddr,
    admin: Option<SocketAddr>,
    password: Option<String>,
}

async fn launch(
    folder: &Path,
    content: &Path,
    variables: &[(String, String)],
    before: &str,
) -> Launched {
    let content = content.to_str().unwrap();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data", "data", "--content", content];
    // What one server has trained, the others need not.
    let models = concat!(env!("CARGO_TARGET_TMPDIR"), "/models");
    let variables: Vec<(&str, &str)> = [("SKICKA_MODELS", models)]
        .into_iter()
        .chain(variables.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .collect();
    let log = fs::OpenOptions::new().append(true).create(true).open(folder.join("log")).unwrap();
    let mut command = program(folder, &arguments, &variables);
    if !before.is_empty() {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{before} exec \"$0\" \"$@\"")).arg(command.get_program());
        shell.args(command.get_args()).current_dir(folder).stdin(Stdio::null());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        command = shell;
    }
    let mut child =
        command.stdout(Stdio::piped()).stderr(log).spawn().expect("the program was built");
    let is_first = !folder.join("data/skicka.db").exists();
    let out = child.stdout.take().expect("it is piped");
    let reading = tokio::task::spawn_blocking(move || {
        let lines = BufReader::new(out).lines().map_while(Result::ok);
        lines.take(if is_first { 3 } else { 2 }).collect::<Vec<String>>()
    });
    let lines = within("the server says where it listens", reading).await.unwrap();
    let said = || format!("{lines:?}, {}", fs::read_to_string(folder.join("log")).unwrap());
    let address = |line: usize, name: &str, path: &str| {
        let address = lines.get(line)?.strip_prefix(name)?.trim_start();
        let address = address.strip_prefix("https://").or(address.strip_prefix("http://"))?;
        address.strip_suffix(path)?.parse::<SocketAddr>().ok()
    };
    let at =
        address(0, "Chat:", "/").unwrap_or_else(|| panic!("the server did not start: {}", said()));
    let admin = address(1, "Console:", "/console").filter(|admin| *admin != at);
    let password = lines.get(2).and_then(|line| line.split("one-time password: ").nth(1));
    Launched { child, at, admin, password: password.map(str::to_owned) }
}
