use super::*;
use crate::privacy::COVER;
use crate::privacy::mask;

fn after(previous: &str, text: &str) -> String {
    mask_in(&Context { previous, ..Context::default() }, text).text.into_owned()
}

#[test]
fn the_second_half_of_a_secret_is_masked() {
    let cases = [
        ("kortet är 4111 1111", "1111 1111 tack", "•••• tack"),
        ("FI21 1234 5600", "0007 85", "••••"),
        ("131052-", "308T", "••••"),
        ("811218", "-9876", "••••"),
        ("mitt lösenord är", "Xyz123", "••••"),
        ("salasanani on:", "kissa", "••••"),
        ("koden är", "482913", "••••"),
        ("my pin is", "4711 and it fails", "•••• and it fails"),
        ("jag heter Anna", "ordernummer 482913", "ordernummer 482913"),
        ("jag har glömt mitt lösenord.", "Vad gör jag nu?", "Vad gör jag nu?"),
        ("ordernummer 45123456", "0401234567", "0401234567"),
        ("", "pin 4711", "pin ••••"),
        ("min kod är", "4471", "••••"),
        ("min kod är", "４４７ １２０", "••••"),
        ("tunnusluku on", "5537", "••••"),
        ("pinkoden?", "är 9912", "är ••••"),
        ("kort 4556 7375", "8689 9855 giltigt 03/29", "•••• giltigt 03/29"),
        ("SE45 5000 0000", "0583-9825-7466", "••••"),
        ("1 3 1 0 5 2", "- 3 0 8 T", "••••"),
        ("１３１０５２", "－３０８Ｔ", "••••"),
        ("19811218", "9876 alltså", "•••• alltså"),
        ("lösenordet är", "Kanelbulle7 :)", "•••• :)"),
        ("salasana:", "Kuusi88", "••••"),
        ("password is", "Maple22!", "••••"),
        ("koodi on", "449 871", "••••"),
        ("käyttäjätunnus 44120987", "salasana Orvokki5", "salasana ••••"),
        ("avainluku 7", "on 5519", "on ••••"),
        ("my number is", "040 123 4567", "040 123 4567"),
        ("ordernumret är", "448120", "448120"),
        ("laskun viite on", "1234561", "1234561"),
        ("kundnummer", "551209", "551209"),
        ("jag väntar på koden", "sedan 20 minuter", "sedan 20 minuter"),
        ("salasana ei kelpaa.", "Asun osoitteessa Kauppakatu 5", "Asun osoitteessa Kauppakatu 5"),
    ];
    for (before, text, expected) in cases {
        assert_eq!(after(before, text), expected, "{before} / {text}");
    }
}

#[test]
fn a_card_in_four_messages_is_masked_from_the_third_on() {
    let third = Context { previous: "4111\n1111", ..Context::default() };
    let third = mask_in(&third, "1111");
    assert_eq!((third.text.as_ref(), third.begun), (COVER, Some(12)));
    let fourth =
        Context { previous: "4111\n1111\n••••", begun: third.begun, ..Context::default() };
    assert_eq!(mask_in(&fourth, "1111 så där").text, "•••• så där");
}

#[test]
fn a_card_that_is_nearly_whole_is_masked_and_so_is_its_end() {
    let begun = mask_in(&Context::default(), "mitt kort är 4111 1111 1111 1");
    assert_eq!((begun.text.as_ref(), begun.begun), ("mitt kort är ••••", Some(13)));
    let rest = Context {
        previous: "mitt kort är ••••", begun: begun.begun, ..Context::default()
    };
    assert_eq!(mask_in(&rest, "111 12/27").text, "••••");
    assert_eq!(mask_in(&rest, "ring 0401234567").text, "ring 0401234567");
    let whole = mask_in(&Context::default(), "4111 1111 1111 1111");
    assert_eq!((whole.text.as_ref(), whole.begun), (COVER, None));
}

#[test]
fn a_code_that_was_asked_for_is_masked() {
    let asked = Context { code: Awaited::Asked, ..Context::default() };
    for (text, expected) in [
        ("482913", "••••"),
        ("ja, 482 913", "ja, ••••"),
        ("det är 4829 tror jag", "det är •••• tror jag"),
        ("A7K9Q2", "••••"),
        ("48-29-13", "••••"),
        ("ja", "ja"),
        ("nej, felkod 5013", "nej, felkod 5013"),
        ("mitt nummer är 040 123 4567", "mitt nummer är 040 123 4567"),
        ("jag har väntat 15 minuter", "jag har väntat 15 minuter"),
    ] {
        assert_eq!(mask_in(&asked, text).text, expected, "{text}");
    }
}

#[test]
fn in_talk_about_a_code_a_bare_number_is_it() {
    let maybe = Context { code: Awaited::Maybe, ..Context::default() };
    for (text, expected) in [
        ("482913", "••••"),
        ("den är 482913", "den är ••••"),
        ("4829", "••••"),
        ("hej 482 913!", "hej ••••"),
        ("2024", "2024"),
        ("111 22", "111 22"),
        ("65100 Vasa", "65100 Vasa"),
        ("1 234,50", "1 234,50"),
        ("0401234567", "0401234567"),
        ("2024-11-28", "2024-11-28"),
        ("jag bor i 65100 Vasa", "jag bor i 65100 Vasa"),
    ] {
        assert_eq!(mask_in(&maybe, text).text, expected, "{text}");
    }
}

#[test]
fn a_question_about_a_code_is_known() {
    for text in [
        "Vilken kod fick du?",
        "Mikä koodi näkyy?",
        "Which code did you get?",
        "Har du fått bekräftelsekoden?",
    ] {
        assert!(speaks_of_code(text), "{text}");
    }
    for text in ["Vilken felkod visas?", "Mikä on postinumerosi?", "What is the order number?"] {
        assert!(!speaks_of_code(text), "{text}");
    }
}

#[test]
fn a_question_for_a_code_is_known_from_one_about_codes() {
    for text in ["Vilken kod fick du?", "Mikä koodi näkyy?", "Skriv koden här.", "Which PIN is it?"]
    {
        assert!(asks_for_code(text), "{text}");
    }
    for text in [
        "Har du fått bekräftelsekoden?",
        "Skriv aldrig koder eller lösenord i en chatt.",
        "Koodi ei tule perille.",
        "Which day is it?",
    ] {
        assert!(!asks_for_code(text), "{text}");
    }
}

#[test]
fn plain_words_after_talk_about_a_password_stay() {
    for text in ["det är min frus nummer", "on kiire", "jag är inloggad", "\"Aktia ID is active\""]
    {
        assert_eq!(after("jag har glömt mitt lösenord", text), text);
        assert_eq!(after("how long must the password be", text), text);
    }
}

#[test]
fn authors_patterns_are_masked_in_any_digits() {
    let mut patterns = Patterns::default();
    patterns.add("KN-[0-9]{6}").unwrap();
    let context = Context { patterns: Some(&patterns), ..Context::default() };
    assert_eq!(mask_in(&context, "mitt nummer kn-123456 tack").text, "mitt nummer •••• tack");
    assert_eq!(mask_in(&context, "ＫＮ-１２３\u{200b}４５６").text, COVER);
    assert_eq!(mask_in(&context, "KN-12").text, "KN-12");
}

#[test]
fn a_secret_in_the_path_of_a_page_is_masked() {
    let none = Patterns::default();
    for (url, expected) in [
        ("https://bank.example/konto/FI2112345600000785?x=1", "https://bank.example/konto/••••"),
        ("https://bank.example/k/%34111%201111%201111%201111", "https://bank.example/k/••••"),
        ("https://bank.example/2024/11/28/nyheter", "https://bank.example/2024/11/28/nyheter"),
        (
            "https://bank.example/mer/Salasana%20Sinivuokko2",
            "https://bank.example/mer/Salasana ••••",
        ),
        ("https://bank.example/pin/4711/x", "https://bank.example/pin/••••/x"),
        (
            "https://bank.example/anv%C3%A4ndarnamn_77120934_l%C3%B6senord_Nejlika3",
            "https://bank.example/användarnamn_••••_lösenord_••••",
        ),
        ("https://bank.example/pinkod/glomt", "https://bank.example/pinkod/glomt"),
        ("https://bank.example/s%C3%B6k", "https://bank.example/s%C3%B6k"),
    ] {
        assert_eq!(mask_address(url, &none), expected);
    }
}

/// `holds_digit` looks no closer at letters.
#[test]
fn no_letter_is_plainly_a_digit() {
    for letter in ('\u{80}'..=char::MAX).filter(|letter| letter.is_alphabetic()) {
        let text = letter.to_string();
        assert!(!Flat::of(&text).holds_digit(), "{letter:?} is also {:?}", Flat::of(&text).text);
    }
    assert!(holds_digit("①") && holds_digit("４") && holds_digit("٣") && !holds_digit("äö"));
}

#[test]
fn what_a_question_asks_for_is_no_code_after_talk_about_one() {
    let talk = Context { previous: "koden kommer inte", ..Context::default() };
    let asked = Context { other: true, ..talk };
    assert_eq!(mask_in(&talk, "482913").text, COVER);
    assert_eq!(mask_in(&asked, "482913").text, "482913");
    let announced = Context { previous: "koden är", ..asked };
    assert_eq!(mask_in(&announced, "482913").text, COVER);
    // Nor by what the lists teach, at the door and behind it.
    for parcel in ["ab 123 456", "AB123456", "numret är ab 123 456", "12 34 56"] {
        let asked = Context { previous: "mitt paket är borta", ..asked };
        assert_eq!(mask_in(&asked, parcel).text, parcel);
        assert_eq!(mask(parcel).text, parcel);
    }
}
