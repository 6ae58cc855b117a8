//! One browser session a test, and what a person does with a page: open, click by name, press keys, read.

use futures_util::FutureExt as _;
use serde_json::{Value, json};
use std::error::Error;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, Location};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, Key};

/// What tests and their helpers return: `?` works on everything.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// How long a condition may take to come true before it counts as false.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked at meanwhile.
const GLANCE: Duration = Duration::from_millis(20);

/// A page in a browser of its own, with nothing stored from before.
pub(crate) struct Page {
    /// For what has no helper here.
    pub(crate) driver: WebDriver,
    url: String,
    browser: String,
    errors: Mutex<Vec<String>>,
    foreign: Mutex<Vec<String>>,
}

/// Chromium as we start it: without a window, and without talk of its own with anybody.
pub(crate) const CHROMIUM: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Runs a test in a new session, which ends with it, however that is; of a failure it keeps a picture.
#[allow(dead_code, reason = "not what measures")]
#[track_caller]
pub(crate) fn in_browser(test: impl AsyncFnOnce(&Page) -> Outcome) -> Outcome {
    in_session(|_| {}, test)
}

/// The same, after a change to the capabilities that are asked for.
#[track_caller]
pub(crate) fn in_session(change: impl FnOnce(&mut Value), test: impl AsyncFnOnce(&Page) -> Outcome) -> Outcome {
    let place = Location::caller();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let browser = variable("HALFOPEN_BROWSER")?;
        let mut wanted = capabilities(&browser, &variable("HALFOPEN_BINARY")?)?;
        change(&mut wanted);
        let Value::Object(wanted) = wanted else { return Err("capabilities are an object".into()) };
        let driver = WebDriver::new(variable("HALFOPEN_WEBDRIVER")?, Capabilities::from(wanted)).await?;
        let (errors, foreign) = Default::default();
        let page = Page { driver: driver.clone(), url: variable("HALFOPEN_URL")?, browser, errors, foreign };
        let done = driver.run_and_quit(async |_| {
            let picture = Picture { page: &page, place };
            let done = AssertUnwindSafe(async {
                page.resize(1280, 900).await?;
                test(&page).await
            })
            .catch_unwind()
            .await;
            let passed = matches!(done, Ok(Ok(())));
            // Also of a test that failed: it is the reason, or a second fault that a second try must not hide.
            let wrong = page.nothing_wrong().await;
            if let Ok(Some(wrong)) = &wrong {
                complain(place, wrong)?;
            }
            if !passed || !matches!(wrong, Ok(None)) {
                picture.take().await;
            }
            match done {
                Ok(Ok(())) => wrong?.map_or(Ok(()), |wrong| Err(wrong.into())),
                Ok(Err(error)) => Err(error),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        });
        done.await.map_err(|error| error.to_string().into())
    })
}

/// Writes down what a page complained of, for whoever runs the tests: such a failure gets no second try.
fn complain(place: &Location<'_>, wrong: &str) -> Outcome {
    eprintln!("{wrong}");
    let Ok(path) = variable("HALFOPEN_COMPLAINTS") else { return Ok(()) };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    Ok(writeln!(file, "{place}: {wrong}")?)
}

/// A picture of the page at a failure, for whoever has to find out why.
struct Picture<'a> {
    page: &'a Page,
    place: &'a Location<'a>,
}

impl Picture<'_> {
    async fn take(&self) {
        let Ok(folder) = variable("HALFOPEN_SHOTS") else { return };
        let file = self.place.file().rsplit(['/', '\\']).next().unwrap_or_default().replace(".rs", "");
        let path = PathBuf::from(folder).join(format!("{file}-{}.png", self.place.line()));
        if self.page.driver.screenshot(&path).await.is_ok() {
            eprintln!("what the page looked like: {}", path.display());
        }
    }
}

/// What `cargo xtask` told.
pub(crate) fn variable(name: &str) -> Outcome<String> {
    let advice = "run this with `cargo xtask test --only page` or `cargo xtask bench --only page`";
    std::env::var(name).map_err(|_| format!("{name} is not set: {advice}").into())
}

/// The folder that browsers save files to.
fn downloads() -> Outcome<String> {
    Ok(format!("{}/downloads", variable("HALFOPEN_SHOTS")?))
}

fn capabilities(browser: &str, binary: &str) -> Outcome<Value> {
    Ok(match browser {
        "chromium" => json!({
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "binary": binary, "args": CHROMIUM, "prefs": {
                "download.default_directory": downloads()?,
                "profile.default_content_setting_values.automatic_downloads": 1,
            } },
        }),
        "firefox" => json!({
            "moz:firefoxOptions": { "binary": binary, "args": ["-headless"], "prefs": {
                "browser.download.dir": downloads()?,
                "browser.download.folderList": 2,
            } },
        }),
        "webkit" => json!({
            "webkitgtk:browserOptions": { "binary": binary, "args": ["--automation"] },
        }),
        other => return Err(format!("there is no browser {other:?}").into()),
    })
}

#[allow(dead_code, reason = "helpers for tests that come and go")]
impl Page {
    /// Loads the page anew at this path and fragment (`""`, `"#/circuit-breaker?threshold=5"`) and waits until it is mounted.
    pub(crate) async fn open(&self, path: &str) -> Outcome {
        // From one fragment to another browsers do not load; by way of a blank page they do.
        self.listen().await?;
        self.driver.goto("about:blank").await?;
        self.driver.goto(format!("{}{path}", self.url)).await?;
        self.mounted().await
    }

    /// Loads the page anew as it is, as the browser's button does.
    pub(crate) async fn reload(&self) -> Outcome {
        self.listen().await?;
        self.driver.refresh().await?;
        self.mounted().await
    }

    /// Goes to another fragment of the loaded page, as following a link inside it does.
    pub(crate) async fn follow(&self, fragment: &str) -> Outcome {
        // The page hears of it a little later.
        let body = "const done = arguments[arguments.length - 1];
            addEventListener('hashchange', () => setTimeout(done, 0), { once: true });
            location.hash = arguments[0]";
        self.driver.execute_async(body, vec![json!(fragment)]).await?;
        self.mounted().await
    }

    async fn mounted(&self) -> Outcome {
        self.eventually("the page is mounted", async || {
            // Not what stands there until the program runs; of other pages, the sample's.
            let body = "return document.querySelector('main#main:not([aria-busy]), main#panic, main iframe') !== null";
            Ok((self.script(body, vec![]).await? == json!(true)).then_some(()))
        })
        .await
    }

    /// Looks again and again until `look` finds something; says what it waited for when it never does.
    pub(crate) async fn eventually<T>(&self, what: &str, look: impl AsyncFn() -> Outcome<Option<T>>) -> Outcome<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            if Instant::now() > deadline {
                return Err(format!("waited {PATIENCE:?} in vain: {what}").into());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Runs a function body in the page; the security policy does not reach it.
    pub(crate) async fn script(&self, body: &str, arguments: Vec<Value>) -> Outcome<Value> {
        Ok(self.driver.execute(body, arguments).await?.json().clone())
    }

    /// The visible control with this accessible name; one that only contains it, when none has just that.
    pub(crate) async fn control(&self, name: &str) -> Outcome<WebElement> {
        let body = format!("{NAME_OF}{FIND_CONTROL}");
        self.eventually(&format!("a control named {name:?} is there"), async || {
            let found = self.driver.execute(&body, vec![json!(name)]).await?;
            if found.json().is_null() { Ok(None) } else { Ok(Some(found.element()?)) }
        })
        .await
    }

    /// Clicks the control with this name, as a mouse does.
    pub(crate) async fn click(&self, name: &str) -> Outcome {
        let control = self.control(name).await?;
        // In a frame, drivers look no further than its own edges.
        let body = "arguments[0].scrollIntoView({ block: 'nearest', inline: 'nearest' });
            return arguments[0].querySelector(':scope > .dg-reach, :scope > .dg-reach-line')";
        let mark = self.driver.execute(body, vec![control.to_json()?]).await?;
        if mark.json().is_null() {
            return Ok(control.click().await?);
        }
        // Of a mark of the picture its target; drivers want elements with a box of their own.
        Ok(self.driver.action_chain().move_to_element_center(&mark.element()?).click().perform().await?)
    }

    /// Presses a key, or types text, wherever the focus is: `page.press(Key::Enter)`, `page.press("5s")`.
    pub(crate) async fn press(&self, keys: impl AsRef<str>) -> Outcome {
        Ok(self.driver.action_chain().send_keys(keys.as_ref()).perform().await?)
    }

    /// Presses Tab until the control with this name has the focus: the way of somebody without a mouse.
    pub(crate) async fn tab_to(&self, name: &str) -> Outcome {
        for _ in 0..200 {
            self.press(Key::Tab.value().to_string()).await?;
            if self.focused().await?.contains(name) {
                return Ok(());
            }
        }
        Err(format!("200 times Tab do not lead to {name:?}").into())
    }

    /// The accessible name of what has the focus; nothing when nothing has.
    pub(crate) async fn focused(&self) -> Outcome<String> {
        let body =
            format!("{NAME_OF} const e = document.activeElement; return e && e !== document.body ? nameOf(e) : ''");
        Ok(self.script(&body, vec![]).await?.as_str().unwrap_or_default().to_owned())
    }

    /// The text of the first element that the selector finds, without what is hidden.
    pub(crate) async fn text(&self, selector: &str) -> Outcome<String> {
        Ok(self.driver.find(By::Css(selector)).await?.text().await?)
    }

    /// The texts of all elements that the selector finds, white space made single.
    pub(crate) async fn texts(&self, selector: &str) -> Outcome<Vec<String>> {
        let body = "return [...document.querySelectorAll(arguments[0])]
            .map(e => e.textContent.replace(/\\s+/g, ' ').trim())";
        words(self.script(body, vec![json!(selector)]).await?)
    }

    /// The text in the first field that the selector finds.
    pub(crate) async fn value(&self, selector: &str) -> Outcome<String> {
        Ok(self.driver.find(By::Css(selector)).await?.value().await?.unwrap_or_default())
    }

    /// Waits until what the selector finds says this somewhere, and returns all of it.
    pub(crate) async fn says(&self, selector: &str, part: &str) -> Outcome<String> {
        self.eventually(&format!("{selector:?} says {part:?}"), async || {
            Ok(self.texts(selector).await?.into_iter().find(|text| text.contains(part)))
        })
        .await
    }

    /// The entries of the lab's log, in the order of the page.
    pub(crate) async fn log_entries(&self) -> Outcome<Vec<String>> {
        self.texts("[data-part=log] li").await
    }

    /// Waits until an entry of the log contains this, and returns it.
    pub(crate) async fn logged(&self, part: &str) -> Outcome<String> {
        self.eventually(&format!("the log says {part:?}"), async || {
            Ok(self.log_entries().await?.into_iter().find(|entry| entry.contains(part)))
        })
        .await
    }

    /// What a screen reader is told by itself: the texts of all live regions that say something.
    pub(crate) async fn announced(&self) -> Outcome<Vec<String>> {
        let live = "[aria-live=polite], [aria-live=assertive], [role=status], [role=alert]";
        Ok(self.texts(live).await?.into_iter().filter(|text| !text.is_empty()).collect())
    }

    /// The fragment of the address: what a shared link would carry.
    pub(crate) async fn fragment(&self) -> Outcome<String> {
        Ok(self.driver.current_url().await?.fragment().unwrap_or_default().to_owned())
    }

    /// Sets the window's outer size in CSS pixels; browsers refuse less than some 450 of width, see [`screen`](Self::screen).
    pub(crate) async fn resize(&self, width: u32, height: u32) -> Outcome {
        Ok(self.driver.set_window_rect(0, 0, width, height).await?)
    }

    /// Whether [`screen`](Self::screen) and [`prefers`](Self::prefers) work: only Chromium lets tests choose freely.
    pub(crate) fn can_emulate(&self) -> bool {
        self.browser == "chromium"
    }

    /// Gives the page a viewport of exactly this many CSS pixels, each of `ratio` device pixels across.
    pub(crate) async fn screen(&self, width: u32, height: u32, ratio: f64) -> Outcome {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": ratio, "mobile": false });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// Sets what the reader prefers: `("prefers-color-scheme", "dark")`, `("prefers-reduced-motion", "reduce")`.
    pub(crate) async fn prefers(&self, feature: &str, value: &str) -> Outcome {
        let media = json!({ "features": [{ "name": feature, "value": value }] });
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await?;
        Ok(())
    }

    /// Waits for a file that the reader was handed, and returns its bytes; none where tests cannot say where files go.
    pub(crate) async fn saved(&self, name: &str) -> Outcome<Option<Vec<u8>>> {
        if self.browser == "webkit" {
            return Ok(None);
        }
        let path = PathBuf::from(downloads()?).join(name);
        // Empty while it is being written.
        let look = async || Ok(std::fs::read(&path).ok().filter(|bytes| !bytes.is_empty()));
        let bytes = self.eventually(&format!("{name:?} is saved"), look).await?;
        std::fs::remove_file(&path)?;
        Ok(Some(bytes))
    }

    /// Saves a picture of the page beside those of failures.
    pub(crate) async fn picture(&self, name: &str) -> Outcome {
        let path = PathBuf::from(variable("HALFOPEN_SHOTS")?).join(format!("{name}.png"));
        Ok(self.driver.screenshot(&path).await?)
    }

    /// Takes the requests that left the page's own origin, of this document and of those before it.
    pub(crate) async fn foreign_requests(&self) -> Outcome<Vec<String>> {
        self.listen().await?;
        Ok(std::mem::take(&mut *self.foreign.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Takes the errors on the console, and whatever else went wrong unasked, since the session began or this was last called.
    /// A test that leaves any behind fails.
    pub(crate) async fn console_errors(&self) -> Outcome<Vec<String>> {
        self.listen().await?;
        Ok(std::mem::take(&mut *self.errors()))
    }

    /// Waits for an error that contains this, and takes it: for a test that means to cause it.
    pub(crate) async fn expect_error(&self, part: &str) -> Outcome<String> {
        self.eventually(&format!("the console has an error with {part:?}"), async || {
            self.listen().await?;
            let mut errors = self.errors();
            let found = errors.iter().position(|error| error.contains(part));
            Ok(found.map(|at| errors.remove(at)))
        })
        .await
    }

    fn errors(&self) -> MutexGuard<'_, Vec<String>> {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what the page said and asked for by now: its successor would not know.
    async fn listen(&self) -> Outcome {
        let body = "return performance.getEntriesByType('resource').map(entry => entry.name)
            .filter(name => !/^(data|blob|about):/.test(name) && new URL(name).origin !== location.origin)";
        let foreign = words(self.script(body, vec![]).await?)?;
        self.foreign.lock().unwrap_or_else(PoisonError::into_inner).extend(foreign);
        let heard: Vec<String> = if self.browser == "chromium" {
            let entries = self.driver.browser_log().await?.into_iter();
            entries.filter(|entry| entry.level == "SEVERE").map(|entry| entry.message).collect()
        } else {
            // The other drivers keep the console to themselves; the server gives their pages an ear (xtask/src/ear.js).
            words(self.script("return window.heardErrors ? window.heardErrors.splice(0) : []", vec![]).await?)?
        };
        self.errors().extend(heard);
        Ok(())
    }

    /// What went wrong unasked, if anything: at the end of a test there must be nothing.
    async fn nothing_wrong(&self) -> Outcome<Option<String>> {
        let (errors, foreign) = (self.console_errors().await?, self.foreign_requests().await?);
        let none = errors.is_empty() && foreign.is_empty();
        Ok((!none).then(|| format!("at the end: errors {errors:?}, requests to other origins {foreign:?}")))
    }

    /// What axe-core finds against WCAG 2.0 to 2.2, levels A and AA: the rule and the elements that break it.
    pub(crate) async fn accessibility_violations(&self) -> Outcome<Vec<String>> {
        let axe = std::fs::read_to_string(variable("HALFOPEN_AXE")?)?;
        let body = format!("{axe}\n{RUN_AXE}");
        let found = self.driver.execute_async(&body, vec![]).await?.json().clone();
        if let Some(error) = found.get("error") {
            return Err(format!("axe-core failed: {error}").into());
        }
        words(found)
    }
}

fn words(value: Value) -> Outcome<Vec<String>> {
    Ok(serde_json::from_value(value)?)
}

/// The accessible name, as far as our pages use the ways to give one.
pub(crate) const NAME_OF: &str = r#"
const nameOf = (e) => {
    const root = e.getRootNode();
    const by = (e.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean)
        .map(id => root.getElementById(id)?.textContent || '').join(' ');
    const labels = [...(e.labels || [])].map(l => l.textContent).join(' ');
    const own = e.querySelector?.(':scope > title')?.textContent;
    const name = by || e.getAttribute('aria-label') || labels || own || e.textContent || e.title || e.value || '';
    return String(name).replace(/\s+/g, ' ').trim();
};"#;

const FIND_CONTROL: &str = r#"
const kinds = 'button, a[href], input, select, textarea, summary, [role], [tabindex]';
const all = (root) => [...root.querySelectorAll('*')].flatMap(e =>
    [...(e.matches(kinds) ? [e] : []), ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
const seen = all(document).filter(e => e.getClientRects().length > 0 && getComputedStyle(e).visibility === 'visible');
const wanted = arguments[0];
return seen.find(e => nameOf(e) === wanted)
    || seen.filter(e => nameOf(e).includes(wanted)).sort((a, b) => nameOf(a).length - nameOf(b).length)[0] || null;
"#;

const RUN_AXE: &str = r#"
const done = arguments[arguments.length - 1];
// One in a part that is folded away stands still for ever.
const seen = document.getAnimations().filter(animation => animation.effect.target.checkVisibility());
const still = seen.map(animation => animation.finished.catch(() => {}));
Promise.all(still).then(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).then(
    found => done(found.violations.map(v => v.id + ': ' + v.help + ': ' + v.nodes.map(n => n.target.join(' ')).join(', '))),
    error => done({ error: String(error) }));
"#;
