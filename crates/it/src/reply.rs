//! An answer of the server, read once.

use serde_json::Value;

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What was asked, for messages.
    pub asked: String,
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The body as JSON; `null` when it is none.
    pub json: Value,
}

impl Reply {
    /// Reads an answer to its end.
    pub async fn read(asked: String, response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let header = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap_or_default().to_owned())
        };
        let headers = response.headers().iter().map(header).collect();
        let body = response.bytes().await.expect("the answer breaks off").to_vec();
        let json = serde_json::from_slice(&body).unwrap_or_default();
        Self { asked, status, headers, body, json }
    }

    /// The body of an answer that must be a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self}");
        self.json
    }

    /// This answer, which must have this status.
    #[track_caller]
    pub fn has(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// This answer, which must be a problem with this code.
    #[track_caller]
    pub fn is(self, code: &str) -> Self {
        assert_eq!(self.code(), code, "{self}");
        self
    }

    /// Whether it is a success.
    pub fn succeeded(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The code of the problem; empty for a success.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().filter(|_| !self.succeeded()).unwrap_or_default()
    }

    /// When the law refused: its reason.
    pub fn refusal(&self) -> &str {
        self.json["refusal"].as_str().unwrap_or_default()
    }

    /// A header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = self.text().chars().take(600).collect();
        write!(f, "{} → {} {text}", self.asked, self.status)
    }
}
