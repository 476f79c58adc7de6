//! `skicka new`: content files with every text still to write. Nothing is ever overwritten.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::authoring::scaffold;
use crate::cli::ContentArgs;
use crate::cli::Failed;
use crate::cli::content;
use crate::cli::put;
use crate::ids::is_wire_id;
use crate::language::Language;

/// Begin new content.
#[derive(Debug, clap::Args)]
pub(super) struct NewArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// An intent, with its dialogue if there is none of that name.
    Intent(NamedArgs),
    /// A dialogue: a question, an advice, did it help, else a person.
    Dialogue(NamedArgs),
    /// One of the bot's languages (sv, fi, en): a text to write wherever it lacks.
    Language(NamedArgs),
}

#[derive(Debug, clap::Args)]
struct NamedArgs {
    /// Its name: letters a-z, digits, _ and -.
    name: String,
    #[command(flatten)]
    content: ContentArgs,
}

/// Writes the files and says which.
pub(super) fn run(args: &NewArgs) -> Result<(), Failed> {
    match &args.what {
        What::Intent(named) => {
            let folder = named.folder()?;
            let name = &named.name;
            create(&folder.join(format!("intents/{name}.yaml")), &scaffold::intent(name, &[]))?;
            let dialogue = folder.join(format!("dialogues/{name}.yaml"));
            if !dialogue.exists() {
                create(&dialogue, &scaffold::dialogue(name))?;
            }
        }
        What::Dialogue(named) => {
            let path = named.folder()?.join(format!("dialogues/{}.yaml", named.name));
            create(&path, &scaffold::dialogue(&named.name))?;
        }
        What::Language(named) => return add_language(named),
    }
    put("Write what is marked TODO; `skicka check` finds what is left.\n")
}

impl NamedArgs {
    fn folder(&self) -> Result<PathBuf, Failed> {
        if !is_wire_id(&self.name) {
            let name = &self.name;
            return Err(Failed::Use(format!(
                "`{name}` cannot be a name: a name has 1 to 64 of the letters a-z and A-Z, digits, _ and -"
            )));
        }
        self.content.folder()
    }
}

/// Writes a file that was not there before.
pub(super) fn create(path: &Path, text: &str) -> Result<(), Failed> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    let mut file = fs::File::create_new(path).with_context(|| {
        format!("{} is not written: what is there is never overwritten", path.display())
    })?;
    file.write_all(text.as_bytes())?;
    put(&format!("wrote {}\n", path.display()))
}

/// Adds the texts that a language lacks, to the files that lack them.
fn add_language(named: &NamedArgs) -> Result<(), Failed> {
    let language = Language::ALL.into_iter().find(|language| language.code() == named.name);
    let Some(language) = language else {
        return Err(Failed::Use(format!(
            "the bot speaks sv, fi and en, not `{}`: a language needs stems and forms that are part of the program",
            named.name
        )));
    };
    let folder = named.content.folder()?;
    let loaded = content::read(&folder);
    let mut changed = 0;
    for source in &loaded.sources {
        let own: Vec<_> =
            loaded.diagnostics.iter().filter(|it| it.file == source.file).cloned().collect();
        let text = scaffold::with_language(&source.text, language, &own);
        if text.lines().ne(source.text.lines()) {
            let path = folder.join(&source.file);
            fs::write(&path, text)
                .with_context(|| format!("{} cannot be written", path.display()))?;
            put(&format!("added `{}` to {}\n", language.code(), path.display()))?;
            changed += 1;
        }
    }
    put(&format!("{changed} file(s) lacked `{}`\n", language.code()))
}
