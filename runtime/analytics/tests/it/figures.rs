//! Each figure from scripted conversations. What is asserted is worked out by hand; the comments tell how.

use std::collections::BTreeMap;

use botflow_analytics::entry::Duty;
use botflow_analytics::figures::business::order_value;
use botflow_analytics::figures::{
    Abandonment, Business, Comments, Costs, Counts, Every, Experiment, Friction, Funnel, Operator, Presence,
    Reach, Recovered, Resolution, Rule, Satisfaction, Speed, Understanding, trend,
};
use botflow_analytics::statistics::{Share, change};
use botflow_analytics::{Context, Dimension, Entry, Kind, Selection, Stream};
use botflow_values::Zone;

use crate::shop::stream;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const UNIT: i64 = 1_000_000;
/// 2026-03-02 00:00 UTC.
const MONDAY: i64 = 1_772_409_600_000;
const DAY: i64 = 24 * HOUR;

fn counts<const N: usize>(of: [(&str, u64); N]) -> Counts {
    of.into_iter().map(|(name, count)| (name.into(), count)).collect()
}

fn share(part: u64, all: u64) -> Share {
    Share::new(part, all)
}

#[test]
fn reach() {
    let stream = stream(
        "at 2026-03-02 10:00
        person ana (channels: [whatsapp], consents: [marketing])
        person ben (channels: [whatsapp], consents: [marketing])
        @ ana on whatsapp
        ! visit_started(url: \"https://shop.example/\")
        ! cart_left
        . delivered
        . read
        + 5m
        > yes
        @ ben on whatsapp
        ! cart_left
        . delivered
        + 1h
        > [Pay]
        + 1m
        > STOP
        @ eve on web
        ! visit_started(url: \"https://shop.example/\")
        > hi
        > nothing
        + 1d
        ! visit_started(url: \"https://shop.example/\")
        ! cart_left",
    );
    let reach = Reach::of(&stream, &Selection::all());
    // Ana's visit, and the first of Eve's two.
    assert_eq!(reach.visits, share(2, 3));
    assert_eq!(reach.visits_by, counts([("customer", 1), ("trigger", 1)]));
    assert_eq!(reach.begun, counts([("customer", 1), ("trigger", 2)]));
    // One message each to Ana and to Ben; Ben's was opened, so it was read, too.
    assert_eq!(
        (reach.sent, reach.delivered, reach.read, reach.clicked),
        (2, 2, 2, 1)
    );
    assert_eq!((reach.read_rate(), reach.click_rate()), (Some(1.0), Some(0.5)));
    // Ana answered; STOP is no answer.
    assert_eq!(reach.replied, share(1, 2));
    assert_eq!(reach.opted_out, 1);
    // Eve has never been on whatsapp.
    assert_eq!(reach.reasons, counts([("unreachable", 1)]));
    // By channel: only Eve was on the web.
    let web = Selection::all().only(Dimension::Channel, "web");
    assert_eq!(Reach::of(&stream, &web).visits, share(1, 2));
    // By trigger.
    let carts = Selection::all().only(Dimension::Trigger, "cart");
    assert_eq!(Reach::of(&stream, &carts).begun, counts([("trigger", 2)]));
}

const RESOLUTION: &str = "at 2026-03-02 10:00
    @ ana on web
    > hi
    > nothing
    + 1d
    > hi
    > price
    > nothing
    @ ben on web
    > hi
    > human
    + 31m
    @ cia on web
    > hi
    + 2h
    @ dan on whatsapp
    > hi
    > nothing
    + 1h
    > hi
    > nothing
    @ eli on web
    > hi
    > buy
    > [Pay]
    > later";

#[test]
fn resolution() {
    let stream = stream(RESOLUTION);
    let found = Resolution::of(&stream, &Selection::all());
    // Ana 2, Ben 1, Cia 1, Dan 2, Eli 1 make 7; Ana, Dan and Eli are served by the bot.
    assert_eq!(found.by_bot, share(5, 7));
    assert_eq!((found.contained, found.escalated), (share(6, 7), share(1, 7)));
    assert_eq!(found.escalated_by, counts([("support", 1)]));
    assert_eq!(found.escalated_at, counts([("hello.need", 1)]));
    assert_eq!(
        found.outcomes,
        counts([("abandoned", 1), ("resolved", 5), ("unresolved", 1)])
    );
    assert_eq!(found.abandoned_at, counts([("hello.need", 1)]));
    assert_eq!(found.unresolved_at.values().sum::<u64>(), 1);
    // Dan came again an hour later about the same; Ana the next day about the price.
    assert_eq!(found.first_contact, share(4, 5));
    // Eli was sent to the payment page.
    assert_eq!(found.in_app, share(4, 5));
    let whatsapp = Selection::all().only(Dimension::Channel, "whatsapp");
    assert_eq!(Resolution::of(&stream, &whatsapp).by_bot, share(2, 2));
    // Ben waited in the queue.
    let queue = Selection::all().only(Dimension::Queue, "desk");
    assert_eq!(Resolution::of(&stream, &queue).by_bot, share(0, 1));
    // On the first day there was one conversation.
    let first = Selection::period(MONDAY, MONDAY + DAY);
    assert_eq!(Resolution::of(&stream, &first).by_bot, share(1, 1));
}

const PEOPLE: &str = "at 2026-03-02 10:00
    stub stock.count() takes 4s = 3
    @ ana on web
    > hi
    > stock
    + 4s
    @ ben on web
    > hi
    > human
    + 2m
    ~ maria joins
    + 1m
    > are you there
    + 30s
    ~ maria: Yes, I am.
    + 1m
    ~ maria resolves
    > great
    @ cia on web
    > hi
    > human
    + 30m
    @ dan on web
    > hi
    > human
    + 1m
    ~ maria: Hello.
    ~ maria passes to queue night
    + 1m
    ~ ivan joins
    + 1m
    ~ ivan resolves
    > not good
    > Far too slow!
    ! order_placed(order: \"1\", total: 10 EUR)";

#[test]
fn speed() {
    let speed = Speed::of(&stream(PEOPLE), &Selection::all());
    // The bot answers in the turn of the message, but for the stock, which takes four seconds. Ana: hi, stock; Ben: hi,
    // human, great; Cia: hi, human; Dan: hi, human, not good, too slow.
    assert_eq!(speed.bot.count(), 11);
    assert_eq!(speed.bot.median(), Some(0));
    // Of eleven the 90th percentile is the tenth, the 99th the eleventh.
    assert_eq!(
        (speed.bot.percentile(90), speed.bot.percentile(99)),
        (Some(0), Some(4_000))
    );
    assert_eq!(
        (speed.bot_first.count(), speed.bot_first.percentile(99)),
        (4, Some(0))
    );
    // Ben asked whether anybody was there; 30 seconds later somebody was. Dan said nothing to people.
    assert_eq!((speed.people.count(), speed.people.median()), (1, Some(30_000)));
    // Ben heard from people 3:30 after the hand-over, Dan after 1:00.
    assert_eq!(
        (speed.people_first.count(), speed.people_first.percentile(99)),
        (2, Some(210_000))
    );
    // Maria joined Ben after 2:00, Dan after 1:00 (who writes is there); nobody joined Cia.
    assert_eq!(
        (speed.wait.median(), speed.wait.percentile(99)),
        (Some(MINUTE), Some(2 * MINUTE))
    );
    assert_eq!(speed.abandoned, share(1, 3));
    // Resolved: Ana 4 s, Ben 4:30, Dan 3:00. Cia's lasted 30 minutes.
    assert_eq!(
        (speed.resolution.count(), speed.resolution.median()),
        (3, Some(3 * MINUTE))
    );
    assert_eq!(
        (speed.duration.count(), speed.duration.percentile(99)),
        (4, Some(30 * MINUTE))
    );
    assert_eq!(speed.duration.percentile(1), Some(4_000));
}

#[test]
fn satisfaction() {
    let script = format!(
        "{PEOPLE}
        @ eli on web
        > hi
        > rate us
        > 9
        > yes
        @ fay on web
        > hi
        > rate us
        > 3
        > no
        @ gus on web
        > hi
        > rate us
        > 8
        > yes
        @ hal on web
        > hi
        > rate us
        + 2d"
    );
    let found = Satisfaction::of(&stream(&script), &Selection::all());
    // Ben said great (5), Dan not good (1), both after people.
    assert_eq!(found.people.csat, share(1, 2));
    assert_eq!(found.bot.csat, share(0, 0));
    // 9 recommends, 3 does not, 8 is in between.
    assert_eq!(
        (found.bot.promoters, found.bot.detractors, found.bot.asked_nps),
        (1, 1, 3)
    );
    assert_eq!((found.bot.nps(), found.people.nps()), (Some(0.0), None));
    // Hal said nothing. Five others did.
    assert_eq!(found.response, share(5, 6));
    assert_eq!(found.feedback.values().sum::<u64>(), 1);
    assert!(
        found.feedback.keys().all(|theme| theme.contains("slow")),
        "{:?}",
        found.feedback
    );
}

#[test]
fn operators() {
    let stream = stream(PEOPLE);
    let found = Operator::all(&stream, &Selection::all());
    let (maria, ivan) = (&found["maria"], &found["ivan"]);
    assert_eq!((maria.joined, maria.resolved, maria.handed_on), (2, 1, 1));
    assert_eq!((ivan.joined, ivan.resolved, ivan.handed_on), (1, 1, 0));
    assert_eq!(
        (maria.response.count(), maria.response.median()),
        (1, Some(30_000))
    );
    // Maria had Ben from 2:00 to 4:30 and Dan for no time at all; Ivan had Dan for a minute.
    assert_eq!(
        (maria.duration.percentile(99), maria.duration.percentile(1)),
        (Some(150_000), Some(0))
    );
    assert_eq!(ivan.duration.median(), Some(MINUTE));
    assert_eq!((maria.at_once, ivan.at_once), (1, 1));
    // Ben was asked about Maria, Dan about Ivan, who had him last. Dan bought something.
    assert_eq!((maria.csat, ivan.csat), (share(1, 1), share(0, 1)));
    assert_eq!((maria.sales, ivan.sales), (share(1, 2), share(1, 1)));
    let only = Selection::all().only(Dimension::Operator, "ivan");
    assert_eq!(Operator::all(&stream, &only)["ivan"].joined, 1);
}

#[test]
fn conversations_at_once() {
    let found = Operator::all(
        &stream(
            "@ ana on web
            > hi
            > human
            ~ maria joins
            @ ben on web
            > hi
            > human
            ~ maria joins
            + 1m
            ~ maria resolves
            @ ana on web
            ~ maria hands back
            @ cia on web
            > hi
            > human
            ~ maria joins",
        ),
        &Selection::all(),
    );
    // Ana and Ben at once; when Cia comes both are gone.
    assert_eq!((found["maria"].joined, found["maria"].at_once), (3, 2));
}

#[test]
fn presence() {
    let states = [
        (1, "maria", Duty::Online),
        (2, "ivan", Duty::Online),
        (3, "maria", Duty::Away),
        (5, "ivan", Duty::Offline),
        (6, "maria", Duty::Online),
    ];
    let entries = states
        .iter()
        .zip(1..)
        .map(|((hour, who, state), number)| Entry::duty(MONDAY + hour * HOUR, number, *who, *state));
    let found = Presence::of(&entries.collect(), MONDAY, MONDAY + 8 * HOUR);
    assert_eq!(
        found.now,
        BTreeMap::from([("ivan".into(), Duty::Offline), ("maria".into(), Duty::Online)])
    );
    // Maria 1 to 3 and 6 to 8, Ivan 2 to 5; nobody 0 to 1 and 5 to 6.
    assert_eq!(
        found.online,
        BTreeMap::from([("ivan".into(), 3 * HOUR), ("maria".into(), 4 * HOUR)])
    );
    assert_eq!(found.nobody, 2 * HOUR);
}

#[test]
fn business() {
    let stream = stream(
        "at 2026-03-02 10:00
        @ ana on web
        > hi
        > nothing
        + 1h
        ! order_placed(order: \"1\", total: 100 EUR)
        @ ben on web
        ! page_viewed(url: \"https://shop.example/\")
        ! order_placed(order: \"2\", total: 40 EUR)
        @ cia on web
        ! page_viewed(url: \"https://shop.example/\")
        @ dan on web
        > hi
        > mail me
        > dan@example.com",
    );
    let costs = Costs {
        message: BTreeMap::from([("web".into(), 10_000)]),
        ..Costs::default()
    };
    let found = Business::of(&stream, &Selection::all(), Some("sale"), &costs);
    assert_eq!(found.reached, counts([("sale", 2)]));
    assert_eq!(found.value, BTreeMap::from([("sale".into(), 140 * UNIT)]));
    // Ana and Dan had a conversation, Ana bought; Ben and Cia had none, Ben bought.
    assert_eq!((found.assisted, found.unassisted), (share(1, 2), share(1, 2)));
    assert_eq!(
        (found.conversions, found.revenue, found.talks),
        (1, 100 * UNIT, 2)
    );
    // Ana: greeting, question. Dan: greeting, question, the question for the address, the question again.
    assert_eq!(found.cost, 6 * 10_000);
    assert_eq!(found.cost_per_conversion(), Some(60_000));
    assert_eq!(found.revenue_per_talk(), Some(50 * UNIT));
    assert_eq!(found.leads, 1);
}

#[test]
fn costs_of_calls_and_people() {
    let costs = Costs {
        call: BTreeMap::from([("stock.count".into(), 3_000)]),
        operator_minute: 500_000,
        ..Costs::default()
    };
    let found = Business::of(&stream(PEOPLE), &Selection::all(), None, &costs);
    // One lookup; Maria had Ben for 2:30 and Dan for no time, Ivan had Dan for 1:00.
    assert_eq!(found.cost, 3_000 + 1_250_000 + 500_000);
    // Dan's order, without a name of a goal.
    assert_eq!(found.conversions, 1);
}

#[test]
fn opt_ins_by_source() {
    let stream = stream(
        "person ana (referral: \"qr\")
        @ ana on web
        > hi
        > sign up
        @ ben on web
        ! visit_started(url: \"https://shop.example/\", utm_source: \"ads\")
        > hi
        > sign up
        @ cia on web
        > hi
        > sign up",
    );
    let found = Business::of(&stream, &Selection::all(), None, &Costs::default());
    assert_eq!(found.opt_ins, counts([("ads", 1), ("qr", 1), ("unknown", 1)]));
}

#[test]
fn carts_checkouts_comments_and_extras() {
    let stream = stream(
        "at 2026-03-02 10:00
        person fay (channels: [whatsapp], consents: [marketing])
        person gus (channels: [whatsapp], consents: [marketing])
        @ fay on whatsapp
        ! cart_left
        > yes
        + 1h
        ! order_placed(order: \"1\", total: 50 EUR)
        @ gus on whatsapp
        ! cart_left
        @ hal on web
        ! checkout_begun
        > hi
        > extras
        > yes, please
        > nothing
        ! order_placed(order: \"2\", total: 30 EUR)
        @ ida on web
        ! checkout_begun
        @ jon on web
        ! checkout_begun
        + 1h
        ! order_placed(order: \"3\", total: 20 EUR)
        @ kim on web
        ! comment_posted(text: \"how nice\")
        > hi
        > mail me
        > kim@example.com
        @ lou on web
        ! comment_posted(text: \"how nice\")",
    );
    let all = Selection::all();
    let carts = Recovered::of(&stream, &all, "cart", "sale");
    assert_eq!((carts.talks, carts.value), (share(1, 2), 50 * UNIT));
    // Hal was helped and bought; Ida did neither; Jon bought by himself.
    let checkouts = Abandonment::of(&stream, &all, "checkout_begun", "sale", DAY);
    assert_eq!((checkouts.helped, checkouts.alone), (share(0, 1), share(1, 2)));
    let comments = Comments::of(&stream, &all, "sale");
    assert_eq!((comments.to_lead, comments.to_sale), (share(1, 2), share(0, 2)));
    // Only Hal went through the flow of extras; Fay's and Jon's orders make 35 on average.
    assert_eq!(
        order_value(&stream, &all, "sale", "cross_sell"),
        (Some(30 * UNIT), Some(35 * UNIT))
    );
}

#[test]
fn experiments_in_conversations() {
    let stream = stream(
        "@ ana on web
        > hi
        ! order_placed(order: \"1\", total: 10 EUR)",
    );
    let found = Experiment::of(
        &stream,
        &Selection::all(),
        "greeting",
        "sale",
        i64::MAX,
        Rule::default(),
    );
    // She has one arm, and bought something for ten euros.
    assert_eq!(found.arms.len(), 1);
    assert_eq!(
        (found.arms[0].reached, found.arms[0].value),
        (share(1, 1), 10 * UNIT)
    );
    assert_eq!(found.winner, None, "one person decides nothing");
    // What follows is grouped by her arm.
    let arm = found.arms[0].name.clone().expect("nobody is held out");
    let dimension = Dimension::Arm("greeting".into());
    let by: Vec<_> = Selection::all()
        .by(&dimension, &stream)
        .into_iter()
        .map(|(arm, _)| arm)
        .collect();
    assert_eq!(by, [arm]);
}

#[test]
fn experiments() {
    // 200 people in two arms and 10 held out: every third of `warm` buys for 9, every sixth of `cold` for 12.
    let mut stream = Stream::new();
    for person in 1..=210u64 {
        let arm = match person {
            201.. => None,
            _ if person % 2 == 0 => Some("warm"),
            _ => Some("cold"),
        };
        let index = person / 2;
        let (buys, euros) = match arm {
            Some("warm") => (index % 3 == 0, 9),
            Some(_) => (index % 6 == 0, 12),
            None => (false, 0),
        };
        let entry = |number: u64, kind: Kind| Entry {
            at: MONDAY + number as i64,
            person,
            number,
            context: Context::default(),
            kind,
        };
        let experiment = "greeting".into();
        stream.add(entry(
            1,
            Kind::Met {
                experiment,
                arm: arm.map(Into::into),
            },
        ));
        if buys {
            stream.add(entry(
                2,
                Kind::Goal {
                    goal: "sale".into(),
                    value: Some(euros * UNIT),
                    credit: Vec::new(),
                },
            ));
        }
    }
    let found = Experiment::of(
        &stream,
        &Selection::all(),
        "greeting",
        "sale",
        i64::MAX,
        Rule::default(),
    );
    let names: Vec<_> = found.arms.iter().map(|arm| arm.name.as_deref()).collect();
    assert_eq!(names, [None, Some("cold"), Some("warm")]);
    // Of 1 to 100, 33 are divisible by three. Of 0 to 99, 17 by six.
    let shares: Vec<_> = found.arms.iter().map(|arm| arm.reached).collect();
    assert_eq!(shares, [share(0, 10), share(17, 100), share(33, 100)]);
    assert_eq!(
        (found.arms[1].value_per_person(), found.arms[2].value_per_person()),
        (Some(2_040_000), Some(2_970_000))
    );
    let (low, high) = found.arms[2].reached.interval().expect("there are some");
    assert!(
        (low - 0.2457).abs() < 0.001 && (high - 0.4269).abs() < 0.001,
        "{low} {high}"
    );
    // 33 of 100 beats 17 of 100 nearly surely: the rule is met.
    assert!(found.arms[2].best > 0.99 && found.arms[0].best == 0.0);
    assert_eq!(found.winner.as_deref(), Some("warm"));
    let strict = Rule {
        people: 101,
        sure: 0.95,
    };
    let found = Experiment::of(&stream, &Selection::all(), "greeting", "sale", i64::MAX, strict);
    assert_eq!(found.winner, None, "not enough people yet");
}

const FRICTION: &str = "at 2026-03-02 10:00
    @ ana on web
    ! page_viewed(url: \"https://shop.example/shoes\")
    > hi
    > blah blah
    > Do you ship abroad?
    > price
    > size
    > too expensive
    > 200
    > 80
    > no, 82
    > yes
    + 1h
    > hi
    > buy
    > later
    @ bob on web
    > hi
    > size
    > x
    > y
    > z
    @ cyd on web
    > hi
    > start over
    > start over
    > human";

#[test]
fn understanding() {
    let found = Understanding::of(
        &stream(FRICTION),
        &Selection::all().only(Dimension::Page, "https://shop.example/shoes"),
    );
    // Ana wrote ten messages, and three an hour later. "blah blah" and 200 were not understood.
    assert_eq!(found.unclear, share(2, 13));
    let themes: Vec<_> = found
        .themes
        .iter()
        .map(|(theme, times)| (theme.as_str(), *times))
        .collect();
    assert_eq!(themes, [("200", 1), ("blah", 1)]);
    assert_eq!(found.intents, counts([("expensive", 1), ("price", 1)]));
    assert_eq!(found.faq.len(), 1);
    assert_eq!(found.faq["Do you ship abroad?"], (1, share(0, 0)));
    // Answered: size, 80, 82 (corrected), yes; buy, later.
    assert_eq!(found.corrected, share(1, 6));
    assert_eq!(found.corrected_at, counts([("hello.sizes.waist", 1)]));
}

#[test]
fn did_this_help() {
    let found = Understanding::of(
        &stream("@ ana on web\n> hi\n> Do you ship abroad?\n> rate us\n> 9\n> yes"),
        &Selection::all(),
    );
    assert_eq!(found.faq["Do you ship abroad?"], (1, share(1, 1)));
}

#[test]
fn friction() {
    let stream = stream(FRICTION);
    let found = Friction::of(&stream, &Selection::all());
    assert_eq!(found.objections, counts([("price", 1)]));
    // The price was asked before she had a stage.
    assert_eq!(
        found.by_stage,
        BTreeMap::from([("look".into(), counts([("expensive", 1), ("price", 1)]))])
    );
    let page = &found.by_page["https://shop.example/shoes"];
    assert_eq!(*page, counts([("expensive", 1), ("price", 2)]));
    // Ana twice, Bob once, Cyd three times: she started over. It was put again to Ana after `blah`, the faq and the price.
    let need = &found.places["hello.need"];
    assert_eq!(
        (need.asked, need.again, need.answered, need.unclear),
        (6, 3, 3, 1)
    );
    // Cyd left it twice by starting over; her third one waits while people have her.
    assert_eq!(need.given_up, counts([("left", 2)]));
    // Ana's waist: again after the objection and after 200; Bob's after x and y, given up at z.
    let waist = &found.places["hello.sizes.waist"];
    assert_eq!((waist.asked, waist.again, waist.answered), (2, 4, 1));
    assert_eq!((waist.unclear, waist.refused), (3, 1));
    assert_eq!(waist.given_up, counts([("tries", 1)]));
    assert_eq!(waist.drop_off(), share(1, 2));
    // The correction put the question after it again.
    let long = &found.places["hello.sizes.long"];
    assert_eq!((long.asked, long.again, long.answered), (1, 1, 1));
    let failing: Vec<_> = found
        .failing()
        .into_iter()
        .map(|(name, tries)| (name.as_str(), tries))
        .collect();
    assert_eq!(failing, [("hello.sizes.waist", 4), ("hello.need", 1)]);
    // Ana entered `buy` an hour after `look`.
    assert_eq!(found.stages.len(), 1);
    let spans = &found.stages[&("look".into(), "buy".into())];
    assert_eq!((spans.count(), spans.median()), (1, Some(HOUR)));
    // Of four conversations Cyd's goes in circles.
    assert_eq!(found.loops, share(1, 4));
    assert_eq!(found.human_at, counts([("hello.need", 1)]));
}

#[test]
fn comparisons() {
    let stream = stream(RESOLUTION);
    let zone = Zone::utc();
    let week = Selection::period(MONDAY, MONDAY + 7 * DAY);
    let days = trend(&stream, &week, Every::Day, &zone, |stream, day| {
        Resolution::of(stream, day).by_bot
    });
    let days: Vec<_> = days
        .iter()
        .map(|(day, share)| (day.to_string(), share.part, share.all))
        .collect();
    assert_eq!(days[0], ("2026-03-02".into(), 1, 1));
    assert_eq!(days[1], ("2026-03-03".into(), 4, 6));
    assert_eq!((days.len(), days[2].2), (7, 0));
    let count = |every| {
        trend(&stream, &week, every, &zone, |stream, piece| {
            Resolution::of(stream, piece).by_bot.all
        })
    };
    assert_eq!(
        count(Every::Week)
            .into_iter()
            .map(|(_, all)| all)
            .collect::<Vec<_>>(),
        [7]
    );
    assert_eq!(
        count(Every::Month)
            .into_iter()
            .map(|(_, all)| all)
            .collect::<Vec<_>>(),
        [7]
    );
    // The second day against the first: six conversations after one.
    assert_eq!(change(1.0, 6.0), Some(5.0));
    // Side by side: channels.
    let channels = week.by(&Dimension::Channel, &stream);
    let by: Vec<_> = channels
        .iter()
        .map(|(name, selection)| (name.as_str(), Resolution::of(&stream, selection).by_bot))
        .collect();
    assert_eq!(by, [("web", share(3, 5)), ("whatsapp", share(2, 2))]);
}

#[test]
fn funnels() {
    let stream = stream(
        "@ ana on web
        ! page_viewed(url: \"https://shop.example/shoes\")
        > hi
        > nothing
        ! order_placed(order: \"1\", total: 10 EUR)
        @ ben on web
        ! page_viewed(url: \"https://shop.example/shoes\")
        > hi
        @ cia on web
        ! page_viewed(url: \"https://shop.example/shoes\")
        ! page_viewed(url: \"https://shop.example/hats\")",
    );
    let found = Funnel::by_page(&stream, &Selection::all());
    let steps = |page: &str| {
        let funnel = found[page];
        [
            funnel.seen,
            funnel.opened,
            funnel.answered,
            funnel.resolved,
            funnel.goal,
        ]
    };
    assert_eq!(steps("https://shop.example/shoes"), [3, 2, 2, 1, 1]);
    assert_eq!(steps("https://shop.example/hats"), [1, 0, 0, 0, 0]);
}

#[test]
fn people_who_turn_out_to_be_one() {
    let entry = |person: u64, number: u64, hour: i64, kind: Kind| Entry {
        at: MONDAY + hour * HOUR,
        person,
        number,
        context: Context::default(),
        kind,
    };
    let comment = || Kind::Happened {
        event: "comment_posted".into(),
    };
    let lead = || Kind::Learnt {
        field: "email".into(),
        contact: true,
    };
    // Person 2 commented, and turns out to be person 1, who left an address later. Person 3 turns out to be 2 before.
    let entries = [
        entry(2, 1, 1, comment()),
        entry(1, 1, 0, Kind::Visit),
        entry(1, 2, 3, lead()),
        entry(1, 3, 4, Kind::Merged { other: 2 }),
        entry(3, 1, 2, comment()),
        entry(2, 2, 3, Kind::Merged { other: 3 }),
        entry(4, 1, 2, comment()),
    ];
    let stream: Stream = entries.into_iter().collect();
    let people: Vec<_> = stream
        .people()
        .map(|(person, entries)| (person, entries.len()))
        .collect();
    assert_eq!(people, [(1, 6), (4, 1)]);
    let comments = Comments::of(&stream, &Selection::all(), "sale");
    assert_eq!(comments.to_lead, share(1, 2));
}
