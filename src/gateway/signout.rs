//! A customer signs out of the bank: what was issued to them until then is worth nothing.
//!
//! The bank's page or its server calls this with the visitor's token, or with the bank's word.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::post;
use serde_json::json;

use crate::gateway::app::App;
use crate::gateway::hello;
use crate::gateway::peer::Peer;
use crate::gateway::refusal::Refusal;
use crate::gateway::tokens::TokenError;
use crate::gateway::upgrade::known_page;
use crate::protocol::Secret;
use crate::store::CustomerRow;

/// The route of this call.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/chat/sign-out", post(sign_out).options(preflight))
}

async fn sign_out(
    State(app): State<Arc<App>>,
    peer: Peer,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    known_page(&app, &peer)?;
    let proof = peer.session.as_ref().ok_or_else(Refusal::not_signed_in)?;
    if let Some(row) = customer(&app, proof).await? {
        app.directory.sign_customer_out(&row.customer, app.clock.now()).await?;
        app.leases.end(&row.main);
    }
    Ok(allow(Json(json!({})).into_response(), &headers))
}

/// Whom a token or the bank's word stands for; nobody yet, if they have not been here.
async fn customer(app: &App, proof: &Secret) -> Result<Option<CustomerRow>, Refusal> {
    match app.tokens.verify(proof.expose(), app.clock.now()).await {
        Ok(pass) => {
            let row = app.directory.customer_of(&pass.visitor).await?;
            // A token that lets nobody in signs nobody out. What is over since the sign-out that is
            // asked for again is no fault.
            match row {
                Some(row) if pass.issued_at <= row.signed_out_at => Ok(None),
                Some(row) if !hello::is_good(&pass, &row) => Err(Refusal::not_signed_in()),
                row => Ok(row),
            }
        }
        Err(TokenError::Store(error)) => Err(error.into()),
        Err(TokenError::Malformed) => {
            let customer = hello::customer_of(app, proof).await;
            let customer = customer.map_err(|_| Refusal::not_signed_in())?;
            Ok(app.directory.customer(&customer.key).await?)
        }
        Err(_) => Err(Refusal::not_signed_in()),
    }
}

/// The bank's page is another origin than this server, and asks first.
async fn preflight(
    State(app): State<Arc<App>>,
    peer: Peer,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    known_page(&app, &peer)?;
    let mut response = allow(StatusCode::NO_CONTENT.into_response(), &headers);
    let answer = response.headers_mut();
    let put = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    answer.extend(put.map(|(name, value)| (name, HeaderValue::from_static(value))));
    Ok(response)
}

/// For a page whose origin was found good.
fn allow(mut response: Response, request: &HeaderMap) -> Response {
    let answer = response.headers_mut();
    answer.insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = request.get(header::ORIGIN) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}
