//! What every store must keep to. A store's own file says `suite!(async || Arc::new(THE STORE, EMPTY))`, and each of
//! these is a test of it.

pub mod clocks;
pub mod commits;
pub mod letters;
pub mod merging;
pub mod reading;

use botflow_machine::CallRequest;
use botflow_message::Message;
use botflow_runtime::contact::{Author, ContactId, Line, Outgoing, Saying};
use botflow_runtime::store::{AddressKey, Cause, Claim, Commit, Snapshot, Store};
use smol_str::SmolStr;

/// Every part of the contract as a test of one store. `$make` makes an empty one.
macro_rules! suite {
    ($make:expr) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn two_stores_have_two_numbers() {
            use botflow_runtime::store::Store as _;
            let make = $make;
            let (one, other) = (make().await, make().await);
            assert_ne!(one.number(), other.number());
        }
        $crate::contract::suite!(@ $make;
            commits::a_commit_is_written_whole, commits::who_was_slower_is_told,
            commits::a_cause_counts_once, commits::a_conflict_leaves_no_cause,
            commits::a_batch_is_as_many_commits, commits::an_address_is_one_persons,
            commits::of_many_at_once_one_wins,
            clocks::what_is_due_comes_in_order_and_once, clocks::a_commit_sets_the_clock_anew,
            clocks::a_claim_on_a_clock_runs_out, clocks::nobody_is_given_twice_at_once,
            letters::lanes_go_in_order, letters::lanes_do_not_wait_for_each_other,
            letters::what_is_claimed_is_nobody_elses, letters::a_late_answer_is_not_taken,
            letters::what_failed_comes_again, letters::the_dead_let_others_pass,
            letters::the_dead_are_revived, letters::a_turn_settles_its_letter,
            letters::routes_are_kept_apart, letters::what_was_not_tried_is_given_back,
            letters::what_is_under_way_stays_claimed,
            letters::each_route_has_its_room, letters::what_is_behind_goes_as_soon_as_it_can,
            letters::what_was_written_later_than_now,
            merging::who_turned_out_to_be_somebody_else, merging::merging_conflicts,
            merging::a_chain_of_merges,
            reading::transcripts, reading::entries_keep_their_order, reading::bots,
            reading::causes_are_forgotten, reading::large_states, reading::nothing_is_there_at_first,
        );
    };
    (@ $make:expr; $($module:ident::$name:ident),* $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let make = $make;
                $crate::contract::$module::$name(make().await).await;
            }
        )*
    };
}
pub(crate) use suite;

/// The moment at which these stories begin.
pub const NOW: i64 = 1_800_000_000_000;

/// A person by a small number.
pub fn person(number: u64) -> ContactId {
    ContactId(number)
}

/// An address on the web.
pub fn web(address: &str) -> AddressKey {
    AddressKey {
        channel: "web".into(),
        address: address.into(),
    }
}

/// A commit that keeps some bytes and nothing else.
pub fn keep(contact: u64, expect: u64) -> Commit {
    Commit {
        contact: person(contact),
        expect,
        cause: None,
        at: NOW,
        state: format!("person {contact} after {expect}").into_bytes(),
        wake: None,
        addresses: Vec::new(),
        transcript: Vec::new(),
        entries: Vec::new(),
        outgoing: Vec::new(),
        settles: None,
        absorbs: None,
    }
}

/// A cause with an answer.
pub fn cause(key: &str, answer: &str) -> Option<Cause> {
    Some(Cause {
        key: key.into(),
        answer: answer.as_bytes().to_vec(),
    })
}

/// A message on its way.
pub fn say(channel: &str, words: &str) -> Outgoing {
    Outgoing::Say(Box::new(Saying {
        channel: channel.into(),
        address: "somewhere".into(),
        number: 1,
        operator: None,
        message: Message::text(words),
        secret: false,
    }))
}

/// A call on its way.
pub fn call(number: u32) -> Outgoing {
    Outgoing::Call {
        bot: 1,
        name: "crm.save".into(),
        request: Box::new(CallRequest {
            call: botflow_artifact::CallId(0),
            number,
            attempt: 1,
            key: 7,
            args: Vec::new(),
        }),
    }
}

/// What a message on its way says.
pub fn words(outgoing: &Outgoing) -> SmolStr {
    match outgoing {
        Outgoing::Say(saying) => saying.message.text.clone(),
        other => format!("{other:?}").into(),
    }
}

/// A line that the customer wrote.
pub fn line(number: u64, text: &str) -> Line {
    Line {
        number,
        at: NOW,
        channel: "web".into(),
        said: Author::Customer {
            text: text.into(),
            media: None,
        },
    }
}

/// Asks for letters on all routes.
pub fn claim(token: u64, now: i64) -> Claim {
    Claim {
        token,
        now,
        until: now + 60_000,
        routes: vec!["*".into()],
        limit: 100,
        under_way: Default::default(),
    }
}

/// The revision and the bytes of a person who is there.
pub async fn kept(store: &dyn Store, contact: u64) -> (u64, String) {
    let loaded = store.load(&[person(contact)]).await.expect("it can be read");
    match loaded.into_iter().next().flatten() {
        Some(Snapshot::Kept { revision, state }) => {
            (revision, String::from_utf8(state.to_vec()).expect("it was text"))
        }
        other => panic!("{contact} is {other:?}"),
    }
}
