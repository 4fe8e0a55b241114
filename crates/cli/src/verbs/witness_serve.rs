//! `gongshu witness serve`: the process of a witness, run by somebody other than the log's operator.

use std::sync::Arc;

use serde_json::json;
use server::{WallClock, witness::WitnessServer};

use super::serve::{listen, log_to_stderr};
use crate::{
    args::{Common, WitnessServe},
    compose,
    failure::{Failure, Result},
    keys::Passphrase,
    output::Out,
    store::Store,
    witnesses,
};

/// Runs the verb until it is asked to stop.
///
/// # Errors
/// When its key or its memory cannot be opened or the address cannot be listened on.
pub async fn run(common: &Common, args: &WitnessServe, out: &Out) -> Result<()> {
    log_to_stderr(args.log_json);
    let store = Store::at(&common.store);
    if store.keys().exists() {
        return Err(Failure::new(format!("`{}` is the store of a district", common.store.display())).next(
            "name another folder with --store, and better another machine: a witness in the house of the log is none",
        ));
    }
    let logs = args.log.iter().map(|vkey| witnesses::log_key(vkey)).collect::<Result<Vec<_>>>()?;
    let listener = listen(&args.listen).await?;
    let witness = witnesses::open(&store, args.name.as_deref(), logs, Passphrase::Asked)?;
    let (base, vkey) = (format!("http://{}", listener.local_addr()?), witness.key().vkey());
    if out.is_json() {
        out.row(&json!({ "serving": base, "name": witness.key().name(), "vkey": vkey }))?;
    } else {
        out.text(&format!("the witness {} answers at {base}; Ctrl-C stops", witness.key().name()))?;
        out.text("hand this to the operator of each log, and publish the key (before `=`) where everybody finds it:")?;
        out.text(&format!("  gongshu serve --witness '{vkey}={base}'"))?;
    }
    Ok(WitnessServer::serve(listener, witness, Arc::new(WallClock), compose::asked_to_stop()).await?)
}
