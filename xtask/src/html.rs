//! Just enough HTML to find the elements of our own pages: tags, attributes, and the text of scripts and styles.

/// An element's opening tag and, for a script or a style, the exact text inside it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// In lower case.
    pub(crate) name: String,
    attributes: Vec<(String, &'a str)>,
    /// Empty for all but scripts and styles.
    pub(crate) text: &'a str,
}

impl<'a> Element<'a> {
    /// The value of an attribute; empty when it has none.
    pub(crate) fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }
}

/// All opening tags, in order. Comments, and tags inside scripts and styles, are not elements.
pub(crate) fn elements(html: &str) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        if !rest.starts_with(|first: char| first.is_ascii_alphabetic()) {
            continue;
        }
        let (mut element, after) = tag(rest);
        rest = after;
        if matches!(element.name.as_str(), "script" | "style") {
            let end = closing(rest, &element.name);
            element.text = rest.get(..end).unwrap_or_default();
            rest = rest.get(end..).unwrap_or_default();
        }
        found.push(element);
    }
    found
}

/// Reads a tag whose `<` is behind us; what is left begins after its `>`.
fn tag(text: &str) -> (Element<'_>, &str) {
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    let mut element = Element { name: name.to_ascii_lowercase(), attributes: Vec::new(), text: "" };
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (element, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (element, after);
        }
        // An `=` in first place belongs to the name, as the standard says; so each turn takes at least one character.
        let start = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest
            .char_indices()
            .find(|(at, c)| *at >= start && (c.is_ascii_whitespace() || matches!(c, '>' | '/' | '=')))
            .map_or(rest.len(), |(at, _)| at);
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.trim_start().strip_prefix('=') {
            Some(after) => value(after.trim_start()),
            None => ("", after),
        };
        element.attributes.push((name.to_ascii_lowercase(), value));
        rest = after;
    }
}

fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(text.len());
    text.split_at(end)
}

/// Where `</name` begins, in any case.
fn closing(text: &str, name: &str) -> usize {
    let same = |at: &usize| text.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    text.match_indices("</").map(|(at, _)| at).find(same).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_come_in_every_notation() {
        let found = elements("<a href='x' TITLE=\"a > b\" hidden data-n=3><img/src=y><br />");
        let names: Vec<_> = found.iter().map(|element| element.name.as_str()).collect();
        assert_eq!(names, ["a", "img", "br"]);
        assert_eq!(found[0].attribute("title"), Some("a > b"));
        assert_eq!(found[0].attribute("hidden"), Some(""));
        assert_eq!(found[0].attribute("data-n"), Some("3"));
        assert_eq!(found[0].attribute("style"), None);
        assert_eq!(found[1].attribute("src"), Some("y"));
    }

    #[test]
    fn scripts_and_styles_keep_their_exact_text() {
        let found = elements("<!-- <b style=x> --><SCRIPT type=module>\nif (a<b) '<i>'\n</Script><style> p{} </style>");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].text, "\nif (a<b) '<i>'\n");
        assert_eq!(found[1].text, " p{} ");
    }

    #[test]
    fn broken_pages_end() {
        for html in ["<", "<a", "<a b", "<a =", "<a b='", "<script>", "<!--", "<é>", "<a é=\"ü", "</", "<a b= >"] {
            let _ = elements(html);
        }
    }
}
