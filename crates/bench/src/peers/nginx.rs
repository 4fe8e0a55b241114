//! nginx, serving one static file on the loopback.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{program, run};
use crate::workplace::Workplace;

/// Bytes of the file, about those of a look-up's answer.
pub const FILE_BYTES: usize = 400;

/// A running nginx; dropping it stops it.
pub struct Nginx {
    /// The version, for the table.
    pub title: String,
    /// The file's address.
    pub url: String,
    child: Child,
}

impl Nginx {
    /// Starts it with as many workers as there are cores, connections kept open and no access log; `Err` says why not.
    pub fn start(place: &Workplace, folder: &Path) -> Result<Self> {
        let program = program(place, "nginx", "nginx-light")?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        fs::create_dir_all(folder.join("files"))?;
        fs::write(folder.join("files/answer.json"), vec![b'x'; FILE_BYTES])?;
        let configuration = folder.join("nginx.conf");
        fs::write(&configuration, settings(folder, port))?;
        let version = Command::new(&program).arg("-v").output()?;
        let version = String::from_utf8_lossy(&version.stderr).trim().replace("nginx version: ", "").replace('/', " ");
        let mut command = Command::new(&program);
        command.arg("-p").arg(folder).arg("-c").arg(&configuration).arg("-e").arg(folder.join("error.log"));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut nginx = Self { title: version, url: format!("http://127.0.0.1:{port}/answer.json"), child };
        nginx.wait(port).with_context(|| fs::read_to_string(folder.join("error.log")).unwrap_or_default())?;
        Ok(nginx)
    }

    /// Waits until it accepts connections.
    fn wait(&mut self, port: u16) -> Result<()> {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if self.child.try_wait()?.is_some() || begun.elapsed() > Duration::from_secs(10) {
                bail!("nginx does not listen");
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master stops its workers when it is told to, not when it is killed.
        let _ = run(Command::new("kill").args(["-TERM", &self.child.id().to_string()]), None);
        if let Err(error) = self.child.wait() {
            eprintln!("   nginx did not stop: {error}");
        }
    }
}

fn settings(folder: &Path, port: u16) -> String {
    let root = run(Command::new("id").arg("-u"), None).is_ok_and(|id| id.trim() == "0");
    let user = if root { "user root;\n" } else { "" };
    let folder = folder.display();
    format!(
        "{user}daemon off;\nworker_processes auto;\npid {folder}/pid;\nerror_log {folder}/error.log;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n  keepalive_requests 100000000;\n\
         client_body_temp_path {folder}/body;\n  proxy_temp_path {folder}/proxy;\n  fastcgi_temp_path {folder}/fastcgi;\n\
         uwsgi_temp_path {folder}/uwsgi;\n  scgi_temp_path {folder}/scgi;\n\
         server {{ listen 127.0.0.1:{port}; root {folder}/files; }}\n}}\n"
    )
}
