use super::*;
use crate::authoring::graph::dot::dot;
use crate::authoring::graph::mermaid::mermaid;
use crate::authoring::graph::svg::svg;
use crate::authoring::graph::whole::of_bot;
use crate::authoring::traffic::of_conversation;
use crate::authoring::transcript::Transcript;
use crate::authoring::transcript::rehearsal::play;

fn lamps() -> Content {
    Content::clone(&crate::content::tests::trained())
}

fn lamp() -> DialogueId {
    DialogueId::new("lamp")
}

#[test]
fn a_dialogue_has_a_box_for_each_step_and_end_and_a_way_for_each_answer() {
    let graph = of_dialogue(&lamps(), &lamp(), Language::Sv, None).expect("it is there");
    let ids: Vec<&str> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["[start]", "plugged", "[person]", "plug", "helped", "[resolved]"]);
    let ways: Vec<String> = graph
        .edges
        .iter()
        .map(|edge| format!("{} {} {}", edge.from, edge.to, edge.label()))
        .collect();
    assert!(ways.contains(&"plugged plug Nej, Vet inte".to_owned()), "{ways:?}");
    assert!(ways.contains(&"plugged [person] Ja".to_owned()), "{ways:?}");
    assert_eq!(of_dialogue(&lamps(), &DialogueId::new("none"), Language::Sv, None), None);
}

#[test]
fn with_traffic_ways_and_steps_carry_counts() {
    let content = lamps();
    let text = "visitor: lampan lyser inte\npress: Nej\nleave:\n";
    let transcript = Transcript::read(text, Language::Sv).expect("it can be read");
    let played = play(&content, &transcript);
    let traffic = of_conversation(&content, played.lang, &played.log);
    let graph = of_dialogue(&content, &lamp(), Language::En, Some(&traffic)).expect("it is there");
    let node = |id: &str| graph.nodes.iter().find(|node| node.id == id).expect("it is there");
    assert_eq!(node("helped").count, Some(Count { came: 1, left: 1 }));
    assert_eq!(node("helped").count_words(Language::En).as_deref(), Some("1 · 1 left"));
    let taken = graph.edges.iter().find(|edge| edge.to == "plug").expect("it is there");
    assert_eq!(taken.label(), "No, Not sure: 1");
    let whole = of_bot(&content, Language::En, Some(&traffic));
    assert_eq!(whole.nodes[0].count, Some(Count { came: 1, left: 0 }));
}

#[test]
fn a_call_has_a_way_for_its_answer_and_one_for_its_failure_with_those_who_took_it() {
    let mut sources = crate::content::tests::small();
    let plain = "    next: helped\n";
    let call = "    action: { call: bank/look, answer: { lit: flag } }\n    next: helped\n    \
                failed: person\n";
    sources[1].text = sources[1].text.replace(plain, call);
    let content = crate::content::build::draft(&sources).0.train();
    let mut traffic = Traffic::default();
    for end in ["fails: timed_out", "answer: {\"lit\": true}\npress: Ja"] {
        let text = format!("visitor: lampan lyser inte\npress: Nej\n{end}\n");
        let transcript = Transcript::read(&text, Language::Sv).expect("it can be read");
        let played = play(&content, &transcript);
        assert_eq!(played.failure, None);
        traffic.add(&of_conversation(&content, played.lang, &played.log));
    }
    let graph = of_dialogue(&content, &lamp(), Language::En, Some(&traffic)).expect("it is there");
    let node = graph.nodes.iter().find(|node| node.id == "plug").expect("it is there");
    assert_eq!((node.text.as_str(), node.count), ("bank/look", Some(Count { came: 2, left: 0 })));
    let label = |to: &str| {
        let way = graph.edges.iter().find(|edge| edge.from == "plug" && edge.to == to);
        way.expect("it is there").label()
    };
    assert_eq!(label("helped"), "1");
    assert_eq!(label("[person]"), "failed: 1");
}

#[test]
fn whatever_a_text_says_the_notations_hold() {
    let content = lamps();
    let mut graph = of_dialogue(&content, &lamp(), Language::En, None).expect("it is there");
    graph.nodes[1].text = "<b>\"5\" & 6</b> \\ | { }".to_owned();
    graph.edges[0].labels = vec!["a \"b\" <c>".to_owned()];
    let picture = svg(&graph, Language::En);
    assert!(picture.contains("&lt;b&gt;&quot;5&quot; &amp; 6&lt;/b&gt;"), "{picture}");
    assert!(picture.contains("role=\"img\" aria-labelledby=\"title desc\" lang=\"en\""));
    assert!(picture.contains("<title id=\"title\">lamp: The lamp</title>"));
    assert_eq!(picture.matches("class=\"way\"").count(), graph.edges.len());
    assert_eq!(picture.matches("class=\"box\"").count(), graph.nodes.len());
    assert!(dot(&graph, Language::En).contains("<b>\\\"5\\\" & 6</b> \\\\ | { }"));
    assert!(mermaid(&graph, Language::En).contains("#lt;b#gt;#quot;5#quot; #amp; 6"));
}

#[test]
fn the_same_dialogue_is_drawn_the_same() {
    let content = lamps();
    let once = of_dialogue(&content, &lamp(), Language::Sv, None).expect("it is there");
    assert_eq!(svg(&once, Language::Sv), svg(&once, Language::Sv));
}
