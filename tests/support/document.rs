//! Generated documents: grain and residue in any order, glued or apart, decorated, wrapped and damaged.

use std::sync::LazyLock;

use dehusk::{Cleaner, Confidence};
use proptest::prelude::*;

/// Sentences, lines and small blocks that authors write, in many scripts; some of them use the words of residue.
const GRAIN: &[&str] = &[
    "The miller opened the sluice before dawn, and the wheel began to turn.",
    "Nobody had told the new teacher about the bell.",
    "She asked whether the bridge would hold; the engineer only shrugged.",
    "Share this bread with whoever comes to the door.",
    "“Leave a reply,” said the note on the kitchen table, “and feed the cat.”",
    "To post a comment on the old board you needed three stamps and a friend.",
    "Next post by the river stands the lock keeper's house.",
    "The advertisement in the window read: room to let, no dogs.",
    "Related work on tides goes back to the harbour tables of 1821.",
    "1. Open the menu.",
    "2. Choose Share, then Email.",
    "3. Log in with the code that was sent to you.",
    "Chapter One",
    "## How the dyke was built",
    "- two cups of rye flour",
    "* a pinch of salt",
    "> He wrote: read more, talk less.",
    "| year | herring | cod |\n|---|---|---|\n| 1911 | 40 | 12 |",
    "```\nShare this:\nprint(\"Leave a Reply\")\n```",
    "Reply: no. Follow-up: none. Comments: two.",
    "Der Müller öffnete das Wehr, noch bevor es hell wurde.",
    "„Weiter“, rief die Kapitänin, „oder wir bleiben hier.“",
    "Teilen Sie den Teig in vier Stücke und lassen Sie ihn ruhen.",
    "La boulangère ouvrait à cinq heures, même le dimanche.",
    "Partager le pain n’était pas une habitude dans cette maison.",
    "El molino llevaba siglos parado cuando llegó la crecida.",
    "Compartir la barca era la costumbre del pueblo.",
    "Мельник открыл шлюз ещё до рассвета.",
    "Следующая запись в дневнике была короткой.",
    "Młynarz otworzył śluzę przed świtem, a koło ruszyło.",
    "Değirmenci İstanbul’dan dönünce kapıyı açtı.",
    "Ο μυλωνάς άνοιξε το φράγμα πριν ξημερώσει.",
    "磨坊主在天亮之前打开了水闸，水车开始转动。",
    "水車小屋の主人は夜明け前に水門を開けた。",
    "방앗간 주인은 동트기 전에 수문을 열었다.",
    "فتح الطحان البوابة قبل الفجر.",
    "הטוחן פתח את הסכר לפני עלות השחר.",
    "चक्की वाले ने भोर से पहले फाटक खोला।",
    "คนสีข้าวเปิดประตูน้ำก่อนรุ่งสาง",
    "3.14",
    "2024-03-18",
    "7",
    "…",
    "A",
];

/// Signs that meet the engine in unlucky places.
const HOSTILE: &[&str] = &[
    "[",
    "]",
    "](",
    "](x)",
    "[]()",
    "![",
    "(",
    ")",
    "\\",
    "\\[",
    "`",
    "```",
    "**",
    "__",
    "|",
    "||",
    "#",
    "######",
    ">",
    "<",
    "</",
    "{",
    "}}",
    "%",
    "%d",
    "$",
    "&",
    "&amp;",
    "\"",
    "“",
    "„",
    "«",
    "»",
    "'",
    "’",
    "…",
    "...",
    ".",
    ":",
    ":::",
    "!",
    "?",
    ",",
    ";",
    "-",
    "—",
    "•",
    "→",
    "\u{0}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{2028}",
    "\u{2029}",
    "\u{2066}",
    "\u{feff}",
    "\u{fffd}",
    "\u{301}",
    "e\u{301}\u{301}\u{301}",
    "\u{1100}\u{1161}\u{11a8}",
    "ﬁ",
    "ß",
    "ẞ",
    "İ",
    "ı",
    "Ǆ",
    "ΐ",
    "🇩🇪",
    "👩\u{200d}🌾",
    "９",
    "Ａ",
    "\u{3000}",
    "\r",
    "\t",
    "0",
    "99999999999",
    "1.1.1.1",
    "2024",
    "12:30",
    "@",
    "://",
    "www.",
    "a",
];

/// What stands between two pieces; the first ones are the ordinary ones.
const SEPARATORS: &[&str] = &[
    "\n",
    "\n\n",
    " ",
    "",
    "\r\n",
    "\r\n\r\n",
    "\n\n\n\n",
    "\r",
    "\t",
    " | ",
    " · ",
    " » ",
    "\u{a0}",
    "\n \n",
    "\n\t\n\u{a0}\n",
    "\u{2028}",
    ", ",
    ". ",
    ": ",
    "\u{200b}",
    "\n* ",
    "\n- ",
    "\n> ",
    "\n## ",
    "\n1. ",
    " – ",
    "\u{85}",
    "\u{b}\u{c}",
    "    ",
    "(",
    ") ",
    "\" ",
    "/",
];

/// Residue as the packs' own examples have it: each marked part whole, line by line, and with what surrounds it.
pub static RESIDUE: LazyLock<Vec<String>> = LazyLock::new(|| {
    let cleaner = Cleaner::builder().preview(true).min_confidence(Confidence::Low).build().expect("the built-in packs compile");
    let mut all = Vec::new();
    for example in cleaner.rules().iter().flat_map(|r| r.removes.iter().chain(&r.keeps)) {
        let mut rest = example.as_str();
        while let Some(open) = rest.find("[-") {
            let inside = &rest[open + 2..];
            let Some(close) = inside.find("-]") else { break };
            let part = inside[..close].trim();
            all.push(part.to_owned());
            all.extend(part.lines().map(|l| l.trim().to_owned()));
            rest = &inside[close + 2..];
        }
        all.push(example.replace("[-", "").replace("-]", ""));
    }
    all.retain(|part| !part.is_empty());
    all.sort();
    all.dedup();
    all
});

/// One piece of text and what happens to it.
#[derive(Clone, Debug)]
pub struct Piece {
    text: String,
    damage: u8,
    amount: u8,
    separator: &'static str,
}

fn pieces() -> impl Strategy<Value = String> {
    let grain = prop::sample::select(GRAIN).prop_map(str::to_owned);
    let hostile = prop::sample::select(HOSTILE).prop_map(str::to_owned);
    let residue = prop::sample::select(RESIDUE.as_slice());
    prop_oneof![4 => grain, 6 => residue, 1 => hostile]
}

fn separators() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => prop::sample::select(&SEPARATORS[..4]), 1 => prop::sample::select(SEPARATORS)]
}

/// A document of up to 40 pieces.
pub fn documents() -> impl Strategy<Value = String> {
    let piece = (pieces(), prop_oneof![2 => Just(0u8), 1 => 1u8..20], any::<u8>(), separators());
    let piece = piece.prop_map(|(text, damage, amount, separator)| Piece { text, damage, amount, separator });
    let layout = prop_oneof![4 => Just(0u8), 1 => 1u8..6];
    (prop::collection::vec(piece, 0..40), layout).prop_map(|(pieces, layout)| write(&pieces, layout))
}

/// Characters in any order, with the signs that folding and healing look at.
pub fn soup() -> impl Strategy<Value = String> {
    let sign = prop_oneof![
        3 => prop::sample::select(HOSTILE).prop_map(str::to_owned),
        2 => prop::sample::select(SEPARATORS).prop_map(str::to_owned),
        2 => prop::sample::select(RESIDUE.as_slice()),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(sign, 0..60).prop_map(|parts| parts.concat())
}

fn write(pieces: &[Piece], layout: u8) -> String {
    let mut text = String::new();
    for piece in pieces {
        text.push_str(&damaged(piece));
        text.push_str(piece.separator);
    }
    match layout {
        1 => text.replace('\n', "\r\n"),
        2 => text.replace(['\n', '\r'], " "),
        3 => text.replace(['\n', '\r'], ""),
        4 => text.trim_end().to_owned(),
        5 => format!("\u{feff}{text}\n\n\n"),
        _ => text,
    }
}

/// The piece as a page, an extractor or a bad day may leave it.
fn damaged(piece: &Piece) -> String {
    let text = piece.text.as_str();
    let amount = usize::from(piece.amount);
    let at = text.char_indices().nth(amount % text.chars().count().max(1)).map_or(0, |(at, _)| at);
    let (head, tail) = text.split_at(at);
    match piece.damage {
        1 => format!("### {text}"),
        2 => format!("**{text}**"),
        3 => format!("[{text}](https://example.org/a?b=c#respond)"),
        4 => format!("* [{head}](/x){tail}"),
        5 => format!("> {text}"),
        6 => format!("| {text} | {text} |"),
        7 => text.to_uppercase(),
        8 => text.to_lowercase(),
        9 => text.replace(' ', "\u{a0}"),
        10 => format!("{head}\u{200b}{tail}"),
        11 => format!("{head}\u{301}{tail}"),
        12 => head.to_owned(),
        13 => tail.to_owned(),
        14 => format!("{text}{text}"),
        15 => text.replace(' ', "\n"),
        16 => text.replace(' ', ""),
        17 => format!("{}{text}{}", " ".repeat(amount % 7), "\t".repeat(amount % 3)),
        18 => format!("“{text}”"),
        19 => (0..amount % 5 + 2).map(|_| format!("{text}\n")).collect(),
        _ => text.to_owned(),
    }
}
