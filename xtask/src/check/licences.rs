//! Permissive licences only, read from deny.toml, so that the rule holds where cargo-deny is not
//! installed.
//!
//! A licence is an SPDX expression: `OR` lets us choose, `AND` binds us to both sides. An identifier
//! that the list does not name is refused, known copyleft and unknown words alike. `X WITH Y` must
//! be named as a whole, as cargo-deny asks too. The old `/` between names means `OR`.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail, ensure};
use toml::{Table, Value};

use crate::house::House;

/// Every crate whose licence is refused, and every exception that nothing needs any more.
pub fn refused(house: &House) -> Result<Vec<String>> {
    let text = fs::read_to_string(house.root.join("deny.toml")).context("deny.toml is missing")?;
    let policy = Policy::parse(&text).context("deny.toml")?;
    let crates = house.metadata.packages.iter().map(|package| Licensed {
        name: &package.name,
        version: package.version.to_string(),
        licence: package.license.as_deref(),
    });
    Ok(policy.judge(crates))
}

/// A crate and what it says about itself.
struct Licensed<'a> {
    name: &'a str,
    version: String,
    licence: Option<&'a str>,
}

/// The `[licenses]` part of deny.toml.
struct Policy {
    allow: BTreeSet<String>,
    exceptions: Vec<Exception>,
}

struct Exception {
    name: String,
    allow: BTreeSet<String>,
}

impl Policy {
    fn parse(text: &str) -> Result<Policy> {
        let file: Table = text.parse()?;
        let licenses = file.get("licenses").and_then(Value::as_table).context("no [licenses]")?;
        let exceptions = licenses.get("exceptions").and_then(Value::as_array);
        let exceptions = exceptions.into_iter().flatten().map(|entry| {
            let name = entry.get("crate").and_then(Value::as_str).context("exception of what?")?;
            ensure!(has_reason(text, name), "the exception for `{name}` has no reason above it");
            Ok(Exception { name: name.to_owned(), allow: words(entry.get("allow"))? })
        });
        Ok(Policy { allow: words(licenses.get("allow"))?, exceptions: exceptions.collect::<Result<_>>()? })
    }

    fn judge<'a>(&self, crates: impl Iterator<Item = Licensed<'a>>) -> Vec<String> {
        let mut faults = Vec::new();
        let mut needed = BTreeSet::new();
        for Licensed { name, version, licence } in crates {
            let Some(licence) = licence else {
                faults.push(format!("`{name}` {version} names no licence"));
                continue;
            };
            let Err(fault) = admit(licence, &self.allow) else { continue };
            let exception = self.exceptions.iter().find(|exception| exception.name == name);
            let widened = exception.map(|exception| &self.allow | &exception.allow);
            match widened.map(|allow| admit(licence, &allow)) {
                Some(Ok(())) => drop(needed.insert(name.to_owned())),
                _ => faults.push(format!("`{name}` {version} is `{licence}`: {fault}")),
            }
        }
        let idle = self.exceptions.iter().filter(|exception| !needed.contains(&exception.name));
        faults.extend(idle.map(|exception| {
            format!("the exception for `{}` in deny.toml is needed no more; remove it", exception.name)
        }));
        faults
    }
}

fn words(value: Option<&Value>) -> Result<BTreeSet<String>> {
    let list = value.and_then(Value::as_array).context("no `allow` list")?;
    let word = |value: &Value| value.as_str().map(str::to_owned).context("`allow` lists strings");
    list.iter().map(word).collect()
}

/// A reason is a comment in the line above the exception; cargo-deny has no field for it.
fn has_reason(text: &str, name: &str) -> bool {
    let entry = format!("crate = \"{name}\"");
    text.lines().zip(text.lines().skip(1)).any(|(above, line)| {
        line.contains(&entry) && above.trim_start().strip_prefix('#').is_some_and(|why| why.trim().len() > 10)
    })
}

/// Whether an SPDX expression can be satisfied from the list; the error says why not.
fn admit(expression: &str, allow: &BTreeSet<String>) -> Result<()> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut reader = Reader { tokens: spaced.split_whitespace().peekable(), allow };
    let refused = reader.either()?;
    if let Some(rest) = reader.tokens.next() {
        bail!("`{rest}` is not expected in a licence expression");
    }
    if let Some(identifiers) = refused {
        bail!("{} is not in the list of permissive licences in deny.toml", identifiers);
    }
    Ok(())
}

/// Recursive descent over the tokens. Each part answers with the identifiers that stand in the way,
/// or `None` where nothing does.
struct Reader<'a, Tokens: Iterator<Item = &'a str>> {
    tokens: std::iter::Peekable<Tokens>,
    allow: &'a BTreeSet<String>,
}

impl<'a, Tokens: Iterator<Item = &'a str>> Reader<'a, Tokens> {
    /// `both OR both …`: one admitted side is enough.
    fn either(&mut self) -> Result<Option<String>> {
        let mut refused = self.both()?;
        while self.tokens.next_if_eq(&"OR").is_some() {
            let other = self.both()?;
            refused = refused.zip(other).map(|(one, other)| format!("{one}, {other}"));
        }
        Ok(refused)
    }

    /// `one AND one …`: every side must be admitted.
    fn both(&mut self) -> Result<Option<String>> {
        let mut refused = self.one()?;
        while self.tokens.next_if_eq(&"AND").is_some() {
            let other = self.one()?;
            refused = match (refused, other) {
                (Some(one), Some(other)) => Some(format!("{one}, {other}")),
                (one, other) => one.or(other),
            };
        }
        Ok(refused)
    }

    /// A bracketed expression, or an identifier with its exception.
    fn one(&mut self) -> Result<Option<String>> {
        let token = self.tokens.next().context("a licence expression ends too early")?;
        if token == "(" {
            let refused = self.either()?;
            ensure!(self.tokens.next() == Some(")"), "a bracket is not closed");
            return Ok(refused);
        }
        ensure!(!matches!(token, "AND" | "OR" | "WITH" | ")"), "`{token}` is not expected in a licence expression");
        let mut identifier = token.to_owned();
        if self.tokens.next_if_eq(&"WITH").is_some() {
            let exception = self.tokens.next().context("`WITH` names no exception")?;
            identifier = format!("{identifier} WITH {exception}");
        }
        Ok((!self.allow.contains(&identifier)).then(|| format!("`{identifier}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        [licenses]
        allow = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "ISC"]
        exceptions = [
          # Weak copyleft of its own files, reached through one dependency.
          { crate = "weak", allow = ["MPL-2.0"] },
        ]
    "#;

    fn admitted(expression: &str) -> bool {
        admit(expression, &Policy::parse(POLICY).unwrap().allow).is_ok()
    }

    fn judge(crates: &[(&'static str, Option<&'static str>)]) -> Vec<String> {
        let crates = crates.iter().map(|(name, licence)| Licensed { name, version: "1.0.0".into(), licence: *licence });
        Policy::parse(POLICY).unwrap().judge(crates)
    }

    /// OR lets us choose, AND binds us to both, brackets group, `/` is the old OR.
    #[test]
    fn expressions_mean_what_spdx_says() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0-only",
            "GPL-3.0-only/MIT",
            "MIT AND Apache-2.0",
            "ISC AND (GPL-2.0-only OR Apache-2.0)",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
            "(MIT)",
        ] {
            assert!(admitted(good), "{good}");
        }
        for bad in [
            "GPL-3.0-only",
            "MPL-2.0",
            "MIT AND GPL-3.0-only",
            "MIT AND (GPL-2.0-only OR LGPL-3.0-only)",
            "GPL-2.0-only OR LGPL-2.1-or-later",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "MIT WITH Something",
            "Proprietary",
        ] {
            assert!(!admitted(bad), "{bad}");
        }
    }

    /// AND binds tighter than OR: the left side alone must not carry a copyleft right side.
    #[test]
    fn and_binds_tighter_than_or() {
        assert!(admitted("MIT OR ISC AND GPL-3.0-only"));
        assert!(!admitted("(MIT OR ISC) AND GPL-3.0-only"));
    }

    /// What cannot be read is refused, never waved through.
    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "MIT OR", "AND MIT", "(MIT", "MIT)", "MIT MIT", "MIT WITH", "OR"] {
            assert!(!admitted(bad), "`{bad}`");
        }
    }

    /// A crate without a licence, and a copyleft one without an exception, are named with the reason.
    #[test]
    fn refusals_name_the_crate_and_the_licence() {
        let faults = judge(&[("weak", Some("MPL-2.0")), ("bare", None), ("strong", Some("AGPL-3.0-only"))]);
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert_eq!(faults.first().unwrap(), "`bare` 1.0.0 names no licence");
        assert!(faults.last().unwrap().starts_with("`strong` 1.0.0 is `AGPL-3.0-only`: `AGPL-3.0-only`"));
    }

    /// An exception covers the licence it names, not whatever the crate turns to later.
    #[test]
    fn an_exception_is_for_one_licence() {
        assert_eq!(judge(&[("weak", Some("MPL-2.0"))]), Vec::<String>::new());
        assert!(judge(&[("weak", Some("GPL-3.0-only"))]).concat().contains("GPL-3.0-only"));
    }

    /// The list only shrinks: an exception that nothing needs is a fault.
    #[test]
    fn an_idle_exception_is_a_fault() {
        assert!(judge(&[("weak", Some("MIT"))]).concat().contains("needed no more"));
    }

    /// An exception without a reason is not read at all.
    #[test]
    fn an_exception_needs_a_reason() {
        let bare = POLICY.replace("# Weak copyleft of its own files, reached through one dependency.", "");
        assert!(Policy::parse(&bare).is_err());
    }
}
