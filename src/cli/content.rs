//! Loading content for a command: all faults are shown before anything is refused.

use std::io::IsTerminal as _;
use std::path::Path;

use crate::authoring::proof;
use crate::cli::Failed;
use crate::content::Content;
use crate::content::Source;
use crate::content::build;
use crate::content::build::Draft;
use crate::content::diagnostic::Diagnostic;
use crate::content::diagnostic::Severity;
use crate::content::load;
use crate::engine::models::ModelFolder;
use crate::engine::models::Unkept;

/// Content that was read, with everything that is wrong with it.
pub(super) struct Loaded {
    pub(super) draft: Draft,
    pub(super) sources: Vec<Source>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads a content folder.
pub(super) fn read(folder: &Path) -> Loaded {
    let (sources, mut diagnostics) = load::read_folder(folder);
    let (draft, found) = build::draft(&sources);
    diagnostics.extend(found);
    diagnostics.extend(proof::prove(&draft));
    Loaded { draft, sources, diagnostics }
}

impl Loaded {
    /// How many diagnostics are of this severity.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|found| found.severity == severity).count()
    }

    /// Shows every diagnostic on standard error.
    pub(super) fn show(&self) {
        let coloured = std::io::stderr().is_terminal();
        for diagnostic in &self.diagnostics {
            let source = self.sources.iter().find(|source| source.file == diagnostic.file);
            let text = source.map_or("", |source| source.text.as_str());
            eprintln!("{}\n", diagnostic.render(text, coloured));
        }
    }

    /// The trained content; with an error in it everything is shown, and the start is refused.
    pub(super) fn train(self, folder: &Path) -> Result<Content, Failed> {
        self.servable(folder).map(Draft::train)
    }

    /// The same, with the models that are kept in `models`; what is to be kept there besides.
    pub(super) fn train_in(
        self,
        folder: &Path,
        models: &ModelFolder,
    ) -> Result<(Content, Unkept), Failed> {
        self.servable(folder).map(|draft| models.train_unkept(draft))
    }

    fn servable(self, folder: &Path) -> Result<Draft, Failed> {
        if build::is_servable(&self.diagnostics) {
            return Ok(self.draft);
        }
        self.show();
        let errors = self.count(Severity::Error);
        Err(Failed::Run(anyhow::anyhow!(
            "the content in {} has {errors} error(s), shown above; mend them and try again",
            folder.display()
        )))
    }
}
