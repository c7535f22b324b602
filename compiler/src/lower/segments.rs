//! Segments that look at segments: none depends on itself, and none lies deeper than the machine looks.

use botflow_artifact::{Expr, ExprId};

use super::Lower;
use crate::graph::cycles::components;
use crate::graph::leads::Leads;
use crate::rules::names::type_mismatch;

/// So many segments may be looked at for the sake of one; the machine looks no deeper.
const DEEPEST: usize = 8;

impl Lower<'_> {
    /// Reports circles of segments, each once, and what lies too deep.
    pub(super) fn segments_of_segments(&mut self) {
        let bot = &self.program.bot;
        let mut leads = Leads::with_capacity(bot.segments.len(), bot.segments.len());
        for segment in &bot.segments {
            let looked_at = self.segments_in(segment.condition);
            leads.add(looked_at.into_iter());
        }
        let mut circles: Vec<Vec<u32>> = Vec::new();
        components(&leads, |set| {
            if set.len() > 1 || leads.of(set[0]).contains(&set[0]) {
                let mut set = set.to_vec();
                set.sort_unstable();
                circles.push(set);
            }
        });
        circles.sort_unstable();
        let spans = self.symbols.segments.spans();
        let at = |id: u32| spans.get(id as usize).copied().flatten();
        let named = |id: u32| bot.segments[id as usize].name.as_str();
        let mut findings = Vec::new();
        for circle in &circles {
            let Some(span) = circle.first().and_then(|id| at(*id)) else {
                continue;
            };
            let message = format!(
                "Whether somebody belongs to `{}` depends on itself.",
                named(circle[0])
            );
            let mut finding = type_mismatch::other(message, span)
                .help("Say what it depends on besides: the card, events (`count(…)`), a stage or a consent.");
            for id in circle.iter().skip(1).take(5) {
                if let Some(span) = at(*id) {
                    finding = finding.related(span, format!("`{}` depends on it, too.", named(*id)));
                }
            }
            findings.push(finding);
        }
        if circles.is_empty() {
            for id in too_deep(&leads) {
                let Some(span) = at(id) else { continue };
                let message = format!(
                    "`{}` looks at a segment that looks at a segment, and so on, more than {DEEPEST} deep.",
                    named(id)
                );
                findings.push(
                    type_mismatch::other(message, span)
                        .help("Say it in fewer: put some of their conditions together."),
                );
            }
        }
        self.findings.append(&mut findings);
    }

    /// The segments that a condition mentions.
    fn segments_in(&self, condition: ExprId) -> Vec<u32> {
        let exprs = &self.program.bot.exprs;
        let (mut todo, mut found) = (vec![condition], Vec::new());
        while let Some(id) = todo.pop() {
            match exprs.get(id.index()) {
                Some(Expr::InSegment(segment)) => found.push(segment.0),
                Some(expr) => expr.parts(&mut |part| todo.push(part)),
                None => {}
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The first ones of each chain without circles that are one too deep.
fn too_deep(leads: &Leads) -> Vec<u32> {
    let mut depth = vec![1; leads.len()];
    for _ in 0..=DEEPEST {
        for id in 0..leads.len() {
            let below = leads.of(id as u32).iter().map(|to| depth[*to as usize]).max();
            depth[id] = below.map_or(1, |below: usize| (below + 1).min(DEEPEST + 2));
        }
    }
    (0..leads.len() as u32)
        .filter(|id| depth[*id as usize] == DEEPEST + 1)
        .collect()
}
