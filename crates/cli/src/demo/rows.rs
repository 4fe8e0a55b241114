//! Rows of a dataset as CSV, streamed: nothing but the row at hand is in memory.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::{
    chance::Chance,
    district::{Dataset, District, Item},
    entity::{Enterprise, Place, Somebody},
    values::{EnterpriseField, Gen, Part, PersonField, PlaceField},
};

/// What stands in a spoiled row where a number or a date belongs.
const SPOILED: &str = "不详";

/// The rows of one dataset for a number of people.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    district: &'a District,
    dataset: &'a Dataset,
    people: u64,
    count: u64,
}

/// Writes a dataset's header and rows; returns the number of rows.
///
/// # Errors
/// When the writer fails.
pub fn write(rows: Rows<'_>, out: &mut impl Write) -> io::Result<u64> {
    let codes: Vec<&str> = rows.dataset.items.iter().map(|item| item.code.as_str()).collect();
    writeln!(out, "{}", codes.join(","))?;
    let mut line = String::new();
    for number in 0..rows.count {
        line.clear();
        rows.row(number, &mut line);
        out.write_all(line.as_bytes())?;
    }
    Ok(rows.count)
}

impl<'a> Rows<'a> {
    /// The rows that a district with so many people has.
    #[must_use]
    pub fn of(district: &'a District, dataset: &'a Dataset, people: u64) -> Self {
        Self { district, dataset, people, count: dataset.rows.rows(people) }
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Appends one row with its line end.
    fn row(&self, number: u64, line: &mut String) {
        let mut row = Row::new(self, number);
        let spoiled = self.dataset.dirty > 0 && number % self.dataset.dirty == self.dataset.dirty - 1;
        let victim = self.dataset.items.iter().position(|item| spoiled && item.kind != "text" && item.kind != "flag");
        let mut value = String::new();
        for (position, item) in self.dataset.items.iter().enumerate() {
            value.clear();
            row.value(item, &mut value);
            if victim == Some(position) {
                value.replace_range(.., SPOILED);
            }
            if position > 0 {
                line.push(',');
            }
            quoted(&value, line);
        }
        line.push('\n');
    }

    fn enterprises(&self) -> u64 {
        self.district.dataset("enterprise").map_or(1, |dataset| dataset.rows.rows(self.people)).max(1)
    }
}

/// One row being made.
struct Row<'a> {
    rows: &'a Rows<'a>,
    number: u64,
    chance: Chance,
    person: Option<Somebody>,
    enterprise: Option<Enterprise>,
    place: Option<Place>,
    /// The moments made so far, by item: minutes since 1970, and whether with a time of day.
    moments: Vec<Option<(i64, bool)>>,
}

impl<'a> Row<'a> {
    fn new(rows: &'a Rows<'a>, number: u64) -> Self {
        let chance = Chance::of(rows.district.seed, &rows.dataset.code, number);
        Self { rows, number, chance, person: None, enterprise: None, place: None, moments: Vec::new() }
    }

    fn value(&mut self, item: &Item, out: &mut String) {
        let empty = item.empty > 0.0 && self.chance.unit() < item.empty;
        let mut moment = None;
        // Writing to a string cannot fail.
        let _ = match &item.values {
            Gen::Person(field) => self.person(*field, out),
            Gen::Enterprise(field) => self.enterprise(*field, out),
            Gen::Place(field) => self.place(*field, out),
            Gen::Serial { prefix, width } => write!(out, "{prefix}{:0width$}", self.number + 1),
            Gen::Choice(choices, sum) => out.write_str(self.choose(choices, *sum)),
            Gen::Int(low, high) => write!(out, "{}", self.chance.between(*low, *high)),
            Gen::Number(low, high, digits) => write!(out, "{:.digits$}", low + self.chance.unit() * (high - low)),
            Gen::Date(low, high) => {
                moment = Some((self.chance.between(*low, *high) * 1_440, false));
                Ok(())
            }
            Gen::DateTime(low, high) => {
                moment = Some((self.chance.between(*low, high.saturating_sub(1)), true));
                Ok(())
            }
            Gen::After { item, low, high } => {
                let later = self.chance.between(*low, *high);
                let start = self.moments.get(*item).copied().flatten();
                moment = start.map(|(start, timed)| (start + later * if timed { 1 } else { 1_440 }, timed));
                Ok(())
            }
            Gen::Flag(part) => write!(out, "{}", self.chance.unit() < *part),
            Gen::Plate => out.write_str(&privacy::fictitious::plate(self.seed())),
            Gen::Mobile => out.write_str(&privacy::fictitious::mobile(self.seed())),
            Gen::Landline => out.write_str(&privacy::fictitious::landline(self.seed())),
            Gen::CreditCode(prefix) => {
                let number = u32::try_from(self.number).unwrap_or(u32::MAX);
                out.write_str(&privacy::fictitious::credit_code(prefix, &self.rows.district.area, number))
            }
            Gen::Fill(parts) => self.fill(parts, out),
            Gen::Street(part) => out.write_str(self.street(*part)),
        };
        if let Some((minutes, timed)) = moment {
            write_moment(minutes, timed, out);
        }
        self.moments.push(if empty { None } else { moment });
        if empty {
            out.clear();
        }
    }

    fn seed(&mut self) -> u32 {
        u32::try_from(self.chance.below(u64::from(u32::MAX))).unwrap_or(0)
    }

    fn choose<'b>(&mut self, choices: &'b [(String, u64)], sum: u64) -> &'b str {
        let mut at = self.chance.below(sum);
        for (word, weight) in choices {
            if at < *weight {
                return word;
            }
            at -= weight;
        }
        ""
    }

    /// The row's person: the one with its number where every person has a row, otherwise anyone.
    fn person(&mut self, field: PersonField, out: &mut String) -> std::fmt::Result {
        let district = self.rows.district;
        if self.person.is_none() {
            let all = self.rows.people.max(1);
            let number = if self.rows.count == all { self.number } else { self.chance.below(all) };
            self.person = Some(Somebody::number(number, district.seed, &district.lists));
        }
        let Some(person) = &self.person else { return Ok(()) };
        match field {
            PersonField::Id => out.write_str(&person.id),
            PersonField::Name => out.write_str(&person.name),
            PersonField::Sex => out.write_str(person.sex),
            PersonField::Birth => write!(out, "{}", person.birth),
            PersonField::Mobile => out.write_str(&person.mobile),
            PersonField::Address => out.write_str(&person.home.home()),
            PersonField::Street => out.write_str(&person.home.street),
            PersonField::Committee => out.write_str(&person.home.committee),
        }
    }

    fn enterprise(&mut self, field: EnterpriseField, out: &mut String) -> std::fmt::Result {
        let district = self.rows.district;
        if self.enterprise.is_none() {
            let all = self.rows.enterprises();
            let number = if self.rows.dataset.code == "enterprise" { self.number } else { self.chance.below(all) };
            self.enterprise = Some(Enterprise::number(number, district.seed, &district.area, &district.lists));
        }
        let Some(enterprise) = &self.enterprise else { return Ok(()) };
        match field {
            EnterpriseField::Code => out.write_str(&enterprise.code),
            EnterpriseField::Name => out.write_str(&enterprise.name),
            EnterpriseField::Kind => out.write_str(enterprise.kind),
            EnterpriseField::Industry => out.write_str(&enterprise.industry),
            EnterpriseField::Founded => write!(out, "{}", enterprise.founded),
            EnterpriseField::Capital => write!(out, "{}", enterprise.capital),
            EnterpriseField::Address => out.write_str(&enterprise.seat.address()),
            EnterpriseField::Street => out.write_str(&enterprise.seat.street),
            EnterpriseField::LegalPerson => out.write_str(&enterprise.legal_person),
        }
    }

    fn place(&mut self, field: PlaceField, out: &mut String) -> std::fmt::Result {
        let lists = &self.rows.district.lists;
        let chance = &mut self.chance;
        let place = self.place.get_or_insert_with(|| Place::draw(chance, lists));
        match field {
            PlaceField::Street => out.write_str(&place.street),
            PlaceField::StreetCode => out.write_str(&place.street_code),
            PlaceField::Committee => out.write_str(&place.committee),
            PlaceField::Road => out.write_str(&place.road),
            PlaceField::Estate => out.write_str(&place.estate),
            PlaceField::Address => out.write_str(&place.address()),
            PlaceField::Longitude => write!(out, "{:.6}", place.longitude),
            PlaceField::Latitude => write!(out, "{:.6}", place.latitude),
        }
    }

    fn fill(&mut self, parts: &[Part], out: &mut String) -> std::fmt::Result {
        let lists = &self.rows.district.lists;
        for part in parts {
            match part {
                Part::Text(text) => out.write_str(text)?,
                Part::Fancy => out.write_str(self.chance.pick::<String>(&lists.fancies).map_or("", String::as_str))?,
                Part::Road => out.write_str(self.chance.pick::<String>(&lists.roads).map_or("", String::as_str))?,
                Part::Estate => out.write_str(self.chance.pick::<String>(&lists.estates).map_or("", String::as_str))?,
                Part::Street => {
                    let line = self.chance.pick::<String>(&lists.streets).map_or("", String::as_str);
                    out.write_str(line.split_once('|').map_or(line, |(_, name)| name))?;
                }
                Part::Surname => {
                    let at = self.chance.below(lists.surnames.chars().count() as u64);
                    out.extend(lists.surnames.chars().nth(usize::try_from(at).unwrap_or(0)));
                }
                Part::Digits(low, high) => write!(out, "{}", self.chance.between(*low, *high))?,
            }
        }
        Ok(())
    }

    fn street(&self, part: usize) -> &str {
        let streets = &self.rows.district.lists.streets;
        let at = usize::try_from(self.number).unwrap_or(0) % streets.len().max(1);
        streets.get(at).and_then(|line| line.split('|').nth(part)).unwrap_or("")
    }
}

fn write_moment(minutes: i64, timed: bool, out: &mut String) {
    let day: Date = date(1970, 1, 1).checked_add(minutes.div_euclid(1_440).days()).unwrap_or(Date::MAX);
    let _ = write!(out, "{day}");
    if timed {
        let minute = minutes.rem_euclid(1_440);
        let _ = write!(out, " {:02}:{:02}:00", minute / 60, minute % 60);
    }
}

fn quoted(value: &str, line: &mut String) {
    if value.contains([',', '"', '\n', '\r']) {
        line.push('"');
        line.push_str(&value.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(code: &str, people: u64) -> String {
        let district = District::changning().unwrap();
        let dataset = district.dataset(code).unwrap();
        let mut out = Vec::new();
        write(Rows::of(&district, dataset, people), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The same seed gives the same bytes, everywhere and always: only what is written here may change them.
    #[test]
    fn rows_are_reproducible() {
        assert_eq!(text("natural_person", 50), text("natural_person", 50));
        assert_ne!(text("natural_person", 50), text("residence_permit", 200));
        let streets = text("street_directory", 1);
        assert!(streets.starts_with("street_code,street,neighbourhoods\n310105001,华阳路街道,"));
        assert!(streets.trim_end().lines().last().unwrap().starts_with("310105102,新泾镇,"));
    }

    /// Every dataset can be written, and every row has as many cells as the header.
    #[test]
    fn every_dataset_can_be_written() {
        let district = District::changning().unwrap();
        for dataset in &district.datasets {
            let text = text(&dataset.code, 300);
            let mut lines = text.lines();
            let cells = lines.next().unwrap().split(',').count();
            assert_eq!(cells, dataset.items.len());
            for line in lines {
                assert_eq!(line.split(',').count(), cells, "{}: {line}", dataset.code);
                for (item, value) in dataset.items.iter().zip(line.split(',')) {
                    let longest = item.length.map_or(usize::MAX, |length| usize::try_from(length).unwrap());
                    assert!(
                        value.chars().count() <= longest,
                        "{}: `{}` is longer than {longest}",
                        dataset.code,
                        item.code
                    );
                }
            }
        }
    }

    /// A dataset with dirty rows has exactly as many as its description says.
    #[test]
    fn dirty_rows_are_counted() {
        let rows = text("kitchen_waste", 9_700);
        assert_eq!(rows.lines().count(), 971);
        assert_eq!(rows.matches(SPOILED).count(), 10);
    }

    /// A person has the same name in every dataset in which the number occurs.
    #[test]
    fn people_are_the_same_everywhere() {
        let register = text("natural_person", 300);
        let names: std::collections::HashMap<&str, &str> = register
            .lines()
            .skip(1)
            .map(|line| line.split(',').collect::<Vec<_>>())
            .map(|cells| (cells[0], cells[1]))
            .collect();
        for line in text("employment_registration", 300).lines().skip(1) {
            let cells: Vec<_> = line.split(',').collect();
            assert_eq!(names.get(cells[0]), Some(&cells[1]));
        }
    }
}
