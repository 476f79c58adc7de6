//! What a crash left at the end of the write-ahead log.
//!
//! SQLite leaves out, when it opens, whatever was not written whole, and says nothing of it. Here
//! it is measured before, so that the log of the server can tell. The format is SQLite's own
//! (<https://www.sqlite.org/fileformat2.html#walformat>).

use std::fs;
use std::io;
use std::path::Path;

/// The log's own head, and that of each page in it.
const HEAD: usize = 32;
const FRAME: usize = 24;

/// What the log begins with; its last bit tells how its sums are reckoned.
const MAGIC: u32 = 0x377f_0682;

/// How many bytes at the end of the database's write-ahead log belong to no finished transaction;
/// `None` where there are none. Only for a database that nobody has open.
pub fn unfinished(database: &Path) -> io::Result<Option<usize>> {
    let mut path = database.as_os_str().to_owned();
    path.push("-wal");
    match fs::read(path) {
        Ok(log) => Ok(Some(tail(&log)).filter(|bytes| *bytes > 0)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn tail(log: &[u8]) -> usize {
    let Some(head) = log.get(..HEAD) else { return log.len() };
    let big = word(head, 0) & 1 == 1;
    let mut sum = summed((0, 0), &head[..24], big);
    if word(head, 0) & !1 != MAGIC || sum != (word(head, 24), word(head, 28)) {
        return log.len();
    }
    let size = FRAME + word(head, 8) as usize;
    let salts = &head[16..24];
    let mut finished = HEAD;
    let mut sound = true;
    // What an earlier round left behind the end of this one is as it should be.
    let of_this_round = |frame: &[u8]| frame.get(8..16).is_none_or(|found| found == salts);
    let frames = log[HEAD..].chunks(size).rposition(of_this_round).map_or(0, |last| last + 1);
    let end = log.len().min(HEAD + frames * size);
    let mut at = HEAD;
    while at < end {
        let frame = &log[at..end.min(at + size)];
        sound &= frame.len() == size && of_this_round(frame);
        if sound {
            sum = summed(summed(sum, &frame[..8], big), &frame[FRAME..], big);
            sound = sum == (word(frame, 16), word(frame, 20));
        }
        at += frame.len();
        if sound && word(frame, 4) > 0 {
            finished = at;
        }
    }
    at - finished
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

/// The running sum of pairs of words.
fn summed(start: (u32, u32), bytes: &[u8], big: bool) -> (u32, u32) {
    bytes.chunks_exact(8).fold(start, |(first, second), pair| {
        let read = |at| if big { word(pair, at) } else { word(pair, at).swap_bytes() };
        let first = first.wrapping_add(read(0)).wrapping_add(second);
        (first, second.wrapping_add(read(4)).wrapping_add(first))
    })
}

#[cfg(test)]
mod tests;
