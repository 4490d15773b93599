//! Parses the output of divan.

use anyhow::{Context, Result, bail};

/// The median sample of one benchmark.
pub(super) struct Measured {
    /// The path within the program, such as `one_by_one/ours`.
    name: String,
    pub(super) seconds: f64,
    /// The number of allocations, if the benchmark counts them.
    pub(super) allocations: Option<f64>,
}

/// All benchmarks of a program.
pub(super) struct Measurements(Vec<Measured>);

impl Measurements {
    pub(super) fn get(&self, name: &str) -> Result<&Measured> {
        let found = self.0.iter().find(|measured| measured.name == name);
        found.with_context(|| format!("there is no benchmark {name}"))
    }

    /// Keeps the smaller of the two times: other load on the machine can only make a run slower.
    pub(super) fn least(mut self, other: Self) -> Self {
        for (ours, theirs) in self.0.iter_mut().zip(other.0) {
            ours.seconds = ours.seconds.min(theirs.seconds);
        }
        self
    }

    /// Parses the tree that divan prints: a line for each benchmark, then its allocations.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut measured: Vec<Measured> = Vec::new();
        let mut path: Vec<&str> = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(start) = line.find("├─ ").or_else(|| line.find("╰─ ")) {
                let depth = line[..start].chars().count() / 3;
                let columns: Vec<&str> = line[start + "├─ ".len()..].split('│').collect();
                let name = columns[0].split("  ").next().unwrap_or_default().trim();
                path.truncate(depth);
                path.push(name);
                let median = columns.get(2).map_or("", |column| column.trim());
                if !median.is_empty() {
                    measured.push(Measured {
                        name: path.join("/"),
                        seconds: seconds(median)?,
                        allocations: None,
                    });
                }
            } else if line.split('│').any(|column| column.trim() == "alloc:")
                && let (Some(counts), Some(last)) = (lines.next(), measured.last_mut())
            {
                let columns: Vec<&str> = counts.rsplit('│').collect();
                let median = columns.get(3).map(|column| column.trim().parse());
                last.allocations = Some(median.context("a line of allocations has no median")??);
            }
        }
        Ok(Self(measured))
    }
}

/// Converts a time such as `1.5 ms` to seconds.
fn seconds(text: &str) -> Result<f64> {
    let (number, unit) = text.split_once(' ').context("a time has no unit")?;
    let scale = match unit {
        "ns" => 1e-9,
        "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => bail!("unknown unit of time `{unit}`"),
    };
    Ok(number.parse::<f64>()? * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "
Timer precision: 20 ns
requests         fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ one           1.5 ms        │ 3 ms          │ 2 ms          │ 2.1 ms        │ 100     │ 100
│                max alloc:    │               │               │               │         │
│                  700         │ 700           │ 700           │ 700           │         │
│                  20 KB       │ 20 KB         │ 20 KB         │ 20 KB         │         │
│                alloc:        │               │               │               │         │
│                  811         │ 811           │ 812           │ 811           │         │
│                  30 KB       │ 30 KB         │ 30 KB         │ 30 KB         │         │
╰─ many                        │               │               │               │         │
   ├─ 10         10 µs         │ 30 µs         │ 20.5 µs       │ 20 µs         │ 100     │ 100
   ╰─ 30         1 s           │ 3 s           │ 2 s           │ 2 s           │ 1       │ 1
";

    #[test]
    fn every_benchmark_has_its_path_its_median_and_its_allocations() {
        let Measurements(measured) = Measurements::parse(PRINTED).expect("it is divan's");
        let found: Vec<(&str, f64, Option<f64>)> = measured
            .iter()
            .map(|of| (of.name.as_str(), of.seconds, of.allocations))
            .collect();
        let expected = [
            ("one", 2e-3, Some(812.0)),
            ("many/10", 20.5e-6, None),
            ("many/30", 2.0, None),
        ];
        for ((name, seconds, allocations), (other, time, count)) in found.iter().zip(expected) {
            assert_eq!((*name, *allocations), (other, count));
            assert!((seconds / time - 1.0).abs() < 1e-9, "{name}: {seconds}");
        }
        assert_eq!(found.len(), expected.len());
    }
}
