//! `gongshu serve`: a node of a district's platform.

use std::sync::Arc;

use platform::ledger::LogWitness;
use server::WallClock;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::{
    args::{Common, Serve},
    compose::{self, Node, Plan, Time},
    failure::{Doing, Failure, Result},
    keys::{Passphrase, Secrets},
    output::Out,
    store::Store,
    world,
};

/// Runs the verb until it is asked to stop.
///
/// # Errors
/// When a part cannot be opened or the address cannot be listened on.
pub async fn run(common: &Common, args: &Serve, out: &Out) -> Result<()> {
    log_to_stderr(args.log_json);
    let store = Store::at(&common.store);
    if store.demonstration().exists() {
        return Err(Failure::new(format!("`{}` is the store of a demonstration", common.store.display()))
            .next("start it with `gongshu demo`, or name another folder with --store; real data never goes into a demonstration"));
    }
    let witnesses = args.witness.iter().map(|text| LogWitness::parse(text));
    let witnesses = witnesses.collect::<platform::Result<Vec<_>>>()?;
    let listener = listen(&args.listen).await?;
    let secrets = Secrets::open_or_make(&store, Passphrase::Asked)?;
    let plan = Plan {
        store,
        database: common.database.clone(),
        pack: common.pack.clone(),
        regulations: common.regulations.clone(),
        demonstration: false,
        origin: args.origin.clone().unwrap_or_else(|| compose::default_origin(&common.pack)),
        node: args.node.clone(),
        clock: Arc::new(WallClock),
        chance: compose::chance(world::chance()?),
    };
    let node = Node::open(plan, secrets).await?;
    node.follow_witnesses(witnesses).await?;
    let mut settings = node.server_settings();
    settings.letter_fonts = args.letters.files();
    let address = listener.local_addr()?;
    offer_setup(node.platform.offer_setup(&node.ctx()).await?, &format!("http://{address}"), out)?;
    if out.is_json() {
        out.row(&serde_json::json!({ "serving": format!("http://{address}"), "pack": common.pack }))?;
    } else {
        out.text(&format!("serving {} at http://{address}; Ctrl-C stops", common.pack))?;
    }
    node.serve(listener, settings, Time::Kept, compose::asked_to_stop()).await
}

/// Shows the code with which an empty store is set up. The next start shows another one, as long as it was not.
fn offer_setup(code: Option<String>, base: &str, out: &Out) -> Result<()> {
    let Some(code) = code else { return Ok(()) };
    if out.is_json() {
        return out.row(&serde_json::json!({ "setup_code": code, "setup": format!("{base}/console/setup") }));
    }
    out.text(
        "this store is empty: set the district up in a browser, or by `POST /api/v1/setup`, with the code below;",
    )?;
    out.text("it works once, and is kept nowhere else:")?;
    out.text(&format!("  {code}   {base}/console/setup"))
}

/// Listens on an address.
///
/// # Errors
/// When it is taken or none of ours.
pub async fn listen(address: &str) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).await;
    listener
        .doing(|| format!("nobody can listen on `{address}`"))
        .map_err(|failure| failure.next("stop whoever listens there, or choose another address"))
}

/// Writes log lines to standard error, at the level of `RUST_LOG`, otherwise warnings only.
pub fn log_to_stderr(json: bool) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,server=info,platform=info,cli=info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber in the same process (a test) is refused, and that is as well.
    let _ = if json { lines.json().try_init() } else { lines.try_init() };
}
