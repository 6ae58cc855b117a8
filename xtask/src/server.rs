//! A static server for `dist/`: loopback only, right types, and the strict security policy that a public copy should send.
//!
//! `trunk serve` is for developing; this one is what the tests and measurements see.

use crate::html;
use crate::line::Line;
use crate::run::{Doing as _, Outcome, fail, root};
use crate::size::compressed;
use base64::Engine as _;
use sha2::Digest as _;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Where browsers report what the policy stopped.
const REPORTS: &str = "/__csp-report";

/// A script that remembers what goes wrong on a page, for browsers whose drivers do not tell.
const EAR: &str = include_str!("ear.js");

/// In which way a server serves.
#[derive(Clone)]
pub(crate) enum Manner {
    /// As a public copy should.
    Plain,
    /// Pages get the [`EAR`] and remember what goes wrong on them in `window.heardErrors`.
    Listening,
    /// As over this line.
    Slow(Arc<Line>),
}

/// What is served, and how.
#[derive(Clone)]
struct Site {
    folder: PathBuf,
    manner: Manner,
    troubles: Arc<Mutex<Vec<String>>>,
}

/// What was compressed before, by its digest: for the program itself that is a second's work.
static SQUEEZED: Mutex<BTreeMap<Vec<u8>, Vec<u8>>> = Mutex::new(BTreeMap::new());

/// A running server; it ends when dropped.
///
/// It gives every connection a thread of its own: the pool of tiny_http leaves a connection waiting when two arrive at
/// once, and browsers open several and keep them.
pub(crate) struct Server {
    address: SocketAddr,
    troubles: Arc<Mutex<Vec<String>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves the folder on the loopback address; port 0 takes any that is free.
    pub(crate) fn start(folder: &Path, port: u16, manner: Manner) -> Outcome<Self> {
        if !folder.join("index.html").is_file() {
            return fail(format!("there is no {}/index.html: run `cargo xtask build`", folder.display()));
        }
        let listener = TcpListener::bind(("127.0.0.1", port)).doing(|| format!("could not listen on port {port}"))?;
        let address = listener.local_addr().doing(|| "the server has no address".into())?;
        let (troubles, ended) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let site = Site { folder: folder.to_path_buf(), manner, troubles: Arc::clone(&troubles) };
        let enough = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if enough.load(Ordering::Relaxed) {
                    return;
                }
                if let Ok(stream) = stream {
                    let site = site.clone();
                    // A browser that went away is no concern of the others.
                    std::thread::spawn(move || converse(&stream, &site).ok());
                }
            }
        });
        Ok(Self { address, troubles, ended, thread: Some(thread) })
    }

    /// The front page's address.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// What the policy stopped, as the browsers told it, and what was asked for and is not there, since the last call.
    pub(crate) fn troubles(&self) -> Vec<String> {
        std::mem::take(&mut *self.troubles.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // It looks only when somebody comes.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// `cargo xtask preview`.
pub(crate) fn preview(port: Option<u16>) -> Outcome {
    let server = Server::start(&root().join("dist"), port.unwrap_or(0), Manner::Plain)?;
    println!("dist/ with the strict policy: {}   (Ctrl-C ends)", server.url());
    loop {
        std::thread::park();
    }
}

/// Bytes of a request that are read, head and body each.
const REQUEST_MAX: u64 = 16_384;

/// What is asked for.
struct Request {
    method: String,
    url: String,
    body: String,
    /// Whether the answer may be compressed by brotli.
    takes_brotli: bool,
    /// Whether more may follow on the same connection.
    goes_on: bool,
}

/// What it gets.
struct Answer {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn bare(status: &'static str) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }
}

/// Answers what comes on a connection until the other side has enough.
fn converse(stream: &TcpStream, site: &Site) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let line = match &site.manner {
        Manner::Slow(line) => Some((line, line.connected())),
        Manner::Plain | Manner::Listening => None,
    };
    while let Some(request) = read(&mut reader)? {
        let Answer { status, headers, body } = answer(&request, site);
        let mut head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
        headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        head.push_str(if request.goes_on { "\r\n" } else { "Connection: close\r\n\r\n" });
        let mut bytes = head.into_bytes();
        if request.method != "HEAD" {
            bytes.extend(body);
        }
        let mut writer = stream;
        match line {
            Some((line, connected)) => {
                line.travel(connected);
                line.write(writer, &bytes)?;
            }
            None => writer.write_all(&bytes)?,
        }
        if !request.goes_on {
            break;
        }
    }
    Ok(())
}

/// The next request; nothing when the connection has ended or what comes is none.
fn read(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Option<Request>> {
    let mut head = reader.take(REQUEST_MAX);
    let mut line = String::new();
    head.read_line(&mut line)?;
    let [method, url, version] = line.split_whitespace().collect::<Vec<_>>()[..] else { return Ok(None) };
    let mut request = Request {
        method: method.to_owned(),
        url: url.to_owned(),
        body: String::new(),
        takes_brotli: false,
        goes_on: version == "HTTP/1.1",
    };
    let mut length = 0;
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let Some((name, value)) = line.split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "accept-encoding" => request.takes_brotli = value.split([',', ';']).any(|way| way.trim() == "br"),
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "connection" if value.trim().eq_ignore_ascii_case("close") => request.goes_on = false,
            _ => {}
        }
    }
    let mut body = Vec::new();
    reader.take(length.min(REQUEST_MAX)).read_to_end(&mut body)?;
    request.goes_on &= length <= REQUEST_MAX;
    request.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(request))
}

fn answer(request: &Request, site: &Site) -> Answer {
    let trouble = |text: String| {
        eprintln!("{text}");
        site.troubles.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    };
    if request.url == REPORTS && request.method == "POST" {
        trouble(format!("stopped by the security policy: {}", request.body));
        return Answer::bare("204 No Content");
    }
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return Answer::bare("405 Method Not Allowed");
    }
    let found = resolve(&site.folder, &request.url).and_then(|file| fs::read(&file).ok().map(|bytes| (file, bytes)));
    let Some((file, mut bytes)) = found else {
        trouble(format!("asked for, and not there: {}", request.url));
        return Answer { body: b"not found".to_vec(), ..Answer::bare("404 Not Found") };
    };
    let kind = kind(&file);
    let mut headers = HEADERS.map(|(name, value)| (name, value.to_owned())).to_vec();
    headers.push(("Content-Type", kind.to_owned()));
    if kind.starts_with("text/html") {
        let mut page = String::from_utf8_lossy(&bytes).into_owned();
        if matches!(site.manner, Manner::Listening) {
            // Before all else of the head, whose own tag a minifier leaves out.
            let place = page.find("<head>").map(|at| at + "<head>".len()).or_else(|| page.find("<meta")).unwrap_or(0);
            page.insert_str(place, &format!("<script>{EAR}</script>"));
        }
        headers.push(("Content-Security-Policy", policy(&page)));
        bytes = page.into_bytes();
    }
    if request.takes_brotli && kind != "image/png" && kind != "application/octet-stream" {
        headers.extend([("Content-Encoding", "br".to_owned()), ("Vary", "Accept-Encoding".to_owned())]);
        bytes = squeezed(&bytes);
    }
    Answer { status: "200 OK", headers, body: bytes }
}

/// The bytes after brotli.
fn squeezed(bytes: &[u8]) -> Vec<u8> {
    // Held meanwhile, so that two who ask for the same do not compress it twice.
    let mut known = SQUEEZED.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(sha2::Sha256::digest(bytes).to_vec()).or_insert_with(|| compressed(bytes)).clone()
}

/// Compresses a folder's files before somebody waits for them.
pub(crate) fn squeeze(folder: &Path) -> Outcome {
    for file in crate::build::files(folder)? {
        squeezed(&fs::read(folder.join(&file)).doing(|| file.display().to_string())?);
    }
    Ok(())
}

/// What a public copy should send besides the policy, so that any page may frame it, isolated ones included.
const HEADERS: [(&str, &str); 5] = [
    ("Access-Control-Allow-Origin", "*"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-cache"),
];

/// The security policy of a page: only files of its own origin, and the inline scripts and styles it has now, by hash.
pub(crate) fn policy(page: &str) -> String {
    let (mut scripts, mut styles) = (String::new(), String::new());
    for element in html::elements(page) {
        let hashes = match element.name.as_str() {
            "script" if element.attribute("src").is_none() => &mut scripts,
            "style" => &mut styles,
            _ => continue,
        };
        let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(element.text));
        hashes.push_str(&format!(" 'sha256-{hash}'"));
    }
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; connect-src 'self'; \
         style-src 'self'{styles}; img-src 'self' data:; font-src 'self'; manifest-src 'self'; worker-src 'self'; \
         frame-src 'self'; base-uri 'none'; form-action 'none'; report-uri {REPORTS}"
    )
}

/// The file that an address means, or nothing when it is not a file inside the folder.
fn resolve(folder: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?;
    let path = decoded(path.strip_prefix('/')?)?;
    if path.contains(['\\', '\0']) || Path::new(&path).components().any(|part| !matches!(part, Component::Normal(_))) {
        return None;
    }
    let mut file = folder.join(&path);
    if path.is_empty() || path.ends_with('/') {
        file.push("index.html");
    }
    // A link that leads out of the folder is not inside it either.
    let (file, folder) = (file.canonicalize().ok()?, folder.canonicalize().ok()?);
    (file.starts_with(folder) && file.is_file()).then_some(file)
}

/// The text with its `%xx` replaced.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    /// A folder with a page and, outside it, a secret; gone at the end.
    struct Files(PathBuf);

    impl Files {
        fn new(name: &str) -> Self {
            let base = std::env::temp_dir().join(format!("halfopen-server-{}-{name}", std::process::id()));
            fs::create_dir_all(base.join("dist/sub")).unwrap();
            fs::write(base.join("secret"), "secret").unwrap();
            fs::write(base.join("dist/index.html"), "<head></head><script>x</script>").unwrap();
            fs::write(base.join("dist/a b.wasm"), [0]).unwrap();
            Self(base)
        }
    }

    impl Drop for Files {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn only_files_inside_the_folder_are_found() {
        let site = Files::new("resolve");
        let dist = site.0.join("dist");
        for url in ["/", "/?x=1", "/index.html#y", "/a%20b.wasm"] {
            assert!(resolve(&dist, url).is_some(), "{url}");
        }
        let outside =
            ["/../secret", "/%2e%2e/secret", "/sub/../../secret", "//secret", "/..%5csecret", "/a%00", "/%", "x"];
        for url in outside.into_iter().chain(["/sub", "/sub/", "/none", "", "/%zz"]) {
            assert_eq!(resolve(&dist, url), None, "{url}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(site.0.join("secret"), dist.join("link")).unwrap();
            assert_eq!(resolve(&dist, "/link"), None);
        }
    }

    #[test]
    fn the_policy_names_the_inline_scripts_by_hash() {
        let policy = policy("<script src='a.js'></script><script>alert(1)</script><style>p{}</style>");
        // From `printf 'alert(1)' | openssl dgst -sha256 -binary | base64`.
        assert!(
            policy.contains("'wasm-unsafe-eval' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';"),
            "{policy}"
        );
        assert_eq!(policy.matches("sha256-").count(), 2);
        assert!(!policy.contains("unsafe-inline"));
    }

    #[test]
    fn a_request_gets_the_type_and_the_policy() {
        let site = Files::new("request");
        let server = Server::start(&site.0.join("dist"), 0, Manner::Listening).unwrap();
        let ask = |text: &str| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            stream.write_all(text.replace('\n', "\r\n").as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer.to_ascii_lowercase()
        };
        let page = ask("GET / HTTP/1.1\nHost: x\nConnection: close\n\n");
        assert!(
            page.starts_with("http/1.1 200") && page.contains("content-security-policy: default-src 'none'"),
            "{page}"
        );
        assert!(page.contains("content-type: text/html"), "{page}");
        assert!(page.contains("hearderrors") && page.matches("'sha256-").count() == 2, "{page}");
        let wasm = ask("GET /a%20b.wasm HTTP/1.1\nHost: x\nConnection: close\n\n");
        assert!(wasm.contains("content-type: application/wasm") && !wasm.contains("content-security"), "{wasm}");
        let squeezed = ask("HEAD / HTTP/1.1\nHost: x\nAccept-Encoding: gzip, br;q=1\nConnection: close\n\n");
        assert!(squeezed.contains("content-encoding: br") && !page.contains("content-encoding"), "{squeezed}");
        assert!(ask("GET /../secret HTTP/1.1\nHost: x\nConnection: close\n\n").starts_with("http/1.1 404"));
        assert!(ask("PUT / HTTP/1.1\nHost: x\nConnection: close\n\n").starts_with("http/1.1 405"));
        assert_eq!(server.troubles(), ["asked for, and not there: /../secret"]);
        let report = "POST /__csp-report HTTP/1.1\nHost: x\nConnection: close\nContent-Length: 2\n\n{}";
        assert!(ask(report).starts_with("http/1.1 204"));
        assert_eq!(server.troubles(), ["stopped by the security policy: {}"]);
    }

    #[test]
    fn idle_connections_keep_nobody_waiting() {
        let site = Files::new("idle");
        let server = Server::start(&site.0.join("dist"), 0, Manner::Plain).unwrap();
        let connections: Vec<_> = (0..20).map(|_| TcpStream::connect(server.address).unwrap()).collect();
        for mut connection in connections.iter().rev() {
            connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            connection.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            let mut start = [0; 12];
            connection.read_exact(&mut start).unwrap();
            assert_eq!(&start, b"HTTP/1.1 200");
        }
    }
}
