//! WebAssembly files, as far as they can be changed without understanding the code: the names of imports, to which nothing
//! else in the file refers, and the sections that are not run.

/// The file with the fields that `to` gives other names renamed. `None` for what is no such file.
pub(crate) fn rename(file: &[u8], mut to: impl FnMut(&str) -> Option<String>) -> Option<Vec<u8>> {
    // 2 is the section of imports.
    sections(file, |section, body| Some(Some(if section == 2 { imports(body, &mut to)? } else { body.to_vec() })))
}

/// The file without its custom sections (functions' names, producers, features): nothing that runs needs them, and wasm-opt
/// warns of what it does not know in those that the splitter writes. `None` for what is no such file.
pub(crate) fn bare(file: &[u8]) -> Option<Vec<u8>> {
    sections(file, |section, body| Some((section != 0).then(|| body.to_vec())))
}

/// The file with each section as `change` makes it, which leaves out what it makes nothing of, and fails with `None`.
fn sections(file: &[u8], mut change: impl FnMut(u8, &[u8]) -> Option<Option<Vec<u8>>>) -> Option<Vec<u8>> {
    let mut rest = file.get(8..).filter(|_| file.starts_with(b"\0asm"))?;
    let mut out = file.get(..8)?.to_vec();
    while let Some((section, after)) = rest.split_first() {
        let (length, after) = number(after)?;
        let (body, after) = after.split_at_checked(length)?;
        rest = after;
        if let Some(body) = change(*section, body)? {
            out.push(*section);
            put_number(&mut out, body.len());
            out.extend(body);
        }
    }
    Some(out)
}

fn imports(section: &[u8], to: &mut impl FnMut(&str) -> Option<String>) -> Option<Vec<u8>> {
    let (count, mut rest) = number(section)?;
    let mut out = Vec::new();
    put_number(&mut out, count);
    for _ in 0..count {
        let (module, after) = name(rest)?;
        let (field, after) = name(after)?;
        let kind_length = kind(after)?;
        let (kind, after) = after.split_at_checked(kind_length)?;
        rest = after;
        let field = to(field).unwrap_or_else(|| field.to_owned());
        for name in [module, &field] {
            put_number(&mut out, name.len());
            out.extend(name.as_bytes());
        }
        out.extend(kind);
    }
    rest.is_empty().then_some(out)
}

/// How many bytes say what is imported.
fn kind(text: &[u8]) -> Option<usize> {
    let (kind, after) = text.split_first()?;
    let limits = |after: &[u8]| {
        let (flags, after) = after.split_first()?;
        let mut left = number(after)?.1;
        if flags & 1 == 1 {
            left = number(left)?.1;
        }
        Some(left.len())
    };
    let left = match kind {
        // A function: its type. A table: the type of its elements, limits. A memory: limits. A global: type, mutability.
        0 => number(after)?.1.len(),
        1 => limits(after.get(1..)?)?,
        2 => limits(after)?,
        3 => after.get(2..)?.len(),
        _ => return None,
    };
    Some(text.len() - left)
}

fn name(text: &[u8]) -> Option<(&str, &[u8])> {
    let (length, after) = number(text)?;
    let (name, after) = after.split_at_checked(length)?;
    Some((std::str::from_utf8(name).ok()?, after))
}

/// A number in LEB128, and what comes after it.
fn number(text: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0;
    for (index, byte) in text.iter().enumerate().take(5) {
        number |= usize::from(byte & 127) << (7 * index);
        if byte & 128 == 0 {
            return Some((number, text.get(index + 1..)?));
        }
    }
    None
}

fn put_number(out: &mut Vec<u8>, mut number: usize) {
    while number > 127 {
        out.push((number & 127) as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_names_change() {
        let mut file = b"\0asm\x01\0\0\0".to_vec();
        // Two imports of the module "m": function "long" of type 3, memory "mem" of 1 to 2 pages.
        let section = b"\x02\x01m\x04long\0\x03\x01m\x03mem\x02\x01\x01\x02";
        file.push(2);
        put_number(&mut file, section.len());
        file.extend(section);
        file.extend(b"\x0a\x01\0");
        assert_eq!(rename(&file, |_| None).unwrap(), file);
        let renamed = rename(&file, |name| (name == "long").then(|| "l".to_owned())).unwrap();
        assert_eq!(renamed.len(), file.len() - 3);
        assert!(renamed.windows(4).any(|window| window == b"\x01l\0\x03") && renamed.ends_with(b"\x0a\x01\0"));
        assert_eq!(rename(b"else", |_| None), None);
    }

    #[test]
    fn what_is_not_run_goes() {
        let file = b"\0asm\x01\0\0\0\0\x06\x04name\x07\x0a\x01\0\0\x03\x02ab";
        assert_eq!(bare(file).unwrap(), b"\0asm\x01\0\0\0\x0a\x01\0");
        assert_eq!(bare(b"\0asm\x01\0\0\0\0\x09\x04name"), None, "cut short");
    }
}
