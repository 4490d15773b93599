//! A curve as SVG.

use std::fmt::Write as _;

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 300.0;
const MARGIN: f64 = 50.0;

pub(super) struct Curve {
    pub(super) title: &'static str,
    /// Percent of the schemas, and the value.
    pub(super) points: Vec<(f64, f64)>,
}

/// The points, the lines between them, and the straight line from nothing to the last.
pub(super) fn draw(curve: &Curve) -> String {
    let top = curve
        .points
        .iter()
        .fold(0.0, |top: f64, (_, y)| top.max(*y));
    let place = |(percent, value): (f64, f64)| {
        (
            MARGIN + percent / 100.0 * (WIDTH - 2.0 * MARGIN),
            HEIGHT - MARGIN - value / top * (HEIGHT - 2.0 * MARGIN),
        )
    };
    let line = |points: &[(f64, f64)]| {
        let points = points.iter().map(|point| {
            let (x, y) = place(*point);
            format!("{x:.1},{y:.1}")
        });
        points.collect::<Vec<_>>().join(" ")
    };
    let mut marks = String::new();
    for point in &curve.points {
        let (percent, value) = *point;
        let (x, y) = place(*point);
        let (value_y, percent_y) = (y - 10.0, HEIGHT - MARGIN + 18.0);
        let _ = write!(
            marks,
            r##"
  <circle cx="{x:.1}" cy="{y:.1}" r="4" fill="#0b6bcb"/>
  <text x="{x:.1}" y="{value_y:.1}" text-anchor="middle">{value:.0}</text>
  <text x="{x:.1}" y="{percent_y:.1}" text-anchor="middle">{percent} %</text>"##
        );
    }
    let axes = line(&[(0.0, top), (0.0, 0.0), (100.0, 0.0)]);
    let straight = curve
        .points
        .last()
        .map_or_else(String::new, |last| line(&[(0.0, 0.0), *last]));
    let measured = line(&curve.points);
    let (middle, bottom, title) = (WIDTH / 2.0, HEIGHT - 10.0, curve.title);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">
  <rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>
  <text x="{middle}" y="22" text-anchor="middle" font-size="14">{title}</text>
  <polyline points="{axes}" fill="none" stroke="#333"/>
  <polyline points="{straight}" fill="none" stroke="#999" stroke-dasharray="4 4"/>
  <polyline points="{measured}" fill="none" stroke="#0b6bcb" stroke-width="2"/>{marks}
  <text x="{middle}" y="{bottom}" text-anchor="middle">of the schemas of Stripe's spec (dashed: linear)</text>
</svg>
"##
    )
}
