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
const FILES: [&str; 4] = ["manners.yaml", "answers.yaml", "corrections.yaml", "remarks.yaml"];
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
    }
    sources.sort_by(|one: &Source, other| one.file.cmp(&other.file));
    (sources, diagnostics)
}

/// Whether something at `path` may be content of the folder `root`: one of its own two files, or
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

fn read_file(
    path: &Path,
    name: &str,
    sources: &mut Vec<Source>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let is_content = path
        .extension()
        .is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending == *known));
    if !is_content {
        return;
    }
    let read = match fs::metadata(path) {
        Ok(data) if data.len() > MAX_FILE_BYTES => Err("it is larger than 16 MiB".to_owned()),
        Ok(_) => fs::read_to_string(path).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match read {
        Ok(text) => sources.push(Source { file: name.to_owned(), text }),
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
