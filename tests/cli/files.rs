//! Which files are read, and where their cleaned copies go.

use std::fs;

use crate::support::{CLEANED, Dir, GRAIN, PAGE, holds};

#[test]
fn a_folder_is_copied_with_every_file_in_its_place() {
    let dir = Dir::with([
        ("in/a.txt", PAGE.as_bytes()),
        ("in/deep/er/b.md", PAGE.as_bytes()),
        ("in/clean.txt", GRAIN.as_bytes()),
        ("in/empty.txt", b""),
        ("in/photo.jpg", b"\xff\xd8\xff\0\x10"),
        ("in/data.html", b"<p>Leave a Reply Cancel reply</p>"),
    ]);
    let (code, out, err) = dir.run("clean in --out cleaned");
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    let mut expected = dir.tree("in");
    for (name, bytes) in &mut expected {
        if matches!(name.as_str(), "a.txt" | "deep/er/b.md") {
            *bytes = CLEANED.into();
        }
    }
    assert_eq!(dir.tree("cleaned"), expected);
    holds(&err, "4 documents, 2 cleaned, 4 removals");
    holds(&err, "copied as it is: in/photo.jpg: binary");
    holds(&err, "copied as it is: in/data.html: not plain text by its name");
}

#[test]
fn a_folder_needs_a_destination() {
    let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", PAGE)]);
    let (code, _, err) = dir.run("clean in");
    assert_eq!(code, 2);
    for part in ["needs a place to write", "in is a folder with 2 documents", "--out", "--in-place", "dehusk diff in"] {
        holds(&err, part);
    }
    assert_eq!(dir.text("in/a.txt"), PAGE);
}

#[test]
fn the_output_may_not_lie_in_the_input() {
    let dir = Dir::with([("in/a.txt", PAGE)]);
    for out in ["in", "in/cleaned", "in/../in/x"] {
        let (code, _, err) = dir.run(&format!("clean in --out {out}"));
        assert_eq!(code, 2);
        holds(&err, "the output folder lies inside its input");
    }
    assert_eq!(dir.tree("in").len(), 1);
    assert!(!dir.path("in/cleaned").exists());
    // The input inside the output: only what would hit the input is refused.
    dir.write("in/in/b.txt", PAGE);
    let (code, _, err) = dir.run("clean in --out .");
    assert_eq!(code, 2);
    holds(&err, "the output would fall into the input");
    assert_eq!(dir.text("in/in/b.txt"), PAGE);
}

#[test]
fn existing_files_are_only_replaced_on_request() {
    let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", PAGE), ("out/a.txt", "mine")]);
    let (code, _, err) = dir.run("clean in --out out");
    assert_eq!(code, 2);
    holds(&err, "exists already (--overwrite replaces it)");
    assert_eq!((dir.text("out/a.txt").as_str(), dir.text("out/b.txt").as_str()), ("mine", CLEANED));
    let (code, ..) = dir.run("clean in --out out --overwrite");
    assert_eq!((code, dir.text("out/a.txt").as_str()), (0, CLEANED));
}

#[test]
fn a_large_file_in_the_way_is_told_before_the_work() {
    // Pages with residue, whose cleaning takes many times what it takes to begin and to read them.
    let dir = Dir::with([("big.txt", PAGE.repeat(8_000))]);
    let timed = |args: &str| {
        let begun = std::time::Instant::now();
        (dir.run(args), begun.elapsed())
    };
    let ((code, ..), cleaned) = timed("clean big.txt --out out");
    assert_eq!(code, 0);
    let before = dir.tree("out");
    for (args, name) in [("--out out", "big.txt"), ("--out packed --compress gzip", "big.txt.gz")] {
        dir.write(&format!("packed/{name}"), "mine");
        let ((code, _, err), refused) = timed(&format!("clean big.txt {args}"));
        assert_eq!(code, 2);
        holds(&err, &format!("{name} exists already (--overwrite replaces it)"));
        assert!(refused < cleaned / 2, "{refused:?} beside {cleaned:?}");
    }
    assert!(dir.tree("out") == before && dir.text("packed/big.txt.gz") == "mine");
}

#[test]
fn several_paths_keep_their_names() {
    let dir = Dir::with([("a/page.txt", PAGE), ("b/page.txt", PAGE), ("c/x/page.txt", PAGE)]);
    let (code, _, err) = dir.run("clean a/page.txt b/page.txt c ./c --out out");
    assert_eq!(code, 0, "{err}");
    let names: Vec<String> = dir.tree("out").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a/page.txt", "b/page.txt", "c/x/page.txt"]);
}

#[test]
fn a_missing_path_does_not_stop_the_others() {
    let dir = Dir::with([("a.txt", PAGE)]);
    let (code, _, err) = dir.run("clean nowhere.txt a.txt --out out");
    assert_eq!(code, 2);
    holds(&err, "error: nowhere.txt: no such file or folder");
    assert_eq!(dir.text("out/a.txt"), CLEANED);
    let (code, ..) = dir.run("clean nowhere.txt a.txt --out out2 --fail-fast");
    assert_eq!(code, 2);
}

#[test]
fn filters_choose_files() {
    let files = ["in/a.txt", "in/b.md", "in/.hidden.txt", "in/skip/c.txt", "in/draft/d.txt", "in/e.log"].map(|name| (name, PAGE));
    let dir = Dir::with(files);
    dir.write("in/.dehuskignore", "draft/\n");
    dir.write("in/.gitignore", "*.md\n");
    let names = |args: &str| {
        let (code, out, err) = dir.run(&format!("check in --format short --exit-zero {args}"));
        assert_eq!(code, 0, "{err}");
        out.lines().map(|line| line.split(':').next().unwrap().trim_start_matches("in/").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(""), ["a.txt", "b.md", "e.log", "skip/c.txt"]);
    assert_eq!(names("--gitignore"), ["a.txt", "e.log", "skip/c.txt"]);
    assert_eq!(names("--gitignore --no-gitignore -g *.md"), ["b.md"]);
    assert_eq!(names("-g *.txt -g !a.txt"), ["skip/c.txt"]);
    assert_eq!(names("--exclude skip --exclude *.log"), ["a.txt", "b.md"]);
    assert_eq!(names("--hidden -g *.txt"), [".hidden.txt", "a.txt", "skip/c.txt"]);
}

#[test]
fn nothing_to_read_is_said() {
    let dir = Dir::with([("in/.hidden.txt", PAGE)]);
    let (code, _, err) = dir.run("check in");
    assert_eq!(code, 0);
    holds(&err, "nothing was read: there are no files, or they are hidden (--hidden)");
    let (_, _, err) = dir.run("check in -g *.xyz");
    holds(&err, "no file passes --glob and --exclude");
}

#[test]
fn paths_come_from_a_list_too() {
    let dir = Dir::with([("in/a b.txt", PAGE), ("in/c.txt", PAGE)]);
    dir.write("list", "in/a b.txt\r\nin/c.txt\n\n");
    dir.write("nul", "in/a b.txt\0");
    let (code, out, _) = dir.run("check --format short --files-from list");
    assert_eq!((code, out.lines().count()), (1, 2));
    let (code, out, _) = dir.run("check --format short --files-from nul -0");
    assert_eq!((code, out.lines().count()), (1, 1));
    let mut command = dir.dehusk("check --format short --files-from -");
    command.write_stdin("in/c.txt\n");
    assert_eq!(crate::support::outcome(&mut command).1.lines().count(), 1);
}

#[test]
fn any_name_is_read_when_the_user_says_so() {
    let dir = Dir::with([("in/a.html", PAGE), ("b.json", PAGE)]);
    assert_eq!(dir.run("check in --from text").0, 1);
    assert_eq!(dir.run("check in").0, 0);
    // Named by hand: the user knows.
    assert_eq!(dir.run("clean b.json").1, CLEANED);
}

#[test]
fn the_order_does_not_depend_on_threads() {
    let dir = Dir::new();
    for n in 0..120 {
        dir.write(&format!("in/{}/{n:03}.txt", n % 7), PAGE.repeat(1 + n % 5));
    }
    let (_, one, _) = dir.run("diff in --format short -j 1");
    let (_, many, _) = dir.run("diff in --format short -j 8");
    assert!(one.lines().count() >= 240 && one == many);
    let mut sorted: Vec<&str> = one.lines().map(|l| l.split(':').next().unwrap()).collect();
    sorted.dedup();
    assert!(sorted.is_sorted());
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn links_are_followed_on_request_and_loops_reported() {
        let dir = Dir::with([("in/a.txt", PAGE), ("elsewhere/b.txt", PAGE)]);
        symlink(dir.path("elsewhere"), dir.path("in/link")).unwrap();
        symlink(dir.path("in"), dir.path("in/loop")).unwrap();
        let (code, out, err) = dir.run("check in --format short");
        assert_eq!((code, out.lines().count()), (1, 1));
        holds(&err, "in/link: a symbolic link (--follow reads it)");
        let (code, out, err) = dir.run("check in --format short --follow");
        assert_eq!((code, out.lines().count()), (2, 2), "{out}{err}");
        holds(&err, "leads back to");
    }

    #[test]
    fn an_output_folder_cannot_be_left_through_a_link() {
        let dir = Dir::with([("in/sub/a.txt", PAGE), ("secret/x", "")]);
        fs::create_dir(dir.path("out")).unwrap();
        symlink(dir.path("secret"), dir.path("out/sub")).unwrap();
        let (code, _, err) = dir.run("clean in --out out");
        assert_eq!(code, 2);
        holds(&err, "leads out of it");
        assert!(!dir.path("secret/a.txt").exists());
    }

    #[test]
    fn what_needs_no_cleaning_may_be_the_original_itself() {
        use std::os::unix::fs::MetadataExt;
        let large = GRAIN.repeat((3 << 20) / GRAIN.len());
        let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", GRAIN), ("in/large.txt", &large), ("out/b.txt", "mine")]);
        let inode = |name: &str| fs::metadata(dir.path(name)).unwrap().ino();
        assert_eq!(dir.run("clean in --out new --link").0, 0);
        assert_eq!(
            (dir.text("new/a.txt").as_str(), inode("new/b.txt"), inode("new/large.txt")),
            (CLEANED, inode("in/b.txt"), inode("in/large.txt"))
        );
        assert_ne!(inode("new/a.txt"), inode("in/a.txt"));
        let (code, _, err) = dir.run("clean in --out out --link");
        assert_eq!((code, dir.text("out/b.txt").as_str(), inode("out/large.txt")), (2, "mine", inode("in/large.txt")), "{err}");
        assert_eq!(dir.run("clean in --out out --link --overwrite").0, 0);
        assert_eq!((dir.text("out/b.txt").as_str(), inode("out/large.txt")), (GRAIN, inode("in/large.txt")));
        assert_eq!(dir.text("in/large.txt"), large);
        // Without it, they are files of their own.
        assert_eq!(dir.run("clean in --out copy").0, 0);
        assert!(dir.text("copy/large.txt") == large && inode("copy/large.txt") != inode("in/large.txt"));
    }

    #[test]
    fn copies_keep_the_mode() {
        let dir = Dir::with([("in/a.txt", PAGE), ("in/b.txt", GRAIN)]);
        for (name, mode) in [("in/a.txt", 0o640), ("in/b.txt", 0o444)] {
            fs::set_permissions(dir.path(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        assert_eq!(dir.run("clean in --out out").0, 0);
        let mode = |name: &str| fs::metadata(dir.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("out/a.txt"), mode("out/b.txt")), (0o640, 0o444));
    }
}

#[test]
fn texts_over_the_limit_are_left_alone() {
    let dir = Dir::with([("in/big.txt", PAGE.repeat(40)), ("in/small.txt", PAGE.into())]);
    let (code, _, err) = dir.run("clean in --out out --max-doc-size 1k");
    assert_eq!(code, 0, "{err}");
    holds(&err, "copied as it is: in/big.txt: larger than --max-doc-size: 5.");
    assert_eq!((dir.text("out/big.txt"), dir.text("out/small.txt")), (PAGE.repeat(40), CLEANED.to_owned()));
    for wrong in ["1x", "k", "99999999999999999999G"] {
        let (code, _, err) = dir.run(&format!("check in --max-doc-size {wrong}"));
        assert_eq!(code, 2);
        holds(&err, "such as 64M");
    }
}

#[test]
fn lines_of_old_macs_are_left_alone() {
    let mac = PAGE.replace('\n', "\r");
    let dir = Dir::with([("in/mac.txt", mac.clone()), ("in/mixed.txt", PAGE.replace("\n\n", "\n\r\r"))]);
    let (code, _, err) = dir.run("clean in --out out");
    assert_eq!(code, 0, "{err}");
    holds(&err, "copied as it is: in/mac.txt: its lines end with a bare CR");
    assert_eq!(dir.text("out/mac.txt"), mac);
    assert!(!dir.text("out/mixed.txt").contains("\r\r\r"), "{:?}", dir.text("out/mixed.txt"));
    let (_, out, _) = crate::support::outcome(dir.dehusk("clean").write_stdin(mac.clone()));
    assert_eq!(out, mac);
}
