//! The command line, defined once: parsing, help, and `reference cli` follow from here (P18).

use std::path::PathBuf;

use clap::{ArgAction, ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, parser::ValueSource};
use jiff::Timestamp;

use crate::world::parse_instant;

mod law;

pub use law::{Amend, Compare, Explain, Export, Graph, GraphFormat, LawBook, Show};

/// What stands below every help text.
const EXIT_CODES: &str = "Exit codes:\n  \
    0  done\n  \
    1  refused or failed\n  \
    2  the command line is wrong\n  \
    3  not verified: evidence, a log or a check does not hold\n  \
    4  the server or the database cannot be reached";

/// Runs a district's public data: every act timed by the law, enforced in every byte, provable to anyone.
#[derive(Debug, Parser)]
#[command(name = "gongshu", version, after_help = EXIT_CODES, arg_required_else_help = true, max_term_width = 110)]
pub struct Cli {
    /// What every verb understands.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

impl Cli {
    /// Reads the command line of this process; prints help or what is wrong with it, and ends the process, where there is
    /// nothing to run.
    #[must_use]
    pub fn read() -> Self {
        Self::of(&Self::command().get_matches()).unwrap_or_else(|wrong| wrong.exit())
    }

    fn of(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut cli = Self::from_arg_matches(matches)?;
        cli.common.pack_is_named = is_named(matches, "pack");
        Ok(cli)
    }
}

/// Whether a global option was given on the command line, at whatever level, and not by default or the environment.
fn is_named(matches: &ArgMatches, option: &str) -> bool {
    matches.value_source(option) == Some(ValueSource::CommandLine)
        || matches.subcommand().is_some_and(|(_, below)| is_named(below, option))
}

/// What every verb understands.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Answer in JSON, errors too
    #[arg(long, global = true)]
    pub json: bool,
    /// Folder of the store: database, lake, log and sealed keys
    #[arg(long, global = true, value_name = "DIR", default_value = "var", env = "GONGSHU_STORE")]
    pub store: PathBuf,
    /// Control data in another database than the store's own: `postgres://…` or `sqlite:PATH`
    #[arg(long, global = true, value_name = "URL", env = "GONGSHU_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Regulation pack of the district
    #[arg(long, global = true, value_name = "PACK", default_value = "changning-2025", env = "GONGSHU_PACK")]
    pub pack: String,
    /// Whether the pack was named on the command line: what concerns every pack is then limited to it.
    #[arg(skip)]
    pub pack_is_named: bool,
    /// Read the law from this folder instead of the packs built into the binary
    #[arg(long, global = true, value_name = "DIR", env = "GONGSHU_REGULATIONS")]
    pub regulations: Option<PathBuf>,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Serve the platform over HTTP from a store
    Serve(Serve),
    /// Serve a demonstration district; seed it on the first run
    Demo(Demo),
    /// Walk one dataset's whole way over HTTP, from legal duty to served call, and check every step
    Story(Story),
    /// Hand a file in to a catalogue entry, or look at how a file is understood
    Load(Load),
    /// The law: dates due and what the packs say
    #[command(subcommand)]
    Law(Law),
    /// Fetch the evidence file of an act or a call
    Evidence(Evidence),
    /// Verify an evidence file, offline
    Verify(Verify),
    /// The transparency log
    #[command(subcommand)]
    Log(Log),
    /// A witness of transparency logs
    #[command(subcommand)]
    Witness(Witness),
    /// Check a store: keys, database, lake, log, clock, disk
    Doctor(Doctor),
    /// The clock of a demonstration district
    #[command(subcommand)]
    Clock(Clock),
    /// Print the OpenAPI document of the HTTP interface
    Openapi,
    /// Print reference documentation
    #[command(subcommand)]
    Reference(Reference),
}

/// `gongshu serve`
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    GONGSHU_PASSPHRASE=… gongshu serve --store /srv/gongshu --listen 0.0.0.0:8080\n  \
    gongshu serve --database postgres://gongshu@db/gongshu --node n2")]
pub struct Serve {
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", env = "GONGSHU_LISTEN")]
    pub listen: String,
    /// Name of this node among those that share the database
    #[arg(long, value_name = "NAME", default_value = "n1", env = "GONGSHU_NODE")]
    pub node: String,
    /// Name of the log, known to everyone who verifies; cannot change once the log has entries
    #[arg(long, value_name = "NAME", env = "GONGSHU_ORIGIN")]
    pub origin: Option<String>,
    /// A witness that cosigns the log: its key and its address, as `gongshu witness serve` prints them; without the address
    /// its cosignatures are shown and it is asked no more. May be given several times
    #[arg(long, value_name = "VKEY=URL", env = "GONGSHU_WITNESS", value_delimiter = ',')]
    pub witness: Vec<String>,
    /// Write log lines in JSON
    #[arg(long)]
    pub log_json: bool,
    /// The fonts of letters
    #[command(flatten)]
    pub letters: LetterFonts,
}

/// The fonts of letters
#[derive(Debug, Default, Args)]
pub struct LetterFonts {
    /// Chinese font of letters (TrueType, OpenType or a collection); without it, the usual folders are searched
    #[arg(long, value_name = "FILE", env = "GONGSHU_LETTER_FONT")]
    pub letter_font: Option<PathBuf>,
    /// Font of their titles
    #[arg(long, value_name = "FILE", env = "GONGSHU_LETTER_TITLE_FONT", requires = "letter_font")]
    pub letter_title_font: Option<PathBuf>,
}

impl LetterFonts {
    /// As the server takes them.
    #[must_use]
    pub fn files(&self) -> Option<(PathBuf, Option<PathBuf>)> {
        self.letter_font.clone().map(|body| (body, self.letter_title_font.clone()))
    }
}

/// `gongshu demo`
#[derive(Debug, Args)]
#[command(
    after_long_help = "Everything in the demonstration district is fictitious. Its clock begins on 2026-03-02 at 09:00 and can be moved:\n  \
    gongshu clock advance --next\n\nExamples:\n  \
    gongshu demo --store var\n  \
    gongshu demo --store /tmp/big --people 1000000\n  \
    gongshu demo --pack putuo-2023 --store /tmp/putuo"
)]
pub struct Demo {
    /// TCP port on the loopback interface; 0 = any free one
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Natural persons to generate on the first run; everything else grows with them
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub people: u64,
    /// Seed the store and stop
    #[arg(long)]
    pub seed_only: bool,
    /// Write the generated files to this folder and stop; nothing is served
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
    /// The fonts of letters
    #[command(flatten)]
    pub letters: LetterFonts,
}

/// `gongshu story`
#[derive(Debug, Args)]
#[command(
    after_long_help = "The story uses the real files of $GONGSHU_SHARED/data (default ../shared/data) where they exist, and\n\
    otherwise generates files of the same kind and says so.\n\nExamples:\n  \
    gongshu story\n  \
    gongshu story --database postgres://gongshu@localhost/story\n  \
    gongshu story --transcript docs/reference/story.md"
)]
pub struct Story {
    /// Write the transcript in Markdown to this file
    #[arg(long, value_name = "FILE")]
    pub transcript: Option<PathBuf>,
    /// Keep the stores of the story in this folder, which must not exist yet
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

/// `gongshu load`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_long_help = "Examples:\n  \
    gongshu load streets.csv --entry 0196… --login 2002.executive\n  \
    gongshu load book.xlsx --sheet 明细 --entry 0196…\n  \
    gongshu load inspect messy.csv")]
pub struct Load {
    /// What to do instead
    #[command(subcommand)]
    pub what: Option<LoadWhat>,
    /// The file: CSV in any encoding, XLSX, XLS, JSON lines; also gzipped
    #[arg(required = true)]
    pub file: Option<PathBuf>,
    /// The catalogue entry to which it belongs
    #[arg(long, value_name = "ID", required = true)]
    pub entry: Option<String>,
    /// Sheet of a workbook; default: the first one with data
    #[arg(long)]
    pub sheet: Option<String>,
    /// How to reach the server
    #[command(flatten)]
    pub server: Server,
}

/// `gongshu load inspect`
#[derive(Debug, Subcommand)]
pub enum LoadWhat {
    /// Print how a file is understood and which rows would be rejected; changes nothing
    Inspect(Inspect),
}

/// `gongshu load inspect`
#[derive(Debug, Args)]
pub struct Inspect {
    /// The file
    pub file: PathBuf,
    /// Sheet of a workbook
    #[arg(long)]
    pub sheet: Option<String>,
    /// Rows to show of those accepted and of those rejected
    #[arg(long, default_value_t = 5)]
    pub rows: u32,
}

/// How to reach a running server and who asks.
#[derive(Clone, Debug, Args)]
pub struct Server {
    /// Address of a running server
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080", env = "GONGSHU_SERVER")]
    pub server: String,
    /// Who logs in; the password comes from GONGSHU_PASSWORD or is asked for
    #[arg(long, value_name = "NAME", env = "GONGSHU_LOGIN")]
    pub login: Option<String>,
    /// One-time code, where the person has enrolled one
    #[arg(long, value_name = "CODE")]
    pub totp: Option<String>,
}

/// `gongshu law`
#[derive(Debug, Subcommand)]
pub enum Law {
    /// Check the packs: run their scenarios and explore everything that can happen to a case
    Check(Check),
    /// Print when a term runs out, and why, day by day
    Due(Due),
    /// Print a pack: its articles, one article, a procedure, or every clock
    Show(Show),
    /// Say why a case stands where it stands: articles, terms day by day, what the law does next
    Explain(Explain),
    /// Set two packs side by side: what differs for those who live under them
    Compare(Compare),
    /// Show what a new holiday notice or an amended pack would move in a running district, and make it law
    Amend(Amend),
    /// Draw a procedure
    Graph(Graph),
    /// Write the packs that are built into the binary to a folder, to make another district's law of them
    Export(Export),
}

/// `gongshu law check`
#[derive(Debug, Args)]
#[command(
    after_long_help = "Every procedure is explored with the real engine: every act in every role, every fact that\n\
    matters, every term running out. A fault is shown as a dated story that can be pasted into a\n\
    chapter and run. All packs are checked, or the one that is named.\n\nExamples:\n  \
    gongshu law check\n  \
    gongshu law check --pack putuo-2023\n  \
    gongshu law check --regulations my-district --json"
)]
pub struct Check {
    /// Leave the stories out
    #[arg(long)]
    pub brief: bool,
}

/// `gongshu law due`
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    gongshu law due --pack changning-2025 --clock reply_conditional --from 2026-02-10T09:00+08:00\n  \
    gongshu law due --pack putuo-2023 --clock idle --from 2025-11-17 --json\n  \
    gongshu law due --clock reply_conditional --from 2026-03-02 --extend 10 --pause 2026-03-04/2026-03-09")]
pub struct Due {
    /// The clock; `gongshu law show --clocks` lists them
    #[arg(long, value_name = "ID")]
    pub clock: String,
    /// The event that starts it: `2026-02-10T09:00+08:00`, or `2026-02-10 09:00` in Shanghai's time
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant)]
    pub from: Timestamp,
    /// Add an extension, in the clock's unit
    #[arg(long, value_name = "AMOUNT", action = ArgAction::Append)]
    pub extend: Vec<u32>,
    /// Let it stand still between two instants: `FROM/UNTIL`
    #[arg(long, value_name = "FROM/UNTIL", action = ArgAction::Append, value_parser = parse_pause)]
    pub pause: Vec<(Timestamp, Timestamp)>,
}

/// `gongshu evidence`
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    gongshu evidence --act 0196… --login centre.officer --output act.evidence.json\n  \
    gongshu evidence --call 0196… --service 0196… --index 3 --login fgw.cdo\n  \
    gongshu evidence --from-store --log calls-3y/2026-03 --index 0")]
pub struct Evidence {
    /// The act to prove
    #[arg(long, value_name = "ID", conflicts_with_all = ["call", "from_store"])]
    pub act: Option<String>,
    /// The call to prove
    #[arg(long, value_name = "ID", conflicts_with = "from_store")]
    pub call: Option<String>,
    /// With --call: the service that was called
    #[arg(long, value_name = "ID")]
    pub service: Option<String>,
    /// Read the log in the store directly; no server is asked
    #[arg(long, requires_all = ["log", "index"])]
    pub from_store: bool,
    /// With --from-store: the shard, e.g. `acts-permanent/2026`
    #[arg(long, value_name = "CLASS/PERIOD")]
    pub log: Option<String>,
    /// With --call or --from-store: the index of the leaf
    #[arg(long, value_name = "N")]
    pub index: Option<u64>,
    /// Write the file here; default: standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// How to reach the server
    #[command(flatten)]
    pub server: Server,
}

/// `gongshu verify`
#[derive(Debug, Args)]
#[command(
    after_long_help = "Without --keys the file is only checked against the keys it brings along; compare those with the ones\n\
    that the log's operator publishes.\n\nExamples:\n  \
    gongshu verify act.evidence.json --keys log-keys.json\n  \
    gongshu verify act.evidence.json --keys log-keys.json --witness witness.city.example+4f5a9c31+BC…\n  \
    gongshu verify act.evidence.json --openssl parts && sh parts/VERIFY.txt"
)]
pub struct Verify {
    /// The evidence file
    pub file: PathBuf,
    /// The log's public keys as you have them from its operator (`log-keys.json` of the store)
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// Key of a witness, as you have it from the witness itself: it must have cosigned a tree that holds the leaf. May be
    /// given several times
    #[arg(long, value_name = "VKEY")]
    pub witness: Vec<String>,
    /// Also write the parts to this folder, with a script that checks them with the `openssl` command
    #[arg(long, value_name = "DIR")]
    pub openssl: Option<PathBuf>,
}

/// `gongshu log`
#[derive(Debug, Subcommand)]
pub enum Log {
    /// Recount a log from its leaves and check every file, tree and signature
    Fsck(Fsck),
    /// Count the district's figures from the leaves of copied logs alone
    Recount(RecountLog),
}

/// `gongshu log fsck`
#[derive(Debug, Args)]
#[command(
    after_long_help = "Stop the server first, or examine a copy: a writer at work looks like damage.\n\nExamples:\n  \
    gongshu log fsck var/log\n  \
    gongshu log fsck var/log/acts-permanent/2026 --keys log-keys.json"
)]
pub struct Fsck {
    /// A shard, or a folder of shards; default: the log of the store
    pub dir: Option<PathBuf>,
    /// The log's public keys; default: `log-keys.json` of the store
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
}

/// `gongshu witness`
#[derive(Debug, Subcommand)]
pub enum Witness {
    /// Serve a witness over HTTP: it cosigns a log's checkpoints as long as the log keeps what it has shown before
    Serve(WitnessServe),
}

/// `gongshu witness serve`
#[derive(Debug, Args)]
#[command(
    after_long_help = "A witness belongs to somebody other than the log's operator: another department, the city. Its store holds its\n\
    sealed key and what it has seen; a witness that has lost its store begins again under another name.\n\nExample:\n  \
    GONGSHU_PASSPHRASE=… gongshu witness serve --store /srv/witness --name witness.city.example \\\n    \
    --log gongshu.changning.example+0b7d2c4e+AZ… --listen 0.0.0.0:8090"
)]
pub struct WitnessServe {
    /// Name of the witness, known to everyone who verifies; needed at the first start, and never changes
    #[arg(long, value_name = "NAME", env = "GONGSHU_WITNESS_NAME")]
    pub name: Option<String>,
    /// Key of a log to watch with all its shards: `vkey` of its `GET /api/v1/log/witnesses`. May be given several times
    #[arg(long, value_name = "VKEY", required = true, env = "GONGSHU_WITNESS_LOGS", value_delimiter = ',')]
    pub log: Vec<String>,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090", env = "GONGSHU_WITNESS_LISTEN")]
    pub listen: String,
    /// Write log lines in JSON
    #[arg(long)]
    pub log_json: bool,
}

/// `gongshu log recount`
#[derive(Debug, Args)]
#[command(
    after_long_help = "Every shard is examined as by `log fsck` first; what has faults is not counted. Give all shards of a district, of \
    all its nodes: a case goes on from one year's shard to the next. The same figures as `POST /api/v1/figures/recount`.\n\n\
    Examples:\n  \
    gongshu log recount var/log\n  \
    gongshu log recount node-a/log node-b/log/calls-3y/2026-11 --keys log-keys.json --json"
)]
pub struct RecountLog {
    /// Shards, or folders of shards; default: the log of the store
    pub dirs: Vec<PathBuf>,
    /// The log's public keys; default: `log-keys.json` of the store
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
}

/// `gongshu doctor`
#[derive(Debug, Args)]
#[command(after_long_help = "Run it with the server stopped: a store has one owner at a time.\n\nExample:\n  \
    GONGSHU_PASSPHRASE=… gongshu doctor --store /srv/gongshu")]
pub struct Doctor {
    /// Skip the recount of the log, which reads every leaf
    #[arg(long)]
    pub quick: bool,
    /// Remove what crashed loads left behind in the lake; without it they are only reported
    #[arg(long)]
    pub repair: bool,
}

/// `gongshu clock`
#[derive(Debug, Subcommand)]
pub enum Clock {
    /// Print the time in the district and when the law acts next
    Show(ClockShow),
    /// Move it forward; the law then does whatever has fallen due, in order
    Advance(Advance),
}

/// `gongshu clock show`
#[derive(Debug, Args)]
pub struct ClockShow {
    /// How to reach the server
    #[command(flatten)]
    pub server: Server,
}

/// `gongshu clock advance`
#[derive(Debug, Args)]
#[command(after_long_help = "Only a demonstration district has such a clock.\n\nExamples:\n  \
    gongshu clock advance --next\n  \
    gongshu clock advance --by 3d\n  \
    gongshu clock advance --to 2026-06-03T00:00+08:00")]
pub struct Advance {
    /// To this instant
    #[arg(long, value_name = "INSTANT", value_parser = parse_instant, group = "where_to")]
    pub to: Option<Timestamp>,
    /// By a length of time: `90m`, `3d`, `2w`
    #[arg(long, value_name = "LENGTH", value_parser = parse_length, group = "where_to")]
    pub by: Option<jiff::SignedDuration>,
    /// To the next instant at which the law acts
    #[arg(long, group = "where_to", required_unless_present_any = ["to", "by"])]
    pub next: bool,
    /// How to reach the server
    #[command(flatten)]
    pub server: Server,
}

/// `gongshu reference`
#[derive(Debug, Subcommand)]
pub enum Reference {
    /// Every verb with its options, in Markdown
    Cli,
    /// Every error code with its meaning, in Markdown
    Errors,
    /// The book of the law: every article and every procedure with its picture
    Law(LawBook),
}

/// `FROM/UNTIL`
fn parse_pause(text: &str) -> Result<(Timestamp, Timestamp), String> {
    let (from, until) = text.split_once('/').ok_or_else(|| format!("`{text}` is no pause; write `FROM/UNTIL`"))?;
    let (from, until) = (parse_instant(from)?, parse_instant(until)?);
    if until < from {
        return Err(format!("`{text}` ends before it begins"));
    }
    Ok((from, until))
}

/// A number and a unit: minutes, hours, days or weeks, all of fixed length on Shanghai's clock.
fn parse_length(text: &str) -> Result<jiff::SignedDuration, String> {
    let fault = || format!("`{text}` is no length of time; write e.g. `90m`, `12h`, `3d`, `2w`");
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(fault)?;
    let number: i64 = number.parse().map_err(|_| fault())?;
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        "w" => 7 * 24 * 60,
        _ => return Err(fault()),
    };
    // 100 years in minutes: far beyond any term, and far from overflow.
    let most = 100 * 366 * 24 * 60 / minutes;
    if !(1..=most).contains(&number) {
        return Err(fault());
    }
    Ok(jiff::SignedDuration::from_mins(number * minutes))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// `law check` looks at every pack unless one is named, before the verb or after it; a default is no name.
    #[test]
    fn a_pack_counts_as_named_wherever_it_stands() {
        for (line, named) in [
            ("gongshu law check", false),
            ("gongshu law check --pack changning-2025", true),
            ("gongshu --pack changning-2025 law check", true),
        ] {
            let matches = Cli::command().try_get_matches_from(line.split(' ')).unwrap();
            assert_eq!(Cli::of(&matches).unwrap().common.pack_is_named, named, "{line}");
        }
    }

    /// The parser's own consistency check: no two options collide, every default is valid.
    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// The commands that the documentation prints are understood.
    #[test]
    fn the_documented_commands_are_understood() {
        for line in [
            "gongshu law due --pack changning-2025 --clock reply_conditional --from 2026-02-10T09:00+08:00",
            "gongshu law show --pack changning-2025 --clocks --json",
            "gongshu law check --pack putuo-2023 --brief --json",
            "gongshu law show CN-18",
            "gongshu law explain 0196 --login a",
            "gongshu law compare changning-2025 putuo-2023 --role demander --markdown",
            "gongshu law graph sharing_request --format mermaid",
            "gongshu demo --store var --port 8081 --pack putuo-2023 --people 100 --database postgres://x/y",
            "gongshu story --transcript a.md --database postgres://x/y",
            "gongshu load inspect a.csv",
            "gongshu load a.csv --entry 1",
            "gongshu clock advance --by 3d",
            "gongshu verify a.json",
            "gongshu log fsck var/log",
            "gongshu verify a.json --witness w+1+B --witness v+1+B",
            "gongshu serve --witness w+1+B=http://a --witness v+1+B",
            "gongshu witness serve --store w --name witness.city.example --log l+1+A --log m+1+A",
            "gongshu log recount var/log --json",
            "gongshu reference cli",
        ] {
            Cli::try_parse_from(line.split(' ')).unwrap_or_else(|why| panic!("{line}: {why}"));
        }
        for line in [
            "gongshu load a.csv",
            "gongshu clock advance",
            "gongshu clock advance --by soon",
            "gongshu clock advance --next --by 3d",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }

    /// The meanings in the help are those in the table that scripts and the reference use.
    #[test]
    fn the_help_lists_every_exit_code() {
        for (code, meaning) in crate::failure::Exit::TABLE {
            assert!(EXIT_CODES.contains(&format!("{code}  {meaning}")), "{code}");
        }
    }
}
