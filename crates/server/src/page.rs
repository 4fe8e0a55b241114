//! Pages of lists: at most [`Page::MOST`] rows at a time, and how many there are in all.

use platform::{Code, Listing, Page};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// Which page of a list is wanted.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows to skip.
    #[param(minimum = 0, default = 0)]
    pub offset: Option<u64>,
    /// Rows to give.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u64>,
}

impl PageQuery {
    /// The page, if it is within its bounds.
    ///
    /// # Errors
    /// [`Code::LimitExceeded`] for a page that is too long, [`Code::InvalidInput`] for an empty one.
    pub fn page(self) -> Result<Page, Problem> {
        let ordinary = Page::default();
        let limit = self.limit.unwrap_or(ordinary.limit);
        if limit > Page::MOST {
            return Err(Problem::new(Code::LimitExceeded, format!("a page has at most {} rows", Page::MOST))
                .field("limit", "ask for less and go on with `offset`"));
        }
        if limit == 0 {
            return Err(
                Problem::new(Code::InvalidInput, "a page has at least one row").field("limit", "must be from 1 to 200")
            );
        }
        let offset = self.offset.unwrap_or(ordinary.offset);
        if i64::try_from(offset).is_err() {
            return Err(
                Problem::new(Code::LimitExceeded, "the offset is too large").field("offset", "must fit 63 bits")
            );
        }
        Ok(Page { offset, limit })
    }

    /// Cuts the page out of a list that was read whole because it is short by nature.
    ///
    /// # Errors
    /// As [`PageQuery::page`].
    pub fn cut<T>(self, all: Vec<T>) -> Result<Listing<T>, Problem> {
        let page = self.page()?;
        let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
        let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(page.limit).unwrap_or(usize::MAX);
        Ok(Listing { items: all.into_iter().skip(skip).take(take).collect(), total })
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Paged<T: ToSchema> {
    /// The rows of the page.
    pub items: Vec<T>,
    /// All rows there are.
    pub total: u64,
}

impl<T: ToSchema> Paged<T> {
    /// The page with its rows in their wire form.
    pub fn of<P>(listing: Listing<P>) -> Self
    where
        T: From<P>,
    {
        Self { items: listing.items.into_iter().map(T::from).collect(), total: listing.total }
    }
}
