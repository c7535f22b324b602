//! Whether JSON is as a schema says: as much of JSON Schema as `docs/openapi.json` uses, and a panic at anything else.

use serde_json::{Map, Value as Json};

/// Where it is not, and why; `Ok` where it is. `document` is where references lead to.
pub fn check(document: &Json, schema: &Json, value: &Json, path: &str) -> Result<(), String> {
    let fields = schema.as_object().expect("a schema is an object");
    for (keyword, wanted) in fields {
        one(document, fields, keyword, wanted, value, path)?;
    }
    Ok(())
}

fn one(
    document: &Json,
    fields: &Map<String, Json>,
    keyword: &str,
    wanted: &Json,
    value: &Json,
    path: &str,
) -> Result<(), String> {
    let wrong = |what: String| Err(format!("{path}: {what}: {value}"));
    match keyword {
        "description" | "format" => {}
        "$ref" => {
            let pointer = wanted.as_str().unwrap().strip_prefix('#').unwrap();
            let schema = document
                .pointer(pointer)
                .unwrap_or_else(|| panic!("{pointer} leads nowhere"));
            check(document, schema, value, path)?;
        }
        "type" => {
            let is = |name: &Json| match name.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_i64() || value.is_u64(),
                "number" => value.is_number(),
                "boolean" => value.is_boolean(),
                "null" => value.is_null(),
                other => panic!("the type {other} is not known here"),
            };
            let fits = wanted
                .as_array()
                .map_or_else(|| is(wanted), |any| any.iter().any(is));
            if !fits {
                return wrong(format!("is not of type {wanted}"));
            }
        }
        "const" if value != wanted => return wrong(format!("is not {wanted}")),
        "enum" if !wanted.as_array().unwrap().contains(value) => {
            return wrong(format!("is none of {wanted}"));
        }
        "const" | "enum" => {}
        "oneOf" => {
            let tried: Vec<_> = wanted
                .as_array()
                .unwrap()
                .iter()
                .map(|schema| check(document, schema, value, path))
                .collect();
            if tried.iter().filter(|one| one.is_ok()).count() != 1 {
                return wrong(format!("fits not exactly one of several: {tried:?}"));
            }
        }
        "properties" => {
            for (name, schema) in wanted.as_object().unwrap() {
                if let Some(inner) = value.get(name) {
                    check(document, schema, inner, &format!("{path}.{name}"))?;
                }
            }
        }
        "required" => {
            for name in wanted.as_array().unwrap() {
                if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
                    return wrong(format!("lacks {name}"));
                }
            }
        }
        "additionalProperties" => {
            assert_eq!(wanted, &Json::Bool(false), "only `false` is known here");
            let known = fields.get("properties").and_then(Json::as_object);
            for name in value.as_object().into_iter().flat_map(Map::keys) {
                if !known.is_some_and(|known| known.contains_key(name)) {
                    return wrong(format!("has the unknown field {name}"));
                }
            }
        }
        "items" => {
            for (place, inner) in value.as_array().into_iter().flatten().enumerate() {
                check(document, wanted, inner, &format!("{path}[{place}]"))?;
            }
        }
        bound => {
            let wanted = wanted
                .as_f64()
                .unwrap_or_else(|| panic!("the keyword {bound} is not known here"));
            let length = value.as_array().map(|items| items.len() as f64);
            let characters = value.as_str().map(|text| text.chars().count() as f64);
            let fits = match bound {
                "minItems" => length.is_none_or(|length| length >= wanted),
                "maxItems" => length.is_none_or(|length| length <= wanted),
                "minLength" => characters.is_none_or(|length| length >= wanted),
                "maxLength" => characters.is_none_or(|length| length <= wanted),
                "minimum" => value.as_f64().is_none_or(|number| number >= wanted),
                "maximum" => value.as_f64().is_none_or(|number| number <= wanted),
                other => panic!("the keyword {other} is not known here"),
            };
            if !fits {
                return wrong(format!("breaks {bound} {wanted}"));
            }
        }
    }
    Ok(())
}
