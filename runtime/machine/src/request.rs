//! How a lookup or an action is done over HTTP: the request that its declaration and its arguments make.
//!
//! It depends on nothing else: the same arguments make the same request, however often and whenever it is sent, so that
//! one key never stands for two contents.

use std::cell::{Cell, OnceCell};

use botflow_artifact::{Call, CallId, Expr, FlowId, HttpRequest, LanguageId, Method, TypeId, Value};
use smol_str::SmolStr;

use crate::conversation::Conversation;
use crate::person::Person;
use crate::program::Program;
use crate::scope::Scope;

/// So many expressions are evaluated for one request.
const BUDGET: u32 = 100_000;

/// A request to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The address, with what the arguments say in it percent-encoded.
    pub url: String,
    /// Headers; without any control character in their values.
    pub headers: Vec<(SmolStr, String)>,
    /// Named values of the body with their types, empty for none.
    pub body: Vec<(SmolStr, TypeId, Value)>,
}

/// Why there is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unaskable {
    /// It is not done over HTTP.
    NotHttp,
    /// An argument would lead to another place of the system: a part of the path is `.` or `..`.
    Path,
}

impl std::fmt::Display for Unaskable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Unaskable::NotHttp => "it is not done over HTTP",
            Unaskable::Path => "a value in its address is `.` or `..`, which would lead somewhere else",
        })
    }
}

impl std::error::Error for Unaskable {}

/// The request of a call with these arguments.
///
/// # Errors
/// [`Unaskable`].
pub fn of(program: &Program, call: CallId, args: &[Value]) -> Result<Request, Unaskable> {
    let (_, http) = declared(program, call).ok_or(Unaskable::NotHttp)?;
    with_scope(program, args, |scope| {
        let (url, _) = scope.data(http.url, |_| false);
        if leads_elsewhere(&url) {
            return Err(Unaskable::Path);
        }
        let headers = http.headers.iter().map(|(name, text)| {
            let (value, _) = scope.data(*text, |_| false);
            let tame = |c: char| if c.is_control() { ' ' } else { c };
            let value: String = value.chars().map(tame).collect();
            (name.clone(), value.trim().to_owned())
        });
        let body = http.body.iter();
        Ok(Request {
            method: http.method,
            url,
            headers: headers.collect(),
            body: body
                .map(|(name, value, ty)| (name.clone(), *ty, scope.eval(*value)))
                .collect(),
        })
    })
}

/// How the address of a call begins whatever its arguments are: up to the first value that is not from `config`. `None`
/// where it is not done over HTTP. The flag: that is all of it.
pub fn beginning(program: &Program, call: CallId) -> Option<(String, bool)> {
    let (_, http) = declared(program, call)?;
    let settings = |value: botflow_artifact::ExprId| {
        !matches!(program.bot.exprs.get(value.index()), Some(Expr::Config(_)))
    };
    Some(with_scope(program, &[], |scope| scope.data(http.url, settings)))
}

fn declared(program: &Program, call: CallId) -> Option<(&Call, &HttpRequest)> {
    let call = program.bot.calls.get(call.index())?;
    Some((call, call.http.as_ref()?))
}

fn with_scope<T>(program: &Program, args: &[Value], look: impl FnOnce(&Scope<'_>) -> T) -> T {
    // Declarations of calls see nothing of the person or the conversation.
    let person = Person::new(&program.bot, 0);
    let conversation = Conversation::new(0, person.clone());
    let (budget, zone) = (Cell::new(BUDGET), OnceCell::new());
    look(&Scope {
        p: program,
        c: &conversation,
        person: &person,
        slots: args,
        flow: FlowId::ALWAYS,
        fields: &[],
        now: 0,
        language: LanguageId(0),
        budget: &budget,
        zone: &zone,
        segments: 0,
    })
}

/// Whether a part of the path is `.` or `..`, which everybody who reads addresses takes for a way up.
fn leads_elsewhere(url: &str) -> bool {
    let behind_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = behind_scheme.split(['?', '#']).next().unwrap_or_default();
    path.split(['/', '\\']).skip(1).any(|part| {
        let part = part.to_ascii_lowercase().replace("%2e", ".");
        part == "." || part == ".."
    })
}
