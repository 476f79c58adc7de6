//! Talks in which dialogues of the content stand in for the bot's own repair.

use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::rehearsal::play;
use crate::content::Content;
use crate::content::Source;
use crate::content::build::draft;
use crate::content::build::is_servable;
use crate::content::dialogue::occasion::Occasion;
use crate::content::tests::small;
use crate::content::tests::source;
use crate::language::Language;

/// A dialogue that asks one thing in place of what the bot does on an occasion.
fn asking(occasion: &str, yes: &str, no: &str) -> Source {
    let text = format!(
        "dialogue: mine\ninstead_of: {occasion}\nstart: sure\nsteps:\n  sure:\n    \
         ask: {{ sv: \"Är du säker?\", fi: \"Oletko varma?\", en: \"Are you sure?\" }}\n    \
         again: {{ sv: \"Helt säker?\", fi: \"Ihan varma?\", en: \"Quite sure?\" }}\n    \
         label: {{ sv: Säker, fi: Varma, en: Sure }}\n    \
         answers: {{ yes: {yes}, no: {no}, unsure: {no} }}\n"
    );
    source("dialogues/mine.yaml", &text)
}

/// One that says something and comes to its end.
fn saying(occasion: &str) -> Source {
    let text = format!(
        "dialogue: mine\ninstead_of: {occasion}\nstart: told\nsteps:\n  told:\n    \
         say: {{ sv: \"Mina egna ord.\", fi: \"Omat sanani.\", en: \"My own words.\" }}\n    \
         next: end\n"
    );
    source("dialogues/mine.yaml", &text)
}

fn content(mine: Source) -> Content {
    let mut sources = small();
    sources.push(mine);
    let (draft, faults) = draft(&sources);
    assert!(is_servable(&faults), "{faults:#?}");
    draft.train()
}

#[track_caller]
fn holds(content: &Content, transcript: &str) {
    let transcript = Transcript::read(transcript, Language::Sv).expect("it can be read");
    if let Some(failure) = play(content, &transcript).failure {
        panic!("{failure}");
    }
}

#[test]
fn to_drop_a_matter_can_be_asked_about_in_three_languages() {
    let content = content(asking("cancel", "end", "stay"));
    holds(
        &content,
        "
        visitor: lampan lyser inte
        bot: Sitter sladden i?
        visitor: avbryt
        bot: \"Är du säker?\"
        visitor: nej
        bot: Sitter sladden i?
        visitor: avbryt
        bot: Är du säker?
        visitor: ja
        topic: lamp closed unresolved
        ",
    );
    holds(
        &content,
        "
        lang: fi
        visitor: lamppu ei pala
        bot: Onko johto kiinni?
        visitor: peruuta
        bot: Oletko varma?
        visitor: ei
        bot: Onko johto kiinni?
        ",
    );
    holds(
        &content,
        "
        lang: en
        visitor: the lamp is dark
        bot: Is it plugged in?
        visitor: cancel
        bot: Are you sure?
        visitor: yes
        topic: lamp closed unresolved
        ",
    );
}

#[test]
fn after_its_end_the_bot_does_what_it_would_have_done() {
    holds(
        &content(saying("not_an_answer")),
        "
        visitor: lampan lyser inte
        bot: Sitter sladden i?
        visitor: qwzx qwzx
        bot: \"Mina egna ord.\"
        bot: Är lampan inkopplad?
        visitor: nej
        bot: Sätt i den.
        ",
    );
    holds(
        &content(saying("start_over")),
        "
        visitor: lampan lyser inte
        visitor: nej
        bot: Hjälpte det?
        visitor: börja om
        bot: \"Mina egna ord.\"
        bot: Sitter sladden i?
        ",
    );
    holds(
        &content(saying("back")),
        "
        visitor: lampan lyser inte
        visitor: nej
        bot: Hjälpte det?
        visitor: backa
        bot: \"Mina egna ord.\"
        bot: Sitter sladden i?
        ",
    );
    holds(
        &content(saying("repeat")),
        "
        visitor: lampan lyser inte
        visitor: säg det igen
        bot: \"Mina egna ord.\"
        bot: Sitter sladden i?
        ",
    );
}

#[test]
fn a_question_of_the_bots_own_is_asked_again_as_it_was() {
    // "Anything else?" stays open, in three languages.
    let own = content(saying("repeat"));
    for [lang, problem, no, yes, again, words, last] in [
        ["sv", "lampan lyser inte", "Nej", "Ja", "säg det igen", "Mina egna ord.", "nej tack"],
        ["fi", "lamppu ei pala", "Ei", "Kyllä", "sano uudestaan", "Omat sanani.", "ei kiitos"],
        ["en", "the lamp is dark", "No", "Yes", "say that again", "My own words.", "no thanks"],
    ] {
        holds(
            &own,
            &format!(
                "
                lang: {lang}
                visitor: {problem}
                press: {no}
                press: {yes}
                topic: lamp closed resolved
                visitor: {again}
                bot: \"{words}\"
                bot: ?
                visitor: {last}
                ended: resolved
                "
            ),
        );
    }
    // So does an offer, with its buttons.
    holds(
        &content(asking("frustrated", "end", "stay")),
        "
        visitor: qwzx
        visitor: qwzx hallå
        choices: Lampan | Prata med en människa
        visitor: det här är värdelöst!!!
        bot: Är du säker?
        press: Nej
        choices: Lampan | Prata med en människa
        press: Lampan
        bot: Sitter sladden i?
        ",
    );
}

#[test]
fn time_that_was_given_goes_on_behind_a_dialogue_in_between() {
    let mut sources = small();
    let plain = "    next: helped\n";
    let wait = "    wait: 10\n    nudge: { sv: \"Nå?\", fi: \"No?\", en: \"Well?\" }\n";
    sources[1].text = sources[1].text.replace(plain, &format!("{wait}{plain}"));
    sources.push(saying("repeat"));
    let (draft, faults) = draft(&sources);
    assert!(is_servable(&faults), "{faults:#?}");
    holds(
        &draft.train(),
        "
        visitor: lampan lyser inte
        press: Nej
        bot: Sätt i den.
        later: 4 min
        visitor: säg det igen
        bot: \"Mina egna ord.\"
        bot: Sätt i den.
        choices: Jag är klar
        silent:
        later: 5 min
        silent:
        later: 1 min
        bot: Nå?
        bot: Hjälpte det?
        ",
    );
}

#[test]
fn whoever_cannot_be_helped_comes_to_a_person_whatever_the_dialogue_says() {
    holds(
        &content(saying("cannot_help")),
        "
        visitor: qwzx
        visitor: qwzx hallå
        visitor: qwzx svara
        bot: \"Mina egna ord.\"
        status: queued not_understood
        ",
    );
    // Within a repair the bot does by itself what there is to do: nothing runs inside itself.
    holds(
        &content(asking("cannot_help", "end", "person")),
        "
        visitor: qwzx
        visitor: qwzx hallå
        visitor: qwzx svara
        bot: Är du säker?
        visitor: qwzx qwzx
        status: queued not_understood
        ",
    );
}

#[test]
fn what_is_understood_in_a_repair_can_end_the_matter_or_bring_a_person() {
    let content = content(asking("frustrated", "resolved", "person"));
    holds(
        &content,
        "
        visitor: lampan lyser inte
        visitor: det här är värdelöst!!!
        bot: Är du säker?
        visitor: ja
        topic: lamp closed resolved
        ",
    );
    holds(
        &content,
        "
        visitor: lampan lyser inte
        visitor: det här är värdelöst!!!
        bot: Är du säker?
        visitor: nej
        status: queued
        ",
    );
}

#[test]
fn every_occasion_is_found_by_its_name() {
    for occasion in Occasion::ALL {
        assert_eq!(Occasion::named(occasion.as_str()), Some(occasion));
        let mut sources = small();
        sources.push(saying(occasion.as_str()));
        let (draft, faults) = draft(&sources);
        assert!(faults.is_empty(), "{faults:#?}");
        let mine = draft.dialogues().values().find(|it| it.instead_of == Some(occasion));
        assert!(mine.is_some(), "{}", occasion.as_str());
    }
}
