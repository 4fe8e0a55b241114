//! `gongshu evidence`: the file that proves one act or one call, from a running server or from the log in the store.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tlog::{Reader, retention::ShardName};

use crate::{
    args::{Common, Evidence},
    client::Client,
    compose,
    failure::{Doing, Failure, Result},
    keys::PublicKeys,
    output::Out,
    store::Store,
};

/// Runs the verb.
///
/// # Errors
/// When there is no such act, call or leaf, or the one who asks may not see it.
pub fn run(common: &Common, args: &Evidence, out: &Out) -> Result<()> {
    let evidence = if args.from_store {
        from_store(&Store::at(&common.store), args)?
    } else {
        compose::runtime()?.block_on(from_server(args))?
    };
    let Some(path) = &args.output else { return out.text(&evidence) };
    fs::write(path, evidence + "\n").doing(|| format!("`{}` cannot be written", path.display()))?;
    tell(path, out)
}

fn tell(path: &Path, out: &Out) -> Result<()> {
    if out.is_json() {
        return out.value(&json!({ "written": path }));
    }
    out.text(&format!("written to `{}`; check it with: gongshu verify {}", path.display(), path.display()))
}

async fn from_server(args: &Evidence) -> Result<String> {
    let path = match (&args.act, &args.call, &args.service, args.index) {
        (Some(act), ..) => format!("/api/v1/acts/{act}/evidence"),
        (None, Some(call), Some(service), Some(index)) => {
            format!("/api/v1/calls/{call}/evidence?service={service}&index={index}")
        }
        (None, Some(_), ..) => {
            return Err(Failure::usage("a call is found by its service and its place in the log")
                .next("add `--service ID --index N`; both stand in the answer of the call (`use.index`)"));
        }
        (None, None, ..) => {
            return Err(
                Failure::usage("nothing is named to be proved").next("add `--act ID`, `--call ID` or `--from-store`")
            );
        }
    };
    let evidence: Value = Client::logged_in(&args.server).await?.get(&path).await?;
    Ok(serde_json::to_string_pretty(&evidence)?)
}

fn from_store(store: &Store, args: &Evidence) -> Result<String> {
    let (Some(log), Some(index)) = (&args.log, args.index) else {
        return Err(Failure::usage("no leaf is named").next("add `--log CLASS/PERIOD --index N`"));
    };
    let (class, period) = log
        .split_once('/')
        .ok_or_else(|| Failure::usage(format!("`{log}` is no shard")).next("write e.g. `acts-permanent/2026`"))?;
    let shard = ShardName::new(class, period)?;
    let keys = PublicKeys::read(&store.public_keys())?;
    let reader = Reader::open(&shard.dir(&store.log())).doing(|| format!("the shard `{log}` cannot be read"))?;
    let evidence = tlog::Evidence::build(&reader, index, &keys, Vec::new())
        .doing(|| format!("leaf {index} of `{log}` cannot be proved"))?;
    Ok(evidence.to_json()?)
}
