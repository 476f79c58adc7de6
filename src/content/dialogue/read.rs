//! Reading dialogue files.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;
use crate::content::dialogue::Answers;
use crate::content::dialogue::Arm;
use crate::content::dialogue::Ask;
use crate::content::dialogue::ChoiceStep;
use crate::content::dialogue::Dialogue;
use crate::content::dialogue::Exit;
use crate::content::dialogue::LinkText;
use crate::content::dialogue::Places;
use crate::content::dialogue::Step;
use crate::content::dialogue::StepKind;
use crate::content::dialogue::Target;
use crate::content::dialogue::action;
use crate::content::dialogue::known;
use crate::content::dialogue::occasion::Occasion;
use crate::content::dialogue::pause;
use crate::content::dialogue::slot;
use crate::content::fields::Fields;
use crate::content::fields::Word;
use crate::content::suggest::did_you_mean;
use crate::content::suggest::nearest;
use crate::content::text::Text;
use crate::content::yaml::Key;
use crate::content::yaml::Node;
use crate::content::yaml::Value;
use crate::ids::DialogueId;
use crate::ids::StepId;
use crate::ids::TeamId;
use crate::ids::is_wire_id;
use crate::language::Language;

/// The keys that say what a step does; a step has exactly one of them, save that `say` may stand
/// beside those of [`SAYING`].
const KINDS: [&str; 12] = [
    "ask", "check", "branch", "set", "call", "goto", "action", "resolve", "escalate", "wait",
    "callback", "say",
];

/// The kinds that say something besides.
const SAYING: [&str; 4] = ["action", "escalate", "wait", "callback"];

/// Values of the bot's own buttons and answers, which no choice may have.
const RESERVED_CHOICES: [&str; 4] = ["person", "something_else", "go_on", "solved"];

/// Names of steps and choices travel as ids on the wire.
fn check_id(fields: &mut Fields<'_>, id: &str, span: Span) {
    if !is_wire_id(id) {
        fields
            .report(span, Code::BadValue, &format!("`{id}` cannot be a name"))
            .help("a name has 1 to 64 of the letters a-z and A-Z, digits, _ and -");
    }
}

/// A slot is named in texts and conditions, where a space or a dash would mean something else.
fn check_slot(fields: &mut Fields<'_>, name: &str, span: Span) {
    let starts = name.chars().next().is_some_and(|it| it.is_ascii_alphabetic() || it == '_');
    if !starts || !name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_') {
        fields
            .report(span, Code::BadValue, &format!("`{name}` cannot be the name of a slot"))
            .help(
                "such a name has the letters a-z and A-Z, digits and _, and begins with no digit",
            );
    }
}

/// Reads a dialogue file.
pub(crate) fn read(file: &str, node: Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Dialogue> {
    let mut fields = Fields::open(file, node, "a dialogue", diagnostics);
    let id = fields.need_word("dialogue", "a dialogue");
    let start = fields.need_word("start", "a dialogue");
    let occasion = fields.word("instead_of");
    let instead_of = occasion.as_ref().and_then(|word| read_occasion(&mut fields, word));
    let steps = fields.need("steps", "a dialogue").map(|(_, node)| node);
    let read = steps.map(|node| read_steps(file, node, fields.diagnostics())).unwrap_or_default();
    if let Some(word) = id.as_ref() {
        check_id(&mut fields, &word.text, word.span);
    }
    fields.finish("a dialogue");
    let (id, start) = (id?, start?);
    Some(Dialogue {
        id: DialogueId::new(&id.text),
        start: StepId::new(&start.text),
        steps: read.steps,
        instead_of,
        occasion_span: occasion.map_or(id.span, |word| word.span),
        file: file.to_owned(),
        span: id.span,
        start_span: start.span,
        broken: read.broken,
        broken_slots: read.slots,
    })
}

fn read_occasion(fields: &mut Fields<'_>, word: &Word) -> Option<Occasion> {
    let found = Occasion::named(&word.text);
    if found.is_none() {
        let known = Occasion::ALL.into_iter().map(Occasion::as_str);
        let message = format!("the bot has no occasion `{}`", word.text);
        let help = did_you_mean(&word.text, known);
        fields.report(word.span, Code::BadValue, &message).help(&help);
    }
    found
}

#[derive(Default)]
struct ReadSteps {
    steps: BTreeMap<StepId, Step>,
    broken: BTreeSet<StepId>,
    slots: BTreeSet<String>,
}

/// The slots that a step names, be the rest of it right or wrong.
fn slots_in(node: &Node) -> Vec<String> {
    let Value::Map(entries) = &node.value else { return Vec::new() };
    let named = entries.iter().flat_map(|(key, node)| match (key.name.as_str(), &node.value) {
        ("slot", Value::Scalar(slot)) => vec![slot.clone()],
        ("set", Value::Map(values)) => values.iter().map(|(key, _)| key.name.clone()).collect(),
        _ => Vec::new(),
    });
    named.collect()
}

fn read_steps(file: &str, node: Node, diagnostics: &mut Vec<Diagnostic>) -> ReadSteps {
    if let Value::List(_) = node.value {
        Diagnostic::add(diagnostics, file, node.span, Code::WrongKind, "`steps` is a list").help(
            "give each step a name of its own: `name:` and its keys below it, without dashes",
        );
        return ReadSteps::default();
    }
    let mut fields = Fields::open(file, node, "`steps`", diagnostics);
    let mut read = ReadSteps::default();
    for (key, node) in fields.rest() {
        check_id(&mut fields, &key.name, key.span);
        if !matches!(Target::named(&key.name), Target::Step(_)) {
            fields
                .report(key.span, Code::BadValue, &format!("`{}` is a reserved word", key.name))
                .help("give the step another name");
        }
        let slots = slots_in(&node);
        let id = StepId::new(&key.name);
        match read_step(file, &key, node, fields.diagnostics()) {
            Some(step) if !read.steps.contains_key(&id) => {
                read.steps.insert(id, step);
            }
            // Of two steps with one name either may be meant.
            _ => {
                read.broken.insert(id);
                read.slots.extend(slots);
            }
        }
    }
    read
}

fn read_step(file: &str, key: &Key, node: Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Step> {
    let what = format!("step `{}`", key.name);
    let mut fields = Fields::open(file, node, &what, diagnostics).named_at(key.span);
    let mut places = Places::default();
    let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| fields.has(kind)).collect();
    let kind = match kinds.as_slice() {
        [one, "say"] if SAYING.contains(one) => *one,
        [one] => *one,
        [] => {
            let entries = fields.rest();
            let meant = |key: &Key| nearest(&key.name, KINDS);
            if let Some((key, meant)) = entries.iter().find_map(|(key, _)| Some((key, meant(key)?)))
            {
                fields
                    .report(key.span, Code::UnknownKey, &format!("{what} has no `{}:`", key.name))
                    .help(&format!("did you mean `{meant}`?"));
                return None;
            }
            fields
                .report(key.span, Code::MissingKey, &format!("{what} does nothing"))
                .help(&format!("give it one of: {}", KINDS.join(", ")));
            return None;
        }
        [one, other, ..] => {
            let message = format!("{what} has both `{one}:` and `{other}:`");
            fields
                .report(key.span, Code::BadValue, &message)
                .help("make two steps of it, joined by `next:`");
            return None;
        }
    };
    let kind = match kind {
        "ask" => read_ask(&mut fields, &what, false, &mut places),
        "check" => read_ask(&mut fields, &what, true, &mut places),
        "say" => read_say(&mut fields, &what),
        "branch" => read_branch(&mut fields, &mut places),
        "set" => read_set(&mut fields, &what, &mut places),
        "call" | "goto" => read_jump(&mut fields, &what),
        "resolve" => Some(read_resolve(&mut fields)),
        "wait" => pause::read_wait(&mut fields, &what),
        "callback" => pause::read_callback(&mut fields, &what),
        "action" => {
            action::read(&mut fields, &what, &mut places).map(|it| StepKind::Action(Box::new(it)))
        }
        _ => read_escalate(&mut fields, &mut places),
    };
    fields.finish(&what);
    Some(Step { id: StepId::new(&key.name), kind: kind?, span: key.span, places })
}

pub(super) fn exit(fields: &mut Fields<'_>, name: &'static str, what: &str) -> Option<Exit> {
    let word = fields.need_word(name, what)?;
    Some(Exit { target: Target::named(&word.text), span: word.span })
}

fn read_say(fields: &mut Fields<'_>, what: &str) -> Option<StepKind> {
    let text = fields.need_text("say", what);
    let links = read_links(fields);
    let next = exit(fields, "next", what)?;
    Some(StepKind::Say { text, links, next })
}

fn read_ask(
    fields: &mut Fields<'_>,
    what: &str,
    check: bool,
    places: &mut Places,
) -> Option<StepKind> {
    let text = fields.need_text(if check { "check" } else { "ask" }, what);
    let again = fields.need_text("again", what);
    let label = fields.need_text("label", what);
    let links = read_links(fields);
    let slot = fields.word("slot");
    if let Some(word) = &slot {
        check_slot(fields, &word.text, word.span);
        places.slot = Some(word.span);
    }
    let slot = slot.map(|word| word.text);
    let verb = read_verb(fields);
    let known_by = known::read(fields, slot.is_some());
    let answers = if check {
        let no = exit(fields, "no", what)?;
        let yes = Exit { target: Target::Resolved, span: no.span };
        Answers::YesNo { yes, no: no.clone(), unsure: no, check: true }
    } else if fields.has("choices") {
        Answers::Choices(read_choices(fields, places)?)
    } else if fields.has("kind") {
        Answers::Value(Box::new(slot::read(fields, what, slot.is_some())?))
    } else {
        read_yes_no(fields, what)?
    };
    let known_by = known::fitting(fields, known_by, &answers);
    Some(StepKind::Ask(Box::new(Ask { text, again, label, links, slot, answers, verb, known_by })))
}

/// The verb that an answer may echo. Only Finnish answers by the verb alone.
fn read_verb(fields: &mut Fields<'_>) -> BTreeMap<Language, String> {
    let mut verbs = BTreeMap::new();
    for (language, words) in fields.words("verb") {
        let Some(word) = words.into_iter().next() else { continue };
        if language == Language::Fi {
            verbs.insert(language, word.text);
        } else {
            fields
                .report(word.span, Code::BadValue, "only Finnish answers echo a declared verb")
                .help("write `verb: { fi: painaa }`; other languages need none");
        }
    }
    verbs
}

fn read_yes_no(fields: &mut Fields<'_>, what: &str) -> Option<Answers> {
    let (_, node) = fields.need("answers", what)?;
    let file = fields.file();
    let mut inner = Fields::open(file, node, "`answers`", fields.diagnostics());
    let what = format!("`answers` of {what}");
    let yes = exit(&mut inner, "yes", &what);
    let no = exit(&mut inner, "no", &what);
    let unsure = exit(&mut inner, "unsure", &what);
    inner.finish("`answers`");
    Some(Answers::YesNo { yes: yes?, no: no?, unsure: unsure?, check: false })
}

fn read_choices(fields: &mut Fields<'_>, places: &mut Places) -> Option<Vec<ChoiceStep>> {
    let (span, node) = fields.take("choices")?;
    let file = fields.file();
    if let Value::List(_) = node.value {
        fields.report(node.span, Code::WrongKind, "`choices` is a list").help(
            "give each choice a value of its own: `value:` and its keys below it, without dashes",
        );
        return None;
    }
    let mut inner = Fields::open(file, node, "`choices`", fields.diagnostics());
    let mut choices = Vec::new();
    let entries = inner.rest();
    let count = entries.len();
    for (key, node) in entries {
        let place = key.span;
        if let Some(choice) = read_choice(file, key, node, inner.diagnostics()) {
            choices.push(choice);
            places.choices.push(place);
        }
    }
    if choices.len() < count {
        // What is wrong with the others was reported where they stand.
        return None;
    }
    if choices.len() < 2 {
        inner.report(span, Code::BadValue, "a choice needs at least two `choices`");
    }
    Some(choices)
}

fn read_choice(
    file: &str,
    key: Key,
    node: Node,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ChoiceStep> {
    let what = format!("choice `{}`", key.name);
    let mut fields = Fields::open(file, node, &what, diagnostics).named_at(key.span);
    let label = fields.need_text("label", &what);
    let also = plain(fields.words("also"));
    let next = exit(&mut fields, "next", &what);
    check_id(&mut fields, &key.name, key.span);
    if RESERVED_CHOICES.contains(&key.name.as_str()) {
        fields
            .report(
                key.span,
                Code::BadValue,
                &format!("`{}` is a button of the bot's own", key.name),
            )
            .help("give the choice another name");
    }
    fields.finish(&what);
    Some(ChoiceStep { value: key.name, label, also, next: next? })
}

fn plain(
    words: BTreeMap<Language, Vec<crate::content::fields::Word>>,
) -> BTreeMap<Language, Vec<String>> {
    words
        .into_iter()
        .map(|(language, words)| (language, words.into_iter().map(|word| word.text).collect()))
        .collect()
}

fn read_links(fields: &mut Fields<'_>) -> Vec<LinkText> {
    let Some((span, node)) = fields.take("links") else { return Vec::new() };
    let Value::List(items) = node.value else {
        fields.report(span, Code::WrongKind, "`links` must be a list");
        return Vec::new();
    };
    let file = fields.file();
    let mut links = Vec::new();
    for item in items {
        let mut inner = Fields::open(file, item, "a link", fields.diagnostics());
        let label = inner.need_text("label", "a link");
        let url = inner.need_word("url", "a link");
        if let Some(word) = &url
            && !is_address(&word.text)
        {
            inner
                .report(word.span, Code::BadValue, "a link leads to https://, mailto: or tel:")
                .help("write the whole address");
        }
        inner.finish("a link");
        links.extend(url.map(|word| LinkText { label, url: word.text }));
    }
    links
}

/// Whether a link leads somewhere that a browser can open without danger.
fn is_address(url: &str) -> bool {
    let schemes = ["https://", "mailto:", "tel:"];
    let place = schemes.iter().find_map(|scheme| url.strip_prefix(scheme)).unwrap_or_default();
    let starts = place.chars().next().is_some_and(|it| it.is_alphanumeric() || it == '+');
    let host = place.split(['/', '?', '#']).next().unwrap_or_default();
    let fits = match url.split(':').next() {
        Some("mailto") => place.contains('@'),
        Some("tel") => place.chars().all(|it| it.is_ascii_digit() || "+-().".contains(it)),
        _ => host.contains('.'),
    };
    starts && fits && !url.contains(char::is_whitespace)
}

fn read_branch(fields: &mut Fields<'_>, places: &mut Places) -> Option<StepKind> {
    let (span, node) = fields.take("branch")?;
    let Value::List(items) = node.value else {
        fields.report(span, Code::WrongKind, "`branch` must be a list of `if`/`next` and `else`");
        return None;
    };
    let file = fields.file();
    let mut arms = Vec::new();
    let mut faulty = false;
    let last = items.len().saturating_sub(1);
    for (place, item) in items.into_iter().enumerate() {
        let mut inner = Fields::open(file, item, "a branch", fields.diagnostics());
        if inner.has("else") && place < last {
            let span = inner.span();
            inner
                .report(span, Code::BadValue, "what stands below an `else` is never tried")
                .help("put the `else` last");
        }
        let arm = if inner.has("else") {
            exit(&mut inner, "else", "a branch").map(|next| Arm { condition: None, next })
        } else {
            let condition = inner.need_word("if", "a branch");
            let next = exit(&mut inner, "next", "a branch");
            condition.zip(next).map(|(word, next)| {
                places.conditions.push(word.span);
                Arm { condition: Some(word.text), next }
            })
        };
        inner.finish("a branch");
        faulty |= arm.is_none();
        arms.extend(arm);
    }
    if faulty {
        return None;
    }
    if arms.last().is_none_or(|arm| arm.condition.is_some()) {
        fields
            .report(span, Code::NoWayOut, "the branch has no `else`")
            .help("end it with `- { else: step }`, for when no condition holds");
    }
    Some(StepKind::Branch(arms))
}

fn read_set(fields: &mut Fields<'_>, what: &str, places: &mut Places) -> Option<StepKind> {
    let (_, node) = fields.take("set")?;
    let file = fields.file();
    let mut inner = Fields::open(file, node, "`set`", fields.diagnostics());
    let mut values = Vec::new();
    for (key, node) in inner.rest() {
        if let Some(word) = inner.as_word(node, "set") {
            check_slot(&mut inner, &key.name, key.span);
            places.values.push(key.span);
            values.push((key.name, word.text));
        }
    }
    let next = exit(fields, "next", what)?;
    Some(StepKind::Set { values, next })
}

fn read_jump(fields: &mut Fields<'_>, what: &str) -> Option<StepKind> {
    if fields.has("goto") {
        let word = fields.need_word("goto", what)?;
        return Some(StepKind::Goto { dialogue: DialogueId::new(&word.text), span: word.span });
    }
    let word = fields.need_word("call", what)?;
    let next = exit(fields, "next", what)?;
    Some(StepKind::Call { dialogue: DialogueId::new(&word.text), span: word.span, next })
}

fn read_resolve(fields: &mut Fields<'_>) -> StepKind {
    let text = match fields.take("resolve") {
        Some((_, Node { value: Value::Empty, .. })) | None => None,
        Some((_, Node { value: Value::Map(entries), .. })) if entries.is_empty() => None,
        Some((span, node)) => Some(fields.as_text(span, node, "resolve")),
    };
    StepKind::Resolve { text }
}

fn read_escalate(fields: &mut Fields<'_>, places: &mut Places) -> Option<StepKind> {
    let say: Option<Text> = fields.text("say");
    let (_, node) = fields.take("escalate")?;
    let file = fields.file();
    let mut inner = Fields::open(file, node, "`escalate`", fields.diagnostics());
    let team = inner.word("team");
    let reason = inner.word("reason");
    for word in [&team, &reason].into_iter().flatten() {
        check_id(&mut inner, &word.text, word.span);
    }
    places.team = team.as_ref().map(|word| word.span);
    let team = team.map(|word| TeamId::new(&word.text));
    let reason = reason.map_or_else(|| "steps_exhausted".to_owned(), |word| word.text);
    inner.finish("`escalate`");
    Some(StepKind::Escalate { team, reason, say })
}
