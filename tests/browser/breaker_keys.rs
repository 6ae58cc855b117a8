//! The circuit breaker by keyboard alone: no mouse is touched, and where the focus is can always be seen.

use crate::support::{NAME_OF, Outcome, Page, in_browser};
use serde_json::json;
use thirtyfour::Key;

const LINK: &str = "#/circuit-breaker?latency=50ms&open_for=2s";

#[test]
fn it_opens_probes_and_closes() -> Outcome {
    in_browser(async |page| {
        page.open(LINK).await?;
        page.reach("Break the backend").await?;
        page.hit(Key::Enter).await?;
        page.logged("You broke the backend").await?;
        page.reach("Send 10").await?;
        page.hit(Key::Space).await?;
        page.logged("▲ open. 3 failures in a row; the threshold is 3.").await?;
        page.logged("Turned away without calling the backend.").await?;
        page.announces("▲ open.").await?;
        page.picture_says("breaker (open)").await?;
        page.logged("▲ still open.").await?;
        // The same by its letters, wherever in the lab the focus is.
        page.press("b").await?;
        page.logged("You healed the backend.").await?;
        page.press("s").await?;
        page.logged("◐ half-open.").await?;
        page.logged("● closed.").await?;
        page.announces("● closed.").await?;
        page.reach("Pause").await?;
        page.hit(Key::Space).await?;
        page.is_as_native().await?;
        Ok(())
    })
}

#[test]
fn letters_work_in_the_stage_and_nowhere_else() -> Outcome {
    in_browser(async |page| {
        page.open(LINK).await?;
        // Nothing has the focus: letters are nobody's.
        page.press("sb").await?;
        page.reach("Skip to the stage").await?;
        page.press("sb").await?;
        page.hit(Key::Enter).await?;
        page.eventually("the stage has the focus", async || {
            Ok((page.focused().await?.starts_with("Stage")).then_some(()))
        })
        .await?;
        page.press("s").await?;
        page.logged("Answered in 50 ms.").await?;
        page.says("[data-readout=requests] dd", "1").await?;
        page.press("b").await?;
        page.logged("You broke the backend").await?;
        page.press(" ").await?;
        page.eventually("the button offers to play", async || {
            let name = page.script("return document.querySelector('.play').getAttribute('aria-label')", vec![]).await?;
            Ok((name == json!("Play")).then_some(()))
        })
        .await?;
        page.standing().await?;
        let whole = page.is_as_native().await?;

        // Letters that are typed into a field stay there.
        page.reach("Speed 1×").await?;
        page.hit(Key::Enter).await?;
        page.reach("Seed").await?;
        page.press("sb.,z?").await?;
        assert!(page.value("#seed").await?.contains("sb.,z?"));
        page.says("#seed-error", "A whole number below 2⁶⁴.").await?;
        assert_eq!(page.is_as_native().await?, whole);
        assert_eq!(page.texts("dialog").await?, [""; 0]);
        for _ in 0..6 {
            page.hit(Key::Backspace).await?;
        }

        // The list of keys: it takes the focus, Escape gives it back.
        page.reach("Keys").await?;
        page.hit(Key::Enter).await?;
        page.says("dialog[open] .keys", "Send request").await?;
        page.press("s").await?;
        page.hit(Key::Escape).await?;
        page.eventually("the list of keys is gone", async || Ok(page.texts("dialog").await?.is_empty().then_some(())))
            .await?;
        assert_eq!(page.is_as_native().await?, whole);
        assert_eq!(page.focused().await?, "Keys");

        // Step, step back, undo, redo.
        page.press(",").await?;
        if page.is_as_native().await?.log == whole.log {
            // Time had gone on since the latest entry, so that the first step leads only there.
            page.press(",").await?;
        }
        assert_eq!(page.is_as_native().await?.log, whole.log[1..]);
        page.press(".").await?;
        assert_eq!(page.is_as_native().await?.log, whole.log);
        page.press("z").await?;
        page.says(".hint", "Undone.").await?;
        assert_eq!(page.is_as_native().await?.log, whole.log[1..]);
        page.press("Z").await?;
        page.says(".hint", "Done again.").await?;
        assert_eq!(page.is_as_native().await?.log, whole.log);
        Ok(())
    })
}

#[test]
fn sliders_bar_and_menus_obey_the_arrows() -> Outcome {
    in_browser(async |page| {
        page.open("#/circuit-breaker?open_for=1s&latency=50ms&t=4s&do=0.5:break,1:send_10,3:heal").await?;
        let whole = page.is_as_native().await?;
        page.reach("Time").await?;
        page.hit(Key::Home).await?;
        page.says(".transport .t", "0.0 s").await?;
        assert_eq!(page.is_as_native().await?.log, [""; 0]);
        page.hit(Key::Right).await?;
        page.says(".transport .t", "0.1 s").await?;
        page.hit(Key::PageUp).await?;
        page.says(".transport .t", "1.1 s").await?;
        page.is_as_native().await?;
        page.hit(Key::Left).await?;
        page.says(".transport .t", "1.0 s").await?;
        page.hit(Key::End).await?;
        page.says(".transport .t", "4.0 s").await?;
        assert_eq!(page.is_as_native().await?, whole);

        // At the beginning a knob changes the whole run.
        page.hit(Key::Home).await?;
        page.says(".transport .t", "0.0 s").await?;
        page.reach("Failures to open").await?;
        page.hit(Key::Right).await?;
        page.eventually("the threshold is 4", async || Ok((page.value("#knob-threshold").await? == "4").then_some(())))
            .await?;
        page.hit(Key::Left).await?;
        page.hit(Key::Left).await?;
        page.eventually("the threshold is 2", async || {
            Ok(page.fragment().await?.contains("threshold=2").then_some(()))
        })
        .await?;
        page.says("h1 + .claim", "After 2 failures in a row").await?;

        // A mark with several actions has a menu; the arrows go round in it.
        page.reach("Backend, ✓ answers in 50 ms: 4 actions").await?;
        page.hit(Key::Enter).await?;
        page.focus_is("Break the backend").await?;
        page.hit(Key::Up).await?;
        page.focus_is("Take it down").await?;
        page.hit(Key::Down).await?;
        page.hit(Key::Down).await?;
        page.focus_is("Make it slow").await?;
        page.hit(Key::Escape).await?;
        page.focus_is("Backend, ✓ answers in 50 ms: 4 actions").await?;
        page.hit(Key::Space).await?;
        page.focus_is("Break the backend").await?;
        page.hit(Key::Enter).await?;
        page.logged("You broke the backend").await?;
        page.focus_is("Backend, ✕ failing every call: 4 actions").await?;
        Ok(())
    })
}

#[test]
fn the_focus_can_be_seen_wherever_it_goes() -> Outcome {
    in_browser(async |page| {
        page.open("#/circuit-breaker?t=4s&do=0.5:break,1:send_10").await?;
        page.is_as_native().await?;
        let (mut seen, mut first) = (Vec::new(), None);
        for _ in 0..200 {
            page.hit(Key::Tab).await?;
            let found = page.script(FOCUS_LOOKS, vec![]).await?;
            let (which, name) = (found["which"].clone(), found["name"].as_str().unwrap_or_default().to_owned());
            if which == json!(null) || first.as_ref() == Some(&which) {
                break;
            }
            first.get_or_insert(which);
            assert_eq!(found["ringed"], json!(true), "{name:?} does not show that it has the focus");
            assert_eq!(found["covered"], json!(false), "{name:?} is covered while it has the focus");
            assert_ne!(name, "", "what has the focus has no name: {found}");
            seen.push(name);
        }
        for wanted in
            ["Skip to the stage", "Send request", "Play", "Time", "Copy link", "Show as table", "Failures to open"]
        {
            assert!(seen.iter().any(|name| name.contains(wanted)), "Tab does not lead to {wanted:?}, only to {seen:?}");
        }
        Ok(())
    })
}

/// What has the focus: a number of its own, its name, whether it or what stands for it has a ring, and whether anything
/// else lies over the middle of what is in view of it.
const FOCUS_LOOKS: &str = r#"
const e = document.activeElement;
if (!e || e === document.body || e === document.documentElement) return { which: null };
const stands = e.matches('.dg-act') ? e.querySelector('.dg-focus') : e.matches('.segments input') ? e.nextElementSibling : e;
const look = getComputedStyle(stands);
const ringed = look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2
    || e.matches('.dg-act') && look.stroke !== 'none' && parseFloat(look.strokeWidth) >= 2;
const box = stands.getBoundingClientRect();
const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2;
const over = document.elementFromPoint(middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight));
const near = over && (stands.contains(over) || e.contains(over) || over.contains(e) || over.closest('label')?.contains(e));
const name = e.getAttribute('aria-label') || document.getElementById(e.getAttribute('aria-labelledby'))?.textContent
    || e.labels?.[0]?.textContent || e.textContent;
return { which: [...document.querySelectorAll('*')].indexOf(e), name: name.trim(), ringed, covered: !near,
    by: over?.outerHTML.slice(0, 80) };
"#;

impl Page {
    /// Presses one key.
    pub(crate) async fn hit(&self, key: Key) -> Outcome {
        self.press(key.value().to_string()).await
    }

    /// Presses Tab, or Shift and Tab where that is the way, until the control of this name, or of one that begins so, has
    /// the focus.
    pub(crate) async fn reach(&self, name: &str) -> Outcome {
        let way = async || {
            Ok(self.script(&format!("{NAME_OF}{WAY_TO}"), vec![json!(name)]).await?.as_str().map(ToOwned::to_owned))
        };
        let way = self.eventually(&format!("there is a way to {name:?}"), way).await?;
        let mut last = String::new();
        for _ in 0..200 {
            last = self.focused().await?;
            if last.starts_with(name) {
                return Ok(());
            }
            let tab = Key::Tab.value().to_string();
            match &*way {
                "back" => {
                    self.driver.action_chain().key_down(Key::Shift).send_keys(tab).key_up(Key::Shift).perform().await?
                }
                _ => self.press(tab).await?,
            }
        }
        Err(format!("200 times Tab ({way}) do not lead to {name:?}, but to {last:?}").into())
    }

    /// Waits until what has the focus is called so.
    pub(crate) async fn focus_is(&self, name: &str) -> Outcome {
        self.eventually(&format!("{name:?} has the focus"), async || Ok((self.focused().await? == name).then_some(())))
            .await
    }
}

/// Which way the nearest control is that has such a name and can have the focus.
const WAY_TO: &str = r#"
const kinds = 'button, a[href], input, select, textarea, summary, [tabindex="0"]';
const named = [...document.querySelectorAll(kinds)].filter(e =>
    !e.disabled && e.getClientRects().length > 0 && nameOf(e).startsWith(arguments[0]));
const now = document.activeElement;
if (named.includes(now)) return 'here';
const after = named.some(e => now.compareDocumentPosition(e) & (Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_CONTAINED_BY));
return after ? 'on' : named.length ? 'back' : null;
"#;
