//! The bank's content, loaded and trained once for all tests.

use std::path::Path;
use std::sync::OnceLock;

use skicka::content::Content;
use skicka::content::build;
use skicka::content::load;

/// The content that the default start serves.
pub(crate) fn content() -> &'static Content {
    static CONTENT: OnceLock<Content> = OnceLock::new();
    CONTENT.get_or_init(|| {
        let (sources, mut faults) = load::read_folder(Path::new(env!("CARGO_MANIFEST_DIR")));
        let (draft, found) = build::draft(&sources);
        faults.extend(found);
        assert!(faults.is_empty(), "the bank's content has faults: {faults:#?}");
        draft.train()
    })
}
