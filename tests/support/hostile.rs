//! Documents that tempt an engine into work that grows faster than the text.

/// Name and maker of a document of about so many bytes.
pub type Maker = (&'static str, fn(usize) -> String);

fn repeat(part: &str, size: usize) -> String {
    part.repeat(size / part.len() + 1)
}

/// A quarter of the size in `lead`, then `part` until it is full.
fn behind(lead: &str, part: &str, size: usize) -> String {
    repeat(lead, size / 2) + &repeat(part, size / 2)
}

/// `part` half of the size, then `rest` until it is full.
fn before(part: &str, rest: &str, size: usize) -> String {
    repeat(part, size / 2) + &repeat(rest, size / 2)
}

/// All of them.
pub const MAKERS: &[Maker] = &[
    ("tiny lines", |n| repeat("a\n", n)),
    ("only newlines", |n| repeat("\n", n)),
    ("only crlf", |n| repeat("\r\n", n)),
    ("only blanks", |n| repeat(" ", n)),
    ("one word", |n| repeat("a", n)),
    ("one wide word", |n| repeat("磨", n)),
    ("digits", |n| repeat("1", n)),
    ("numbers", |n| repeat("1 ", n)),
    ("versions", |n| repeat("1.", n)),
    ("numbered", |n| repeat("1. ", n)),
    ("list of numbers", |n| repeat("1. \n", n)),
    ("open brackets", |n| repeat("[", n)),
    ("open parentheses", |n| repeat("(", n)),
    ("link middles", |n| repeat("](", n)),
    ("empty links", |n| repeat("[]()", n)),
    ("open links", |n| repeat("[a](b ", n)),
    ("nested links", |n| repeat("[[a](", n)),
    ("braces", |n| repeat("{{ ", n)),
    ("shortcodes", |n| repeat("[gallery a=\"", n)),
    ("hashes", |n| repeat("#", n)),
    ("fences", |n| repeat("```\n", n)),
    ("backslashes", |n| repeat("\\", n)),
    ("escapes", |n| repeat("\\*", n)),
    ("quotes", |n| repeat("“", n)),
    ("bars", |n| repeat("| ", n)),
    ("dots", |n| repeat("...", n)),
    ("ellipses", |n| repeat("…", n)),
    ("bidi", |n| repeat("\u{202e}a\u{2066}b\u{2069}", n)),
    ("zero width", |n| repeat("\u{200b}", n)),
    ("combining", |n| repeat("\u{301}", n)),
    ("composed", |n| repeat("e\u{301}", n)),
    ("jamo", |n| repeat("\u{1100}\u{1161}\u{11a8}", n)),
    ("dates", |n| repeat("2024-03-18\n", n)),
    ("dates in one line", |n| repeat("March 18, 2024 ", n)),
    ("months", |n| repeat("march ", n)),
    ("times", |n| repeat("12:30 pm\n", n)),
    ("share row in one line", |n| repeat("Share this: Facebook Twitter ", n)),
    ("share row glued", |n| repeat("Share this:FacebookTwitter", n)),
    ("share lines", |n| repeat("Share this:\nFacebook\nTwitter\n", n)),
    ("previous post", |n| repeat("Previous post ", n)),
    ("previous post lines", |n| repeat("Previous post\n", n)),
    ("previous and next", |n| repeat("Previous post The mill Next post The lock ", n)),
    ("previous and next lines", |n| repeat("Previous post\nThe mill\nNext post\nThe lock\n", n)),
    ("previous and next glued", |n| repeat("Previous postThe millNext postThe lock", n)),
    ("sentences before a pair", |n| behind("The mill stood still. ", "Previous postThe millNext postThe lock", n)),
    ("related", |n| repeat("Related\n", n)),
    ("related with blank lines", |n| repeat("Related\n\n\n\n\n\n", n)),
    ("related titles", |n| repeat("Related posts\n\nThe mill at night\nThe lock\n\n", n)),
    ("related, then blank lines", |n| behind("Related\n", "\n", n)),
    ("blank lines, then related", |n| behind("\n", "Related\n", n)),
    ("read more in one line", |n| repeat("Read more: The mill at night ", n)),
    ("read more behind dashes", |n| behind("-", "Read more: The mill. ", n)),
    ("reply form in one line", |n| repeat("Leave a Reply Cancel reply Your email address will not be published. ", n)),
    ("reply form, then blanks", |n| before("The mill stood still.\nLeave a Reply\n", "\n", n)),
    ("reply form, then spaces", |n| before("The mill stood still.\nLeave a Reply\n", " ", n)),
    ("blanks, then reply form", |n| behind("\n", "The mill stood still.\nLeave a Reply\n", n)),
    ("old mac", |n| behind("\r", "x\rYour email address will not be published.\r", n)),
    ("digits, then forms", |n| behind("1", ". Leave a Reply", n)),
    ("signs, then stamps", |n| behind("-", "Published on March 18, 2024 by Ann Miller ", n)),
    ("posted by", |n| repeat("Posted by ", n)),
    ("posted on", |n| repeat("Posted on March 18, 2024 by Ann Miller in ", n)),
    ("by", |n| repeat("by ", n)),
    ("thoughts on", |n| repeat("3 thoughts on “", n)),
    ("tags", |n| repeat("Tags: a, b, c ", n)),
    ("tags lines", |n| repeat("Tags: a, b, c\n", n)),
    ("copyright", |n| repeat("© 2024 ", n)),
    ("copyright lines", |n| repeat("© 2024 The Mill. All rights reserved.\n", n)),
    ("advertisement", |n| repeat("Advertisement ", n)),
    ("advertisement lines", |n| repeat("Advertisement\n", n)),
    ("menus", |n| repeat("Home About Contact ", n)),
    ("menu lines", |n| repeat("Home\nAbout\nContact\n", n)),
    ("breadcrumbs", |n| repeat("Home » ", n)),
    ("source and address", |n| repeat("Source: https://", n)),
    ("form and brackets", |n| repeat("Leave a Reply[[[[[[[[[[", n)),
    ("form and colons", |n| behind("Leave a Reply", ":", n)),
    ("skip links", |n| repeat("Skip to content\n", n)),
    ("pages", |n| repeat("1 2 3 Next » ", n)),
    ("minutes", |n| repeat("3 min read ", n)),
    ("cookies", |n| repeat("We use cookies. Accept all Reject ", n)),
    ("template", |n| repeat("%d Δ {{ x }} ${y} [/caption]", n)),
    ("data layer", |n| repeat("window.dataLayer = window.dataLayer || ", n)),
];
