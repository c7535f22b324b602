//! The words of the command line, and its help.

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// A language for chatbot conversations: check, try, test, build.
///
/// A bot is a folder with .flow files and a botflow.toml. Begin with `botflow new my_bot`, then
/// `botflow check my_bot`, `botflow chat my_bot` and `botflow test my_bot`.
#[derive(Debug, Parser)]
#[command(name = "botflow", version, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 good, 1 findings or failing tests, 2 wrong use, 3 file or permission, 101 a bug."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a small bot that checks, tests and chats at once
    #[command(after_help = "Example:\n  botflow new my_bot\n  botflow chat my_bot")]
    New(New),
    /// Find what is wrong with a bot, before anybody talks to it
    #[command(
        after_help = "Examples:\n  botflow check                          the bot in this folder\n  \
                      botflow check examples                 all bots below a folder\n  \
                      botflow check --fix                    mend what can be mended without a guess\n  \
                      botflow explain unknown-name           what a finding means\n\n\
                      For continuous integration:\n  \
                      botflow check --deny warnings          warnings fail, too\n  \
                      botflow check --format github          annotations of a pull request\n  \
                      botflow check --format sarif           for code scanning\n  \
                      botflow check --write-baseline         keep what is found today, and from then on ...\n  \
                      botflow check --baseline botflow-baseline.json   ... fail for what is new\n  \
                      botflow check --changed-since origin/main        only what a branch has touched\n\n\
                      What a project does not want to see at all stands in botflow.toml:\n  \
                      [lints]\n  unused-name = \"off\"     # or \"hint\", \"warning\", \"error\"\n\
                      One finding at one place is allowed by a comment above it, with its reason:\n  \
                      # botflow: allow unused-name -- the shop sends it from May on\n\n\
                      Exit status: 0 nothing that fails, 1 findings that fail, 2 wrong use, 3 file, permission or git."
    )]
    Check(Check),
    /// Lay out .flow files in the one layout of the language
    #[command(
        after_help = "Examples:\n  botflow fmt            write\n  botflow fmt --check    only tell, and fail where it would write"
    )]
    Fmt(Fmt),
    /// Compile a bot into one file that a host loads
    Build(Build),
    /// Talk to a bot in the terminal, and try its triggers out: people, consents, channels, events, time, colleagues
    #[command(after_help = crate::commands::chat::AFTER_HELP)]
    Chat(Chat),
    /// Run a bot for real: web chat, timers, deliveries, everything kept in a store
    #[command(after_help = crate::commands::serve::AFTER_HELP)]
    Serve(Serve),
    /// Bring a new version of a bot to a host that runs, without a restart
    #[command(
        after_help = "The request is signed with the admin key of the host: BOTFLOW_ADMIN_KEY, or BOTFLOW_SECRET where the \
                      host has no other. Conversations go over to the new version by the rules of upgrades; \
                      `botflow diff` tells before what people would notice.\n\nExample:\n  botflow build my_bot\n  \
                      botflow deploy https://chat.example.com my_bot.botflow\n\nExit status: 0 it runs, 1 findings, \
                      2 wrong use, 3 the host refused it or cannot be reached."
    )]
    Deploy(Deploy),
    /// Look at what waits to be delivered, and try again what was given up
    #[command(after_help = crate::commands::outbox::AFTER_HELP)]
    Outbox(Outbox),
    /// Run conversations (.chat files) as tests
    #[command(
        after_help = "Examples:\n  botflow test                     all conversations of the bot in this folder\n  \
                      botflow test --filter shipping   those with `shipping` in their name\n  \
                      botflow test --accept            write what the bot says now into the files"
    )]
    Test(Test),
    /// Bring what a bot says to its translators, and back
    #[command(
        after_help = "A bot that speaks several languages says so: `languages en, ro, ru`. The first is the language of \
                      its flows; locales/LANGUAGE.po holds each of the others. The files are gettext catalogues, which \
                      every translation tool reads (Poedit, Weblate, Crowdin, a text editor).\n\nExamples:\n  botflow \
                      text update    make or refresh the catalogues, after texts have changed\n  botflow text status    \
                      how much is translated; fails unless everything is\n  botflow text extract   write the template \
                      locales/bot.pot, for tools that ask for one"
    )]
    Text(Text),
    /// Draw a bot as a graph
    #[command(after_help = "Example:\n  botflow graph my_bot > my_bot.svg")]
    Graph(Graph),
    /// List all places of a bot and the shortest way to each; find those no test visits; tell what is proved
    #[command(after_help = crate::commands::explore::AFTER_HELP)]
    Explore(Explore),
    /// Tell what a person would notice between two versions of a bot, and which conversations it would strand
    #[command(after_help = crate::commands::diff::AFTER_HELP)]
    Diff(Diff),
    /// Tell what a finding means and how to mend it
    #[command(
        after_help = "Examples:\n  botflow explain unknown-name\n  botflow explain BF101\n  botflow explain          all findings"
    )]
    Explain(Explain),
    /// Print shell completions
    #[command(
        after_help = "Example:\n  botflow completions bash > ~/.local/share/bash-completion/completions/botflow"
    )]
    Completions(Completions),
    /// Write manual pages into a folder
    Man(Man),
}

/// `botflow new`.
#[derive(Debug, Args)]
pub struct New {
    /// Folder to make; its last part names the bot
    pub dir: Utf8PathBuf,
}

/// `botflow check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Bots: folders, or files in them [default: this folder]
    pub path: Vec<Utf8PathBuf>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub format: ReportFormat,
    /// Apply safe fixes, then report what is left: fixes that are no guess and lose nothing that was written
    #[arg(long, conflicts_with_all = ["diff", "write_baseline"])]
    pub fix: bool,
    /// Show what --fix would change, write nothing, and fail if there is anything
    #[arg(long, conflicts_with_all = ["baseline", "write_baseline", "format"])]
    pub diff: bool,
    /// Leave out what this file knows: only new findings are shown, and fail [default: what `[baseline]` of botflow.toml
    /// names]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<Utf8PathBuf>,
    /// Write what is found into a file for --baseline [default: what botflow.toml names, else botflow-baseline.json]
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        conflicts_with_all = ["baseline", "changed_since", "format", "deny"]
    )]
    pub write_baseline: Option<Utf8PathBuf>,
    /// Only what concerns files that are not as they were where this branch left a git revision
    #[arg(long, value_name = "REV")]
    pub changed_since: Option<String>,
    /// With --format sarif: also what comments or the baseline allow, marked as suppressed
    #[arg(long)]
    pub include_allowed: bool,
    /// Fail on warnings too
    #[arg(long, value_name = "LEVEL")]
    pub deny: Option<Deny>,
    /// File with the names of the lookups and actions that the host program offers, one a line
    #[arg(long, value_name = "FILE")]
    pub host: Option<Utf8PathBuf>,
}

/// What else fails a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings fail, too
    Warnings,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Human,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions: annotations
    Github,
    /// JUnit XML: a case for each kind of finding in a file
    Junit,
}

/// `botflow fmt`.
#[derive(Debug, Args)]
pub struct Fmt {
    /// Files or folders [default: this folder]
    pub path: Vec<Utf8PathBuf>,
    /// Write nothing; show the differences and fail if there are any
    #[arg(long)]
    pub check: bool,
}

/// `botflow build`.
#[derive(Debug, Args)]
pub struct Build {
    /// The bot's folder
    #[arg(default_value = ".")]
    pub project: Utf8PathBuf,
    /// Where to write [default: NAME.botflow in this folder]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
    /// Leave out where things stand in the sources
    #[arg(long)]
    pub no_debug: bool,
}

/// `botflow chat`.
#[derive(Debug, Args)]
pub struct Chat {
    /// The bot's folder, or a built file
    #[arg(default_value = ".")]
    pub project: Utf8PathBuf,
    /// Channel to talk on; decides how messages look [default: the bot's first]
    #[arg(long, value_name = "CHANNEL")]
    pub channel: Option<String>,
    /// Language of the customer [default: the bot's first]
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<String>,
    /// Flow to start with [default: what the bot starts]
    #[arg(long, value_name = "FLOW")]
    pub flow: Option<String>,
}

/// `botflow serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// The bot's folder, or a built file [default: this folder]
    pub project: Option<Utf8PathBuf>,
    /// Where to listen; port 0 is any that is free [default: 127.0.0.1:8080]
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<String>,
    /// Where everything is kept: sqlite:PATH, postgres://… or memory [default: .botflow/NAME.db beside the bot]
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,
    /// Run each new version of the sources (or of the built file) as soon as it has no errors
    #[arg(long, conflicts_with = "stored")]
    pub watch: bool,
    /// Run the version that the store keeps, which is the one uploaded last; the bot named here only if it keeps none
    #[arg(long)]
    pub stored: bool,
    /// Serve although nobody does some of the bot's actions: they fail, as if the system behind them were down
    #[arg(long)]
    pub allow_missing: bool,
    /// What is logged: error, warn, info, debug, or a filter [default: info]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
    /// How it is logged: auto, human or json [default: auto, for people in terminals and JSON elsewhere]
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Any other setting, as in botflow.toml: `--set web.begins=false`
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// A value of the bot's own `config`, instead of the one in botflow.toml
    #[arg(long, value_name = "NAME=VALUE")]
    pub config: Vec<String>,
    /// Show all settings that hold and where each comes from, and end
    #[arg(long)]
    pub print_config: bool,
}

/// `botflow deploy`.
#[derive(Debug, Args)]
pub struct Deploy {
    /// Address of the host: https://chat.example.com
    pub url: String,
    /// The built file, or the bot's folder
    pub artifact: Utf8PathBuf,
    /// Let it take the place of a bot of another name
    #[arg(long)]
    pub replace: bool,
}

/// `botflow outbox`.
#[derive(Debug, Args)]
pub struct Outbox {
    /// What to do.
    #[command(subcommand)]
    pub task: OutboxTask,
}

/// What can be done about the outbox.
#[derive(Debug, Subcommand)]
pub enum OutboxTask {
    /// List letters, without what they say
    List(OutboxList),
    /// Show one letter with all it says: personal data
    Show(OutboxShow),
    /// Try letters again that were given up
    Retry(OutboxRetry),
}

/// Whose outbox.
#[derive(Debug, Args)]
pub struct Whose {
    /// The bot's folder, whose host keeps the outbox [default: this folder]
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: Utf8PathBuf,
    /// The store that keeps it, instead of the one of the bot's folder
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,
    /// The host that runs, instead of its store: https://chat.example.com
    #[arg(long, value_name = "URL", conflicts_with = "store")]
    pub host: Option<String>,
}

/// `botflow outbox list`.
#[derive(Debug, Args)]
pub struct OutboxList {
    /// Whose.
    #[command(flatten)]
    pub whose: Whose,
    /// Only letters that were given up
    #[arg(long)]
    pub dead: bool,
    /// Only letters of this person: sixteen hexadecimal digits
    #[arg(long, value_name = "PERSON")]
    pub contact: Option<String>,
    /// Only letters with numbers above this: to go on where a list ended
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub after: i64,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
    /// How they are written
    #[arg(long, value_enum, default_value_t = CountFormat::Human)]
    pub format: CountFormat,
}

/// `botflow outbox show`.
#[derive(Debug, Args)]
pub struct OutboxShow {
    /// The letter's number
    pub number: i64,
    /// Whose.
    #[command(flatten)]
    pub whose: Whose,
}

/// `botflow outbox retry`.
#[derive(Debug, Args)]
pub struct OutboxRetry {
    /// The letters' numbers
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub numbers: Vec<i64>,
    /// All that were given up
    #[arg(long)]
    pub all: bool,
    /// Whose.
    #[command(flatten)]
    pub whose: Whose,
}

/// `botflow test`.
#[derive(Debug, Args)]
pub struct Test {
    /// Bots, folders of conversations, or .chat files [default: this folder]
    pub path: Vec<Utf8PathBuf>,
    /// Write what the bot says now into the files
    #[arg(long)]
    pub accept: bool,
    /// Only conversations whose name contains this
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// How results are written
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub format: TestFormat,
    /// How many files at once [default: as many as there are processors]
    #[arg(long, value_name = "N")]
    pub jobs: Option<std::num::NonZeroUsize>,
}

/// How test results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// For people
    Human,
    /// One JSON object
    Json,
    /// JUnit XML
    Junit,
}

/// `botflow diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The version before: a bot's folder, a built file, or a git revision (`main`, `v1.2`, `HEAD~3`)
    pub old: String,
    /// The version after [default: the bot in this folder, as it is now]
    pub new: Option<String>,
    /// The bot's folder, where versions are git revisions
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub project: Utf8PathBuf,
    /// How it is written
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,
    /// Fail on warnings too
    #[arg(long, value_name = "LEVEL")]
    pub deny: Option<Deny>,
    /// Leave out the conversations that show the changes
    #[arg(long)]
    pub no_conversations: bool,
}

/// How a difference is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people
    Human,
    /// One JSON object
    Json,
    /// A comment of a pull request
    Markdown,
}

/// `botflow explore`.
#[derive(Debug, Args)]
pub struct Explore {
    /// The bot's folder
    #[arg(default_value = ".")]
    pub project: Utf8PathBuf,
    /// Only places that no .chat file of the bot visits
    #[arg(long, conflicts_with = "proof")]
    pub uncovered: bool,
    /// Write a conversation for each place that no .chat file visits; `-` prints them [default: tests/skeletons.chat]
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "tests/skeletons.chat",
        conflicts_with_all = ["proof", "uncovered", "format"]
    )]
    pub skeletons: Option<Utf8PathBuf>,
    /// Let --skeletons write over a file that is there
    #[arg(long, requires = "skeletons")]
    pub overwrite: bool,
    /// What was proved of every conversation, what was assumed, and what could not be decided
    #[arg(long)]
    pub proof: bool,
    /// How it is written
    #[arg(long, value_enum, default_value_t = ExploreFormat::Human)]
    pub format: ExploreFormat,
}

/// How an exploration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExploreFormat {
    /// For people
    Human,
    /// One JSON object
    Json,
}

/// `botflow text`.
#[derive(Debug, Args)]
pub struct Text {
    /// What to do.
    #[command(subcommand)]
    pub task: TextTask,
}

/// What can be done about translations.
#[derive(Debug, Subcommand)]
pub enum TextTask {
    /// Write all texts into a template, with comments for translators
    Extract(TextExtract),
    /// Bring every catalogue up to the flows, and make those that are missing
    ///
    /// What is translated stays. A text whose words have changed keeps its translation, marked `fuzzy`, with the old
    /// words beside it; what the bot does not say any more is kept at the end, marked `#~`.
    Update(TextUpdate),
    /// Count what is translated, per language
    #[command(after_help = "Exit status: 0 everything is translated, 1 something is missing or fuzzy.")]
    Status(TextStatus),
}

/// `botflow text extract`.
#[derive(Debug, Args)]
pub struct TextExtract {
    /// The bot's folder
    #[arg(default_value = ".")]
    pub project: Utf8PathBuf,
    /// Where to write [default: locales/bot.pot in the bot's folder]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
}

/// `botflow text update`.
#[derive(Debug, Args)]
pub struct TextUpdate {
    /// The bot's folder
    #[arg(default_value = ".")]
    pub project: Utf8PathBuf,
    /// Only this language
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<String>,
    /// Write nothing; tell what would change, and fail if anything would
    #[arg(long)]
    pub check: bool,
}

/// `botflow text status`.
#[derive(Debug, Args)]
pub struct TextStatus {
    /// The bot's folder
    #[arg(default_value = ".")]
    pub project: Utf8PathBuf,
    /// How the counts are written
    #[arg(long, value_enum, default_value_t = CountFormat::Human)]
    pub format: CountFormat,
}

/// How counts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CountFormat {
    /// For people
    Human,
    /// One JSON object
    Json,
}

/// `botflow graph`.
#[derive(Debug, Args)]
pub struct Graph {
    /// The bot's folder, or a built file
    #[arg(default_value = ".")]
    pub project: Utf8PathBuf,
    /// How the graph is written
    #[arg(long, value_enum, default_value_t = GraphFormat::Svg)]
    pub format: GraphFormat,
    /// Only this flow and what it runs
    #[arg(long, value_name = "FLOW")]
    pub flow: Option<String>,
    /// Where to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<Utf8PathBuf>,
}

/// How a graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// A picture, laid out
    Svg,
    /// For Graphviz
    Dot,
    /// For Mermaid
    Mermaid,
    /// For programs
    Json,
}

/// `botflow explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Code (BF101) or name (unknown-name) [default: the list of all]
    pub rule: Option<String>,
}

/// `botflow completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// For which shell
    pub shell: clap_complete::Shell,
}

/// `botflow man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The folder
    pub dir: Utf8PathBuf,
}
