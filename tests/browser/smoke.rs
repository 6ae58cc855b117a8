//! The page comes up, by itself and without a word on the console (which is checked at the end of every test).

use serde_json::json;

use crate::support::{Outcome, in_browser};

#[test]
fn the_page_mounts() -> Outcome {
    in_browser(async |page| {
        page.open("").await?;
        // The first lab, alive on the front page.
        assert_eq!(page.text(".taste h2").await?, "Circuit breaker");
        Ok(())
    })
}

/// What the first visit costs is counted from what the page's script says is fetched; a browser must ask for just that.
#[test]
fn a_page_loads_what_it_needs_and_no_more() -> Outcome {
    const LOADED: &str = "const part = file => file.name.split('/').pop(); \
        return [...new Set(performance.getEntriesByType('resource').map(part))].filter(name => name.endsWith('.wasm')).sort()";
    const SAID: &str = "const list = document.querySelector('script[data-chunks]').textContent \
        .match(new RegExp('\"' + arguments[0] + '\":\"([^\"]*)\"'))[1].split(' '); \
        const main = document.querySelector('link[rel=preload][type=\"application/wasm\"]').href.split('/').pop(); \
        return [...list, main].sort()";
    in_browser(async |page| {
        page.open("").await?;
        page.text(".taste h2").await?;
        assert_eq!(page.script(LOADED, vec![]).await?, page.script(SAID, vec![json!("")]).await?);
        page.open("#/cascade").await?;
        page.text(".knobs h2").await?;
        assert_eq!(page.script(LOADED, vec![]).await?, page.script(SAID, vec![json!("cascade")]).await?);
        // From within the page, what is missing is fetched and nothing twice.
        page.follow("#/circuit-breaker").await?;
        page.eventually("the other lab", async || Ok((page.text("h1").await? == "Circuit breaker").then_some(())))
            .await?;
        let all = page.script(LOADED, vec![]).await?;
        for file in page.script(SAID, vec![json!("circuit-breaker")]).await?.as_array().into_iter().flatten() {
            assert!(all.as_array().is_some_and(|all| all.contains(file)), "{file} is not among {all}");
        }
        Ok(())
    })
}

#[test]
fn nobody_is_kept_out() -> Outcome {
    in_browser(async |page| {
        page.open("").await?;
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        Ok(())
    })
}

/// That no error is heard proves something only if one would be.
#[test]
fn errors_would_be_heard() -> Outcome {
    in_browser(async |page| {
        page.open("").await?;
        // Thrown by a function of the page's own: Firefox runs scripts of ours in a world apart.
        let wrong = "console.error('on purpose'); window.setTimeout(window.decodeURIComponent, 0, '%')";
        page.script(wrong, vec![]).await?;
        page.expect_error("on purpose").await?;
        // "URIError" or, where it is not said of which script, "Script error".
        page.expect_error("rror").await?;
        Ok(())
    })
}
