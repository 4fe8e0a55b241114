//! Who is asking: the session cookie for browsers, a bearer token for programs. Nothing else in this crate reads credentials.
//!
//! A browser sends its cookie with every request, also with one that another site has made it send. So with the cookie an
//! unsafe method is taken only with a header that another site cannot add, or when the browser itself says that the request
//! comes from this origin. A bearer token is never sent by a browser on its own and needs no such care.

use std::ops::Deref;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
};
use platform::{Actor, Code, Ctx, OrganisationId, PersonId, Platform};

use crate::{problem::Problem, state::AppState};

/// The session cookie's name.
pub const COOKIE: &str = "gongshu_session";
/// The header that only this origin's pages can add.
pub const REQUEST_HEADER: &str = "x-gongshu-request";
/// Tokens are 43 characters; whatever is much longer is none.
const LONGEST_TOKEN: usize = 256;

/// Whoever asks, logged in or not.
pub struct Anyone {
    /// Who, when, with what chance.
    pub ctx: Ctx,
    state: AppState,
}

impl Anyone {
    /// The domain.
    pub fn platform(&self) -> &Platform {
        &self.state.platform
    }

    /// Everything else a request needs.
    pub fn state(&self) -> &AppState {
        &self.state
    }
}

impl FromRequestParts<AppState> for Anyone {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let now = state.clock.now();
        let who = match credentials(&parts.headers, &parts.method)? {
            None => Actor::Public,
            Some(Credentials::Session(token)) => match state.platform.authenticate(token, now).await {
                // A browser keeps its cookie for longer than we keep the session; who comes with an old one is nobody.
                Err(error) if error.code == Code::NotAuthenticated => Actor::Public,
                known => known?,
            },
            Some(Credentials::Bearer(token)) => bearer(&state.platform, token, now).await?,
        };
        Ok(Self { ctx: Ctx::new(who, now, (state.chance)()), state: state.clone() })
    }
}

/// Whoever asks and is logged in.
pub struct Caller(Anyone);

impl Caller {
    /// The organisation for which the caller acts.
    pub fn organisation(&self) -> Option<OrganisationId> {
        match &self.ctx.who {
            Actor::Person { organisation, .. } | Actor::Client { organisation, .. } => Some(*organisation),
            Actor::Law | Actor::Platform | Actor::Public => None,
        }
    }

    /// The person who is logged in.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for a client: it has no self to ask about.
    pub fn person(&self) -> Result<PersonId, Problem> {
        match &self.ctx.who {
            Actor::Person { id, .. } => Ok(*id),
            _ => Err(Problem::new(Code::NotPermitted, "only a person can do this").hint("log in as a person")),
        }
    }
}

impl Deref for Caller {
    type Target = Anyone;
    fn deref(&self) -> &Anyone {
        &self.0
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let anyone = Anyone::from_request_parts(parts, state).await?;
        if anyone.ctx.who == Actor::Public {
            return Err(Problem::new(Code::NotAuthenticated, "nobody is logged in")
                .hint("log in at `POST /api/v1/sessions`, or send `authorization: Bearer …`"));
        }
        Ok(Self(anyone))
    }
}

/// Whoever calls the gateway. Client tokens come first here: they are remembered in memory, and this is the hot path.
pub struct GatewayCaller(pub Ctx);

impl FromRequestParts<AppState> for GatewayCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let now = state.clock.now();
        let who = match credentials(&parts.headers, &parts.method)? {
            None => {
                return Err(Problem::new(Code::NotAuthenticated, "the call carries no access token")
                    .hint("get one at `POST /gateway/v1/tokens`"));
            }
            Some(Credentials::Session(token)) => state.platform.authenticate(token, now).await?,
            Some(Credentials::Bearer(token)) => match state.platform.authenticate_client(token, now).await {
                Ok(who) => who,
                Err(error) if error.code == Code::NotAuthenticated => state.platform.authenticate(token, now).await?,
                Err(error) => return Err(error.into()),
            },
        };
        Ok(Self(Ctx::new(who, now, (state.chance)())))
    }
}

/// The token of whoever asks, for ending the session it stands for.
pub(crate) fn token_of(headers: &HeaderMap, method: &Method) -> Result<Option<String>, Problem> {
    Ok(credentials(headers, method)?.map(|credentials| match credentials {
        Credentials::Session(token) | Credentials::Bearer(token) => token.to_owned(),
    }))
}

/// The header that gives the browser its session, until `seconds` from now; with 0, that takes it away.
pub(crate) fn set_cookie(token: &str, seconds: i64, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}"))
        .ok()
}

/// Refuses what another site has made a browser send.
pub(crate) fn same_origin(headers: &HeaderMap, method: &Method) -> Result<(), Problem> {
    let says = |name: &str, word: &str| headers.get(name).is_some_and(|value| value.as_bytes() == word.as_bytes());
    if method.is_safe() || says(REQUEST_HEADER, "1") || says("sec-fetch-site", "same-origin") {
        return Ok(());
    }
    Err(Problem::new(Code::NotPermitted, "the request may have been made by another site")
        .hint("send the header `x-gongshu-request: 1`"))
}

#[derive(Clone, Copy)]
enum Credentials<'h> {
    Session(&'h str),
    Bearer(&'h str),
}

fn credentials<'h>(headers: &'h HeaderMap, method: &Method) -> Result<Option<Credentials<'h>>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let token = token.map(|(_, token)| token.trim()).filter(|token| is_token(token));
        let unusable = || {
            Problem::new(Code::NotAuthenticated, "the header `authorization` cannot be used")
                .hint("send `authorization: Bearer` and the token")
        };
        return token.map(Credentials::Bearer).ok_or_else(unusable).map(Some);
    }
    let Some(token) = cookie(headers) else { return Ok(None) };
    same_origin(headers, method)?;
    Ok(Some(Credentials::Session(token)))
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| token).filter(|token| is_token(token))
}

fn is_token(token: &str) -> bool {
    (1..=LONGEST_TOKEN).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A session's token, or a client's: programs of people and departments' systems send both the same way.
async fn bearer(platform: &Platform, token: &str, now: jiff::Timestamp) -> Result<Actor, Problem> {
    match platform.authenticate(token, now).await {
        Ok(who) => Ok(who),
        Err(error) if error.code == Code::NotAuthenticated => Ok(platform.authenticate_client(token, now).await?),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect::<Vec<(axum::http::HeaderName, HeaderValue)>>()
            .into_iter()
            .collect()
    }

    #[test]
    fn a_cookie_alone_never_changes_anything() {
        let cookie = ("cookie", "other=1; gongshu_session=abc");
        assert!(credentials(&headers(&[cookie]), &Method::GET).is_ok());
        assert!(credentials(&headers(&[cookie]), &Method::POST).is_err());
        assert!(credentials(&headers(&[cookie, ("sec-fetch-site", "cross-site")]), &Method::POST).is_err());
        assert!(credentials(&headers(&[cookie, ("sec-fetch-site", "same-site")]), &Method::DELETE).is_err());
        assert!(credentials(&headers(&[cookie, ("sec-fetch-site", "same-origin")]), &Method::POST).is_ok());
        assert!(credentials(&headers(&[cookie, ("x-gongshu-request", "1")]), &Method::PUT).is_ok());
        assert!(matches!(
            credentials(&headers(&[("authorization", "bearer abc")]), &Method::POST),
            Ok(Some(Credentials::Bearer("abc")))
        ));
        assert!(credentials(&headers(&[("authorization", "Basic abc")]), &Method::GET).is_err());
        assert!(matches!(credentials(&headers(&[]), &Method::POST), Ok(None)));
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        let cookie = set_cookie("abc", 60, true).unwrap();
        assert_eq!(
            cookie.to_str().unwrap(),
            "gongshu_session=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure"
        );
    }
}
