//! A picture edited by hand and as text: by mouse, by keyboard alone, with two lanes, and not where the link forbids it.

use serde_json::json;
use thirtyfour::Key;

use crate::support::{Outcome, Page, in_browser};

const LAB: &str = "#/availability";
/// What the lab begins with.
const SYSTEM: &str = "series(balancer 99.99%, 2of3(app 99.9%), parallel(database 99.95%, database 99.95%))";
/// The second field of a part.
const AVAILABLE: &str = ".dg-editor .dg-ask:nth-child(2) input";

#[test]
fn a_part_is_edited_by_mouse() -> Outcome {
    in_browser(async |page| {
        page.open(LAB).await?;
        assert_eq!(page.value("#text-system").await?, SYSTEM);
        let claim = page.text("h1 + .claim").await?;
        page.click("Edit the picture").await?;
        page.click("balancer").await?;
        page.focus_is("Name").await?;
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        page.no_inline_style("the editor").await?;

        // What is wrong is said below the field, which keeps it.
        page.write(AVAILABLE, "a lot").await?;
        page.says(".dg-ask .error", "“a lot” is no availability.").await?;
        assert_eq!(page.value(AVAILABLE).await?, "a lot");
        let body = "const field = document.activeElement;
            return [field.getAttribute('aria-invalid'), document.getElementById(field.getAttribute('aria-describedby')).textContent]";
        let told = page.script(body, vec![]).await?;
        assert_eq!(told[0], json!("true"));
        assert!(told[1].as_str().unwrap_or_default().contains("a lot"), "{told}");
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        page.system_is(SYSTEM).await?;

        page.write(AVAILABLE, "99,5").await?;
        page.system_is(&SYSTEM.replace("99.99%", "99.5%")).await?;
        assert_ne!(page.text("h1 + .claim").await?, claim);
        page.says(".hint", "Undo takes it back.").await?;
        assert_eq!(page.value(AVAILABLE).await?, "99.5%");
        page.click("In nines").await?;
        page.eventually("it is told in nines", async || {
            Ok((page.value("#text-system").await?.contains("nines") && page.value(AVAILABLE).await?.contains("nines"))
                .then_some(()))
        })
        .await?;
        page.click("Close").await?;
        page.is_closed().await?;

        for _ in 0..2 {
            page.click("Undo").await?;
        }
        page.system_is(SYSTEM).await?;
        assert_eq!(page.text("h1 + .claim").await?, claim);
        page.click("Redo").await?;
        page.system_is(&SYSTEM.replace("99.99%", "99.5%")).await
    })
}

#[test]
fn parts_are_added_and_removed_by_keyboard() -> Outcome {
    in_browser(async |page| {
        page.open(LAB).await?;
        page.reach("Edit the picture").await?;
        page.hit(Key::Enter).await?;
        page.focus_is("Done editing").await?;
        page.reach("★ balancer").await?;
        page.hit(Key::Enter).await?;
        page.focus_is("Name").await?;
        // What is typed is not meant when it is left by Escape.
        page.press("nobody").await?;
        page.hit(Key::Escape).await?;
        page.is_closed().await?;
        assert!(page.focused().await?.contains("balancer"));
        page.system_is(SYSTEM).await?;

        page.hit(Key::Enter).await?;
        page.focus_is("Name").await?;
        page.reach("In nines").await?;
        // The arrows go round among the buttons.
        page.hit(Key::Home).await?;
        page.focus_is("Close").await?;
        page.reach("One more beside it (parallel)").await?;
        page.hit(Key::Enter).await?;
        let doubled = SYSTEM.replace("balancer 99.99%", "parallel(balancer 99.99%, balancer 99.99%)");
        page.system_is(&doubled).await?;
        page.is_closed().await?;
        assert!(page.focused().await?.contains("balancer"), "{}", page.focused().await?);

        page.hit(Key::Enter).await?;
        page.focus_is("Name").await?;
        page.reach("Remove").await?;
        page.hit(Key::Space).await?;
        page.system_is(SYSTEM).await?;

        // The last of them has nowhere to give the focus back to but the stage.
        page.reach("database 2").await?;
        page.hit(Key::Enter).await?;
        page.focus_is("Name").await?;
        page.reach("Remove").await?;
        page.hit(Key::Enter).await?;
        page.system_is("series(balancer 99.99%, 2of3(app 99.9%), database 99.95%)").await?;
        page.eventually("the stage has the focus", async || {
            Ok(page.focused().await?.starts_with("Stage").then_some(()))
        })
        .await
    })
}

#[test]
fn nonsense_stays_in_the_line_with_its_place() -> Outcome {
    in_browser(async |page| {
        page.open(LAB).await?;
        // Before its width is known, a page is laid out as on a phone.
        let drawn = async || Ok(Some(page.picture_parts().await?).filter(|parts| parts.len() == 6));
        let picture = page.eventually("six parts are drawn", drawn).await?;
        page.write("#text-system", "series(99,9)").await?;
        page.says(".as-text .error", "A comma separates blocks: write 99.9% if that is meant.").await?;
        assert_eq!(page.texts(".as-text mark").await?, ["99,9"]);
        let invalid = "return document.querySelector('#text-system').getAttribute('aria-invalid')";
        assert_eq!(page.script(invalid, vec![]).await?, json!("true"));
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        // Leaving does not lose it.
        page.hit(Key::Tab).await?;
        assert_eq!(page.value("#text-system").await?, "series(99,9)");
        assert_eq!(page.picture_parts().await?, picture);
        assert!(!page.fragment().await?.contains("system="));
        // In several lines the place has a line.
        page.type_at_once("series(\na 99%,\nb 99)").await?;
        page.says(".as-text .error", "Line 3, column ").await?;
        page.type_at_once("series(a 99%\nb 99%)").await?;
        page.says(".as-text .error", "A comma is missing here, between “99%” and “b”.").await?;
        assert_eq!(page.texts(".as-text mark").await?, ["b"]);
        // However deep.
        page.type_at_once(&"(".repeat(4000)).await?;
        page.says(".as-text .error", "series(…)").await?;
        page.click("Back to the last good one").await?;
        page.system_is(SYSTEM).await?;
        assert_eq!(page.texts(".as-text mark").await?, [""; 0]);

        page.write("#text-system", "series(a 99%, b 99%, c 99%)").await?;
        page.eventually("three parts are drawn", async || {
            let parts = page.picture_parts().await?;
            Ok((parts.len() == 3 && parts.iter().all(|part| part.contains("99\u{a0}%"))).then_some(()))
        })
        .await?;
        assert!(page.fragment().await?.contains("system=series(a"));
        // What changes elsewhere changes here.
        page.click("Undo").await?;
        page.system_is(SYSTEM).await?;
        assert_eq!(page.picture_parts().await?, picture);
        Ok(())
    })
}

#[test]
fn the_picture_as_text_is_edited_too() -> Outcome {
    in_browser(async |page| {
        page.open(LAB).await?;
        page.click("Edit the picture").await?;
        page.click("Picture as text").await?;
        let body = "const fold = [...document.querySelectorAll('.dg-text button[aria-expanded]')]
            .find(fold => fold.getAttribute('aria-label').includes('balancer')); fold.click()";
        page.script(body, vec![]).await?;
        page.write(".dg-text .dg-ask input", "gate").await?;
        page.system_is(&SYSTEM.replace("balancer", "gate")).await?;
        assert_eq!(page.accessibility_violations().await?, [""; 0]);
        Ok(())
    })
}

#[test]
fn an_edit_in_a_lane_is_for_that_lane() -> Outcome {
    in_browser(async |page| {
        page.open("#/availability?b.pace=60").await?;
        page.says(".lane + .lane .lane-name", "B").await?;
        page.click("Edit the picture").await?;
        page.says(".edit[aria-pressed=true]", "Done editing").await?;
        page.script("document.querySelector('.lane + .lane .dg-act[aria-label*=balancer]').focus()", vec![]).await?;
        page.hit(Key::Enter).await?;
        page.focus_is("Name").await?;
        page.press("gate").await?;
        page.hit(Key::Enter).await?;
        page.says(".lane + .lane .dg-label", "gate").await?;
        page.eventually("only B has it", async || {
            let fragment = page.fragment().await?;
            Ok((fragment.contains("b.system=") && !fragment.contains("?system=")).then_some(()))
        })
        .await?;
        page.says(".lane .dg-label", "balancer").await?;
        Ok(())
    })
}

#[test]
fn a_locked_or_hidden_system_is_not_edited() -> Outcome {
    in_browser(async |page| {
        page.open("#/embed/availability?lock=system").await?;
        assert_eq!(
            page.script("return document.querySelectorAll('[aria-haspopup=dialog]').length", vec![]).await?,
            json!(0)
        );
        assert_eq!(page.script("return document.querySelector('#text-system').readOnly", vec![]).await?, json!(true));
        page.says(".as-text details", "Locked by the link.").await?;
        page.click("balancer").await?;
        page.logged("balancer").await?;
        assert_eq!(page.texts(".dg-editor, .edit").await?, [""; 0]);
        page.click("Picture as text").await?;
        assert_eq!(page.texts(".dg-text [aria-expanded]").await?, [""; 0]);

        page.open("#/embed/availability?hide=text").await?;
        page.control("balancer").await?;
        assert_eq!(page.texts("#text-system").await?, [""; 0]);
        Ok(())
    })
}

impl Page {
    /// Waits until the line of text is this.
    async fn system_is(&self, wanted: &str) -> Outcome {
        self.eventually(&format!("the line is {wanted:?}"), async || {
            Ok((self.value("#text-system").await? == wanted).then_some(()))
        })
        .await
    }

    /// Waits until no editor is open beside the picture.
    async fn is_closed(&self) -> Outcome {
        self.eventually("the editor is closed", async || Ok(self.texts(".dg-menu").await?.is_empty().then_some(())))
            .await
    }

    /// Names of the parts in the picture.
    async fn picture_parts(&self) -> Outcome<Vec<String>> {
        let body = "return [...document.querySelectorAll('.dg-act')]
            .map(mark => mark.getAttribute('aria-label')).filter(name => name.includes('costs'))";
        Ok(serde_json::from_value(self.script(body, vec![]).await?)?)
    }

    /// Puts a text into the line, as pasting does.
    async fn type_at_once(&self, text: &str) -> Outcome {
        let body = "const field = document.querySelector('#text-system');
            field.focus(); field.value = arguments[0]; field.dispatchEvent(new InputEvent('input', { bubbles: true }))";
        self.script(body, vec![json!(text)]).await?;
        Ok(())
    }
}
