//! What a file is, told by its content, and a picture without what the camera wrote into it.
//!
//! **Invariant:** only the kinds of [`FileKind`] are known; anything else, whatever it is named,
//! is none. Nothing here panics on any bytes.

/// A kind of file that may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A photo.
    Jpeg,
    /// A screenshot.
    Png,
    /// A picture of either sort.
    Webp,
    /// A picture, perhaps a moving one.
    Gif,
    /// A document.
    Pdf,
}

impl FileKind {
    /// The kind of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => None,
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Pdf => "application/pdf",
        }
    }

    /// The ending of its name.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Pdf => "pdf",
        }
    }

    /// The bytes without what tells of the camera, the place and the person: of a JPEG, PNG or
    /// WebP picture everything that is not needed to show it. Others stay as they are. `None` when
    /// it is not what its first bytes say.
    #[must_use]
    pub fn bare(self, bytes: Vec<u8>) -> Option<Vec<u8>> {
        match self {
            Self::Jpeg => bare_jpeg(&bytes),
            Self::Png => bare_png(&bytes),
            Self::Webp => bare_webp(&bytes),
            Self::Gif | Self::Pdf => Some(bytes),
        }
    }
}

/// The name of a file as it may be shown: no folders, nothing that cannot be seen, not long, and
/// without its ending, which is told by what it is.
#[must_use]
pub fn bare_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let clean: String = stem
        .chars()
        .filter(|sign| {
            !sign.is_control()
                && !matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '"')
        })
        .take(80)
        .collect();
    let clean = clean.trim().trim_matches('.');
    (if clean.is_empty() { "file" } else { clean }).to_owned()
}

fn bare_jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    out.extend(bytes.get(..2)?);
    let mut at = 2;
    loop {
        let (0xff, marker) = (*bytes.get(at)?, *bytes.get(at + 1)?) else { return None };
        // Fill bytes may stand before a marker.
        if marker == 0xff {
            at += 1;
            continue;
        }
        // From the start of the scan on there is only the picture.
        if marker == 0xda {
            out.extend(&bytes[at..]);
            return Some(out);
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        let end = at + 2 + length;
        let segment = bytes.get(at..end).filter(|_| length >= 2)?;
        // Kept of what programs write: JFIF, colour profiles, Adobe's note on colours.
        let is_metadata = matches!(marker, 0xe1 | 0xe3..=0xed | 0xef | 0xfe)
            || marker == 0xe2 && !segment[4..].starts_with(b"ICC_PROFILE\0");
        if !is_metadata {
            out.extend(segment);
        }
        at = end;
    }
}

fn bare_png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = bytes.get(..8)?.to_vec();
    let mut at = 8;
    loop {
        let length: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        let end =
            at.checked_add(usize::try_from(u32::from_be_bytes(length)).ok()?)?.checked_add(12)?;
        let chunk = bytes.get(at..end)?;
        let name = &chunk[4..8];
        if !matches!(name, b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf" | b"tIME") {
            out.extend(chunk);
        }
        // Whatever hangs behind the end is no part of the picture.
        if name == b"IEND" {
            return Some(out);
        }
        at = end;
    }
}

fn bare_webp(bytes: &[u8]) -> Option<Vec<u8>> {
    /// Bits of the header that say that there is EXIF and XMP.
    const SAID: u8 = 0b0000_1100;
    let mut out = bytes.get(..12)?.to_vec();
    let mut at = 12;
    while at < bytes.len() {
        let length: [u8; 4] = bytes.get(at + 4..at + 8)?.try_into().ok()?;
        let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
        let end = at.checked_add(8)?.checked_add(length)?.checked_add(length % 2)?;
        let chunk = bytes.get(at..end)?;
        let begin = out.len();
        match &chunk[..4] {
            b"EXIF" | b"XMP " => {}
            name => {
                out.extend(chunk);
                if name == b"VP8X" && length > 0 {
                    out[begin + 8] &= !SAID;
                }
            }
        }
        at = end;
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Some(out)
}

#[cfg(test)]
mod tests;
