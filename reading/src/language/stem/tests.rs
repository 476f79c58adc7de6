use super::*;
use crate::language::fold::fold;

fn assert_meet(language: Language, forms: &str) {
    let stems: Vec<String> =
        forms.split(' ').map(|form| fold(&Endings::of(language).stem(form))).collect();
    assert!(stems.iter().all(|stem| *stem == stems[0]), "{forms}: {stems:?}");
}

fn assert_differ(language: Language, one: &str, other: &str) {
    let endings = Endings::of(language);
    assert_ne!(fold(&endings.stem(one)), fold(&endings.stem(other)), "{one}, {other}");
}

#[test]
fn words_of_other_alphabets_are_their_own_stems() {
    for language in Language::ALL {
        assert_eq!(Endings::of(language).stem("помощью"), "помощью");
        assert_eq!(Endings::of(language).stem("0000"), "0000");
        assert_eq!(Endings::of(language).stem(""), "");
        assert_eq!(Endings::of(language).stem("ä"), "ä");
    }
}

#[test]
fn swedish_forms_meet() {
    for forms in [
        "kod koden koder koderna",
        "lösenord lösenordet lösenorden",
        "användarnamn användarnamnet",
        "telefonnummer telefonnumret",
        "identifiering identifieringen identifiera identifierar",
        "inloggning inloggningen",
        "konto kontot konton",
        "får fick fått få",
        "skrivit skrivi skriver",
        "kommer kommit kommi kom",
    ] {
        assert_meet(Language::Sv, forms);
    }
    assert_differ(Language::Sv, "tid", "tidning");
    assert_differ(Language::Sv, "kod", "konto");
}

#[test]
fn finnish_forms_meet() {
    for forms in [
        "tili tilin tiliä tilille tilejä tilien tilini",
        "luku luvun lukua luvut lukuja lukujen luvussa",
        "tilaus tilauksen tilausta tilaukset tilauksessa",
        "tunnus tunnuksen tunnusta tunnukset tunnukseni",
        "pyyntö pyynnön pyyntöä pyyntöjä",
        "tunnistuspyyntö tunnistuspyyntöä tunnistuspyynnön",
        "puhelin puhelimen puhelinta puhelimessa puhelimeen",
        "tekstiviesti tekstiviestin tekstiviestiä",
        "sovellus sovelluksen sovellusta sovellukset",
        "kirjautua kirjaudun kirjauduin kirjautuminen kirjautumisen",
        "unohtaa unohdin unohtanut unohdan",
        "koodi koodin koodia koodit koodeja koodini",
        "kortti kortin korttia kortit kortteja korttini",
        "pankki pankin pankkia pankissa pankkiin",
        "salasana salasanan salasanaa salasanani",
        "numero numeron numeroa numerot",
    ] {
        assert_meet(Language::Fi, forms);
    }
    assert_differ(Language::Fi, "tili", "tilaus");
    assert_differ(Language::Fi, "koodi", "kortti");
}

#[test]
fn english_forms_meet() {
    for forms in
        ["transfers transferred transfer", "lost lose losing", "paid pay pays", "sent send"]
    {
        assert_meet(Language::En, forms);
    }
    assert_differ(Language::En, "card", "care");
}
