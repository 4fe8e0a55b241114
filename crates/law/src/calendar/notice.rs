//! Reading the State Council's notices.
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Calendar;
use crate::error::PackError;

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

pub(super) fn parse(_files: &[(String, String)]) -> Result<Calendar, Vec<PackError>> {
    todo!()
}
