//! What can be done to a mark, sorted as its editor shows it.

use crate::lab::scene::Act;

/// A mark's acts, as they are offered: fields first, each with the other ways to say the same.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Offer {
    /// Fields, each with the acts that say the same in other words.
    pub(super) fields: Vec<(Act, Vec<Act>)>,
    /// What happens in the run.
    pub(super) deeds: Vec<Act>,
    /// What changes what the picture is of.
    pub(super) edits: Vec<Act>,
}

impl Offer {
    /// Several acts of one edit right behind a field say the same as the field, in other words.
    pub(super) fn new(acts: &[Act], is_edit: impl Fn(&Act) -> bool) -> Self {
        let mut offer = Self::default();
        let mut rest = acts;
        while let [act, behind @ ..] = rest {
            rest = behind;
            if act.typed.is_some() {
                let alike = |act: &&Act| act.typed.is_none() && behind.first().is_some_and(|b| b.action == act.action);
                let many = behind.iter().take_while(alike).count();
                let many = if many > 1 && behind.first().is_some_and(&is_edit) { many } else { 0 };
                let (chips, behind) = behind.split_at(many);
                rest = behind;
                offer.fields.push((act.clone(), chips.to_vec()));
            } else if is_edit(act) {
                offer.edits.push(act.clone());
            } else {
                offer.deeds.push(act.clone());
            }
        }
        offer
    }
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::lab::{Mark, Shape, Tone};

    fn offered(mark: Mark) -> (Vec<(String, usize)>, Vec<String>, Vec<String>) {
        let offer = Offer::new(&mark.acts, |act| act.action != "break");
        let labels = |acts: &[Act]| acts.iter().map(|act| act.label.clone()).collect();
        let fields = offer.fields.iter().map(|(act, chips)| (act.label.clone(), chips.len()));
        (fields.collect(), labels(&offer.deeds), labels(&offer.edits))
    }

    #[wasm_bindgen_test]
    fn several_acts_of_one_edit_behind_a_field_are_its_other_words() {
        let mark = Mark::new("part", Shape::Node { at: Default::default() }, Tone::Plain, "", "")
            .with("break", &[0], "Break it")
            .asking("name", &[0], "Name", "a".to_owned())
            .asking("available", &[0], "Available", "9%".to_owned())
            .with("tell", &[0, 0], "As a percentage")
            .with("tell", &[0, 1], "In nines")
            .with("beside", &[0], "One more")
            .with("remove", &[0], "Remove");
        let fields = vec![("Name".to_owned(), 0), ("Available".to_owned(), 2)];
        assert_eq!(
            offered(mark),
            (fields, vec!["Break it".to_owned()], vec!["One more".to_owned(), "Remove".to_owned()])
        );
    }

    #[wasm_bindgen_test]
    fn one_act_behind_a_field_is_a_button() {
        let mark = Mark::new("part", Shape::Node { at: Default::default() }, Tone::Plain, "", "")
            .asking("needed", &[0], "Needed", "1".to_owned())
            .with("beside", &[0], "One more");
        assert_eq!(offered(mark), (vec![("Needed".to_owned(), 0)], vec![], vec!["One more".to_owned()]));
    }
}
