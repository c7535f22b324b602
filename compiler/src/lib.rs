//! From sources to names, types, graph, findings and artifact.
