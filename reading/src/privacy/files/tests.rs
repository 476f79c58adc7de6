use proptest::prelude::*;

use super::*;

fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in chunks {
        bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend(*name);
        bytes.extend(*data);
        bytes.extend([0; 4]);
    }
    bytes
}

fn jpeg(segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xd8];
    for (marker, data) in segments {
        bytes.extend([0xff, *marker]);
        bytes.extend(u16::try_from(data.len() + 2).unwrap().to_be_bytes());
        bytes.extend(*data);
    }
    bytes.extend(b"\xff\xda\x00\x02scan\xff\xd9");
    bytes
}

#[test]
fn a_file_is_what_its_content_says() {
    assert_eq!(FileKind::of(&png(&[])), Some(FileKind::Png));
    assert_eq!(FileKind::of(&jpeg(&[])), Some(FileKind::Jpeg));
    assert_eq!(FileKind::of(b"%PDF-1.7\n"), Some(FileKind::Pdf));
    assert_eq!(FileKind::of(b"GIF89a"), Some(FileKind::Gif));
    for other in
        [&b"<svg xmlns='http://www.w3.org/2000/svg'>"[..], b"<html>", b"MZ", b"PK\x03\x04", b""]
    {
        assert_eq!(FileKind::of(other), None);
    }
}

#[test]
fn pictures_lose_what_the_camera_wrote() {
    let bare = FileKind::Jpeg.bare(jpeg(&[
        (0xe0, b"JFIF\0"),
        (0xe1, b"Exif\0\0GPS 60.17"),
        (0xe2, b"ICC_PROFILE\0colours"),
        (0xfe, b"by Anna"),
        (0xdb, b"tables"),
    ]));
    assert_eq!(
        bare,
        Some(jpeg(&[(0xe0, b"JFIF\0"), (0xe2, b"ICC_PROFILE\0colours"), (0xdb, b"tables")]))
    );
    let head: (&[u8; 4], &[u8]) = (b"IHDR", b"size");
    let mut whole = png(&[
        head,
        (b"tEXt", b"Author Anna"),
        (b"eXIf", b"GPS"),
        (b"IDAT", b"dots"),
        (b"IEND", b""),
    ]);
    whole.extend(b"hidden behind the end");
    let bare = FileKind::Png.bare(whole);
    assert_eq!(bare, Some(png(&[head, (b"IDAT", b"dots"), (b"IEND", b"")])));
    let chunk = |name: &[u8], data: &[u8]| {
        [name, &u32::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    };
    let webp = |chunks: &[Vec<u8>]| {
        let body = chunks.concat();
        [b"RIFF", &u32::try_from(body.len() + 4).unwrap().to_le_bytes()[..], b"WEBP", &body]
            .concat()
    };
    let bare = FileKind::Webp.bare(webp(&[
        chunk(b"VP8X", b"\x1c000"),
        chunk(b"VP8 ", b"dots"),
        chunk(b"EXIF", b"GPS!"),
    ]));
    assert_eq!(bare, Some(webp(&[chunk(b"VP8X", b"\x10000"), chunk(b"VP8 ", b"dots")])));
}

#[test]
fn a_name_is_shown_without_folders_and_without_what_it_claims_to_be() {
    for (name, shown) in [
        ("bild.svg", "bild"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\anna\\kvitto.PNG", "kvitto"),
        ("", "file"),
        ("...", "file"),
        ("a\u{202e}gnp.exe", "agnp"),
        ("rad\r\nX: y\".png", "radX: y"),
    ] {
        assert_eq!(bare_name(name), shown, "{name:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_do_no_harm(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for head in [&b"\xff\xd8\xff"[..], b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"%PDF-"] {
            let bytes = [head, &body].concat();
            let kind = FileKind::of(&bytes).expect("the head says it");
            if let Some(bare) = kind.bare(bytes.clone()) {
                prop_assert!(bare.len() <= bytes.len());
            }
        }
    }
}
