//! Reading the file of remarks: what people say beside answers and topics.

use std::collections::BTreeMap;

use crate::content::diagnostic::Diagnostic;
use crate::content::fields::Fields;
use crate::content::yaml::Node;
use crate::language::Language;
use crate::matcher::answers::lead::Phrases;
use crate::matcher::answers::remark::Remark;

/// What belongs to each language.
type ByLanguage<T> = BTreeMap<Language, T>;

/// What people say beside answers and topics.
#[derive(Debug, Clone, Default)]
pub struct Remarks {
    /// Examples that the readers of remarks learn from.
    pub examples: BTreeMap<Remark, ByLanguage<Vec<String>>>,
    /// Leads back to a matter that was left.
    pub returning: ByLanguage<Phrases>,
    /// Wishes for another language, by that language.
    pub wishes: BTreeMap<Language, ByLanguage<Phrases>>,
}

impl Remarks {
    /// The examples of one language.
    #[must_use]
    pub fn examples_of(&self, language: Language) -> BTreeMap<Remark, Vec<String>> {
        let of =
            |texts: &ByLanguage<Vec<String>>| texts.get(&language).cloned().unwrap_or_default();
        self.examples.iter().map(|(&remark, texts)| (remark, of(texts))).collect()
    }
}

/// Reads the file.
pub(crate) fn read(file: &str, node: Node, diagnostics: &mut Vec<Diagnostic>) -> Remarks {
    let mut outer = Fields::open(file, node, "this file", diagnostics);
    let Some((_, inner)) = outer.need("remarks", "this file") else { return Remarks::default() };
    let mut fields = Fields::open(file, inner, "`remarks`", outer.diagnostics());
    let examples = Remark::ALL.map(|remark| (remark, plain(&mut fields, remark.as_str())));
    let returning = plain(&mut fields, "returning");
    let wishes =
        [(Language::Sv, "in_swedish"), (Language::Fi, "in_finnish"), (Language::En, "in_english")]
            .map(|(wanted, key)| (wanted, plain(&mut fields, key)));
    fields.finish("`remarks`");
    outer.finish("this file");
    Remarks { examples: examples.into(), returning, wishes: wishes.into() }
}

fn plain<T: FromIterator<String>>(fields: &mut Fields<'_>, key: &'static str) -> ByLanguage<T> {
    let words = fields.words(key).into_iter();
    words
        .map(|(language, words)| (language, words.into_iter().map(|word| word.text).collect()))
        .collect()
}
