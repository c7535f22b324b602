//! SVG: a picture that stands alone. It follows its reader's light or dark colours, its nodes have titles for those
//! who hear pictures, and what leads into another flow is a link to it.

use std::fmt::Write as _;

use super::layout::{PAD, Panel, Placed, TITLE, Wire, lay_out, width_of};
use super::style::{Look, Stroke, look, stroke};
use crate::graph::label::shortened;
use crate::graph::picture::Picture;

/// Height of the legend.
const LEGEND: f64 = 74.0;

pub(super) fn write(picture: &Picture) -> String {
    let mut out = String::new();
    // Writing into a string cannot fail.
    let _ = draw(picture, &mut out);
    out
}

fn draw(picture: &Picture, out: &mut String) -> std::fmt::Result {
    let (panels, width, height) = lay_out(picture);
    let width = width.max(900.0);
    let total = height + LEGEND;
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {total:.0}\" width=\"{width:.0}\" \
         height=\"{total:.0}\" role=\"img\" aria-labelledby=\"title description\">"
    )?;
    writeln!(out, "<title id=\"title\">{}</title>", escaped(&picture.name))?;
    writeln!(
        out,
        "<desc id=\"description\">The conversations of {}: {} groups, {} nodes, {} ways.</desc>",
        escaped(&picture.name),
        panels.len(),
        picture.nodes.len(),
        picture.edges.len()
    )?;
    writeln!(out, "<style>{}</style>", style())?;
    writeln!(out, "<defs>")?;
    for stroke in Stroke::ALL {
        let class = stroke.class();
        writeln!(
            out,
            "<marker id=\"head-{class}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" \
             markerHeight=\"7\" orient=\"auto-start-reverse\"><path class=\"head {class}\" d=\"M0 1 10 5 0 9z\"/></marker>"
        )?;
    }
    writeln!(out, "</defs>")?;
    writeln!(
        out,
        "<rect class=\"paper\" width=\"{width:.0}\" height=\"{total:.0}\"/>"
    )?;
    for panel in &panels {
        draw_panel(panel, out)?;
    }
    legend(height, out)?;
    writeln!(out, "</svg>")
}

fn draw_panel(panel: &Panel, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "<g id=\"{}\" transform=\"translate({:.1} {:.1})\" role=\"group\" aria-label=\"{}\">",
        anchor(&panel.id),
        panel.x,
        panel.y,
        escaped(&panel.title)
    )?;
    writeln!(
        out,
        "<rect class=\"panel\" width=\"{:.1}\" height=\"{:.1}\" rx=\"10\"/>",
        panel.width, panel.height
    )?;
    writeln!(
        out,
        "<text class=\"name\" x=\"{PAD}\" y=\"26\">{}</text>",
        escaped(&panel.title)
    )?;
    writeln!(out, "<g transform=\"translate({PAD} {:.1})\">", PAD + TITLE)?;
    for wire in &panel.wires {
        draw_wire(wire, out)?;
    }
    for placed in &panel.boxes {
        draw_box(placed, out)?;
    }
    // Words of edges come last, so that no line crosses them out.
    for wire in &panel.wires {
        draw_label(wire, out)?;
    }
    writeln!(out, "</g></g>")
}

fn draw_wire(wire: &Wire, out: &mut String) -> std::fmt::Result {
    let class = stroke(wire.kind).class();
    write!(
        out,
        "<path class=\"wire {class}\" marker-end=\"url(#head-{class})\" d=\""
    )?;
    curve(&wire.points, out)?;
    write!(out, "\">")?;
    if !wire.title.is_empty() {
        write!(out, "<title>{}</title>", escaped(&wire.title))?;
    }
    writeln!(out, "</path>")
}

/// A line through the middle of each stretch, bent at the points between.
fn curve(points: &[(f64, f64)], out: &mut String) -> std::fmt::Result {
    let Some(((x, y), rest)) = points.split_first() else {
        return Ok(());
    };
    write!(out, "M{x:.1} {y:.1}")?;
    for pair in rest.windows(2) {
        let [(x, y), (next_x, next_y)] = pair else {
            continue;
        };
        write!(
            out,
            " Q{x:.1} {y:.1} {:.1} {:.1}",
            (x + next_x) / 2.0,
            (y + next_y) / 2.0
        )?;
    }
    match rest.last() {
        Some((x, y)) => write!(out, " L{x:.1} {y:.1}"),
        None => Ok(()),
    }
}

fn draw_label(wire: &Wire, out: &mut String) -> std::fmt::Result {
    let class = stroke(wire.kind).class();
    let top = wire.at.1 - 14.0 * wire.lines.len() as f64 / 2.0;
    for (number, line) in wire.lines.iter().enumerate() {
        writeln!(
            out,
            "<text class=\"label {class}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            wire.at.0,
            top + 14.0 * number as f64 + 11.0,
            escaped(line)
        )?;
    }
    Ok(())
}

fn draw_box(placed: &Placed, out: &mut String) -> std::fmt::Result {
    let shape = &placed.shape;
    let look = look(shape.kind);
    let class = if shape.kind == "sign" {
        "sign"
    } else {
        look.class()
    };
    let (left, top) = (placed.x - placed.width / 2.0, placed.y - placed.height / 2.0);
    let link = shape.opens.as_deref();
    if let Some(link) = link {
        writeln!(out, "<a href=\"#{}\">", anchor(link))?;
    }
    let words = [shape.caption.as_str(), shape.label.as_str()].join(" ");
    writeln!(
        out,
        "<g class=\"node {class} {}\"><title>{}</title>",
        shape.kind,
        escaped(words.trim())
    )?;
    let round = match look {
        _ if shape.kind == "sign" => placed.height / 2.0,
        Look::End | Look::Return => placed.height / 2.0,
        Look::Question => 9.0,
        Look::Begin => 3.0,
        _ => 5.0,
    };
    match look {
        // A flag that points at what is done when it is heard.
        Look::Heard => writeln!(
            out,
            "<path d=\"M{left:.1} {top:.1}h{:.1}l12 {:.1} -12 {:.1}h-{:.1}z\"/>",
            placed.width - 12.0,
            placed.height / 2.0,
            placed.height / 2.0,
            placed.width - 12.0
        )?,
        _ => writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{round:.1}\"/>",
            placed.width, placed.height
        )?,
    }
    let middle = placed.x - if look == Look::Heard { 5.0 } else { 0.0 };
    let mut y = top + 7.0;
    if !shape.caption.is_empty() {
        y += 11.0;
        writeln!(
            out,
            "<text class=\"caption\" x=\"{middle:.1}\" y=\"{y:.1}\">{}</text>",
            escaped(&shortened(&shape.caption, 38))
        )?;
        y += 4.0;
    }
    for line in &placed.lines {
        y += 12.0;
        writeln!(
            out,
            "<text class=\"words\" x=\"{middle:.1}\" y=\"{y:.1}\">{}</text>",
            escaped(line)
        )?;
        y += 4.0;
    }
    writeln!(out, "</g>")?;
    if link.is_some() {
        writeln!(out, "</a>")?;
    }
    Ok(())
}

/// What the shapes and lines mean.
fn legend(top: f64, out: &mut String) -> std::fmt::Result {
    writeln!(
        out,
        "<g class=\"legend\" transform=\"translate(28 {:.1})\" role=\"group\" aria-label=\"Legend\">",
        top
    )?;
    let mut x = 0.0;
    for look in Look::ALL {
        let width = width_of(look.title(), 12.0) + 24.0;
        let round = match look {
            Look::End | Look::Return => 12.0,
            Look::Question => 9.0,
            Look::Begin => 3.0,
            _ => 5.0,
        };
        writeln!(out, "<g class=\"node {}\">", look.class())?;
        match look {
            Look::Heard => writeln!(
                out,
                "<path d=\"M{x:.1} 0h{:.1}l12 12 -12 12h-{:.1}z\"/>",
                width - 12.0,
                width - 12.0
            )?,
            _ => writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"0\" width=\"{width:.1}\" height=\"24\" rx=\"{round:.1}\"/>"
            )?,
        }
        writeln!(
            out,
            "<text class=\"words\" x=\"{:.1}\" y=\"16\">{}</text></g>",
            x + width / 2.0 - if look == Look::Heard { 5.0 } else { 0.0 },
            escaped(look.title())
        )?;
        x += width + 12.0;
    }
    let mut x = 0.0;
    for stroke in Stroke::ALL {
        let class = stroke.class();
        writeln!(
            out,
            "<path class=\"wire {class}\" marker-end=\"url(#head-{class})\" d=\"M{x:.1} 44h36\"/>\
             <text class=\"side\" x=\"{:.1}\" y=\"48\">{}</text>",
            x + 44.0,
            escaped(stroke.title())
        )?;
        x += 44.0 + width_of(stroke.title(), 12.0) + 22.0;
    }
    writeln!(out, "</g>")
}

/// A stable name as an anchor: letters, digits and dashes.
fn anchor(id: &str) -> String {
    id.chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect()
}

/// A text as XML takes it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no way to write these.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Selector, property, and its colour on light and on dark paper. Written out twice and without variables, because
/// not every program that shows SVG knows them.
const COLOURS: &[(&str, &str, &str, &str)] = &[
    (".paper", "fill", "#f6f7f9", "#12161c"),
    (".panel", "fill", "#ffffff", "#1a2029"),
    (".panel", "stroke", "#d4d9e0", "#333c49"),
    (".name,.words", "fill", "#1c2430", "#e7ebf1"),
    (".caption,.side,.label", "fill", "#5b6675", "#9ba6b5"),
    (".label", "stroke", "#ffffff", "#1a2029"),
    (".begin rect", "fill", "#e8ecf2", "#2a3340"),
    (
        ".begin rect,.return rect,.sign rect",
        "stroke",
        "#4a5568",
        "#8b98aa",
    ),
    (".return rect,.sign rect", "fill", "#ffffff", "#1a2029"),
    (".question rect", "fill", "#e3effd", "#17304d"),
    (".question rect", "stroke", "#2b6cb0", "#63a4e8"),
    (".work rect", "fill", "#f1ecfb", "#2b2345"),
    (".work rect", "stroke", "#6b46c1", "#a58be8"),
    (".people rect", "fill", "#fdf0e1", "#3d2913"),
    (".people rect", "stroke", "#b7621b", "#e29a4e"),
    (".heard path", "fill", "#fdf8dc", "#37310f"),
    (".heard path", "stroke", "#97780a", "#d3b638"),
    (".end rect", "fill", "#e2f5e9", "#15352a"),
    (".end rect", "stroke", "#23794a", "#58c48a"),
    (".wire", "stroke", "#6b7686", "#8591a1"),
    (".head", "fill", "#6b7686", "#8591a1"),
    (".wire.answer", "stroke", "#2b6cb0", "#63a4e8"),
    (".head.answer,.label.answer", "fill", "#2b6cb0", "#63a4e8"),
    (".wire.time", "stroke", "#7a6a10", "#d3b638"),
    (".head.time,.label.time", "fill", "#7a6a10", "#d3b638"),
    (".wire.trouble", "stroke", "#b8323a", "#f0787f"),
    (".head.trouble,.label.trouble", "fill", "#b8323a", "#f0787f"),
    (".wire.handover", "stroke", "#b7621b", "#e29a4e"),
    (".head.handover,.label.handover", "fill", "#b7621b", "#e29a4e"),
];

/// Everything but colours.
const STYLE: &str = "
svg{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}
.name{font-size:15px;font-weight:600}
.node rect,.node path{stroke-width:1.4}.flow rect{stroke-width:2.4}
.return rect,.sign rect{stroke-dasharray:4 3}
.words,.caption,.label{text-anchor:middle}
.words{font-size:12.5px}.caption{font-size:11px;font-weight:600}.side,.legend .words{font-size:12px}
.label{font-size:11px;paint-order:stroke;stroke-width:4px;stroke-linejoin:round}
.wire{fill:none;stroke-width:1.3}.wire.time{stroke-dasharray:6 4}.wire.trouble{stroke-dasharray:2 3}
.wire.handover{stroke-width:2}.head{stroke:none}
a:hover rect{stroke-width:2.4}
";

/// The style sheet.
fn style() -> String {
    let mut out = STYLE.to_owned();
    let colour = |(selector, property, light, _): &(&str, &str, &str, &str)| {
        format!("{selector}{{{property}:{light}}}")
    };
    let dark =
        |(selector, property, _, dark): &(&str, &str, &str, &str)| format!("{selector}{{{property}:{dark}}}");
    out.extend(COLOURS.iter().map(colour));
    out.push_str("\n@media (prefers-color-scheme:dark){");
    out.extend(COLOURS.iter().map(dark));
    out.push_str("}\n");
    out
}
