//! What is thrown at everything that reads what strangers send. The fuzz targets in `fuzz/` and the
//! seeded runs in `tests/it/fuzz/seeded.rs` both call these: each takes any bytes, and panics when
//! a promise is broken.

use skicka::content::Source;
use skicka::content::build::draft;
use skicka::ids::is_wire_id;
use skicka::privacy::mask;
use skicka::privacy::mask_url;
use skicka::protocol::Limits;
use skicka::protocol::agent;
use skicka::protocol::visitor;
use skicka::protocol::visitor::ClientFrame;

/// A frame is taken or refused with words that repeat nothing of it.
pub(super) fn frames(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let limits = Limits { text_chars: 4_000, frame_bytes: 65_536, messages_per_minute: 40 };
    match visitor::parse(text, &limits) {
        Ok(ClientFrame::Message { id, text, .. }) => {
            assert!(is_wire_id(id.as_str()));
            assert!(text.chars().count() <= 4_000 && !text.trim().is_empty());
            assert!(!text.contains('\0'), "control characters are gone");
        }
        Ok(_) => {}
        Err(error) => assert!(error.message.len() < 400, "{error}"),
    }
    if let Err(error) = agent::parse(text, &limits) {
        assert!(error.message.len() < 400, "{error}");
    }
}

/// A content file is read, or refused with places that lie in it.
pub(super) fn yaml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for file in ["intents/x.yaml", "dialogues/x.yaml", "manners.yaml"] {
        let source = Source { file: file.to_owned(), text: text.to_owned() };
        let (_, diagnostics) = draft(&[source]);
        for diagnostic in diagnostics {
            assert!(!diagnostic.message.is_empty());
        }
    }
}

/// What was covered once is covered: no pass finds more, and harmless ends stay.
pub(super) fn masking(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let masked = mask(text);
    let again = mask(&masked.text);
    assert_eq!(again.text, masked.text, "covering twice covers no more: {text:?}");
    if masked.kinds.is_empty() {
        assert_eq!(masked.text, text, "what has no secret is left as it is");
    }
    let _ = mask_url(text);
}
