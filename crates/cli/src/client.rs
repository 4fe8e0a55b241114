//! The HTTP interface as the verbs use it. A problem that the server describes becomes a failure with the same words.

use std::env;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    args::Server,
    failure::{Failure, Result},
};

/// A connection to a running server.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// What the server said besides a good answer.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// The problem details.
    pub problem: Value,
}

impl Client {
    /// Asks the server at this address.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(base: &str) -> Result<Self> {
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return Err(Failure::usage(format!("`{base}` is no address of a server"))
                .next("write e.g. `http://127.0.0.1:8080`"));
        }
        Ok(Self { http: reqwest::Client::new(), base: base.trim_end_matches('/').to_owned(), token: None })
    }

    /// Logs in as the command line says.
    ///
    /// # Errors
    /// When nobody is named, or the server does not let them in.
    pub async fn logged_in(server: &Server) -> Result<Self> {
        let login = server.login.as_deref().ok_or_else(|| {
            Failure::usage("nobody is named to log in")
                .next("add `--login NAME`; the password comes from GONGSHU_PASSWORD or is asked for")
        })?;
        let password = match env::var("GONGSHU_PASSWORD") {
            Ok(password) => password,
            Err(_) => rpassword::prompt_password(format!("Password of {login}: "))?,
        };
        Self::new(&server.server)?.log_in(login, &password, server.totp.as_deref()).await
    }

    /// The same connection as somebody.
    ///
    /// # Errors
    /// When the server does not let them in.
    pub async fn log_in(&self, login: &str, password: &str, totp: Option<&str>) -> Result<Self> {
        let session =
            self.post("/api/v1/sessions", &json!({ "login": login, "password": password, "totp": totp })).await?;
        Ok(self.with_token(text(&session, "token")?))
    }

    /// The same connection with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Reads something.
    ///
    /// # Errors
    /// The server's refusal, in its own words.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.ask(self.request(Method::GET, path)).await?.map_err(|refused| refused.failure())
    }

    /// Does something.
    ///
    /// # Errors
    /// The server's refusal, in its own words.
    pub async fn post(&self, path: &str, body: &impl Serialize) -> Result<Value> {
        self.try_post(path, body).await?.map_err(|refused| refused.failure())
    }

    /// Puts something in the place of what is there.
    ///
    /// # Errors
    /// The server's refusal, in its own words.
    pub async fn put(&self, path: &str, body: &impl Serialize) -> Result<Value> {
        self.ask(self.request(Method::PUT, path).json(body)).await?.map_err(|refused| refused.failure())
    }

    /// Does something that may be refused.
    ///
    /// # Errors
    /// When the server cannot be reached or answers in a way that cannot be read.
    pub async fn try_post(&self, path: &str, body: &impl Serialize) -> Result<Result<Value, Refused>> {
        self.ask(self.request(Method::POST, path).json(body)).await
    }

    /// Hands a stream of bytes over.
    ///
    /// # Errors
    /// As [`Client::try_post`].
    pub async fn upload(
        &self,
        path: &str,
        query: &[(&str, &str)],
        body: reqwest::Body,
    ) -> Result<Result<Value, Refused>> {
        let request = self.request(Method::POST, path).query(query).header("content-type", "application/octet-stream");
        self.ask(request.body(body)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Result<Value, Refused>> {
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        let body = json_of(response).await?;
        if status.is_success() {
            return Ok(Ok(body));
        }
        Ok(Err(Refused { status: status.as_u16(), problem: body }))
    }

    fn unreachable(&self, error: reqwest::Error) -> Failure {
        let connect = error.is_connect() || error.is_timeout();
        let failure = Failure::from(error.without_url());
        let what = format!("the server `{}` does not answer", self.base);
        let failure = Failure { what, why: std::iter::once(failure.what).chain(failure.why).collect(), ..failure };
        if connect {
            Failure { exit: crate::failure::Exit::Unreachable, ..failure }
                .next("start it with `gongshu serve` or `gongshu demo`, or name another with --server")
        } else {
            failure
        }
    }
}

impl Refused {
    /// The refusal as a failure of the verb.
    #[must_use]
    pub fn failure(&self) -> Failure {
        let said = |part: &str| self.problem.get(part).and_then(Value::as_str);
        let mut failure = Failure::new(said("detail").or(said("title")).unwrap_or("the server refused"));
        failure.why.extend(said("article").map(|article| format!("article {article}")));
        if let Some(fields) = self.problem.get("fields").and_then(Value::as_array) {
            let field =
                |field: &Value| Some(format!("`{}` {}", field.get("path")?.as_str()?, field.get("what")?.as_str()?));
            failure.why.extend(fields.iter().filter_map(field));
        }
        failure.next = said("hint").map(str::to_owned);
        failure.details(self.problem.clone())
    }

    /// A part of the problem details that is a text.
    #[must_use]
    pub fn said(&self, part: &str) -> &str {
        self.problem.get(part).and_then(Value::as_str).unwrap_or_default()
    }
}

/// A text of an answer.
///
/// # Errors
/// When the answer has none: then server and client are of different versions.
pub fn text<'a>(answer: &'a Value, pointer: &str) -> Result<&'a str> {
    let found = if pointer.starts_with('/') { answer.pointer(pointer) } else { answer.get(pointer) };
    found.and_then(Value::as_str).ok_or_else(|| {
        Failure::new(format!("the server's answer has no `{pointer}`"))
            .next("use a client of the server's own version")
            .details(answer.clone())
    })
}

async fn json_of(response: Response) -> Result<Value> {
    let status = response.status();
    let bytes = response.bytes().await?;
    if bytes.is_empty() || status == StatusCode::NO_CONTENT {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(|_| {
        let start: String = String::from_utf8_lossy(&bytes).chars().take(80).collect();
        Failure::new(format!("the server answered {status} with something that is not JSON"))
            .because(format!("it begins with `{start}`"))
    })
}
