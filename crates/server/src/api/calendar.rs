//! A year's calendar: which days are worked, which rest, and which notice says so.

use axum::Json;
use jiff::civil::Date;
use platform::{Code, reading};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    AppState, Problem,
    auth::Anyone,
    extract::{Answer, InPath},
    openapi::ReadProblems,
};

/// Routes of the calendar. Anyone may read it.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(law_calendar))
}

/// Shows every day of a year: worked, weekend, rest or make-up, and which notice of the State Council says so. A year without a
/// notice is provisional.
#[utoipa::path(get, path = "/law/calendar/{year}", tag = "law", security(()), params(("year" = i16, Path, description = "the year, from 1990 to 2199")), responses((status = 200, body = YearView), ReadProblems))]
async fn law_calendar(anyone: Anyone, InPath(year): InPath<i16>) -> Answer<reading::Year> {
    let unknown = || {
        Problem::new(Code::NotFound, format!("there is no calendar of the year {year}"))
            .hint("ask for a year from 1990 to 2199")
    };
    Ok(Json(anyone.platform().calendar_year(year).ok_or_else(unknown)?))
}

/// A year's calendar.
#[derive(ToSchema)]
#[schema(as = CalendarView)]
pub struct YearView {
    /// The year.
    pub year: i16,
    /// Whether there is no notice for it yet: then Monday to Friday are assumed to be worked.
    pub provisional: bool,
    /// How many days are worked.
    pub working_days: u32,
    /// The notices by which it was made, also those of its neighbours that name a day of it; oldest first.
    pub notices: Vec<NoticeView>,
    /// Every day from the first of January on.
    pub days: Vec<DayView>,
}

/// A notice of the State Council's General Office.
#[derive(ToSchema)]
#[schema(as = CalendarNotice)]
pub struct NoticeView {
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

/// One day.
#[derive(ToSchema)]
#[schema(as = CalendarDay)]
pub struct DayView {
    /// The date in Shanghai.
    pub date: Date,
    /// What kind of day it is.
    pub kind: DayKindView,
    /// Whether it is worked.
    pub working: bool,
    /// The holiday for which it is a rest day, or which it makes up for.
    #[schema(required)]
    pub name: Option<String>,
    /// The number of the notice that names it; `null` for an ordinary day.
    #[schema(required)]
    pub notice: Option<String>,
}

/// What kind of day it is.
#[derive(ToSchema)]
#[schema(as = CalendarDayKind, rename_all = "snake_case")]
pub enum DayKindView {
    /// An ordinary working day, Monday to Friday.
    Work,
    /// An ordinary Saturday or Sunday.
    Weekend,
    /// A rest day named by a notice.
    Rest,
    /// A weekend day that a notice makes a working day.
    MakeUp,
}
