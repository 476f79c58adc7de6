//! The keys that may check a customer's identity.

use jsonwebtoken::Algorithm;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::AlgorithmParameters;
use jsonwebtoken::jwk::EllipticCurve;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::jwk::KeyAlgorithm;
use jsonwebtoken::jwk::KeyOperations;
use jsonwebtoken::jwk::PublicKeyUse;

/// A bank that signs with more keys at once has made a mistake; each could be tried on each token.
const MOST_KEYS: usize = 32;

/// Keys, each with the one algorithm that it is good for.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    algorithm: Algorithm,
    id: Option<String>,
    checks: DecodingKey,
}

impl Keys {
    /// A shared secret.
    #[must_use]
    pub fn secret(secret: &[u8]) -> Self {
        let checks = DecodingKey::from_secret(secret);
        Self(vec![Key { algorithm: Algorithm::HS256, id: None, checks }])
    }

    /// The public keys of a JWK set (RFC 7517). Keys for encryption, and of kinds that this server
    /// does not take, are passed over; so is a secret, which has no place among public keys.
    pub fn of_set(json: &str) -> Result<Self, String> {
        let set: JwkSet =
            serde_json::from_str(json).map_err(|error| format!("it is not a JWK set: {error}"))?;
        let keys: Vec<Key> = set.keys.iter().filter_map(public).take(MOST_KEYS).collect();
        if keys.is_empty() {
            return Err("it has no key for RS256 or ES256".to_owned());
        }
        Ok(Self(keys))
    }

    /// All of these and of those.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys that may check a token of this algorithm and key id. A shared secret has no id;
    /// a token without one is tried on all keys of its algorithm.
    pub fn fitting<'k>(
        &'k self,
        algorithm: Algorithm,
        id: Option<&'k str>,
    ) -> impl Iterator<Item = &'k DecodingKey> {
        let fits = move |key: &&Key| {
            key.algorithm == algorithm
                && (algorithm == Algorithm::HS256 || id.is_none() || key.id.as_deref() == id)
        };
        self.0.iter().filter(fits).map(|key| &key.checks)
    }
}

fn public(jwk: &Jwk) -> Option<Key> {
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        _ => return None,
    };
    let common = &jwk.common;
    let signs = common.public_key_use.as_ref().is_none_or(|to| *to == PublicKeyUse::Signature);
    let may_check = common
        .key_operations
        .as_ref()
        .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    let is_for_it = common.key_algorithm.is_none_or(|algorithm| algorithm == named);
    let checks = DecodingKey::from_jwk(jwk).ok()?;
    (signs && may_check && is_for_it).then(|| Key { algorithm, id: common.key_id.clone(), checks })
}
