use super::*;

fn id(text: &str) -> ConversationId {
    ConversationId::new(text)
}

#[test]
fn a_ring_reaches_every_follower_of_its_conversation_and_nobody_else() {
    let bus = Arc::new(InProcess::default());
    let (one, two, other) = (Arc::default(), Arc::default(), Arc::default());
    let _one = bus.follow(&id("a"), &one);
    let _two = bus.follow(&id("a"), &two);
    let _other = bus.follow(&id("b"), &other);
    bus.ring(&id("a"));
    bus.ring(&id("a"));
    assert_eq!(one.take_moved(), HashSet::from([id("a")]));
    assert_eq!(two.take_moved(), HashSet::from([id("a")]));
    assert!(other.take_moved().is_empty());
    assert!(one.take_moved().is_empty(), "a ring is heard once");
}

#[test]
fn whoever_stops_following_leaves_nothing_behind() {
    let bus = Arc::new(InProcess::default());
    let doorbell = Arc::default();
    let first = bus.follow(&id("a"), &doorbell);
    let second = bus.follow(&id("a"), &doorbell);
    drop(first);
    assert!(bus.is_followed(&id("a")));
    drop(second);
    assert!(!bus.is_followed(&id("a")));
}

#[test]
fn what_is_told_in_passing_does_not_pile_up_and_does_not_come_back() {
    let bus = Arc::new(InProcess::default());
    let (teller, listener): (Arc<Doorbell>, Arc<Doorbell>) = (Arc::default(), Arc::default());
    let _teller = bus.follow(&id("a"), &teller);
    let _listener = bus.follow(&id("a"), &listener);
    let read = |seq| Passing::Read { conversation: id("a"), by: Reader::Visitor, seq: Seq(seq) };
    let typing = Passing::Typing { conversation: id("a"), from: Writer::Visitor };
    bus.tell(&read(1), &teller);
    bus.tell(&typing, &teller);
    bus.tell(&read(2), &teller);
    assert_eq!(listener.take_passing(), [typing, read(2)]);
    assert!(teller.take_passing().is_empty());
}

#[tokio::test]
async fn whoever_is_woken_hears_of_it_and_reads_no_log() {
    let bus = Arc::new(InProcess::default());
    let doorbell: Arc<Doorbell> = Arc::default();
    let _following = bus.follow(&id("a"), &doorbell);
    bus.wake(&id("b"));
    bus.wake(&id("a"));
    doorbell.heard().await;
    assert!(doorbell.take_moved().is_empty());
}
