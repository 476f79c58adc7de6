use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;

use crate::gateway::pages::ASSETS;
use crate::gateway::pages::SENT;
use crate::gateway::pages::answer;
use crate::gateway::pages::lean;
use crate::gateway::pages::policy;

/// Every file that pages are made of, by its path under `web/`.
fn files(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.insert(path);
        }
    }
}

#[test]
fn every_file_of_the_pages_is_served() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let mut on_disk = BTreeSet::new();
    files(&root, &mut on_disk);
    for path in on_disk {
        let served =
            ["html", "css", "js"].iter().any(|kind| path.extension().is_some_and(|e| e == *kind));
        if served {
            let body = std::fs::read(&path).unwrap();
            let found = ASSETS.iter().any(|asset| asset.body == body);
            assert!(found, "{} does not stand in the list of assets", path.display());
        }
    }
}

#[test]
fn no_page_carries_script_or_style_that_the_policy_forbids() {
    for asset in ASSETS.iter().filter(|asset| asset.mime.starts_with("text/html")) {
        let page = std::str::from_utf8(asset.body).unwrap().to_lowercase();
        for forbidden in ["<style", " style=", " onclick=", " onload=", "javascript:"] {
            assert!(!page.contains(forbidden), "{}: {forbidden}", asset.path);
        }
        for script in page.split("<script").skip(1) {
            let (tag, body) = script.split_once('>').unwrap();
            assert!(tag.contains("src=") && body.starts_with("</script>"), "{}", asset.path);
        }
    }
}

#[test]
fn a_browser_that_has_the_file_is_told_so() {
    let asset = &ASSETS[0];
    let first = answer(asset, policy(&[]), &HeaderMap::new());
    assert_eq!(first.status(), StatusCode::OK);
    let tag = first.headers()[header::ETAG].to_str().unwrap();
    for held in [tag.to_owned(), format!("W/{tag}"), format!("\"x\", {tag}")] {
        let mut request = HeaderMap::new();
        request.insert(header::IF_NONE_MATCH, held.parse().unwrap());
        let again = answer(asset, policy(&[]), &request);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{held}");
    }
    let mut request = HeaderMap::new();
    request.insert(header::IF_NONE_MATCH, "\"old\"".parse().unwrap());
    assert_eq!(answer(asset, policy(&[]), &request).status(), StatusCode::OK);
}

#[test]
fn the_chat_window_travels_without_what_is_there_for_its_readers() {
    let script = "/** Why\n * at length. */\n  // A reason.\n  /* Short. */\n\n  let a = 'https://x'; // stays\n    b();\n";
    assert_eq!(lean(script), "let a = 'https://x'; // stays\nb();\n");
    let sent = std::str::from_utf8(&SENT["/chat.js"].body).unwrap();
    assert!(!sent.contains("/**") && sent.contains("customElements.define"));
}
