//! Writes the table of BENCHMARKS.md.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::files;

/// The folder of the plots, relative to the root of the repository.
const PLOTS: &str = "tests/benches/plots";

/// The marks in BENCHMARKS.md that the table is written between.
const MARKS: [&str; 2] = ["<!-- measured -->\n", "<!-- /measured -->"];

const HEADER: &str = "| what | ours | beside | compared | target | verdict |\n";

pub(super) struct Report {
    machine: String,
    rows: Vec<Row>,
    /// The plots: path relative to the root of the repository, and SVG text.
    plots: Vec<(PathBuf, String)>,
}

pub(super) struct Row {
    pub(super) what: String,
    pub(super) ours: String,
    pub(super) beside: String,
    /// The target of the figure; `None` if the figure is only for orientation.
    pub(super) target: Option<Target>,
}

pub(super) struct Target {
    pub(super) shown: String,
    pub(super) value: f64,
    pub(super) limit: Limit,
}

pub(super) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Target {
    fn cells(&self) -> [String; 3] {
        let (sign, limit, met) = match self.limit {
            Limit::AtMost(limit) => ('≤', limit, self.value <= limit),
            Limit::AtLeast(limit) => ('≥', limit, self.value >= limit),
        };
        let verdict = if met {
            "met".to_owned()
        } else {
            format!("**missed** by {}", rounded((self.value - limit).abs()))
        };
        [self.shown.clone(), format!("{sign} {limit}"), verdict]
    }
}

impl Report {
    pub(super) fn new(machine: String) -> Self {
        Self {
            machine,
            rows: Vec::new(),
            plots: Vec::new(),
        }
    }

    /// Adds a row and prints it at once, because a whole run takes minutes.
    pub(super) fn add(&mut self, row: Row) {
        eprint!("{}", row.markdown());
        self.rows.push(row);
    }

    pub(super) fn plot(&mut self, name: &str, svg: String) {
        self.plots.push((Path::new(PLOTS).join(name), svg));
    }

    pub(super) fn markdown(&self) -> String {
        let mut out = self.head();
        out.extend(self.rows.iter().map(Row::markdown));
        out
    }

    fn head(&self) -> String {
        format!("{}.\n\n{HEADER}|---|---|---|---|---|---|\n", self.machine)
    }

    pub(super) fn write(&self) -> Result<()> {
        let path = files::root().join("BENCHMARKS.md");
        let text = files::read(&path)?;
        let [start, end] = MARKS;
        let (before, rest) = text
            .split_once(start)
            .context("BENCHMARKS.md has no mark before the table")?;
        let (known, after) = rest
            .split_once(end)
            .context("BENCHMARKS.md has no mark after the table")?;
        let mut measured = self.merged(known);
        fs::create_dir_all(files::root().join(PLOTS))?;
        for (path, svg) in &self.plots {
            files::write(&files::root().join(path), svg)?;
            let shown = format!("\n![{0}]({0})\n", path.display());
            if !measured.contains(&shown) {
                measured.push_str(&shown);
            }
        }
        files::write(&path, &format!("{before}{start}{measured}{end}{after}"))?;
        Ok(())
    }

    /// Returns the new table. Rows that were not measured this time are taken from `known`.
    fn merged(&self, known: &str) -> String {
        let mut out = self.head();
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        let mut rest = String::new();
        for line in known.lines() {
            if line.starts_with("![") {
                rest.push_str(&format!("\n{line}\n"));
            } else if line.starts_with("| ") && !HEADER.starts_with(line) {
                let is_of = |row: &Row| line.starts_with(&format!("| {} |", row.what));
                if self.rows.iter().any(is_of) {
                    out.extend(rows.extract_if(.., |row| is_of(row)).map(Row::markdown));
                } else {
                    out.push_str(&format!("{line}\n"));
                }
            }
        }
        out.extend(rows.into_iter().map(Row::markdown));
        out + &rest
    }
}

impl Row {
    fn markdown(&self) -> String {
        let [compared, target, verdict] = self
            .target
            .as_ref()
            .map_or_else(|| [const { String::new() }; 3], Target::cells);
        let Self {
            what, ours, beside, ..
        } = self;
        format!("| {what} | {ours} | {beside} | {compared} | {target} | {verdict} |\n")
    }
}

/// Formats a value with three significant digits; digits before the decimal point are all kept.
pub(super) fn rounded(value: f64) -> String {
    let digits = match value.abs() {
        0.0..1.0 => 3,
        1.0..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_were_not_measured_are_kept() {
        let row = |what: &str, ours: &str| Row {
            what: what.to_owned(),
            ours: ours.to_owned(),
            beside: String::new(),
            target: None,
        };
        let report = |rows: Vec<Row>| {
            let mut report = Report::new("a machine".to_owned());
            report.rows = rows;
            report
        };
        let known = report(vec![
            row("a", "1"),
            row("b", "2"),
            row("b", "3"),
            row("c", "4"),
        ]);
        let plot = "\n![curve](curve)\n";
        let now = report(vec![row("b", "5"), row("b", "6"), row("d", "7")]);
        let expected = report(vec![
            row("a", "1"),
            row("b", "5"),
            row("b", "6"),
            row("c", "4"),
            row("d", "7"),
        ]);
        assert_eq!(
            now.merged(&(known.markdown() + plot)),
            expected.markdown() + plot
        );
        assert_eq!(now.merged("Not measured yet.\n"), now.markdown());
    }

    #[test]
    fn a_row_shows_whether_the_target_is_met() {
        let row = |limit| Row {
            what: "reading".to_owned(),
            ours: "2 µs".to_owned(),
            beside: "3 µs".to_owned(),
            target: Some(Target {
                shown: "0.667 ×".to_owned(),
                value: 2.0 / 3.0,
                limit,
            }),
        };
        let start = "| reading | 2 µs | 3 µs | 0.667 × |";
        for (limit, end) in [
            (Limit::AtMost(0.6), "≤ 0.6 | **missed** by 0.067 |\n"),
            (Limit::AtMost(0.7), "≤ 0.7 | met |\n"),
            (Limit::AtLeast(0.7), "≥ 0.7 | **missed** by 0.033 |\n"),
        ] {
            assert_eq!(row(limit).markdown(), format!("{start} {end}"));
        }
    }
}
