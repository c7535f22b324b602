//! What a body of a webhook says: items, each of which is something that happened, checked as a whole before any of it is
//! taken.

use botflow_artifact::{Param, TypeId};
use botflow_machine::{Delivery, OperatorEvent, Program};
use botflow_values::read::canonical_url;
use botflow_values::{FileRef, Location, Value};
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::object::{Malformed, Object, shortened};
use crate::channel::parse_message_id;
use crate::contact::ContactId;
use crate::contact::input::Said;
use crate::json::{self, Misfit};

/// So many items fit into one body.
pub const MOST_ITEMS: usize = 100;

/// The longest id of an item, in bytes.
const ID: usize = 200;

/// The longest address and the longest name of something, in bytes.
const NAME: usize = 512;

/// The longest words, in bytes. Of what people write the machine hears fewer.
const WORDS: usize = 64 * 1024;

/// The longest token of a button, in bytes.
const PAYLOAD: usize = 256;

/// Who may write what: programs of a channel report what happens on it, programs of colleagues what those do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A channel.
    Channel,
    /// Colleagues.
    People,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What tells a repetition.
    pub id: SmolStr,
    /// To whom.
    pub whom: Whom,
    /// What.
    pub what: What,
}

/// To whom something happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// To whoever is known by this on the channel.
    Address(SmolStr),
    /// To this person.
    Contact(ContactId),
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// They did something at their address.
    Said(Said),
    /// A flow is to be started.
    Start {
        /// Its full name.
        flow: SmolStr,
        /// Its arguments, in order.
        args: Vec<Value>,
    },
    /// Something became of a message of ours.
    Status {
        /// Its number.
        message: u64,
        /// What.
        status: Delivery,
    },
    /// A colleague did something.
    Operator(OperatorEvent),
}

/// Reads a body: `{"items": […]}`. `now` is when events happened that do not say.
///
/// # Errors
/// Where the body is not as it has to be, and what is expected there; then nothing of it counts.
pub fn read(body: &[u8], side: Side, program: &Program, now: i64) -> Result<Vec<Item>, Malformed> {
    let json: Json = serde_json::from_slice(body).map_err(|error| {
        // The words of this error hold nothing of the body but where it went wrong.
        let at = format!("line {}, column {}", error.line(), error.column());
        let problem = match error.classify() {
            serde_json::error::Category::Eof => "the JSON ends before it is complete",
            _ => "this is no JSON in UTF-8",
        };
        Malformed::at(at, problem)
    })?;
    let mut whole = Object::new("", json)
        .map_err(|_| Malformed::at("the body", "an object with the list `items` is needed"))?;
    let items = match whole.take("items") {
        Some(Json::Array(items)) if !items.is_empty() && items.len() <= MOST_ITEMS => items,
        _ => {
            let wanted = format!("a list of 1 to {MOST_ITEMS} items is needed here");
            return Err(whole.wrong("items", wanted));
        }
    };
    whole.end()?;
    let items = items.into_iter().enumerate();
    let reader = Reader { side, program, now };
    items
        .map(|(place, item)| reader.item(Object::new(&format!("items[{place}]"), item)?))
        .collect()
}

struct Reader<'v> {
    side: Side,
    program: &'v Program,
    now: i64,
}

impl Reader<'_> {
    fn item(&self, mut item: Object) -> Result<Item, Malformed> {
        let id = item.name("id", ID)?;
        let kind = item.name("type", NAME)?;
        let (whom, what) = match (self.side, kind.as_str()) {
            (Side::People, "operator") => (contact(&mut item)?, What::Operator(self.operator(&mut item)?)),
            (Side::People, "start") => (contact(&mut item)?, self.start(&mut item)?),
            (Side::Channel, "start") => (address(&mut item)?, self.start(&mut item)?),
            (Side::Channel, "status") => status(&mut item)?,
            (Side::Channel, kind) => {
                let Some(said) = self.said(kind, &mut item) else {
                    return Err(unknown_type(&item, self.side));
                };
                (address(&mut item)?, What::Said(said?))
            }
            (Side::People, _) => return Err(unknown_type(&item, self.side)),
        };
        item.end()?;
        Ok(Item { id, whom, what })
    }

    /// What somebody does at an address; `None`: there is no such thing.
    fn said(&self, kind: &str, item: &mut Object) -> Option<Result<Said, Malformed>> {
        Some(match kind {
            "message" => item.text("text", WORDS).map(Said::Message),
            "press" => press(item),
            "media" => media_said(item),
            "event" => self.event(item),
            "known" => self.known(item),
            "arrives" => arrives(item),
            _ => return None,
        })
    }

    fn event(&self, item: &mut Object) -> Result<Said, Malformed> {
        let name = item.name("name", NAME)?;
        let given = item.object("fields")?;
        let at = match item.take("at") {
            None => self.now,
            Some(at) => moment(&item.path("at"), &at)?,
        };
        let program = self.program;
        let fields = match program.event_named(&name) {
            // The bot refuses what it does not know, and that is counted.
            None => Vec::new(),
            Some(event) => {
                let declared = &program.bot.events[event.index()].fields;
                self.by_name(declared, given, &item.path("fields"))?
            }
        };
        Ok(Said::Event { name, fields, at })
    }

    fn known(&self, item: &mut Object) -> Result<Said, Malformed> {
        let signed = item.flag("signed")?;
        let Some(given) = item.object("values")? else {
            return Err(item.wrong(
                "values",
                "this is missing: an object with fields of the customer card is needed",
            ));
        };
        let path = item.path("values");
        let card = &self.program.bot.customer;
        let mut values = Vec::new();
        for (name, value) in given.into_fields() {
            let path = format!("{path}.{}", shortened(&name));
            let Some(field) = card.iter().find(|field| field.name == name) else {
                return Err(Malformed::at(
                    path,
                    "the customer card of this bot has no such field",
                ));
            };
            values.push((field.name.clone(), self.typed(field.ty, &path, &value)?));
        }
        Ok(Said::Known { values, signed })
    }

    fn start(&self, item: &mut Object) -> Result<What, Malformed> {
        let flow = item.name("flow", NAME)?;
        let args = item.object("args")?;
        let args = self.args(&flow, args, item)?;
        Ok(What::Start { flow, args })
    }

    /// Arguments of a flow, by name.
    fn args(&self, flow: &str, given: Option<Object>, item: &Object) -> Result<Vec<Value>, Malformed> {
        let program = self.program;
        let Some(flow) = program.flow_named(flow) else {
            return Err(item.wrong("flow", "this bot has no such flow"));
        };
        let flow = &program.bot.flows[flow.index()];
        let params = flow.slots.iter().take(flow.params as usize);
        let params = params.map(|slot| Param {
            name: slot.name.clone(),
            ty: slot.ty,
        });
        self.by_name(&params.collect::<Vec<_>>(), given, &item.path("args"))
    }

    /// Values by name, in order of the declaration. What may be unknown may be left out.
    fn by_name(
        &self,
        declared: &[Param],
        given: Option<Object>,
        path: &str,
    ) -> Result<Vec<Value>, Malformed> {
        let given = given.map(Object::into_fields).unwrap_or_default();
        let read = json::read_fields(self.program, declared, &given);
        read.map_err(|misfit| misfits(path, &misfit))
    }

    fn typed(&self, ty: TypeId, path: &str, value: &Json) -> Result<Value, Malformed> {
        let read = json::read(self.program, ty, value);
        read.map_err(|misfit| misfits(path, &misfit))
    }

    fn operator(&self, item: &mut Object) -> Result<OperatorEvent, Malformed> {
        let act = item.name("act", NAME)?;
        if act == "closed" {
            return Ok(OperatorEvent::Closed);
        }
        let name = item.name("operator", NAME)?;
        Ok(match act.as_str() {
            "joins" => OperatorEvent::Joins { name },
            "writes" => {
                let text = item.optional_text("text", WORDS)?.unwrap_or_default();
                let media = optional_media(item)?;
                if text.is_empty() && media.is_none() {
                    return Err(item.wrong("text", "words or something in `media` are needed"));
                }
                OperatorEvent::Writes { name, text, media }
            }
            "answers" => OperatorEvent::Answers {
                name,
                text: item.text("text", WORDS)?,
            },
            "leaves" => OperatorEvent::Leaves { name },
            "passes" => OperatorEvent::Passes {
                name,
                queue: self.queue(item)?,
            },
            "passes_to" => OperatorEvent::PassesTo {
                name,
                operator: item.name("to", NAME)?,
            },
            "starts" => {
                let flow = item.name("flow", NAME)?;
                let args = item.object("args")?;
                let args = self.args(&flow, args, item)?;
                OperatorEvent::Starts { name, flow, args }
            }
            "resolves" => OperatorEvent::Resolves { name },
            "hands_back" => OperatorEvent::HandsBack { name },
            _ => {
                let acts = "`joins`, `writes`, `answers`, `leaves`, `passes`, `passes_to`, `starts`, `resolves`, \
                            `hands_back` or `closed` is needed here";
                return Err(item.wrong("act", acts));
            }
        })
    }

    fn queue(&self, item: &mut Object) -> Result<SmolStr, Malformed> {
        let queue = item.name("queue", NAME)?;
        match self.program.queue_named(&queue) {
            Some(_) => Ok(queue),
            None => Err(item.wrong("queue", "this bot has no such queue")),
        }
    }
}

fn misfits(path: &str, misfit: &Misfit) -> Malformed {
    let joint = match misfit.path.is_empty() || misfit.path.starts_with('[') {
        true => "",
        false => ".",
    };
    let path = format!("{path}{joint}{}", misfit.path);
    Malformed::at(
        path,
        format!("expected {}, found {}", misfit.expected, misfit.found),
    )
}

/// Milliseconds since 1970.
fn moment(path: &str, value: &Json) -> Result<i64, Malformed> {
    let read = value.as_str().filter(|text| text.len() <= 40);
    let read = read.and_then(|text| text.parse::<jiff::Timestamp>().ok());
    match read {
        Some(moment) => Ok(moment.as_millisecond()),
        None => {
            let wanted = "a moment with its offset is needed here, such as `2026-03-01T09:30:00Z`";
            Err(Malformed::at(path, wanted))
        }
    }
}

fn unknown_type(item: &Object, side: Side) -> Malformed {
    let types = match side {
        Side::Channel => {
            "`message`, `press`, `media`, `event`, `known`, `arrives`, `start` or `status` is needed here"
        }
        Side::People => "`operator` or `start` is needed here",
    };
    item.wrong("type", types)
}

fn address(item: &mut Object) -> Result<Whom, Malformed> {
    item.name("address", NAME).map(Whom::Address)
}

fn contact(item: &mut Object) -> Result<Whom, Malformed> {
    let text = item.name("contact", NAME)?;
    let found = (text.len() == 16)
        .then(|| text.parse::<ContactId>().ok())
        .flatten();
    match found {
        Some(contact) => Ok(Whom::Contact(contact)),
        None => Err(item.wrong(
            "contact",
            "the number of a person is needed here: sixteen hexadecimal digits",
        )),
    }
}

fn press(item: &mut Object) -> Result<Said, Malformed> {
    Ok(Said::Press {
        payload: item.name("payload", PAYLOAD)?,
        label: item.optional_text("label", WORDS)?.unwrap_or_default(),
    })
}

fn media_said(item: &mut Object) -> Result<Said, Malformed> {
    let caption = item.optional_text("caption", WORDS)?.unwrap_or_default();
    match optional_media(item)? {
        Some(value) => Ok(Said::Media { value, caption }),
        None => Err(item.wrong("media", "this is missing: an object with `kind` is needed")),
    }
}

fn arrives(item: &mut Object) -> Result<Said, Malformed> {
    Ok(Said::Arrives {
        language: item.optional_name("language", NAME)?,
        timezone: item.optional_name("timezone", NAME)?,
        referral: item.optional_name("referral", NAME)?,
    })
}

fn status(item: &mut Object) -> Result<(Whom, What), Malformed> {
    let text = item.name("message", NAME)?;
    let Some((contact, message)) = parse_message_id(&text).filter(|(_, number)| *number > 0) else {
        let wanted = "the `id` of a message is needed here, as it was sent";
        return Err(item.wrong("message", wanted));
    };
    let status = match item.name("status", NAME)?.as_str() {
        "delivered" => Delivery::Delivered,
        "read" => Delivery::Read,
        "clicked" => Delivery::Clicked,
        "failed" => Delivery::Failed,
        _ => {
            let wanted = "`delivered`, `read`, `clicked` or `failed` is needed here";
            return Err(item.wrong("status", wanted));
        }
    };
    Ok((Whom::Contact(contact), What::Status { message, status }))
}

/// An image, a file or a place: `{"kind": "image", "url": "…", "name": "…"}`,
/// `{"kind": "location", "latitude": 44.4, "longitude": 26.1}`.
fn optional_media(item: &mut Object) -> Result<Option<Value>, Malformed> {
    let Some(mut media) = item.object("media")? else {
        return Ok(None);
    };
    let kind = media.name("kind", NAME)?;
    let value = match kind.as_str() {
        "image" => Value::Image(Box::new(file(&mut media)?)),
        "file" => Value::File(Box::new(file(&mut media)?)),
        "location" => Value::Location(Location::new(
            degrees(&mut media, "latitude", 90.0)?,
            degrees(&mut media, "longitude", 180.0)?,
        )),
        _ => return Err(media.wrong("kind", "`image`, `file` or `location` is needed here")),
    };
    media.end()?;
    Ok(Some(value))
}

fn file(media: &mut Object) -> Result<FileRef, Malformed> {
    let given = media.text("url", 2_048)?;
    let has_scheme = given.contains("://");
    let Some(url) = canonical_url(&given).filter(|_| has_scheme) else {
        return Err(media.wrong("url", "an absolute `https` or `http` address is needed here"));
    };
    Ok(FileRef {
        url,
        name: media.optional_name("name", NAME)?,
    })
}

/// In millionths.
fn degrees(media: &mut Object, name: &str, bound: f64) -> Result<i32, Malformed> {
    let given = media.take(name);
    let degrees = given.as_ref().and_then(Json::as_f64);
    match degrees.filter(|degrees| degrees.abs() <= bound) {
        // At most 180,000,000: no cast loses anything.
        Some(degrees) => Ok((degrees * 1e6).round() as i32),
        None => Err(media.wrong(name, format!("a number from -{bound} to {bound} is needed here"))),
    }
}
