//! How a value is made. The closed language of `gen` in the demonstration's files:
//!
//! ```text
//! person.id|name|sex|birth|mobile|address|street|committee     of the person the row is about
//! enterprise.code|name|kind|industry|founded|capital|address|street|legal_person
//! place.street|street_code|committee|road|estate|address|lon|lat    somewhere, the same place for the whole row
//! serial:PREFIX:WIDTH        PREFIX and the row's number
//! choice:a*5|b|c             one of these, `a` five times as often
//! int:LO..HI                 a whole number
//! number:LO..HI:DIGITS       a number with digits after the point
//! date:LO..HI                a day          datetime:LO..HI   a day and time
//! after:ITEM:LO..HI          days after that date, or minutes after that date and time
//! flag:PART                  true with this probability
//! plate · mobile · landline · credit_code:PREFIX
//! fill:TEXT                  TEXT with {fancy} {road} {estate} {street} {surname} {d:LO-HI}
//! list:streets:N             part N of the row's own line of the list
//! ```

use jiff::civil::Date;

/// A way to make values.
#[derive(Clone, Debug, PartialEq)]
pub enum Gen {
    /// Of the person.
    Person(PersonField),
    /// Of the enterprise.
    Enterprise(EnterpriseField),
    /// Of the place.
    Place(PlaceField),
    /// A running number.
    Serial {
        /// What stands before it.
        prefix: String,
        /// How many digits it has at least.
        width: usize,
    },
    /// One of several, with weights; the second part is their sum.
    Choice(Vec<(String, u64)>, u64),
    /// A whole number.
    Int(i64, i64),
    /// A number.
    Number(f64, f64, usize),
    /// A day, in days since 1970.
    Date(i64, i64),
    /// A day and time, in minutes since 1970 on Shanghai's clock.
    DateTime(i64, i64),
    /// Later than another item of the row.
    After {
        /// Which, by its position.
        item: usize,
        /// At least so much later.
        low: i64,
        /// At most so much later.
        high: i64,
    },
    /// Yes with this probability.
    Flag(f64),
    /// A plate.
    Plate,
    /// A mobile number.
    Mobile,
    /// A land line.
    Landline,
    /// A credit code.
    CreditCode(String),
    /// A text with places to fill.
    Fill(Vec<Part>),
    /// A part of a line of the list of streets.
    Street(usize),
}

/// A part of a text to fill.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// As it stands.
    Text(String),
    /// A fancy name.
    Fancy,
    /// A road.
    Road,
    /// An estate.
    Estate,
    /// A street.
    Street,
    /// A surname.
    Surname,
    /// A number.
    Digits(i64, i64),
}

macro_rules! fields {
    ($(#[$doc:meta])* $name:ident { $($word:literal => $variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($variant),* }

        impl $name {
            fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

fields! {
    /// What is told of a person.
    PersonField {
        "id" => Id, "name" => Name, "sex" => Sex, "birth" => Birth, "mobile" => Mobile, "address" => Address, "street" => Street,
        "committee" => Committee,
    }
}

fields! {
    /// What is told of an enterprise.
    EnterpriseField {
        "code" => Code, "name" => Name, "kind" => Kind, "industry" => Industry, "founded" => Founded, "capital" => Capital,
        "address" => Address, "street" => Street, "legal_person" => LegalPerson,
    }
}

fields! {
    /// What is told of a place.
    PlaceField {
        "street" => Street, "street_code" => StreetCode, "committee" => Committee, "road" => Road, "estate" => Estate,
        "address" => Address, "lon" => Longitude, "lat" => Latitude,
    }
}

impl Gen {
    /// Reads one. `before` are the codes of the items that stand before it in the row.
    #[must_use]
    pub fn parse(text: &str, before: &[&str]) -> Option<Self> {
        if let Some((entity, field)) = text.split_once('.').filter(|(entity, _)| !entity.contains(':')) {
            return match entity {
                "person" => PersonField::parse(field).map(Self::Person),
                "enterprise" => EnterpriseField::parse(field).map(Self::Enterprise),
                "place" => PlaceField::parse(field).map(Self::Place),
                _ => None,
            };
        }
        let (word, rest) = text.split_once(':').unwrap_or((text, ""));
        match word {
            "serial" => {
                let (prefix, width) = rest.rsplit_once(':')?;
                Some(Self::Serial { prefix: prefix.to_owned(), width: width.parse().ok()? })
            }
            "choice" => choice(rest),
            "int" => range(rest).map(|(low, high)| Self::Int(low, high)),
            "number" => {
                let (bounds, digits) = rest.rsplit_once(':')?;
                let (low, high) = range(bounds)?;
                Some(Self::Number(low, high, digits.parse().ok()?))
            }
            "date" => range::<Date>(rest).map(|(low, high)| Self::Date(day(low), day(high))),
            "datetime" => range::<Date>(rest).map(|(low, high)| Self::DateTime(day(low) * 1_440, day(high) * 1_440)),
            "after" => {
                let (item, bounds) = rest.split_once(':')?;
                let (low, high) = range(bounds)?;
                Some(Self::After { item: before.iter().position(|code| *code == item)?, low, high })
            }
            "flag" => rest.parse().ok().map(Self::Flag),
            "plate" => Some(Self::Plate),
            "mobile" => Some(Self::Mobile),
            "landline" => Some(Self::Landline),
            "credit_code" => Some(Self::CreditCode(rest.to_owned())),
            "fill" => fill(rest),
            "list" => rest.strip_prefix("streets:")?.parse().ok().map(Self::Street),
            _ => None,
        }
    }
}

/// Days since 1970.
fn day(date: Date) -> i64 {
    date.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24
}

fn range<T: std::str::FromStr + PartialOrd>(text: &str) -> Option<(T, T)> {
    let (low, high) = text.split_once("..")?;
    let (low, high) = (low.parse().ok()?, high.parse().ok()?);
    (low <= high).then_some((low, high))
}

fn choice(text: &str) -> Option<Gen> {
    let mut choices = Vec::new();
    for one in text.split('|') {
        let weighted = one.rsplit_once('*').and_then(|(word, weight)| Some((word, weight.parse::<u64>().ok()?)));
        let (word, weight) = weighted.unwrap_or((one, 1));
        choices.push((word.to_owned(), weight));
    }
    let sum = choices.iter().map(|(_, weight)| weight).sum();
    (sum > 0).then_some(Gen::Choice(choices, sum))
}

fn fill(text: &str) -> Option<Gen> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        let (name, tail) = after.split_once('}')?;
        parts.push(match name {
            "fancy" => Part::Fancy,
            "road" => Part::Road,
            "estate" => Part::Estate,
            "street" => Part::Street,
            "surname" => Part::Surname,
            _ => {
                let (low, high) = name.strip_prefix("d:")?.split_once('-')?;
                Part::Digits(low.parse().ok()?, high.parse().ok()?)
            }
        });
        rest = tail;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Some(Gen::Fill(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The forms that the module's head promises are understood; anything else is refused and not guessed at.
    #[test]
    fn every_form_is_understood() {
        for text in [
            "person.id",
            "enterprise.legal_person",
            "place.lon",
            "serial:JZ:6",
            "serial:a:b:6",
            "choice:a*5|b|c",
            "int:0..9",
            "number:0.5..1:3",
            "date:2026-01-01..2026-02-01",
            "datetime:2026-01-01..2026-02-01",
            "flag:0.9",
            "plate",
            "mobile",
            "landline",
            "credit_code:52",
            "fill:{fancy}路{d:1-9}号",
            "list:streets:1",
            "after:signed:1..30",
        ] {
            assert!(Gen::parse(text, &["signed"]).is_some(), "{text}");
        }
        for text in [
            "person.shoe",
            "serial:JZ",
            "int:9..0",
            "date:2026-02-30..2026-03-01",
            "after:unknown:1..2",
            "fill:{nothing}",
            "magic",
        ] {
            assert_eq!(Gen::parse(text, &["signed"]), None, "{text}");
        }
    }
}
