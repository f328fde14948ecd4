//! The file: a template, and what is put into its places.

use sha2::{Digest, Sha256};

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// One script of many files, since the policy allows one by its hash. Each file sees what those before it have made.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("script/tools.js"),
    include_str!("script/decisions.js"),
    include_str!("script/state.js"),
    include_str!("script/rows.js"),
    include_str!("script/groups.js"),
    include_str!("script/group.js"),
    include_str!("script/filters.js"),
    include_str!("script/overview.js"),
    include_str!("script/rules.js"),
    include_str!("script/documents.js"),
    include_str!("script/frame.js"),
    "})();\n",
);

/// The page with `json` in it.
pub(super) fn page(json: &str) -> String {
    let (style, script) = (unix(STYLE), unix(SCRIPT));
    let policy = policy(&style, &script);
    let mut out = String::with_capacity(TEMPLATE.len() + style.len() + script.len() + json.len() + json.len() / 16);
    // One walk over the template: what is filled in is never looked at again.
    let template = unix(TEMPLATE);
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        match name {
            "policy" => out.push_str(&policy),
            "style" => out.push_str(&style),
            "script" => out.push_str(&script),
            "data" => inert(json, &mut out),
            _ => {}
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// True for the beginning of a file that this module has written.
pub fn is_report(head: &[u8]) -> bool {
    let mark = b"<meta name=\"generator\" content=\"dehusk report\">";
    head.windows(mark.len()).any(|window| window == mark)
}

/// What the browser is held to.
fn policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        source_hash(script),
        source_hash(style)
    )
}

/// A browser hashes what stands between the tags, with line feeds for line ends.
fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn source_hash(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for n in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * n)) as usize & 63];
            out.push(if n <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// JSON that is nothing but JSON in HTML: what could open or end markup, or a line of script, is written as an escape.
/// These characters stand in strings only, where the escape means the same.
fn inert(json: &str, out: &mut String) {
    let mut copied = 0;
    for (at, c) in json.char_indices() {
        let escape = match c {
            '<' => "\\u003c",
            '>' => "\\u003e",
            '&' => "\\u0026",
            '\u{2028}' => "\\u2028",
            '\u{2029}' => "\\u2029",
            _ => continue,
        };
        out.push_str(&json[copied..at]);
        out.push_str(escape);
        copied = at + c.len_utf8();
    }
    out.push_str(&json[copied..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_its_block() {
        let json = serde_json::to_string("</script><!--<script>&amp;\u{2028}\u{2029}é").unwrap();
        let mut out = String::new();
        inert(&json, &mut out);
        assert!(!out.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{out}");
        assert_eq!(serde_json::from_str::<String>(&out).unwrap(), "</script><!--<script>&amp;\u{2028}\u{2029}é");
        // Places of the template in a document are text.
        let page = page("\"{{script}} {{data}}\"");
        assert_eq!(page.matches("{{script}} {{data}}").count(), 1);
        assert_eq!(page.matches("</script>").count(), 2);
    }

    #[test]
    fn hashes_are_those_of_what_stands_between_the_tags() {
        // From FIPS 180-4: the digest of "abc".
        assert_eq!(source_hash("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
        assert_eq!((base64(b""), base64(b"f"), base64(b"fo"), base64(b"foo")), ("".into(), "Zg==".into(), "Zm8=".into(), "Zm9v".into()));
        let page = page("{}");
        let between = |open: &str, close: &str| {
            let start = page.rfind(open).unwrap() + open.len();
            &page[start..start + page[start..].find(close).unwrap()]
        };
        assert!(page.contains(&format!("script-src '{}'", source_hash(between("<script>", "</script>")))));
        assert!(page.contains(&format!("style-src '{}'", source_hash(between("<style>", "</style>")))));
        assert!(is_report(&page.as_bytes()[..2000]));
    }

    #[test]
    fn the_page_asks_for_nothing() {
        assert!(!SCRIPT.contains("</script") && !SCRIPT.contains("<!--") && !STYLE.contains("</style"));
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch(", "XMLHttpRequest"]
        {
            assert!(!SCRIPT.contains(word), "{word}");
        }
        for part in [TEMPLATE, STYLE] {
            assert!(!part.contains("://") && !part.contains("url(") && !part.contains("@import"));
        }
        // The one address names the kind of SVG and is never asked.
        assert_eq!(SCRIPT.matches("://").count(), 1);
    }
}
