use crate::authoring::scaffold;
use crate::content::Source;
use crate::content::build::draft;
use crate::content::diagnostic::Code;
use crate::content::tests::small;
use crate::language::Language;

#[test]
fn a_scaffold_has_nothing_wrong_but_texts_to_write() {
    let sources = [
        Source { file: "intents/lamp.yaml".to_owned(), text: scaffold::intent("lamp", &[]) },
        Source { file: "dialogues/lamp.yaml".to_owned(), text: scaffold::dialogue("lamp") },
    ];
    let faults = draft(&sources).1;
    assert!(faults.iter().all(|fault| fault.code == Code::Unfilled), "{faults:#?}");
    // Three languages of a title, an example and nine texts of the dialogue.
    assert_eq!(faults.len(), 3 * (2 + 8));
}

#[test]
fn a_language_is_added_wherever_it_lacks_and_nothing_is_changed() {
    let mut sources = small();
    for source in &mut sources {
        source.text = source
            .text
            .replace(", fi: \"Kytke se.\"", "")
            .replace("  fi: [lamppu ei pala, on pimeää]\n", "");
    }
    let faults = draft(&sources).1;
    assert_eq!(faults.len(), 2, "{faults:#?}");
    for source in &mut sources {
        let own: Vec<_> = faults.iter().filter(|it| it.file == source.file).cloned().collect();
        let before = source.text.clone();
        source.text = scaffold::with_language(&before, Language::Fi, &own);
        assert!(source.text.len() > before.len());
    }
    let faults = draft(&sources).1;
    assert!(faults.iter().all(|fault| fault.code == Code::Unfilled), "{faults:#?}");
    assert_eq!(faults.len(), 2);
}
