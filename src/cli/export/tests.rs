use super::*;

fn document() -> Value {
    json!({
        "exported_at": "2026-11-28T03:00:00.000Z",
        "visitors": ["v1"],
        "conversations": [{
            "began_at": "2026-11-27T10:00:00.000Z",
            "lang": "fi",
            "profile": { "page_title": "Pankki & <koti>" },
            "events": [
                { "seq": 1, "at": "t1", "kind": "message", "from": { "role": "bot" }, "text": "Hei!" },
                { "seq": 2, "at": "t2", "kind": "message", "from": { "role": "visitor" },
                  "text": "<script>alert(1)</script>", "moves": [{ "move": "learnt", "slot": "device", "value": "phone" }] },
                { "seq": 3, "at": "t3", "kind": "note", "from": { "id": "a", "name": "Maja" }, "text": "soitettava" },
                { "seq": 4, "at": "t4", "kind": "rated", "score": 5, "comment": "kiitos" },
            ],
        }],
    })
}

#[test]
fn the_page_shows_everything_in_the_persons_language_and_runs_nothing() {
    let page = html::page(&document());
    for part in [
        "<html lang=\"fi\">",
        "Mitä chat tietää sinusta",
        "Pankki &amp; &lt;koti&gt;",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "Sisäinen muistiinpano",
        "soitettava",
        "5 kiitos",
        "device: &quot;phone&quot;",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("<script"));
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("out");
    write(&folder, &document()).unwrap();
    let again = write(&folder, &document()).unwrap_err();
    assert!(again.to_string().contains("export.json"), "{again}");
}
