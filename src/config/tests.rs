use std::io::Write as _;
use std::path::PathBuf;

use crate::config::Settings;
use crate::config::Synchronous;
use crate::config::load::ConfigError;
use crate::config::load::Flags;
use crate::config::load::RANGES;
use crate::config::load::load;
use crate::config::network::Network;
use crate::config::origin::Origin;

fn read(file: &str, variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let mut on_disk = tempfile::NamedTempFile::new().unwrap();
    on_disk.write_all(file.as_bytes()).unwrap();
    let flags = Flags { config: Some(on_disk.path().to_owned()), ..Flags::default() };
    let variables = variables.iter().map(|(name, text)| ((*name).into(), (*text).into()));
    load(&flags, variables).map_err(|error| {
        let place = error.place.replace(&on_disk.path().display().to_string(), "FILE");
        ConfigError { place, ..error }
    })
}

fn wrong(file: &str, variables: &[(&str, &str)]) -> String {
    read(file, variables).expect_err(file).to_string()
}

#[test]
fn an_empty_file_gives_the_defaults() {
    assert_eq!(read("", &[]), Ok(Settings::default()));
}

#[test]
fn the_file_that_comes_with_the_project_shows_every_key_with_its_default() {
    let file = include_str!("../../config/skicka.toml");
    assert_eq!(read(file, &[]), Ok(Settings::default()));
    let shown: toml::Table = toml::from_str(file).unwrap();
    let known = toml::Table::try_from(Settings::default()).unwrap();
    assert_eq!(keys(&shown), keys(&known));
}

fn keys(table: &toml::Table) -> Vec<String> {
    let mut keys: Vec<_> = table
        .iter()
        .flat_map(|(name, value)| match value {
            toml::Value::Table(table) => {
                keys(table).into_iter().map(|key| format!("{name}.{key}")).collect()
            }
            _ => vec![name.clone()],
        })
        .collect();
    keys.sort();
    keys
}

#[test]
fn every_number_has_a_range_that_holds_its_default() {
    let known = toml::Table::try_from(Settings::default()).unwrap();
    for key in keys(&known) {
        let whole = toml::Value::Table(known.clone());
        let value = key.split('.').fold(whole, |value, name| value[name].clone());
        if let toml::Value::Integer(number) = value {
            let range = RANGES.iter().find(|(name, ..)| *name == key).expect(&key);
            assert!((range.1..=range.2).contains(&number), "{key}");
        }
    }
}

#[test]
fn flags_beat_variables_beat_the_file() {
    let file = "data = 'from-file'\nlisten = '127.0.0.1:1'\n[limits]\nping_s = 7\nhello_s = 8";
    let variables = [
        ("SKICKA_DATA", "from-variable"),
        ("SKICKA_LISTEN", "127.0.0.1:2"),
        ("SKICKA_LIMITS__PING_S", "9"),
    ];
    let settings = read(file, &variables).unwrap();
    assert_eq!(settings.data, PathBuf::from("from-variable"));
    assert_eq!((settings.limits.ping_s, settings.limits.hello_s), (9, 8));

    let flags = Flags { listen: Some("127.0.0.1:3".parse().unwrap()), ..Flags::default() };
    let variables = variables.iter().map(|(name, text)| ((*name).into(), (*text).into()));
    let settings = load(&flags, variables).unwrap();
    assert_eq!(settings.listen.port(), 3);
    assert_eq!(settings.data, PathBuf::from("from-variable"));
}

#[test]
fn a_variable_is_read_as_what_its_key_is() {
    let variables = [
        ("SKICKA_LIMITS__MESSAGES_PER_MINUTE", "0"),
        ("SKICKA_SERVER__HTTPS", "true"),
        ("SKICKA_SERVER__ALLOWED_ORIGINS", "https://a.example, https://b.example"),
        ("SKICKA_SERVER__TRUSTED_PROXIES", "10.0.0.0/8"),
        ("SKICKA_STORE__SYNCHRONOUS", "normal"),
        ("SKICKA_CHAT__CONSENT__SV", "Okej?"),
    ];
    let settings = read("", &variables).unwrap();
    assert_eq!(settings.limits.messages_per_minute, 0);
    assert!(settings.server.https);
    let origins = ["https://a.example", "https://b.example"].map(|text| text.parse().unwrap());
    assert_eq!(settings.server.allowed_origins, origins);
    assert!(settings.server.trusted_proxies[0].contains("10.1.2.3".parse().unwrap()));
    assert_eq!(settings.store.synchronous, Synchronous::Normal);
    assert_eq!(settings.chat.consent.sv, "Okej?");
}

#[test]
fn every_mistake_is_one_sentence_that_says_where() {
    for (file, sentence) in [
        ("\nlisten = ", "FILE:2: string values must be quoted, expected literal string"),
        (
            "[limits]\n\npings = 3",
            "FILE:3: there is no key `limits.pings`; did you mean `limits.ping_s`?",
        ),
        ("ping_s = 3", "FILE:1: there is no key `ping_s`; did you mean `limits.ping_s`?"),
        ("[limit]\nping_s = 3", "FILE:1: there is no key `limit`; did you mean `limits`?"),
        ("weather = 'fine'", "FILE:1: there is no key `weather`"),
        ("limits = 3", "FILE:1: `limits` is a section, not a value"),
        ("[listen]\nport = 1", "FILE:1: `listen` must be a text, not a section"),
        ("[limits]\nping_s = '3'", "FILE:2: `limits.ping_s` must be a whole number, not a text"),
        (
            "[limits]\nping_s = 2.5",
            "FILE:2: `limits.ping_s` must be a whole number, not a fraction",
        ),
        ("[limits]\nping_s = 0", "FILE:2: `limits.ping_s` must be from 1 to 3600, not 0"),
        ("[limits]\nhello_s = -1", "FILE:2: `limits.hello_s` must be from 1 to 3600, not -1"),
        (
            "[chat.privacy_notice]\nsv = 'https://bank.example/a'\nen = 'javascript:alert(1)'",
            "FILE:3: `chat.privacy_notice.en` must be the address of a page: https://… or /…",
        ),
        ("listen = 'here'", "FILE:1: `listen` is wrong: invalid socket address syntax"),
        (
            "[store]\nsynchronous = 'off'",
            "FILE:2: `store.synchronous` is wrong: unknown variant `off`, expected `full` or `normal`",
        ),
        (
            "[server]\ntrusted_proxies = ['10/8']",
            "FILE:2: `server.trusted_proxies` is wrong: `10/8` is neither an address nor a network such as 10.0.0.0/8",
        ),
        ("listen = '127.0.0.1:1'\nlisten = '127.0.0.1:2'", "FILE:2: duplicate key"),
    ] {
        assert_eq!(wrong(file, &[]), sentence, "{file}");
    }
}

#[test]
fn a_mistake_in_a_variable_names_the_variable() {
    for (name, text, sentence) in [
        (
            "SKICKA_LIMITS__PING",
            "3",
            "there is no key `limits.ping`; did you mean `limits.ping_s`?",
        ),
        ("SKICKA_LISTN", "127.0.0.1:1", "there is no key `listn`; did you mean `listen`?"),
        ("SKICKA_LIMITS__PING_S", "x", "`limits.ping_s` must be a whole number, not a text"),
        ("SKICKA_LIMITS__PING_S", "0", "`limits.ping_s` must be from 1 to 3600, not 0"),
        ("SKICKA_SERVER__HTTPS", "yes", "`server.https` must be true or false, not a text"),
    ] {
        assert_eq!(wrong("", &[(name, text)]), format!("{name}: {sentence}"));
    }
}

#[test]
fn variables_of_others_are_left_alone() {
    let variables = [
        ("SKICKA_LOG", "debug"),
        ("SKICKA_PORT", "tcp://10.0.0.1:8080"),
        ("SKICKA_SERVICE_HOST", "10.0.0.1"),
        ("PATH", "/bin"),
    ];
    assert_eq!(read("", &variables), Ok(Settings::default()));
}

#[test]
fn a_named_file_must_exist() {
    let flags = Flags { config: Some("no/such/file.toml".into()), ..Flags::default() };
    let error = load(&flags, std::iter::empty()).unwrap_err().to_string();
    assert!(error.starts_with("no/such/file.toml: the settings cannot be read: "), "{error}");
    let variable = [("SKICKA_CONFIG".to_owned(), "no/such/other.toml".to_owned())];
    let error = load(&Flags::default(), variable.into_iter()).unwrap_err().to_string();
    assert!(error.starts_with("no/such/other.toml: "), "{error}");
}

#[test]
fn origins_are_compared_whole() {
    let origin: Origin = "https://Bank.example:8443".parse().unwrap();
    assert!(origin.is("https://bank.example:8443"));
    for other in ["https://bank.example", "http://bank.example:8443", "https://bank.example:8443/"]
    {
        assert!(!origin.is(other), "{other}");
    }
    for text in ["", "bank.example", "https://", "https://a/", "https://a b", "*", "null"] {
        assert!(text.parse::<Origin>().is_err(), "{text}");
    }
}

#[test]
fn networks_hold_their_neighbours_and_nobody_else() {
    for (network, address, inside) in [
        ("10.0.0.0/8", "10.255.0.1", true),
        ("10.0.0.0/8", "11.0.0.1", false),
        ("192.168.1.7", "192.168.1.7", true),
        ("192.168.1.7", "192.168.1.6", false),
        ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ("10.0.0.0/8", "2001:db8::1", false),
        ("2001:db8::/32", "2001:db8:1::1", true),
        ("2001:db8::/32", "2001:db9::1", false),
        ("::1", "::1", true),
    ] {
        let network: Network = network.parse().unwrap();
        assert_eq!(network.contains(address.parse().unwrap()), inside, "{network} {address}");
    }
    for text in ["", "10.0.0.0/33", "10.0.0.0/0", "10.0.0/8", "host", "::1/129"] {
        assert!(text.parse::<Network>().is_err(), "{text}");
    }
}

#[test]
fn a_certificate_needs_its_key_and_means_https() {
    let both = "[tls]\ncertificate = 'cert.pem'\nkey = 'key.pem'";
    assert!(read(both, &[]).unwrap().server.https);
    for half in ["certificate = 'cert.pem'", "key = 'key.pem'"] {
        let said = wrong(&format!("[tls]\n{half}"), &[]);
        assert_eq!(said, "the settings: `tls.certificate` and `tls.key` must be set together");
    }
}

#[test]
fn mail_needs_a_sender_and_the_way_to_the_console() {
    let on = "[mail]\nserver = 'mail.bank.example'\n";
    let from = "from = 'Bank <chat@bank.example>'\n";
    let console = "console_url = 'https://chat.bank.example/console'\n";
    assert!(!read("[mail]\nfrom = 'nobody'", &[]).unwrap().mail.is_on());
    assert!(read(&[on, from, console].concat(), &[]).unwrap().mail.is_on());
    for (rest, said) in [
        ("", "`mail.from` must be an e-mail address, such as `Bank <chat@bank.example>`, not ``"),
        (
            "from = 'Bank'",
            "`mail.from` must be an e-mail address, such as `Bank <chat@bank.example>`, not `Bank`",
        ),
        (
            "from = 'a@b.fi'",
            "`mail.console_url` must say where the console is, such as https://chat.bank.example/console, not ``",
        ),
    ] {
        assert_eq!(wrong(&[on, rest].concat(), &[]), format!("the settings: {said}"));
    }
    for (rest, said) in [
        (
            "team_address = 'a@b.fi, c@d.fi'",
            "`mail.team_address` must be an e-mail address or empty, not `a@b.fi, c@d.fi`",
        ),
        (
            "chat_url = 'www.bank.example'",
            "`mail.chat_url` must be an address such as https://www.bank.example/chat or empty, not `www.bank.example`",
        ),
        (
            "user = 'chat'\ntls = 'none'",
            "`mail.user` signs in with a password, which must not go in the clear: set `mail.tls` to \"starttls\" or \"tls\"",
        ),
    ] {
        let said = format!("the settings: {said}");
        assert_eq!(wrong(&[on, from, console, rest].concat(), &[]), said);
    }
    let said = wrong(&[on, "tls = 'ssl'"].concat(), &[]);
    assert!(said.starts_with("FILE:3: `mail.tls` is wrong: unknown variant `ssl`"), "{said}");
}

#[test]
fn there_may_be_a_second_address() {
    assert_eq!(read("", &[]).unwrap().admin_listen.0, None);
    let settings = read("", &[("SKICKA_ADMIN_LISTEN", "127.0.0.1:9090")]).unwrap();
    assert_eq!(settings.admin_listen.0, Some("127.0.0.1:9090".parse().unwrap()));
    let said = wrong("admin_listen = 'here'", &[]);
    assert!(said.starts_with("FILE:1: `admin_listen` is wrong: "), "{said}");
}
