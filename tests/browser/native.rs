//! What the command line says of the link in the address bar: the page must say the same.

use crate::support::{Outcome, Page};
use halfopen::lab::link::{self, Target};
use halfopen::labs::LABS;
use halfopen::session::Session;
use serde_json::Value;

/// Log and readouts of a run, as a reader sees them: the log newest first, white space made single.
#[derive(Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) log: Vec<String>,
    pub(crate) readouts: Vec<(String, String)>,
}

/// The output of `halfopen run <link> --format json`, up to the link's playhead (which the command line would take for
/// 60 s where the link says nothing, and the page for 0).
pub(crate) fn run(fragment: &str) -> Outcome<Value> {
    let link = format!("#{fragment}");
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut arguments = vec!["run", &link, "--format", "json"];
    if !fragment.contains("?t=") && !fragment.contains("&t=") {
        arguments.extend(["--until", "0s"]);
    }
    let arguments = arguments.into_iter().map(Into::into).collect();
    match halfopen::cli::run(arguments, &mut out, &mut err) {
        0 => Ok(serde_json::from_slice(&out)?),
        code => Err(format!("exit code {code}: {}", String::from_utf8_lossy(&err)).into()),
    }
}

/// Entries of a log that the page shows.
const LOG_SHOWN: usize = 60;

/// Log and readouts in that output.
pub(crate) fn told(fragment: &str) -> Outcome<Told> {
    let output = run(fragment)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let entries = output["log"].as_array().into_iter().flatten();
    let readouts = output["readouts"].as_object().into_iter().flatten();
    Ok(Told {
        log: entries.map(|entry| single(&format!("{} {}", text(&entry["head"]), text(&entry["text"])))).rev().collect(),
        readouts: readouts.map(|(_, told)| (single(&text(&told["label"])), single(&text(&told["text"])))).collect(),
    })
}

/// The run of a link at its playhead, for what the command line does not print.
pub(crate) fn session(fragment: &str) -> Outcome<Session> {
    let (Target::Lab(link), _) = link::read(&format!("#{fragment}"), LABS) else {
        return Err(format!("{fragment:?} leads to no lab").into());
    };
    let mut session = Session::open(&link);
    session.seek(link.at.unwrap_or_default());
    Ok(session)
}

/// White space as HTML shows it; unbreakable spaces are spaces too.
pub(crate) fn single(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Page {
    /// What the page tells now.
    pub(crate) async fn told(&self) -> Outcome<Told> {
        let (labels, values) = (self.texts("[data-readout] dt").await?, self.texts("[data-readout] dd").await?);
        Ok(Told {
            log: self.texts("[data-part=log] .entry > span").await?,
            readouts: labels.into_iter().zip(values).collect(),
        })
    }

    /// Waits until time stands and the address has followed, then compares the page with the command line, word by word.
    pub(crate) async fn is_as_native(&self) -> Outcome<Told> {
        self.standing().await?;
        let fragment = self.fragment().await?;
        let page = self.told().await?;
        let mut native = told(&fragment)?;
        // The page shows so many entries of a long log, the newest first.
        if page.log.len() == LOG_SHOWN {
            native.log.truncate(LOG_SHOWN);
        }
        assert_eq!(page, native, "the page and `halfopen run '#{fragment}'`");
        Ok(page)
    }

    /// Waits until time stands and the address carries the playhead that the time bar shows.
    pub(crate) async fn standing(&self) -> Outcome {
        let body = "const bar = document.querySelector('.scrub');
            // The page may still be waiting for its part of the program.
            if (!bar || document.querySelector('main[aria-busy]')) return false;
            const playing = document.querySelector('.play').getAttribute('aria-label') === 'Pause';
            const t = Number(new URLSearchParams(location.hash.split('?')[1] || '').get('t')?.replace('s', '') || 0);
            return !playing && !document.querySelector('progress')
                && Math.floor(t * 1000 + 1e-6) === Number(bar.getAttribute('aria-valuenow'))";
        self.eventually("time stands, and the address says when", async || {
            Ok((self.script(body, vec![]).await? == Value::Bool(true)).then_some(()))
        })
        .await
    }
}
