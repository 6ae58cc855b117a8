//! The browsers of the tests, and their drivers as children that end with us.

use crate::run::{Doing as _, Failure, Outcome, fail, program};
use crate::system::{Need, is_root, on_path};
use crate::tools;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A browser that the tests run in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    Chromium,
    Firefox,
    WebKit,
}

const CHROMIUM: Need = Need { names: &["chromium", "chromium-browser", "google-chrome"], package: "chromium" };
const CHROMEDRIVER: Need = Need { names: &["chromedriver"], package: "chromium-driver" };
const FIREFOX: Need = Need { names: &["firefox-esr", "firefox"], package: "firefox-esr" };
const WEBKIT_DRIVER: Need = Need { names: &["WebKitWebDriver"], package: "webkit2gtk-driver" };
const MINI_BROWSER: Need = Need { names: &["MiniBrowser"], package: "webkit2gtk-driver" };
const XVFB: Need = Need { names: &["Xvfb"], package: "xvfb" };

impl std::str::FromStr for Browser {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|browser| browser.name() == name);
        known.ok_or_else(|| format!("there is no browser {name:?} (chromium, firefox, webkit)"))
    }
}

impl Browser {
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// What must be on the system for it.
    pub(crate) fn needs(self) -> &'static [Need] {
        match self {
            Self::Chromium => &[CHROMIUM, CHROMEDRIVER],
            Self::Firefox => &[FIREFOX],
            Self::WebKit => &[WEBKIT_DRIVER, MINI_BROWSER, XVFB],
        }
    }

    /// The browser itself.
    pub(crate) fn binary(self) -> Outcome<PathBuf> {
        match self {
            Self::Chromium => CHROMIUM.path(),
            Self::Firefox => FIREFOX.path(),
            Self::WebKit => MINI_BROWSER.path(),
        }
    }

    /// Its driver's program and the variable by which the runner of wasm-bindgen-test is told of it, if that knows it.
    pub(crate) fn driver(self) -> Outcome<(Option<&'static str>, PathBuf)> {
        Ok(match self {
            Self::Chromium => (Some("CHROMEDRIVER"), CHROMEDRIVER.path()?),
            Self::Firefox => (Some("GECKODRIVER"), tools::GECKODRIVER.file("bin/geckodriver")),
            Self::WebKit => (None, WEBKIT_DRIVER.path()?),
        })
    }
}

/// A running WebDriver server; it and all that it started end when this is dropped.
pub(crate) struct Driver {
    // In this order they end: the driver before the display that its browser shows on.
    _process: Ours,
    _display: Option<Ours>,
    port: u16,
}

impl Driver {
    /// Starts the browser's driver on a free loopback port; what it and its browser print goes to `log`.
    pub(crate) fn start(browser: Browser, log: &Path) -> Outcome<Self> {
        let port = free_port()?;
        let (_, driver) = browser.driver()?;
        let mut command = bound_to_us(&driver);
        command.arg(format!("--port={port}"));
        let mut display = None;
        match browser {
            Browser::Chromium => {}
            // The port of its second protocol is fixed unless told, and two runs on one machine would collide.
            Browser::Firefox => {
                command.args(["--host=127.0.0.1", "--websocket-port=0"]).env("MOZ_HEADLESS", "1");
            }
            Browser::WebKit => {
                let (process, number) = start_display()?;
                display = Some(process);
                command.arg("--host=127.0.0.1").env("DISPLAY", format!(":{number}")).env("GDK_BACKEND", "x11");
                command.env_remove("WAYLAND_DISPLAY");
                if is_root() {
                    // Its sandbox refuses root; the pages are our own.
                    command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
                }
            }
        }
        let file = fs::File::create(log).doing(|| format!("could not write {}", log.display()))?;
        let again = file.try_clone().doing(|| "could not share the log".into())?;
        let process = Ours::spawn(command.stdout(file).stderr(again))?;
        let driver = Self { _process: process, _display: display, port };
        driver.wait_until_ready(browser, log)?;
        Ok(driver)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn wait_until_ready(&self, browser: Browser, log: &Path) -> Outcome {
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if self.status().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let said = fs::read_to_string(log).unwrap_or_default();
        fail(format!("the driver of {} does not answer:\n{said}", browser.name()))
    }

    fn status(&self) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(format!("GET /status HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", self.port).as_bytes())?;
        let mut start = [0; 12];
        stream.read_exact(&mut start)?;
        Ok(String::from_utf8_lossy(&start).into_owned())
    }
}

/// A display in memory, for a browser that has no headless mode, and its number.
fn start_display() -> Outcome<(Ours, u32)> {
    let mut command = bound_to_us(&XVFB.path()?);
    // It takes the first free number and tells it. Between two browsers it must not reset itself: one that starts just
    // then finds no display.
    command.args(["-displayfd", "1", "-noreset", "-nolisten", "tcp", "-screen", "0", "1600x1200x24"]);
    let mut process = Ours::spawn(command.stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let mut line = String::new();
    if let Some(stdout) = process.0.stdout.take() {
        BufReader::new(stdout).read_line(&mut line).doing(|| "could not read from Xvfb".into())?;
    }
    let number = line.trim().parse().map_err(|_| Failure { message: "Xvfb did not start".into(), code: 1 })?;
    Ok((process, number))
}

/// A port that was free a moment ago; the drivers cannot all choose one themselves.
fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).doing(|| "no free port".into())?;
    Ok(listener.local_addr().doing(|| "no free port".into())?.port())
}

/// The program, ended by the kernel should we end without ending it (where util-linux is there to ask for that).
fn bound_to_us(binary: &Path) -> Command {
    if on_path("setpriv").is_none() {
        return program(binary);
    }
    let mut command = program("setpriv");
    command.args(["--pdeathsig", "TERM"]).arg(binary);
    command
}

/// A child that ends with this value, and with it all that it started, whatever happens in between.
struct Ours(Child);

impl Ours {
    fn spawn(command: &mut Command) -> Outcome<Self> {
        let child = command.spawn().doing(|| format!("could not start `{}`", crate::run::shown(command)))?;
        Ok(Self(child))
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        let mut doomed = vec![self.0.id()];
        let parents = parents();
        let mut next = 0;
        while let Some(parent) = doomed.get(next).copied() {
            doomed.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(child, _)| *child));
            next += 1;
        }
        // The shell's own `kill`: a small system has no other.
        let ids = doomed.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
        let mut kill = Command::new("sh");
        let _ = kill.args(["-c", &format!("kill -KILL {ids}")]).stderr(Stdio::null()).status();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Every process and its parent.
fn parents() -> Vec<(u32, u32)> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let known = processes.flatten().filter_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name stands in parentheses and may hold anything; state and parent follow the last one.
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        Some((id, parent))
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn what_a_child_started_ends_with_it() {
        let mut command = Command::new("sh");
        let started = Ours::spawn(command.args(["-c", "sleep 600 & echo $!; wait"]).stdout(Stdio::piped()));
        let mut process = started.unwrap();
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let grandchild: u32 = line.trim().parse().unwrap();
        assert!(parents().iter().any(|(id, _)| *id == grandchild));
        drop(process);
        let deadline = Instant::now() + Duration::from_secs(10);
        // It is gone, or dead and waiting for its new parent to notice.
        let lives = || {
            let stat = fs::read_to_string(format!("/proc/{grandchild}/stat")).unwrap_or_default();
            stat.rsplit_once(')').is_some_and(|(_, after)| !after.trim_start().starts_with('Z'))
        };
        while lives() && Instant::now() < deadline {
            std::thread::yield_now();
        }
        assert!(!lives());
    }
}
