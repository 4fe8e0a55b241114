//! A register of fictitious people as a CSV file: well-formed numbers of nobody, the same in every run, with one faulty row in
//! a thousand, because real registers have them.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::Result;
use lake::{ColumnSpec, Kind};
use privacy::fictitious;

use crate::measure::Chance;

/// The name of the key column.
pub const KEY: &str = "id_number";

const HEADER: &str = "id_number,name,sex,born,street,address,mobile,household,enrolled,registered_at,income\n";
const AREAS: &[&str] = &["310105", "310101", "310104", "310106", "310107", "310109", "310110", "310115"];
const SURNAMES: &[&str] =
    &["王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "欧阳"];
const GIVEN: &[&str] =
    &["伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀英"];
const STREETS: &[&str] = &[
    "华阳路街道",
    "江苏路街道",
    "新华路街道",
    "周家桥街道",
    "天山路街道",
    "仙霞新村街道",
    "虹桥街道",
    "程家桥街道",
    "北新泾街道",
    "新泾镇",
];
const ROADS: &[&str] = &["长宁路", "愚园路", "延安西路", "仙霞路", "天山路", "虹桥路", "哈密路", "定西路, 近安化路"];
/// People of one area and day of birth, by the three digits of the number.
const A_DAY: u64 = 1_000;

/// Writes `count` people; gives the numbers of good rows and of faulty ones.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, count: u64) -> Result<(u64, u64)> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(HEADER.as_bytes())?;
    let mut chance = Chance::new(3);
    let mut faulty = 0;
    for index in 0..count {
        let spoilt = index % 1_000 == 999;
        faulty += u64::from(spoilt);
        person(&mut file, &mut chance, index, spoilt)?;
    }
    file.flush()?;
    Ok((count - faulty, faulty))
}

/// The identity number of person `index`; no two are alike.
pub fn id_number(index: u64) -> String {
    let (area, (year, month, day)) = born(index);
    fictitious::resident_id(area, (year, month, day), u16::try_from(index % A_DAY).unwrap_or(0))
}

/// The columns as their owner declares them.
pub fn schema() -> Vec<ColumnSpec> {
    let column = |name: &str, kind| ColumnSpec {
        name: name.to_owned(),
        kind,
        nullable: false,
        unique_key: false,
        max_length: None,
    };
    vec![
        column(KEY, Kind::Text),
        column("name", Kind::Text),
        column("sex", Kind::Text),
        column("born", Kind::Date),
        column("street", Kind::Text),
        column("address", Kind::Text),
        column("mobile", Kind::Text),
        column("household", Kind::Integer),
        column("enrolled", Kind::Boolean),
        column("registered_at", Kind::DateTime),
        column("income", Kind::Decimal { precision: 12, scale: 2 }),
    ]
}

fn person(file: &mut impl Write, chance: &mut Chance, index: u64, spoilt: bool) -> Result<()> {
    let (_, (year, month, day)) = born(index);
    let number = id_number(index);
    let name = format!("{}{}{}", chance.one_of(SURNAMES), chance.one_of(GIVEN), chance.one_of(&["", "华", "文", "国"]));
    let sex = if index.is_multiple_of(2) { "女" } else { "男" };
    let (street, road) = (chance.one_of(STREETS), chance.one_of(ROADS));
    let address = format!("{road}{}号", 1 + index % 900);
    let address = if address.contains(',') { format!("\"{address}\"") } else { address };
    let mobile = fictitious::mobile(u32::try_from(chance.below(10_000))?);
    let (household, enrolled) = (chance.below(400_000), chance.below(2) == 1);
    let (hour, minute, fen) = (chance.below(24), chance.below(60), chance.below(10_000_000));
    // A day that does not exist: the commonest fault of hand-kept registers.
    let day = if spoilt { 32 } else { day };
    writeln!(
        file,
        "{number},{name},{sex},{year:04}-{month:02}-{day:02},{street},{address},{mobile},{household},{enrolled},\
         2024-{:02}-{:02} {hour:02}:{minute:02}:00,{}.{:02}",
        1 + index % 12,
        1 + index % 28,
        fen / 100,
        fen % 100,
    )?;
    Ok(())
}

/// Area and day of birth of person `index`: a thousand people share them.
fn born(index: u64) -> (&'static str, (i32, u8, u8)) {
    let group = index / A_DAY;
    let part = |bound: u64, of: u64| u8::try_from(of % bound).unwrap_or(0);
    let position = usize::try_from(group % AREAS.len() as u64).unwrap_or(0);
    let days = group / AREAS.len() as u64;
    let year = 1950 + i32::from(part(60, days / 336));
    (AREAS.get(position).copied().unwrap_or("310105"), (year, 1 + part(12, days / 28), 1 + part(28, days)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Look-ups by key are only measured fairly when every key is another person's, and valid.
    #[test]
    fn everybody_has_a_valid_number_of_their_own() {
        let numbers: BTreeSet<String> = (0..20_000).map(id_number).collect();
        assert_eq!(numbers.len(), 20_000);
        assert!(numbers.iter().all(|number| privacy::is_valid(privacy::Kind::ResidentId, number)));
    }
}
