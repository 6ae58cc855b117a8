//! The page comes up, by itself and without a word on the console (which is checked at the end of every test).

use crate::support::{Outcome, in_browser};

#[test]
fn the_page_mounts() -> Outcome {
    in_browser(async |page| {
        page.open("").await?;
        assert_ne!(page.text("h1").await?, "");
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
