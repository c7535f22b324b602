//! How long texts are: literal pieces, holes with their filters, and what a channel's markup makes of them.

use botflow_artifact::{Arms, Expr, ExprId, Filter, LanguageId, Part, TextId, TextVariant, Type, TypeId};
use botflow_message::profile::{Markup, TextFacts};
use botflow_message::render::words;
use botflow_values::show::{percent_encode, write_plain};
use botflow_values::{Currency, Style};

use super::{Bounds, DEEPEST, Length};

/// Stand for holes while markup is read: letters that no author writes, one for each hole.
const STANDS_FOR: char = '\u{2F800}';
/// So many holes are told apart; a text has fewer.
const MOST_HOLES: usize = 500;

impl Bounds<'_> {
    /// How long a text can get in a language, as it is written: with the signs of markup.
    pub fn text(&self, text: TextId, language: LanguageId) -> Length {
        let variants = self.bot.texts.get(text.index()).map(|text| &text.variants);
        let Some(variants) = variants else {
            return Length::ZERO;
        };
        let shown = variants
            .iter()
            .find(|variant| variant.language == language)
            .or(variants.first());
        shown.map_or(Length::ZERO, |variant| self.variant(variant, language))
    }

    /// How long a version of a text can get, shown in a language.
    pub fn variant(&self, variant: &TextVariant, language: LanguageId) -> Length {
        let parts = variant.parts.iter().enumerate();
        parts.fold(Length::ZERO, |whole, (index, part)| {
            whole.then(match part {
                Part::Literal(words) => Length::of(words),
                Part::Hole { .. } => self.hole(part, index == 0, language),
            })
        })
    }

    /// How long a version of a text can get as a channel counts it, its markup written in the channel's own way; none
    /// without a bound.
    pub fn on_channel(
        &self,
        variant: &TextVariant,
        language: LanguageId,
        facts: &TextFacts,
    ) -> Option<usize> {
        let marked = |part: &Part| match part {
            Part::Literal(words) => words.contains(['*', '_', '[', ']', '\\', '\r', '<', '>', '&']),
            Part::Hole { .. } => false,
        };
        let escapes =
            matches!(facts.markup, Markup::Html | Markup::Own | Markup::Slack) && facts.markup_counts;
        if !escapes && !variant.parts.iter().any(marked) {
            return self.variant(variant, language).in_unit(facts.unit);
        }
        if matches!(facts.markup, Markup::Html | Markup::Own) && facts.markup_counts {
            // Where tags and backslashes stand depends on the values: a rough bound will do, since no channel with
            // a limit writes them.
            let signs = |part: &Part| match part {
                Part::Literal(words) => words.matches(['*', '_', '[']).count(),
                Part::Hole { .. } => 2,
            };
            let signs: usize = variant.parts.iter().map(signs).sum();
            let whole = self.variant(variant, language).times(6).in_unit(facts.unit)?;
            return Some(whole.saturating_add(signs.saturating_mul(16)));
        }
        let mut written = String::new();
        let mut holes: Vec<usize> = Vec::new();
        for (index, part) in variant.parts.iter().enumerate() {
            match part {
                Part::Literal(words) => written.push_str(words),
                Part::Hole { ty, .. } => {
                    let length = self.hole(part, index == 0, language);
                    let length = length.times(self.escaped(*ty, facts)).in_unit(facts.unit)?;
                    let sign = stands_for(holes.len())?;
                    holes.push(length);
                    written.push(sign);
                }
            }
        }
        let mut total: usize = 0;
        let mut rest = String::new();
        for c in words(&written, facts).chars() {
            let hole = (c as u32).checked_sub(STANDS_FOR as u32);
            match hole.and_then(|hole| holes.get(hole as usize)) {
                Some(length) => total = total.saturating_add(*length),
                None => rest.push(c),
            }
        }
        let total = total.saturating_add(Length::of(&rest).in_unit(facts.unit)?);
        if holes.is_empty() {
            return Some(total);
        }
        // A value that begins with a space leaves the signs around it without a meaning, so that they are shown.
        let whole = self.variant(variant, language).in_unit(facts.unit)?;
        Some(total.max(whole))
    }

    /// How many times as long a value can become by what a channel puts in for signs of its own.
    fn escaped(&self, ty: TypeId, facts: &TextFacts) -> u32 {
        let free = matches!(
            self.bot.types.get(ty.index()),
            Some(Type::Text | Type::Url | Type::Email | Type::Narrowed { .. } | Type::File | Type::Image)
        );
        match facts.markup {
            Markup::Slack if free && facts.markup_counts => 5,
            _ => 1,
        }
    }

    /// How long a hole can get.
    fn hole(&self, part: &Part, first: bool, language: LanguageId) -> Length {
        let Part::Hole {
            value,
            ty,
            filters,
            in_url,
        } = part
        else {
            return Length::ZERO;
        };
        // What begins an address is an address itself.
        let encoded = *in_url && !first;
        if filters.is_empty() {
            return if encoded {
                self.in_address(*value, *ty)
            } else {
                self.of_expr(*value, *ty, Style::Usual, language, 0)
            };
        }
        let mut shown: Option<Length> = None;
        for filter in filters {
            let before = || shown.unwrap_or_else(|| self.of_expr(*value, *ty, Style::Usual, language, 0));
            let styled = |style: Style| self.of_expr(*value, *ty, style, language, 0);
            shown = Some(match filter {
                Filter::Upper | Filter::Lower => {
                    let before = before();
                    // Capitals are in the alphabet of text messages if small letters are, but not the reverse.
                    Length {
                        gsm: before.gsm && matches!(filter, Filter::Upper),
                        ..before
                    }
                }
                Filter::Mask => {
                    let before = before();
                    if before.is_bounded() {
                        // A dot has three bytes.
                        Length {
                            bytes: before.bytes.max(before.utf16.saturating_mul(3)),
                            gsm: false,
                            ..before
                        }
                    } else {
                        before
                    }
                }
                Filter::Plural(arms) | Filter::Select(arms) => self.arms(arms, language),
                Filter::Date => styled(Style::Date),
                Filter::DateShort => styled(Style::DateShort),
                Filter::Time => styled(Style::Time),
                Filter::Currency => self.as_money(*value, *ty, language),
                Filter::ListAnd => styled(Style::ListAnd),
                Filter::ListOr => styled(Style::ListOr),
            });
        }
        let shown = shown.unwrap_or(Length::ZERO);
        if encoded { percent_encoded(shown) } else { shown }
    }

    fn arms(&self, arms: &Arms, language: LanguageId) -> Length {
        let texts = arms.arms.iter().map(|(_, text)| *text).chain(arms.other);
        texts.fold(Length::ZERO, |longest, text| {
            longest.or(self.text(text, language))
        })
    }

    /// A number as an amount.
    fn as_money(&self, value: ExprId, ty: TypeId, language: LanguageId) -> Length {
        let range = match self.bot.types.get(ty.index()) {
            Some(Type::Integer | Type::Number | Type::Optional(_)) => None,
            _ => return self.of_expr(value, ty, Style::Currency, language, 0),
        };
        match self.bot.exprs.get(value.index()) {
            Some(Expr::Const(_) | Expr::Config(_)) => self.of_expr(value, ty, Style::Currency, language, 0),
            _ => self.speech(language).money(range, self.numbers),
        }
    }

    /// A value as a part of an address: plain, and percent-encoded.
    fn in_address(&self, value: ExprId, ty: TypeId) -> Length {
        let known = match self.bot.exprs.get(value.index()) {
            Some(Expr::Const(value)) => Some(value),
            Some(Expr::Config(config)) => self.bot.config.get(config.index()).map(|config| &config.value),
            _ => None,
        };
        if let Some(value) = known
            && value.as_text().is_some()
        {
            let mut out = String::new();
            percent_encode(value.as_text().map_or("", |text| text), &mut out);
            return Length::of(&out);
        }
        if let Some(value) = known {
            let currency = Currency::from_code(&self.bot.currency).unwrap_or(Currency::EUR);
            let (mut plain, mut out) = (String::new(), String::new());
            write_plain(value, currency, &mut plain);
            percent_encode(&plain, &mut out);
            return Length::of(&out);
        }
        self.type_in_address(ty, 0)
    }

    fn type_in_address(&self, ty: TypeId, depth: usize) -> Length {
        let Some(found) = self.bot.types.get(ty.index()).filter(|_| depth < DEEPEST) else {
            return Length::ANY;
        };
        // As `write_plain` writes them, at their longest.
        match found {
            Type::YesNo => Length::of("yes"),
            Type::Integer | Type::Number | Type::Percent => Length::of("-9000000000000000.123456789"),
            Type::Money => Length::of("-9000000000000000.00"),
            Type::Date => Length::of("2026-12-25"),
            Type::Time => Length::of("09%3A30%3A00"),
            Type::Moment => Length::of("2026-12-25T09%3A30%3A00Z"),
            Type::Duration => Length::of("-315576000000.000"),
            Type::Phone => Length::of("%2B000000000000000"),
            Type::Language => Length::of("xxx"),
            Type::Channel => Length::of("instagram_comment"),
            Type::Location => Length::of("-90.000000%2C-180.000000"),
            Type::Set(set) => {
                let members = self.bot.sets.get(set.index()).map_or(&[][..], |set| &set.members);
                members.iter().fold(Length::ZERO, |longest, member| {
                    let mut out = String::new();
                    percent_encode(&member.name, &mut out);
                    longest.or(Length::of(&out))
                })
            }
            Type::Optional(of) => self.type_in_address(*of, depth + 1),
            Type::Narrowed { base, .. } => match self.bot.types.get(base.index()) {
                Some(Type::Text | Type::Url | Type::Email | Type::Phone) => {
                    percent_encoded(self.of_type(ty, Style::Usual, LanguageId(0)))
                }
                _ => self.type_in_address(*base, depth + 1),
            },
            _ => Length::ANY,
        }
    }
}

/// Every byte becomes three characters.
fn percent_encoded(length: Length) -> Length {
    if !length.is_bounded() {
        return Length::ANY;
    }
    let count = length.bytes.saturating_mul(3);
    Length {
        utf16: count,
        bytes: count,
        sms: count,
        gsm: true,
    }
}

fn stands_for(hole: usize) -> Option<char> {
    let at = STANDS_FOR as u32 + u32::try_from(hole).ok()?;
    char::from_u32(at).filter(|_| hole < MOST_HOLES)
}
