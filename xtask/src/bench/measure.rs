//! Measures time, memory and instructions at run time.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::build::{cargo, folder, peers};
use super::divan::Measurements;
use super::plot::{Curve, draw};
use super::report::{Limit, Report, Row, Target, rounded};

/// Number of accounts on the page that is read.
const ACCOUNTS: f64 = 100.0;

/// Number of concurrent requests.
const AT_A_TIME: f64 = 32.0;

/// Number of short rounds of each program; the fastest counts. With many short rounds, some are
/// not disturbed by other load on the machine.
const ROUNDS: usize = 25;

pub(super) fn decode(report: &mut Report, quick: bool) -> Result<()> {
    let measured = compare("decode", quick)?;
    let times = |name| anyhow::Ok(measured.get(name)?.seconds * 1e6 / ACCOUNTS);
    let ours = times("ours")?;
    let (peer, plain, scan) = (times("async_stripe")?, times("plain")?, times("scan")?);
    report.add(Row {
        what: "reading a page of accounts, µs per account".to_owned(),
        ours: rounded(ours),
        beside: format!(
            "async-stripe {}, plain structs {}, scanning alone {}",
            rounded(peer),
            rounded(plain),
            rounded(scan)
        ),
        target: Some(Target {
            shown: format!(
                "{:.2} × async-stripe, {:.2} × plain",
                ours / peer,
                ours / plain
            ),
            value: ours / peer,
            limit: Limit::AtMost(0.6),
        }),
    });
    let allocations = |name| {
        let counted = measured.get(name)?.allocations;
        anyhow::Ok(counted.context("the benchmark counts no allocations")? / ACCOUNTS)
    };
    let (ours, peer, plain) = (
        allocations("ours")?,
        allocations("async_stripe")?,
        allocations("plain")?,
    );
    report.add(Row {
        what: "the same, heap allocations per account".to_owned(),
        ours: rounded(ours),
        beside: format!(
            "async-stripe {}, plain structs {}",
            rounded(peer),
            rounded(plain)
        ),
        target: Some(Target {
            shown: format!("{:.2} × plain", ours / plain),
            value: ours / plain,
            limit: Limit::AtMost(0.5),
        }),
    });
    Ok(())
}

pub(super) fn encode(report: &mut Report, quick: bool) -> Result<()> {
    let measured = compare("encode", quick)?;
    let times = |name| anyhow::Ok(measured.get(name)?.seconds * 1e6);
    let (ours, peer) = (times("ours")?, times("async_stripe")?);
    let (ours_all, peer_all) = (
        times("ours_from_scratch")?,
        times("async_stripe_from_scratch")?,
    );
    report.add(Row {
        what: "writing a session's parameters, µs".to_owned(),
        ours: rounded(ours),
        beside: format!("async-stripe (serde_qs) {}", rounded(peer)),
        target: Some(Target {
            shown: format!("{:.2} ×", ours / peer),
            value: ours / peer,
            limit: Limit::AtMost(0.5),
        }),
    });
    report.add(Row {
        what: "the same, making the parameters included, µs".to_owned(),
        ours: rounded(ours_all),
        beside: format!("async-stripe {}", rounded(peer_all)),
        target: None,
    });
    Ok(())
}

/// Counts instructions, which do not depend on other load on the machine.
pub(super) fn instructions(report: &mut Report) -> Result<()> {
    let valgrind = Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if !valgrind.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: instructions, since valgrind is not installed");
        return Ok(());
    }
    let target = folder("peers");
    let build = [
        "build",
        "--release",
        "--package",
        "compare",
        "--bin",
        "repeat",
    ];
    printed(&mut peers(&target, &build))?;
    let repeat = target.join("release/repeat");
    // Ten more repetitions of the same: the difference leaves out the cost of starting up.
    let count = |what, by| {
        let all = |times| {
            let mut valgrind = Command::new("valgrind");
            valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
            let output = valgrind.arg(&repeat).args([what, by, times]).output()?;
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let (_, count) = said
                .split_once("Collected : ")
                .context("valgrind printed no count")?;
            let count = count.split_whitespace().next().unwrap_or_default();
            anyhow::Ok(count.parse::<f64>()?)
        };
        anyhow::Ok((all("11")? - all("1")?) / 10.0)
    };
    let decode = |by| anyhow::Ok(count("decode", by)? / ACCOUNTS);
    let (ours, peer, plain) = (decode("ours")?, decode("async_stripe")?, decode("plain")?);
    let scan = decode("scan")?;
    report.add(Row {
        what: "instructions per account read".to_owned(),
        ours: rounded(ours),
        beside: format!(
            "async-stripe {} ({:.2} ×), plain structs {} ({:.2} ×), scanning alone {}",
            rounded(peer),
            ours / peer,
            rounded(plain),
            ours / plain,
            rounded(scan)
        ),
        target: None,
    });
    let (ours, peer) = (count("encode", "ours")?, count("encode", "async_stripe")?);
    report.add(Row {
        what: "instructions for a session's parameters".to_owned(),
        ours: rounded(ours),
        beside: format!("async-stripe {} ({:.2} ×)", rounded(peer), ours / peer),
        target: None,
    });
    Ok(())
}

pub(super) fn requests(report: &mut Report, quick: bool) -> Result<()> {
    let measured = compare("requests", quick)?;
    for (group, what, at_a_time) in [
        ("one_by_one", "requests one after the other, per s", 1.0),
        (
            "one_by_one_tls",
            "requests one after the other over TLS, per s",
            1.0,
        ),
        ("at_a_time", "requests 32 at a time, per s", AT_A_TIME),
        (
            "at_a_time_tls",
            "requests 32 at a time over TLS, per s",
            AT_A_TIME,
        ),
    ] {
        let rate = |name| {
            let seconds = measured.get(&format!("{group}/{name}"))?.seconds;
            anyhow::Ok(at_a_time / seconds)
        };
        let (ours, bare, peer) = (rate("ours")?, rate("bare")?, rate("async_stripe")?);
        let mut row = |beside: &str, theirs: f64, limit| {
            report.add(Row {
                what: what.to_owned(),
                ours: rounded(ours),
                beside: format!("{beside} {}", rounded(theirs)),
                target: Some(Target {
                    shown: format!("{:.2} ×", ours / theirs),
                    value: ours / theirs,
                    limit: Limit::AtLeast(limit),
                }),
            });
        };
        row("bare", bare, 0.97);
        row("async-stripe", peer, 3.0);
    }
    Ok(())
}

pub(super) fn codegen(report: &mut Report, quick: bool) -> Result<()> {
    let target = folder("codegen");
    // Each runs in a process of its own, because the peak memory is that of a process.
    let run = |filter: &str| {
        let bench = [
            "bench",
            "--package",
            "stripe-tests",
            "--bench",
            "codegen",
            "--",
            filter,
        ];
        let mut cargo = cargo(&target, &bench);
        let mut run = || printed(timed(&mut cargo, "0.2"));
        let text = run()?;
        let mut measured = Measurements::parse(&text)?;
        for _ in 1..if quick { 1 } else { ROUNDS } {
            measured = measured.least(Measurements::parse(&run()?)?);
        }
        let (_, memory) = text.split_once("peak memory: ").unwrap_or_default();
        let memory = memory.split(' ').next().unwrap_or_default();
        let memory = memory
            .parse::<f64>()
            .ok()
            .map(|kilobytes| kilobytes / 1000.0);
        let skipped = text.contains("SKIPPED: ");
        anyhow::Ok((measured, memory, skipped))
    };
    let (measured, memory, skipped) = run("subset")?;
    let ours = measured.get("subset")?.seconds * 1e3;
    report.add(codegen_row("the committed subset", ours, memory, 50.0));
    if skipped {
        eprintln!("SKIPPED: Stripe's whole spec, which is not in ../shared/stripe");
        return Ok(());
    }
    let (mut times, mut memories) = (Vec::new(), Vec::new());
    for percent in ["10", "30", "100"] {
        let (measured, memory, _) = run(&format!("upstream_percent.+{percent}$"))?;
        let measured = measured.get(&format!("upstream_percent/{percent}"))?;
        let at = percent.parse::<f64>()?;
        times.push((at, measured.seconds * 1e3));
        memories.extend(memory.map(|memory| (at, memory)));
    }
    let (_, whole) = times[2];
    let memory = memories.last().map(|(_, memory)| *memory);
    report.add(codegen_row("Stripe's whole spec", whole, memory, 1000.0));
    if let Some(memory) = memory {
        report.add(Row {
            what: "the same, peak memory, MB".to_owned(),
            ours: rounded(memory),
            beside: String::new(),
            target: Some(Target {
                shown: rounded(memory),
                value: memory,
                limit: Limit::AtMost(250.0),
            }),
        });
    }
    let (measured, memory, _) = run("slice_operations")?;
    let slice = measured.get("slice_operations/20")?.seconds * 1e3;
    let of = "20 operations, selected from Stripe's whole spec";
    report.add(codegen_row(of, slice, memory, 500.0));
    let listed = |points: &[(f64, f64)]| {
        let points = points
            .iter()
            .map(|(at, value)| format!("{at} %: {}", rounded(*value)));
        points.collect::<Vec<_>>().join(", ")
    };
    let growth = (whole / times[1].1) / (100.0 / 30.0);
    report.add(Row {
        what: "growth from 30 % to 100 % of the schemas".to_owned(),
        ours: format!("ms at {}; MB at {}", listed(&times), listed(&memories)),
        beside: String::new(),
        target: Some(Target {
            shown: format!("{growth:.2} × linear"),
            value: growth,
            limit: Limit::AtMost(1.1),
        }),
    });
    for (name, title, points) in [
        ("codegen-time.svg", "Generating, ms", times),
        (
            "codegen-memory.svg",
            "Peak memory of generating, MB",
            memories,
        ),
    ] {
        report.plot(name, draw(&Curve { title, points }));
    }
    Ok(())
}

fn codegen_row(of: &str, ms: f64, memory: Option<f64>, limit: f64) -> Row {
    Row {
        what: format!("generating from {of}, ms"),
        ours: rounded(ms),
        beside: memory.map_or_else(String::new, |memory| format!("with {} MB", rounded(memory))),
        target: Some(Target {
            shown: rounded(ms),
            value: ms,
            limit: Limit::AtMost(limit),
        }),
    }
}

/// Runs a benchmark of the crate and its peers several times, and keeps the fastest.
fn compare(bench: &str, quick: bool) -> Result<Measurements> {
    let target = folder("peers");
    let run = || {
        let mut cargo = peers(
            &target,
            &["bench", "--package", "compare", "--bench", bench],
        );
        Measurements::parse(&printed(timed(&mut cargo, "0.2"))?)
    };
    let mut measured = run()?;
    for _ in 1..if quick { 1 } else { ROUNDS } {
        measured = measured.least(run()?);
    }
    Ok(measured)
}

/// Sets how many seconds divan measures each benchmark.
fn timed<'a>(command: &'a mut Command, seconds: &str) -> &'a mut Command {
    command
        .env("DIVAN_MIN_TIME", seconds)
        .env("DIVAN_MAX_TIME", seconds)
}

/// Runs a command to its end, and returns what it printed.
pub(super) fn printed(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("can't run {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed");
    }
    Ok(String::from_utf8(output.stdout)?)
}
