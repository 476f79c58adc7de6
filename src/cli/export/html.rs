//! An export as a page to read, in the language of the person's newest conversation.
//!
//! **Invariant:** everything that came from outside is escaped; the page loads nothing and runs
//! nothing.

use std::fmt::Write as _;

use serde_json::Value;

use crate::language::Language;

/// The words of the page.
struct Words {
    title: &'static str,
    made: &'static str,
    conversation: &'static str,
    page: &'static str,
    you: &'static str,
    bot: &'static str,
    agent: &'static str,
    note: &'static str,
    rated: &'static str,
    ended: &'static str,
    erased: &'static str,
    learnt: &'static str,
    whole: &'static str,
}

const SV: Words = Words {
    title: "Det som chatten vet om dig",
    made: "Skapad",
    conversation: "Samtal",
    page: "Sidan där chatten öppnades",
    you: "Du",
    bot: "Boten",
    agent: "Medarbetare",
    note: "Intern anteckning",
    rated: "Ditt betyg",
    ended: "Samtalet avslutades",
    erased: "Raderat",
    learnt: "Uppgift som antecknades",
    whole: "Allt, även tekniska uppgifter, finns i filen export.json.",
};
const FI: Words = Words {
    title: "Mitä chat tietää sinusta",
    made: "Laadittu",
    conversation: "Keskustelu",
    page: "Sivu, jolla chat avattiin",
    you: "Sinä",
    bot: "Botti",
    agent: "Asiakaspalvelija",
    note: "Sisäinen muistiinpano",
    rated: "Arviosi",
    ended: "Keskustelu päättyi",
    erased: "Poistettu",
    learnt: "Kirjattu tieto",
    whole: "Kaikki, myös tekniset tiedot, on tiedostossa export.json.",
};
const EN: Words = Words {
    title: "What the chat knows about you",
    made: "Made",
    conversation: "Conversation",
    page: "The page where the chat was opened",
    you: "You",
    bot: "The bot",
    agent: "Agent",
    note: "Internal note",
    rated: "Your rating",
    ended: "The conversation ended",
    erased: "Erased",
    learnt: "Noted",
    whole: "Everything, technical details too, is in the file export.json.",
};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;\
padding:0 1rem;color:#1a1a1a;background:#fff}h2{margin-top:2.5rem;border-top:1px solid #ccc;\
padding-top:1rem}dt{font-weight:600;margin-top:.75rem}dd{margin:0;white-space:pre-wrap;\
overflow-wrap:anywhere}time{font-weight:400;color:#595959;font-size:.875rem}";

/// The page.
pub(super) fn page(document: &Value) -> String {
    let all = document["conversations"].as_array().map(Vec::as_slice).unwrap_or_default();
    let lang = all.last().and_then(|one| Language::from_tag(text(&one["lang"])));
    let lang = lang.unwrap_or(Language::En);
    let words = match lang {
        Language::Sv => &SV,
        Language::Fi => &FI,
        Language::En => &EN,
    };
    let mut out = String::new();
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"{}\">\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n\
         <style>{STYLE}</style>\n<h1>{}</h1>\n<p>{}: {}</p>\n<p>{}</p>\n",
        lang.code(),
        words.title,
        words.title,
        words.made,
        escaped(text(&document["exported_at"])),
        words.whole
    );
    for one in all {
        conversation(one, words, &mut out);
    }
    out
}

fn conversation(one: &Value, words: &Words, out: &mut String) {
    let _ =
        write!(out, "<h2>{} {}</h2>\n<dl>\n", words.conversation, escaped(text(&one["began_at"])));
    let profile = &one["profile"];
    for value in [&profile["page_title"], &profile["page_url"]] {
        if let Some(value) = value.as_str() {
            line(words.page, "", value, out);
        }
    }
    for event in one["events"].as_array().into_iter().flatten() {
        event_lines(event, words, out);
    }
    out.push_str("</dl>\n");
}

fn event_lines(event: &Value, words: &Words, out: &mut String) {
    let at = text(&event["at"]);
    match text(&event["kind"]) {
        "message" => {
            let from = &event["from"];
            let who = match text(&from["role"]) {
                "visitor" => words.you.to_owned(),
                "bot" => words.bot.to_owned(),
                _ => format!("{} {}", words.agent, text(&from["name"])),
            };
            line(&who, at, text(&event["text"]), out);
        }
        "note" => line(words.note, at, text(&event["text"]), out),
        "transferred" if event["note"].is_string() => {
            line(words.note, at, text(&event["note"]), out);
        }
        "rated" => {
            let said = format!("{} {}", event["score"], text(&event["comment"]));
            line(words.rated, at, said.trim(), out);
        }
        "ended" => line(words.ended, at, text(&event["note"]), out),
        "erased" => line(words.erased, at, "", out),
        _ => {}
    }
    for change in event["moves"].as_array().into_iter().flatten() {
        if text(&change["move"]) == "learnt" {
            line(words.learnt, at, &format!("{}: {}", text(&change["slot"]), change["value"]), out);
        }
    }
}

fn line(label: &str, at: &str, said: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "<dt>{} <time>{}</time></dt><dd>{}</dd>",
        escaped(label),
        escaped(at),
        escaped(said)
    );
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
