//! How an HTTP call is refused: a status and, as JSON, the fields of an `error` frame.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

use crate::gateway::accounts;
use crate::protocol::ErrorFrame;
use crate::protocol::code::Code;
use crate::store::StoreError;

/// A call that was not done.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    error: ErrorFrame,
}

impl Refusal {
    /// A refusal in words for developers.
    #[must_use]
    pub fn new(status: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self { status, error: ErrorFrame::new(code, message) }
    }

    /// The same, with the time after which to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.error.retry_after_s = Some(seconds);
        self
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn not_signed_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, Code::Unauthorized, "not signed in")
    }

    /// What kind of refusal.
    #[must_use]
    pub fn code(&self) -> Code {
        self.error.code
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let wait = self.error.retry_after_s;
        let mut response = (self.status, Json(self.error)).into_response();
        if let Some(wait) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        response
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed a call");
        let message = "the store is unavailable";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, message).retry_after(5)
    }
}

impl From<accounts::Refused> for Refusal {
    fn from(refused: accounts::Refused) -> Self {
        use accounts::Refused;
        let message = refused.to_string();
        match refused {
            Refused::Wrong | Refused::WrongCode | Refused::CodeWanted => {
                Self::new(StatusCode::UNAUTHORIZED, Code::Unauthorized, message)
            }
            Refused::NotSignedIn => Self::not_signed_in(),
            Refused::TooFast(wait) | Refused::Locked(wait) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, message)
                    .retry_after(wait.retry_after_s)
            }
            Refused::MustChangePassword
            | Refused::MustAddFactor
            | Refused::FactorDemanded
            | Refused::ProviderOnly => Self::new(StatusCode::FORBIDDEN, Code::Forbidden, message),
            Refused::HasFactor => Self::new(StatusCode::CONFLICT, Code::WrongStatus, message),
            Refused::Unfit(_) | Refused::Unchanged => {
                Self::new(StatusCode::BAD_REQUEST, Code::BadField, message)
            }
            Refused::Store(error) => error.into(),
        }
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        let code = match rejection {
            JsonRejection::JsonDataError(_) => Code::BadField,
            _ => Code::BadFrame,
        };
        // The rejection's own words repeat what was sent, which may be a password.
        let message = "the body is not the JSON object that this call takes";
        Self::new(rejection.status(), code, message)
    }
}
