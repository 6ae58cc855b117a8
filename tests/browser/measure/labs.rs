//! Every lab while it is played: what a frame costs, how fast one gets to any point of what was played, and what the page
//! holds in memory. With the whole page in view, so that no chart is spared.

use crate::sheet::{Budget, Sheet, each, median, quantile};
use crate::support::{Outcome, Page, in_session};
use crate::trace::{self, Trace, mark};
use halfopen::lab::link::{self, Target};
use halfopen::labs::LABS;
use halfopen::session::Session;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Labs under more load than they have at their defaults, and how many clients, or requests a second, that is.
const HEAVY: [(&str, u32); 3] = [
    ("#/circuit-breaker?rate=1000", 1_000),
    // Two callers with 5,000 requests a second each.
    ("#/cascade?rate=5000&threads=20000", 10_000),
    ("#/retry-storm?clients=10000&capacity=10000", 10_000),
];

/// Milliseconds of script that 95 of 100 frames keep within, at so many clients at most.
const FRAME_MAX: [(u32, f64); 2] = [(1_000, 8.0), (10_000, 16.0)];
/// Milliseconds of script until any point of what was played is shown, for 95 of 100.
const SCRUB_MAX: f64 = 50.0;
/// Megabytes that WebAssembly and scripts hold after [`PLAYED`]. Most of it is checkpoints, of which there are then nearly as
/// many as there ever are: 40 of the heaviest lab take some 3 MB each.
const MEMORY_MAX: f64 = 128.0;
/// Milliseconds of the run that are played before scrubbing, and at whose end memory counts.
const PLAYED: f64 = 600_000.0;

/// Times that frames are watched, and how long each.
const WINDOWS: usize = 3;
const WINDOW: Duration = Duration::from_secs(3);
/// Points that are scrubbed to, and how often to each.
const POINTS: usize = 20;
const ROUNDS: usize = 3;
/// How long playing may take: this machine may not keep up with the speed asked for.
const PATIENCE: Duration = Duration::from_secs(180);
/// The window of the browser.
const SIZE: (u32, u32) = (1280, 2600);

/// Before the page: remembers the memory of its WebAssembly.
const WATCH_MEMORY: &str = "
    for (const way of ['instantiate', 'instantiateStreaming']) {
        const real = WebAssembly[way];
        WebAssembly[way] = async (...args) => {
            const done = await real.apply(WebAssembly, args);
            const exports = Object.values((done.instance || done).exports);
            // Chunks that share it export none.
            window.wasmMemory = exports.find(one => one instanceof WebAssembly.Memory) || window.wasmMemory;
            return done;
        };
    }";

/// Goes to a share of the time bar, as pressing there does, and says when it is shown: in the frame after the first one in
/// which the page is no longer on its way.
const SCRUB: &str = "
    const [share, done] = arguments;
    const bar = document.querySelector('.scrub');
    const area = bar.getBoundingClientRect();
    const send = kind => bar.dispatchEvent(new PointerEvent(kind,
        { bubbles: true, cancelable: true, button: 0, clientX: area.left + area.width * share }));
    requestAnimationFrame(() => setTimeout(() => {
        performance.mark('pressed');
        const began = performance.now();
        send('pointerdown');
        send('pointerup');
        const look = () => document.querySelector('.progress')
            ? requestAnimationFrame(look)
            : requestAnimationFrame(() => { performance.mark('shown'); done(performance.now() - began); });
        requestAnimationFrame(look);
    }));";

pub(crate) fn measure(sheet: &mut Sheet) -> Outcome {
    let usual = LABS.iter().map(|lab| (format!("#/{}", lab.about.slug), 1_000));
    for (link, clients) in usual.chain(HEAVY.map(|(link, clients)| (link.to_owned(), clients))) {
        if figures(&link).iter().any(|figure| sheet.wants(figure)) {
            in_session(
                |capabilities| {
                    crate::alone(capabilities);
                    trace::wanted(capabilities);
                },
                async |page| play(page, &link, clients, sheet).await,
            )?;
        }
    }
    Ok(())
}

/// The names of a link's figures.
fn figures(link: &str) -> [String; 4] {
    [
        format!("frame {link}, at first"),
        format!("frame {link}, after 10 min"),
        format!("scrub {link}, 10 min"),
        format!("memory {link}, after 10 min"),
    ]
}

async fn play(page: &Page, link: &str, clients: u32, sheet: &mut Sheet) -> Outcome {
    let [at_first, later, scrubbing, held] = figures(link);
    let source = json!({ "source": WATCH_MEMORY });
    page.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", source).await?;
    page.screen(SIZE.0, SIZE.1, 1.0).await?;
    page.open(link).await?;
    let before = memory(page).await?;
    page.click("Play").await?;
    act(page, link).await?;
    frames(page, &at_first, clients, sheet).await?;
    speed(page, 6).await?;
    let deadline = Instant::now() + PATIENCE;
    while number(page, PLAYHEAD).await? < PLAYED {
        if Instant::now() > deadline {
            return Err(format!("{link} is not played after {PATIENCE:?}").into());
        }
        // A lab in which nothing is under way pauses by itself.
        page.script("document.querySelector('.play[aria-label=Play]')?.click()", vec![]).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    speed(page, 0).await?;
    let after = memory(page).await?;
    frames(page, &later, clients, sheet).await?;
    let stop = "clearInterval(window.sending); document.querySelector('.play[aria-label=Pause]')?.click()";
    page.script(stop, vec![]).await?;
    scrub(page, &scrubbing, sheet).await?;
    if sheet.wants(&held) {
        let note = format!(
            "WebAssembly {:.1} MB, scripts {:.1} MB; at first {:.1} and {:.1}",
            after.0, after.1, before.0, before.1
        );
        sheet.add(&held, after.0 + after.1, "MB", Budget::AtMost(MEMORY_MAX), note);
    }
    Ok(())
}

/// The reader does what the lab is for: where nothing happens by itself, four times a second; else once, so that what it
/// sets off is measured and not the clicking.
async fn act(page: &Page, link: &str) -> Outcome {
    let (Target::Lab(link), _) = link::read(link, LABS) else { return Err(format!("{link} is no lab").into()) };
    if let Some(action) = link.lab.about.actions.iter().find(|action| action.primary) {
        let body = "const [id, again] = arguments;
            const press = () => document.querySelector(`button[data-action=${id}]:not([disabled])`)?.click();
            press();
            if (again) window.sending = setInterval(press, 250)";
        page.script(body, vec![json!(action.id), json!(!Session::open(&link).is_busy())]).await?;
    }
    Ok(())
}

async fn frames(page: &Page, figure: &str, clients: u32, sheet: &mut Sheet) -> Outcome {
    if !sheet.wants(figure) {
        return Ok(());
    }
    let (mut p95s, mut all) = (Vec::new(), Vec::new());
    for window in 0..WINDOWS {
        let begun = format!("{figure}, {window}");
        mark(page, &begun).await?;
        tokio::time::sleep(WINDOW).await;
        let frames = Trace::since(page, &begun).await?.frames();
        p95s.push(quantile(&frames, 0.95));
        all.extend(frames);
    }
    let most = FRAME_MAX.into_iter().find(|(many, _)| clients <= *many).map_or(f64::NAN, |(_, most)| most);
    let note = format!(
        "p95 of each time {}; median {:.1}, most {:.1}; {:.0} frames a second",
        each(&p95s, "ms"),
        median(&all),
        quantile(&all, 1.0),
        all.len() as f64 / (WINDOW.as_secs_f64() * WINDOWS as f64)
    );
    sheet.add(figure, median(&p95s), "ms", Budget::AtMost(most), note);
    Ok(())
}

async fn scrub(page: &Page, figure: &str, sheet: &mut Sheet) -> Outcome {
    if !sheet.wants(figure) {
        return Ok(());
    }
    let whole = number(page, "document.querySelector('.scrub').getAttribute('aria-valuemax')").await?;
    let bar = if whole <= PLAYED { PLAYED } else { 2.0 * PLAYED };
    let mut shown = Vec::new();
    mark(page, figure).await?;
    for point in 0..POINTS * ROUNDS {
        // All over the run, near and far in turn (7 has no common divisor with their number), at all distances from the
        // checkpoints, which lie 16 s apart by then.
        let share = ((point * 7 % POINTS) as f64 + 0.53) / POINTS as f64 * PLAYED / bar;
        let took = page.driver.execute_async(SCRUB, vec![json!(share)]).await?;
        shown.push(took.json().as_f64().ok_or("no time was told")?);
    }
    let trace = Trace::since(page, figure).await?;
    let (pressed, ends) = (trace.marks("pressed"), trace.marks("shown"));
    let script: Vec<f64> = pressed.iter().zip(&ends).map(|(from, to)| trace.script(*from, *to)).collect();
    if script.len() != POINTS * ROUNDS {
        return Err(format!("of {} scrubs the trace has {}", POINTS * ROUNDS, script.len()).into());
    }
    // Of each point its median.
    let of = |point: usize| median(&script.iter().skip(point).step_by(POINTS).copied().collect::<Vec<_>>());
    let points: Vec<f64> = (0..POINTS).map(of).collect();
    let note = format!(
        "of {POINTS} points, {ROUNDS} times each: median {:.1}, most {:.1}; until shown {:.1}, p95 {:.1}",
        median(&points),
        quantile(&points, 1.0),
        median(&shown),
        quantile(&shown, 0.95)
    );
    sheet.add(figure, quantile(&points, 0.95), "ms", Budget::AtMost(SCRUB_MAX), note);
    Ok(())
}

const PLAYHEAD: &str = "document.querySelector('.scrub').getAttribute('aria-valuenow')";

async fn number(page: &Page, expression: &str) -> Outcome<f64> {
    let told = page.script(&format!("return Number({expression})"), vec![]).await?;
    told.as_f64().ok_or_else(|| format!("{expression} is no number").into())
}

/// Sets the speed, a power of two, by its slider.
async fn speed(page: &Page, power: i8) -> Outcome {
    let body = "const slider = () => document.getElementById('speed');
        if (!slider()) document.querySelector('.dials').click();
        const set = () => {
            if (!slider()) return setTimeout(set);
            slider().value = arguments[0];
            slider().dispatchEvent(new Event('input', { bubbles: true }));
            arguments[1]();
        };
        set()";
    page.driver.execute_async(body, vec![json!(power)]).await?;
    Ok(())
}

/// Megabytes of WebAssembly and of scripts, after what is no longer used is gone.
async fn memory(page: &Page) -> Outcome<(f64, f64)> {
    let cdp = page.driver.cdp();
    cdp.send_raw("HeapProfiler.collectGarbage", json!({})).await?;
    let heap: Value = cdp.send_raw("Runtime.getHeapUsage", json!({})).await?;
    let scripts = heap["usedSize"].as_f64().ok_or("the heap's size is not told")?;
    Ok((number(page, "window.wasmMemory.buffer.byteLength").await? / 1e6, scripts / 1e6))
}
