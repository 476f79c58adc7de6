use super::*;

fn id(text: &str) -> ConversationId {
    ConversationId::new(text)
}

/// Somebody who waits since `since` in the queue of `team`.
fn waiting(team: &str, since: i64) -> Item {
    Item {
        status: Status::Queued,
        team: Some(TeamId::new(team)),
        lang: Language::Sv,
        topic: None,
        reason: None,
        front: false,
        waiting_since: Some(Timestamp(since)),
        agent: None,
        preview: String::new(),
        unread: 0,
        offer: None,
        alarmed: false,
        last_agent: None,
        tags: Vec::new(),
        customer: None,
    }
}

fn unread(messages: u32) -> Item {
    Item { unread: messages, ..waiting("support", 1) }
}

fn held_by(name: &str) -> Item {
    let agent = AgentRef { id: AgentId::new(name), name: name.to_owned() };
    Item { status: Status::Agent, agent: Some(agent), ..waiting("support", 1) }
}

#[test]
fn a_queue_is_in_the_order_of_waiting_save_for_whom_an_agent_was_lost() {
    let mut desk = Desk::default();
    desk.put(&id("late"), Some(waiting("support", 30)));
    desk.put(&id("b"), Some(waiting("support", 20)));
    desk.put(&id("a"), Some(waiting("support", 20)));
    desk.put(&id("loans"), Some(waiting("loans", 10)));
    desk.put(&id("held"), Some(held_by("maja")));
    desk.put(&id("offline"), Some(Item { status: Status::Offline, ..waiting("support", 5) }));
    desk.put(&id("lost"), Some(Item { front: true, ..waiting("support", 90) }));
    let support = TeamId::new("support");
    let queue = desk.queue(Some(&support));
    assert_eq!(queue, [id("lost"), id("a"), id("b"), id("late")]);
    assert_eq!(desk.queue(Some(&TeamId::new("loans"))), [id("loans")]);
    assert_eq!(desk.queue(None), []);
    assert_eq!(desk.held_by(&AgentId::new("maja")), [id("held")]);
    assert_eq!(desk.len(), 7);
}

#[test]
fn a_console_is_told_of_each_change_once_and_of_who_left() {
    let mut desk = Desk::default();
    assert!(desk.put(&id("a"), Some(waiting("support", 1))));
    assert!(desk.put(&id("b"), Some(waiting("support", 2))));
    let known = desk.version();
    assert!(!desk.put(&id("a"), Some(waiting("support", 1))), "nothing changed");
    assert!(!desk.put(&id("c"), None), "it was not there");
    assert_eq!(desk.changes_since(known).unwrap(), []);

    desk.put(&id("b"), Some(held_by("maja")));
    desk.put(&id("a"), None);
    desk.put(&id("b"), Some(held_by("otto")));
    let (a, b) = (id("a"), id("b"));
    assert_eq!(desk.changes_since(known).unwrap(), [(&a, None), (&b, Some(&held_by("otto")))]);
    assert_eq!(desk.changes_since(0).unwrap().len(), 2);
    assert_eq!(desk.changes_since(desk.version()).unwrap(), []);
    assert_eq!((desk.len(), desk.is_empty()), (1, false));
    assert!(desk.put(&id("a"), Some(waiting("support", 1))), "it came back");
    assert_eq!(desk.len(), 2);
}

#[test]
fn whoever_was_away_for_long_reads_everything_anew() {
    let mut desk = Desk::default();
    desk.put(&id("stays"), Some(waiting("support", 1)));
    let known = desk.version();
    for number in 0..2 * REMEMBERED {
        let gone = id(&format!("gone-{number}"));
        desk.put(&gone, Some(waiting("support", 1)));
        desk.put(&gone, None);
    }
    assert_eq!(desk.changes_since(known), None);
    assert!(desk.entries.len() <= REMEMBERED + 1, "those who left are forgotten in the end");
    assert_eq!(desk.len(), 1);
    assert_eq!(desk.item(&id("stays")), Some(&waiting("support", 1)));
    let newest = desk.changes_since(desk.version() - 1).unwrap();
    assert_eq!(newest.len(), 1, "what is remembered is told");
}

#[test]
fn what_was_seen_stays_seen_until_the_count_starts_anew() {
    let mut desk = Desk::default();
    let a = id("a");
    let left = |desk: &Desk| desk.item(&a).unwrap().unread;
    desk.put(&a, Some(unread(2)));
    assert_eq!(left(&desk), 2);
    desk.seen(&a);
    assert_eq!(left(&desk), 0);
    let version = desk.version();
    desk.seen(&a);
    assert_eq!(desk.version(), version, "nothing new was seen");
    desk.put(&a, Some(unread(3)));
    assert_eq!(left(&desk), 1);
    desk.seen(&a);
    desk.put(&a, Some(unread(5)));
    assert_eq!(left(&desk), 2);
    // An agent wrote, which starts the state's count anew.
    desk.put(&a, Some(unread(0)));
    desk.put(&a, Some(unread(1)));
    assert_eq!(left(&desk), 1);
    desk.seen(&id("nobody"));
}

#[test]
fn whoever_has_no_team_serves_all() {
    let worker = |teams: &[&str]| Worker {
        name: "Maja".to_owned(),
        teams: teams.iter().map(|team| TeamId::new(team)).collect(),
        languages: Vec::new(),
        skills: Vec::new(),
        online: true,
    };
    let (support, loans) = (TeamId::new("support"), TeamId::new("loans"));
    assert!(worker(&[]).serves(Some(&loans)) && worker(&[]).serves(None));
    assert!(worker(&["loans"]).serves(Some(&loans)) && worker(&["loans"]).serves(None));
    assert!(!worker(&["loans"]).serves(Some(&support)));
}

#[test]
fn a_visitor_who_has_said_nothing_is_nobodys_business() {
    let mut state = State::new(Language::Sv, Timestamp(0));
    assert_eq!(Item::of(&state), None);
    state.visitor_messages = 1;
    state.preview = "å".repeat(2 * PREVIEW);
    let item = Item::of(&state).expect("they have said something");
    assert_eq!((item.status, item.preview.chars().count()), (Status::Bot, PREVIEW));
    state.status = Status::Ended;
    assert_eq!(Item::of(&state), None);
}

#[test]
fn of_those_who_talk_with_the_bot_the_newest_lie_on_the_desk() {
    let talking = |words: &str| Item {
        status: Status::Bot,
        preview: words.to_owned(),
        ..waiting("support", 1)
    };
    let mut desk = Desk::default();
    desk.put(&id("waits"), Some(waiting("support", 1)));
    desk.put(&id("first"), Some(talking("hej")));
    desk.put(&id("second"), Some(talking("hej")));
    for number in 2..WATCHED {
        desk.put(&id(&format!("c{number}")), Some(talking("hej")));
    }
    desk.put(&id("first"), Some(talking("är du där?")));
    assert_eq!(desk.len(), 1 + WATCHED);
    let known = desk.version();
    desk.put(&id("newest"), Some(talking("hej")));
    assert_eq!(desk.len(), 1 + WATCHED);
    assert!(desk.item(&id("waits")).is_some() && desk.item(&id("first")).is_some());
    let changes = desk.changes_since(known).unwrap();
    assert!(changes.contains(&(&id("second"), None)), "consoles are told of who was let go");
    // Whoever says something again is back.
    desk.put(&id("second"), Some(talking("hallå")));
    assert_eq!(desk.item(&id("second")), Some(&talking("hallå")));
    assert_eq!((desk.len(), desk.talking.len()), (1 + WATCHED, WATCHED));
}
