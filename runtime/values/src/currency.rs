//! Currencies: which there are, how many decimals they have, and how people call them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
}

/// All currencies in use (ISO 4217), three letters each, without fund codes and metals.
const CODES: &str = "\
AEDAFNALLAMDANGAOAARSAUDAWGAZNBAMBBDBDTBHDBIFBMDBNDBOBBRLBSDBTNBWPBYNBZDCADCDFCHFCLPCNYCOPCRCCUPCVECZK\
DJFDKKDOPDZDEGPERNETBEURFJDFKPGBPGELGHSGIPGMDGNFGTQGYDHKDHNLHTGHUFIDRILSINRIQDIRRISKJMDJODJPYKESKGSKHR\
KMFKPWKRWKWDKYDKZTLAKLBPLKRLRDLSLLYDMADMDLMGAMKDMMKMNTMOPMRUMURMVRMWKMXNMYRMZNNADNGNNIONOKNPRNZDOMRPAB\
PENPGKPHPPKRPLNPYGQARRONRSDRUBRWFSARSBDSCRSDGSEKSGDSHPSLESOSSRDSSPSTNSVCSYPSZLTHBTJSTMTTNDTOPTRYTTDTWD\
TZSUAHUGXUSDUYUUZSVEDVESVNDVUVWSTXAFXCDXOFXPFYERZARZMWZWG";

impl Currency {
    /// The euro.
    pub const EUR: Currency = Currency { code: *b"EUR" };

    /// The currency with this code, in capital letters, if there is one.
    pub fn from_code(code: &str) -> Option<Currency> {
        let wanted: [u8; 3] = code.as_bytes().try_into().ok()?;
        CODES
            .as_bytes()
            .chunks_exact(3)
            .find(|known| **known == wanted)
            .map(|_| Currency { code: wanted })
    }

    /// The ISO 4217 code.
    pub fn code(&self) -> &str {
        // Codes are made from ASCII only, so this is always text. `XXX` is ISO 4217's own code for no currency.
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }

    /// The code as a text that lives as long as the program.
    pub(crate) fn static_code(self) -> &'static str {
        let place = CODES
            .as_bytes()
            .chunks_exact(3)
            .position(|known| known == self.code);
        place.map_or("XXX", |place| &CODES[3 * place..3 * place + 3])
    }

    /// How many decimals an amount has: 2 for most, 0 for yen, 3 for Kuwaiti dinars.
    pub fn decimals(self) -> u8 {
        match &self.code {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// Minor units in one major unit.
    pub fn minor_units(self) -> i64 {
        match self.decimals() {
            0 => 1,
            3 => 1000,
            _ => 100,
        }
    }

    /// An amount written as a decimal number of major units, in minor units; none if it has more
    /// decimals than the currency.
    pub fn exact_minor(self, amount: crate::Decimal) -> Option<i64> {
        if amount.scale() > self.decimals() {
            return None;
        }
        Some(amount.of(self.minor_units(), crate::value::MAX_INTEGER))
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        let code = smol_str::SmolStr::deserialize(deserializer)?;
        Currency::from_code(&code).ok_or_else(|| serde::de::Error::custom("unknown currency"))
    }
}
