//! Signing what is sent to other systems, by the Standard Webhooks specification, so that the
//! receiver can check it with a library that there is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use hmac::KeyInit as _;
use hmac::Mac as _;
use sha2::Sha256;

/// The fewest bytes that a secret may have.
const LEAST: usize = 16;
/// What begins a secret that is written in base64.
const PREFIX: &str = "whsec_";

/// A key that signs. It shows itself nowhere.
#[derive(Clone)]
pub(super) struct Signer {
    mac: Hmac<Sha256>,
}

impl Signer {
    /// A signer with this secret: base64 behind `whsec_`, or any other text as it is. None if it
    /// is too short or no base64.
    pub(super) fn new(secret: &str) -> Option<Self> {
        let secret = secret.trim();
        let key = match secret.strip_prefix(PREFIX) {
            Some(encoded) => STANDARD.decode(encoded).ok()?,
            None => secret.as_bytes().to_vec(),
        };
        let mac = Hmac::new_from_slice(&key).ok().filter(|_| key.len() >= LEAST)?;
        Some(Self { mac })
    }

    /// The signature of a message of this id, sent at this second.
    pub(super) fn sign(&self, id: &str, second: i64, body: &[u8]) -> String {
        let mut mac = self.mac.clone();
        mac.update(format!("{id}.{second}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn the_signature_is_that_of_the_specification() {
        let signer = Signer::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature =
            signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_has_sixteen_bytes_at_least() {
        assert!(Signer::new("whsec_c2hvcnQ=").is_none());
        assert!(Signer::new("whsec_not base64").is_none());
        assert!(Signer::new("fifteen letters").is_none());
        assert!(Signer::new("sixteen letters!").is_some());
    }
}
