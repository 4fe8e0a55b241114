//! The gateway over HTTP: look-ups whose use record is durable before the answer leaves (I4), beside pgbench and nginx.

use std::{fmt::Write as _, fs, net::SocketAddr, path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::ToSpan;
use platform::{
    Actor, ServiceId,
    collection::HandIn,
    docket::ActInput,
    identity::token_message,
    sharing::{Elements, RequestInput, SignedCommitment},
};
use serde_json::json;
use server::{AppState, Server, ServerSettings, WallClock};
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    district::{District, now},
    http::Http,
    measure::{Chance, timed},
    peers::{
        nginx::{FILE_BYTES, Nginx},
        postgres::Database,
        wrk::{Seen, Wrk},
    },
    persons,
    table::Table,
    workplace::Workplace,
};

/// Connections at the same time, and clients of pgbench.
const CONNECTIONS: u64 = 64;
const TARGET: f64 = 3.0;
const PURPOSE: &str = "aid_check";
const FIELDS: &[&str] = &["id_number", "name", "sex", "born", "street", "address"];

/// Measures.
///
/// # Errors
/// When an answer is not a good one, or lacks its use record.
pub fn run(place: &Workplace) -> Result<Table> {
    let (rows, seconds) = (place.size(200_000, 2_000), place.size(10, 1));
    let about = format!(
        "Look-ups by identity number under a grant, in a table of {rows} generated persons: bearer token, grant, rate, index, masks, use \
         record synced to the log by group commit, then the answer, over HTTP on the loopback with {CONNECTIONS} connections kept \
         open. wrk drives our server and nginx alike; generator and server share the machine. pgbench does a select by primary key \
         and an insert with durable commit, with {CONNECTIONS} clients, in two statements and, to its favour, in one."
    );
    let mut table = Table::new("gateway", "look-ups with a durable use record", about);
    let folder = place.folder("gateway")?;
    let wrk = Wrk::find(place);
    let ours = {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let door = runtime.block_on(Door::open(place, &folder, rows))?;
        let ours = look_up(&mut table, place, &door, wrk.as_ref().ok(), rows, seconds);
        runtime.block_on(door.close())?;
        ours?
    };
    match &wrk {
        Ok(wrk) => static_file(&mut table, place, &folder, wrk, ours, seconds)?,
        Err(error) => table.absent("wrk and nginx; look-ups were driven over one connection", &format!("{error:#}")),
    }
    match Database::create(place, "gateway") {
        Ok(server) => database(&mut table, place, &server, ours, rows, seconds)?,
        Err(error) => table.absent("pgbench", &format!("{error:#}")),
    }
    Ok(table)
}

/// Look-ups a second through the open door, with the check that each is on record.
fn look_up(
    table: &mut Table,
    place: &Workplace,
    door: &Door,
    wrk: Option<&Wrk>,
    rows: u64,
    seconds: u64,
) -> Result<f64> {
    let mut chance = Chance::new(5);
    // Every thousandth row is faulty and was rejected.
    let mut key = || persons::id_number(Some(chance.below(rows)).filter(|row| row % 1_000 != 999).unwrap_or(0));
    let mut client = Http::connect(door.address)?;
    let body = |key: String| json!({"key_column": persons::KEY, "key": key, "purpose": PURPOSE});
    let answer = client.post(&door.path, Some(&door.token), &body(key()))?;
    let found = answer.pointer("/records/0").and_then(|record| record.as_object()).map_or(0, serde_json::Map::len);
    ensure!(found == FIELDS.len(), "the look-up gave {found} fields: {answer}");
    let answered;
    let rate;
    if let Some(wrk) = wrk {
        let keys = door.folder.join("keys");
        let lines = (0..20_000).fold(String::new(), |mut text, _| {
            let _ = writeln!(text, "{}", key());
            text
        });
        fs::write(&keys, lines)?;
        let script = script(place, "lookup.lua");
        let arguments = [door.token.clone(), door.path.clone(), PURPOSE.to_owned(), keys.display().to_string()];
        let url = format!("http://{}", door.address);
        let warm = wrk.drive(&url, &script, &arguments, CONNECTIONS, place.size(2, 1))?;
        let seen = wrk.drive(&url, &script, &arguments, CONNECTIONS, seconds)?;
        (answered, rate) = (warm.answers + seen.answers + 1.0, seen.rate);
        describe(table, "Gongshu", "look-ups over HTTP, each on record before its answer", &seen);
        let both = seen.own + seen.client;
        table.note(format!(
            "During the look-ups our server used {:.1} of {:.1} processor seconds ({:.0} look-ups a processor second) and wrk {:.1}; \
             an answer has {:.0} bytes with its head.",
            seen.own, both, seen.answers / seen.own, seen.client, seen.bytes
        ));
    } else {
        let count = place.size(2_000, 50);
        let (outcome, seconds) =
            timed(|| (0..count).try_for_each(|_| client.post(&door.path, Some(&door.token), &body(key())).map(drop)));
        outcome?;
        (answered, rate) = (count as f64 + 1.0, count as f64 / seconds);
        table.ours("look-ups over HTTP on one connection", rate, "/s");
    }
    let recorded = door.recorded()?;
    // A request that was under way when wrk stopped is on record although nobody took its answer.
    let spare = (CONNECTIONS * 2) as f64;
    ensure!((answered..=answered + spare).contains(&recorded), "{answered} answers, but {recorded} use records");
    table.note(format!("{answered} answers left; the log holds {recorded} use records (requests under way at the end are on record, too)."));
    Ok(rate)
}

fn static_file(table: &mut Table, place: &Workplace, folder: &Path, wrk: &Wrk, ours: f64, seconds: u64) -> Result<()> {
    let nginx = match Nginx::start(place, &folder.join("nginx")) {
        Ok(nginx) => nginx,
        Err(error) => {
            table.absent("nginx", &format!("{error:#}"));
            return Ok(());
        }
    };
    let script = script(place, "lookup.lua");
    wrk.drive(&nginx.url, &script, &[], CONNECTIONS, 1)?;
    let seen = wrk.drive(&nginx.url, &script, &[], CONNECTIONS, seconds)?;
    describe(table, &nginx.title, &format!("a static file of {FILE_BYTES} bytes"), &seen);
    table.note(format!(
        "While nginx served, wrk used {:.1} processor seconds of {:.0} that the machine had to give.",
        seen.client,
        seen.seconds * cores()
    ));
    table.ratio(format!("look-ups ÷ nginx with a static file of {FILE_BYTES} bytes"), ours, seen.rate, None);
    Ok(())
}

fn database(table: &mut Table, place: &Workplace, server: &Database, ours: f64, rows: u64, seconds: u64) -> Result<()> {
    server.sql(&format!(
        "CREATE TABLE person (id integer PRIMARY KEY, id_number text, name text, sex text, born date, street text, address text);
         CREATE TABLE use_record (id bigserial PRIMARY KEY, person integer, service integer, client integer, purpose text, fields text,
                                  records integer, at timestamptz NOT NULL DEFAULT now());
         INSERT INTO person SELECT n, lpad(n::text, 18, '0'), '王伟', '男', date '1950-01-01' + n % 20000, '华阳路街道', '长宁路1号'
             FROM generate_series(1, {rows}) AS n;"
    ))?;
    server.sql("VACUUM ANALYZE person")?;
    let whose = format!("pgbench on {}", server.title()?);
    let two = server.script(Path::new(&script(place, "lookup_two.sql")), rows, CONNECTIONS, seconds)?;
    let one = server.script(Path::new(&script(place, "lookup_one.sql")), rows, CONNECTIONS, seconds)?;
    let two = table.peer(&whose, "select, then insert with durable commit", two, "/s");
    let one = table.peer(&whose, "the same in one statement", one, "/s");
    table.ratio("look-ups ÷ pgbench select + insert", ours, two, Some(TARGET));
    table.ratio("look-ups ÷ pgbench in one statement", ours, one, None);
    Ok(())
}

fn describe(table: &mut Table, whose: &str, what: &str, seen: &Seen) {
    table.peer(whose, what, seen.rate, "/s");
    table.peer(whose, format!("{what}: median time"), seen.median, "ms");
    table.peer(whose, format!("{what}: 99 of 100 within"), seen.late, "ms");
}

/// A served grant and a client with its token.
struct Door {
    address: SocketAddr,
    path: String,
    token: String,
    folder: std::path::PathBuf,
    district: District,
    stop: oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Door {
    /// The whole way: catalogued, published, loaded, asked for with a signed commitment, approved, served.
    async fn open(place: &Workplace, folder: &Path, rows: u64) -> Result<Self> {
        let database = format!("sqlite:{}", folder.join("control.db").display());
        let lake = cli::adapter::DeltaLake::open(&folder.join("lake"))?;
        let district = District::open(place, folder, database, Arc::new(lake)).await?;
        let service = granted(&district, folder, rows).await?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let token = token(&district).await?;
        let chance = Arc::new(|| cli::world::chance().unwrap_or_default());
        let state = AppState::new(
            district.platform.clone(),
            Arc::new(WallClock),
            chance,
            ServerSettings::new(folder.join("uploads")),
        );
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(Server::serve(listener, state, async { stopped.await.unwrap_or(()) }));
        let path = format!("/gateway/v1/services/{service}/lookup");
        Ok(Self { address, path, token, folder: folder.to_owned(), district, stop, serving })
    }

    /// How many use records the log holds, published and proved by its checkpoint.
    fn recorded(&self) -> Result<f64> {
        let platform = self.district.platform.clone();
        std::thread::scope(|scope| {
            let publish = scope.spawn(move || {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?
                    .block_on(platform.publish_uses())
                    .map_err(anyhow::Error::from)
            });
            publish.join().map_err(|_| anyhow::anyhow!("publishing broke off"))?
        })?;
        let calls = self.folder.join("log/calls-3y");
        let mut total = 0;
        for month in fs::read_dir(&calls).with_context(|| format!("`{}` is not there", calls.display()))? {
            total += tlog::Reader::open(&month?.path())?.published();
        }
        Ok(total as f64)
    }

    async fn close(self) -> Result<()> {
        let _ = self.stop.send(());
        self.serving.await??;
        Ok(self.district.platform.close().await?)
    }
}

/// The service, after every step that the law asks for.
async fn granted(district: &District, folder: &Path, rows: u64) -> Result<ServiceId> {
    let (entry, _) = district.draft("实有人口").await?;
    let submitted = district.submit(entry).await?;
    district.publish(&submitted).await?;
    let path = folder.join("persons.csv");
    persons::write(&path, rows)?;
    let file = HandIn { path, name: "persons.csv".to_owned(), sheet: None };
    district.platform.hand_in(&district.ctx(&district.holder), entry, file, |_| true).await?;
    let elements: Elements = serde_json::from_value(json!({
        "demand_type": "district", "items": FIELDS, "scenario": "资格核对", "legal_basis": "就业促进法", "business_goal": "免交证明",
        "scope": "办理申请时", "mode": "api", "frequency": "daily", "term_until": "2027-12-31", "security_grade": "general_3",
        "security_measures": "专网、专人、日志", "purpose": PURPOSE, "rate_per_minute": platform::sharing::rules::HIGHEST_RATE,
    }))?;
    let mut input = RequestInput { entry, elements };
    let text = district.platform.commitment_text(&district.ctx(&district.asker), &input).await?;
    let key = sm::sign::SigningKey::from_bytes(&[0x45; 32])?;
    let machine = district.ctx(&Actor::Platform);
    let signature = STANDARD.encode(key.sign(text.as_bytes()).to_der());
    let pem = key.verifying_key().to_spki_pem();
    district.platform.set_signing_key(&machine, district.asking, &pem).await?;
    input.elements.commitment =
        Some(SignedCommitment { text, signature, public_key: key.verifying_key().to_spki_pem() });
    let (request, receipt) = district.platform.ask(&district.ctx(&district.asker), input).await?;
    district.platform.act_on_case(&district.ctx(&district.holder), receipt.case, ActInput::new("approve")).await?;
    let request = district.platform.request(&district.ctx(&district.asker), request.id).await?;
    request.service.context("the approved request has no service")
}

/// A client of the asking organisation, and an access token for it.
async fn token(district: &District) -> Result<String> {
    let key = sm::sign::SigningKey::from_bytes(&[0x46; 32])?;
    let expires = now().checked_add(24.hours())?;
    let machine = district.ctx(&Actor::Platform);
    let pem = key.verifying_key().to_spki_pem();
    let client = district.platform.create_client(&machine, district.asking, "bench", &pem, expires).await?.id;
    let (timestamp, nonce) = (now().as_second(), "0123456789abcdef");
    let signature = key.sign(token_message(client, timestamp, nonce).as_bytes());
    let access =
        district.platform.client_token(&district.ctx(&Actor::Public), client, timestamp, nonce, &signature).await?;
    Ok(access.token)
}

fn script(place: &Workplace, name: &str) -> String {
    place.path(&Path::new("crates/bench/peers").join(name)).display().to_string()
}

fn cores() -> f64 {
    std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64)
}
