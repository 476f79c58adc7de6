//! New content files with every text still to write. Each of those begins with the mark that
//! `check` looks for, so that none is forgotten.

use std::fmt::Write as _;

use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::lint::TO_FILL_IN;
use crate::language::Language;

/// A text to write, in every language.
fn text(what: &str) -> String {
    let each = Language::ALL.map(|language| {
        format!("{}: \"{TO_FILL_IN}: {what} ({})\"", language.code(), language.code())
    });
    format!("{{ {} }}", each.join(", "))
}

/// An intent file. Languages without examples of their own get one to write.
#[must_use]
pub fn intent(name: &str, examples: &[(Language, Vec<String>)]) -> String {
    let mut file =
        format!("intent: {name}\ntitle: {}\nexamples:\n", text("the topic in a few words"));
    for language in Language::ALL {
        let _ = writeln!(file, "  {}:", language.code());
        let own = examples.iter().find(|(it, list)| *it == language && !list.is_empty());
        match own {
            Some((_, list)) => {
                for example in list {
                    let _ = writeln!(file, "    - {}", quoted(example));
                }
            }
            None => {
                let _ = writeln!(
                    file,
                    "    - \"{TO_FILL_IN}: what customers write about {name} ({})\"",
                    language.code()
                );
            }
        }
    }
    file
}

/// A text in YAML, whatever is in it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A dialogue file: one question, one advice, did it help, else a person.
#[must_use]
pub fn dialogue(name: &str) -> String {
    let mut file = format!("dialogue: {name}\nstart: tried\nsteps:\n");
    let mut put = |step: &str, lines: &[(&str, String)]| {
        let _ = writeln!(file, "  {step}:");
        for (key, value) in lines {
            let _ = writeln!(file, "    {key}: {value}");
        }
    };
    put(
        "tried",
        &[
            ("ask", text("has the customer done what usually helps?")),
            ("again", text("the same in other words")),
            ("label", text("what yes means, for a colleague")),
            ("answers", "{ yes: give_up, no: advise, unsure: advise }".to_owned()),
        ],
    );
    put("advise", &[("say", text("what to do")), ("next", "helped".to_owned())]);
    put(
        "helped",
        &[
            ("check", text("did it help?")),
            ("again", text("did it help, in other words")),
            ("label", text("that it helped, for a colleague")),
            ("no", "give_up".to_owned()),
        ],
    );
    put(
        "give_up",
        &[
            ("say", text("that a person takes over")),
            ("escalate", "{ reason: steps_exhausted }".to_owned()),
        ],
    );
    file
}

/// A file with one more language: whatever lacks it, as these diagnostics of the file say, gets a
/// text to write. Nothing that was written is changed.
#[must_use]
pub fn with_language(text: &str, language: Language, faults: &[Diagnostic]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let lacks = format!("`{}", language.code());
    let mut places: Vec<usize> = faults
        .iter()
        .filter(|fault| fault.code == Code::MissingLanguage && fault.message.contains(&lacks))
        .map(|fault| fault.span.line - 1)
        .collect();
    places.sort_unstable();
    places.dedup();
    // From the bottom, so that the lines above keep their places.
    for place in places.into_iter().rev() {
        add(&mut lines, place, language);
    }
    lines.join("\n") + "\n"
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn add(lines: &mut Vec<String>, place: usize, language: Language) {
    let Some(key) = lines.get(place).cloned() else { return };
    let entry = format!("{}: \"{TO_FILL_IN} ({})\"", language.code(), language.code());
    // `{ sv: …, en: … }` on the line of its key.
    if let Some(end) = key.trim_end().strip_suffix('}') {
        lines[place] = format!("{}, {entry} }}", end.trim_end());
        return;
    }
    let inside = |line: &String| line.trim().is_empty() || indent_of(line) > indent_of(&key);
    let below = &lines[place + 1..];
    let count = below.iter().take_while(|line| inside(line)).count();
    let last = below[..count].iter().rposition(|line| !line.trim().is_empty());
    let Some(last) = last else { return };
    let indent = indent_of(&below[0]);
    lines.insert(place + 2 + last, format!("{}{entry}", " ".repeat(indent)));
}

#[cfg(test)]
mod tests;
