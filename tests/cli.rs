//! The command as a process: what is typed, what is printed, what lies on disk afterwards.
//!
//! One binary for all of it, to link once. Word-by-word output is in `cli/cases/*.trycmd`
//! (`TRYCMD=overwrite cargo test --test cli` accepts changes).

#[path = "cli/support.rs"]
mod support;

#[path = "cli/answers.rs"]
mod answers;
#[path = "cli/compared.rs"]
mod compared;
#[path = "cli/config.rs"]
mod config;
#[path = "cli/containers.rs"]
mod containers;
#[path = "cli/decisions.rs"]
mod decisions;
#[path = "cli/disk.rs"]
mod disk;
#[path = "cli/encodings.rs"]
mod encodings;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/help.rs"]
mod help;
#[path = "cli/in_place.rs"]
mod in_place;
#[path = "cli/kills.rs"]
mod kills;
#[path = "cli/new.rs"]
mod new;
#[path = "cli/records.rs"]
mod records;
#[path = "cli/report.rs"]
mod report;
#[path = "cli/restore.rs"]
mod restore;
#[path = "cli/streams.rs"]
mod streams;

#[test]
fn cases() {
    trycmd::TestCases::new()
        .env("DEHUSK_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/dehusk.toml"))
        .env("NO_COLOR", "1")
        .default_bin_path(env!("CARGO_BIN_EXE_dehusk"))
        .case("tests/cli/cases/*.trycmd");
}
