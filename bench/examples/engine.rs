//! Says how many events of the core the engine gets through in a second: `events_per_second <number>`.

/// Plays for about this long.
const MEASURED_MS: f64 = 1_500.0;

fn main() {
    halfopen_bench::play();
    let began = clock::milliseconds();
    let mut events = 0;
    while clock::milliseconds() - began < MEASURED_MS {
        events += halfopen_bench::play();
    }
    let seconds = (clock::milliseconds() - began) / 1000.0;
    clock::say(&format!("events_per_second {}", (events as f64 / seconds) as u64));
}

#[cfg(not(target_arch = "wasm32"))]
mod clock {
    use std::sync::LazyLock;
    use std::time::Instant;

    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);

    pub(crate) fn milliseconds() -> f64 {
        BEGAN.elapsed().as_secs_f64() * 1000.0
    }

    pub(crate) fn say(line: &str) {
        println!("{line}");
    }
}

#[cfg(target_arch = "wasm32")]
mod clock {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance, js_name = now)]
        fn now() -> f64;
        #[wasm_bindgen(js_namespace = console)]
        fn log(line: &str);
    }

    pub(crate) fn milliseconds() -> f64 {
        now()
    }

    pub(crate) fn say(line: &str) {
        log(line);
    }
}
