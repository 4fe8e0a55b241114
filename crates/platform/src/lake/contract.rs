//! What every lake must do, as one function that both implementations run (P11). It states outcomes, not messages: reason
//! codes and digests may differ between lakes, counts and rows may not.

use std::{fs, path::Path};

use uuid::Uuid;

use super::*;

/// Checks a lake against the port's promises, with files written into `dir`. The dataset `contract` must be empty before.
///
/// # Errors
/// The first promise that is not kept, in words.
pub fn contract(lake: &dyn Lake, dir: &Path) -> Result<(), String> {
    let check = Check { lake, dir };
    check.an_unknown_dataset_is_empty()?;
    check.a_load_accounts_for_every_row()?;
    check.repeating_a_load_repeats_nothing()?;
    check.a_refused_or_stopped_load_changes_nothing()?;
    check.records_are_found_by_their_keys_only()?;
    check.a_new_load_replaces_the_old_one()
}

const DATASET: &str = "contract";
const FIRST: LoadId = LoadId(Uuid::from_u128(1));
const SECOND: LoadId = LoadId(Uuid::from_u128(2));
const BROKEN: LoadId = LoadId(Uuid::from_u128(3));
const STOPPED: LoadId = LoadId(Uuid::from_u128(4));

/// Five rows: three good ones, one without its required code, one whose number is none.
const GOOD: &str = "code,name,pupils\nS1,\"长宁, 一小\",320\nS2,二小,\n,三小,10\nS4,四小,many\nS5,二小,7\n";
const LATER: &str = "code,name,pupils\nS9,九小,90\n";

struct Check<'a> {
    lake: &'a dyn Lake,
    dir: &'a Path,
}

impl Check<'_> {
    fn an_unknown_dataset_is_empty(&self) -> Result<(), String> {
        same("table before the first load", self.lake.table(DATASET).map_err(words)?, None)?;
        same("certificate of an unknown load", self.lake.certificate(DATASET, FIRST).map_err(words)?, None)?;
        match self.lake.lookup(DATASET, "code", "S1", &columns(&["name"]), 10) {
            Err(LakeError::NoSuchDataset(_)) => Ok(()),
            other => Err(format!("a look-up before the first load must say that there is no dataset, not {other:?}")),
        }
    }

    fn a_load_accounts_for_every_row(&self) -> Result<(), String> {
        let request = self.request(FIRST, "good.csv", GOOD)?;
        let certificate = self.lake.load(&request, &mut |_| true).map_err(words)?;
        same("rows in", certificate.rows_in, 5)?;
        same("accepted", certificate.accepted, 3)?;
        same("rejected", certificate.rejected, 2)?;
        same("sum of reasons", certificate.reasons.values().sum::<u64>(), 2)?;
        same("source", certificate.source.as_str(), "good.csv")?;
        same("source digest", certificate.source_sm3.as_str(), hex::encode(sm::sm3(GOOD.as_bytes())).as_str())?;
        same("source length", certificate.source_bytes, GOOD.len() as u64)?;

        let rejected = self.lake.rejected(DATASET, FIRST, 0, 10).map_err(words)?;
        same(
            "rejected rows",
            rejected.iter().map(|r| (r.row, r.column.as_deref())).collect::<Vec<_>>(),
            vec![(4, Some("code")), (5, Some("pupils"))],
        )?;
        for row in &rejected {
            if row.code.is_empty() || row.reason.is_empty() || row.reason.contains("many") {
                return Err(format!("rejected row {} must carry a code and a reason, and never the value", row.row));
            }
        }
        let page = self.lake.rejected(DATASET, FIRST, 1, 1).map_err(words)?;
        same("second page of rejected rows", page.iter().map(|r| r.row).collect::<Vec<_>>(), vec![5])?;
        same("certificate kept", self.lake.certificate(DATASET, FIRST).map_err(words)?, Some(certificate))
    }

    fn repeating_a_load_repeats_nothing(&self) -> Result<(), String> {
        let before = self.lake.table(DATASET).map_err(words)?;
        let request = self.request(FIRST, "good.csv", GOOD)?;
        let again = self.lake.load(&request, &mut |_| true).map_err(words)?;
        same("certificate of a repeated load", self.lake.certificate(DATASET, FIRST).map_err(words)?, Some(again))?;
        same("table after a repeated load", self.lake.table(DATASET).map_err(words)?, before)
    }

    fn a_refused_or_stopped_load_changes_nothing(&self) -> Result<(), String> {
        let before = self.lake.table(DATASET).map_err(words)?;
        let broken = self.request(BROKEN, "broken.csv", "")?;
        match self.lake.load(&broken, &mut |_| true) {
            Err(LakeError::Refused { .. }) => {}
            other => return Err(format!("an empty file must be refused, not {other:?}")),
        }
        let other = self.request(BROKEN, "other.csv", "street,noise\n江苏路,55\n")?;
        match self.lake.load(&other, &mut |_| true) {
            Err(LakeError::Refused { .. }) => {}
            other => return Err(format!("a file without the declared columns must be refused, not {other:?}")),
        }
        let stopped = self.request(STOPPED, "later.csv", LATER)?;
        match self.lake.load(&stopped, &mut |_| false) {
            Err(LakeError::Cancelled) => {}
            other => return Err(format!("a load whose caller stops it must be cancelled, not {other:?}")),
        }
        for load in [BROKEN, STOPPED] {
            same("certificate of a failed load", self.lake.certificate(DATASET, load).map_err(words)?, None)?;
        }
        same("table after failed loads", self.lake.table(DATASET).map_err(words)?, before)
    }

    fn records_are_found_by_their_keys_only(&self) -> Result<(), String> {
        let find =
            |key: &str, value: &str, limit| self.lake.lookup(DATASET, key, value, &columns(&["pupils", "code"]), limit);
        same("one record", find("code", "S1", 10).map_err(words)?, vec![vec![Some("320".into()), Some("S1".into())]])?;
        same("an absent value", find("code", "S2", 10).map_err(words)?, vec![vec![None, Some("S2".into())]])?;
        same("no record", find("code", "S7", 10).map_err(words)?, Vec::<Record>::new())?;
        same("a rejected row", find("code", "S4", 10).map_err(words)?, Vec::<Record>::new())?;
        same("records of a key that is not unique", find("name", "二小", 10).map_err(words)?.len(), 2)?;
        same("the limit", find("name", "二小", 1).map_err(words)?.len(), 1)?;
        same("a preview", self.lake.preview(DATASET, &columns(&["name"]), 2).map_err(words)?.len(), 2)?;
        if !matches!(find("pupils", "320", 10), Err(LakeError::NoSuchColumn { .. })) {
            return Err("a look-up by a column that is not a key must be refused".into());
        }
        if !matches!(
            self.lake.lookup(DATASET, "code", "S1", &columns(&["fax"]), 10),
            Err(LakeError::NoSuchColumn { .. })
        ) {
            return Err("a look-up of a column that does not exist must be refused".into());
        }
        Ok(())
    }

    fn a_new_load_replaces_the_old_one(&self) -> Result<(), String> {
        let before = self.lake.table(DATASET).map_err(words)?.ok_or("the table has gone")?;
        let request = self.request(SECOND, "later.csv", LATER)?;
        let certificate = self.lake.load(&request, &mut |_| true).map_err(words)?;
        let after = self.lake.table(DATASET).map_err(words)?.ok_or("the table has gone")?;
        if after.version <= before.version {
            return Err(format!("the version must grow, from {} it became {}", before.version, after.version));
        }
        same("version of the certificate", certificate.version, after.version)?;
        same("rows", after.rows, 1)?;
        same(
            "a record of the old version",
            self.lake.lookup(DATASET, "code", "S1", &columns(&["name"]), 10).map_err(words)?.len(),
            0,
        )?;
        same(
            "a record of the new version",
            self.lake.lookup(DATASET, "code", "S9", &columns(&["name"]), 10).map_err(words)?.len(),
            1,
        )?;
        same("rejected rows of the first load", self.lake.rejected(DATASET, FIRST, 0, 10).map_err(words)?.len(), 2)
    }

    fn request(&self, id: LoadId, name: &str, text: &str) -> Result<LoadRequest, String> {
        let path = self.dir.join(name);
        fs::write(&path, text).map_err(|e| format!("cannot write `{}`: {e}", path.display()))?;
        let column = |name: &str, kind, nullable| Column {
            name: name.into(),
            kind,
            nullable,
            max_length: Some(40),
            unique: false,
        };
        Ok(LoadRequest {
            id,
            dataset: DATASET.into(),
            path,
            name: name.into(),
            columns: vec![
                column("code", ColumnKind::Text, false),
                column("name", ColumnKind::Text, true),
                column("pupils", ColumnKind::Integer, true),
            ],
            keys: vec!["code".into(), "name".into()],
            sheet: None,
            at: Timestamp::UNIX_EPOCH,
        })
    }
}

fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what}: found {found:?}, wanted {wanted:?}")) }
}

fn words(error: LakeError) -> String {
    error.to_string()
}
