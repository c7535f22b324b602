//! Figures for Prometheus (`/metrics`), in the OpenMetrics text format. Numbers only: nothing of what anybody said.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ipnet::IpNet;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use tokio::time::timeout;

use super::Source;
use crate::engine::Engine;
use crate::engine::meter::{BOUNDS_MS, Histogram};
use crate::server::refusal::refusal;
use crate::server::{ClientAddress, Traffic};

/// A store that takes longer than this is left out of the figures.
const PATIENCE: Duration = Duration::from_secs(2);

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its name; for what is counted without the `_total` that is written behind it.
    pub name: &'static str,
    /// What it is.
    pub help: &'static str,
    /// Its numbers.
    pub numbers: Numbers,
}

/// The numbers of a figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// What is counted since the start of the process, by labels.
    Counted(Vec<(Labels, u64)>),
    /// What is so at this moment, by labels.
    Now(Vec<(Labels, f64)>),
    /// How often something took how long: the sum in seconds, and how many were up to each bound and above the one before.
    Times(f64, Vec<(f64, u64)>),
}

/// Names and values that tell numbers of one figure from each other.
pub type Labels = Vec<(&'static str, String)>;

impl Figure {
    /// What is counted.
    pub fn counted(name: &'static str, help: &'static str, count: &AtomicU64) -> Figure {
        let count = count.load(Ordering::Relaxed);
        Figure {
            name,
            help,
            numbers: Numbers::Counted(vec![(Vec::new(), count)]),
        }
    }

    /// What is so at this moment.
    pub fn now(name: &'static str, help: &'static str, value: f64) -> Figure {
        Figure {
            name,
            help,
            numbers: Numbers::Now(vec![(Vec::new(), value)]),
        }
    }

    fn times(name: &'static str, help: &'static str, histogram: &Histogram) -> Figure {
        let (cumulated, sum) = histogram.read();
        let bounds = BOUNDS_MS.iter().map(|bound| *bound as f64 / 1e3);
        let bounds = bounds.chain(std::iter::once(f64::INFINITY));
        let mut before = 0;
        let numbers = bounds.zip(cumulated).map(|(bound, all)| {
            let here = all - before;
            before = all;
            (bound, here)
        });
        Figure {
            name,
            help,
            numbers: Numbers::Times(sum, numbers.collect()),
        }
    }
}

/// What is needed to answer whoever asks for figures.
#[derive(Clone)]
pub(super) struct Exporter {
    pub engine: Engine,
    pub traffic: Option<Arc<Traffic>>,
    pub sources: Vec<Source>,
    pub readers: Arc<[IpNet]>,
}

/// The route.
pub(super) fn router(exporter: Exporter) -> Router {
    Router::new().route("/metrics", get(show)).with_state(exporter)
}

async fn show(State(exporter): State<Exporter>, request: Request) -> Response {
    if !exporter.may_read(&request) {
        return refusal(StatusCode::NOT_FOUND, "not_found", "there is nothing here");
    }
    let figures = exporter.figures().await;
    match written(figures) {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        // Writing into a string does not fail.
        Err(_) => refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "metrics",
            "the figures cannot be written",
        ),
    }
}

impl Exporter {
    fn may_read(&self, request: &Request) -> bool {
        let Some(ClientAddress(address)) = request.extensions().get::<ClientAddress>() else {
            return false;
        };
        let address = address.to_canonical();
        if !self.readers.is_empty() {
            return crate::server::is_in(&self.readers, address);
        }
        let is_forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
            .iter()
            .any(|name| request.headers().contains_key(*name));
        !is_forwarded && is_near(address)
    }

    async fn figures(&self) -> Vec<Figure> {
        let mut figures = self.of_the_engine();
        figures.extend(self.of_the_store().await);
        if let Some(traffic) = &self.traffic {
            figures.extend(of_the_server(traffic));
        }
        for source in &self.sources {
            for figure in source() {
                add(&mut figures, figure);
            }
        }
        figures
    }

    fn of_the_engine(&self) -> Vec<Figure> {
        let meter = self.engine.meter();
        let counted = Figure::counted;
        // Nothing panics while these are held.
        let letters = meter.letters.lock().unwrap_or_else(PoisonError::into_inner);
        let letters = letters.iter().flat_map(|(route, counts)| {
            let outcomes = ["delivered", "failed", "dead"].into_iter().zip(counts);
            outcomes.map(|(outcome, count)| {
                let labels = vec![("route", route.to_string()), ("outcome", outcome.to_owned())];
                (labels, *count)
            })
        });
        let letters = Numbers::Counted(letters.collect());
        let failures = meter.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = failures.iter().map(|((route, class), count)| {
            let labels = vec![("route", route.to_string()), ("class", (*class).to_owned())];
            (labels, *count)
        });
        let failures = Numbers::Counted(failures.collect());
        let troubles = meter.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let troubles = troubles
            .iter()
            .map(|(trouble, count)| (vec![("trouble", trouble.word().to_owned())], *count));
        let troubles = Numbers::Counted(troubles.collect());
        let held_back = self.engine.deployment().held_back();
        let held_back = ["store", "watch"].map(|by| {
            let is_so = held_back.contains_key(by);
            (vec![("by", by.to_owned())], f64::from(u8::from(is_so)))
        });
        let held_back = Vec::from(held_back);
        let version = self.engine.deployment().current();
        let info = vec![
            ("name", version.program.bot.name.to_string()),
            ("version", format!("{:016x}", version.hash())),
            ("store", self.engine.store().kind().to_owned()),
        ];
        vec![
            Figure {
                name: "botflow_bot",
                help: "The bot that runs and its version; always 1",
                numbers: Numbers::Now(vec![(info, 1.0)]),
            },
            Figure {
                name: "botflow_version_held_back",
                help: "Newer versions of the bot that do not run here: of the store, of the sources that are watched",
                numbers: Numbers::Now(held_back),
            },
            counted("botflow_turns", "Turns that were stored", &meter.turns),
            counted(
                "botflow_commits",
                "Flushes of the store that they took",
                &meter.commits,
            ),
            Figure::times(
                "botflow_turn_seconds",
                "From taking turns up to their being stored",
                &meter.turn_time,
            ),
            Figure::times(
                "botflow_timer_lag_seconds",
                "How late clocks were looked at",
                &meter.lag,
            ),
            counted(
                "botflow_duplicates",
                "Messages that had come before",
                &meter.duplicates,
            ),
            counted(
                "botflow_conflicts",
                "Turns planned anew since somebody else was faster",
                &meter.conflicts,
            ),
            counted(
                "botflow_busy",
                "Messages refused since there was too much to do",
                &meter.busy,
            ),
            counted(
                "botflow_refused",
                "What the bot refused: events it does not know, or that came too late",
                &meter.refused,
            ),
            counted(
                "botflow_faults",
                "What the machine protected itself against: a mistake of the bot",
                &meter.faults,
            ),
            Figure {
                name: "botflow_letters",
                help: "Letters that were delivered, that failed and are tried again, and that were given up, by route",
                numbers: letters,
            },
            Figure {
                name: "botflow_delivery_failures",
                help: "Attempts that failed, by route and class of the error",
                numbers: failures,
            },
            Figure {
                name: "botflow_store_troubles",
                help: "Troubles of the store, by kind",
                numbers: troubles,
            },
            Figure::now(
                "botflow_room",
                "So many more messages can be taken in at this moment",
                self.engine.room() as f64,
            ),
            Figure::now(
                "botflow_watched",
                "People whose transcript an open page shows",
                self.engine.hub().len() as f64,
            ),
        ]
    }

    /// What only the store knows; where it does not answer, that is all there is to say.
    async fn of_the_store(&self) -> Vec<Figure> {
        let store = self.engine.store();
        let asked = timeout(PATIENCE, async {
            // Some stores know the other numbers without asking.
            store.check().await?;
            Ok::<_, crate::store::StoreError>((store.queued().await?, store.contacts().await?))
        });
        let up = |up: f64| Figure::now("botflow_store_up", "Whether the store answers", up);
        let Ok(Ok((queued, contacts))) = asked.await else {
            return vec![up(0.0)];
        };
        let now = self.engine.now();
        let age = queued
            .oldest
            .map_or(0, |oldest| now.saturating_sub(oldest).max(0));
        let by_state = [("ready", queued.ready), ("dead", queued.dead)];
        let by_state = by_state.map(|(state, count)| (vec![("state", state.to_owned())], count as f64));
        vec![
            up(1.0),
            Figure::now(
                "botflow_people",
                "People whom the bot knows: conversations that are kept",
                contacts as f64,
            ),
            Figure {
                name: "botflow_outbox_letters",
                help: "Letters that wait to be delivered, and that were given up",
                numbers: Numbers::Now(by_state.into()),
            },
            Figure::now(
                "botflow_outbox_oldest_seconds",
                "How long the oldest letter has waited to be delivered",
                age as f64 / 1e3,
            ),
        ]
    }
}

fn of_the_server(traffic: &Traffic) -> Vec<Figure> {
    let open = traffic.open.load(Ordering::Relaxed) as f64;
    let counted = Figure::counted;
    vec![
        Figure::now("botflow_connections_open", "Connections that are open", open),
        counted(
            "botflow_connections",
            "Connections that were accepted",
            &traffic.accepted,
        ),
        counted(
            "botflow_connections_turned_away",
            "Connections that were turned away: too many",
            &traffic.turned_away,
        ),
        counted("botflow_requests", "Requests that came", &traffic.requests),
        counted(
            "botflow_requests_flooded",
            "Requests refused since their address had sent too many",
            &traffic.flooded,
        ),
        counted(
            "botflow_requests_slow",
            "Requests that took too long",
            &traffic.slow,
        ),
    ]
}

/// Adds a figure; the numbers of one that is there already stand with those.
fn add(figures: &mut Vec<Figure>, figure: Figure) {
    let known = figures.iter_mut().find(|known| known.name == figure.name);
    match (known, figure.numbers) {
        (Some(known), Numbers::Counted(more)) => {
            if let Numbers::Counted(numbers) = &mut known.numbers {
                numbers.extend(more);
            }
        }
        (Some(known), Numbers::Now(more)) => {
            if let Numbers::Now(numbers) = &mut known.numbers {
                numbers.extend(more);
            }
        }
        // Times cannot be told apart by labels: the first stay.
        (Some(_), Numbers::Times(..)) => {}
        (None, numbers) => figures.push(Figure { numbers, ..figure }),
    }
}

/// This machine, or a private network.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

fn written(figures: Vec<Figure>) -> Result<String, std::fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Read(figures)));
    let mut text = String::new();
    text::encode(&mut text, &registry)?;
    Ok(text)
}

/// Figures as they were read.
#[derive(Debug)]
struct Read(Vec<Figure>);

impl Collector for Read {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        for figure in &self.0 {
            let kind = match &figure.numbers {
                Numbers::Counted(_) => MetricType::Counter,
                Numbers::Now(_) => MetricType::Gauge,
                Numbers::Times(..) => MetricType::Histogram,
            };
            let mut metric = encoder.encode_descriptor(figure.name, figure.help, None, kind)?;
            match &figure.numbers {
                Numbers::Counted(numbers) => {
                    for (labels, count) in numbers {
                        match labels.is_empty() {
                            true => metric.encode_counter::<NoLabelSet, _, u64>(count, None)?,
                            false => ConstCounter::new(*count).encode(metric.encode_family(labels)?)?,
                        }
                    }
                }
                Numbers::Now(numbers) => {
                    for (labels, value) in numbers {
                        match labels.is_empty() {
                            true => metric.encode_gauge(value)?,
                            false => ConstGauge::new(*value).encode(metric.encode_family(labels)?)?,
                        }
                    }
                }
                Numbers::Times(sum, buckets) => {
                    let count = buckets.iter().map(|(_, count)| count).sum();
                    metric.encode_histogram::<NoLabelSet>(*sum, count, buckets, None)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written() {
        let count = AtomicU64::new(3);
        let histogram = Histogram::default();
        histogram.observe(Duration::from_millis(3));
        histogram.observe(Duration::from_secs(60));
        let text = written(vec![
            Figure::counted("a", "All a", &count),
            Figure::now("b", "How much b", 1.5),
            Figure {
                name: "c",
                help: "By label",
                numbers: Numbers::Counted(vec![
                    (vec![("of", "x\"y".to_owned())], 1),
                    (vec![("of", "z".to_owned())], 2),
                ]),
            },
            Figure::times("d_seconds", "How long", &histogram),
        ])
        .unwrap();
        for line in [
            "# TYPE a counter",
            "a_total 3",
            "b 1.5",
            "c_total{of=\"x\\\"y\"} 1",
            "c_total{of=\"z\"} 2",
            "d_seconds_sum 60.003",
            "d_seconds_count 2",
            "d_seconds_bucket{le=\"0.005\"} 1",
            "d_seconds_bucket{le=\"+Inf\"} 2",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn near_is_this_machine_and_private_networks() {
        for near in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "169.254.1.1",
        ] {
            assert!(is_near(near.parse().unwrap()), "{near}");
        }
        for far in ["1.2.3.4", "2001:db8::1", "172.32.0.1"] {
            assert!(!is_near(far.parse().unwrap()), "{far}");
        }
    }
}
