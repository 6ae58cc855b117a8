//! A lab in a frame of another page.

use crate::support::{Outcome, Page, in_browser};
use serde_json::{Value, json};
use thirtyfour::By;

#[test]
fn the_sample_page_gives_the_lab_its_height() -> Outcome {
    in_browser(async |page| {
        page.open("embed-sample.html").await?;
        let before = page.script("return document.querySelector('iframe').clientHeight", vec![]).await?;
        page.eventually("the frame follows the height that it was told", async || {
            let now = page.script("return document.querySelector('iframe').style.height", vec![]).await?;
            Ok(now.as_str().filter(|height| height.ends_with("px")).map(|_| ()))
        })
        .await?;
        page.enter().await?;
        assert_eq!(page.texts("header, footer, nav").await?, [""; 0]);
        assert_eq!(page.texts("h1").await?, ["Circuit breaker"]);
        // What the sample's link hides stays hidden; all else is there.
        page.click("Break the backend").await?;
        page.click("Send 10").await?;
        page.logged("▲ open. 5 failures in a row; the threshold is 5.").await?;
        page.says("[data-readout=turned_away] dt", "turned away").await?;
        assert_eq!(page.texts("[data-part=share], [data-part=outlook]").await?, [""; 0]);
        assert_eq!(page.texts("[data-part=why], [data-part=knobs]").await?.len(), 2);
        // It has grown by what it shows since the first click, and the frame with it.
        page.embed_fits().await?;
        page.click("Pause").await?;
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        assert_eq!(page.console_errors().await?, [""; 0]);
        page.driver.enter_default_frame().await?;
        let after = page.script("return document.querySelector('iframe').clientHeight", vec![]).await?;
        assert!(after.as_f64() > before.as_f64(), "{before} {after}");
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        Ok(())
    })
}

#[test]
fn the_parent_hears_each_language() -> Outcome {
    in_browser(async |page| {
        page.open("embed-sample.html").await?;
        // The messages go into the page itself: Firefox runs scripts of ours in a world apart.
        let listen = "addEventListener('message', (event) => {
            const said = document.body.appendChild(document.createElement('p'));
            said.className = 'heard';
            said.textContent = JSON.stringify(event.data);
        });
        document.querySelector('iframe').contentWindow.location.reload()";
        page.script(listen, vec![]).await?;
        for wanted in ["iframe-resized", "lti.frameResize", "plugin.resize"] {
            let heard: Value = serde_json::from_str(&page.says(".heard", wanted).await?)?;
            let height = heard["height"].as_f64().or(heard["payload"]["height"].as_f64()).unwrap_or_default();
            assert!(height > 300.0, "{heard}");
        }
        Ok(())
    })
}

#[test]
fn it_leaves_the_history_of_its_host_alone() -> Outcome {
    in_browser(async |page| {
        page.open("embed-sample.html").await?;
        let length = page.script("return history.length", vec![]).await?;
        page.enter().await?;
        page.click("Send request").await?;
        page.logged("Answered in 500 ms.").await?;
        page.click("Pause").await?;
        page.click("Step back").await?;
        page.eventually("the address of the frame has followed", async || {
            let hash = page.script("return location.hash", vec![]).await?;
            let hash = hash.as_str().unwrap_or_default().to_owned();
            Ok((hash.contains("do=") && hash.contains("hide=share,outlook")).then_some(()))
        })
        .await?;
        // Where it stands can be opened in full, without what was hidden.
        let out = page.script("return document.querySelector('.out a').href", vec![]).await?;
        let out = out.as_str().unwrap_or_default().to_owned();
        assert!(out.contains("#/circuit-breaker?threshold=5") && out.contains("do="), "{out}");
        page.driver.enter_default_frame().await?;
        assert_eq!(page.script("return history.length", vec![]).await?, length);
        Ok(())
    })
}

#[test]
fn hide_and_lock_do_what_they_say() -> Outcome {
    in_browser(async |page| {
        let run = "t=4s&do=0.5:break,1:send_10";
        page.open(&format!("#/embed/circuit-breaker?{run}&lock=threshold,rate")).await?;
        page.says(".log", "▲ open.").await?;
        page.click("Settings").await?;
        let off = "const k = document.querySelector(`[data-knob=${arguments[0]}]`);
            return k && [...k.querySelectorAll('input')].every(input => input.disabled)";
        assert_eq!(page.script(off, vec![json!("threshold")]).await?, json!(true));
        assert_eq!(page.script(off, vec![json!("open_for")]).await?, json!(false));
        page.says("[data-knob=threshold] small", "Locked by the link.").await?;
        // A locked knob has no second way either.
        assert_eq!(page.texts(".rate").await?, [""; 0]);
        let presets = "return [...document.querySelectorAll('.presets button')].every(button => button.disabled)";
        assert_eq!(page.script(presets, vec![]).await?, json!(true));

        for part in halfopen::lab::link::PARTS {
            page.open(&format!("#/embed/circuit-breaker?{run}&hide={part}")).await?;
            let shown =
                page.script("return [...document.querySelectorAll('[data-part]')].map(p => p.dataset.part)", vec![]);
            let shown: Vec<String> = serde_json::from_value(shown.await?)?;
            assert!(!shown.iter().any(|shown| shown == part), "{part}: {shown:?}");
            assert!(shown.len() >= 7, "{part}: {shown:?}");
            assert_eq!(page.texts("h1").await?, ["Circuit breaker"]);
        }
        Ok(())
    })
}

impl Page {
    /// Goes into the frame, and waits until the lab in it is mounted and has its height.
    async fn enter(&self) -> Outcome {
        self.driver.find(By::Css("iframe")).await?.enter_frame().await?;
        self.says("main.embed h1", "").await?;
        self.embed_fits().await
    }

    /// Waits until nothing in the frame is cut off: its window is as high as its page.
    async fn embed_fits(&self) -> Outcome {
        let body = "return document.documentElement.scrollHeight <= innerHeight";
        self.eventually("the frame is as high as what it shows", async || {
            Ok((self.script(body, vec![]).await? == json!(true)).then_some(()))
        })
        .await
    }
}
