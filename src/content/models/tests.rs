use std::collections::BTreeMap;

use super::*;
use crate::content::Source;
use crate::content::build::draft;
use crate::content::tests::small;
use crate::matcher::Context;
use crate::matcher::answers::AskedQuestion;

/// The lamp's content after an edit.
fn edited(from: &str, to: &str) -> Draft {
    let edit = |source: Source| Source { text: source.text.replace(from, to), ..source };
    draft(&small().into_iter().map(edit).collect::<Vec<_>>()).0
}

fn lamp() -> Draft {
    edited("", "")
}

#[test]
fn models_that_were_kept_read_like_those_that_were_trained() {
    let trained = lamp().train();
    let kept = Language::ALL.map(|language| {
        let bytes = trained.models_as_bytes(language).unwrap();
        (language, Models::from_bytes(&bytes).unwrap())
    });
    let again = lamp().train_with(BTreeMap::from(kept));
    let question = AskedQuestion { text: "Sitter sladden i?", ..AskedQuestion::default() };
    for language in Language::ALL {
        let at = language as usize;
        assert_eq!(trained.matchers[at].to_bytes(), again.matchers[at].to_bytes());
        for text in ["lampan lyser itne", "ei pala", "no light", "ja", "nej, inte än", "odota"] {
            let ranked = |content: &Content| content.matchers[at].rank(text, &Context::default());
            assert_eq!(ranked(&trained), ranked(&again), "{text}");
            let answered = |content: &Content| content.answers[at].read(text, &question);
            assert_eq!(answered(&trained), answered(&again), "{text}");
            let remarked = |content: &Content| content.remark_models[at].read(text);
            assert_eq!(remarked(&trained), remarked(&again), "{text}");
        }
    }
}

#[test]
fn a_byte_that_was_changed_or_lost_makes_them_worthless() {
    let bytes = lamp().train().models_as_bytes(Language::Sv).unwrap();
    for at in [0, SUM, bytes.len() / 2, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(Models::from_bytes(&damaged).is_none(), "byte {at}");
        assert!(Models::from_bytes(&bytes[..at]).is_none(), "cut off at {at}");
    }
    assert!(Models::from_bytes(&bytes).is_some());
}

#[test]
fn lessons_are_others_when_an_example_is_and_only_then() {
    let lessons = |draft: &Draft| Language::ALL.map(|language| draft.lessons(language).unwrap());
    let before = lessons(&lamp());
    assert_eq!(before, lessons(&lamp()));
    assert_eq!(before, lessons(&edited("Sätt i den.", "Stick in den.")));
    let [sv, fi, en] = lessons(&edited("det är mörkt", "det är svart"));
    assert_ne!(sv, before[0]);
    assert_eq!([fi, en], [before[1].clone(), before[2].clone()]);
}
