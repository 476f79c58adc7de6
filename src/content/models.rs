//! The trained models of one language, and what they were learnt from, as bytes: a server that
//! starts with the content of yesterday need not learn it again.
//!
//! **Invariant:** equal [`lessons`](Draft::lessons) are learnt by equal code from equal examples,
//! and training is deterministic, so models that were kept under them are the models that
//! training would give.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;

use crate::content::Content;
use crate::content::build::Draft;
use crate::language::Language;
use crate::matcher::Matcher;
use crate::matcher::answers::AnswerExamples;
use crate::matcher::answers::AnswerModel;
use crate::matcher::answers::remark::RemarkModel;

/// Length of the checksum before the models.
const SUM: usize = 32;

/// What one language's messages are read by.
#[derive(Debug, Serialize, Deserialize)]
pub struct Models {
    pub(crate) matcher: Matcher,
    pub(crate) answers: AnswerModel,
    pub(crate) remarks: RemarkModel,
}

impl Models {
    /// The models that [`Content::models_as_bytes`] gave; none when a single byte is another.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (sum, body) = bytes.split_at_checked(SUM)?;
        if sum != Sha256::digest(body).as_slice() {
            return None;
        }
        postcard::from_bytes(body).ok()
    }
}

/// [`Models`] that are in use.
#[derive(Serialize)]
struct InUse<'a> {
    matcher: &'a Matcher,
    answers: &'a AnswerModel,
    remarks: &'a RemarkModel,
}

impl Content {
    /// The models of a language, to be kept.
    ///
    /// # Errors
    ///
    /// Never for models that training gave; the format could refuse others.
    pub fn models_as_bytes(&self, language: Language) -> Result<Vec<u8>, postcard::Error> {
        let at = language as usize;
        let models = InUse {
            matcher: &self.matchers[at],
            answers: &self.answers[at],
            remarks: &self.remark_models[at],
        };
        let mut bytes = postcard::to_extend(&models, vec![0; SUM])?;
        let sum = Sha256::digest(&bytes[SUM..]);
        bytes[..SUM].copy_from_slice(&sum);
        Ok(bytes)
    }
}

impl Draft {
    /// A digest of all that the models of `language` depend on: the examples, and the code that
    /// learns from them. An edit of a dialogue's text leaves it as it is.
    ///
    /// # Errors
    ///
    /// Never for examples that were read from files; the format could refuse others.
    pub fn lessons(&self, language: Language) -> Result<String, postcard::Error> {
        let remarks = self.remarks.as_ref().map(|remarks| remarks.examples_of(language));
        let answers = AnswerExamples::of(&self.answers, language);
        let others: Vec<&str> = self.other_matters(language).collect();
        let matching = self.training_set(language);
        let lessons = (skicka_reading::DIGEST, matching, answers, others, remarks);
        let bytes = postcard::to_allocvec(&lessons)?;
        let digest = Sha256::digest(&bytes);
        Ok(URL_SAFE_NO_PAD.encode(&digest[..16]))
    }
}

#[cfg(test)]
mod tests;
