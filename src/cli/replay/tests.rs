//! A thousand talks in a real database, and an edit that only some of them notice.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::authoring::trail::trail;
use crate::content::build;
use crate::content::load;
use crate::conversation::deadline;
use crate::conversation::decide;
use crate::conversation::event::AgentRef;
use crate::conversation::event::Event;
use crate::conversation::event::Fact;
use crate::conversation::event::Outcome;
use crate::conversation::event::Status;
use crate::conversation::event::TransferTarget;
use crate::conversation::input::Act;
use crate::conversation::input::Duty;
use crate::conversation::input::Input;
use crate::conversation::state::State;
use crate::engine::turn::row_of;
use crate::ids::AgentId;
use crate::ids::ConversationId;
use crate::ids::DialogueId;
use crate::ids::Seq;
use crate::ids::StepId;
use crate::ids::TeamId;
use crate::ids::VisitorId;
use crate::language::Language;
use crate::matcher::evaluation::noise::Random;
use crate::privacy;
use crate::store::Append;
use crate::store::Appended;
use crate::store::EventStore as _;
use crate::store::Head;
use crate::store::NewConversation;
use crate::store::sqlite::Durability;
use crate::store::sqlite::Sqlite;

const TALKS: usize = 1_000;

const SWEDISH: &[&str] = &[
    "mitt paket har inte kommit",
    "koppen som kom var trasig",
    "mitt paket har inte kommit och koppen som kom var trasig",
    "jag vill prata med en människa",
    "ja",
    "nej",
    "nej det har jag inte gjort",
    "vet inte",
    "privatkund",
    "vi är en förening",
    "AB123456",
    "i går",
    "040 123 4567",
    "maja@example.fi",
    "det löste sig, paketet kom nyss",
    "fortfarande likadant",
    "hmm alltså",
    "blorp zzz",
    "tillbaka",
    "avbryt",
    "nej förresten, jag är företagskund",
    "mitt lösenord är hemligt123",
    "mitt kort är stulet!",
    "detta är skit",
];
const FINNISH: &[&str] = &[
    "pakettini ei ole tullut",
    "kuppi oli rikki",
    "kyllä",
    "en",
    "en tiedä",
    "tarkistin",
    "henkilöasiakas",
    "AB123456",
    "eilen",
    "nyt se tuli!",
    "hmm",
    "lopeta tämä",
];
const ENGLISH: &[&str] = &[
    "where is my parcel",
    "the cup is broken",
    "yes",
    "no",
    "not sure",
    "private customer",
    "I haven't checked the tracking",
    "about twenty-five",
    "yesterday",
    "it came just now",
    "this is so useless!!",
    "back",
];

/// Somebody who writes at random, and those who answer them.
struct Maker<'c> {
    content: &'c Content,
    policy: Policy,
    random: Random,
    state: State,
    log: Vec<Event>,
    at: Timestamp,
    duty: Duty,
}

fn agent(number: usize) -> AgentRef {
    AgentRef { id: AgentId::new(&format!("a{number}")), name: format!("Agent {number}") }
}

impl<'c> Maker<'c> {
    fn new(content: &'c Content, number: usize) -> Self {
        let mut random = Random::new(u64::try_from(number).expect("a small number"));
        let lang = [Language::Sv, Language::Sv, Language::Fi, Language::En][random.below(4)];
        let at =
            Timestamp(1_795_000_000_000).plus_ms(i64::try_from(number).expect("small") * 71_234);
        let burst_ms = [0, 1_200][random.below(2)];
        Self {
            content,
            policy: Policy { burst_ms, ..Policy::default() },
            random,
            state: State::new(lang, at),
            log: Vec::new(),
            at,
            duty: Duty::OnDuty,
        }
    }

    fn talk(mut self) -> (Timestamp, Vec<Event>, State) {
        let begun = self.at;
        self.perform(Act::Begin);
        for _ in 0..3 + self.random.below(14) {
            let pause = [400, 3_000, 20_000, 90_000, 1_200_000][self.random.below(5)];
            self.at = self.at.plus_ms(pause);
            self.ticks();
            let act = match self.state.status {
                Status::Bot => self.visitors_act(),
                Status::Queued => self.while_queued(),
                Status::Agent => self.agents_act(),
                Status::Offline => self.while_offline(),
                Status::Ended => Act::Rated { score: 4, comment: None },
            };
            self.perform(act);
        }
        if self.random.below(3) == 0 {
            self.at = self.at.plus_ms(2 * 3_600_000);
            self.ticks();
        }
        (begun, self.log, self.state)
    }

    /// As a server does it: at most a second late.
    fn ticks(&mut self) {
        let now = self.at;
        while let Some(due) = deadline(&self.state, &self.policy).filter(|due| *due < now) {
            let late = i64::try_from(self.random.below(1_000)).expect("small");
            self.at = due.plus_ms(late).min(now);
            self.perform(Act::Tick);
        }
        self.at = now;
    }

    fn perform(&mut self, act: Act) {
        let input = Input { at: self.at, id: None, act, duty: self.duty };
        if let Ok(decision) = decide(self.content, &self.policy, &self.state, &input) {
            self.log.extend(decision.events);
            self.state = decision.state;
        }
    }

    fn says(&mut self) -> Act {
        let lines = match self.state.lang {
            Language::Sv => SWEDISH,
            Language::Fi => FINNISH,
            Language::En => ENGLISH,
        };
        let masked = privacy::mask(lines[self.random.below(lines.len())]);
        let hidden = !masked.kinds.is_empty();
        Act::Said { text: masked.text.into_owned(), masked: hidden }
    }

    fn visitors_act(&mut self) -> Act {
        let buttons = self.state.buttons().map(|(offer, choices)| (offer, choices.to_vec()));
        match (self.random.below(20), buttons) {
            (0..=8, Some((offer, choices))) => {
                let choice = &choices[self.random.below(choices.len())];
                Act::Chose { offer, value: choice.value.clone() }
            }
            (9, _) => Act::WantsPerson,
            (10, _) => Act::ChoseLanguage(Language::ALL[self.random.below(3)]),
            (11, _) if self.state.visitor_messages > 3 => Act::Leave,
            (12, _) if self.state.visitor_messages > 3 => Act::Claim { agent: agent(1) },
            (13, _) => {
                self.duty = [Duty::OnDuty, Duty::Nobody][self.random.below(2)];
                self.says()
            }
            _ => self.says(),
        }
    }

    fn while_queued(&mut self) -> Act {
        match self.random.below(5) {
            0 => {
                self.duty = Duty::Nobody;
                Act::DutyEnded
            }
            1 => self.says(),
            2 => Act::ChoseLanguage(Language::En),
            _ => Act::Claim { agent: agent(self.random.below(2)) },
        }
    }

    fn while_offline(&mut self) -> Act {
        if self.random.below(2) == 0 {
            return self.says();
        }
        self.duty = Duty::OnDuty;
        Act::DutyBegan { team: self.state.team.clone() }
    }

    fn agents_act(&mut self) -> Act {
        let holder = self.state.agent.clone().expect("somebody holds it");
        match self.random.below(9) {
            0 => self.says(),
            1 => Act::AgentNoted { agent: holder, text: "to be looked at".to_owned() },
            2 => {
                let to = TransferTarget::Team(TeamId::new("cards"));
                Act::Transfer { agent: holder, to, note: None }
            }
            3 => {
                let to = TransferTarget::Agent(agent(3));
                Act::Transfer { agent: holder, to, note: None }
            }
            4 => Act::HandBack { agent: holder, dialogue: None, step: None },
            5 => Act::HandBack {
                agent: holder,
                dialogue: Some(DialogueId::new("late_parcel")),
                step: Some(StepId::new("number")),
            },
            6 => Act::Resolve { agent: holder, outcome: Outcome::Resolved, note: None },
            7 => Act::AgentLost { agent: holder.id },
            _ => Act::AgentSaid { agent: holder, text: "Hej!".to_owned() },
        }
    }
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parcels")
}

fn content_in(folder: &Path) -> Content {
    let (sources, unread) = load::read_folder(folder);
    let (draft, faults) = build::draft(&sources);
    assert!(unread.is_empty() && build::is_servable(&faults), "{unread:#?} {faults:#?}");
    draft.train()
}

async fn store_talks(data: &Path, talks: &[(Timestamp, Vec<Event>, State)]) {
    let store = Sqlite::open(&data.join(crate::cli::serve::DATABASE), Durability::Normal)
        .await
        .expect("a database can be made");
    for (number, (begun, log, state)) in talks.iter().enumerate() {
        let id = ConversationId::new(&format!("c{number:04}"));
        let head = Head {
            status: state.status,
            team: state.team.clone(),
            agent: None,
            lang: state.lang,
            topic: state.topic.clone(),
            deadline: None,
            pins: Vec::new(),
            tags: Vec::new(),
        };
        let visitor = VisitorId::new(&format!("v{number}"));
        let profile = "{}".to_owned();
        let new = NewConversation {
            id: id.clone(),
            visitor,
            at: *begun,
            profile,
            head: head.clone(),
            unless_open: false,
        };
        store.create(new).await.expect("it can be made");
        let append = Append {
            conversation: id,
            expected: Seq::ZERO,
            input: None,
            events: log.iter().map(row_of).collect(),
            head,
            effects: Vec::new(),
            closes: None,
            audit: None,
        };
        assert_eq!(store.append(append).await.expect("it can be kept"), Appended::Done);
    }
    store.close().await;
}

fn copy_edited(to: &Path, dialogue: &str, from_text: &str, to_text: &str) {
    for sub in ["intents", "dialogues"] {
        fs::create_dir_all(to.join(sub)).expect("a folder can be made");
        for entry in fs::read_dir(folder().join(sub)).expect("the parcels are there") {
            let path = entry.expect("the parcels are there").path();
            let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
            let mut text = fs::read_to_string(&path).expect("it is text");
            if sub == "dialogues" && name == dialogue {
                assert!(text.contains(from_text), "{dialogue} has no {from_text}");
                text = text.replacen(from_text, to_text, 1);
            }
            fs::write(to.join(sub).join(name), text).expect("it can be written");
        }
    }
}

fn report_of(data: &Path, content: &Content) -> Report {
    let progress = Progress::begin("");
    let mut report = Report::default();
    let mut groups = BTreeMap::new();
    let read = logs::each_batch(data, Timestamp::default(), |some| {
        let contents = Contents { edited: content, base: None };
        take(contents, &Policy::default(), &some, &progress, &mut report, &mut groups);
        Ok(())
    });
    block_on(read).expect("the database can be read");
    report.sort_in(groups);
    report
}

/// Whether a talk answered the question about the tracking by no, in whatever words and at whatever
/// time.
fn had_not_looked(content: &Content, log: &[Event]) -> bool {
    let Some(Fact::Message(hello)) = log.first().map(|event| &event.fact) else { return false };
    trail(content, hello.lang, log)
        .taken
        .iter()
        .any(|way| way.at.step.as_str() == "tracked" && way.exit == "no")
}

#[test]
fn over_a_thousand_talks_a_planted_edit_is_found_and_nothing_else() {
    let original = content_in(&folder());
    let numbers: Vec<usize> = (0..TALKS).collect();
    let talks = each(&numbers, |number| Maker::new(&original, *number).talk());
    let kinds: BTreeSet<String> = talks
        .iter()
        .flat_map(|(_, log, _)| log)
        .flat_map(|event| &event.moves)
        .map(|change| format!("{change:?}").chars().take_while(|it| it.is_alphabetic()).collect())
        .collect();
    for kind in ["Waits", "Read", "Redone", "WentBack", "ToldOfMask", "Speaks", "Noted", "Upset"] {
        assert!(kinds.contains(kind), "no talk has {kind}: they are not varied enough: {kinds:?}");
    }
    let data = tempfile::tempdir().expect("a folder can be made");
    block_on(async {
        store_talks(data.path(), &talks).await;
        Ok(())
    })
    .expect("the talks are stored");

    let unchanged = report_of(data.path(), &original);
    assert_eq!(unchanged.conversations, TALKS);
    assert_eq!((unchanged.changed, unchanged.reworded), (0, 0), "{}", unchanged.text(3));
    assert_eq!(unchanged.unplayable, 0);

    // Whoever has not looked at the tracking is no longer told to.
    let edited = tempfile::tempdir().expect("a folder can be made");
    let (was, is) = ("yes: number, no: track,", "yes: number, no: number,");
    copy_edited(edited.path(), "late_parcel.yaml", was, is);
    let report = report_of(data.path(), &content_in(edited.path()));
    let expected: BTreeSet<String> = talks
        .iter()
        .enumerate()
        .filter(|(_, (_, log, _))| had_not_looked(&original, log))
        .map(|(number, _)| format!("c{number:04}"))
        .collect();
    let found: BTreeSet<String> = report
        .groups
        .iter()
        .flat_map(|group| &group.conversations)
        .map(|changed| changed.conversation.clone())
        .collect();
    assert!(expected.len() > 20, "only {} talks came there", expected.len());
    assert_eq!(found, expected);
    assert_eq!(report.reworded, 0);
    let helped: usize = report
        .groups
        .iter()
        .flat_map(|group| &group.conversations)
        .filter(|changed| changed.change.lost)
        .count();
    assert!(helped > 0 && helped < found.len(), "{helped} of {}", found.len());
    assert_eq!(report.no_longer_resolved, helped);
    let args = ReplayArgs {
        since: None,
        content: Some(edited.path().to_path_buf()),
        base: None,
        data: Some(data.path().to_path_buf()),
        examples: 1,
        json: true,
    };
    assert!(matches!(run(&args), Err(Failed::Told)), "what was resolved no longer is");

    // Other words are no other way.
    let worded = tempfile::tempdir().expect("a folder can be made");
    let (was, is) = ("Har du kollat spårningen?", "Har du tittat i spårningen?");
    copy_edited(worded.path(), "late_parcel.yaml", was, is);
    let report = report_of(data.path(), &content_in(worded.path()));
    assert_eq!(report.changed, 0, "{}", report.text(3));
    assert!(report.reworded > 50, "{}", report.reworded);
}

#[test]
fn without_a_database_it_says_so() {
    let empty = tempfile::tempdir().expect("a folder can be made");
    let args = ReplayArgs {
        since: None,
        content: Some(folder()),
        base: None,
        data: Some(empty.path().to_path_buf()),
        examples: 1,
        json: false,
    };
    let failed = run(&args).expect_err("there is no database");
    assert!(failed.to_string().starts_with("there is no database in"), "{failed}");
}
