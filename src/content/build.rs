//! From files to [`Content`].

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use sha2::Digest;
use sha2::Sha256;

use crate::content::Content;
use crate::content::GOODBYE;
use crate::content::GREETING;
use crate::content::Source;
use crate::content::THANKS;
use crate::content::answers;
use crate::content::check;
use crate::content::check::Found;
use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Severity;
use crate::content::diagnostic::Span;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::read as dialogue_file;
use crate::content::editions::Dialogues;
use crate::content::fields::Fields;
use crate::content::fields::Word;
use crate::content::intent;
use crate::content::intent::Intent;
use crate::content::manners;
use crate::content::manners::Manners;
use crate::content::models::Models;
use crate::content::remarks;
use crate::content::remarks::Remarks;
use crate::content::secrets;
use crate::content::yaml;
use crate::content::yaml::Node;
use crate::content::yaml::Value;
use crate::ids::DialogueId;
use crate::ids::IntentId;
use crate::language::Language;
use crate::matcher::IntentExamples;
use crate::matcher::Matcher;
use crate::matcher::TrainingSet;
use crate::matcher::answers::AnswerExamples;
use crate::matcher::answers::AnswerModel;
use crate::matcher::answers::AnswerTable;
use crate::matcher::answers::lead::Phrases;
use crate::matcher::answers::remark::RemarkModel;
use crate::privacy::patterns::Patterns;

/// The texts and examples that serve where a content folder brings none of its own.
const BUILT_IN: [(&str, &str); 4] = [
    ("manners.yaml", include_str!("../../manners.yaml")),
    ("answers.yaml", include_str!("../../answers.yaml")),
    ("corrections.yaml", include_str!("../../corrections.yaml")),
    ("remarks.yaml", include_str!("../../remarks.yaml")),
];

/// The first keys of content files, which tell their kinds.
pub(crate) const KINDS: [&str; 8] = [
    "intent",
    "dialogue",
    "out_of_scope",
    "manners",
    "answers",
    "corrections",
    "remarks",
    "secrets",
];

/// What the files say, before any model is trained.
#[derive(Debug, Default)]
pub struct Draft {
    intents: BTreeMap<IntentId, Intent>,
    dialogues: BTreeMap<DialogueId, Dialogue>,
    manners: Option<Manners>,
    pub(super) answers: AnswerTable,
    corrections: BTreeMap<Language, Phrases>,
    secrets: Option<Patterns>,
    pub(super) remarks: Option<Remarks>,
    out_of_scope: BTreeMap<Language, Vec<String>>,
    /// The same with files and places, for diagnostics.
    out_of_scope_words: Vec<(String, Language, Word)>,
    manners_file: String,
    revision: String,
    sources: Vec<Source>,
}

/// Reads files and checks them. The draft serves only when no diagnostic is an error.
#[must_use]
pub fn draft(sources: &[Source]) -> (Draft, Vec<Diagnostic>) {
    let mut draft =
        Draft { revision: revision_of(sources), sources: sources.to_vec(), ..Draft::default() };
    let mut diagnostics = Vec::new();
    let mut unread = BTreeSet::new();
    for source in sources {
        let before = draft.parts();
        take_file(&mut draft, &source.file, &source.text, &mut diagnostics);
        if draft.parts() == before {
            unread.insert(stem_of(&source.file).to_owned());
        }
    }
    for (file, text) in BUILT_IN {
        let brought = match file {
            "manners.yaml" => draft.manners.is_some(),
            "corrections.yaml" => !draft.corrections.is_empty(),
            "remarks.yaml" => draft.remarks.is_some(),
            _ => !draft.answers.classes.is_empty(),
        };
        if !brought {
            take_file(&mut draft, file, text, &mut diagnostics);
        }
    }
    if draft.intents.is_empty() && unread.is_empty() {
        Diagnostic::add(
            &mut diagnostics,
            "intents/",
            Span::at(1, 1),
            Code::NothingThere,
            "there is no intent, so nothing can be understood",
        )
        .help("write one: a file intents/NAME.yaml that begins with `intent: NAME`");
    }
    let found = Found {
        intents: &draft.intents,
        dialogues: &draft.dialogues,
        manners: draft.manners.as_ref(),
        manners_file: &draft.manners_file,
        out_of_scope: &draft.out_of_scope_words,
        unread: &unread,
    };
    check::check(&found, &mut diagnostics);
    diagnostics.sort_by(|one, other| {
        (&one.file, one.span, one.code).cmp(&(&other.file, other.span, other.code))
    });
    diagnostics.dedup();
    (draft, diagnostics)
}

/// Whether content with these diagnostics may be served.
#[must_use]
pub fn is_servable(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
}

fn revision_of(sources: &[Source]) -> String {
    let mut hash = Sha256::new();
    for source in sources {
        hash.update(source.file.as_bytes());
        hash.update([0]);
        hash.update(source.text.as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    // Twelve digits tell apart more revisions than anybody writes.
    let short = digest.iter().take(6).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    format!("{short:012x}")
}

fn take_file(draft: &mut Draft, file: &str, text: &str, diagnostics: &mut Vec<Diagnostic>) {
    let before = diagnostics.len();
    let node = match yaml::parse(file, text, diagnostics) {
        Some(node) => node,
        // A file of comments, or of nothing, parses to nothing without a word.
        None if diagnostics.len() == before => Node { span: Span::at(1, 1), value: Value::Empty },
        None => return,
    };
    let first = match &node.value {
        Value::Map(entries) => entries.first().map(|(key, _)| (key.name.clone(), key.span)),
        _ => None,
    };
    let (kind, span) = first.unwrap_or_else(|| (String::new(), Span::at(1, 1)));
    if KINDS.contains(&kind.as_str()) {
        check_folder(file, &kind, span, diagnostics);
    }
    match kind.as_str() {
        "intent" => {
            if let Some(intent) = intent::read(file, node, diagnostics) {
                check_file_name(file, intent.id.as_str(), span, diagnostics);
                if let Some(other) = draft.intents.insert(intent.id.clone(), intent) {
                    repeated(file, span, "intent", other.id.as_str(), &other.file, diagnostics);
                }
            }
        }
        "dialogue" => {
            if let Some(dialogue) = dialogue_file::read(file, node, diagnostics) {
                check_file_name(file, dialogue.id.as_str(), span, diagnostics);
                if let Some(other) = draft.dialogues.insert(dialogue.id.clone(), dialogue) {
                    repeated(file, span, "dialogue", other.id.as_str(), &other.file, diagnostics);
                }
            }
        }
        "corrections" => {
            if !draft.corrections.is_empty() {
                repeated(file, span, "the file of", "corrections", "another file", diagnostics);
            }
            draft.corrections = answers::read_corrections(file, node, diagnostics);
        }
        "secrets" => {
            if draft.secrets.replace(secrets::read(file, node, diagnostics)).is_some() {
                repeated(file, span, "the file of", "secrets", "another file", diagnostics);
            }
        }
        "remarks" => {
            if draft.remarks.replace(remarks::read(file, node, diagnostics)).is_some() {
                repeated(file, span, "the file of", "remarks", "another file", diagnostics);
            }
        }
        "out_of_scope" => {
            for (language, words) in intent::read_out_of_scope(file, node, diagnostics) {
                for word in words {
                    draft.out_of_scope.entry(language).or_default().push(word.text.clone());
                    draft.out_of_scope_words.push((file.to_owned(), language, word));
                }
            }
        }
        "manners" => {
            file.clone_into(&mut draft.manners_file);
            if draft.manners.replace(manners::read(file, node, diagnostics)).is_some() {
                repeated(file, span, "the file of", "manners", "another file", diagnostics);
            }
        }
        "answers" => {
            if !draft.answers.classes.is_empty() {
                repeated(file, span, "the file of", "answers", "another file", diagnostics);
            }
            draft.answers = answers::read(file, node, diagnostics);
        }
        other => unknown_kind(file, other, span, node, diagnostics),
    }
}

fn unknown_kind(file: &str, kind: &str, span: Span, node: Node, diagnostics: &mut Vec<Diagnostic>) {
    let known = KINDS;
    if node.value == Value::Empty {
        Diagnostic::add(diagnostics, file, span, Code::WrongKind, "the file is empty")
            .help("write it, or remove it");
        return;
    }
    let mut fields = Fields::open(file, node, "a content file", diagnostics);
    let misplaced = known.iter().any(|known| fields.has(known));
    if fields.rest().is_empty() {
        // It was told that this is no mapping.
    } else if misplaced {
        fields
            .report(span, Code::BadValue, "the first key of a content file tells its kind")
            .help("move `intent:` or `dialogue:` to the top");
    } else {
        let help = crate::content::suggest::did_you_mean(kind, known);
        fields
            .report(span, Code::UnknownKey, &format!("a content file cannot begin with `{kind}:`"))
            .help(&help);
    }
}

fn check_file_name(file: &str, id: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    if stem_of(file) != id {
        Diagnostic::add(
            diagnostics,
            file,
            span,
            Code::BadValue,
            &format!("the file holds `{id}` but is not named so"),
        )
        .help(&format!("rename the file to {id}.yaml, or the id to the file's name"));
    }
}

/// The name of a file without its folder and ending.
fn stem_of(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// An intent among the dialogues, or the other way round, is read and hard to find.
fn check_folder(file: &str, kind: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let own = match kind {
        "intent" | "out_of_scope" => "intents",
        "dialogue" => "dialogues",
        _ => "",
    };
    if folder != own {
        let place = if own.is_empty() { "beside the folders" } else { own };
        let message = format!("a file of kind `{kind}` lies in `{folder}/`");
        Diagnostic::add(diagnostics, file, span, Code::NotRead, &message)
            .help(&format!("its place is {place}, where whoever looks for it finds it"))
            .only_warn();
    }
}

fn repeated(
    file: &str,
    span: Span,
    kind: &str,
    id: &str,
    other: &str,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let message = format!("{kind} `{id}` stands in {other} already");
    Diagnostic::add(diagnostics, file, span, Code::DuplicateId, &message)
        .help("give one of them another name");
}

impl Draft {
    /// The name for exactly these files.
    #[must_use]
    pub fn revision(&self) -> &str {
        &self.revision
    }

    /// By id.
    #[must_use]
    pub fn intents(&self) -> &BTreeMap<IntentId, Intent> {
        &self.intents
    }

    /// By id.
    #[must_use]
    pub fn dialogues(&self) -> &Dialogues {
        &self.dialogues
    }

    /// The bot's own texts, if they could be read.
    #[must_use]
    pub fn manners(&self) -> Option<&Manners> {
        self.manners.as_ref()
    }

    /// How much was read: what tells whether a file gave anything.
    fn parts(&self) -> [usize; 7] {
        [
            self.intents.len(),
            self.dialogues.len(),
            self.out_of_scope_words.len(),
            usize::from(self.manners.is_some()),
            self.answers.classes.len(),
            self.corrections.len(),
            usize::from(self.remarks.is_some()),
        ]
    }

    /// The dialogues alone: all that an older revision is still needed for.
    #[must_use]
    pub fn into_dialogues(self) -> Dialogues {
        self.dialogues
    }

    /// The messages a matcher of one language learns from.
    #[must_use]
    pub fn training_set(&self, language: Language) -> TrainingSet {
        let intents = self.intents.values().map(|intent| IntentExamples {
            id: intent.id.clone(),
            title: intent.title.plain(language).to_owned(),
            keywords: intent.keywords.get(&language).cloned().unwrap_or_default(),
            examples: intent.examples.get(&language).cloned().unwrap_or_default(),
        });
        TrainingSet {
            language,
            intents: intents.collect(),
            out_of_scope: self.out_of_scope.get(&language).cloned().unwrap_or_default(),
        }
    }

    /// The answers a reader of one language learns from.
    #[must_use]
    pub fn answer_examples(&self, language: Language) -> AnswerExamples {
        let mut examples = AnswerExamples::of(&self.answers, language);
        examples.add_other_matters(self.other_matters(language));
        examples
    }

    /// Messages that are no answers: whoever tells of a problem has not answered the question.
    pub(super) fn other_matters(&self, language: Language) -> impl Iterator<Item = &str> {
        let courtesies = [GREETING, THANKS, GOODBYE];
        let matters = self.intents.values().filter(move |it| !courtesies.contains(&it.id.as_str()));
        let told = matters.filter_map(move |intent| intent.examples.get(&language));
        told.chain(self.out_of_scope.get(&language)).flatten().map(String::as_str)
    }

    /// Trains the models. A draft with errors must not come here.
    #[must_use]
    pub fn train(self) -> Content {
        self.train_with(BTreeMap::new())
    }

    /// Trains the models of the languages of which none are `kept`. A draft with errors must not
    /// come here.
    #[must_use]
    pub fn train_with(self, mut kept: BTreeMap<Language, Models>) -> Content {
        let remarks = self.remarks.clone().unwrap_or_default();
        let [sv, fi, en] = std::thread::scope(|scope| {
            let (draft, remarks) = (&self, &remarks);
            let begin = |language| {
                let examples = Arc::new(draft.answer_examples(language));
                let of_answers = Arc::clone(&examples);
                let answers = scope.spawn(move || AnswerModel::train(&of_answers));
                let of_remarks = remarks.examples_of(language);
                let remarks = scope.spawn(move || RemarkModel::train(&of_remarks, &examples));
                (answers, remarks)
            };
            // A matcher trains on every core by itself; the small models run beside them.
            let under_way = Language::ALL.map(|language| {
                (language, (!kept.contains_key(&language)).then(|| begin(language)))
            });
            under_way.map(|(language, small)| {
                kept.remove(&language).unwrap_or_else(|| {
                    let (answers, remarks) = small.unwrap_or_else(|| begin(language));
                    let matcher = Matcher::train(&draft.training_set(language));
                    Models { matcher, answers: joined(answers), remarks: joined(remarks) }
                })
            })
        });
        let files: BTreeSet<&str> =
            self.dialogues.values().map(|dialogue| dialogue.file.as_str()).collect();
        let sources =
            self.sources.into_iter().filter(|source| files.contains(source.file.as_str()));
        Content {
            revision: self.revision,
            intents: self.intents,
            sources: sources.collect(),
            dialogues: Arc::new(self.dialogues),
            manners: self.manners.unwrap_or_default(),
            corrections: self.corrections,
            secrets: Arc::new(self.secrets.unwrap_or_default()),
            matchers: Arc::new([sv.matcher, fi.matcher, en.matcher]),
            answers: Arc::new([sv.answers, fi.answers, en.answers]),
            remarks,
            remark_models: Arc::new([sv.remarks, fi.remarks, en.remarks]),
            older: BTreeMap::new(),
        }
    }
}

/// What a thread found; its panic goes on here.
fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
