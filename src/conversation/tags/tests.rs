use super::tidy;

fn kept(tags: &[&str]) -> Option<Vec<String>> {
    tidy(&tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>())
}

#[test]
fn tags_are_kept_in_one_form() {
    assert_eq!(
        kept(&["  Ny   Kund ", "kort", "KORT", "e-post"]).unwrap(),
        ["e-post", "kort", "ny kund"]
    );
    assert_eq!(kept(&[]).unwrap(), Vec::<String>::new());
}

#[test]
fn what_is_no_tag_is_refused() {
    for bad in ["", "  ", "a,b", "<b>", "#kort", &"x".repeat(33)] {
        assert_eq!(kept(&[bad]), None, "{bad}");
    }
    let many: Vec<String> = (0..11).map(|place| format!("t{place}")).collect();
    assert_eq!(tidy(&many), None);
}
