//! Reading the State Council's notices: one Markdown file a year, with blocks `toml calendar`.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use serde::{Deserialize, Serialize};

use super::{Calendar, DayKind, is_weekend, table::Table};
use crate::{
    document::{Piece, entries, pieces},
    error::{Faults, PackError, Place},
};

/// One notice of the State Council's General Office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The year whose days it arranges.
    pub year: i16,
    /// Its title.
    pub title: String,
    /// Its number, e.g. 国办发明电〔2025〕7号.
    pub number: String,
    /// Where it was published.
    pub url: String,
    /// When it was published.
    pub published: Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNotice {
    title: String,
    number: String,
    published: Date,
    url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRest {
    name: Arc<str>,
    from: Date,
    to: Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWork {
    name: Arc<str>,
    days: Vec<Date>,
}

/// One file while it is read.
#[derive(Default)]
struct Year {
    year: Option<i16>,
    notices: Vec<RawNotice>,
    days: Vec<(Place, Date, DayKind)>,
}

pub(super) fn parse(files: &[(String, String)]) -> Result<Calendar, Vec<PackError>> {
    let mut faults = Faults::default();
    let mut calendar = Calendar::default();
    for (file, text) in files {
        let start = Place { file: file.clone(), line: 1 };
        let year = read(file, text, &mut faults);
        add(&mut calendar, year, &start, &mut faults);
    }
    calendar.notices.sort_by_key(|notice| (notice.year, notice.published));
    calendar.table = Table::new(&calendar.named, calendar.published.iter().copied());
    faults.into_result(calendar)
}

fn read(file: &str, text: &str, faults: &mut Faults) -> Year {
    let mut year = Year::default();
    for piece in pieces(file, text) {
        let Piece::Fence { info, text, place } = piece else { continue };
        if info != "toml calendar" {
            faults.add(&place, format!("a calendar has no blocks `{info}`"), "write `toml calendar`");
            continue;
        }
        for entry in entries(&text, &place, faults) {
            let place = entry.place.clone();
            match entry.key.as_str() {
                "year" => year.year = entry.read(faults),
                "notice" => year.notices.extend(entry.read::<RawNotice>(faults)),
                "rest" => year.rest(entry.read(faults), &place, faults),
                "work" => year.work(entry.read(faults), &place, faults),
                other => faults.add(
                    &place,
                    format!("a calendar has no `{other}`"),
                    "use `year`, `[[notice]]`, `[[rest]]`, `[[work]]`",
                ),
            }
        }
    }
    year
}

impl Year {
    fn rest(&mut self, raw: Option<RawRest>, place: &Place, faults: &mut Faults) {
        let Some(RawRest { name, from, to }) = raw else { return };
        if to < from || from.checked_add(60.days()).is_ok_and(|limit| to > limit) {
            faults.add(
                place,
                format!("the rest from `{from}` to `{to}` is no holiday"),
                "give the first and the last day, in this order",
            );
            return;
        }
        for day in from.series(1.day()).take_while(|day| *day <= to) {
            self.days.push((place.clone(), day, DayKind::Rest { name: name.clone() }));
        }
    }

    fn work(&mut self, raw: Option<RawWork>, place: &Place, faults: &mut Faults) {
        let Some(RawWork { name, days }) = raw else { return };
        for day in days {
            if !is_weekend(day) {
                faults.add(
                    place,
                    format!("`{day}` is no weekend day, so that nothing is made up on it"),
                    "list only worked Saturdays and Sundays",
                );
            }
            self.days.push((place.clone(), day, DayKind::MakeUp { name: name.clone() }));
        }
    }
}

fn add(calendar: &mut Calendar, read: Year, start: &Place, faults: &mut Faults) {
    let Some(year) = read.year else {
        faults.add(start, "the calendar does not say its year", "begin its first block with `year = …`");
        return;
    };
    if !start.file.ends_with(&format!("{year}.md")) {
        faults.add(start, format!("the file is not named after its year `{year}`"), "name it `calendar/<year>.md`");
    }
    if !(1990..=8_000).contains(&year) || !calendar.published.insert(year) {
        faults.add(
            start,
            format!("the year `{year}` stands in two files or is no year of a notice"),
            "keep one file for each year",
        );
        return;
    }
    if read.notices.is_empty() {
        faults.add(start, "the calendar cites no notice", "add `[[notice]]` with title, number, published and url");
    }
    let near = date(year - 1, 12, 1)..=date(year + 1, 1, 31);
    let mut seen = BTreeMap::new();
    for (place, day, kind) in read.days {
        if !near.contains(&day) {
            faults.add(
                &place,
                format!("`{day}` does not belong to the notice for {year}"),
                "move it to the file of its year",
            );
        }
        if seen.insert(day, ()).is_some() || calendar.named.contains_key(&day) {
            faults.add(&place, format!("`{day}` is named twice"), "keep the notice that came last");
        }
        calendar.named.insert(day, kind);
        calendar.named_by.insert(day, year);
    }
    calendar.notices.extend(read.notices.into_iter().map(|RawNotice { title, number, published, url }| Notice {
        year,
        title,
        number,
        url,
        published,
    }));
}
