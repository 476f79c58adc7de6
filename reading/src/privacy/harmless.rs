//! Words that tell a harmless number from a secret: of orders, places, money, time and devices.
//! Folded like all words.

use std::sync::LazyLock;

use crate::privacy::words::Parts;
use crate::privacy::words::Words;
use crate::privacy::words::noun;
use crate::privacy::words::parts;
use crate::privacy::words::set;

/// What stands before it is a place, not a secret.
pub(super) fn is_place_preposition(word: &str) -> bool {
    PLACES.contains(word)
}

static PLACES: Words = LazyLock::new(|| {
    set("\
    pa i hos med in at from fran for vid with via av by efter after vuonna since sedan sen kl \
    between mellan vuodesta vuoteen vuodelta \
    klo kello klockan before innan under")
});

/// Names a number that may be read by anybody.
pub(super) fn names_harmless_number(word: &str) -> bool {
    static STEMS: Parts = LazyLock::new(|| {
        parts(
            "\
        order ordr elasku efaktur mortgage bolan tilauks bestallning arende faktur kundnum kundnr referens viite viittee tilaus tilausn lasku asiakasn \
        asiakasnum case ticket invoice reference tracking paket kolli postnum telefon phone mobil \
        version felkod error tel puh ocr artikel model versio virhe felmed puhelin kannyk seuranta \
        lahetys ref rum huone room gatan linje bokning varaus booking hylly bankgiro plusgiro \
        postinum zip matkapuh mobiili numrot kuitti kvitto receipt lomake blankett automat \
        pankkiautom atm bankomat clearing foretag business ytunnus ytun fonum fonr yritys company vat \
        alv momsn ajanvar vuoro laina lanenum lanenr loan avtal sopimu contract \
        polic complain klagomal valitus reklam asianum vakuutu forsakr medlem jasen member maksup terminal merchant sarjanum serie \
        serial automaatt konttor kontor branch sivu sida page vagn vaunu tapaukse tapaus tapahtum transakt \
        transact arkist arkiv archive regnr juna flyg lento flight buss kerros \
        krs asunto lagenhet flat apartment postbox box kund customer asiakas fodd fodel syntyn \
        syntym born birth dob postikood postkod postcode postal address adress osoite hyra vuokra \
        rent raja grans limit saldo balance summa summan belopp maara amount pris hinta price fax faksi puhel konttori build ean isbn viivak streckk barcode meter \
        rakning incident rekister registr kampanj kampanja voucher kuponki kupong paivays datum date vuosi year asioint",
        )
    });
    // "mobilpin" begins like the number of a telephone.
    (STEMS.iter().any(|stem| word.starts_with(stem))
        || ["lanet", "lasku", "laskun", "faktura", "fakturan", "rakning", "rakningen"]
            .iter()
            .any(|ending| word.ends_with(ending)))
        && noun(word).is_none()
        || matches!(
            word,
            "nro"
                | "no"
                | "pb"
                | "pl"
                | "box"
                | "id-nr"
                | "ring"
                | "soita"
                | "call"
                | "dial"
                | "numerosta"
                | "asian"
                | "sn"
                | "asiani"
                | "numeroon"
        )
}

/// Says that a number of money, time or size went before or follows.
pub(super) fn is_unit(word: &str) -> bool {
    static UNITS: Words = LazyLock::new(|| {
        set("\
    e eur euro euroa euron euros kr kronor krona sek kroner usd dollar dollars pund pounds min \
    minuter minuuttia minutes minute minut sekunder sekuntia seconds timmar tuntia hours dagar \
    paivaa days veckor viikkoa weeks manader kuukautta months ar vuotta years tecken merkkia \
    characters chars siffror numeroa digits bokstaver kirjainta letters ganger kertaa times \
    procent prosenttia percent gb mb kb km kg st kpl pcs stycken styck stk pieces kappaletta personer forsok yrityst attempts")
    });
    UNITS.contains(word)
}

/// Product names with digits or odd capitals that stand near passwords without being one.
pub(super) fn is_product(word: &str) -> bool {
    static STEMS: Parts = LazyLock::new(|| {
        parts(
            "\
        iphone ipad ios android windows win1 office macos macbook samsung galaxy huawei nokia bankid \
        aktiaid nordeaid mobilepay paypal whatsapp facebook youtube linkedin wifi internet ebank mp3 \
        mp4 redmi motorola lenovo xperia realme covid chrome firefox edge id-app oneplus pixel xiaomi sms",
        )
    });
    STEMS.iter().any(|stem| word.starts_with(stem))
}
