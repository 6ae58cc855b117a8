//! The system changed by hand: each change is one of its line of text, so that picture and text never part.
//!
//! Blocks are numbered as they begin in the text, the outermost first.

use crate::lab::{Config, Edit, Value, text};
use crate::system::value::{self, Form};
use crate::system::{self, Is, Needed, System, words};

/// What a new part says of itself.
const FRESH: &str = "new 99.9%";

pub(super) const EDITS: &[Edit] = &[
    Edit { id: "name", help: "Gives a part another name.", make: |config, args, typed| on(config, args, typed, name) },
    Edit {
        id: "available",
        help: "Says how available a part is: as a percentage, in nines, as downtime a year, or as times between failures and to repair.",
        make: |config, args, typed| on(config, args, typed, available),
    },
    Edit {
        id: "tell",
        help: "Tells the same availability in other words.",
        make: |config, args, typed| on(config, args, typed, tell),
    },
    Edit {
        id: "beside",
        help: "Puts the same once more beside it: one of both suffices, or one more in its group.",
        make: |config, args, typed| on(config, args, typed, beside),
    },
    Edit {
        id: "after",
        help: "Puts a new part after it: both are needed.",
        make: |config, args, typed| on(config, args, typed, after),
    },
    Edit {
        id: "inside",
        help: "Puts a new part into a group.",
        make: |config, args, typed| on(config, args, typed, inside),
    },
    Edit { id: "remove", help: "Takes it out.", make: |config, args, typed| on(config, args, typed, remove) },
    Edit {
        id: "move",
        help: "Changes places with its neighbour.",
        make: |config, args, typed| on(config, args, typed, shift),
    },
    Edit {
        id: "needed",
        help: "Says how many of a group are needed.",
        make: |config, args, typed| on(config, args, typed, needed),
    },
    Edit {
        id: "standby",
        help: "Makes a standby of the second, which takes over.",
        make: |config, args, typed| on(config, args, typed, standby),
    },
    Edit {
        id: "option",
        help: "What a group has in common, how long its takeover takes, and how often that works.",
        make: |config, args, typed| on(config, args, typed, option),
    },
    Edit {
        id: "apart",
        help: "Takes a group apart: what was in it stands in its place.",
        make: |config, args, typed| on(config, args, typed, apart),
    },
];

/// Where an edit takes place.
struct Here<'a> {
    text: &'a str,
    whole: System,
    /// The way to the block, from the outermost on.
    path: Vec<usize>,
    /// The argument after the block's number.
    arg: i64,
    typed: &'a str,
}

type Made = Result<String, String>;

fn on(config: &Config, args: &[i64], typed: &str, change: fn(&Here) -> Made) -> Result<(&'static str, Value), String> {
    let text = config.document("system");
    let whole = system::read(text).map_err(|error| error.message)?;
    let number = args.first().and_then(|number| usize::try_from(*number).ok()).unwrap_or(0);
    let path = path_to(&whole, number).ok_or("This part is not there any more.")?;
    let arg = args.get(1).copied().unwrap_or(0);
    let made = change(&Here { text, whole, path, arg, typed: typed.trim() })?;
    // Whatever was made must be a system, or the picture would be of another text.
    let system = system::read(&made).map_err(|error| error.message)?;
    system.block(&system::Given::default()).map_err(|error| error.message)?;
    let knob = config.knob("system").ok_or("There is no system.")?;
    if let crate::lab::Kind::Document { max_bytes, .. } = knob.kind
        && made.len() > max_bytes
    {
        return Err(format!("The line of text would be longer than {max_bytes} bytes."));
    }
    Ok((knob.id, Value::Text(made.into())))
}

/// The way to the block of that number.
fn path_to(whole: &System, number: usize) -> Option<Vec<usize>> {
    fn look(system: &System, left: &mut usize, path: &mut Vec<usize>) -> bool {
        if *left == 0 {
            return true;
        }
        *left -= 1;
        let Is::Group { blocks, .. } = &system.is else { return false };
        for (place, block) in blocks.iter().enumerate() {
            path.push(place);
            if look(block, left, path) {
                return true;
            }
            path.pop();
        }
        false
    }
    let (mut left, mut path) = (number, Vec::new());
    look(whole, &mut left, &mut path).then_some(path)
}

impl Here<'_> {
    fn find(&self, path: &[usize]) -> Option<&System> {
        path.iter().try_fold(&self.whole, |system, place| match &system.is {
            Is::Group { blocks, .. } => blocks.get(*place),
            Is::Part { .. } => None,
        })
    }

    fn block(&self) -> Result<&System, String> {
        self.find(&self.path).ok_or_else(|| "This part is not there any more.".to_owned())
    }

    /// The group that it is in, and its place there.
    fn parent(&self) -> Option<(&System, usize)> {
        let (place, above) = self.path.split_last()?;
        Some((self.find(above)?, *place))
    }

    fn said(&self, of: &System) -> &str {
        self.text.get(of.at.clone()).unwrap_or_default()
    }

    /// The text with something else in the place of a block.
    fn instead(&self, of: &System, new: &str) -> String {
        let (before, behind) = (self.text.get(..of.at.start), self.text.get(of.at.end..));
        format!("{}{new}{}", before.unwrap_or_default(), behind.unwrap_or_default())
    }
}

/// A group, written anew from the texts of its blocks.
struct Group {
    needed: Needed,
    blocks: Vec<String>,
    copies: usize,
    /// What it says of itself besides its blocks.
    options: Vec<String>,
}

impl Group {
    fn of(here: &Here, system: &System) -> Option<Self> {
        let Is::Group { needed, blocks, copies, .. } = &system.is else { return None };
        // What stands between the brackets and is no block, as it was written.
        let opened = system.at.start + here.said(system).find('(').map_or(0, |at| at + 1);
        let begins = std::iter::once(opened).chain(blocks.iter().map(|block| block.at.end));
        let ends = blocks.iter().map(|block| block.at.start).chain([system.at.end.saturating_sub(1)]);
        let between = begins.zip(ends).filter_map(|(begin, end)| here.text.get(begin..end));
        let said = between.flat_map(|text| text.split(',')).map(str::trim).filter(|said| !said.is_empty());
        let options = said.map(str::to_owned).collect();
        let blocks = blocks.iter().map(|block| here.said(block).to_owned()).collect();
        Some(Self { needed: *needed, blocks, copies: *copies, options })
    }

    fn count(&self) -> usize {
        self.blocks.len() * self.copies
    }

    fn text(&self) -> String {
        let word = match self.needed {
            Needed::All if self.copies > 1 => format!("{0}of{0}", self.count()),
            Needed::All => "series".to_owned(),
            Needed::One if self.copies > 1 => format!("1of{}", self.count()),
            Needed::One => "parallel".to_owned(),
            Needed::Of(needed) => format!("{needed}of{}", self.count()),
            Needed::Failover { .. } => "failover".to_owned(),
        };
        let inside: Vec<&str> = self.blocks.iter().chain(&self.options).map(String::as_str).collect();
        format!("{word}({})", inside.join(", "))
    }

    /// One of these many is now there.
    fn more(&mut self) {
        // All of all stay all of all.
        let count = self.count();
        if let Needed::Of(needed) = &mut self.needed
            && *needed == count
            && self.copies > 1
        {
            *needed += 1;
        }
    }

    /// As many are needed as there are, at most.
    fn fit(&mut self) {
        let count = self.count();
        if let Needed::Of(needed) = &mut self.needed {
            *needed = (*needed).min(count).max(1);
        }
    }
}

/// A length of time in the unit that needs the fewest digits.
pub(super) fn seconds(seconds: f64) -> String {
    let units = [("d", 86_400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0)];
    let whole = units.into_iter().find(|(_, unit)| seconds >= *unit && libm::fmod(seconds, *unit) == 0.0);
    let (name, unit) = whole.unwrap_or(("s", 1.0));
    format!("{}{name}", words::number(seconds / unit, 9))
}

fn name(here: &Here) -> Made {
    let block = here.block()?;
    let Is::Part { said, .. } = &block.is else { return Err("A group has no name.".to_owned()) };
    let new = format!("{} {said}", here.typed);
    let made = here.instead(block, new.trim());
    let read = system::read(&made);
    if let Err(error) = &read
        && !here.typed.contains([',', '(', ')'])
    {
        return Err(error.message.clone());
    }
    let kept = read.ok().and_then(|system| {
        let found = here.path.iter().try_fold(&system, |system, place| match &system.is {
            Is::Group { blocks, .. } => blocks.get(*place),
            Is::Part { .. } => None,
        })?;
        matches!(&found.is, Is::Part { name, said: now, .. } if name == here.typed && now == said).then_some(())
    });
    if kept.is_none() && here.typed == OPTIONS[0] {
        return Err(system::COMMON.to_owned());
    }
    kept.ok_or("A name has no comma and no bracket, and is not one that says something else here.")?;
    Ok(made)
}

fn available(here: &Here) -> Made {
    let block = here.block()?;
    let Is::Part { name, .. } = &block.is else {
        return Err("A group is as available as its parts make it.".to_owned());
    };
    // This is a number field: a comma is a point, and a bare number a percentage, unless it may be read in two ways.
    let typed = text::point(here.typed);
    let bare = typed.parse::<f64>().is_ok_and(|bare| (1.0..=100.0).contains(&bare));
    let typed = if bare { format!("{typed}%") } else { typed };
    value::said(&typed)?;
    Ok(here.instead(block, format!("{name} {typed}").trim()))
}

fn tell(here: &Here) -> Made {
    let block = here.block()?;
    let Is::Part { name, down, to_repair, .. } = &block.is else {
        return Err("A group is told by its parts.".to_owned());
    };
    let form = [Form::Percent, Form::Nines, Form::Downtime, Form::Repair].get(here.arg.clamp(0, 3) as usize).copied();
    let said = value::told(*down, form.unwrap_or(Form::Percent), to_repair.unwrap_or(3600.0));
    Ok(here.instead(block, format!("{name} {}", said?).trim()))
}

fn beside(here: &Here) -> Made {
    let block = here.block()?;
    let said = here.said(block).to_owned();
    if let Some((parent, place)) = here.parent()
        && let Some(mut group) = Group::of(here, parent)
    {
        match group.needed {
            Needed::One | Needed::Of(_) if group.copies > 1 => {
                group.more();
                group.copies += 1;
                return Ok(here.instead(parent, &group.text()));
            }
            Needed::One | Needed::Of(_) => {
                group.blocks.insert(place + 1, said);
                return Ok(here.instead(parent, &group.text()));
            }
            Needed::All | Needed::Failover { .. } => {}
        }
    }
    Ok(here.instead(block, &format!("parallel({said}, {said})")))
}

fn after(here: &Here) -> Made {
    let block = here.block()?;
    if let Some((parent, place)) = here.parent()
        && let Some(mut group) = Group::of(here, parent)
        && group.needed == Needed::All
    {
        group.blocks.insert(place + 1, FRESH.to_owned());
        return Ok(here.instead(parent, &group.text()));
    }
    if let Some(mut group) = Group::of(here, block)
        && group.needed == Needed::All
    {
        group.blocks.push(FRESH.to_owned());
        return Ok(here.instead(block, &group.text()));
    }
    Ok(here.instead(block, &format!("series({}, {FRESH})", here.said(block))))
}

fn inside(here: &Here) -> Made {
    let block = here.block()?;
    let mut group = Group::of(here, block).ok_or("A part has nothing in it.")?;
    match group.needed {
        Needed::Failover { .. } => return Err("A failover has a primary and a standby: two blocks.".to_owned()),
        _ if group.copies > 1 => {
            group.more();
            group.copies += 1;
        }
        _ => group.blocks.push(FRESH.to_owned()),
    }
    Ok(here.instead(block, &group.text()))
}

fn remove(here: &Here) -> Made {
    let block = here.block()?;
    let (parent, place) = here.parent().ok_or("The last part stays: a system needs one.")?;
    let mut group = Group::of(here, parent).ok_or("This part is not there any more.")?;
    let all = group.needed == Needed::Of(group.count());
    if group.copies > 1 {
        group.copies -= 1;
    } else {
        group.blocks.remove(place);
    }
    if all {
        group.needed = Needed::Of(group.count());
    }
    group.fit();
    match &group.blocks[..] {
        [] => Err(format!("{} is the last part here: remove its group instead.", block.label())),
        // One of one is no group.
        [only] if group.copies == 1 => Ok(here.instead(parent, only)),
        _ => Ok(here.instead(parent, &group.text())),
    }
}

fn shift(here: &Here) -> Made {
    let (parent, place) = here.parent().ok_or("There is nothing to change places with.")?;
    let mut group = Group::of(here, parent).ok_or("This part is not there any more.")?;
    let other = if here.arg < 0 { place.checked_sub(1) } else { Some(place + 1) };
    let other = other.filter(|other| *other < group.blocks.len()).ok_or("It stands at the end already.")?;
    group.blocks.swap(place, other);
    Ok(here.instead(parent, &group.text()))
}

fn needed(here: &Here) -> Made {
    let block = here.block()?;
    let mut group = Group::of(here, block).ok_or("A part is needed or not, as its group says.")?;
    let count = group.count();
    let typed = here.typed.to_ascii_lowercase();
    // `2`, or all of what stands in the field: `2 of 3`.
    let (first, of) = typed.split_once("of").map_or((typed.as_str(), None), |(first, of)| (first, Some(of.trim())));
    let number = match first.trim() {
        "all" => Some(count),
        "one" | "any" => Some(1),
        number => number.parse().ok(),
    };
    let number = number
        .filter(|number| (1..=count).contains(number) && of.is_none_or(|of| of.parse() == Ok(count)))
        .ok_or_else(|| format!("It takes a whole number from 1 to {count}: so many of these {count} are needed."))?;
    // Two words of the notation are shorter than their numbers.
    group.needed = match number {
        _ if group.copies > 1 => Needed::Of(number),
        1 if count > 1 => Needed::One,
        _ if number == count => Needed::All,
        _ => Needed::Of(number),
    };
    group.options.retain(|option| option.starts_with("common") && group.needed != Needed::All);
    Ok(here.instead(block, &group.text()))
}

fn standby(here: &Here) -> Made {
    let block = here.block()?;
    let mut group = Group::of(here, block).ok_or("A failover has a primary and a standby.")?;
    if group.count() != 2 {
        return Err(format!("A failover has a primary and a standby: two blocks, not {}.", group.count()));
    }
    if let ([only], 2) = (&group.blocks[..], group.copies) {
        group.blocks = vec![only.clone(), only.clone()];
        group.copies = 1;
    }
    group.needed = Needed::Failover { takes: 0.0, works: 1.0 };
    group.options = vec!["takes 30s".to_owned(), "works 99%".to_owned()];
    Ok(here.instead(block, &group.text()))
}

/// The options of a group, by the argument: common, takes, works.
pub(super) const OPTIONS: [&str; 3] = ["common", "takes", "works"];

fn option(here: &Here) -> Made {
    let block = here.block()?;
    let mut group = Group::of(here, block).ok_or("Only groups say that.")?;
    let word = OPTIONS.get(here.arg.clamp(0, 2) as usize).copied().unwrap_or(OPTIONS[0]);
    let typed = text::point(here.typed);
    let bare = typed.bytes().all(|sign| sign.is_ascii_digit() || sign == b'.') && !typed.is_empty();
    let typed = if bare && word != "takes" { format!("{typed}%") } else { typed };
    if !typed.is_empty() {
        let share = || typed.strip_suffix('%').and_then(|share| value::share(share.trim_end()));
        match word {
            "takes" if value::length(&typed).is_none() => {
                return Err("It takes a length of time, such as 30s.".to_owned());
            }
            "common" if share().is_none() => {
                return Err("It takes a percentage from 0 % to 100 %, such as 10 %.".to_owned());
            }
            "works" if share().is_none() => {
                return Err("It takes a percentage from 0 % to 100 %, such as 99 %.".to_owned());
            }
            _ => {}
        }
    }
    group.options.retain(|option| !option.starts_with(word));
    if !typed.is_empty() {
        group.options.push(format!("{word} {typed}"));
    }
    Ok(here.instead(block, &group.text()))
}

fn apart(here: &Here) -> Made {
    let block = here.block()?;
    let group = Group::of(here, block).ok_or("A part is whole.")?;
    if let ([only], 1) = (&group.blocks[..], group.copies) {
        return Ok(here.instead(block, only));
    }
    let Some((parent, place)) = here.parent() else {
        return Err("This is the whole system: it stays together.".to_owned());
    };
    let mut above = Group::of(here, parent).ok_or("This part is not there any more.")?;
    if above.copies > 1 || matches!(above.needed, Needed::Failover { .. }) {
        return Err("What it stands in cannot hold more blocks: take that apart first.".to_owned());
    }
    let blocks = (0..group.copies).flat_map(|_| group.blocks.clone());
    above.blocks.splice(place..=place, blocks);
    above.fit();
    Ok(here.instead(parent, &above.text()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Entrance;

    fn made(text: &str, edit: &str, args: &[i64], typed: &str) -> Result<String, String> {
        let entrance = Entrance::to::<super::super::Lab>();
        let mut config = Config::new(super::super::knobs::KNOBS);
        assert!(config.set("system", Value::Text(text.into())), "{text}");
        let edit = EDITS.iter().find(|known| known.id == edit).expect(edit);
        assert_eq!(entrance.about.edits.len(), EDITS.len());
        match (edit.make)(&config, args, typed)? {
            (_, Value::Text(text)) => Ok(text.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn systems_are_changed_by_hand() {
        for (text, edit, args, typed, result) in [
            ("web 99%", "after", &[0][..], "", "series(web 99%, new 99.9%)"),
            ("web 99%", "beside", &[0], "", "parallel(web 99%, web 99%)"),
            ("web 99%", "name", &[0], "front end", "front end 99%"),
            ("web 99%", "available", &[0], "99,9", "web 99.9%"),
            ("web 99%", "available", &[0], "three nines", "web three nines"),
            ("web 99%", "tell", &[0, 1], "", "web 2 nines"),
            ("web 99.9%", "tell", &[0, 2], "", "web 8.76h/year"),
            ("web 99%", "tell", &[0, 3], "", "web 99h/1h"),
            ("web 99h/1h", "tell", &[0, 0], "", "web 99%"),
            ("series(a 9%, b 9%)", "after", &[1], "", "series(a 9%, new 99.9%, b 9%)"),
            ("series(a 9%, b 9%)", "after", &[0], "", "series(a 9%, b 9%, new 99.9%)"),
            ("series(a 9%, b 9%)", "beside", &[2], "", "series(a 9%, parallel(b 9%, b 9%))"),
            ("series(a 9%, b 9%)", "remove", &[1], "", "b 9%"),
            ("series(a 9%, b 9%)", "move", &[1, 1], "", "series(b 9%, a 9%)"),
            ("2of3(a 9%)", "beside", &[1], "", "2of4(a 9%)"),
            ("3of3(a 9%)", "beside", &[1], "", "4of4(a 9%)"),
            ("2of3(a 9%)", "remove", &[1], "", "2of2(a 9%)"),
            ("3of3(a 9%)", "remove", &[1], "", "2of2(a 9%)"),
            ("2of2(a 9%)", "remove", &[1], "", "a 9%"),
            ("parallel(a 9%, b 9%)", "needed", &[0], "2", "series(a 9%, b 9%)"),
            ("series(a 9%, b 9%, c 9%)", "needed", &[0], "2", "2of3(a 9%, b 9%, c 9%)"),
            ("2of3(a 9%)", "needed", &[0], "all", "3of3(a 9%)"),
            ("parallel(a 9%, b 9%)", "option", &[0, 0], "10", "parallel(a 9%, b 9%, common 10%)"),
            ("parallel(a 9%, b 9%)", "option", &[0, 0], "0.1", "parallel(a 9%, b 9%, common 0.1%)"),
            ("parallel(a 9%, b 9%)", "option", &[0, 0], "0,25 %", "parallel(a 9%, b 9%, common 0.25 %)"),
            ("parallel(a 9%, b 9%, common 5%)", "option", &[0, 0], "", "parallel(a 9%, b 9%)"),
            ("2of3(a 9%)", "needed", &[0], "1 of 3", "1of3(a 9%)"),
            ("2of3(a 9%)", "needed", &[0], "one of 3", "1of3(a 9%)"),
            // What is not touched stays as it was written.
            (
                "failover(a 9%, b 9%, works 99.99999999%,takes 90s )",
                "move",
                &[1, 1],
                "",
                "failover(b 9%, a 9%, works 99.99999999%, takes 90s)",
            ),
            (
                "parallel( a 9%, 2of3(b 9%), common 0.00000012% )",
                "beside",
                &[1],
                "",
                "parallel(a 9%, a 9%, 2of3(b 9%), common 0.00000012%)",
            ),
            ("web 99.95%", "tell", &[0, 1], "", "web 3.301029995664 nines"),
            ("web 3.301029995664 nines", "tell", &[0, 0], "", "web 99.95%"),
            ("parallel(a 9%, b 9%)", "standby", &[0], "", "failover(a 9%, b 9%, takes 30s, works 99%)"),
            ("failover(a 9%, b 9%, takes 90s)", "option", &[0, 2], "95", "failover(a 9%, b 9%, takes 90s, works 95%)"),
            ("failover(a 9%, b 9%, takes 90s)", "remove", &[2], "", "a 9%"),
            ("series(a 9%, parallel(b 9%, c 9%))", "apart", &[2], "", "series(a 9%, b 9%, c 9%)"),
            ("series(a 9%, parallel(b 9%, c 9%))", "inside", &[2], "", "series(a 9%, parallel(b 9%, c 9%, new 99.9%))"),
        ] {
            assert_eq!(made(text, edit, args, typed).as_deref(), Ok(result), "{edit} {args:?} {typed} of {text}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        for (text, edit, args, typed, said) in [
            ("a 9%", "remove", &[0][..], "", "The last part stays"),
            ("a 9%", "name", &[0], "a, b", "no comma"),
            ("a 9%", "available", &[0], "0.999", "may be 99.9% available"),
            ("a 9%", "available", &[0], "150%", "over 100%"),
            ("a 9%", "available", &[0], "99.9%, b 5%", "a % too many"),
            ("a 9%", "available", &[0], "99,999", "write 99.999%"),
            ("a 9%", "name", &[0], "b 99.9%", "A comma is missing here"),
            ("a 9%", "name", &[0], "b; c", "instead of “;”"),
            ("parallel(a 9%, b 9%)", "name", &[1], "common", "no name of a part here"),
            ("parallel(a 9%, b 9%, c 9%)", "name", &[1], "common", "no name of a part here"),
            ("parallel(a 9%, b 9%, c 9%)", "name", &[3], "common", "no name of a part here"),
            ("2of3(a 9%)", "needed", &[0], "2 of 4", "from 1 to 3"),
            ("2of3(a 9%)", "needed", &[0], "2 of 2000", "from 1 to 3"),
            ("2of3(a 9%)", "needed", &[0], "5 of 3", "from 1 to 3"),
            ("parallel(a 9%, b 9%)", "option", &[0, 0], "NaN", "a percentage from 0 % to 100 %, such as 10 %."),
            ("parallel(a 9%, b 9%)", "option", &[0, 0], "-1", "a percentage from 0 % to 100 %"),
            ("parallel(a 9%, b 9%)", "option", &[0, 0], "abc", "a percentage from 0 % to 100 %"),
            ("failover(a 9%, b 9%)", "option", &[0, 1], "abc", "a length of time, such as 30s"),
            ("failover(a 9%, b 9%)", "option", &[0, 2], "many", "such as 99 %"),
            ("series(a 9%, b 9%)", "move", &[1, -1], "", "at the end already"),
            ("series(a 9%, b 9%)", "needed", &[0], "5", "from 1 to 2"),
            ("series(a 9%, b 9%, c 9%)", "standby", &[0], "", "two blocks, not 3"),
            ("parallel(a 9%, b 9%)", "option", &[0, 0], "200", "from 0 % to 100 %"),
            ("series(a 9%, b 9%)", "apart", &[0], "", "stays together"),
            ("a 9%", "name", &[7], "b", "not there any more"),
        ] {
            let error = made(text, edit, args, typed).unwrap_err();
            assert!(error.contains(said), "{edit} {typed} of {text}: {error}");
        }
    }
}
