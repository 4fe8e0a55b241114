//! `gongshu demo`: a district to look at and to play with. Everything in it is fictitious.

use std::{fs, path::Path, sync::Arc};

use platform::{
    EntryId, Page,
    catalogue::{EntryFilter, EntryStatus},
    ledger::LogWitness,
};
use serde_json::json;
use server::{Guest, MovableClock, witness::WitnessServer};
use tlog::note::NoteKey;
use tokio::task::JoinHandle;

use super::serve::{listen, log_to_stderr};
use crate::{
    args::{Common, Demo},
    compose::{self, Node, Plan, Time},
    demo::{District, seed},
    failure::{Doing, Failure, Result},
    keys::{Passphrase, Secrets},
    output::{Out, Table},
    store::{Store, write_private},
    witnesses, world,
};

/// Who is shown at the start: one for every part that is played. Everybody else is on the first page.
const SHOWN: [&str; 9] = [
    "system.admin",
    "security.admin",
    "audit.admin",
    "centre.officer",
    "bureau.officer",
    "cyberspace.officer",
    "mzj.executive",
    "ga.cdo",
    "fgw.cdo",
];

/// The name of the witness beside the demonstration.
const WITNESS: &str = "witness.city.example";

/// Runs the verb until it is asked to stop.
///
/// # Errors
/// When a part cannot be opened, or an earlier seeding was interrupted.
pub fn run(common: &Common, args: &Demo, out: &Out) -> Result<()> {
    let district = District::changning()?;
    match &args.write {
        Some(folder) => write_files(&district, folder, args.people, out),
        None => compose::runtime()?.block_on(serve(common, args, &district, out)),
    }
}

async fn serve(common: &Common, args: &Demo, district: &District, out: &Out) -> Result<()> {
    log_to_stderr(false);
    let listener = listen(&format!("127.0.0.1:{}", args.port)).await?;
    let store = Store::at(&common.store);
    if store.keys().exists() && !store.demonstration().exists() {
        return Err(Failure::new(format!("`{}` is the store of a real district", common.store.display()))
            .next("name another folder with --store"));
    }
    store.create()?;
    fs::create_dir_all(store.demonstration())?;
    let secrets = Secrets::open_or_make(&store, Passphrase::Demonstration)?;
    let clock = MovableClock::running(district.clock, store.demonstration().join("clock"))?;
    let plan = Plan {
        store: store.clone(),
        database: common.database.clone(),
        pack: common.pack.clone(),
        regulations: common.regulations.clone(),
        demonstration: true,
        origin: compose::default_origin(&common.pack),
        node: "demonstration".into(),
        clock: Arc::new(clock),
        chance: compose::chance(world::chance()?),
    };
    let node = Node::open(plan, secrets).await?;
    seed_once(&node, &store, district, args.people, out).await?;
    if args.seed_only {
        return Ok(node.platform.close().await?);
    }
    let (witness, asked) = witness_beside(&node, &store).await?;
    let mut settings = node.server_settings();
    // The demonstration speaks plain HTTP on the loopback interface.
    settings.secure_cookies = false;
    settings.guests = guests(district);
    settings.letter_fonts = args.letters.files();
    welcome(common, district, &listener.local_addr()?.to_string(), &asked, &node, out).await?;
    let served = node.serve(listener, settings, Time::Kept, compose::asked_to_stop()).await;
    witness.abort();
    served
}

/// A witness with a key and a memory of its own, on a port of its own, which stands for the city's; and where it answers.
async fn witness_beside(node: &Node, store: &Store) -> Result<(JoinHandle<std::io::Result<()>>, String)> {
    let listener = listen("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let (origin, keys) = (&node.platform.settings().origin, node.platform.log_keys());
    let log = NoteKey::ed25519(origin, keys.ed25519)?;
    let apart = Store::at(&store.demonstration().join("witness"));
    let witness = witnesses::open(&apart, Some(WITNESS), vec![log], Passphrase::Demonstration)?;
    let asked = LogWitness { key: witness.key().clone(), url: Some(url.clone()) };
    let served = tokio::spawn(WitnessServer::serve(listener, witness, node.clock.clone(), std::future::pending()));
    node.follow_witnesses(vec![asked]).await?;
    Ok((served, url))
}

/// Seeds on the first run only. A run that was interrupted leaves no mark, and the next one says what to do.
async fn seed_once(node: &Node, store: &Store, district: &District, people: u64, out: &Out) -> Result<()> {
    let mark = store.demonstration().join("seeded.json");
    if mark.exists() {
        return Ok(());
    }
    let first = district.organisations.first().map_or("", |organisation| organisation.code.as_str());
    if node.platform.organisation_by_code(&node.ctx(), first).await.is_ok() {
        return Err(Failure::new("an earlier seeding was interrupted, so the district is not whole").next(format!(
            "remove `{}` (and the database, if it is another one) and start again",
            store.root().display()
        )));
    }
    if !out.is_json() {
        out.text("first run: seeding the demonstration district; this is done once")?;
    }
    let seeded = seed::seed(node, district, people, &store.demonstration().join("files"), out).await?;
    write_private(&mark, &serde_json::to_string(&seeded)?)?;
    if !out.is_json() {
        out.text(&format!(
            "seeded: {} organisations, {} people who can log in, {} catalogue entries, {} rows loaded and {} kept aside, {} requests, {} calls\n",
            seeded.organisations, seeded.people, seeded.entries, seeded.rows, seeded.rejected, seeded.requests, seeded.calls,
        ))?;
    }
    Ok(())
}

fn guests(district: &District) -> Vec<Guest> {
    let guest = |person: &crate::demo::Person| Guest {
        login: person.login.clone(),
        password: district.password.clone(),
        role: person.name.clone(),
        organisation: district
            .organisation(&person.organisation)
            .map(|organisation| organisation.name.clone())
            .unwrap_or_default(),
    };
    district.people.iter().map(guest).collect()
}

/// The entry of a dataset for which nothing has been handed in yet, with its organisation.
async fn uncollected(node: &Node, district: &District) -> Result<Option<(String, String, EntryId)>> {
    let filter = EntryFilter { collected: Some(false), status: Some(EntryStatus::Published), ..EntryFilter::default() };
    let entries = node.platform.entries(&node.ctx(), &filter, Page::default()).await?;
    Ok(entries.items.iter().find_map(|line| {
        let dataset = district.datasets.iter().find(|dataset| dataset.title == line.title)?;
        Some((dataset.code.clone(), dataset.organisation.clone(), line.id))
    }))
}

async fn welcome(
    common: &Common,
    district: &District,
    address: &str,
    witness: &str,
    node: &Node,
    out: &Out,
) -> Result<()> {
    let guests = guests(district);
    let shown = guests.iter().filter(|guest| SHOWN.contains(&guest.login.as_str()));
    if out.is_json() {
        let people: Vec<_> = shown
            .map(|guest| json!({ "login": guest.login, "role": guest.role, "organisation": guest.organisation }))
            .collect();
        return out.row(&json!({
            "serving": format!("http://{address}"), "pack": common.pack, "now": world::rfc3339(node.clock.now()),
            "people": people, "password": district.password, "witness": witness,
        }));
    }
    let mut table = Table::new(["login", "role", "organisation"]);
    for guest in shown {
        table.row([&guest.login, &guest.role, &guest.organisation]);
    }
    let hand_in = uncollected(node, district).await?.map_or_else(
        || "gongshu load inspect FILE                                     see how any file of yours is understood".to_owned(),
        |(code, organisation, entry)| {
            let file = common.store.join(format!("demonstration/files/{code}.csv"));
            format!("gongshu load {} --entry {entry} --login {organisation}.executive\n     hand in what is still missing: every row is accounted for", file.display())
        },
    );
    out.text(&format!("{}  under {}, everything fictitious\n", district.name, common.pack))?;
    out.text(&format!(
        "  open    http://{address}\n  API     http://{address}/api\n  clock   {} in Shanghai; it runs, and it can be moved\n  witness {witness}, which stands for the city's and cosigns the log\n",
        world::shown(node.clock.now())
    ))?;
    let others = guests.len().saturating_sub(SHOWN.len());
    out.text(&format!(
        "{}\n\nand {others} more on the first page; everybody's password is {}\n",
        table.text(),
        district.password
    ))?;
    out.text(&format!(
        "three things to try, in another terminal, after\n  export GONGSHU_PASSWORD='{}' GONGSHU_SERVER=http://{address}\n  \
         1. gongshu clock advance --next --login system.admin\n     let time pass: the law acts by itself\n  \
         2. {hand_in}\n  \
         3. gongshu law due{} --pack {} --clock {} --from 2026-02-12T11:05+08:00\n     why a date due is what it is, day by day\n\nCtrl-C stops; the next start goes on where this one ended.",
        district.password,
        common.regulations.as_ref().map_or_else(String::new, |folder| format!(" --regulations {}", folder.display())),
        common.pack,
        first_clock(node, common),
    ))
}

/// The clock under which a demander waits for an answer, or any.
fn first_clock(node: &Node, common: &Common) -> String {
    let pack = node.platform.book().pack(&law::PackId::new(&common.pack));
    let clocks: Vec<_> = pack
        .into_iter()
        .flat_map(|pack| pack.procedures.values())
        .flat_map(|procedure| procedure.clocks.keys())
        .collect();
    let reply = clocks.iter().rev().find(|clock| clock.as_str().starts_with("reply"));
    reply.or(clocks.first()).map(ToString::to_string).unwrap_or_default()
}

/// Writes every dataset's file, without any store.
fn write_files(district: &District, folder: &Path, people: u64, out: &Out) -> Result<()> {
    fs::create_dir_all(folder).doing(|| format!("`{}` cannot be made", folder.display()))?;
    let bar = out.bar(district.datasets.len() as u64, "generating");
    let mut rows = 0_u64;
    for dataset in &district.datasets {
        rows += seed::generate(district, &dataset.code, people, &folder.join(format!("{}.csv", dataset.code)))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    if out.is_json() {
        return out.value(&json!({ "folder": folder, "datasets": district.datasets.len(), "rows": rows }));
    }
    out.text(&format!("{} files with {rows} rows in `{}`", district.datasets.len(), folder.display()))
}
