//! A lab's programs: what its knobs describe, to take along, and one with faults to be found.

/// A program that does what the knobs say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// What it is written in.
    pub language: Language,
    /// What it needs and how it is run, in a sentence.
    pub note: &'static str,
    /// The name of the file it belongs into.
    pub file: &'static str,
    /// The whole of it.
    pub text: String,
}

/// A language of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python 3.
    Python,
    /// Rust.
    Rust,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Python, Self::Rust];

    /// Its name on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Rust => "rust",
        }
    }

    /// Its name for readers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Rust => "Rust",
        }
    }
}

/// A program that looks right and is not. The reader finds the faults; each can be played.
pub struct Exercise {
    /// What it is and what is to be done, in a sentence or two.
    pub task: &'static str,
    /// The program, line by line.
    pub text: &'static str,
    /// What is wrong with it.
    pub faults: &'static [Fault],
}

/// Something wrong with a program.
pub struct Fault {
    /// The first and the last of the lines that show it, counted from 1.
    pub lines: (usize, usize),
    /// What it is, in a clause.
    pub title: &'static str,
    /// What comes of it, and what would be right.
    pub because: &'static str,
    /// The link (query only, with a playhead) whose run shows what comes of it.
    pub play: &'static str,
    /// The readout that shows it at the end of that run.
    pub readout: &'static str,
    /// What that readout is then; a test runs the lab and compares.
    pub shows: f64,
    /// The same link with that one fault mended, and what the readout is then.
    pub mended: (&'static str, f64),
}

impl Fault {
    /// Whether this line shows it.
    pub fn is_at(&self, line: usize) -> bool {
        (self.lines.0..=self.lines.1).contains(&line)
    }
}
