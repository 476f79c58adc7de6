use std::ffi::OsString;

use super::*;
use crate::content::Source;
use crate::content::build::draft;
use crate::content::tests::small;

/// The lamp's content with another example.
fn with_example(text: &str) -> Draft {
    let edit =
        |source: Source| Source { text: source.text.replace("det är mörkt", text), ..source };
    draft(&small().into_iter().map(edit).collect::<Vec<_>>()).0
}

fn names(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn what_was_trained_once_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let models = ModelFolder::at(folder.path().join("new"));
    let first = models.train(with_example("det är mörkt"));
    let kept = names(&models.path);
    assert_eq!(kept.len(), 3);
    // Models that only the folder can hold: those of other lessons under these names.
    let other = with_example("solen är släckt").train();
    let at = models
        .path
        .join(kept.iter().find(|name| name.to_string_lossy().starts_with("sv")).unwrap());
    fs::write(&at, other.models_as_bytes(Language::Sv).unwrap()).unwrap();
    let second = models.train(with_example("det är mörkt"));
    let bytes = |content: &Content| content.matcher(Language::Sv).to_bytes();
    assert_eq!(bytes(&second), bytes(&other));
    assert_ne!(bytes(&second), bytes(&first));
}

#[test]
fn a_damaged_file_is_trained_anew_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let models = ModelFolder::at(folder.path().to_owned());
    let first = models.train(with_example("det är mörkt"));
    for name in names(folder.path()) {
        fs::write(folder.path().join(name), b"half a fi").unwrap();
    }
    let second = models.train(with_example("det är mörkt"));
    let bytes = |content: &Content| content.matcher(Language::Fi).to_bytes();
    assert_eq!(bytes(&first), bytes(&second));
    for name in names(folder.path()) {
        assert!(Models::from_bytes(&fs::read(folder.path().join(name)).unwrap()).is_some());
    }
}

#[test]
fn edits_do_not_fill_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let models = ModelFolder::at(folder.path().to_owned());
    for example in ["ett", "två", "tre", "fyra", "fem", "sex"] {
        let _content = models.train(with_example(example));
    }
    let of = |language: &str| {
        names(folder.path())
            .iter()
            .filter(|name| name.to_string_lossy().starts_with(language))
            .count()
    };
    assert_eq!([of("sv-"), of("fi-"), of("en-")], [KEPT, 1, 1]);
}

#[test]
fn a_folder_that_cannot_be_written_costs_a_training_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file where the folder should be");
    fs::write(&file, b"").unwrap();
    let content = ModelFolder::at(file).train(with_example("det är mörkt"));
    assert_eq!(content.revision, with_example("det är mörkt").train().revision);
}
