//! Cutting the page's program into files that arrive when they are needed.
//!
//! The program is compiled whole, with the feature `split`, by which functions at the cuts go by special names, and with the
//! linker's relocations. The splitter follows these from each cut and moves what is reached from there alone into a file of
//! its own; what several cuts share becomes a file too, and everything else stays in the first. The first is then bound to
//! the browser, all are made smaller, the scripts become one, and each file is named after its content.

use crate::html;
use crate::imports;
use crate::run::{Doing as _, Outcome, cargo, fail, program, root, run, target};
use crate::system::WASM;
use sha2::Digest as _;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What compiler and linker must be told besides what the user tells them; for references see [`without_references`].
const FLAGS: &str = "-Clink-arg=--emit-relocs -Ctarget-feature=-reference-types";
/// The chunk that every lab needs where it stands alone: not on the front page.
const PANELS: &str = "panels";
/// The chunk of the pages without a lab: their paths have more than one part.
const PAGES: &str = "pages";
/// The lab of the front page: the first of the registry. A browser test sees to it that no other is loaded there.
const FRONT: &str = "circuit_breaker";
/// Only wasm-bindgen understands calls of this, and it sees only the first file.
const MARKER: &[u8] = b"__wbindgen_describe_generic_import";

/// Replaces the whole program that Trunk put into `dist` by its parts.
pub(crate) fn split(dist: &Path) -> Outcome {
    let work = target().join("split");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(work.join("bound")).doing(|| format!("could not create {}", work.display()))?;
    let mut flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    // Panics name the places of crates: by the crate, whatever the folder of this machine's registry.
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    for registry in home.iter().filter_map(|home| fs::read_dir(home.join("registry/src")).ok()).flatten().flatten() {
        flags.push_str(&format!(" --remap-path-prefix={}=crates", registry.path().display()));
    }
    run(cargo(["build", "--bin", "halfopen", "--features", "split", "--profile", "web", "--target", WASM])
        .env("RUSTFLAGS", format!("{flags} {FLAGS}")))?;
    let whole = target().join(WASM).join("web/halfopen.wasm");
    run(program("wasm_split_cli").arg(&whole).arg(&work))?;
    let parts = files(&work, ".wasm")?.into_iter().filter(|name| name != "main.wasm").collect::<Vec<_>>();
    for part in &parts {
        let bytes = read(&work.join(part))?;
        if bytes.windows(MARKER.len()).any(|window| window == MARKER) {
            return fail(format!(
                "{part} hands a Rust value to the browser in a way that the first file never does, and wasm-bindgen sees only \
                 the first. Most often it is a `Closure` of a type that occurs nowhere else: give it one that does, such as \
                 `Closure<dyn FnMut(JsValue)>`"
            ));
        }
    }
    without_references(&work.join("main.wasm"))?;
    let bound = work.join("bound");
    run(program("wasm-bindgen")
        .args(["--target=web", "--no-typescript", "--keep-lld-exports", "--out-name=main", "--out-dir"])
        .arg(&bound)
        .arg(work.join("main.wasm")))?;
    for name in ["__wasm_split.js"].into_iter().chain(parts.iter().map(String::as_str)) {
        fs::rename(work.join(name), bound.join(name)).doing(|| format!("could not move {name}"))?;
    }
    for name in files(&bound, ".wasm")? {
        let file = bound.join(&name);
        let Some(bare) = imports::bare(&read(&file)?) else { return fail(format!("{name} could not be read")) };
        fs::write(&file, bare).doing(|| format!("could not write {name}"))?;
        run(program("wasm-opt").arg("-Oz").args(FEATURES).arg(&file).arg("-o").arg(&file))?;
    }
    shorten(&bound)?;
    let links = links(&text(&bound.join("__wasm_split.js"))?);
    let packed = pack(&bound, &links)?;
    run(program("esbuild")
        .args(["--bundle", "--format=esm", "--minify", "--charset=utf8", "--log-level=error"])
        .arg(bound.join("main.js"))
        .arg(format!("--outfile={}", work.join("main.js").display())))?;
    publish(&bound, &text(&work.join("main.js"))?, &links, &packed, dist)
}

/// The files that the first lab shares with others, in one: the more labs there are the more and the smaller they get, and
/// together they are shorter than one by one. Gives the names of those that are in it.
fn pack(bound: &Path, links: &BTreeMap<String, Vec<String>>) -> Outcome<Vec<String>> {
    let script = bound.join("__wasm_split.js");
    let mut words = text(&script)?;
    let mut all = Vec::new();
    let packed: Vec<String> =
        links.get(FRONT).into_iter().flatten().filter(|name| !name.starts_with("split_")).cloned().collect();
    for name in &packed {
        let bytes = read(&bound.join(name))?;
        let (from, to) = (all.len(), all.len() + bytes.len());
        all.extend(bytes);
        let whole = format!("new URL(\"./{name}\", import.meta.url)");
        if words.matches(&whole).count() != 1 {
            return fail(format!("the splitter's script does not load {name} once"));
        }
        words = words.replace(&whole, &format!("[{from}, {to}]"));
        fs::remove_file(bound.join(name)).doing(|| format!("could not remove {name}"))?;
    }
    let makes = "function makeFetch(srcUrl) {\n";
    if words.matches(makes).count() != 1 {
        return fail("the splitter's script does not fetch as it used to");
    }
    words =
        words.replace(makes, &format!("{UNPACK}{makes}    if (Array.isArray(srcUrl)) return () => unpack(srcUrl);\n"));
    fs::write(bound.join(PACK), all).doing(|| format!("could not write {PACK}"))?;
    fs::write(&script, words).doing(|| "could not write the splitter's script".into())?;
    Ok(packed)
}

/// The files in one; fetched once, and again only after it failed. Its end is that of what is in it, so that servers compress it.
const PACK: &str = "shared.wasm";
const UNPACK: &str = r#"
let pack;
function unpack([from, to]) {
    pack ??= fetch(new URL("./shared.wasm", import.meta.url)).then(all => {
        if (!all.ok) throw new Error(all.status);
        return all.arrayBuffer();
    });
    const mine = pack;
    mine.catch(() => { if (pack === mine) pack = undefined; });
    return async imports => WebAssembly.instantiate((await mine).slice(from, to), imports);
}
"#;

/// Has wasm-bindgen hand values of the browser to the program as numbers, not as references: it would change the imports'
/// types and all calls in the first file, but those in the others it does not see, and they would end in a trap.
fn without_references(file: &Path) -> Outcome {
    let mut bytes = read(file)?;
    // In the section of target features: used, length of the name, name.
    let used = [b"+\x0f".as_slice(), b"reference-types"].concat();
    let Some(place) = bytes.windows(used.len()).rposition(|window| window == used) else {
        return fail("the program does not say whether it uses reference types");
    };
    if let Some(sign) = bytes.get_mut(place) {
        *sign = b'-';
    }
    fs::write(file, bytes).doing(|| format!("could not write {}", file.display()))
}

/// Gives the functions that the first file imports short names, in the file and in the script: the long ones, with a hash
/// in each, are a twentieth of what the first visit sends.
fn shorten(bound: &Path) -> Outcome {
    let (program, script) = (bound.join("main_bg.wasm"), bound.join("main.js"));
    let (mut bytes, mut words) = (read(&program)?, text(&script)?);
    let mut names: Vec<(String, String)> = Vec::new();
    let shortened = imports::rename(&bytes, |long| {
        let hashed = long
            .rsplit_once('_')
            .is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|c| c.is_ascii_hexdigit()));
        // Each is once in the script, so that no other word is changed.
        if !hashed || words.matches(long).count() != 1 {
            return None;
        }
        let short = format!("${:x}", names.len());
        names.push((long.to_owned(), short.clone()));
        Some(short)
    });
    let Some(shortened) = shortened else { return fail("the imports of the first file could not be read") };
    bytes = shortened;
    for (long, short) in &names {
        words = words.replacen(long, short, 1);
    }
    fs::write(&program, bytes).doing(|| "could not write the first file".into())?;
    fs::write(&script, words).doing(|| "could not write the script".into())
}

/// What Rust's compiler takes for granted in a browser.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Puts script and parts into `dist`, each under a name with its hash, in place of what Trunk put there.
fn publish(
    bound: &Path,
    script: &str,
    links: &BTreeMap<String, Vec<String>>,
    packed: &[String],
    dist: &Path,
) -> Outcome {
    let mut script = script.to_owned();
    let mut names = BTreeMap::new();
    for name in files(bound, ".wasm")? {
        let bytes = read(&bound.join(&name))?;
        let Some((stem, end)) = name.rsplit_once('.') else { continue };
        let stem = stem.trim_start_matches("split_").replace("main_bg", "halfopen");
        let named = format!("{stem}-{}.{end}", hash(&bytes));
        fs::write(dist.join(&named), bytes).doing(|| format!("could not write {named}"))?;
        if !script.contains(&name) {
            return fail(format!("the script does not load {name}"));
        }
        script = script.replace(&name, &named);
        names.insert(name, named);
    }
    if let Some(pack) = names.get(PACK).cloned() {
        names.extend(packed.iter().map(|name| (name.clone(), pack.clone())));
    }
    let script_name = format!("halfopen-{}.js", hash(script.as_bytes()));
    fs::write(dist.join(&script_name), &script).doing(|| format!("could not write {script_name}"))?;

    let page = dist.join("index.html");
    let mut html = text(&page)?;
    let trunks = |end: &str| {
        files(dist, end)?
            .into_iter()
            .find(|name| name.starts_with("halfopen-") && html.contains(name.as_str()))
            .map_or_else(|| fail(format!("the page names no …{end} of Trunk's")), Ok)
    };
    let (old_wasm, old_script) = (trunks("_bg.wasm")?, trunks(".js")?);
    let Some(main) = names.get("main_bg.wasm") else { return fail("there is no first file") };
    html = html.replace(&old_wasm, main).replace(&old_script, &script_name);
    let Some(place) = html.find("<script type") else { return fail("the page has no script") };
    let labs = labs(&text(&root().join("src/labs/mod.rs"))?);
    html.insert_str(place, &preload(links, &labs, &names));
    fs::write(&page, html).doing(|| "could not write the page".into())?;
    for old in [old_wasm, old_script] {
        fs::remove_file(dist.join(&old)).doing(|| format!("could not remove {old}"))?;
    }
    Ok(())
}

/// The files that each cut needs, read off what the splitter wrote: `const __chunk_4 = makeLoad(new URL("./chunk_4.wasm", …`
/// for what is shared, `export const __wasm_split_load_cascade = …(new URL("./split_cascade.wasm", …), [__chunk_4])` for cuts.
fn links(script: &str) -> BTreeMap<String, Vec<String>> {
    let mut shared = BTreeMap::new();
    let mut cuts = BTreeMap::new();
    for line in script.lines() {
        let file = line.split_once("new URL(\"./").and_then(|(_, rest)| rest.split_once('"')).map(|(file, _)| file);
        let after = |mark: &str| line.strip_prefix(mark).and_then(|rest| rest.split_once(" = ")).map(|(name, _)| name);
        if let Some(name) = after("const ") {
            shared.insert(name.to_owned(), file.map(str::to_owned));
        } else if let Some(cut) = after("export const __wasm_split_load_") {
            let needed = line.rsplit_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(list, _)| list);
            let needed = needed.split(", ").filter_map(|name| shared.get(name).cloned().flatten());
            cuts.insert(cut.to_owned(), file.map(str::to_owned).into_iter().chain(needed).collect());
        }
    }
    cuts
}

/// The labs and the cuts that they are in, as the registry lists them: `cascade: storms`.
fn labs(registry: &str) -> Vec<(String, String)> {
    let list = registry.split_once("$make! {").and_then(|(_, rest)| rest.split_once('}')).map_or("", |(list, _)| list);
    let pairs = list.lines().filter_map(|line| line.trim().split_once(": "));
    pairs.map(|(lab, cut)| (lab.to_owned(), cut.to_owned())).collect()
}

/// A script that has the browser fetch what the address needs while the first file is still on its way.
fn preload(
    cuts: &BTreeMap<String, Vec<String>>,
    labs: &[(String, String)],
    names: &BTreeMap<String, String>,
) -> String {
    let of = |cut: &str| cuts.get(cut).into_iter().flatten().filter_map(|file| names.get(file));
    let list = |cuts: &[&str]| {
        let mut files: Vec<&str> = cuts.iter().flat_map(|cut| of(cut)).map(String::as_str).collect();
        files.sort_unstable();
        files.dedup();
        files.join(" ")
    };
    let mut entries = vec![format!("\"\":\"{}\"", list(&[FRONT]))];
    entries.push(format!("\"/\":\"{}\"", list(&[PAGES])));
    for (lab, cut) in labs {
        entries.push(format!("\"{}\":\"{}\"", lab.replace('_', "-"), list(&[cut, PANELS])));
    }
    format!(
        "<script data-chunks>{{const all={{{}}};const [,lab,page]=/^#\\/(?:embed\\/)?([a-z-]+)(\\/\\w)?/.exec(location.hash)||[];\
         for(const file of (all[page?\"/\":lab]||all[\"\"]).split(\" \")){{const link=document.createElement(\"link\");\
         link.rel=\"preload\";link.as=\"fetch\";link.crossOrigin=\"anonymous\";link.href=\"./\"+file;\
         document.head.append(link)}}}}</script>\n    ",
        entries.join(",")
    )
}

/// The chunks that the front page has the browser fetch, and those that come later, as [`preload`] wrote them into a page.
pub(crate) fn chunks(page: &str) -> (Vec<String>, Vec<String>) {
    let script = html::elements(page).into_iter().find(|element| element.attribute("data-chunks").is_some());
    let lists = script.map_or("", |script| script.text).split("\":\"").skip(1);
    let mut lists = lists.map(|rest| rest.split('"').next().unwrap_or_default().split(' ').map(str::to_owned));
    let front: Vec<String> = lists.next().into_iter().flatten().collect();
    let mut later: Vec<String> = lists.flatten().filter(|name| !name.is_empty() && !front.contains(name)).collect();
    later.sort_unstable();
    later.dedup();
    (front, later)
}

/// The names of the files in a folder that end so, in order.
fn files(folder: &Path, end: &str) -> Outcome<Vec<String>> {
    let all = crate::build::files(folder)?.into_iter().map(PathBuf::into_os_string);
    Ok(all.filter_map(|name| name.into_string().ok()).filter(|name| name.ends_with(end)).collect())
}

fn read(file: &Path) -> Outcome<Vec<u8>> {
    fs::read(file).doing(|| file.display().to_string())
}

fn text(file: &Path) -> Outcome<String> {
    fs::read_to_string(file).doing(|| file.display().to_string())
}

/// Enough of a content's hash to tell versions apart.
fn hash(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "\
const __chunk_4 = makeLoad(new URL(\"./chunk_4.wasm\", import.meta.url), []);
const __chunk_5 = makeLoad(undefined, []);
export const __wasm_split_load_panels = wrapAsyncCb(makeLoad(new URL(\"./split_panels.wasm\", import.meta.url), [__chunk_5]));
export const __wasm_split_load_circuit_breaker = wrapAsyncCb(makeLoad(new URL(\"./split_circuit_breaker.wasm\", import.meta.url), [__chunk_4, __chunk_5]));
";

    #[test]
    fn what_each_cut_needs_is_read_off_the_splitters_script() {
        let links = links(WRITTEN);
        assert_eq!(links["panels"], ["split_panels.wasm"]);
        assert_eq!(links["circuit_breaker"], ["split_circuit_breaker.wasm", "chunk_4.wasm"]);
    }

    #[test]
    fn the_front_page_preloads_its_lab_and_a_lab_its_panels_too() {
        let names = ["split_panels", "split_circuit_breaker", "chunk_4"];
        let names = names.map(|name| (format!("{name}.wasm"), format!("{name}-1.wasm"))).into_iter().collect();
        let labs = labs("$make! {\n            circuit_breaker: circuit_breaker\n        }");
        let script = preload(&links(WRITTEN), &labs, &names);
        assert!(script.contains("\"\":\"chunk_4-1.wasm split_circuit_breaker-1.wasm\""), "{script}");
        assert!(
            script.contains("\"circuit-breaker\":\"chunk_4-1.wasm split_circuit_breaker-1.wasm split_panels-1.wasm\"")
        );
        let (front, later) = chunks(&script);
        assert_eq!(front, ["chunk_4-1.wasm", "split_circuit_breaker-1.wasm"]);
        assert_eq!(later, ["split_panels-1.wasm"]);
    }
}
