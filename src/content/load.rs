//! Reading a content folder from disk: the one part of `content` that does I/O.

use std::fs;
use std::path::Path;

use crate::content::Source;
use crate::content::diagnostic::Code;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Span;

/// More than any honest content file.
const MAX_FILE_BYTES: u64 = 16 << 20;
/// The folders that hold content.
const FOLDERS: [&str; 2] = ["intents", "dialogues"];
/// The files beside them.
const FILES: [&str; 5] =
    ["manners.yaml", "answers.yaml", "corrections.yaml", "remarks.yaml", "secrets.yaml"];
/// What a container platform links anew when a mounted folder changes.
const LINKED: &str = "..data";

/// Reads every content file below a folder, sorted by name, so that equal folders read equally.
#[must_use]
pub fn read_folder(root: &Path) -> (Vec<Source>, Vec<Diagnostic>) {
    let mut sources = Vec::new();
    let mut diagnostics = Vec::new();
    for folder in FOLDERS {
        let path = root.join(folder);
        match fs::read_dir(&path) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    read_file(
                        &entry.path(),
                        &format!("{folder}/{name}"),
                        &mut sources,
                        &mut diagnostics,
                    );
                }
            }
            Err(error) => {
                Diagnostic::add(
                    &mut diagnostics,
                    &format!("{folder}/"),
                    Span::at(1, 1),
                    Code::Unreadable,
                    &format!("the folder cannot be read: {error}"),
                )
                .help(&format!(
                    "content lies in {folder}/ below {}; name another place with --content",
                    root.display()
                ));
            }
        }
    }
    for name in FILES {
        let path = root.join(name);
        if path.exists() {
            read_file(&path, name, &mut sources, &mut diagnostics);
        }
        let other = path.with_extension("yml");
        if other.exists() {
            let name = name.replace(".yaml", ".yml");
            Diagnostic::add(
                &mut diagnostics,
                &name,
                Span::at(1, 1),
                Code::NotRead,
                "this is not read",
            )
            .help("this file's name ends in .yaml")
            .only_warn();
        }
    }
    sources.sort_by(|one: &Source, other| one.file.cmp(&other.file));
    (sources, diagnostics)
}

/// Whether something at `path` may be content of the folder `root`: one of its own files, or
/// anything in its folders, also what a deployment tool links there.
#[must_use]
pub fn is_content(root: &Path, path: &Path) -> bool {
    // A watcher may name the folder in another way than the settings do.
    let below = path.strip_prefix(root).ok();
    let named = below.and_then(|below| below.iter().next()).or_else(|| path.file_name());
    let in_folder = path.parent().and_then(Path::file_name);
    let is = |name: Option<&std::ffi::OsStr>| {
        name.and_then(std::ffi::OsStr::to_str)
            .is_some_and(|name| FOLDERS.contains(&name) || FILES.contains(&name) || name == LINKED)
    };
    is(named) || is(in_folder)
}

/// A file in another encoding; it is read on, so that its other faults are told too.
fn not_utf8(name: &str, bytes: &[u8], valid: usize) -> Diagnostic {
    let before = String::from_utf8_lossy(&bytes[..valid]);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|letter| *letter != '\n').count() + 1;
    let mut list = Vec::new();
    let message = "this letter is not UTF-8";
    Diagnostic::add(&mut list, name, Span::at(line, column), Code::Unreadable, message)
        .help("save the file in the encoding UTF-8")
        .clone()
}

/// Tells of what an author may take for content, and is not read.
fn not_read(path: &Path, name: &str, diagnostics: &mut Vec<Diagnostic>) {
    let file = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if file.starts_with('.') || file.ends_with('~') {
        return;
    }
    let help = if path.is_dir() {
        "content lies in the folder itself: move its files up"
    } else if ["yaml", "yml", "yam", "ymal", "json", ".txt"].iter().any(|it| file.contains(it)) {
        "the name of a content file ends in .yaml"
    } else {
        return;
    };
    Diagnostic::add(diagnostics, name, Span::at(1, 1), Code::NotRead, "this is not read")
        .help(help)
        .only_warn();
}

fn read_file(
    path: &Path,
    name: &str,
    sources: &mut Vec<Source>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let is_content = path
        .extension()
        .is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending == *known));
    if !is_content || path.is_dir() {
        not_read(path, name, diagnostics);
        return;
    }
    let read = match fs::metadata(path) {
        Ok(data) if data.len() > MAX_FILE_BYTES => Err("it is larger than 16 MiB".to_owned()),
        Ok(_) => fs::read(path).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match read {
        Ok(bytes) => {
            let text = match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => {
                    let told = not_utf8(name, error.as_bytes(), error.utf8_error().valid_up_to());
                    diagnostics.push(told);
                    String::from_utf8_lossy(error.as_bytes()).into_owned()
                }
            };
            sources.push(Source { file: name.to_owned(), text });
        }
        Err(why) => {
            Diagnostic::add(
                diagnostics,
                name,
                Span::at(1, 1),
                Code::Unreadable,
                &format!("the file cannot be read: {why}"),
            );
        }
    }
}
