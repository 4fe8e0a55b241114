//! Persons, enterprises and places: the same number always gives the same one.

use jiff::{
    ToSpan,
    civil::{Date, date},
};

use super::{chance::Chance, district::Lists};

/// Where persons were first registered, besides the district itself: codes of GB/T 2260.
const AREAS: [&str; 20] = [
    "310105", "310101", "310104", "310106", "310107", "310109", "310110", "310112", "310113", "310114", "310115",
    "310116", "310117", "310118", "310120", "320102", "330102", "340102", "350102", "360102",
];
/// Births from this day on,
const FIRST_BIRTH: Date = date(1938, 1, 1);
/// for so many days: the youngest is born in 2016.
const BIRTH_DAYS: u64 = 28_500;
/// Sequence numbers of one area and day.
const SEQUENCES: u64 = 999;
/// A step that is coprime to the number of identities and close to its golden section, so that consecutive persons lie far apart.
const STEP: u64 = 351_935_107;

/// A person.
#[derive(Clone, Debug)]
pub struct Somebody {
    /// Identity number, valid in form.
    pub id: String,
    /// Name.
    pub name: String,
    /// 男 or 女.
    pub sex: &'static str,
    /// Birth.
    pub birth: Date,
    /// Mobile number.
    pub mobile: String,
    /// Home.
    pub home: Place,
}

/// An enterprise.
#[derive(Clone, Debug)]
pub struct Enterprise {
    /// Credit code, valid in form.
    pub code: String,
    /// Name.
    pub name: String,
    /// Type of registration.
    pub kind: &'static str,
    /// Industry.
    pub industry: String,
    /// Day of registration.
    pub founded: Date,
    /// Capital in ten thousands of yuan.
    pub capital: u64,
    /// Legal representative.
    pub legal_person: String,
    /// Seat.
    pub seat: Place,
}

/// A place.
#[derive(Clone, Debug)]
pub struct Place {
    /// Code of the street.
    pub street_code: String,
    /// Name of the street.
    pub street: String,
    /// Neighbourhood committee.
    pub committee: String,
    /// Road.
    pub road: String,
    /// Estate.
    pub estate: String,
    /// House number.
    pub number: u64,
    /// Room.
    pub room: u64,
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
}

impl Somebody {
    /// The person with this number.
    #[must_use]
    pub fn number(number: u64, seed: u64, lists: &Lists) -> Self {
        let mut chance = Chance::of(seed, "person", number);
        // A permutation of all identities: no two persons share a number, and none has to be remembered.
        let all = AREAS.len() as u64 * BIRTH_DAYS * SEQUENCES;
        let identity = u64::try_from(u128::from(number % all) * u128::from(STEP) % u128::from(all)).unwrap_or(0);
        let sequence = identity % SEQUENCES + 1;
        let day = i64::try_from(identity / SEQUENCES % BIRTH_DAYS).unwrap_or(0);
        let area = usize::try_from(identity / SEQUENCES / BIRTH_DAYS).unwrap_or(0);
        let birth = FIRST_BIRTH.checked_add(day.days()).unwrap_or(FIRST_BIRTH);
        let male = sequence % 2 == 1;
        let birth_parts = (i32::from(birth.year()), birth.month().unsigned_abs(), birth.day().unsigned_abs());
        Self {
            id: privacy::fictitious::resident_id(
                AREAS.get(area).unwrap_or(&"310105"),
                birth_parts,
                u16::try_from(sequence).unwrap_or(1),
            ),
            name: name(&mut chance, lists, male),
            sex: if male { "男" } else { "女" },
            birth,
            mobile: privacy::fictitious::mobile(u32::try_from(chance.below(10_000)).unwrap_or(0)),
            home: Place::draw(&mut chance, lists),
        }
    }
}

impl Enterprise {
    /// The enterprise with this number.
    #[must_use]
    pub fn number(number: u64, seed: u64, area: &str, lists: &Lists) -> Self {
        const KINDS: [&str; 5] =
            ["有限责任公司", "有限责任公司（自然人独资）", "股份有限公司", "个人独资企业", "外商投资企业"];
        let mut chance = Chance::of(seed, "enterprise", number);
        let trade = usize::try_from(chance.below(lists.industries.len() as u64)).unwrap_or(0);
        let fancy = chance.pick::<String>(&lists.fancies).cloned().unwrap_or_default();
        let second = chance.pick::<String>(&lists.fancies).cloned().unwrap_or_default();
        let trade_name = lists.trades.get(trade).map_or("商贸", String::as_str);
        let days = chance.between(0, 9_500);
        let male = chance.below(3) > 0;
        Self {
            code: privacy::fictitious::credit_code("91", area, u32::try_from(number % 1_000_000).unwrap_or(0)),
            name: format!("上海{fancy}{second}{trade_name}有限公司"),
            kind: KINDS.get(usize::try_from(chance.below(8)).unwrap_or(0)).copied().unwrap_or("有限责任公司"),
            industry: lists.industries.get(trade).cloned().unwrap_or_default(),
            founded: date(2000, 1, 4).checked_add(days.days()).unwrap_or(date(2000, 1, 4)),
            capital: [10, 50, 100, 200, 500, 1_000, 3_000, 10_000]
                .get(usize::try_from(chance.below(8)).unwrap_or(0))
                .copied()
                .unwrap_or(100),
            legal_person: name(&mut chance, lists, male),
            seat: Place::draw(&mut chance, lists),
        }
    }
}

impl Place {
    /// Somewhere in the district.
    #[must_use]
    pub fn draw(chance: &mut Chance, lists: &Lists) -> Self {
        let street = chance.pick::<String>(&lists.streets).map_or("", String::as_str);
        let (street_code, street) = street.split_once('|').unwrap_or(("", street));
        let estate = chance.pick::<String>(&lists.estates).cloned().unwrap_or_default();
        const NUMBERS: [&str; 4] = ["第一", "第二", "第三", "第四"];
        Self {
            street_code: street_code.to_owned(),
            street: street.to_owned(),
            committee: format!("{estate}{}居委会", chance.pick::<&str>(&NUMBERS).copied().unwrap_or_default()),
            road: chance.pick::<String>(&lists.roads).cloned().unwrap_or_default(),
            estate,
            number: chance.below(1_400) + 1,
            room: (chance.below(24) + 1) * 100 + chance.below(8) + 1,
            longitude: 121.33 + chance.unit() * 0.11,
            latitude: 31.18 + chance.unit() * 0.06,
        }
    }

    /// The address of a building.
    #[must_use]
    pub fn address(&self) -> String {
        format!("上海市长宁区{}{}号", self.road, self.number)
    }

    /// The address of a flat.
    #[must_use]
    pub fn home(&self) -> String {
        format!("{}{}室", self.address(), self.room)
    }
}

fn name(chance: &mut Chance, lists: &Lists, male: bool) -> String {
    let given = if male { &lists.given_male } else { &lists.given_female };
    let mut draw = |from: &str| {
        let count = from.chars().count() as u64;
        from.chars().nth(usize::try_from(chance.below(count)).unwrap_or(0)).unwrap_or('某')
    };
    let mut name = String::from(draw(&lists.surnames));
    name.push(draw(given));
    let second = draw(given);
    // A fifth of the names have one given character.
    if !u32::from(second).is_multiple_of(5) {
        name.push(second);
    }
    name
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::demo::District;

    /// Identity numbers are valid in form, belong to one person only, and agree with birth and sex.
    #[test]
    fn persons_have_valid_numbers_of_their_own() {
        let district = District::changning().unwrap();
        let mut seen = HashSet::new();
        for number in 0..50_000 {
            let somebody = Somebody::number(number, district.seed, &district.lists);
            assert!(privacy::is_valid(privacy::Kind::ResidentId, &somebody.id), "{number}");
            assert_eq!(somebody.id.get(6..14).unwrap(), somebody.birth.strftime("%Y%m%d").to_string());
            assert_eq!(somebody.sex == "男", somebody.id.as_bytes()[16] % 2 == 1);
            assert!(seen.insert(somebody.id));
        }
    }

    /// The step walks through every identity before it comes back to the first.
    #[test]
    fn the_step_is_coprime_to_the_number_of_identities() {
        let (mut a, mut b) = (AREAS.len() as u64 * BIRTH_DAYS * SEQUENCES, STEP);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        assert_eq!(a, 1);
    }

    /// Credit codes are valid in form and belong to one enterprise only.
    #[test]
    fn enterprises_have_valid_codes_of_their_own() {
        let district = District::changning().unwrap();
        let codes: HashSet<_> = (0..20_000)
            .map(|number| Enterprise::number(number, district.seed, &district.area, &district.lists).code)
            .collect();
        assert_eq!(codes.len(), 20_000);
        assert!(codes.iter().all(|code| privacy::is_valid(privacy::Kind::CreditCode, code)));
    }
}
