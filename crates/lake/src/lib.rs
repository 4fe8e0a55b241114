//! The lake: files of all kinds become typed Delta tables, and each load is reconciled.
//!
//! What the reader must know first:
//!
//! - **A load is atomic** (invariant I7). Its data files and rejected rows are written first; one Delta commit makes them
//!   visible. A crash leaves the old version and orphans, which [`Lake::sweep`] removes.
//! - **Source rows = accepted + rejected.** Every record of a file is counted. A rejected one is kept with its line, column,
//!   reason and original text, in a file of its own that is never logged.
//! - **The whole file decides the types**, in a first pass; a second one writes. Only workbooks are held in memory, within limits.
//! - **A certificate** says what came in and what of it is in the table, with two SM3 digests: of the file's bytes, and of the
//!   accepted rows in order (for each 4096 rows an SM3 over their cells as typed, and the SM3 of those). The second can be
//!   recounted from the table, see [`Lake::recount`], and does not depend on the file's encoding or spelling.
//! - **Point reads** go to an LMDB file per table version and key column, mapped into memory, derived and rebuilt at need.
//!
//! No Arrow or Delta type crosses this crate's border. Time and identity are arguments.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("streets.csv");
//! std::fs::write(&file, "代码,名称\n310105001,华阳路街道\n310105002,江苏路街道\n")?;
//!
//! let lake = lake::Lake::open(folder.path().join("lake"))?;
//! let mut request = lake::LoadRequest::new(uuid::Uuid::from_u128(1), "streets", &file, "2026-11-21T09:00:00Z".parse()?);
//! request.index_keys = vec!["代码".into()];
//! let certificate = lake.load(&request, &mut |_| std::ops::ControlFlow::Continue(()))?;
//! assert_eq!((certificate.rows_in, certificate.accepted, certificate.rejected), (2, 2, 0));
//!
//! let found = lake.lookup("streets", "代码", "310105002", &["名称"])?;
//! assert_eq!(found[0].values, [lake::Value::Text("江苏路街道".into())]);
//! # Ok(())
//! # }
//! ```

mod certificate;
mod codec;
mod columns;
mod error;
#[cfg(test)]
mod failure;
mod index;
mod infer;
mod lake;
mod load;
mod reject;
mod sieve;
mod source;
mod store;
mod stored;
mod sweep;
mod understand;
mod value;

#[cfg(test)]
mod tests;

pub use crate::lake::{Lake, MAX_PAGE, MAX_PREVIEW, Preview, Recount, TableInfo};
pub use certificate::{Certificate, LoadMode, LoadRequest, Phase, Progress};
pub use codec::RowRef;
pub use columns::Column;
pub use error::{LakeError, LoadError, Reason, Refusal, RefusedLoad, RejectedSample};
pub use index::{IndexReader, MAX_RECORDS_PER_KEY, Record};
pub use load::OnProgress;
pub use reject::{RejectedPage, RejectedRow};
pub use source::{Encoding, Format, HeaderOption, Limits, SourceOptions};
pub use sweep::Swept;
pub use understand::{ColumnReport, Understood};
pub use value::{Cell, ColumnSpec, Kind, Value};
