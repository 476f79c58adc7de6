//! Logarithm, exponential and hash that give the same bits on every machine.
//!
//! The standard library calls the platform's mathematics, which may differ in the last bit from
//! one system to the next; a model must not. Only additions, multiplications, divisions and
//! square roots are used here, whose results IEEE 754 fixes.

/// The natural logarithm of a positive finite number.
pub(super) fn ln(number: f64) -> f64 {
    debug_assert!(number > 0.0 && number.is_finite());
    let bits = number.to_bits();
    let mut exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1023;
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    // ln m = 2 artanh((m - 1) / (m + 1)); with m near 1 eleven terms are exact to the last bits.
    let slope = (mantissa - 1.0) / (mantissa + 1.0);
    let square = slope * slope;
    let mut power = slope;
    let mut sum = 0.0;
    for term in 0..11_i32 {
        sum += power / f64::from(2 * term + 1);
        power *= square;
    }
    2.0 * sum + f64::from(exponent) * std::f64::consts::LN_2
}

/// e to the power of `number`; beyond ±700 the value at ±700.
pub(super) fn exp(number: f64) -> f64 {
    let number = number.clamp(-700.0, 700.0);
    let halvings = (number / std::f64::consts::LN_2).round();
    let rest = number - halvings * std::f64::consts::LN_2;
    let mut term = 1.0;
    let mut sum = 1.0;
    for step in 1..16_i32 {
        term *= rest / f64::from(step);
        sum += term;
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 1010 in size, and whole")]
    let exponent = halvings as i64 + 1023;
    sum * f64::from_bits(u64::try_from(exponent).unwrap_or(0) << 52)
}

/// The logistic function, as a probability.
pub(super) fn sigmoid(logit: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1")]
    let probability = (1.0 / (1.0 + exp(-logit))) as f32;
    probability
}

/// A count as a number to calculate with; counts here stay far below 2^52.
pub(super) fn count(number: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    let number = number as f64;
    number
}

/// The single-precision value of `number`.
pub(super) fn single(number: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "rounding is what is asked for")]
    let number = number as f32;
    number
}

const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A hash to which letters and other hashes are added in order. Fixed for all time: nothing
/// secret hangs on it, and content is written by the bot's own authors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hash(u64);

impl Hash {
    /// A hash of a kind of thing, so that equal parts of different kinds differ.
    pub(super) const fn new(kind: u64) -> Self {
        Self(kind.wrapping_mul(SPREAD) ^ 0x51ab_de9f_2c83_4d17)
    }

    /// With one more part.
    #[inline]
    pub(super) const fn with(self, part: u64) -> Self {
        Self((self.0.rotate_left(23) ^ part).wrapping_mul(SPREAD))
    }

    /// With the letters of a text.
    pub(super) fn with_text(self, text: &str) -> Self {
        text.chars().fold(self, |hash, letter| hash.with(u64::from(u32::from(letter))))
    }

    /// The finished value, all of whose bits depend on all parts.
    #[inline]
    pub(super) const fn finish(self) -> u64 {
        let mut value = self.0 ^ (self.0 >> 32);
        value = value.wrapping_mul(0xd6e8_feb8_6659_fd93);
        value ^ (value >> 29)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_and_exponential_agree_with_the_platform() {
        for step in 1..4_000_i32 {
            let number = f64::from(step) * 0.37;
            assert!((ln(number) - number.ln()).abs() < 1e-13 * (1.0 + number.ln().abs()));
            let power = f64::from(step - 2_000) * 0.3;
            assert!((exp(power) / power.exp() - 1.0).abs() < 1e-12, "{power}");
        }
        assert_eq!(ln(1.0).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn probabilities_stay_between_nought_and_one() {
        for logit in [f64::MIN, -50.0, 0.0, 50.0, f64::MAX] {
            assert!((0.0..=1.0).contains(&sigmoid(logit)));
        }
        assert!((sigmoid(0.0) - 0.5).abs() < f32::EPSILON);
    }

    #[test]
    fn order_and_kind_change_a_hash() {
        let of = |kind, text| Hash::new(kind).with_text(text).finish();
        assert_ne!(of(1, "ab"), of(1, "ba"));
        assert_ne!(of(1, "ab"), of(2, "ab"));
        assert_ne!(of(1, ""), of(2, ""));
        assert_eq!(of(1, "ab"), of(1, "ab"));
    }
}
