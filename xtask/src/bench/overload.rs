//! Measures how retries affect a server that gets more calls than it can handle.

use anyhow::{Context, Result};

use super::build::{cargo, folder};
use super::measure::printed;
use super::plot::{Line, Panel, draw_panels};
use super::report::{Limit, Report, Row, Target};

/// How the server refuses calls: the name in the benchmark, and the name in the report.
const REFUSALS: [(&str, &str); 3] = [
    ("free", "refused with 503"),
    ("costly", "refused with 503, for ¼ of the work"),
    ("silent", "not answered"),
];

/// How the client retries: the name in the benchmark, and the name in the report. The last is
/// this crate.
const POLICIES: [(&str, &str); 3] = [
    ("none", "no retries"),
    ("twice", "2 retries"),
    ("ours", "2 retries within the budget"),
];

/// The figures of a case: name with unit, and file of the plot.
const FIGURES: [(&str, &str); 3] = [
    ("requests per call", "overload-requests.svg"),
    ("good answers per s", "overload-goodput.svg"),
    ("share of calls that succeed", "overload-share.svg"),
];

/// One line that the benchmark printed.
struct Case {
    refusal: String,
    load: f64,
    policy: String,
    figures: [f64; 3],
}

struct Cases(Vec<Case>);

impl Cases {
    fn parse(text: &str) -> Result<Self> {
        let cases = text.lines().map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let [refusal, load, policy, requests, goodput, share] = columns[..] else {
                anyhow::bail!("this line of the benchmark has not six columns: `{line}`");
            };
            Ok(Case {
                refusal: refusal.to_owned(),
                load: load.parse()?,
                policy: policy.to_owned(),
                figures: [requests.parse()?, goodput.parse()?, share.parse()?],
            })
        });
        cases.collect::<Result<_>>().map(Self)
    }

    /// Returns one figure as a curve over the load.
    fn points(&self, refusal: &str, policy: &str, figure: usize) -> Vec<(f64, f64)> {
        let cases = self.0.iter();
        let cases = cases.filter(|case| case.refusal == refusal && case.policy == policy);
        cases
            .map(|case| (case.load, case.figures[figure]))
            .collect()
    }

    fn at(&self, refusal: &str, policy: &str, figure: usize, load: f64) -> Result<f64> {
        let points = self.points(refusal, policy, figure);
        let found = points.into_iter().find(|(at, _)| *at == load);
        Ok(found.context("a case is missing")?.1)
    }

    /// Returns the smallest ratio of this crate's figure to the best of the other policies, over
    /// all loads.
    fn least(&self, refusal: &str, figure: usize) -> f64 {
        let [none, twice, ours] = POLICIES.map(|(policy, _)| self.points(refusal, policy, figure));
        let others = none.iter().zip(&twice);
        let shares = ours
            .iter()
            .zip(others)
            .map(|((_, ours), ((_, none), (_, twice)))| ours / none.max(*twice));
        shares.fold(f64::INFINITY, f64::min)
    }
}

pub(super) fn measure(report: &mut Report, quick: bool) -> Result<()> {
    let mut arguments = vec!["bench", "--package", "stripe-tests", "--bench", "overload"];
    if quick {
        arguments.extend(["--", "quick"]);
    }
    let cases = Cases::parse(&printed(&mut cargo(&folder("codegen"), &arguments))?)?;
    for (refusal, called) in REFUSALS {
        let listed = |policy, figure: usize| {
            let points = cases.points(refusal, policy, figure);
            let digits = [2, 0, 2][figure];
            let points = points
                .iter()
                .map(|(load, value)| format!("{value:.digits$} at {load} ×"));
            points.collect::<Vec<_>>().join(", ")
        };
        for (figure, (what, _)) in FIGURES.into_iter().enumerate() {
            let target = match figure {
                0 => {
                    let value = cases.at(refusal, "ours", figure, 2.0)?;
                    Some(Target {
                        shown: format!("{value:.2} at 2 ×"),
                        value,
                        limit: Limit::AtMost(1.1),
                    })
                }
                1 => {
                    let value = cases.least(refusal, figure);
                    Some(Target {
                        shown: format!("at least {value:.2} × the best of the others"),
                        value,
                        // Two runs of the same case differ by about 2 %.
                        limit: Limit::AtLeast(0.98),
                    })
                }
                _ => None,
            };
            report.add(Row {
                what: format!("overload, {called}: {what}"),
                ours: listed("ours", figure),
                beside: format!(
                    "no retries {}; 2 retries {}",
                    listed("none", figure),
                    listed("twice", figure)
                ),
                target,
            });
        }
    }
    let healed = |policy| cases.at("single", policy, 2, 0.5);
    let [none, twice, ours] = [healed("none")?, healed("twice")?, healed("ours")?];
    report.add(Row {
        what: "half the load, 5 % single failures: share of calls that succeed".to_owned(),
        ours: format!("{ours:.4}"),
        beside: format!("no retries {none:.4}; 2 retries {twice:.4}"),
        target: Some(Target {
            shown: format!("{:.3} × 2 retries", ours / twice),
            value: ours / twice,
            limit: Limit::AtLeast(0.999),
        }),
    });
    for (figure, (what, file)) in FIGURES.into_iter().enumerate() {
        let panels = REFUSALS.map(|(refusal, called)| Panel {
            title: called,
            lines: POLICIES.map(|(policy, called)| Line {
                called,
                points: cases.points(refusal, policy, figure),
            }),
        });
        report.plot(
            file,
            draw_panels(what, "load, × what the server can do", &panels),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_figure_is_compared_with_the_best_other() {
        let text = "free\t1\tnone\t1\t198\t0.99\nfree\t1\ttwice\t1.1\t200\t1\n\
                    free\t1\tours\t1.05\t199\t0.995\nfree\t2\tnone\t1\t200\t0.5\n\
                    free\t2\ttwice\t2.4\t100\t0.6\nfree\t2\tours\t1\t190\t0.5";
        let cases = Cases::parse(text).expect("they are cases");
        assert_eq!(cases.at("free", "ours", 0, 2.0).expect("it is there"), 1.0);
        assert_eq!(cases.least("free", 1), 0.95);
        assert!(cases.at("free", "ours", 0, 3.0).is_err());
        assert!(Cases::parse("free\t1").is_err());
    }
}
