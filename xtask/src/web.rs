//! The consoles under `web/`: checked and built with Node, tried in a real browser.
//!
//! The built pages land in `crates/console/dist/`, from where the binary embeds them; so they are built before it.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};

use crate::house::{House, run};
use crate::machine::{self, Node};

/// Layout, types, unused code, glossary, the generated client, the size of the first view; builds on the way.
pub fn check(house: &House) -> Result<()> {
    run(&mut npm(house)?.command(&["run", "--silent", "check"], &house.root.join("web")))
}

/// Builds the pages if anything they are made of is newer than they are.
pub fn build(house: &House) -> Result<()> {
    let web = house.root.join("web");
    let sources = ["src", "public", "scripts", "index.html", "package-lock.json", "vite.config.ts", "tsconfig.json"];
    let newest = sources.iter().filter_map(|name| newest_in(&web.join(name)).ok()).max();
    let built = fs::metadata(web.join("dist/index.html")).and_then(|page| page.modified()).ok();
    if built.is_some() && built >= newest && house.root.join("crates/console/dist/index.html").is_file() {
        return Ok(());
    }
    run(&mut npm(house)?.command(&["run", "--silent", "build"], &web))
}

/// People's work done by clicking, in a browser before a fresh demonstration district that ends with the test.
pub fn try_in_browser(house: &House, gongshu: &Path) -> Result<()> {
    machine::ensure(&[machine::CHROMIUM, machine::CHINESE_FONT])?;
    let node = npm(house)?;
    let district = District::start(house, gongshu)?;
    let mut e2e = node.command(&["run", "--silent", "e2e"], &house.root.join("web"));
    run(e2e.env("BASE_URL", &district.address).env("GONGSHU_BIN", gongshu))
}

/// Node with the packages of the lock file.
fn npm(house: &House) -> Result<Node> {
    let node = machine::node(house)?;
    let web = house.root.join("web");
    let (lock, stamp) = (web.join("package-lock.json"), web.join("node_modules/.installed-lock.json"));
    let wanted = fs::read(&lock).with_context(|| format!("`{}` cannot be read", house.shown(&lock)))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(node);
    }
    run(&mut node.command(&["ci", "--no-audit", "--no-fund", "--loglevel=error"], &web))?;
    fs::write(&stamp, wanted)?;
    Ok(node)
}

/// When the newest file below `path` was written.
fn newest_in(path: &Path) -> Result<SystemTime> {
    let own = fs::metadata(path)?;
    let mut newest = own.modified()?;
    if own.is_dir() {
        for entry in fs::read_dir(path)? {
            newest = newest.max(newest_in(&entry?.path())?);
        }
    }
    Ok(newest)
}

/// A demonstration district of its own below the target folder.
struct District {
    server: Child,
    address: String,
}

impl District {
    fn start(house: &House, gongshu: &Path) -> Result<District> {
        let store = house.target.join("tmp/consoles");
        if store.exists() {
            fs::remove_dir_all(&store)?;
        }
        fs::create_dir_all(&store)?;
        let journal = fs::File::create(store.with_extension("log"))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut demo = Command::new(gongshu);
        demo.current_dir(&house.root).args(["demo", "--port", &port.to_string(), "--store"]).arg(&store);
        let server =
            demo.stdout(Stdio::null()).stderr(journal).spawn().context("`gongshu demo` could not be started")?;
        let mut district = District { server, address: format!("http://127.0.0.1:{port}") };
        district.await_door(port)?;
        Ok(district)
    }

    /// Seeding comes before listening, so an open door means a district that is ready.
    fn await_door(&mut self, port: u16) -> Result<()> {
        let patience = Duration::from_secs(180);
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = self.server.try_wait()? {
                bail!("`gongshu demo` ended with {status} before it served; see target/tmp/consoles.log");
            }
            if begun.elapsed() > patience {
                bail!("`gongshu demo` did not serve within {} s; see target/tmp/consoles.log", patience.as_secs());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

impl Drop for District {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing more to end then.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
