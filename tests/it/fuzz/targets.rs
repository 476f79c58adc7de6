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
            assert!(text.chars().count() <= 4_000 && !text.contains('\0'));
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

/// Whatever is typed is looked through to its end.
pub(super) fn masking(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let masked = mask(text);
    assert!(masked.kinds.is_empty() || masked.text != text, "what was covered has changed");
    let _ = mask(&masked.text);
    let _ = mask_url(text);
}
