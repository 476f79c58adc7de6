//! The folder in which trained models are kept from one start to the next.
//!
//! It is a cache and no more: a file that is missing, damaged or cannot be written costs a
//! training, and nothing else. Files are named by what their models were learnt from, so none is
//! ever out of date.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::content::Content;
use crate::content::build::Draft;
use crate::content::models::Models;
use crate::language::Language;

/// So many files of a language are kept: an edit that is taken back finds its models again.
const KEPT: usize = 4;

const ENDING: &str = "models";

/// Where models that were trained just now are to be kept.
#[derive(Debug, Default)]
#[must_use = "models that are not kept are trained again at the next start"]
pub struct Unkept {
    files: Vec<(Language, PathBuf)>,
}

/// A folder of trained models.
#[derive(Debug, Clone)]
pub struct ModelFolder {
    path: PathBuf,
}

impl ModelFolder {
    /// The folder at `path`, which is made when there is something to keep, in a folder that is
    /// there.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// The draft's content with the models that are kept; the others are trained, and kept from
    /// now on. A draft with errors must not come here.
    #[must_use]
    pub fn train(&self, draft: Draft) -> Content {
        let (content, unkept) = self.train_unkept(draft);
        self.keep(&content, unkept);
        content
    }

    /// The same, with the keeping left for later.
    pub fn train_unkept(&self, draft: Draft) -> (Content, Unkept) {
        let (mut known, mut files) = (BTreeMap::new(), Vec::new());
        std::thread::scope(|scope| {
            let reading = Language::ALL.map(|language| {
                let path = self.path_of(&draft, language);
                let of = path.clone();
                let read = move || Models::from_bytes(&fs::read(of?).ok()?);
                (language, path, scope.spawn(read))
            });
            for (language, path, read) in reading {
                if let Ok(Some(models)) = read.join() {
                    known.insert(language, models);
                } else if let Some(path) = path {
                    files.push((language, path));
                }
            }
        });
        (draft.train_with(known), Unkept { files })
    }

    /// Keeps the models of this content that the training gave.
    pub fn keep(&self, content: &Content, unkept: Unkept) {
        for (language, path) in unkept.files {
            if let Err(error) = self.write(content, language, &path) {
                tracing::warn!(%error, path = %path.display(), "trained models cannot be kept: the next start trains again");
            }
        }
    }

    /// The file of the models that this draft wants; none if there is no name for them.
    fn path_of(&self, draft: &Draft, language: Language) -> Option<PathBuf> {
        let lessons = draft.lessons(language).ok()?;
        Some(self.path.join(format!("{}-{lessons}.{ENDING}", language.code())))
    }

    fn write(&self, content: &Content, language: Language, path: &Path) -> io::Result<()> {
        let bytes = content.models_as_bytes(language).map_err(io::Error::other)?;
        match fs::create_dir(&self.path) {
            Err(error) if !self.path.is_dir() => return Err(error),
            _ => {}
        }
        // Whole or not at all: another process may start on the same folder.
        let mut file = tempfile::NamedTempFile::new_in(&self.path)?;
        file.write_all(&bytes)?;
        file.persist(path)?;
        self.drop_old(language)
    }

    /// What another process has taken away in the meantime is no matter.
    fn drop_old(&self, language: Language) -> io::Result<()> {
        let start = format!("{}-", language.code());
        let of_language = |entry: fs::DirEntry| -> Option<(SystemTime, PathBuf)> {
            let (name, path) = (entry.file_name(), entry.path());
            let is = name.to_string_lossy().starts_with(&start)
                && path.extension().is_some_and(|ending| ending == ENDING);
            if is { Some((entry.metadata().ok()?.modified().ok()?, path)) } else { None }
        };
        let files = fs::read_dir(&self.path)?.filter_map(Result::ok);
        let mut files: Vec<_> = files.filter_map(of_language).collect();
        files.sort_unstable();
        let too_many = files.len().saturating_sub(KEPT);
        let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        for (_, path) in files.into_iter().take(too_many) {
            fs::remove_file(path)
                .or_else(|error| if gone(&error) { Ok(()) } else { Err(error) })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
