use proptest::prelude::*;

pub(super) mod lists;

use super::*;

/// `secret` stands in `text` and must be gone; the rest of the text must stay.
fn gone(text: &str, secret: &str, kind: SecretKind) -> Option<String> {
    let masked = mask(text);
    let expected = text.replacen(secret, COVER, 1);
    if masked.text == expected && masked.kinds.contains(&kind) {
        return None;
    }
    Some(format!("{text}\n    -> {} {:?}", masked.text, masked.kinds))
}

fn all_gone(cases: &[(&str, &str)], kind: SecretKind) {
    let missed: Vec<String> =
        cases.iter().filter_map(|(text, secret)| gone(text, secret, kind)).collect();
    assert!(missed.is_empty(), "{} of {}:\n{}", missed.len(), cases.len(), missed.join("\n"));
}

#[test]
fn cards_are_masked() {
    all_gone(
        &[
            ("mitt kort är 4111 1111 1111 1111 tack", "4111 1111 1111 1111"),
            ("4111111111111111", "4111111111111111"),
            ("kort4111111111111111", "4111111111111111"),
            ("korttini numero on 5555-5555-5555-4444.", "5555-5555-5555-4444"),
            ("card 3782 822463 10005 amex", "3782 822463 10005"),
            ("5105.1051.0510.5100 går inte", "5105.1051.0510.5100"),
            ("４１１１　１１１１　１１１１　１１１１", "４１１１　１１１１　１１１１　１１１１"),
            ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
            ("4111\u{a0}1111\u{200b}1111 – 1111", "4111\u{a0}1111\u{200b}1111 – 1111"),
            ("٤١١١ ١١١١ ١١١١ ١١١١", "٤١١١ ١١١١ ١١١١ ١١١١"),
            ("6011 0009 9013 9424", "6011 0009 9013 9424"),
            ("3530111333300000 jcb", "3530111333300000"),
            ("2223 0000 4841 0010", "2223 0000 4841 0010"),
            ("6759649826438453 maestro", "6759649826438453"),
            ("4111111111111111 12/27 123", "4111111111111111 12/27 123"),
            ("ring 0401234567 kort 4111 1111 1111 1111", "4111 1111 1111 1111"),
            ("kortnummer: 4111 1111 1111 1112", "4111 1111 1111 1112"),
        ],
        SecretKind::Card,
    );
}

#[test]
fn account_numbers_are_masked() {
    all_gone(
        &[
            ("mitt konto FI21 1234 5600 0007 85 är tomt", "FI21 1234 5600 0007 85"),
            ("fi2112345600000785", "fi2112345600000785"),
            ("IBAN: SE45 5000 0000 0583 9825 7466.", "SE45 5000 0000 0583 9825 7466"),
            ("tilini on EE38-2200-2210-2014-5685", "EE38-2200-2210-2014-5685"),
            ("DE89370400440532013000 och mer", "DE89370400440532013000"),
            ("GB29 NWBK 6016 1331 9268 19", "GB29 NWBK 6016 1331 9268 19"),
            ("iban FI21 1234 5600 0007 86", "FI21 1234 5600 0007 86"),
            ("avsluta sparkontotFI2112345600000785å tack", "FI2112345600000785"),
            ("Tili (FI21) 1234 5600 0007 85 kuuluu taloyhtiölle", "FI21) 1234 5600 0007 85"),
            (
                "ＦＩ２１ １２３４ ５６００ ０００７ ８５",
                "ＦＩ２１ １２３４ ５６００ ０００７ ８５",
            ),
        ],
        SecretKind::Iban,
    );
}

#[test]
fn finnish_identity_codes_are_masked() {
    all_gone(
        &[
            ("131052-308T", "131052-308T"),
            ("henkilötunnukseni on 131052-308t kiitos", "131052-308t"),
            ("131052 - 308T", "131052 - 308T"),
            ("131052–308T.", "131052–308T"),
            ("131052Y308T", "131052Y308T"),
            ("hetu 131052X308T", "131052X308T"),
            ("131052W308T", "131052W308T"),
            ("131052V308T", "131052V308T"),
            ("131052U308T", "131052U308T"),
            ("131052A308T", "131052A308T"),
            ("131052B308T", "131052B308T"),
            ("131052C308T", "131052C308T"),
            ("131052D308T", "131052D308T"),
            ("131052E308T", "131052E308T"),
            ("131052F308T", "131052F308T"),
            ("131052+308T", "131052+308T"),
            ("13.10.52-308T", "13.10.52-308T"),
            ("jag är född 13.10.1952-308T", "13.10.1952-308T"),
            ("personbet.131052-308Tadress Storgatan 12", "131052-308T"),
            ("1 3 1 0 5 2 - 3 0 8 T", "1 3 1 0 5 2 - 3 0 8 T"),
            ("１３１０５２－３０８Ｔ", "１３１０５２－３０８Ｔ"),
            ("personbeteckning 131052-308U", "131052-308U"),
            ("010101-123N ja muuta", "010101-123N"),
        ],
        SecretKind::FinnishIdentity,
    );
}

#[test]
fn swedish_identity_numbers_are_masked() {
    all_gone(
        &[
            ("811218-9876", "811218-9876"),
            ("mitt personnummer är 19811218-9876", "19811218-9876"),
            ("198112189876", "198112189876"),
            ("8112189876", "8112189876"),
            ("811218+9876", "811218+9876"),
            ("811218 9876", "811218 9876"),
            ("701063-2391 (samordningsnummer)", "701063-2391"),
            ("1981-12-18-9876", "1981-12-18-9876"),
            ("8 1 1 2 1 8 - 9 8 7 6", "8 1 1 2 1 8 - 9 8 7 6"),
            ("personnummer 0401011234", "0401011234"),
        ],
        SecretKind::SwedishIdentity,
    );
}

#[test]
fn a_number_is_covered_wherever_it_stands_again() {
    let found = vec![Found { at: 0..6, kind: SecretKind::OneTimeCode }];
    assert_eq!(cover("814937 @pankki #814937, 8149370", found).text, "•••• @pankki #••••, 8149370");
}

#[test]
fn telephones_in_groups_stay_beside_codes() {
    for text in [
        "the code never came to +358 41 318 2206",
        "ni får skicka engångskoden till 050 3128 447 i stället",
        "pls text the code to +44 7700 900482 instead",
    ] {
        assert_eq!(mask(text).text, text);
    }
}

#[test]
fn organisation_numbers_stay() {
    assert_eq!(mask("4111 1111 1111 1111, 12/27, cvv 123 ok").text, "••••, cvv •••• ok");
    for text in ["556036-0793", "5560360793", "vårt företag 212000-0142", "165560360793"] {
        assert_eq!(mask(text).text, text);
    }
}

#[test]
fn announced_passwords_are_masked() {
    all_gone(
        &[
            ("mitt lösenord är Xyz123", "Xyz123"),
            ("Mitt lösenord är Xyz123.", "Xyz123"),
            ("lösenordet är hemlis123 men det funkar inte", "hemlis123"),
            ("lösenord: Sommar2024!", "Sommar2024!"),
            ("lösenord = Kalle 123", "Kalle 123"),
            ("lösenordet är nog Bosse77", "Bosse77"),
            ("mitt lösenord är 'sommaren 2024'", "sommaren 2024"),
            ("lösenordet hunter2 funkar inte", "hunter2"),
            ("jag loggar in med lösenordet Bosse77", "Bosse77"),
            ("lösenord är 19850312", "19850312"),
            ("salasanaksi laitoin Kissa123", "Kissa123"),
            ("kirjauduin salasanalla Talvi23", "Talvi23"),
            ("user anna pass hunter2", "hunter2"),
            ("my pass is hunter2", "hunter2"),
            ("my password's hunter2", "hunter2"),
            ("lösenord:Sommar2024", "Sommar2024"),
            ("lösen: kattunge", "kattunge"),
            ("lösen=abc!def", "abc!def"),
            ("mitt lösenord till nätbanken är Xyz123 och det fungerar inte", "Xyz123"),
            ("mitt lösenord är sommar", "sommar"),
            ("lösenordet är Mansikka, hjälp", "Mansikka"),
            ("mitt lösenord är \"min gula katt\" säger jag", "min gula katt"),
            ("jag bytte lösenord till Vinter99", "Vinter99"),
            ("Xyz123 är mitt lösenord", "Xyz123"),
            ("jag skrev Xyz123 som lösenord", "Xyz123"),
            ("losenord 4711", "4711"),
            ("lösneord är Xyz123", "Xyz123"),
            ("LÖSENORD: HEJSAN99", "HEJSAN99"),
            ("lösenordet jag använder är p@ssord", "p@ssord"),
            ("lösenord\nXyz123", "Xyz123"),
            ("mitt lösenord är:\nXyz123", "Xyz123"),
            ("lösenordet e gulaKatten", "gulaKatten"),
            ("salasanani on Kissa123", "Kissa123"),
            ("salasanani on kissa", "kissa"),
            ("salasana: mansikka", "mansikka"),
            ("salasanani on Talvi#2023 eikä se toimi", "Talvi#2023"),
            ("verkkopankin salasanani on qwerty99", "qwerty99"),
            ("salasana=Xyz123", "Xyz123"),
            ("salasanani verkkopankkiin on Xyz123", "Xyz123"),
            ("vaihdoin salasanan, uusi on Xyz123", "Xyz123"),
            ("Xyz123 on salasanani", "Xyz123"),
            ("my password is Xyz123", "Xyz123"),
            ("my password is sunshine", "sunshine"),
            ("my password is sunshine but it fails", "sunshine"),
            ("password: hunter2", "hunter2"),
            ("Password = hunter2", "hunter2"),
            ("my bank password is Tr0ub4dor&3.", "Tr0ub4dor&3"),
            ("pw: letmein", "letmein"),
            ("pasword is Abc12345", "Abc12345"),
            ("i changed my password to Autumn77", "Autumn77"),
            ("Abc12345 is my password", "Abc12345"),
            ("the password i use is Abc12345", "Abc12345"),
            ("password is 'bluehorse'", "bluehorse"),
        ],
        SecretKind::Password,
    );
}

#[test]
fn announced_pins_are_masked() {
    all_gone(
        &[
            ("pin 1234", "1234"),
            ("min pinkod är 1234", "1234"),
            ("PIN-kod: 1234", "1234"),
            ("pin:1234", "1234"),
            ("pin 2024", "2024"),
            ("säkerhetskod 123", "123"),
            ("pinkoodini on 1234", "1234"),
            ("PIN-koodi 1234 ei toimi", "1234"),
            ("tunnuslukuni on 4711", "4711"),
            ("tunnusluku 4711", "4711"),
            ("my pin is 1234", "1234"),
            ("pin code 1 2 3 4", "1 2 3 4"),
            ("pin number is 98765", "98765"),
            ("cvv 123", "123"),
            ("cvc-koden är 123", "123"),
            ("4711 är min pinkod", "4711"),
            ("1234 on pin-koodini", "1234"),
            ("1234 is my pin", "1234"),
            ("kortkoden är 4711", "4711"),
            ("min pin är １２３４", "１２３４"),
        ],
        SecretKind::Pin,
    );
}

#[test]
fn codes_in_context_are_masked() {
    all_gone(
        &[
            ("koden är 123456", "123456"),
            ("bekräftelsekoden är 482 913", "482 913"),
            ("kod 482913 funkar inte", "482913"),
            ("fick koden 482913 men den är fel", "482913"),
            ("engångskod: 48-29-13", "48-29-13"),
            ("koden som kom i sms:et är 482913", "482913"),
            ("koodi on 482913", "482913"),
            ("vahvistuskoodini on 4829", "4829"),
            ("kertakäyttökoodi 482913", "482913"),
            ("482913 on koodi", "482913"),
            ("the code is 482913", "482913"),
            ("code: 482913", "482913"),
            ("my one-time code was 482 913", "482 913"),
            ("482913 is the code i got", "482913"),
            ("jag matade in 482913 men får fel", "482913"),
            ("syötin 482913 mutta tuli virhe", "482913"),
            ("i typed 482913 and it failed", "482913"),
            ("fick ett sms där det stod 482913", "482913"),
            ("tekstiviestissä luki 482913", "482913"),
            ("otp 482913", "482913"),
            ("kod482913", "482913"),
            ("kod: A1B2C3", "A1B2C3"),
            ("med koden 4711 kommer jag inte in", "4711"),
            ("syötin koodin 482 913", "482 913"),
            ("the code says 482913", "482913"),
        ],
        SecretKind::OneTimeCode,
    );
}

#[test]
fn key_codes_are_masked() {
    all_gone(
        &[
            ("4711 8321 9942 1203 5531", "4711 8321 9942 1203 5531"),
            ("1: 4711, 2: 8321, 3: 9942", "1: 4711, 2: 8321, 3: 9942"),
            ("001 4711\n002 8321\n003 9942\n004 1188", "001 4711\n002 8321\n003 9942\n004 1188"),
            ("nyckeltalet är 4711", "4711"),
            ("avainlukuni on 4711", "4711"),
            ("key code 4711", "4711"),
            ("avainluku nro 12 on 4711", "4711"),
        ],
        SecretKind::KeyCodes,
    );
    let masked = mask("avainluvut ovat 4711 ja 8321");
    assert_eq!(masked.text, "avainluvut ovat •••• ja ••••");
}

#[test]
fn a_user_name_is_masked_with_its_code() {
    let cases = [
        ("användarnamn 12345678 lösenord Xyz123", "användarnamn •••• lösenord ••••"),
        (
            "käyttäjätunnukseni on 12345678 ja salasana Xyz123",
            "käyttäjätunnukseni on •••• ja salasana ••••",
        ),
        ("username: 12345678\npassword: hunter2", "username: ••••\npassword: ••••"),
        ("user id 12345678, pin 4711", "user id ••••, pin ••••"),
        ("mina bankkoder är 12345678 och 4711", "mina bankkoder är •••• och ••••"),
        ("pankkitunnukseni ovat 12345678 ja 4711", "pankkitunnukseni ovat •••• ja ••••"),
    ];
    for (text, expected) in cases {
        assert_eq!(mask(text).text, expected);
    }
    // The code may come in the next message.
    assert_eq!(mask("mitt användarnamn är 12345678").text, "mitt användarnamn är ••••");
    assert_eq!(mask("nätbanken: user 12345678").text, "nätbanken: user ••••");
    assert_eq!(mask("mitt kundnummer är 12345678").text, "mitt kundnummer är 12345678");
}

pub(super) const HARMLESS: &str = include_str!("tests/harmless.txt");

#[test]
fn harmless_lines_stay() {
    let touched: Vec<String> = HARMLESS
        .lines()
        .filter(|line| !mask(line).kinds.is_empty())
        .map(|line| format!("{line} -> {}", mask(line).text))
        .collect();
    assert!(HARMLESS.lines().count() >= 200);
    assert!(touched.len() * 50 <= HARMLESS.lines().count(), "{}", touched.join("\n"));
}

/// Written as by somebody who wants to get a secret through: `⟦` and `⟧` stand around it.
pub(super) const SECRETS: &str = include_str!("tests/secrets.txt");
/// Numbers as customers give them, in whole sentences.
pub(super) const HARMLESS_NUMBERS: &str = include_str!("tests/harmless_numbers.txt");

/// A line of a list with its invisible signs and line ends as they are typed.
pub(super) fn typed(line: &str) -> String {
    line.replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\u200b", "\u{200b}")
        .replace("\\u2060", "\u{2060}")
        .replace("\\u00ad", "\u{ad}")
}

#[test]
fn no_planted_secret_survives() {
    let mut missed = Vec::new();
    for line in SECRETS.lines() {
        let line = typed(line);
        let masked = mask(&line.replace(['⟦', '⟧'], "")).text.into_owned();
        let secrets = line.split('⟦').skip(1).filter_map(|part| part.split('⟧').next());
        let mut pieces = secrets.flat_map(str::lines).filter(|piece| !piece.is_empty());
        if pieces.any(|piece| masked.contains(piece)) {
            missed.push(format!("{line} -> {masked}"));
        }
    }
    assert!(SECRETS.lines().count() >= 600);
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn harmless_numbers_stay() {
    let touched: Vec<String> = HARMLESS_NUMBERS
        .lines()
        .filter(|line| !mask(line).kinds.is_empty())
        .map(|line| format!("{line} -> {}", mask(line).text))
        .collect();
    assert!(HARMLESS_NUMBERS.lines().count() >= 550);
    assert!(touched.len() * 100 <= HARMLESS_NUMBERS.lines().count(), "{}", touched.join("\n"));
}

#[test]
fn nothing_to_mask_borrows() {
    assert!(matches!(mask("jag får ingen kod").text, Cow::Borrowed("jag får ingen kod")));
}

#[test]
fn addresses_lose_what_may_be_secret() {
    let cases = [
        ("https://www.example.fi/sv/hjalp?token=abc&x=1#del", "https://www.example.fi/sv/hjalp"),
        ("https://example.fi/a#b?c", "https://example.fi/a"),
        ("https://anna:hemlis@example.fi/a", "https://example.fi/a"),
        ("/sv/hjalp?x", "/sv/hjalp"),
        ("https://example.fi", "https://example.fi"),
        ("?", ""),
        ("", ""),
    ];
    for (url, expected) in cases {
        assert_eq!(mask_url(url), expected);
    }
}

/// A name of two words may reach over the end of a line or of the text.
#[test]
fn names_of_two_words_reach_over_ends() {
    for text in [
        "pass\nword",
        "pass\nword\n",
        "sala. sana",
        "I forgot my pass. Word says no",
        "losen\nord x",
    ] {
        assert_eq!(mask(text).text, text);
    }
    assert_eq!(mask("mitt lösenord är Sol4#8mane").text, "mitt lösenord är ••••");
    assert_eq!(mask("mitt lösenord är Hund->Katt9").text, "mitt lösenord är ••••");
    assert_eq!(mask("lösenord: 1234.Kissa").text, "lösenord: ••••");
}

#[test]
fn huge_texts_are_masked() {
    for piece in [
        "1",
        "1 ",
        "lösenord ",
        "lösenord är ",
        "2020 ",
        "fi21",
        "131052-308",
        "a1 ",
        "pin:",
        "\"",
        "=:",
    ] {
        let text = format!("{} 4111 1111 1111 1111", piece.repeat(65_000 / piece.len()));
        let masked = mask(&text);
        assert!(masked.text.ends_with(COVER), "{piece}");
        assert!(masked.kinds.contains(&SecretKind::Card), "{piece}");
    }
}

fn with_check(mut digits: Vec<u8>) -> Vec<u8> {
    let check = (0..10).find(|&check| {
        let mut all = digits.clone();
        all.push(check);
        digits::luhn(&all)
    });
    digits.push(check.unwrap());
    digits
}

#[test]
fn what_a_cover_gives_away_is_covered_too() {
    let text = "Finnish ID code 220486Y ends with 060J";
    let once = cover(text, find_in(&Search::new(&Flat::of(text)), true));
    assert_eq!(once.text, "Finnish ID code •••• ends with 060J", "one look is not enough");
    assert_eq!(mask(text).text, "Finnish ID code •••• ends with ••••");
}

proptest! {
    #[test]
    fn no_card_survives(
        begin in prop::sample::select(vec!["4", "51", "55", "2221", "6011", "62", "3530", "65"]),
        body in prop::collection::vec(0_u8..10, 16),
        gaps in prop::collection::vec(prop::sample::select(vec!["", "", "", " ", "-", ".", "  ", " - ", "\u{a0}", "\n", "/"]), 16),
        wide in any::<bool>(),
        before in "[a-zåäö ,]{0,12}",
        after in "[a-zåäö ,.!]{0,12}",
    ) {
        let mut digits: Vec<u8> = begin.bytes().map(|digit| digit - b'0').collect();
        digits.extend(&body[..15 - digits.len()]);
        let digits = with_check(digits);
        let sign = |digit: u8| if wide { char::from_u32(0xff10 + u32::from(digit)).unwrap() } else { char::from(b'0' + digit) };
        let card: String = digits.iter().zip(&gaps).flat_map(|(&digit, gap)| gap.chars().chain([sign(digit)])).collect();
        let text = format!("{before}{card}{after}");
        let masked = mask(&text);
        prop_assert!(!masked.text.chars().any(|sign| sign.is_ascii_digit() || ('０'..='９').contains(&sign)), "{text} -> {}", masked.text);
        prop_assert!(masked.kinds.contains(&SecretKind::Card));
    }

    #[test]
    fn masking_twice_changes_nothing(text in "(lösenord|pin|koden|är|:|salasana|on|[a-z]{1,6}|[0-9]{1,8}|[A-Z][a-z0-9!]{1,8}| |\n|-|\\.){0,20}") {
        let once = mask(&text).text.into_owned();
        let twice = mask(&once).text.into_owned();
        prop_assert_eq!(twice, once);
    }

    /// The words that the rules know, in an order that nobody thought of and with whatever between.
    #[test]
    fn words_of_secrets_in_any_order_are_masked(
        words in prop::collection::vec(prop::sample::select(vec![
            "pass", "word", "losen", "ord", "sala", "sana", "lösenord", "salasana", "lösenfras",
            "password", "passphrase", "pin", "koden", "tunnusluku", "kodlista", "avainluvut", "användar-id",
            "käyttäjätunnus", "user", "name", "id", "no", "security", "code", "one-time", "six", "digits",
            "är", "on", "is", "it's", "var", "jag", "i", "put", "in", "skrev", "gav", "bytte", "changed",
            "from", "till", "to", "som", "och", "kortet", "card", "amex", "hetu", "personnummer", "iban",
            "FI21", "GB16", "NWBK", "börjar", "resten", "sista", "then", "sen", "konto", "+358", "040",
            "blåbärspaj", "mustikkarahka", "Kissa123", "t!nY.Dr@g", "A1", "17", "4471", "937160", "20 95 63",
            "50.83.41", "4111 1111", "1111 1111", "131052", "308T", "12:30", "2024", "faktura", "order",
            "\"Kissa-39\"", "60\",06:\"38", "1=55", "17/508843", "uid=5&code=719035", "••••", "?", "(", ")",
        ]), 0..14),
        gaps in prop::collection::vec(
            prop::sample::select(vec![" ", " ", " ", "\n", ". ", ", ", ": ", "? ", "", "=", "->", "#", "-", "/", "|"]),
            14,
        ),
        parted in 0..14_usize,
    ) {
        let written = |range: std::ops::Range<usize>| -> String {
            range.flat_map(|at| [words[at], gaps[at]]).collect()
        };
        let text = written(0..words.len());
        let once = mask(&text).text.into_owned();
        prop_assert_eq!(&mask(&once).text, &once, "{}", text);
        let parted = parted.min(words.len());
        let (before, text) = (written(0..parted), written(parted..words.len()));
        let before = mask(&before).text;
        for code in [context::Awaited::No, context::Awaited::Maybe, context::Awaited::Asked] {
            let context = context::Context { previous: &before, begun: Some(8), code, ..context::Context::default() };
            let masked = context::mask_in(&context, &text);
            prop_assert_eq!(masked.kinds.is_empty(), masked.text == text);
        }
    }

    #[test]
    fn any_text_is_masked(text in "\\PC{0,80}", before in "\\PC{0,20}") {
        let masked = mask(&text);
        prop_assert_eq!(masked.kinds.is_empty(), masked.text == text);
        let context = context::Context { previous: &before, ..context::Context::default() };
        prop_assert!(context::mask_in(&context, &text).text.len() <= text.len() * 4 + COVER.len());
        prop_assert!(!mask_url(&text).contains(['?', '#']));
    }
}
