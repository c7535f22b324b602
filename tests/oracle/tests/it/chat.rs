//! The conversations of the examples: both sides do the same. That they do what is written is `botflow test`'s part.

use botflow_oracle::Project;
use botflow_scenario::script;

use crate::compare::Pair;
use crate::project::example;

const EXAMPLES: &[&str] = &["luna_store", "benchmark_dialogue", "semantics", "small/hello"];

#[test]
fn both_sides_do_the_same() {
    let mut differences = Vec::new();
    let mut count = 0;
    for folder in EXAMPLES {
        let built = example(folder);
        let project = Project::new(&built.program.bot, &built.sources, &built.translations);
        for (file, text) in &built.chats {
            let script = script::parse(text).unwrap_or_else(|error| panic!("{folder}/{file}: {error:?}"));
            for scene in &script.conversations {
                count += 1;
                let mut pair = Pair::new(&built, &project, true);
                for line in &scene.lines {
                    if let Err(difference) = pair.line(&line.kind) {
                        differences.push(format!(
                            "{folder}/{file}:{}: {}\n{difference}",
                            line.first, scene.name
                        ));
                        break;
                    }
                }
            }
        }
    }
    assert!(count > 0, "there are conversations to compare");
    assert!(
        differences.is_empty(),
        "{} of {count} differ\n\n{}",
        differences.len(),
        differences.join("\n\n")
    );
}
