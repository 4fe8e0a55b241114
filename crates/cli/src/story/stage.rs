//! The stage: a store, a server on the loopback interface, people who log in, and a clock that stands until it is moved.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use server::MovableClock;
use tempfile::TempDir;
use tlog::TrustedKeys;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::teller::{Step, Teller};
use crate::{
    args::Common,
    client::{Client, Refused, text},
    compose::{self, Node, Plan, Time},
    failure::{Failure, Result},
    founding,
    keys::{PublicKeys, Secrets},
    store::Store,
    world::{parse_instant, rfc3339, shown},
};

/// Everybody's password.
pub const PASSWORD: &str = "a story for the record";
/// The log's name.
const ORIGIN: &str = "gongshu.story.example";
/// How often the log is asked for an index before the story gives up, and how long it waits in between.
const PATIENCE: (u32, Duration) = (1_000, Duration::from_millis(10));

/// The stage.
pub struct Stage {
    root: PathBuf,
    store: Store,
    database: Option<String>,
    regulations: Option<PathBuf>,
    running: Option<Running>,
    sessions: HashMap<String, Client>,
    names: HashMap<String, String>,
    /// Removed when the story ends.
    _folder: Option<TempDir>,
}

struct Running {
    client: Client,
    now: String,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Result<()>>,
}

impl Stage {
    /// Makes an empty store, in a folder that is thrown away or kept.
    ///
    /// # Errors
    /// When the folder exists already or cannot be made.
    pub fn set(common: &Common, keep: Option<&Path>) -> Result<Self> {
        let (root, folder) = match keep {
            Some(keep) if keep.exists() => {
                return Err(Failure::usage(format!("`{}` exists already", keep.display()))
                    .next("name a folder that does not exist yet"));
            }
            Some(keep) => (keep.to_owned(), None),
            None => {
                let folder = tempfile::Builder::new().prefix("gongshu-story-").tempdir()?;
                (folder.path().to_owned(), Some(folder))
            }
        };
        let store = Store::at(&root.join("store"));
        fs::create_dir_all(&root)?;
        store.create()?;
        PublicKeys::of(&Secrets::of_story()?.trusted())?.write(&store.public_keys())?;
        Ok(Self {
            root,
            store,
            database: common.database.clone(),
            regulations: common.regulations.clone(),
            running: None,
            sessions: HashMap::new(),
            names: HashMap::new(),
            _folder: folder,
        })
    }

    /// The story's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The log's public keys.
    ///
    /// # Errors
    /// When the keys cannot be made.
    pub fn trusted(&self) -> Result<TrustedKeys> {
        Ok(Secrets::of_story()?.trusted())
    }

    /// Starts the server under a pack, with the clock standing at `at`.
    ///
    /// # Errors
    /// When it does not start, or the database is not empty at the first start.
    pub async fn start(&mut self, pack: &str, at: &str) -> Result<()> {
        let now = parse_instant(at).map_err(Failure::new)?;
        let mut seed = [7; 32];
        // Each start draws other ids, or the second would repeat those of the first.
        seed.iter_mut().zip(pack.bytes()).for_each(|(to, from)| *to = from);
        let plan = Plan {
            store: self.store.clone(),
            database: self.database.clone(),
            pack: pack.to_owned(),
            regulations: self.regulations.clone(),
            demonstration: true,
            origin: ORIGIN.to_owned(),
            node: "story".into(),
            clock: Arc::new(MovableClock::standing(now)),
            chance: compose::chance(seed),
        };
        let node = Node::open(plan, Secrets::of_story()?).await?;
        let first = self.sessions.is_empty() && self.names.is_empty();
        let founded = founding::found(&node, || Ok(PASSWORD.to_owned())).await?;
        if first && founded.is_empty() {
            return Err(
                Failure::new("the database is not empty").next("name a fresh one: the story begins with nothing")
            );
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let client = Client::new(&format!("http://{}", listener.local_addr()?))?;
        let mut settings = node.server_settings();
        settings.secure_cookies = false;
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(node.serve(listener, settings, Time::Moved, async {
            let _ = stopped.await;
        }));
        self.sessions.clear();
        self.running = Some(Running { client, now: shown(now), stop, server });
        Ok(())
    }

    /// Stops the server in order: requests finish, the log is published.
    ///
    /// # Errors
    /// When it did not end well.
    pub async fn stop(&mut self) -> Result<()> {
        let Some(running) = self.running.take() else { return Ok(()) };
        // A server that has failed has dropped its end; what it says is more to the point.
        let _ = running.stop.send(());
        running.server.await?
    }

    /// Stops the server, if it still runs.
    ///
    /// # Errors
    /// As [`Stage::stop`].
    pub async fn close(&mut self) -> Result<()> {
        self.stop().await
    }

    /// The time on stage.
    #[must_use]
    pub fn now(&self) -> String {
        self.running.as_ref().map_or_else(String::new, |running| running.now.clone())
    }

    /// What somebody or an organisation is called in the story.
    pub fn call(&mut self, login: &str, name: &str) {
        self.names.insert(login.to_owned(), name.to_owned());
    }

    /// Nobody in particular.
    ///
    /// # Errors
    /// When no server runs.
    pub fn public(&self) -> Result<&Client> {
        self.running.as_ref().map(|running| &running.client).ok_or_else(|| Failure::new("no server runs on stage"))
    }

    /// Somebody who is logged in. A session ends when the clock leaves its term behind, so everybody logs in again after a move.
    ///
    /// # Errors
    /// When the server does not let them in.
    pub async fn person(&mut self, login: &str) -> Result<Client> {
        if let Some(client) = self.sessions.get(login) {
            return Ok(client.clone());
        }
        let client = self.public()?.log_in(login, PASSWORD, None).await?;
        self.sessions.insert(login.to_owned(), client.clone());
        Ok(client)
    }

    /// Moves the clock, and tells what the law does on the way.
    ///
    /// # Errors
    /// When the clock cannot be moved or the law could not act in a case.
    pub async fn until(&mut self, at: &str) -> Result<Vec<Value>> {
        let to = parse_instant(at).map_err(Failure::new)?;
        self.advance(&json!({ "to": rfc3339(to) })).await
    }

    async fn advance(&mut self, body: &Value) -> Result<Vec<Value>> {
        let administrator = self.person("system.admin").await?;
        let advanced = administrator.post("/api/v1/demonstration/clock", body).await?;
        let failed = advanced.get("failed").and_then(Value::as_array).is_some_and(|failed| !failed.is_empty());
        if failed {
            return Err(Failure::new("the law could not act in a case").details(advanced));
        }
        let now = parse_instant(text(&advanced, "now")?).map_err(Failure::new)?;
        self.sessions.clear();
        if let Some(running) = &mut self.running {
            running.now = shown(now);
        }
        Ok(advanced.get("acted").and_then(Value::as_array).cloned().unwrap_or_default())
    }

    /// Does something by a post that answers with a receipt, or with a receipt in it, and tells it.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn does(
        &mut self,
        teller: &mut Teller,
        login: &str,
        what: &str,
        path: &str,
        body: &Value,
    ) -> Result<Value> {
        let answer = self.person(login).await?.post(path, body).await?;
        let receipt = answer.get("receipt").filter(|receipt| !receipt.is_null()).unwrap_or(&answer);
        let step = self.step_of(login, what, receipt).await?;
        teller.step(&step)?;
        Ok(answer)
    }

    /// An act in a case.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn acts(
        &mut self,
        teller: &mut Teller,
        login: &str,
        what: &str,
        case: &str,
        act: &str,
        papers: &[(&str, &str)],
    ) -> Result<Value> {
        self.does(teller, login, what, &format!("/api/v1/cases/{case}/acts"), &act_body(act, papers)).await
    }

    /// Something that must be refused, with this code; tells the refusal in the server's words.
    ///
    /// # Errors
    /// When it is not refused, or for another reason.
    pub async fn is_refused(
        &mut self,
        teller: &mut Teller,
        login: &str,
        what: &str,
        path: &str,
        body: &Value,
        code: (&str, &str),
    ) -> Result<Refused> {
        let who = self.name(login);
        let refused = self.person(login).await?.try_post(path, body).await?;
        self.tell_refusal(teller, &who, what, refused, code)
    }

    /// Tells a refusal that was expected.
    ///
    /// # Errors
    /// When it is none, or for another reason.
    pub fn tell_refusal(
        &self,
        teller: &mut Teller,
        who: &str,
        what: &str,
        answer: Result<Value, Refused>,
        (code, refusal): (&str, &str),
    ) -> Result<Refused> {
        let refused = match answer {
            Ok(answer) => {
                return Err(
                    Failure::new(format!("{who}: {what}: this must be refused, but it was done")).details(answer)
                );
            }
            Err(refused) => refused,
        };
        if refused.said("code") != code || refused.said("refusal") != refusal {
            let failure = Failure::new(format!(
                "{who}: {what}: expected the refusal `{code}` `{refusal}`, got HTTP {}",
                refused.status
            ));
            return Err(failure.because(refused.said("detail")).details(refused.problem));
        }
        let mut step = Step::new(self.now(), who, format!("{what}, and is refused"));
        let kind = if refusal.is_empty() { code } else { refusal };
        step.notes.push(format!("{kind}: {}", nameless(refused.said("detail"))));
        if !refused.said("article").is_empty() {
            step.articles.push(refused.said("article").to_owned());
        }
        teller.step(&step)?;
        Ok(refused)
    }

    /// A step told from a receipt.
    ///
    /// # Errors
    /// When the receipt is none, or the log does not take the act.
    pub async fn step_of(&mut self, login: &str, what: &str, receipt: &Value) -> Result<Step> {
        let at = parse_instant(text(receipt, "at")?).map_err(Failure::new)?;
        let mut step = Step::new(shown(at), self.name(login), what);
        step.act = Some(text(receipt, "name")?.to_owned());
        step.state = Some(text(receipt, "state")?.to_owned());
        step.articles = words(receipt, "articles");
        step.due = receipt.get("due").and_then(Value::as_array).into_iter().flatten().filter_map(due).collect();
        step.log = Some(self.log_index(text(receipt, "case")?, text(receipt, "act")?).await?);
        Ok(step)
    }

    /// Waits until the log has the act, which is moments after its commit.
    async fn log_index(&mut self, case: &str, act: &str) -> Result<u64> {
        let reader = self.person("audit.admin").await?;
        for _ in 0..PATIENCE.0 {
            let view = reader.get(&format!("/api/v1/cases/{case}")).await?;
            let timeline = view.get("timeline").and_then(Value::as_array).into_iter().flatten();
            let found = timeline.into_iter().find(|one| one.get("id").and_then(Value::as_str) == Some(act));
            if let Some(index) = found.and_then(|one| one.get("log_index")).and_then(Value::as_u64) {
                return Ok(index);
            }
            tokio::time::sleep(PATIENCE.1).await;
        }
        Err(Failure::new(format!("the log does not take the act `{act}`")))
    }

    /// What somebody is called.
    #[must_use]
    pub fn name(&self, login: &str) -> String {
        let organisation = login.split('.').next().unwrap_or(login);
        self.names.get(login).or_else(|| self.names.get(organisation)).cloned().unwrap_or_else(|| login.to_owned())
    }
}

/// A text without the ids in it, which are drawn anew for every story.
fn nameless(text: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let words: Vec<&str> = text.split('`').map(|word| if is_id(word) { "…" } else { word }).collect();
    words.join("`")
}

/// The body of an act.
#[must_use]
pub fn act_body(act: &str, papers: &[(&str, &str)]) -> Value {
    let papers: serde_json::Map<String, Value> =
        papers.iter().map(|(paper, text)| ((*paper).to_owned(), json!(text))).collect();
    json!({ "act": act, "papers": papers })
}

/// A change of a term, in words.
fn due(change: &Value) -> Option<String> {
    let part = |name: &str| change.get(name).and_then(Value::as_str);
    let (clock, article) = (part("clock")?, part("article")?);
    Some(match (part("status")?, part("last_day")) {
        ("running", Some(day)) => format!("{clock} due {day} ({article})"),
        (status, _) => format!("{clock} {status} ({article})"),
    })
}

fn words(value: &Value, part: &str) -> Vec<String> {
    value
        .get(part)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
