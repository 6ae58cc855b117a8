//! A static server for `dist/`: loopback only, right types, and the strict security policy that a public copy should send.
//!
//! `trunk serve` is for developing; this one is what the tests and measurements see.

use crate::html;
use crate::run::{Doing as _, Outcome, fail, root};
use base64::Engine as _;
use sha2::Digest as _;
use std::fs;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tiny_http::{Header, Method, Request, Response};

/// Where browsers report what the policy stopped.
const REPORTS: &str = "/__csp-report";

/// A script that remembers what goes wrong on a page, for browsers whose drivers do not tell.
const EAR: &str = include_str!("ear.js");

/// What is served, and how.
#[derive(Clone)]
struct Site {
    folder: PathBuf,
    /// Whether pages get the [`EAR`].
    listening: bool,
    troubles: Arc<Mutex<Vec<String>>>,
}

/// A running server; it ends when dropped.
pub(crate) struct Server {
    http: Arc<tiny_http::Server>,
    address: SocketAddr,
    troubles: Arc<Mutex<Vec<String>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Serves the folder on the loopback address; port 0 takes any that is free. With `listening`, pages remember what goes
    /// wrong on them in `window.heardErrors`.
    pub(crate) fn start(folder: &Path, port: u16, listening: bool) -> Outcome<Self> {
        if !folder.join("index.html").is_file() {
            return fail(format!("there is no {}/index.html: run `cargo xtask build`", folder.display()));
        }
        let http = tiny_http::Server::http(("127.0.0.1", port)).doing(|| format!("could not listen on port {port}"))?;
        let Some(address) = http.server_addr().to_ip() else { return fail("the server has no address") };
        let (http, troubles) = (Arc::new(http), Arc::new(Mutex::new(Vec::new())));
        let threads = (0..4)
            .map(|_| {
                let http = Arc::clone(&http);
                let site = Site { folder: folder.to_path_buf(), listening, troubles: Arc::clone(&troubles) };
                std::thread::spawn(move || {
                    while let Ok(request) = http.recv() {
                        // A browser that went away is no concern of the others.
                        let _ = answer(request, &site);
                    }
                })
            })
            .collect();
        Ok(Self { http, address, troubles, threads })
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
        for _ in &self.threads {
            self.http.unblock();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// `cargo xtask preview`.
pub(crate) fn preview(port: Option<u16>) -> Outcome {
    let server = Server::start(&root().join("dist"), port.unwrap_or(0), false)?;
    println!("dist/ with the strict policy: {}   (Ctrl-C ends)", server.url());
    loop {
        std::thread::park();
    }
}

fn answer(mut request: Request, site: &Site) -> std::io::Result<()> {
    let trouble = |text: String| {
        eprintln!("{text}");
        site.troubles.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    };
    if request.url() == REPORTS && *request.method() == Method::Post {
        let mut report = String::new();
        request.as_reader().take(16_384).read_to_string(&mut report)?;
        trouble(format!("stopped by the security policy: {report}"));
        return request.respond(Response::empty(204));
    }
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(Response::empty(405));
    }
    let found = resolve(&site.folder, request.url()).and_then(|file| fs::read(&file).ok().map(|bytes| (file, bytes)));
    let Some((file, mut bytes)) = found else {
        trouble(format!("asked for, and not there: {}", request.url()));
        return request.respond(Response::from_string("not found").with_status_code(404));
    };
    let kind = kind(&file);
    let mut headers = HEADERS.map(|(name, value)| (name, value.to_owned())).to_vec();
    headers.push(("Content-Type", kind.to_owned()));
    if kind.starts_with("text/html") {
        let mut page = String::from_utf8_lossy(&bytes).into_owned();
        if site.listening {
            page = page.replacen("<head>", &format!("<head><script>{EAR}</script>"), 1);
        }
        headers.push(("Content-Security-Policy", policy(&page)));
        bytes = page.into_bytes();
    }
    let mut response = Response::from_data(bytes);
    for (name, value) in headers {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    request.respond(response)
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
    use std::io::Write as _;

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
        let server = Server::start(&site.0.join("dist"), 0, true).unwrap();
        let ask = |text: &str| {
            let mut stream = std::net::TcpStream::connect(server.address).unwrap();
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
        assert!(ask("GET /../secret HTTP/1.1\nHost: x\nConnection: close\n\n").starts_with("http/1.1 404"));
        assert!(ask("PUT / HTTP/1.1\nHost: x\nConnection: close\n\n").starts_with("http/1.1 405"));
        assert_eq!(server.troubles(), ["asked for, and not there: /../secret"]);
        let report = "POST /__csp-report HTTP/1.1\nHost: x\nConnection: close\nContent-Length: 2\n\n{}";
        assert!(ask(report).starts_with("http/1.1 204"));
        assert_eq!(server.troubles(), ["stopped by the security policy: {}"]);
    }
}
