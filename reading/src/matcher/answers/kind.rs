//! What kind of question is open: whether it asks if something was done, is at hand, is seen, has
//! helped. What an answer means without yes or no hangs on that: "gone" says no to "do you still
//! have it?" and yes to "is the error gone?".
//!
//! The kind is told by the words of the asking sentence, first by those that leave no doubt.
//! All words are folded (no å ä ö, no apostrophes). A word with `*` stands for all that begin with
//! it, one with `_` for words side by side.

use crate::language::Language;
use crate::matcher::answers::cues;
use crate::matcher::answers::cues::Cue;
use crate::matcher::answers::text::Message;

/// What a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Whether the customer would like something.
    Wish,
    /// Whether this is what is meant.
    Meant,
    /// Whether there is haste.
    Urgent,
    /// Whether it is the first time.
    First,
    /// Whether it is the customer's own.
    Own,
    /// Whether something is remembered.
    Memory,
    /// Whether it helped.
    Helped,
    /// Whether something is within reach still.
    Access,
    /// Whether something is at hand.
    AtHand,
    /// Whether something changed.
    Changed,
    /// Whether something came.
    Came,
    /// Whether something is seen.
    Seen,
    /// Whether something is out of order.
    Fault,
    /// Whether something was done.
    Done,
    /// Whether it works now.
    Works,
    /// Whether something is on, lit or connected.
    On,
    /// Whether something is right.
    Right,
    /// Anything else.
    Other,
}

impl Kind {
    /// A letter for feature names.
    pub(super) fn letter(self) -> &'static str {
        match self {
            Self::Wish => "w",
            Self::Meant => "m",
            Self::Urgent => "u",
            Self::First => "1",
            Self::Own => "o",
            Self::Memory => "r",
            Self::Helped => "h",
            Self::Access => "a",
            Self::AtHand => "v",
            Self::Changed => "c",
            Self::Came => "g",
            Self::Seen => "s",
            Self::Fault => "f",
            Self::Done => "d",
            Self::Works => "k",
            Self::On => "i",
            Self::Right => "t",
            Self::Other => "-",
        }
    }

    /// Kinds whose answers sound alike share a sort.
    pub(super) fn sort(self) -> &'static str {
        match self {
            Self::Helped | Self::Works => "outcome",
            Self::Came | Self::Seen => "event",
            Self::Done | Self::Changed => "deed",
            Self::AtHand | Self::Access | Self::Memory => "hold",
            Self::On | Self::Right | Self::Other => "state",
            Self::Fault => "fault",
            Self::Wish => "wish",
            Self::Meant | Self::Urgent | Self::First | Self::Own => "matter",
        }
    }
}

/// The words of each kind, the surest kinds first.
type Words = &'static [(Kind, &'static str)];

const SV: Words = &[
    (
        Kind::Wish,
        "vill vilja onskar foredrar passar_det_om ska_vi ska_jag gar_det_bra_om okej_att \
         okej_om far_vi far_jag",
    ),
    (
        Kind::Meant,
        "menar menade avser avsag galler handlar_det ar_det_fraga fraga_om talar_vi \
         pratar_vi",
    ),
    (Kind::Urgent, "brattom bradskar bradskande akut haster"),
    (Kind::First, "forsta_gangen forsta_gang"),
    (Kind::Own, "egen eget egna"),
    (Kind::Memory, "minns ihag"),
    (Kind::Helped, "hjalpte hjalpt loste lost hjalper"),
    (
        Kind::Access,
        "tillgang kommer_at kommer_du_at kommer_alltsa_inte_at kommer_du_fortfarande \
         kan_du_fortfarande",
    ),
    (
        Kind::AtHand,
        "till_hands framfor nara_till i_narheten med_dig kvar i_din_ago tillganglig \
         tillgangligt",
    ),
    (Kind::Changed, "bytt bytte byt flyttat"),
    (Kind::Came, "fatt fick kommit kom dok har_det_dykt anlant"),
    (Kind::Helped, "oppnas oppnar"),
    (Kind::Seen, "ser syns visas visar kommer_det_upp star_det dyker_det"),
    (Kind::Fault, "fel problem aska installt inst* strul* trasig* nagot_fel"),
    (
        Kind::Works,
        "fungerar funkar fungerade gick gar_det gar lyckades lyckas oppnas kommer_du_in \
         kan_du_nu kan_du_logga",
    ),
    (Kind::Done, "provat testat prova testa har_du_redan"),
    (Kind::Right, "ratt stammer korrekt"),
    (
        Kind::On,
        "pa pasla* lyser gront gron ansluten kopplad kopplat giltig* aktiver* igang \
         uppdaterad",
    ),
    (Kind::AtHand, "har_du finns har_ni"),
];

const FI: Words = &[
    (Kind::Wish, "haluat* haluais* sopii* sopisi* kelpaa* toivot*"),
    (Kind::Meant, "tarkoit* koskee* kyse kysymys"),
    (Kind::Urgent, "kiire kiiree* kiirei*"),
    (Kind::First, "ensimmai* eka ekaa koskaan_aiemmin"),
    (Kind::Own, "oma omaa omasi omaasi omalla sinun_oma* sinun_omasi"),
    (Kind::Memory, "muista* etko_muista muistat*"),
    (Kind::Helped, "auttoi* auttaa* ratkesi* ratkaisi*"),
    (Kind::Access, "paasy paasya kaytossasi kaytettavissa* paasetko_viela paase_enaa paasetko_yha"),
    (
        Kind::AtHand,
        "kasilla kaden lahettyvilla lahella tallella tallessa tiedossa* mukana* esilla \
         edessasi onko_sinulla_viela",
    ),
    (Kind::Changed, "vaihtanut vaihtaneet vaihdoit* vaihtunut muuttanut"),
    (
        Kind::Came,
        "saitko saitteko saanut saaneet tuliko tullut saapui* saapunut loytyi* loytynyt \
         ilmestyi*",
    ),
    (Kind::Helped, "avautuu* avaako"),
    (Kind::Seen, "naetko naet nakyy* naetteko nayttaako nakyi*"),
    (Kind::Fault, "vika vikaa ongelm* ukkosta* peruttu hidas hita* sulje*"),
    (
        Kind::Works,
        "toimii* toimiko onnistuu* onnistui* paaset* avautuu* meniko lapi pystyt* voitko",
    ),
    (Kind::Done, "oletko_kokeillut oletko_jo"),
    (Kind::Right, "oikein oikea"),
    (Kind::On, "paalla palaa* vihrea* kytketty voimassa yhdistetty paivitetty kaytossa"),
    (Kind::AtHand, "sinulla teilla onko_sinulla"),
];

const EN: Words = &[
    (
        Kind::Wish,
        "would want prefer like shall_i shall_we should_i should_we may_i may_we ok_if \
         okay_if alright_if all_right_if",
    ),
    (Kind::Meant, "mean meant talking_about concern concerns is_it_about is_this_about refer*"),
    (Kind::Urgent, "urgent urgency hurry"),
    (Kind::First, "first_time never_activated the_first"),
    (Kind::Own, "own yours"),
    (Kind::Memory, "remember recall"),
    (Kind::Helped, "help helped trick fix solve"),
    (Kind::Access, "access get_into still_receive still_use still_get"),
    (
        Kind::AtHand,
        "at_hand to_hand in_front with_you near_you still_have handy nearby \
         in_your_possession",
    ),
    (Kind::Changed, "changed switched_to new_phone change_your changed_phones"),
    (
        Kind::Came,
        "receive received got get reach arrived come came turned_up show_up appeared \
         come_up",
    ),
    (Kind::Helped, "does_the_door door_open opens"),
    (Kind::Seen, "see show shows displayed visible appear"),
    (Kind::Fault, "fault trouble problem* thunderstorm cancelled slow outage wrong blocked"),
    (
        Kind::Works,
        "work works working able can_you_log can_you_make can_you_now go_through \
         going_through open opens did_it log_in_now",
    ),
    (Kind::Done, "have_you_tried have_you_already"),
    (Kind::Right, "correct right"),
    (Kind::On, "on lit green connected valid enabled up_to_date switched_on using"),
    (Kind::AtHand, "have is_there has"),
];

const TABLES: [Words; 3] = [SV, FI, EN];

/// Words by which something is done, that are no cue of an answer.
const DEEDS: [&str; 3] = [
    "startat dragit satt raderat last lyssnat tomt bokat luftat rensat provat lamnat gett gjort \
     kontrollerade provade bokade gjorde satte aktiverat oppnat godkant berattat avinstallerat \
     skrivit angett sparrat laddat anmald anmalt skickat uppgett delat avbrutit spara lagt \
     registrerat stangt drog startade provade uppdaterade bytte tomde fyllt returnerat \
     hamtat klickat installerat kopierat",
    "kaynnistanyt irrottanut odottanut lukenut varannut paivittanyt laittanut tehnyt avannut \
     palauttanut ilmannut hyvaksynyt kertonut kokeillut vahvistanut irrotitko kokeilitko tarkistitko \
     vahvistitko painoitko sammutitko paivititko asensitko tarkistanut asentanut poistanut \
     lahettanyt tilannut ottanut sulkenut tyhjentanyt viety tehty syotitko annoitko kirjoititko \
     soititko aktivoinut rekisteroinyt tayttanyt klikannut sallitko",
    "restarted tried unplugged put read booked filed dropped deleted installed opened blocked \
     checked returned approved told clicked unplug check restart reported updated allow enter type \
     press click try update install delete open clear switch turn sent send order ordered register \
     registered filled serviced activated started book fill approve confirm confirmed",
];

/// Denials by which a question is turned, near its beginning.
const DENIALS: [&str; 3] = [
    "inte int aldrig ej",
    "et ette etko etteko ei eiko eivat eivatko ole_viela",
    "not never havent didnt dont hasnt isnt arent wasnt doesnt cant longer",
];

/// A denial that stands further behind denies only a part of what is asked.
const DENIED_WITHIN: usize = 6;

/// Words by which it is asked whether something came or was seen, rather than done.
const NO_DEEDS: &str =
    "fatt fick sett saanut nahnyt nain sain received got found did done seen came right";

/// The kind of a question, and whether it is put the other way round ("you have not changed …?").
pub(super) fn of(language: Language, text: &str) -> (Kind, bool) {
    let message = Message::parse(asking(text));
    let tokens: Vec<&str> = message.tokens.iter().map(|token| token.word.as_str()).collect();
    let acts = |word: &&str| {
        cues::is(language, word, Cue::Acted) && !NO_DEEDS.split(' ').any(|other| other == *word)
    };
    let is_deed = says(DEEDS[language as usize], &tokens)
        || tokens.iter().any(acts)
        || tokens.iter().any(|word| is_done_by_form(language, word, &tokens));
    let named = TABLES[language as usize]
        .iter()
        .find(|(kind, words)| is_deed && yields(*kind) || says(words, &tokens));
    let kind = match named {
        Some((kind, _)) if is_deed && yields(*kind) => Kind::Done,
        Some((kind, _)) => *kind,
        None => Kind::Other,
    };
    let start = &tokens[..tokens.len().min(DENIED_WITHIN)];
    let is_turned =
        !matches!(kind, Kind::Wish | Kind::Meant) && says(DENIALS[language as usize], start);
    (kind, is_turned)
}

/// Whether a verb that no list holds is asked about as done: "har … tittat", "oletko … siivonnut",
/// "siivositko", "have … polished".
fn is_done_by_form(language: Language, word: &str, tokens: &[&str]) -> bool {
    let has = |other: &[&str]| tokens.iter().any(|token| other.contains(token));
    let long = word.len() >= 5 && !NO_DEEDS.split(' ').any(|other| other == word);
    long && match language {
        Language::Sv => has(&["har"]) && word.ends_with("at"),
        Language::Fi => {
            let is_participle = word.ends_with("nut") || word.ends_with("nyt");
            is_participle && has(&["oletko", "oletteko", "ole"])
        }
        Language::En => has(&["have", "havent", "did"]) && word.ends_with("ed"),
    }
}

/// Kinds that a word of doing goes before: "have you checked that it is right?".
fn yields(kind: Kind) -> bool {
    matches!(kind, Kind::Fault | Kind::Works | Kind::Done | Kind::On | Kind::Right)
}

fn says(words: &str, tokens: &[&str]) -> bool {
    words.split_whitespace().any(|word| match word.strip_suffix('*') {
        Some(beginning) => tokens.iter().any(|token| token.starts_with(beginning)),
        None if word.contains('_') => {
            let parts = word.split('_').count();
            tokens.windows(parts).any(|window| window.iter().copied().eq(word.split('_')))
        }
        None => tokens.contains(&word),
    })
}

/// The sentence that asks: the one before the first question mark, else all.
fn asking(text: &str) -> &str {
    let Some(end) = text.find('?') else { return text };
    let before = &text[..end];
    let ends = [". ", "! ", ": "].into_iter().filter_map(|end| before.rfind(end)).max();
    ends.map_or(before, |at| &before[at + 1..])
}
