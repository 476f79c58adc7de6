use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::HeaderName;

use crate::config::Server;
use crate::gateway::peer::Peer;

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pairs = pairs.iter();
    pairs.map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
}

fn server() -> Server {
    Server {
        allowed_origins: vec!["https://www.bank.example".parse().unwrap()],
        trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
        ..Server::default()
    }
}

fn peer(remote: &str, pairs: &[(&'static str, &str)]) -> Peer {
    Peer::of(remote.parse().unwrap(), &headers(pairs), &server())
}

#[test]
fn only_a_proxy_on_the_list_names_the_client() {
    for (remote, forwarded, client) in [
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    ] {
        let peer = peer(remote, &[("x-forwarded-for", forwarded)]);
        let client: IpAddr = client.parse().unwrap();
        assert_eq!(peer.address, client, "{remote} {forwarded}");
    }
}

#[test]
fn a_page_is_the_servers_own_or_on_the_list_or_foreign() {
    let own = ("host", "chat.bank.example:8080");
    for (origin, foreign) in [
        ("http://chat.bank.example:8080", false),
        ("https://CHAT.bank.example:8080", false),
        ("https://www.bank.example", false),
        ("https://www.bank.example:444", true),
        ("http://chat.bank.example", true),
        ("https://evil.example", true),
        ("https://chat.bank.example:8080.evil.example", true),
        ("null", true),
        ("", true),
    ] {
        assert_eq!(peer("192.0.2.1", &[own, ("origin", origin)]).is_foreign(), foreign, "{origin}");
    }
    assert!(!peer("192.0.2.1", &[own]).is_foreign(), "an app has no origin");
}

#[test]
fn the_host_that_a_proxy_was_asked_for_counts_as_own() {
    let asked = [
        ("host", "skicka:8080"),
        ("x-forwarded-host", "chat.bank.example"),
        ("origin", "https://chat.bank.example"),
    ];
    assert!(!peer("10.0.0.1", &asked).is_foreign());
    assert!(peer("192.0.2.1", &asked).is_foreign(), "anybody may write the header");
}

#[test]
fn a_session_comes_by_bearer_or_by_cookie() {
    let session = |pairs: &[(&'static str, &str)]| {
        peer("192.0.2.1", pairs).session.map(|token| token.expose().to_owned())
    };
    assert_eq!(session(&[]), None);
    assert_eq!(session(&[("authorization", "Bearer abc")]).as_deref(), Some("abc"));
    assert_eq!(session(&[("authorization", "Basic abc")]), None);
    let cookies = ("cookie", "other=1; skicka_agent=def; x=y");
    assert_eq!(session(&[cookies]).as_deref(), Some("def"));
    assert_eq!(session(&[("cookie", "not_skicka_agent=def")]), None);
    assert_eq!(session(&[("authorization", "Bearer abc"), cookies]).as_deref(), Some("abc"));
}

#[test]
fn an_agents_cookie_counts_for_the_servers_own_pages_only() {
    let (host, cookie) = (("host", "chat.bank.example"), ("cookie", "skicka_agent=def"));
    let session = |origin: Option<&str>| {
        let origin = origin.map(|origin| ("origin", origin));
        let pairs: Vec<_> = [host, cookie].into_iter().chain(origin).collect();
        peer("192.0.2.1", &pairs).session.is_some()
    };
    assert!(session(None) && session(Some("https://chat.bank.example")));
    for page in ["https://www.bank.example", "https://evil.example", "null"] {
        assert!(!session(Some(page)), "{page}");
    }
    let odd = [host, ("origin", "foo://chat.bank.example")];
    assert!(peer("192.0.2.1", &odd).is_foreign());
    let secure = Server { https: true, ..server() };
    let plain = headers(&[host, ("origin", "http://chat.bank.example")]);
    assert!(Peer::of("192.0.2.1".parse().unwrap(), &plain, &secure).is_foreign());
}
