//! Bulkheads, timeouts, fallbacks, idempotency keys and limits: each lab's point by one click, and all of it by keys.

use crate::support::{Outcome, Page, in_browser};
use thirtyfour::Key;

#[test]
fn orders_starve_in_a_shared_pool_alone() -> Outcome {
    in_browser(async |page| {
        page.open("#/bulkhead").await?;
        page.click("Make payments slow").await?;
        page.logged("✕ orders turned away, shared pool.").await?;
        page.logged("◐ payments turned away, bulkheads.").await?;
        page.click("Make payments quick again").await?;
        page.logged("● payments are as usual.").await?;
        page.logged("● orders served, shared pool.").await?;
        page.click("Pause").await?;
        let told = page.is_as_native().await?;
        let value = |label: &str| told.readouts.iter().find(|told| told.0 == label).map(|told| &*told.1);
        assert_eq!(value("orders turned away, bulkheads"), Some("0"));
        page.click("What these settings mean").await?;
        page.says("[data-part=outlook]", "Little").await?;
        Ok(())
    })
}

#[test]
fn who_waits_for_nobody_and_what_mends_it() -> Outcome {
    in_browser(async |page| {
        page.open("#/timeouts").await?;
        page.click("Send a request").await?;
        page.logged("▲ does not fit. B may spend 30 s on C, but A has 4.7 s left.").await?;
        page.logged("✕ A gave up.").await?;
        page.click("Fix it").await?;
        page.logged("✓ fixed.").await?;
        page.click("Heal C").await?;
        page.logged("● C is well.").await?;
        page.click("Send a request").await?;
        page.logged("✓ answered. Request 2").await?;
        page.click("Pause").await?;
        page.is_as_native().await?;
        Ok(())
    })
}

#[test]
fn a_page_with_an_older_price_instead_of_an_error() -> Outcome {
    in_browser(async |page| {
        page.open("#/fallback").await?;
        page.click("Break the price service").await?;
        page.logged("◔ price from the cache.").await?;
        page.click("Load the page").await?;
        page.logged("Your page is degraded, but it is there").await?;
        page.click("Pause").await?;
        page.is_as_native().await?;
        page.click("No fallback").await?;
        page.eventually("the same run without a fallback", async || {
            Ok(page.log_entries().await?.iter().any(|entry| entry.contains("✕ no price.")).then_some(()))
        })
        .await?;
        page.is_as_native().await?;
        Ok(())
    })
}

#[test]
fn a_key_charges_once() -> Outcome {
    in_browser(async |page| {
        page.open("#/idempotency").await?;
        page.click("Pay 10 €").await?;
        page.logged("▲ charged twice.").await?;
        page.click("Pause").await?;
        page.is_as_native().await?;
        // The same traffic with a key.
        page.click("A key per payment").await?;
        page.eventually("the same run with a key", async || {
            let charged = page.texts("[data-readout=charged] dd").await?;
            Ok((charged == ["10 €"]).then_some(()))
        })
        .await?;
        page.click("Same key, 25 €").await?;
        page.click("Two at once").await?;
        page.click("Play").await?;
        page.logged("refused").await?;
        page.click("Pause").await?;
        page.is_as_native().await?;
        Ok(())
    })
}

#[test]
fn a_limit_keeps_the_goodput() -> Outcome {
    in_browser(async |page| {
        page.open("#/limits").await?;
        page.click("Double the load").await?;
        page.logged("▲ load doubled.").await?;
        page.logged("◐ shedding.").await?;
        page.click("Pause").await?;
        page.is_as_native().await?;
        page.open("#/limits?preset=double_burst&t=400ms").await?;
        page.click("Burst at the boundary").await?;
        page.logged("▲ double burst.").await?;
        page.click("Pause").await?;
        page.is_as_native().await?;
        Ok(())
    })
}

#[test]
fn all_of_it_by_keys() -> Outcome {
    in_browser(async |page: &Page| {
        for (slug, button, key, told, again) in [
            (
                "bulkhead",
                "Make payments slow",
                "b",
                "✕ orders turned away, shared pool.",
                "You sent 40 orders at once.",
            ),
            ("timeouts", "Send a request", "f", "▲ does not fit.", "✓ fixed."),
            ("fallback", "Break the price service", "r", "You broke the price service", "You broke the recommendation"),
            ("idempotency", "Pay 10 €", "t", "▲ charged twice.", "Payment 2, attempt 2"),
            ("limits", "Double the load", "b", "▲ load doubled.", "▲ burst."),
        ] {
            page.open(&format!("#/{slug}")).await?;
            page.reach(button).await?;
            page.hit(Key::Enter).await?;
            page.logged(told).await?;
            page.press(key).await?;
            page.logged(again).await?;
            page.reach("Pause").await?;
            page.hit(Key::Space).await?;
            page.is_as_native().await?;
        }
        Ok(())
    })
}
