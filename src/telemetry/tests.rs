use crate::conversation::event::Status;
use crate::protocol::Side;
use crate::protocol::code::Close;
use crate::protocol::code::Code;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::read_filter;

#[test]
fn what_is_counted_stands_in_the_text() {
    let metrics = Metrics::new();
    metrics.sockets.of(Side::Agent).inc();
    metrics.frames_in.visitor.inc_by(3);
    metrics.turned_away.origin.inc();
    metrics.refusals(Code::TooLong).inc();
    metrics.closes(Close::TooSlow).inc();
    metrics.conversations(Status::Queued).set(2);
    metrics.append_batch_seconds.observe(0.001);
    let text = metrics.encode();
    for line in [
        r#"skicka_sockets{side="agent"} 1"#,
        r#"skicka_sockets{side="visitor"} 0"#,
        r#"skicka_frames_in_total{side="visitor"} 3"#,
        r#"skicka_turned_away_total{reason="origin"} 1"#,
        r#"skicka_refusals_total{code="too_long"} 1"#,
        r#"skicka_refusals_total{code="internal"} 0"#,
        r#"skicka_closes_total{code="4508"} 1"#,
        r#"skicka_conversations{status="queued"} 2"#,
        "skicka_append_batch_seconds_count 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[test]
fn each_code_and_status_counts_under_its_own_name() {
    let metrics = Metrics::new();
    for (nth, code) in (1_u64..).zip(Code::ALL) {
        metrics.refusals(code).inc_by(nth);
    }
    for (nth, close) in (1_u64..).zip(Close::ALL) {
        metrics.closes(close).inc_by(nth);
    }
    let text = metrics.encode();
    for (nth, code) in (1..).zip(Code::ALL) {
        assert!(text.contains(&format!("refusals_total{{code=\"{code}\"}} {nth}\n")), "{code}");
    }
    for (nth, close) in (1..).zip(Close::ALL) {
        let code = close.code();
        assert!(text.contains(&format!("closes_total{{code=\"{code}\"}} {nth}\n")), "{code}");
    }
    let statuses = [Status::Bot, Status::Queued, Status::Agent, Status::Offline, Status::Ended];
    for (nth, status) in (1..).zip(statuses) {
        metrics.conversations(status).set(nth);
        let name = serde_json::to_string(&status).unwrap();
        let line = format!("skicka_conversations{{status={name}}} {nth}\n");
        assert!(metrics.encode().contains(&line), "{line}");
    }
}

#[test]
fn what_is_logged_is_a_level_or_a_filter() {
    for text in [None, Some(""), Some("debug"), Some("OFF"), Some("skicka=trace,hyper=off")] {
        assert!(read_filter(text).is_ok(), "{text:?}");
    }
    for text in ["loud", "skicka=loud", "=="] {
        let error = read_filter(Some(text)).unwrap_err().to_string();
        assert!(error.starts_with("SKICKA_LOG: `"), "{error}");
    }
}

/// A library that writes out frames would write out what customers typed.
#[test]
fn no_level_brings_what_went_over_the_wire() {
    for (text, loud) in [("trace", true), ("debug,hyper=trace", true), ("warn", false)] {
        let filter = read_filter(Some(text)).unwrap().to_string();
        for library in ["tungstenite=warn", "hyper=warn", "lettre=warn"] {
            assert_eq!(filter.contains(library), loud, "{text}: {filter}");
        }
        assert!(!filter.contains("hyper=trace"), "{filter}");
    }
}
