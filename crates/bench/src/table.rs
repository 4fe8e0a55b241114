//! What a benchmark found: figures, ratios to peers with their targets, and what must be known to read them.

use std::fmt;

/// The findings of one benchmark. Its `Display` form is Markdown, for the screen and for the page alike.
pub struct Table {
    /// The benchmark's name on the command line.
    pub name: &'static str,
    title: &'static str,
    about: String,
    figures: Vec<Figure>,
    ratios: Vec<Ratio>,
    notes: Vec<String>,
}

struct Figure {
    what: String,
    whose: String,
    value: f64,
    unit: &'static str,
}

struct Ratio {
    what: String,
    value: f64,
    target: Option<f64>,
    unit: &'static str,
}

impl Table {
    /// An empty table; `about` says in sentences what is measured and how.
    pub fn new(name: &'static str, title: &'static str, about: impl Into<String>) -> Self {
        println!("\n== {name}: {title}");
        let (figures, ratios, notes) = (Vec::new(), Vec::new(), Vec::new());
        Self { name, title, about: about.into(), figures, ratios, notes }
    }

    /// Adds a figure of the house and gives it back.
    pub fn ours(&mut self, what: impl Into<String>, value: f64, unit: &'static str) -> f64 {
        self.figure(what.into(), "Gongshu".to_owned(), value, unit)
    }

    /// Adds a figure of a peer and gives it back.
    pub fn peer(&mut self, whose: &str, what: impl Into<String>, value: f64, unit: &'static str) -> f64 {
        self.figure(what.into(), whose.to_owned(), value, unit)
    }

    /// Adds how many times the house's figure is the peer's; `target` is the least it should be.
    pub fn ratio(&mut self, what: impl Into<String>, ours: f64, peer: f64, target: Option<f64>) {
        self.ratios.push(Ratio { what: what.into(), value: ours / peer, target, unit: "×" });
    }

    /// Adds a figure that has a target of its own, without a peer.
    pub fn floor(&mut self, what: impl Into<String>, ours: f64, target: f64, unit: &'static str) {
        self.ratios.push(Ratio { what: what.into(), value: ours, target: Some(target), unit });
    }

    /// Adds a sentence that a reader needs.
    pub fn note(&mut self, sentence: impl Into<String>) {
        self.notes.push(sentence.into());
    }

    /// Says aloud that a peer, or a part of the house, did not take part.
    pub fn absent(&mut self, what: &str, why: &str) {
        eprintln!("SKIPPED: {what}: {why}");
        self.notes.push(format!("**Not measured:** {what} ({why})."));
    }

    fn figure(&mut self, what: String, whose: String, value: f64, unit: &'static str) -> f64 {
        println!("   {:>14} {unit:<20} {whose}: {what}", number(value));
        self.figures.push(Figure { what, whose, value, unit });
        value
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## `{}`: {}\n\n{}\n", self.name, self.title, self.about)?;
        writeln!(f, "| whose | what | figure |\n|---|---|--:|")?;
        for Figure { what, whose, value, unit } in &self.figures {
            writeln!(f, "| {whose} | {what} | {} {unit} |", number(*value))?;
        }
        if !self.ratios.is_empty() {
            writeln!(f, "\n| compared | measured | target | met |\n|---|--:|--:|---|")?;
        }
        for Ratio { what, value, target, unit } in &self.ratios {
            let goal = target.map_or("–".to_owned(), |target| format!("≥ {} {unit}", number(target)));
            let met = target.map_or("–", |target| if *value >= target { "yes" } else { "**no**" });
            writeln!(f, "| {what} | **{} {unit}** | {goal} | {met} |", number(*value))?;
        }
        if !self.notes.is_empty() {
            writeln!(f)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "- {note}"))
    }
}

/// A number as a person reads it: thousands apart when it is large, three digits when it is small.
pub fn number(value: f64) -> String {
    if value >= 1000.0 {
        let digits = format!("{value:.0}");
        let mut spaced = String::new();
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                spaced.push(',');
            }
            spaced.push(digit);
        }
        return spaced;
    }
    match value {
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ratio is met at its target and not a hair below, and the page says which.
    #[test]
    fn a_target_is_met_from_its_value_on() {
        let mut table = Table::new("test", "a test", "Nothing.");
        table.ratio("enough", 60.0, 20.0, Some(3.0));
        table.ratio("short", 59.8, 20.0, Some(3.0));
        table.ratio("free", 1.0, 2.0, None);
        let page = table.to_string();
        assert!(page.contains("| enough | **3 ×** | ≥ 3 × | yes |"), "{page}");
        assert!(page.contains("| short | **2.99 ×** | ≥ 3 × | **no** |"), "{page}");
        assert!(page.contains("| free | **0.50 ×** | – | – |"), "{page}");
    }

    /// Figures of any size stay readable.
    #[test]
    fn numbers_have_their_thousands_apart() {
        assert_eq!(number(1_234_567.4), "1,234,567");
        assert_eq!(number(999.6), "1000");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(0.456), "0.46");
    }
}
