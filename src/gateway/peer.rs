//! Who calls: the client's address behind proxies, its session, and the page it came from.
//!
//! **Invariants:** an agent's cookie counts for the server's own pages only: a page that may carry
//! the chat is another's, and what runs in it must not act as the agent who looks at it. Headers
//! that a proxy sets are believed only when the connection comes from a proxy on the list; the
//! nearest address that is not on it is the client's.

use std::convert::Infallible;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::header;
use axum::http::request::Parts;

use crate::config::Server;
use crate::config::network::Network;
use crate::gateway::app::App;
use crate::protocol::Secret;

/// The cookie of an agent's session.
pub const COOKIE: &str = "skicka_agent";

/// The same by https: with this prefix a browser takes it from this very host and by https only.
pub const SECURE_COOKIE: &str = "__Host-skicka_agent";

/// What the cookie is called on this server.
#[must_use]
pub fn cookie_name(server: &Server) -> &'static str {
    if server.https { SECURE_COOKIE } else { COOKIE }
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The other end of a TCP connection, put beside each request by the accept loop.
#[derive(Debug, Clone, Copy)]
pub struct Remote(pub SocketAddr);

/// Who calls.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The client's address, as far as it can be known.
    pub address: IpAddr,
    /// The token of an agent's session, from the bearer header or else from the cookie.
    pub session: Option<Secret>,
    origin: OriginOfPage,
}

/// Which page a browser says it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OriginOfPage {
    /// None: not a browser, or a page that asks its own server.
    Absent,
    /// The server's own page.
    Own,
    /// One on the list of those that may carry the chat.
    Listed,
    /// Any other.
    Foreign,
}

impl Peer {
    /// Reads who calls from a connection's other end and a request's headers.
    #[must_use]
    pub fn of(remote: IpAddr, headers: &HeaderMap, server: &Server) -> Self {
        let by_proxy = is_proxy(remote, &server.trusted_proxies);
        let origin = origin(headers, server, by_proxy);
        Self {
            address: if by_proxy {
                client(remote, headers, &server.trusted_proxies)
            } else {
                remote
            },
            session: bearer(headers).or_else(|| {
                let own = matches!(origin, OriginOfPage::Absent | OriginOfPage::Own);
                cookie(headers, cookie_name(server)).filter(|_| own)
            }),
            origin,
        }
    }

    /// Whether no page of another origin called.
    #[must_use]
    pub fn is_own(&self) -> bool {
        matches!(self.origin, OriginOfPage::Absent | OriginOfPage::Own)
    }

    /// Whether a page that may not call here called.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.origin == OriginOfPage::Foreign
    }
}

impl FromRequestParts<Arc<App>> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let remote = parts.extensions.get::<Remote>();
        // Only a router without an accept loop before it (a test) has requests from nowhere.
        let remote = remote.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |remote| remote.0.ip());
        Ok(Self::of(remote, &parts.headers, &app.settings.server))
    }
}

/// Whether an address is one of the proxies.
#[must_use]
pub fn is_proxy(address: IpAddr, proxies: &[Network]) -> bool {
    proxies.iter().any(|network| network.contains(address))
}

/// The nearest address that is not a proxy's. Each proxy appends whom it heard; what stands
/// farther left is the client's own word.
fn client(remote: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let mut nearest = remote;
    let hops = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops.flat_map(|value| value.split(',')).collect();
    for hop in hops.iter().rev() {
        let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
        nearest = address.to_canonical();
        if !is_proxy(nearest, proxies) {
            break;
        }
    }
    nearest
}

/// The token of the `Authorization: Bearer` header.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim().to_owned()))
}

/// The value of a cookie.
pub(super) fn cookie(headers: &HeaderMap, wanted: &str) -> Option<Secret> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|c| c.split_once('='));
    let (_, token) = pairs.find(|(name, _)| name.trim() == wanted)?;
    Some(Secret::new(token.trim().to_owned()))
}

/// The header that sets a cookie which no script of a page can read and which stands in no log.
/// `same_site` is `Strict` or `Lax`; a value that is over at once takes the cookie away.
pub(super) fn set_cookie(
    server: &Server,
    name: &str,
    value: &str,
    same_site: &str,
    max_age_s: i64,
) -> HeaderValue {
    let secure = if server.https { "; Secure" } else { "" };
    let cookie = format!(
        "{name}={value}; Path=/; HttpOnly; SameSite={same_site}; Max-Age={max_age_s}{secure}"
    );
    let mut cookie = HeaderValue::from_str(&cookie).expect("base64 and our own words are ASCII");
    cookie.set_sensitive(true);
    cookie
}

fn origin(headers: &HeaderMap, server: &Server, by_proxy: bool) -> OriginOfPage {
    let Some(origin) = headers.get(header::ORIGIN) else { return OriginOfPage::Absent };
    let Ok(origin) = origin.to_str() else { return OriginOfPage::Foreign };
    let forwarded = headers.get(FORWARDED_HOST).filter(|_| by_proxy);
    let mut hosts = [headers.get(header::HOST), forwarded].into_iter().flatten();
    let is_own = origin.split_once("://").is_some_and(|(scheme, page)| {
        (scheme == "https" || scheme == "http" && !server.https)
            && hosts.any(|host| host.to_str().is_ok_and(|host| host.eq_ignore_ascii_case(page)))
    });
    if is_own {
        OriginOfPage::Own
    } else if server.allowed_origins.iter().any(|allowed| allowed.is(origin)) {
        OriginOfPage::Listed
    } else {
        OriginOfPage::Foreign
    }
}

#[cfg(test)]
mod tests;
