//! What divan prints.

use anyhow::{Context, Result, bail};

/// What one benchmark came to, by its median sample.
pub(super) struct Measured {
    /// The path within the program, such as `one_by_one/ours`.
    name: String,
    pub(super) seconds: f64,
    /// How often memory was allocated, where that was counted.
    pub(super) allocations: Option<f64>,
}

/// What a program measured, by the names of the benchmarks.
pub(super) struct Measurements(Vec<Measured>);

impl Measurements {
    pub(super) fn get(&self, name: &str) -> Result<&Measured> {
        let found = self.0.iter().find(|measured| measured.name == name);
        found.with_context(|| format!("there is no benchmark {name}"))
    }

    /// Keeps the lesser of the times: what else the machine does only ever adds.
    pub(super) fn least(mut self, other: Self) -> Self {
        for (ours, theirs) in self.0.iter_mut().zip(other.0) {
            ours.seconds = ours.seconds.min(theirs.seconds);
        }
        self
    }

    /// Reads the tree that divan prints: a line for each benchmark, followed by its allocations.
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
                last.allocations = Some(median.context("no count")??);
            }
        }
        Ok(Self(measured))
    }
}

/// `1.5 ms` in seconds.
fn seconds(text: &str) -> Result<f64> {
    let (number, unit) = text.split_once(' ').context("no unit of time")?;
    let scale = match unit {
        "ns" => 1e-9,
        "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => bail!("`{unit}` is no unit of time"),
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
