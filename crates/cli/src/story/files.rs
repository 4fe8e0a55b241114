//! The files that are loaded: real ones that nobody here wrote, where they are at hand, otherwise generated ones of the same kind.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use platform::lake::ColumnKind;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use crate::failure::{Doing, Result};

/// Where the shared data is looked for, seen from where the story is told.
const SHARED: &str = "../shared";
/// The columns of the streets.
pub const STREETS: &[(&str, &str)] = &[
    ("code", "街道代码"),
    ("name", "街道名称"),
    ("areaCode", "区县代码"),
    ("provinceCode", "省级代码"),
    ("cityCode", "地级代码"),
];
/// The columns of the villages.
pub const VILLAGES: &[(&str, &str)] = &[
    ("code", "村居代码"),
    ("name", "村居名称"),
    ("streetCode", "街道代码"),
    ("provinceCode", "省级代码"),
    ("cityCode", "地级代码"),
    ("areaCode", "区县代码"),
];
/// The columns of the shelters, a workbook of a city's own open data.
pub const SHELTERS: &[(&str, &str, ColumnKind)] = &[
    ("#property", "序号", ColumnKind::Integer),
    ("latitude", "纬度", ColumnKind::Number),
    ("longitude", "经度", ColumnKind::Number),
    ("name", "名称", ColumnKind::Text),
    ("address", "地址", ColumnKind::Text),
    ("telephoneNumber", "电话", ColumnKind::Text),
    ("flood_L1", "洪水（一级）", ColumnKind::Text),
    ("flood_L2", "洪水（二级）", ColumnKind::Text),
    ("inundation", "内涝", ColumnKind::Text),
    ("sedimentDisaster", "泥石流", ColumnKind::Text),
    ("stormSurge", "风暴潮", ColumnKind::Text),
    ("tunami", "海啸", ColumnKind::Text),
    ("fire", "火灾", ColumnKind::Text),
    ("earthquake", "地震", ColumnKind::Text),
    ("evacuationSpace", "避难空间", ColumnKind::Text),
    ("jurisdiction", "管理单位", ColumnKind::Text),
    ("elevation", "海拔", ColumnKind::Number),
    ("capacity", "容纳人数", ColumnKind::Integer),
    ("residentsAssociation", "自治会", ColumnKind::Text),
];

/// The files.
#[derive(Clone, Debug)]
pub struct Files {
    real: bool,
    /// Streets in GBK with CRLF.
    pub gbk: PathBuf,
    /// Streets in UTF-8.
    pub streets: PathBuf,
    /// Villages, gzipped.
    pub villages: PathBuf,
    /// Shelters: a workbook with rows that do not fit.
    pub shelters: PathBuf,
}

impl Files {
    /// Takes the real files, or generates all of them into the story's folder.
    ///
    /// # Errors
    /// When they cannot be generated.
    pub fn find(root: &Path) -> Result<Self> {
        let data = PathBuf::from(env::var_os("GONGSHU_SHARED").unwrap_or_else(|| SHARED.into())).join("data");
        let real = Self {
            real: true,
            gbk: data.join("messy/shanghai_streets_gbk_crlf.csv"),
            streets: data.join("admin-divisions/streets.csv"),
            villages: data.join("admin-divisions/villages.csv.gz"),
            shelters: data.join("takamatsu/evacuation_space.xlsx"),
        };
        if [&real.gbk, &real.streets, &real.villages, &real.shelters].iter().all(|file| file.is_file()) {
            return Ok(real);
        }
        generate(&root.join("files"))
    }

    /// Where the files come from, in words.
    #[must_use]
    pub fn origin(&self) -> String {
        if self.real {
            "The files loaded are real: China's administrative divisions (2023) and the open data of the city of Takamatsu.".into()
        } else {
            "The files loaded are generated, because no shared data folder is at hand; with one, the story loads real ones.".into()
        }
    }
}

/// Streets of the generated files, beside the district's own ten.
const GENERATED: u32 = 40;
const VILLAGES_A_STREET: u32 = 12;

fn generate(folder: &Path) -> Result<Files> {
    fs::create_dir_all(folder)?;
    let files = Files {
        real: false,
        gbk: folder.join("shanghai_streets_gbk_crlf.csv"),
        streets: folder.join("streets.csv"),
        villages: folder.join("villages.csv.gz"),
        shelters: folder.join("evacuation_space.xlsx"),
    };
    let streets: Vec<(u32, String)> =
        own_streets().chain((0..GENERATED).map(|n| (310_999_001 + n, format!("演示{}街道", n + 1)))).collect();
    let header = STREETS.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(",");
    let line = |(code, name): &(u32, String)| format!("{code},\"{name}\",{},31,3101", code / 1_000);
    let lines: Vec<String> = std::iter::once(header).chain(streets.iter().map(line)).collect();
    fs::write(&files.streets, lines.join("\n") + "\n")?;
    let shanghai = lines.get(..11).unwrap_or(&lines).join("\r\n") + "\r\n";
    fs::write(&files.gbk, encoding_rs::GBK.encode(&shanghai).0)?;
    let mut villages = GzEncoder::new(fs::File::create(&files.villages)?, Compression::default());
    writeln!(villages, "{}", VILLAGES.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(","))?;
    for (street, name) in &streets {
        for n in 1..=VILLAGES_A_STREET {
            writeln!(villages, "{street}{n:03},\"{name}第{n}居委会\",{street},31,3101,{}", street / 1_000)?;
        }
    }
    villages.finish()?;
    workbook(&files.shelters).doing(|| "the workbook cannot be generated".into())?;
    Ok(files)
}

/// The district's own streets: public facts.
fn own_streets() -> impl Iterator<Item = (u32, String)> {
    [
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
    ]
    .into_iter()
    .zip([1, 2, 4, 5, 6, 8, 9, 10, 11, 102])
    .map(|(name, number)| (310_105_000 + number, name.to_owned()))
}

/// A workbook of shelters, every seventh without the capacity that the catalogue requires.
fn workbook(path: &Path) -> Result<()> {
    let mut book = Workbook::new();
    // Without this the file would hold the moment of its making.
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 5)?));
    let sheet = book.add_worksheet();
    for (column, (name, ..)) in (0_u16..).zip(SHELTERS) {
        sheet.write(0, column, *name)?;
    }
    for row in 1..=60_u32 {
        for (column, (name, _, kind)) in (0_u16..).zip(SHELTERS) {
            match (*name, kind) {
                ("#property", _) => sheet.write(row, column, row)?,
                ("capacity", _) if row % 7 == 0 => continue,
                ("capacity", _) => sheet.write(row, column, 100 + row * 20)?,
                (_, ColumnKind::Number) => sheet.write(row, column, 31.2 + f64::from(row) / 1_000.0)?,
                ("name", _) => sheet.write(row, column, format!("演示{row}号避难场所"))?,
                _ => sheet.write(row, column, "○")?,
            };
        }
    }
    book.save(path)?;
    Ok(())
}
