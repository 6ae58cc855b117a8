//! As much HTTP as a browser needs of a server on its own machine: one request and one answer a connection, a thread each.
//!
//! Kept this plain on purpose: with a pool of threads and connections kept alive, a browser that opens six at once can be
//! left waiting on one that nobody reads (tiny_http 0.12 did that), and a test hangs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// What a browser asks.
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path and the query, as sent.
    pub(crate) url: String,
    pub(crate) body: Vec<u8>,
}

/// What it gets.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// No more of a request's head, or of its body, is read.
const LIMIT: u64 = 65_536;
/// A connection that says nothing for so long is closed: browsers open some to have them ready.
const SILENCE: Duration = Duration::from_secs(60);

/// Listens until dropped.
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Answers requests at the loopback address; port 0 takes any that is free.
    pub(crate) fn start(
        port: u16,
        answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let (ends, answer) = (Arc::new(AtomicBool::new(false)), Arc::new(answer));
        let thread = std::thread::spawn({
            let ends = Arc::clone(&ends);
            move || {
                for stream in listener.incoming().take_while(|_| !ends.load(Ordering::Relaxed)).flatten() {
                    let answer = Arc::clone(&answer);
                    // A browser that went away is no concern of the others.
                    std::thread::spawn(move || serve(stream, answer.as_ref()).ok());
                }
            }
        });
        Ok(Self { address, ends, thread: Some(thread) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // The thread waits for a connection; this one only wakes it.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

fn serve(stream: TcpStream, answer: &impl Fn(&Request) -> Answer) -> std::io::Result<()> {
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_nodelay(true)?;
    let Some(request) = read(&stream)? else { return Ok(()) };
    let Answer { status, headers, body } = answer(&request);
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()));
    let mut bytes = head.into_bytes();
    if request.method != "HEAD" {
        bytes.extend(body);
    }
    (&stream).write_all(&bytes)
}

/// Reads a request; nothing when there is none, or none that makes sense.
fn read(stream: &TcpStream) -> std::io::Result<Option<Request>> {
    let mut head = BufReader::new(stream.take(LIMIT));
    let mut line = String::new();
    head.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (Some(method), Some(url), Some(_)) = (words.next(), words.next(), words.next()) else { return Ok(None) };
    let (method, url) = (method.to_owned(), url.to_owned());
    let mut length = 0;
    loop {
        line.clear();
        if head.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap_or(0);
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = Vec::new();
    head.take(length).read_to_end(&mut body)?;
    Ok(Some(Request { method, url, body }))
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        404 => "Not Found",
        _ => "Method Not Allowed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_silent_connections_do_not_keep_others_waiting() {
        let listener = Listener::start(0, |request| {
            let body = [request.method.as_bytes(), request.url.as_bytes(), &request.body].concat();
            Answer { status: 200, headers: vec![("X-Test", "yes".into())], body }
        });
        let listener = listener.unwrap();
        let silent: Vec<_> = (0..20).map(|_| TcpStream::connect(listener.address).unwrap()).collect();
        let ask = |text: &str| {
            let mut stream = TcpStream::connect(listener.address).unwrap();
            stream.write_all(text.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        let posted = ask("POST /a?b HTTP/1.1\r\ncontent-LENGTH: 3\r\n\r\nxyz");
        assert!(
            posted.starts_with("HTTP/1.1 200 OK\r\nX-Test: yes\r\n") && posted.ends_with("POST/a?bxyz"),
            "{posted}"
        );
        assert!(ask("HEAD / HTTP/1.1\r\n\r\n").ends_with("Content-Length: 5\r\nConnection: close\r\n\r\n"));
        assert_eq!(ask("nonsense\r\n\r\n"), "");
        drop(silent);
    }
}
