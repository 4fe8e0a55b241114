//! Options of the verbs that read the law aloud.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::Server;

/// `gongshu law show`
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    gongshu law show\n  \
    gongshu law show CN-18\n  \
    gongshu law show sharing_request --pack putuo-2023\n  \
    gongshu law show --pack changning-2025 --clocks --json")]
pub struct Show {
    /// An article of any pack, such as `CN-18`, or a procedure of the pack, such as `sharing_request`
    #[arg(value_name = "WHAT", conflicts_with_all = ["clocks", "article", "procedure"])]
    pub what: Option<String>,
    /// Every clock of the pack
    #[arg(long, conflicts_with_all = ["article", "procedure"])]
    pub clocks: bool,
    /// One article, of any pack
    #[arg(long, value_name = "ID", conflicts_with = "procedure")]
    pub article: Option<String>,
    /// One procedure: states, acts, clocks
    #[arg(long, value_name = "ID")]
    pub procedure: Option<String>,
    /// The day on which dated values are read; default: today
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
}

/// `gongshu law explain`
#[derive(Debug, Args)]
#[command(after_long_help = "Asks a running server, as somebody who may see the case.\n\nExample:\n  \
    gongshu law explain 0196… --login centre.officer")]
pub struct Explain {
    /// The case
    #[arg(value_name = "CASE")]
    pub case: String,
    /// How to reach the server
    #[command(flatten)]
    pub server: Server,
}

/// `gongshu law amend`
#[derive(Debug, Args)]
#[command(
    after_long_help = "Asks a running server, as the system administrator. Without `--make` nothing is changed.\n\nExamples:\n  \
    mkdir -p notice/calendar && cp 2027.md notice/calendar/\n  \
    gongshu law amend notice --title 2027年节假日安排 --login system.admin\n  \
    gongshu law amend notice --title 2027年节假日安排 --login system.admin --make"
)]
pub struct Amend {
    /// A folder with the changed files only, each where it lies in the folder of regulations: `calendar/2027.md`
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// What it is, in one line
    #[arg(long, value_name = "TEXT")]
    pub title: String,
    /// Make it law
    #[arg(long)]
    pub make: bool,
    /// How to reach the server
    #[command(flatten)]
    pub server: Server,
}

/// `gongshu law compare`
#[derive(Debug, Args)]
#[command(
    after_long_help = "Two rules are the same when they do the same, whatever they are called. Terms are matched by what they govern,\n\
    everything else by name.\n\nExamples:\n  \
    gongshu law compare changning-2025 putuo-2023 --role demander\n  \
    gongshu law compare changning-2025 putuo-2023 --procedure sharing_request --markdown\n  \
    gongshu law compare changning-2025 my-district --regulations my-regulations"
)]
pub struct Compare {
    /// The one pack
    #[arg(value_name = "LEFT")]
    pub left: String,
    /// The other pack
    #[arg(value_name = "RIGHT")]
    pub right: String,
    /// Also what is the same
    #[arg(long)]
    pub all: bool,
    /// Only this procedure
    #[arg(long, value_name = "ID")]
    pub procedure: Option<String>,
    /// Only procedures in which this role has a part: `demander` is the one who asks for data
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// The day on which dated values are read; default: today
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
    /// In Markdown
    #[arg(long)]
    pub markdown: bool,
    /// Columns of the terminal to use
    #[arg(long, value_name = "N", default_value_t = 120, value_parser = clap::value_parser!(u16).range(60..))]
    pub width: u16,
}

/// `gongshu law graph`
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    gongshu law graph sharing_request --pack putuo-2023 --output sharing.svg\n  \
    gongshu law graph sharing_request --format mermaid")]
pub struct Graph {
    /// The procedure; `gongshu law show` lists them
    #[arg(value_name = "PROCEDURE")]
    pub procedure: String,
    /// In what form
    #[arg(long, value_enum, default_value_t = GraphFormat::Svg)]
    pub format: GraphFormat,
    /// Write the picture here; default: standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The form of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// A picture for browsers and printers
    Svg,
    /// The text of a Mermaid state diagram
    Mermaid,
}

/// `gongshu law export`
#[derive(Debug, Args)]
#[command(after_long_help = "Nothing that is there already is overwritten.\n\nExample:\n  \
    gongshu law export my-law\n  \
    gongshu law check --regulations my-law")]
pub struct Export {
    /// A folder that does not exist yet
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// `gongshu reference law`
#[derive(Debug, Args)]
pub struct LawBook {
    /// Write the book into this folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}
