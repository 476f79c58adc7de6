//! A digest of all that training depends on besides its examples: a model that was trained by
//! other code must not be taken for one of this.

use std::fs;
use std::io;
use std::path::Path;

/// The versions of what is used (a stemmer, Unicode's tables) count like our own code.
const OF_WORKSPACE: &str = "../Cargo.lock";

fn main() -> io::Result<()> {
    let mut digest = Fnv::new();
    add(Path::new("src"), &mut digest)?;
    if let Ok(lock) = fs::read(OF_WORKSPACE) {
        digest.add(&lock);
    }
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rerun-if-changed={OF_WORKSPACE}");
    println!("cargo:rustc-env=SKICKA_READING_DIGEST={:032x}", digest.0);
    Ok(())
}

/// Every file below `folder`, in the order of their names.
fn add(folder: &Path, digest: &mut Fnv) -> io::Result<()> {
    let mut paths: Vec<_> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort_unstable();
    for path in paths {
        if path.is_dir() {
            add(&path, digest)?;
        } else {
            digest.add(path.to_string_lossy().as_bytes());
            digest.add(&fs::read(&path)?);
        }
    }
    Ok(())
}

/// FNV-1a of 128 bits: it must not collide by chance; nobody gains by a collision.
struct Fnv(u128);

impl Fnv {
    const fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 ^= u128::from(byte);
            self.0 = self.0.wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}
