//! How many may be connected: altogether, and from one address.
//!
//! **Invariant:** every [`Place`] that was given out is given back when it is dropped, so a
//! connection that ends in whatever way frees its own.

use std::collections::HashMap;
use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

/// The places that there are.
#[derive(Debug)]
pub struct Places {
    most: usize,
    /// 0 = no limit.
    most_of_one: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// Everything is taken.
    #[error("too many connections")]
    Altogether,
    /// This address has its share.
    #[error("too many connections from this address")]
    FromOneAddress,
}

/// One connection's place.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    /// Whose share it counts in, if in anybody's.
    address: Option<IpAddr>,
}

impl Places {
    /// `most` altogether and `most_of_one` from one address; the latter may be 0 for no limit.
    #[must_use]
    pub fn new(most: u32, most_of_one: u32) -> Arc<Self> {
        Arc::new(Self {
            most: most as usize,
            most_of_one: most_of_one as usize,
            taken: Mutex::default(),
        })
    }

    /// A place for a connection from this address; `None` when it is not one client's (a proxy).
    pub fn take(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Place, Full> {
        let address = address.filter(|_| self.most_of_one > 0).map(share_of);
        let mut taken = self.lock();
        if taken.all >= self.most {
            return Err(Full::Altogether);
        }
        if let Some(address) = address {
            let from_it = taken.by_address.entry(address).or_default();
            if *from_it >= self.most_of_one {
                return Err(Full::FromOneAddress);
            }
            *from_it += 1;
        }
        taken.all += 1;
        Ok(Place { places: Arc::clone(self), address })
    }

    /// How many are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.lock().all
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        // Nothing between lock and unlock can panic halfway through a change.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.all -= 1;
        let Some(address) = self.address else { return };
        if let Some(from_it) = taken.by_address.get_mut(&address) {
            *from_it -= 1;
            if *from_it == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

/// Whom an address stands for: a household with IPv6 has 2^64 of them.
pub(super) fn share_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests;
