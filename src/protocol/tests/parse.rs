//! What is refused, with which code and words; what is let through.

use crate::ids::FrameId;
use crate::protocol::FrameError;
use crate::protocol::Limits;
use crate::protocol::agent;
use crate::protocol::code::Code;
use crate::protocol::first_spoken;
use crate::protocol::visitor;
use crate::protocol::visitor::ClientFrame;

const LIMITS: Limits = Limits { text_chars: 10, frame_bytes: 65_536, messages_per_minute: 40 };

fn refused(text: &str) -> FrameError {
    visitor::parse(text, &LIMITS).expect_err(text)
}

fn said(text: &str) -> String {
    match visitor::parse(text, &LIMITS) {
        Ok(ClientFrame::Message { text, .. }) => text,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn each_fault_of_a_visitor_frame_has_its_code_and_names_its_field() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let long_token = format!(r#"{{"type":"hello","token":"{}"}}"#, "t".repeat(8_193));
    let long_id = format!(r#"{{"type":"end","id":"{}"}}"#, "i".repeat(65));
    let many = format!(r#"{{"type":"hello","lang":[{}"sv"]}}"#, r#""sv","#.repeat(32));
    let table: &[(&str, Code, &str)] = &[
        ("", Code::BadFrame, "not JSON"),
        ("hej", Code::BadFrame, "not JSON"),
        (&deep, Code::BadFrame, "not JSON"),
        (r#"{"type":"pong"} {}"#, Code::BadFrame, "not JSON"),
        (r#"{"type":"read","seq":1e999}"#, Code::BadFrame, "not JSON"),
        ("[]", Code::BadFrame, "not a JSON object"),
        ("\"pong\"", Code::BadFrame, "not a JSON object"),
        ("{}", Code::BadFrame, "no string `type`"),
        (r#"{"type":7}"#, Code::BadFrame, "no string `type`"),
        (r#"{"type":"dance"}"#, Code::UnknownType, "`dance`"),
        (r#"{"type":"claim","id":"a","conversation":"c"}"#, Code::UnknownType, "`claim`"),
        (r#"{"type":"<b>min text</b>"}"#, Code::UnknownType, "the type is not known"),
        (r#"{"type":"message","text":"hej"}"#, Code::BadField, "`id` is missing"),
        (r#"{"type":"message","id":null,"text":"hej"}"#, Code::BadField, "`id` is missing"),
        (r#"{"type":"message","id":7,"text":"hej"}"#, Code::BadField, "`id` must be"),
        (r#"{"type":"message","id":"","text":"hej"}"#, Code::BadField, "`id` must be"),
        (r#"{"type":"message","id":"å","text":"hej"}"#, Code::BadField, "`id` must be"),
        (&long_id, Code::BadField, "`id` must be"),
        (r#"{"type":"message","id":"a"}"#, Code::BadField, "`text` is missing"),
        (r#"{"type":"message","id":"a","text":7}"#, Code::BadField, "`text` must be a string"),
        (r#"{"type":"message","id":"a","text":" \n\t "}"#, Code::BadField, "`text` is empty"),
        (r#"{"type":"message","id":"a","text":"\u0000\u0007"}"#, Code::BadField, "`text` is empty"),
        (r#"{"type":"message","id":"a","text":"\u200b\u202e"}"#, Code::BadField, "`text` is empty"),
        (r#"{"type":"message","id":"a","text":"12345678901"}"#, Code::TooLong, "more than 10"),
        (
            r#"{"type":"message","id":"a","text":"b","attachments":["no id"]}"#,
            Code::BadField,
            "`attachments`",
        ),
        (r#"{"type":"choice","id":"a","value":"x"}"#, Code::BadField, "`seq` is missing"),
        (r#"{"type":"choice","id":"a","seq":3}"#, Code::BadField, "`value` is missing"),
        (r#"{"type":"choice","id":"a","seq":0,"value":"x"}"#, Code::BadField, "`seq` must be"),
        (r#"{"type":"read","seq":-1}"#, Code::BadField, "`seq` must be"),
        (r#"{"type":"read","seq":1.5}"#, Code::BadField, "`seq` must be"),
        (r#"{"type":"read","seq":"4"}"#, Code::BadField, "`seq` must be"),
        (r#"{"type":"read","seq":9007199254740992}"#, Code::BadField, "`seq` must be"),
        (r#"{"type":"lang","id":"a","lang":"de"}"#, Code::BadField, "`lang` is not a language"),
        (r#"{"type":"rating","id":"a"}"#, Code::BadField, "`score` is missing"),
        (r#"{"type":"rating","id":"a","score":6}"#, Code::BadField, "`score` must be"),
        (
            r#"{"type":"rating","id":"a","score":5,"comment":"12345678901"}"#,
            Code::TooLong,
            "`comment`",
        ),
        (r#"{"type":"hello","conversation":"../x"}"#, Code::BadField, "`conversation` must be"),
        (r#"{"type":"hello","token":{}}"#, Code::BadField, "`token` must be a string"),
        (r#"{"type":"hello","token":""}"#, Code::BadField, "`token`"),
        (&long_token, Code::BadField, "`token`"),
        (r#"{"type":"hello","lang":"sv"}"#, Code::BadField, "`lang` must be a list"),
        (r#"{"type":"hello","lang":[1]}"#, Code::BadField, "`lang` must be a list"),
        (&many, Code::BadField, "`lang` has more than 32 items"),
        (r#"{"type":"hello","after":-1}"#, Code::BadField, "`after` must be"),
        (r#"{"type":"hello","page":"x"}"#, Code::BadField, "`page` must be an object"),
        (r#"{"type":"hello","page":{"url":1}}"#, Code::BadField, "`page.url` must be"),
    ];
    for (text, code, words) in table {
        let error = refused(text);
        assert_eq!(error.code, *code, "{text}: {error}");
        assert!(error.message.contains(words), "{text}: {error}");
    }
}

#[test]
fn each_fault_of_an_agent_frame_has_its_code_and_names_its_field() {
    let table: &[(&str, Code, &str)] = &[
        (r#"{"type":"end","id":"a"}"#, Code::UnknownType, "`end`"),
        (r#"{"type":"presence"}"#, Code::BadField, "`state` is missing"),
        (r#"{"type":"presence","state":"asleep"}"#, Code::BadField, "`state` must be"),
        (r#"{"type":"presence","state":"away","capacity":101}"#, Code::BadField, "`capacity`"),
        (r#"{"type":"open"}"#, Code::BadField, "`conversation` is missing"),
        (r#"{"type":"claim","id":"a"}"#, Code::BadField, "`conversation` is missing"),
        (r#"{"type":"claim","conversation":"c"}"#, Code::BadField, "`id` is missing"),
        (r#"{"type":"note","id":"a","conversation":"c","text":" "}"#, Code::BadField, "`text`"),
        (r#"{"type":"transfer","id":"a","conversation":"c"}"#, Code::BadField, "`team` or `agent`"),
        (
            r#"{"type":"transfer","id":"a","conversation":"c","team":"t","agent":"b"}"#,
            Code::BadField,
            "`team` and `agent`",
        ),
        (r#"{"type":"resolve","id":"a","conversation":"c"}"#, Code::BadField, "`outcome` is"),
        (
            r#"{"type":"resolve","id":"a","conversation":"c","outcome":"won"}"#,
            Code::BadField,
            "`outcome` must be",
        ),
        (
            r#"{"type":"hand_back","id":"a","conversation":"c","step":"a b"}"#,
            Code::BadField,
            "`step` must be",
        ),
    ];
    for (text, code, words) in table {
        let error = agent::parse(text, &LIMITS).expect_err(text);
        assert_eq!(error.code, *code, "{text}: {error}");
        assert!(error.message.contains(words), "{text}: {error}");
    }
}

#[test]
fn the_id_is_echoed_whenever_it_can_be_read() {
    for text in [
        r#"{"id":"m-1"}"#,
        r#"{"id":"m-1","type":"dance"}"#,
        r#"{"id":"m-1","type":"message"}"#,
        r#"{"id":"m-1","type":"message","text":"12345678901"}"#,
        r#"{"id":"m-1","type":"rating","score":0}"#,
    ] {
        assert_eq!(refused(text).id, Some(FrameId::new("m-1")), "{text}");
    }
    assert_eq!(refused(r#"{"id":"<m>","type":"dance"}"#).id, None);
}

#[test]
fn no_error_repeats_what_the_visitor_wrote() {
    let secret = "1234 5678";
    for text in [
        format!(r#"{{"type":"{secret}"}}"#),
        format!(r#"{{"type":"message","id":"{secret}","text":"x"}}"#),
        format!(r#"{{"type":"message","id":"a","text":"{secret}{secret}"}}"#),
        format!(r#"{{"type":"lang","id":"a","lang":"{secret}"}}"#),
        format!(r#"{{"type":"read","seq":"{secret}"}}"#),
        format!(r#"{{"type":"hello","page":{{"url":["{secret}"]}}}}"#),
        format!(r#"{{"type":"message" {secret}"#),
    ] {
        assert!(!refused(&text).message.contains(secret), "{text}");
    }
}

#[test]
fn texts_lose_control_characters_and_nothing_else() {
    assert_eq!(said(r#"{"type":"message","id":"a","text":"a\u0000b\u001b[2J"}"#), "ab[2J");
    assert_eq!(said(r#"{"type":"message","id":"a","text":"a\r\n\tb\u0085"}"#), "a\n\tb");
    assert_eq!(said(r#"{"type":"message","id":"a","text":" שלום‏ "}"#), " שלום‏ ");
    assert_eq!(said(r#"{"type":"message","id":"a","text":"👩‍👩‍👧"}"#), "👩‍👩‍👧");
}

#[test]
fn the_length_of_a_text_is_counted_in_characters() {
    let ten = "ö".repeat(10);
    assert_eq!(said(&format!(r#"{{"type":"message","id":"a","text":"{ten}"}}"#)), ten);
    let eleven = "ö".repeat(11);
    let error = refused(&format!(r#"{{"type":"message","id":"a","text":"{eleven}"}}"#));
    assert_eq!(error.code, Code::TooLong);
}

#[test]
fn fields_that_nobody_knows_are_ignored_and_null_counts_as_absent() {
    let plain = visitor::parse(r#"{"type":"rating","id":"a","score":4}"#, &LIMITS);
    let more = r#"{"type":"rating","mood":{"x":[1]},"id":"a","score":4,"comment":null}"#;
    assert_eq!(visitor::parse(more, &LIMITS), plain);
    let empty = r#"{"type":"rating","id":"a","score":4,"comment":"  "}"#;
    assert_eq!(visitor::parse(empty, &LIMITS), plain);
}

#[test]
fn after_counts_only_together_with_a_conversation() {
    let after = |text: &str| match visitor::parse(text, &LIMITS) {
        Ok(ClientFrame::Hello(hello)) => hello.after,
        other => panic!("{other:?}"),
    };
    assert_eq!(after(r#"{"type":"hello","after":4}"#), None);
    assert!(after(r#"{"type":"hello","conversation":"c","after":0}"#).is_some());
}

#[test]
fn what_only_describes_is_cut_rather_than_refused() {
    let text = format!(r#"{{"type":"hello","page":{{"title":"{}\n"}}}}"#, "t".repeat(9_000));
    let Ok(ClientFrame::Hello(hello)) = visitor::parse(&text, &LIMITS) else {
        panic!("refused");
    };
    assert_eq!(hello.page.unwrap().title.unwrap().len(), 256);
}

#[test]
fn a_token_is_not_shown_by_debug() {
    let text = r#"{"type":"hello","token":"hemlig","identity":"hemlig"}"#;
    let frame = visitor::parse(text, &LIMITS).unwrap();
    assert!(!format!("{frame:?}").contains("hemlig"));
}

#[test]
fn the_first_language_that_the_bot_speaks_is_taken() {
    let tags = ["de-DE".to_owned(), "fi-FI".to_owned(), "sv".to_owned()];
    assert_eq!(first_spoken(&tags).map(crate::language::Language::code), Some("fi"));
    assert_eq!(first_spoken(&tags[..1]), None);
}
