//! What a customer should not have typed is nowhere; what is kept of a customer can be had whole
//! and erased; a backup made while the server runs can be restored.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use serde_json::json;
use skicka::store::Role;

use crate::client::Visitor;
use crate::server::Server;

const SECRETS: &str = include_str!("../../reading/src/privacy/tests/secrets.txt");
const HARMLESS: &str = include_str!("../../reading/src/privacy/tests/harmless_numbers.txt");
/// Shorter ones stand in moments and ids by chance.
const TELLING: usize = 7;
const NO_LIMIT: [(&str, &str); 1] = [("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0")];

/// A line of a list as it is typed, and the pieces of it that must not be seen again.
fn typed(line: &str) -> (String, Vec<String>) {
    let line = line
        .replace("\\n", "\n")
        .replace("\\u200b", "\u{200b}")
        .replace("\\u2060", "\u{2060}")
        .replace("\\u00ad", "\u{ad}");
    let secrets = line.split('⟦').skip(1).filter_map(|part| part.split('⟧').next());
    let pieces = secrets.flat_map(str::lines).filter(|piece| !piece.is_empty());
    let pieces = pieces.map(str::to_owned).collect();
    (line.replace(['⟦', '⟧'], ""), pieces)
}

fn is_in(bytes: &[u8], piece: &str) -> bool {
    bytes.windows(piece.len()).any(|window| window == piece.as_bytes())
}

/// The texts of one side of a log.
fn texts(log: &[Value], role: &str) -> Vec<String> {
    let messages = log.iter().filter(|event| event["from"]["role"] == role);
    messages.map(|event| event["text"].as_str().unwrap_or_default().to_owned()).collect()
}

fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Everything below a folder.
fn all_files(folder: &Path) -> Vec<u8> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { all_files(&path) } else { fs::read(path).unwrap() })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_anywhere_whichever_door_it_came_by() {
    let server = Server::start(&NO_LIMIT).await;
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    let lines: Vec<(String, Vec<String>)> = SECRETS.lines().map(typed).collect();
    let mut seen = Vec::new();
    let mut visitors = Vec::new();
    for (number, part) in lines.chunks(31).enumerate() {
        let (first, _) = &part[0];
        let page = json!({"url": format!("https://bank.example/a/{}?q={first}", first.replace(' ', "%20").replace('\n', "")), "title": first});
        let client = json!({"name": first.chars().take(60).collect::<String>(), "version": "1"});
        let hello = json!({"type": "hello", "lang": ["sv"], "page": page, "client": client});
        let mut visitor = Visitor::hello(&server, &hello).await;
        for (at, (text, _)) in part.iter().enumerate() {
            let message = json!({"type": "message", "id": format!("m{number}-{at}"), "text": text});
            let answer = visitor.ask(message).await;
            if answer["code"] == "ended" {
                // The bot took a line for the end of the matter: the rest is told anew.
                let anew = Visitor::hello(&server, &hello).await;
                let before = std::mem::replace(&mut visitor, anew);
                seen.push(serde_json::to_string(before.log()).unwrap());
                visitors.push(before);
                visitor.say(&format!("m{number}-{at}"), text).await;
            } else {
                assert_eq!(answer["type"], "ack", "{answer}");
            }
            let choice = json!({"type": "choice", "id": format!("c{number}-{at}"), "seq": 1, "value": text.chars().take(60).collect::<String>()});
            assert_eq!(visitor.ask(choice).await["type"], "error");
        }
        agent.open(&visitor.conversation).await;
        agent.act(&visitor.conversation, json!({"type": "claim"})).await;
        agent.act(&visitor.conversation, json!({"type": "note", "text": part[1].0})).await;
        agent.act(&visitor.conversation, json!({"type": "message", "text": part[2].0})).await;
        assert_eq!(visitor.ask(json!({"type": "end", "id": "end"})).await["type"], "ack");
        let rating = json!({"type": "rating", "id": "rate", "score": 2, "comment": part[3].0});
        let rated = visitor.ask(rating).await;
        assert_eq!(rated["type"], "ack", "{rated}");
        visitor.until(rated["seq"].as_u64().unwrap()).await;
        agent.event(&visitor.conversation, "the rating", |event| event["kind"] == "rated").await;
        seen.push(serde_json::to_string(visitor.log()).unwrap());
        seen.push(serde_json::to_string(agent.log(&visitor.conversation)).unwrap());
        let id = visitor.welcome["visitor"].as_str().unwrap().to_owned();
        done(&server.beside(&["export", "--visitor", &id, "-o", &format!("export-{number}")]));
        seen.push(String::from_utf8(all_files(&server.path(&format!("export-{number}")))).unwrap());
        visitors.push(visitor);
    }
    agent.line.settle().await;
    seen.push(format!("{:?}", agent.line.others()));
    seen.push(server.get("/metrics", "").await.1);
    let frames = seen.concat();
    let files: Vec<u8> = server.files().into_iter().flat_map(|(_, bytes)| bytes).collect();
    let mut found = Vec::new();
    for (text, pieces) in &lines {
        let left = |piece: &&String| {
            let long = piece.chars().filter(|sign| sign.is_alphanumeric()).count() >= TELLING;
            long && (is_in(&files, piece) || frames.contains(piece.as_str()))
        };
        found.extend(pieces.iter().find(left).map(|piece| format!("{piece} of {text}")));
    }
    assert!(found.is_empty(), "{} of {}: {found:#?}", found.len(), lines.len());
    let short: Vec<&String> = lines
        .iter()
        .flat_map(|(_, pieces)| pieces)
        .filter(|piece| {
            visitors.iter().any(|it| {
                texts(it.log(), "visitor").iter().any(|text| text.contains(piece.as_str()))
            })
        })
        .collect();
    assert!(short.is_empty(), "{short:?}");
    for visitor in &visitors {
        let told = texts(visitor.log(), "bot").iter().filter(|text| text.contains("••••")).count();
        assert!(told <= 1, "the customer is told once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn harmless_numbers_are_left_alone() {
    let server = Server::start(&NO_LIMIT).await;
    let mut masked = Vec::new();
    let lines: Vec<&str> = HARMLESS.lines().step_by(2).collect();
    for (number, text) in lines.iter().enumerate() {
        let mut visitor = Visitor::arrive(&server).await;
        let seq = visitor.say(&format!("m{number}"), text).await;
        visitor.until(seq).await;
        let own = texts(visitor.log(), "visitor");
        if own != [*text] {
            masked.push(own);
        }
    }
    assert!(masked.len() * 50 <= lines.len(), "{} of {}: {masked:?}", masked.len(), lines.len());
}

/// A talk of which every part has words of its own.
async fn talk(server: &Server) -> Visitor {
    let page = json!({"url": "https://bank.example/sida-purpurhatt", "title": "Purpurtiteln"});
    let hello = json!({"type": "hello", "lang": ["sv"], "page": page});
    let mut visitor = Visitor::hello(server, &hello).await;
    visitor.say("m1", "lampan lyser inte i purpurrummet").await;
    visitor.question().await;
    visitor.say("m2", "purpursvaret är okänt").await;
    visitor.want_person("queued").await;
    visitor
}

const WORDS: [&str; 5] =
    ["purpurhatt", "Purpurtiteln", "purpurrummet", "purpursvaret", "purpurnoten"];

#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_everything_and_an_erasure_leaves_nothing() {
    let mut server = Server::start(&NO_LIMIT).await;
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    let mut visitor = talk(&server).await;
    let conversation = visitor.conversation.clone();
    agent.open(&conversation).await;
    agent.done(&conversation, json!({"type": "note", "text": "purpurnoten"})).await;
    let mut other = Visitor::arrive(&server).await;
    other.say("m1", "någon annans ord").await;
    let seq = visitor.say("m3", "hallå?").await;
    visitor.until(seq).await;
    let id = visitor.welcome["visitor"].as_str().unwrap().to_owned();
    let last = visitor.last();

    done(&server.beside(&["export", "--visitor", &id, "-o", "out"]));
    let json = fs::read_to_string(server.path("out/export.json")).unwrap();
    let page = fs::read_to_string(server.path("out/export.html")).unwrap();
    for words in WORDS {
        assert!(json.contains(words) && page.contains(words), "{words} is not in the export");
    }
    let parsed: Value = serde_json::from_str(&json).unwrap();
    let events = parsed["conversations"][0]["events"].as_array().unwrap();
    assert_eq!(events.len() as u64, last);
    assert!(!server.beside(&["export", "--visitor", &id, "-o", "out"]).status.success());
    fs::remove_dir_all(server.path("out")).unwrap();

    let said = done(&server.beside(&["erase", "--visitor", &id]));
    assert!(said.contains(&format!("1 conversations with {last} records")), "{said}");
    let count = usize::try_from(last).unwrap();
    let erased: BTreeSet<u64> = visitor.line.erased("", count).await.into_iter().collect();
    assert_eq!(erased, (1..=last).collect());
    let over = visitor.event("the end", |event| event["kind"] == "ended").await;
    assert_eq!(over["seq"], last + 1);
    agent.line.erased(&conversation, count).await;
    agent.item(&conversation, |item| item["removed"] == true).await;
    let refused = visitor.ask(json!({"type": "message", "id": "m9", "text": "hej"})).await;
    assert_eq!(refused["code"], "ended");

    let back = visitor.again(&server, last).await;
    assert_eq!(
        (&back.welcome["resumed"], &back.welcome["status"]),
        (&json!(false), &json!("ended"))
    );
    let mut back = back;
    back.until(last + 1).await;
    assert_eq!(back.log().iter().filter(|event| event["kind"] == "erased").count(), count);
    let files: Vec<u8> = server.files().into_iter().flat_map(|(_, bytes)| bytes).collect();
    for words in WORDS.into_iter().chain([id.as_str()]) {
        assert!(!is_in(&files, words), "{words} is still on the disk");
    }
    assert!(is_in(&files, "någon annans ord"));
    assert!(!server.beside(&["erase", "--visitor", &id]).status.success());
    done(&server.beside(&["audit", "verify"]));
    let audit = done(&server.beside(&["audit", "list", "--json"]));
    assert!(
        audit.contains("exported") && audit.contains("erased") && !audit.contains(&id),
        "{audit}"
    );

    // What is left folds after a restart too, and the visitor may begin anew.
    server.kill();
    server.restart().await;
    let hello = json!({"type": "hello", "token": back.token});
    let anew = Visitor::hello(&server, &hello).await;
    assert_ne!(anew.conversation, conversation);
    assert_eq!(back.welcome["visitor"], id.as_str());
    assert_ne!(anew.welcome["visitor"], id.as_str(), "as somebody new");
    let files: Vec<u8> = server.files().into_iter().flat_map(|(_, bytes)| bytes).collect();
    assert!(!is_in(&files, &id), "the id that went does not come back");
    other.again(&server, other.last()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_running_server_can_be_restored() {
    let mut server = Server::start(&[("SKICKA_CONVERSATION__BURST_MS", "0")]).await;
    let mut visitor = Visitor::arrive(&server).await;
    let seq = visitor.say("m1", "före säkerhetskopian").await;
    visitor.until(seq).await;
    let kept = visitor.last();
    done(&server.beside(&["backup", "copy.db"]));
    let refused = server.beside(&["backup", "copy.db"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("already"), "{refused:?}");
    let seq = visitor.say("m2", "efter säkerhetskopian").await;
    visitor.until(seq).await;
    let beyond = visitor.last();
    server.kill();
    for name in ["skicka.db", "skicka.db-wal", "skicka.db-shm"] {
        let _there_may_be_none = fs::remove_file(server.data().join(name));
    }
    fs::copy(server.path("copy.db"), server.data().join("skicka.db")).unwrap();
    server.restart().await;
    let mut back = visitor.again(&server, beyond).await;
    assert_eq!(back.welcome["resumed"], false);
    back.until(kept).await;
    assert_eq!(back.log()[0]["seq"], 1);
    assert_eq!(texts(back.log(), "visitor"), ["före säkerhetskopian"]);
    back.say("m3", "vidare").await;
}

/// An upload: the status and the JSON of the answer.
async fn upload(server: &Server, token: &str, name: &str, bytes: &[u8]) -> (u16, Value) {
    let head = format!(
        "Authorization: Bearer {token}\r\nX-File-Name: {name}\r\nContent-Type: application/octet-stream\r\n"
    );
    let (status, _, body) = server.raw("POST", "/v1/chat/attachments", &head, bytes).await;
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn head_of(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

/// A picture that says where it was taken.
fn picture() -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe1\x00\x14Exif\0\0GPS-60.17-24.9".to_vec();
    bytes.truncate(2 + 2 + 0x14);
    bytes.extend(b"\xff\xda\x00\x02the-dots-of-the-picture\xff\xd9");
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_reaches_whom_it_concerns_and_nobody_else() {
    let on = [("SKICKA_ATTACHMENTS__ENABLED", "true"), NO_LIMIT[0]];
    let server = Server::start(&on).await;
    let mut agent = server.hire("Maja", Role::Agent, &[]).await;
    agent.be("online").await;
    let mut visitor = Visitor::arrive(&server).await;
    let stranger = Visitor::arrive(&server).await;

    let svg = format!("<svg xmlns='http://www.w3.org/2000/svg'>{}</svg>", " ".repeat(4_900_000));
    let (status, refused) = upload(&server, &visitor.token, "kort.png", svg.as_bytes()).await;
    assert_eq!(status, 415, "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("whatever their name"), "{refused}");
    assert_eq!(upload(&server, &visitor.token, "stor.jpg", &vec![0xff; 5_100_000]).await.0, 413);
    assert_eq!(upload(&server, "1.nobody.9.x", "bild.jpg", &picture()).await.0, 401);
    assert_eq!(upload(&server, &visitor.token, "tom.jpg", b"").await.0, 400);

    let name = "../min%20bild%204111%201111%201111%201111.svg";
    let (status, file) = upload(&server, &visitor.token, name, &picture()).await;
    assert_eq!(status, 201, "{file}");
    assert_eq!((&file["name"], &file["type"]), (&json!("min bild ••••.jpg"), &json!("image/jpeg")));
    let id = file["id"].as_str().unwrap();
    let message = json!({"type": "message", "id": "m1", "text": "se bilden", "attachments": [id]});
    let ack = visitor.ask(message.clone()).await;
    assert_eq!(ack["type"], "ack", "{ack}");
    assert_eq!(visitor.ask(message).await["duplicate"], true);
    let event = visitor.event("the message", |event| event["id"] == "m1").await;
    let url = event["attachments"][0]["url"].as_str().unwrap().to_owned();
    assert_eq!(event["attachments"][0]["bytes"], file["bytes"]);
    let theirs = json!({"type": "message", "id": "x1", "text": "min?", "attachments": [id]});
    let mut stranger = stranger;
    assert_eq!(stranger.ask(theirs).await["code"], "bad_field");

    for (token, status) in [(&visitor.token, 200), (&agent.token, 200), (&stranger.token, 404)] {
        let (answered, head, bytes) =
            server.raw("GET", &url, &format!("Authorization: Bearer {token}\r\n"), b"").await;
        assert_eq!(answered, status);
        if status == 200 {
            let head = head.to_lowercase();
            for line in ["content-disposition: attachment", "nosniff", "sandbox", "image/jpeg"] {
                assert!(head.contains(line), "{line} is not in {head}");
            }
            assert!(is_in(&bytes, "the-dots-of-the-picture") && !is_in(&bytes, "GPS"));
        }
    }
    assert_eq!(server.raw("GET", &url, "", b"").await.0, 401);

    // A backup has it too, and gives it back.
    done(&server.beside(&["backup", "copy.db"]));
    let copies = server.path("copy.db.attachments");
    assert!(is_in(&fs::read(copies.join(id)).unwrap(), "the-dots-of-the-picture"));
    let lying = server.data().join("attachments").join(id);
    fs::remove_file(&lying).unwrap();
    assert_ne!(server.raw("GET", &url, &head_of(&visitor.token), b"").await.0, 200);
    fs::copy(copies.join(id), lying).unwrap();
    assert_eq!(server.raw("GET", &url, &head_of(&visitor.token), b"").await.0, 200);
    fs::remove_dir_all(copies).unwrap();

    let visitor_id = visitor.welcome["visitor"].as_str().unwrap().to_owned();
    done(&server.beside(&["export", "--visitor", &visitor_id, "-o", "out"]));
    assert!(is_in(&all_files(&server.path("out")), "the-dots-of-the-picture"));
    done(&server.beside(&["erase", "--visitor", &visitor_id]));
    assert!(!is_in(&all_files(&server.data()), "the-dots-of-the-picture"));
    let head = format!("Authorization: Bearer {}\r\n", agent.token);
    assert_eq!(server.raw("GET", &url, &head, b"").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_no_file_is_taken() {
    let server = Server::start(&[]).await;
    let mut visitor = Visitor::arrive(&server).await;
    assert_eq!(upload(&server, &visitor.token, "bild.jpg", &picture()).await.0, 404);
    let frame = json!({"type": "message", "id": "m1", "text": "se", "attachments": ["a1"]});
    assert_eq!(visitor.ask(frame).await["code"], "bad_field");
}
