//! What the page is told.

use super::{About, Report, SIZE};
use crate::{Cleaner, Confidence};

const PAGE: &str = "The mill stood still for eleven days, and the miller mended sacks by the light of one lamp.\n\n\
    On the twelfth day the ice broke, and the wheel began to turn again.\n\n\
    Leave a Reply Cancel reply\n\
    Your email address will not be published. Required fields are marked *\n\
    Save my name, email, and website in this browser for the next time I comment.\n";

fn about() -> About {
    About {
        source: "pages".into(),
        made: "2026-11-22".into(),
        id: "1".into(),
        level: Confidence::Medium,
        packs: Vec::new(),
        file: "d.jsonl".into(),
        apply: String::new(),
        decisions: Vec::new(),
        errors: 0,
        partial: false,
        size: SIZE,
    }
}

fn data(page: &str) -> serde_json::Value {
    let start = page.find("id=\"data\">").unwrap() + "id=\"data\">".len();
    serde_json::from_str(&page[start..start + page[start..].find("</script>").unwrap()]).unwrap()
}

#[test]
fn a_place_is_measured_by_what_stays_before_it() {
    let mut report = Report::default();
    report.add("a.txt", None, ".", &Cleaner::builtin().clean(PAGE));
    let data = data(&report.page(&about()));
    // The form is half of the page, and all of it is at the tail.
    for rule in data["rules"].as_array().unwrap() {
        let at: Vec<u64> = rule["at"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        assert_eq!(at.iter().sum::<u64>(), at[19], "{rule}");
    }
    for group in data["groups"].as_array().unwrap() {
        assert_eq!((&group["h"][0], &group["h"][1]), (&0.into(), &0.into()), "{group}");
    }
    assert_eq!(data["loss"].as_array().unwrap().len(), 8);
    assert_eq!(data["documents"][0][0], "a.txt");
}

#[test]
fn counting_together_is_counting_apart() {
    let cleaner = Cleaner::builtin();
    let texts = [PAGE, "Only grain.\n", "Share this:\nFacebook\nTwitter\n", PAGE];
    let (mut one, mut sum) = (Report::default(), Report::default());
    for (n, text) in texts.iter().enumerate() {
        let (name, cleaned) = (format!("site-{}.example/{n}.txt", n % 2), cleaner.clean(text));
        one.add(&name, None, &name[..14], &cleaned);
        let mut alone = Report::default();
        alone.add(&name, None, &name[..14], &cleaned);
        sum.merge(alone);
    }
    assert_eq!(one.page(&about()), sum.page(&about()));
}

#[test]
fn a_cut_is_shown_among_its_neighbours() {
    let mut report = Report::default();
    report.add("a.txt", Some(7), ".", &Cleaner::builtin().clean(PAGE));
    let data = data(&report.page(&about()));
    let group = data["groups"].as_array().unwrap().iter().find(|g| g["t"].as_str().unwrap().starts_with("Your email")).unwrap();
    let place = &group["x"][0];
    let turns = |side: &str| -> Vec<&str> { place[side].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect() };
    let (before, after) = (turns("a"), turns("z"));
    // What stays and what others take, in turns.
    assert!(before[0].ends_with("turn again.\n\n") && before[1].starts_with("Leave a Reply"), "{before:?}");
    assert!(after.iter().skip(1).step_by(2).any(|part| part.starts_with("Save my name")), "{after:?}");
    let whole: String = before.iter().chain(&[group["t"].as_str().unwrap()]).chain(&after).copied().collect();
    assert!(PAGE.contains(&whole), "{whole:?}");
    assert_eq!((&place["n"], &data["names"][0]), (&6.into(), &"a.txt:7".into()));
}
