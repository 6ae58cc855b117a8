//! What holds for every page in every state: nobody is kept out, nothing is cut off, nothing moves for those who mind.

use crate::support::{Outcome, Page, in_browser};
use serde_json::json;

/// Every kind of page, with labs in the middle of a run.
const PAGES: [&str; 19] = [
    "",
    "#/circuit-breaker",
    "#/circuit-breaker?t=4s&rate=20&do=1:break,3.9:send",
    "#/cascade?rate=200&threads=2000&t=12s",
    "#/backoff?t=6s&breaker=each_attempt&overlay_equal=on",
    "#/retry-storm?t=12s&do=5:start,10:end",
    "#/circuit-breaker?t=6s&rate=20&b.threshold=9&do=1:break",
    "#/availability?t=4s&do=1:break_weakest",
    "#/bulkhead?t=4s&do=1:slow",
    "#/timeouts?t=4s&do=1:send",
    "#/fallback?t=6s&do=4:break_price",
    "#/idempotency?preset=payment&t=6s&do=1:pay,4:other_amount",
    "#/limits?t=4s&do=1:double",
    "#/experiments/backoff",
    "#/availability/nines?available=99.95%25",
    "#/availability/replicas?common=10",
    "#/availability/sla?services=web%2099.95%25,%202of3(app%2099%25)",
    "#/embed/circuit-breaker?t=4s&do=1:break,2:send_10&lock=threshold&hide=share",
    "#/circuit-breaker?treshold=3&open_for=soon&do=1:jump",
];

#[test]
fn nobody_is_kept_out_by_day() -> Outcome {
    in_browser(async |page| nobody_is_kept_out(page, "Colours: as the system. Change", "light").await)
}

#[test]
fn nobody_is_kept_out_by_night() -> Outcome {
    in_browser(async |page| nobody_is_kept_out(page, "Colours: light. Change", "dark").await)
}

async fn nobody_is_kept_out(page: &Page, last_click: &str, theme: &str) -> Outcome {
    page.open("").await?;
    page.click("Colours: as the system. Change").await?;
    if last_click != "Colours: as the system. Change" {
        page.click(last_click).await?;
    }
    for fragment in PAGES {
        page.open(fragment).await?;
        let body = "return document.documentElement.dataset.theme";
        assert_eq!(page.script(body, vec![]).await?, json!(theme), "{fragment}");
        if fragment.contains("t=") {
            page.standing().await?;
            page.unfold().await?;
        }
        let found = page.accessibility_violations().await?;
        assert_eq!(found, [""; 0], "{fragment}");
        page.no_inline_style(fragment).await?;
        let foreign = page.foreign_requests().await?;
        assert_eq!(foreign, [""; 0], "{fragment}");
    }
    Ok(())
}

#[test]
fn it_fits_a_small_phone() -> Outcome {
    in_browser(async |page| {
        page.open("").await?;
        for fragment in PAGES {
            // Windows are no narrower than some 450 pixels; frames are.
            page.framed(320, fragment).await?;
            if fragment.contains("t=") {
                page.standing().await?;
                page.unfold().await?;
            }
            let wide = page.script(TOO_WIDE, vec![]).await?;
            assert_eq!(wide, json!([]), "{fragment}");
            assert_eq!(page.console_errors().await?, [""; 0], "{fragment}");
            page.driver.enter_default_frame().await?;
        }
        Ok(())
    })
}

#[test]
fn text_and_targets_are_large_enough() -> Outcome {
    in_browser(async |page| {
        page.open("").await?;
        for fragment in PAGES {
            // As wide as a small phone, and a scroll bar, which phones lay over the page.
            page.framed(336, fragment).await?;
            if fragment.contains("t=") {
                page.standing().await?;
                page.unfold().await?;
            }
            assert_eq!(page.script(TOO_SMALL, vec![]).await?, json!([]), "{fragment}");
            page.driver.enter_default_frame().await?;
        }
        Ok(())
    })
}

#[test]
fn nothing_moves_for_those_who_mind() -> Outcome {
    in_browser(async |page| {
        if !page.can_emulate() {
            return Ok(());
        }
        page.prefers("prefers-reduced-motion", "no-preference").await?;
        page.open(PAGES[2]).await?;
        page.standing().await?;
        assert!(page.script(SLOWEST, vec![]).await?.as_f64() >= Some(0.1), "otherwise the rest proves nothing");
        page.prefers("prefers-reduced-motion", "reduce").await?;
        for fragment in PAGES {
            page.open(fragment).await?;
            let slowest = page.script(SLOWEST, vec![]).await?;
            assert!(slowest.as_f64() <= Some(0.001), "{fragment}: {slowest} s");
        }
        Ok(())
    })
}

#[test]
fn a_failure_is_told_and_leads_on() -> Outcome {
    in_browser(async |page| {
        // The link alone does no harm.
        page.open("#/test/panic").await?;
        page.says("main", "There is no page called “test/panic”.").await?;
        page.open("").await?;
        page.script("document.documentElement.dataset.mayFail = ''", vec![]).await?;
        page.follow("#/test/panic").await?;
        page.says("#panic h1", "Something went wrong in the program").await?;
        page.says("#panic pre", "this page fails on purpose").await?;
        let address = page.driver.current_url().await?.to_string();
        assert_eq!(page.text("#panic-link").await?, address);
        assert_eq!(page.focused().await?, "Something went wrong in the program");
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        page.no_inline_style("the failure").await?;
        // The browser tells of it too.
        assert!(!page.console_errors().await?.is_empty());
        page.click("Restart").await?;
        page.says(".taste h2", "Circuit breaker").await?;
        page.click("Send request").await?;
        page.says(".last", "Answered in 500 ms.").await?;
        // Whatever the browser told of the failed page after that.
        page.console_errors().await?;
        Ok(())
    })
}

/// Elements that stick out to the right of a page that can be scrolled sideways.
const TOO_WIDE: &str = "const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    return [root.scrollWidth, ...[...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > root.clientWidth + 0.5).slice(0, 8).map(e => e.outerHTML.slice(0, 120))]";

/// Text below 11 pixels as it appears, and controls that a finger misses: below 24 pixels, unless inline in a sentence.
const TOO_SMALL: &str = r#"
const found = [];
for (const e of document.querySelectorAll('body *')) {
    const box = e.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || getComputedStyle(e).visibility !== 'visible') continue;
    const says = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    const scale = e.ownerSVGElement ? (e.getScreenCTM?.().a ?? 1) : 1;
    const size = parseFloat(getComputedStyle(e).fontSize) * scale;
    if (says && size < 10.99) found.push(`${size} px: ${e.textContent.trim().slice(0, 40)}`);
    const control = e.matches('button, summary, select, input:not([type=radio], [type=checkbox]), [role=button], [role=slider], a[href]');
    const hit = e.querySelector?.('.dg-reach')?.getBoundingClientRect() || box;
    if (control && Math.min(hit.width, hit.height) < 23.99 && !e.closest('p')) found.push(`${hit.width} × ${hit.height}: ${e.outerHTML.slice(0, 90)}`);
}
return found.slice(0, 8)"#;

/// The longest transition or animation of anything, in seconds.
const SLOWEST: &str =
    "return Math.max(...[...document.querySelectorAll('*')].flatMap(e => ['', '::before', '::after'].flatMap(part => {
    const look = getComputedStyle(e, part);
    return (look.transitionDuration + ',' + look.animationDuration).split(',')
        .map(time => time.trim().endsWith('ms') ? parseFloat(time) / 1000 : parseFloat(time) || 0);
})))";

impl Page {
    /// Opens whatever is folded, so that it is looked at too.
    async fn unfold(&self) -> Outcome {
        let body = "for (const fold of document.querySelectorAll('.knobs details, .more details, details.goals, .goals details'))
            if (!fold.open) fold.querySelector('summary').click();
        document.querySelector('.edit')?.click();
        document.querySelector('.dg-as-text')?.click();
        document.querySelector('.dials')?.click()";
        self.script(body, vec![]).await?;
        self.eventually("all is unfolded", async || {
            let body =
                "return [...document.querySelectorAll('.knobs details, .more details, details.goals')].every(fold => fold.open)";
            Ok((self.script(body, vec![]).await? == json!(true)).then_some(()))
        })
        .await
    }

    /// Shows this fragment in a frame of this width, and goes into it.
    async fn framed(&self, width: u32, fragment: &str) -> Outcome {
        let body = "document.querySelectorAll('#app, iframe').forEach(old => old.remove());
            const frame = document.createElement('iframe');
            Object.assign(frame, { width: arguments[0], height: 800, frameBorder: 0, src: './index.html' + arguments[1] });
            document.body.append(frame)";
        self.script(body, vec![json!(width), json!(fragment)]).await?;
        self.driver.enter_frame(0).await?;
        self.says("main h1", "").await?;
        self.eventually("the page in the frame is ready", async || {
            Ok((self.script("return document.querySelector('.lab') !== null", vec![]).await? == json!(true))
                .then_some(()))
        })
        .await?;
        assert_eq!(self.script("return innerWidth", vec![]).await?, json!(width));
        Ok(())
    }

    /// No element has a style of its own, but for the few that are placed through the object model.
    pub(crate) async fn no_inline_style(&self, what: &str) -> Outcome {
        let body =
            "return [...document.querySelectorAll('[style]:not(canvas, .chart-plot, .dg-menu)')].map(e => e.outerHTML)";
        assert_eq!(self.script(body, vec![]).await?, json!([]), "{what}");
        Ok(())
    }
}
