//! What is thrown at everything that reads what strangers send. The fuzz targets in `fuzz/` and the
//! seeded runs in `tests/it/fuzz/seeded.rs` both call these: each takes any bytes, and panics when
//! a promise is broken.

use std::sync::Arc;
use std::sync::LazyLock;

use skicka::content::Source;
use skicka::content::build::draft;
use skicka::gateway::tokens::Pass;
use skicka::gateway::tokens::VisitorTokens;
use skicka::ids::Timestamp;
use skicka::ids::VisitorId;
use skicka::ids::is_wire_id;
use skicka::privacy::context::Awaited;
use skicka::privacy::context::Context;
use skicka::privacy::context::mask_in;
use skicka::privacy::mask;
use skicka::privacy::mask_url;
use skicka::protocol::Limits;
use skicka::protocol::agent;
use skicka::protocol::visitor;
use skicka::protocol::visitor::ClientFrame;
use skicka::store::EventStore as _;
use skicka::store::sqlite::Durability;
use skicka::store::sqlite::Sqlite;
use tokio::runtime::Runtime;

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

/// In place of the built-in answers, which would take nearly all the time of a run to be read.
const SMALL_ANSWERS: (&str, &str) = ("answers.yaml", "answers:\n  yes:\n    sv: ['ja']\n");
const SMALL_REMARKS: (&str, &str) =
    ("remarks.yaml", "remarks:\n  doing:\n    sv: ['nu gör jag det']\n");

/// A content file is read, or refused with places that lie in it.
pub(super) fn yaml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for file in ["intents/x.yaml", "dialogues/x.yaml", "manners.yaml"] {
        let sources = [(file, text), SMALL_ANSWERS, SMALL_REMARKS]
            .map(|(file, text)| Source { file: file.to_owned(), text: text.to_owned() });
        let (_, diagnostics) = draft(&sources);
        for diagnostic in diagnostics {
            assert!(!diagnostic.message.is_empty());
        }
    }
}

/// Whatever is typed is looked through to its end, also after what its first line said.
pub(super) fn masking(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let masked = mask(text);
    assert!(masked.kinds.is_empty() || masked.text != text, "what was covered has changed");
    let _ = mask(&masked.text);
    let _ = mask_url(text);
    let (previous, rest) = text.split_once('\n').unwrap_or(("", text));
    let code = [Awaited::No, Awaited::Maybe, Awaited::Asked][bytes.len() % 3];
    let context = Context { previous, begun: Some(8), code, ..Context::default() };
    let masked = mask_in(&context, rest);
    assert!(masked.kinds.is_empty() || masked.text != rest, "what was covered has changed");
}

/// When the tokens of these runs are looked at.
const NOW: Timestamp = Timestamp(1_795_383_296_789);

/// A server's tokens, and one that it has issued.
struct Issuer {
    runtime: Runtime,
    tokens: VisitorTokens,
    issued: String,
}

static ISSUER: LazyLock<Issuer> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime of one thread needs nothing");
    let folder = tempfile::tempdir().expect("there is a folder for such things");
    let (tokens, issued) = runtime.block_on(async {
        let path = folder.path().join("skicka.db");
        let store = Sqlite::open(&path, Durability::Normal).await.expect("it is empty");
        let store = Arc::new(store);
        let tokens = VisitorTokens::new(Arc::clone(&store) as _);
        let pass = Pass::anonymous(VisitorId::new("anna"), NOW);
        let issued = tokens.issue(&pass).await.expect("the key is kept");
        // From here on the keys that may be asked for are in memory.
        let number: i64 = issued.split('.').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
        for near in [number - 1, number + 1] {
            let forged = issued.replacen(&number.to_string(), &near.to_string(), 1);
            assert!(tokens.verify(&forged, NOW).await.is_err());
        }
        assert!(tokens.verify(&issued, NOW).await.is_ok());
        store.close().await;
        (tokens, issued)
    });
    Issuer { runtime, tokens, issued }
});

/// A token that was not issued makes nobody, however near it is to one that was.
pub(super) fn tokens(bytes: &[u8]) {
    let Issuer { runtime, tokens, issued } = &*ISSUER;
    let mut near = issued.clone().into_bytes();
    for change in bytes.chunks_exact(2) {
        let at = usize::from(change[0]) % near.len();
        near[at] = change[1];
    }
    for tried in [bytes, near.as_slice()] {
        let Ok(text) = std::str::from_utf8(tried) else { continue };
        let made = runtime.block_on(tokens.verify(text, NOW));
        assert!(made.is_err() || text == issued, "{text} was taken for {issued}");
    }
}
