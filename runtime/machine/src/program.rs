//! A bot made ready to run: the artifact and what is computed from it once.

use std::sync::OnceLock;

use botflow_artifact::mentions::Mentions;
use botflow_artifact::versions::PlaceIndex;
use botflow_artifact::*;
use botflow_understanding::{IntentWords, OptionWords, WordMatcher, normalise};
use botflow_values::{Currency, Kind, SetWords, Shower, Zone};
use indexmap::IndexMap;
use regex::Regex;
use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use crate::trigger::Triggers;

/// A loaded bot, shared by all conversations.
#[derive(Debug)]
pub struct Program {
    /// The artifact.
    pub bot: Bot,
    /// Tells conversations under which version they last ran; 0 where the host gave none.
    pub hash: u64,
    /// Per text and language the words of a text without holes.
    pub(crate) plain: Vec<Option<SmolStr>>,
    pub(crate) places: Vec<PlaceInfo>,
    pub(crate) types: Vec<TypeInfo>,
    /// What members of closed sets are called, per set.
    pub(crate) members: Vec<SetWords>,
    pub(crate) matcher: WordMatcher,
    /// Normalised headings of all `faq` entries, with the `faq` and its entry.
    pub(crate) faq: IndexMap<String, (u32, u32), FxBuildHasher>,
    pub(crate) tags: IndexMap<SmolStr, PlaceId, FxBuildHasher>,
    /// Its places by their hash, where conversations of an earlier version find them.
    pub(crate) index: PlaceIndex,
    pub(crate) flows: IndexMap<SmolStr, FlowId, FxBuildHasher>,
    events: IndexMap<SmolStr, EventId, FxBuildHasher>,
    queues: IndexMap<SmolStr, QueueId, FxBuildHasher>,
    /// Per message whether it mentions variables.
    pub(crate) mentions: Vec<bool>,
    /// Per event whether an expression counts it.
    pub(crate) counted: Vec<bool>,
    /// Fields of events that expressions look back at.
    pub(crate) looked_back: Vec<(EventId, u32)>,
    pub(crate) zone: Zone,
    pub(crate) currency: Currency,
    /// Per language, how values are shown.
    pub(crate) showers: Vec<Shower>,
    /// Some handler hears silence.
    pub(crate) hears_silence: bool,
    /// What sets triggers off and calls them off.
    pub(crate) triggers: Triggers,
}

/// What is known of a place before it is reached.
#[derive(Debug, Default)]
pub(crate) struct PlaceInfo {
    /// What its buttons send begins with this.
    pub tag: SmolStr,
    /// The written options that pick something, where none depends on anything.
    pub fixed: Option<FixedOptions>,
    /// Labels of suggestions, where none has holes.
    pub suggested: Vec<OptionWords>,
}

/// Options of a `choose` whose labels have no holes.
#[derive(Debug, Default)]
pub(crate) struct FixedOptions {
    pub picks: Vec<OptionWords>,
    pub pick_indices: Vec<u32>,
    pub links: Vec<OptionWords>,
    pub link_indices: Vec<u32>,
}

/// How a type is read and shown, with narrowing and optionality resolved.
#[derive(Debug)]
pub(crate) struct TypeInfo {
    /// The scalar; `None` for lists and records.
    pub kind: Option<Kind>,
    /// Not any words at all are an answer.
    pub narrow: bool,
    /// May be unknown.
    pub optional: bool,
    /// All of these hold.
    pub rules: Vec<Rule>,
}

/// One narrowing, ready to be looked at.
#[derive(Debug)]
pub(crate) enum Rule {
    Matching(Pattern),
    Range(Value, Value),
    Length(u32, u32),
}

/// A regular expression, compiled when it is first needed.
#[derive(Debug)]
pub(crate) struct Pattern {
    source: SmolStr,
    whole: OnceLock<Option<Regex>>,
    inside: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Whether the whole text matches. An expression that is none (or is too large) matches nothing.
    pub fn is_match(&self, text: &str) -> bool {
        let regex = self
            .whole
            .get_or_init(|| compile(&format!("^(?:{})$", self.source)));
        regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }

    /// Where in the text it matches, standing by itself.
    pub fn find(&self, text: &str) -> Option<std::ops::Range<usize>> {
        let regex = self
            .inside
            .get_or_init(|| compile(&format!("(?:{})", self.source)));
        let joined = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        regex
            .as_ref()?
            .find_iter(text)
            .take(64)
            .map(|found| found.range())
            .find(|range| {
                !range.is_empty()
                    && !joined(text[..range.start].chars().next_back())
                    && !joined(text[range.end..].chars().next())
            })
    }
}

fn compile(source: &str) -> Option<Regex> {
    regex::RegexBuilder::new(source).size_limit(1 << 20).build().ok()
}

/// Why a bot cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramError {
    /// There is no pseudo-flow for `always`.
    NoFlows,
    /// There is no language.
    NoLanguage,
}

impl std::fmt::Display for ProgramError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ProgramError::NoFlows => "the bot has no flows",
            ProgramError::NoLanguage => "the bot has no language",
        })
    }
}

impl std::error::Error for ProgramError {}

impl Program {
    /// Makes a verified bot ready.
    pub fn new(bot: Bot) -> Result<Program, ProgramError> {
        if bot.flows.is_empty() {
            return Err(ProgramError::NoFlows);
        }
        if bot.languages.is_empty() {
            return Err(ProgramError::NoLanguage);
        }
        let plain = plain_texts(&bot);
        let types: Vec<TypeInfo> = bot.types.iter().map(|ty| type_info(&bot, ty)).collect();
        let matcher = WordMatcher::new(&intents(&bot));
        let currency = Currency::from_code(&bot.currency).unwrap_or(Currency::EUR);
        let mut program = Program {
            hash: 0,
            currency,
            showers: bot
                .languages
                .iter()
                .map(|language| Shower::new(language, currency))
                .collect(),
            zone: Zone::named(&bot.timezone).unwrap_or_default(),
            hears_silence: bot
                .handlers
                .iter()
                .any(|one| matches!(one.hears, Hears::Silence(_))),
            counted: counted(&bot),
            looked_back: looked_back(&bot),
            triggers: Triggers::new(&bot),
            mentions: mentions(&bot),
            flows: (bot.flows.iter().enumerate().skip(1))
                .map(|(index, flow)| (flow.name.clone(), FlowId::from(index)))
                .collect(),
            events: by_name(bot.events.iter().map(|event| &event.name)),
            queues: by_name(bot.queues.iter().map(|queue| &queue.name)),
            faq: faq(&bot),
            tags: IndexMap::default(),
            index: PlaceIndex::of(&bot),
            places: Vec::new(),
            members: Vec::new(),
            plain,
            types,
            matcher,
            bot,
        };
        program.members = (program.bot.sets.iter())
            .map(|set| {
                let member = |member: &Member| {
                    let labels = member
                        .label
                        .map(|label| program.variants(label))
                        .unwrap_or_default();
                    let spoken = member.name.replace('_', " ");
                    let words = member
                        .words
                        .iter()
                        .flat_map(|one| &one.words)
                        .map(SmolStr::as_str);
                    OptionWords::new(labels.into_iter().chain([spoken.as_str()]).chain(words))
                };
                SetWords {
                    members: set.members.iter().map(member).collect(),
                }
            })
            .collect();
        program.places = program
            .bot
            .places
            .iter()
            .map(|place| program.place_info(place))
            .collect();
        program.tags = (program.places.iter().enumerate())
            .map(|(index, info)| (info.tag.clone(), PlaceId::from(index)))
            .collect();
        Ok(program)
    }

    /// The same program under the number that tells conversations which version they ran under: the first eight
    /// bytes of the artifact's content hash.
    #[must_use]
    pub fn with_hash(mut self, hash: u64) -> Program {
        self.hash = hash;
        self
    }

    /// The flow with this full name.
    pub fn flow_named(&self, name: &str) -> Option<FlowId> {
        self.flows.get(name).copied()
    }

    /// The event with this name.
    pub fn event_named(&self, name: &str) -> Option<EventId> {
        self.events.get(name).copied()
    }

    /// Whether a trigger is set off or called off by this intent's being asked.
    pub fn follows(&self, intent: IntentId) -> bool {
        self.triggers
            .of_asked(intent)
            .is_some_and(|concern| !concern.is_empty())
    }

    /// The trigger with this name.
    pub fn trigger_named(&self, name: &str) -> Option<&Trigger> {
        let at = self.triggers.named(name)?;
        self.bot.triggers.get(at).filter(|trigger| trigger.name == name)
    }

    /// Whether the template of this name promotes something: it needs the consent for marketing.
    pub(crate) fn promotes(&self, template: &str) -> bool {
        let found = self.bot.templates.iter().find(|one| one.name == template);
        found.is_some_and(|one| one.category == "marketing")
    }

    /// Whether a value from outside is one of the type, with all that narrows it.
    pub fn fits(&self, ty: TypeId, value: &Value) -> bool {
        crate::reading::fits(self, ty, value, 0)
    }

    /// The queue with this name.
    pub fn queue_named(&self, name: &str) -> Option<QueueId> {
        self.queues.get(name).copied()
    }

    /// The language of the bot for a person's code: the same, or the same without regions, or the first.
    pub fn language(&self, code: &str) -> LanguageId {
        self.language_of(code).unwrap_or(LanguageId(0))
    }

    /// The language of the bot for a code, if it has one.
    pub(crate) fn language_of(&self, code: &str) -> Option<LanguageId> {
        if code.is_empty() {
            return None;
        }
        let base = |code: &str| code.split(['-', '_']).next().unwrap_or_default().to_owned();
        let languages = &self.bot.languages;
        let same = languages.iter().position(|one| one == code);
        same.or_else(|| languages.iter().position(|one| base(one) == base(code)))
            .map(LanguageId::from)
    }

    /// The words of a text without holes.
    #[inline]
    pub(crate) fn plain(&self, text: TextId, language: LanguageId) -> Option<&SmolStr> {
        self.plain
            .get(text.index() * self.bot.languages.len() + language.index())?
            .as_ref()
    }

    /// The words of a text in all languages in which it has no holes.
    fn variants(&self, text: TextId) -> Vec<&str> {
        (0..self.bot.languages.len())
            .filter_map(|language| self.plain(text, LanguageId::from(language)))
            .map(SmolStr::as_str)
            .collect()
    }

    /// Whether the text has no holes in any language.
    fn is_plain(&self, text: TextId) -> bool {
        self.variants(text).len() == self.bot.languages.len()
    }

    /// What an option is called, apart from what its label's holes show.
    pub(crate) fn option_words(
        &self,
        label: TextId,
        words: &[LanguageWords],
        shown: Option<&str>,
    ) -> OptionWords {
        let words = words.iter().flat_map(|one| &one.words).map(SmolStr::as_str);
        OptionWords::new(self.variants(label).into_iter().chain(shown).chain(words))
    }

    fn place_info(&self, place: &Place) -> PlaceInfo {
        let mut info = PlaceInfo {
            tag: tag(place.hash),
            ..PlaceInfo::default()
        };
        match &place.kind {
            PlaceKind::Choose(choose) => {
                let fixed = choose.from.is_none()
                    && choose
                        .options
                        .iter()
                        .all(|one| one.condition.is_none() && self.is_plain(one.label));
                if fixed {
                    let mut options = FixedOptions::default();
                    for (index, option) in choose.options.iter().enumerate() {
                        let words = self.option_words(option.label, &option.words, None);
                        if matches!(option.act, OptionAct::Opens(_) | OptionAct::Calls(_)) {
                            options.links.push(words);
                            options.link_indices.push(index as u32);
                        } else {
                            options.picks.push(words);
                            options.pick_indices.push(index as u32);
                        }
                    }
                    info.fixed = Some(options);
                }
            }
            PlaceKind::Ask(ask) => {
                let plain = ask.suggest.iter().map(|one| match one {
                    Suggestion::Label(label) if self.is_plain(*label) => {
                        Some(OptionWords::new(self.variants(*label)))
                    }
                    _ => None,
                });
                info.suggested = plain.collect::<Option<Vec<_>>>().unwrap_or_default();
            }
            _ => {}
        }
        info
    }
}

/// The letters of tags: they pass through every channel unharmed.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A place's hash in eleven letters.
pub(crate) fn tag(hash: PlaceHash) -> SmolStr {
    let letter = |at: u32| LETTERS[(hash.0 >> (6 * at) & 63) as usize] as char;
    (0..11).map(letter).collect()
}

/// The places of names; of equal ones, which a verified bot does not have, the first.
fn by_name<'a, T: From<usize>>(
    names: impl Iterator<Item = &'a SmolStr>,
) -> IndexMap<SmolStr, T, FxBuildHasher> {
    let mut places = IndexMap::default();
    for (index, name) in names.enumerate() {
        places.entry(name.clone()).or_insert_with(|| T::from(index));
    }
    places
}

fn plain_texts(bot: &Bot) -> Vec<Option<SmolStr>> {
    let mut plain = Vec::with_capacity(bot.texts.len() * bot.languages.len());
    for text in &bot.texts {
        for language in 0..bot.languages.len() {
            plain.push(variant(text, LanguageId::from(language)).and_then(|variant| {
                match variant.parts.as_slice() {
                    [] => Some(SmolStr::default()),
                    [Part::Literal(words)] => Some(words.clone()),
                    _ => None,
                }
            }));
        }
    }
    plain
}

/// The words of a text in a language, or in the first one.
pub(crate) fn variant(text: &Text, language: LanguageId) -> Option<&TextVariant> {
    text.variants
        .iter()
        .find(|one| one.language == language)
        .or(text.variants.first())
}

fn type_info(bot: &Bot, ty: &Type) -> TypeInfo {
    let mut info = TypeInfo {
        kind: None,
        narrow: false,
        optional: false,
        rules: Vec::new(),
    };
    let mut ty = ty;
    // Types refer only to lower ids, so this ends; the bound is for bots that were not verified.
    for _ in 0..256 {
        match ty {
            Type::Optional(inner) => {
                info.optional = true;
                ty = &bot.types[inner.index()];
            }
            Type::Narrowed { base, rules, .. } => {
                info.rules.extend(rules.iter().map(|rule| match rule {
                    Narrowing::Matching(source) => Rule::Matching(Pattern {
                        source: source.clone(),
                        whole: OnceLock::new(),
                        inside: OnceLock::new(),
                    }),
                    Narrowing::Range(from, to) => Rule::Range(from.clone(), to.clone()),
                    Narrowing::Length(from, to) => Rule::Length(*from, *to),
                }));
                ty = &bot.types[base.index()];
            }
            _ => break,
        }
    }
    info.kind = ty.kind();
    let matching = info.rules.iter().any(|rule| matches!(rule, Rule::Matching(_)));
    info.narrow = info.kind.is_some_and(Kind::is_narrow) || matching;
    info
}

fn intents(bot: &Bot) -> Vec<IntentWords> {
    let all = |words: &[LanguageWords]| words.iter().flat_map(|one| one.words.iter().cloned()).collect();
    (bot.intents.iter().enumerate())
        .map(|(index, intent)| IntentWords {
            intent: index as u32,
            words: all(&intent.words),
            likes: all(&intent.like),
            params: intent.params.iter().map(|param| param.name.clone()).collect(),
        })
        .collect()
}

fn faq(bot: &Bot) -> IndexMap<String, (u32, u32), FxBuildHasher> {
    let mut faq = IndexMap::default();
    for (index, one) in bot.faqs.iter().enumerate() {
        for (entry, (headings, _)) in one.entries.iter().enumerate() {
            for heading in headings {
                let heading = normalise(heading).text().to_owned();
                if !heading.is_empty() {
                    faq.entry(heading).or_insert((index as u32, entry as u32));
                }
            }
        }
    }
    faq
}

fn counted(bot: &Bot) -> Vec<bool> {
    let mut counted = vec![false; bot.events.len()];
    for expr in &bot.exprs {
        if let Expr::Count { event, .. } = expr
            && let Some(counted) = counted.get_mut(event.index())
        {
            *counted = true;
        }
    }
    counted
}

fn looked_back(bot: &Bot) -> Vec<(EventId, u32)> {
    let mut fields = Vec::new();
    for expr in &bot.exprs {
        if let Expr::Sum { event, field, .. } | Expr::Latest { event, field } = expr
            && !fields.contains(&(*event, *field))
        {
            fields.push((*event, *field));
        }
    }
    fields
}

/// Which messages mention variables of their flow.
fn mentions(bot: &Bot) -> Vec<bool> {
    let mentions = Mentions::of(bot, |expr| matches!(expr, Expr::Slot(_) | Expr::EventField(_)));
    let words = |message: &MessageTemplate| {
        let texts = message.text.iter().chain(&message.hint);
        let texts = texts.chain(message.on_channel.iter().map(|(_, text)| text));
        texts.into_iter().any(|text| mentions.text(*text))
    };
    (bot.messages.iter())
        .map(|message| {
            words(message)
                || !message.media.is_empty()
                || !message.buttons.is_empty()
                || message.cards.is_some()
                || message.template.is_some()
        })
        .collect()
}
