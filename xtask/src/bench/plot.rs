//! Draws curves as SVG.

use std::fmt::Write as _;

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 300.0;
const MARGIN: f64 = 50.0;

pub(super) struct Curve {
    pub(super) title: &'static str,
    /// Pairs of the percentage of schemas and the value.
    pub(super) points: Vec<(f64, f64)>,
}

/// Draws the points, the lines between them, and a straight line from the origin to the last
/// point.
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

/// One chart of a row of charts that share an axis.
pub(super) struct Panel {
    pub(super) title: &'static str,
    /// The lines, drawn in this order; the last one is this crate.
    pub(super) lines: [Line; 3],
}

pub(super) struct Line {
    pub(super) called: &'static str,
    pub(super) points: Vec<(f64, f64)>,
}

/// Draws charts side by side. All share the same axes, which begin at zero.
pub(super) fn draw_panels(title: &str, axis: &str, panels: &[Panel]) -> String {
    const COLOURS: [&str; 3] = ["#999", "#d9822b", "#0b6bcb"];
    const PANEL: f64 = 300.0;
    let width = PANEL * panels.len() as f64;
    let points = || panels.iter().flat_map(|panel| &panel.lines);
    let points = || points().flat_map(|line| &line.points);
    let right = points().fold(0.0, |right: f64, (x, _)| right.max(*x));
    let top = points().fold(0.0, |top: f64, (_, y)| top.max(*y));
    let (inner, bottom) = (PANEL - 1.5 * MARGIN, HEIGHT - MARGIN - 20.0);
    let height = bottom - MARGIN;
    let mut out = String::new();
    for (at, panel) in panels.iter().enumerate() {
        let left = at as f64 * PANEL + MARGIN;
        let place = |x: f64, y: f64| (left + x / right * inner, bottom - y / top * height);
        let (middle, end, name_y) = (left + inner / 2.0, left + inner, MARGIN - 8.0);
        let _ = write!(
            out,
            r##"
  <text x="{middle:.1}" y="{name_y}" text-anchor="middle">{}</text>
  <polyline points="{left},{MARGIN} {left},{bottom} {end},{bottom}" fill="none" stroke="#333"/>"##,
            panel.title
        );
        for tick in 1..=right as u32 {
            let (x, y) = place(f64::from(tick), 0.0);
            let _ = write!(
                out,
                r##"
  <text x="{x:.1}" y="{:.1}" text-anchor="middle">{tick}</text>"##,
                y + 16.0
            );
        }
        for part in [0.0, 0.5, 1.0] {
            let (x, y) = place(0.0, top * part);
            let digits = if top > 10.0 { 0 } else { 1 };
            let _ = write!(
                out,
                r##"
  <text x="{:.1}" y="{:.1}" text-anchor="end">{:.digits$}</text>"##,
                x - 6.0,
                y + 4.0,
                top * part
            );
        }
        for (line, colour) in panel.lines.iter().zip(COLOURS) {
            let points = line.points.iter().map(|(x, y)| {
                let (x, y) = place(*x, *y);
                format!("{x:.1},{y:.1}")
            });
            let points = points.collect::<Vec<_>>().join(" ");
            let _ = write!(
                out,
                r##"
  <polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>"##
            );
        }
    }
    let key = panels.first().map_or(&[][..], |panel| &panel.lines);
    for (at, (line, colour)) in key.iter().zip(COLOURS).enumerate() {
        let x = MARGIN + at as f64 * PANEL * 0.6;
        let y = HEIGHT - 10.0;
        let _ = write!(
            out,
            r##"
  <text x="{x:.1}" y="{y}" fill="{colour}" font-weight="bold">{}</text>"##,
            line.called
        );
    }
    let (middle, axis_y) = (width / 2.0, HEIGHT - 30.0);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">
  <rect width="{width}" height="{HEIGHT}" fill="#fff"/>
  <text x="{middle}" y="18" text-anchor="middle" font-size="14">{title}</text>{out}
  <text x="{middle}" y="{axis_y}" text-anchor="middle">{axis}</text>
</svg>
"##
    )
}
