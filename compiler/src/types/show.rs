//! How a type is called in a message: as its author would write it.

use botflow_artifact::{Type, TypeId};

use super::Types;

impl Types {
    /// The type as it is written in the language.
    pub fn name(&self, id: TypeId) -> String {
        let mut text = String::new();
        self.write(id, &mut text);
        text
    }

    fn write(&self, id: TypeId, text: &mut String) {
        match self.get(id) {
            Type::Set(set) => text.push_str(&self.sets[set.index()].name),
            Type::Narrowed { name, .. } => text.push_str(name),
            Type::List(of) => {
                text.push_str("list of ");
                self.write(*of, text);
            }
            Type::Optional(of) => {
                let nested = matches!(self.get(*of), Type::List(_));
                if nested {
                    text.push('(');
                }
                self.write(*of, text);
                text.push_str(if nested { ")?" } else { "?" });
            }
            Type::Record(fields) => {
                text.push('(');
                for (place, (name, ty)) in fields.iter().enumerate() {
                    if place > 0 {
                        text.push_str(", ");
                    }
                    text.push_str(name);
                    text.push_str(": ");
                    self.write(*ty, text);
                }
                text.push(')');
            }
            simple => text.push_str(simple_name(simple)),
        }
    }
}

fn simple_name(ty: &Type) -> &'static str {
    match ty {
        Type::Text => "text",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Percent => "percent",
        Type::YesNo => "yes_no",
        Type::Money => "money",
        Type::Date => "date",
        Type::Time => "time",
        Type::Moment => "moment",
        Type::Duration => "duration",
        Type::Email => "email",
        Type::Phone => "phone",
        Type::Url => "url",
        Type::Language => "language",
        Type::Channel => "channel",
        Type::File => "file",
        Type::Image => "image",
        Type::Location => "location",
        _ => "something unknown",
    }
}
