//! Values of the language: what they are, how they are reckoned with, how they are read from what
//! people write, and how they are shown by locale.
//!
//! In reading order: [`value`] is the runtime value, [`kind`] names the scalar types, [`decimal`],
//! [`calendar`], [`currency`] and [`zone`] are the parts values are made of, [`arithmetic`] reckons,
//! [`functions`] are the functions of the language, [`read`] reads and [`show`] shows.
//!
//! The crate is pure: the time, the time zone and the language are inputs, and equal inputs give
//! equal outputs on every machine. No function here panics, whatever the values.

pub mod value;

pub mod arithmetic;
pub mod calendar;
pub mod currency;
pub mod decimal;
pub mod functions;
pub mod kind;
pub mod read;
pub mod show;
pub mod zone;

mod decode;

pub use arithmetic::{Operator, add, compare, divide, equals, multiply, negate, subtract};
pub use calendar::{Date, Time, Weekday};
pub use currency::Currency;
pub use decimal::Decimal;
pub use kind::Kind;
pub use read::{Extent, ReadContext, Reading, SetWords, read, read_heard, read_whole};
pub use show::{Labels, NoLabels, ShowContext, Shower, Style};
pub use value::{FileRef, Location, Member, Value};
pub use zone::Zone;
