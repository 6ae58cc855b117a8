//! Parts of the page that remember something, or are made anew only when it is worth it. All of them are one component:
//! each component of its own would cost 2 kB, and hooks 10 kB more.

use std::any::Any;
use std::rc::Rc;

use yew::prelude::*;

/// A part, as what it is made from. It is shown anew when that changes, or what it remembers.
pub(crate) trait Part: PartialEq + 'static {
    /// What it remembers.
    type Memory: Default + 'static;

    /// What it looks like.
    fn show(&self, memory: &Self::Memory, change: &Change) -> Html;

    /// It has come onto the page (`first`) or was changed there.
    fn shown(&self, _memory: &Self::Memory, _change: &Change, _first: bool) {}
}

/// The way to what a part remembers.
#[derive(Clone)]
pub(crate) struct Change(Callback<Step>);

type Step = Box<dyn FnOnce(&mut dyn Any)>;

impl Change {
    /// Changes what the part remembers, `M`, and shows it anew.
    pub(crate) fn make<M: 'static>(&self, step: impl FnOnce(&mut M) + 'static) {
        self.0.emit(Box::new(|memory| {
            if let Some(memory) = memory.downcast_mut() {
                step(memory);
            }
        }));
    }

    /// From now on the part remembers this.
    pub(crate) fn to<M: 'static>(&self, memory: M) {
        self.make(move |held| *held = memory);
    }
}

/// [`Part`] as an object.
trait AnyPart {
    fn as_any(&self) -> &dyn Any;
    fn same(&self, other: &dyn Any) -> bool;
    fn begin(&self) -> Box<dyn Any>;
    fn show(&self, memory: &dyn Any, change: &Change) -> Html;
    fn shown(&self, memory: &dyn Any, change: &Change, first: bool);
}

impl<P: Part> AnyPart for P {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn same(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }

    fn begin(&self) -> Box<dyn Any> {
        Box::new(P::Memory::default())
    }

    fn show(&self, memory: &dyn Any, change: &Change) -> Html {
        memory.downcast_ref().map_or_else(Html::default, |memory| Part::show(self, memory, change))
    }

    fn shown(&self, memory: &dyn Any, change: &Change, first: bool) {
        if let Some(memory) = memory.downcast_ref() {
            Part::shown(self, memory, change, first);
        }
    }
}

#[derive(Properties)]
struct Props {
    part: Rc<dyn AnyPart>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.part.same(other.part.as_any())
    }
}

/// Where a part stands.
struct Place {
    memory: Box<dyn Any>,
    change: Change,
}

impl Component for Place {
    type Message = Step;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        Self { memory: ctx.props().part.begin(), change: Change(ctx.link().callback(|step| step)) }
    }

    fn update(&mut self, _ctx: &Context<Self>, step: Step) -> bool {
        step(&mut *self.memory);
        true
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        // Another part in the same place begins anew.
        if ctx.props().part.as_any().type_id() != old.part.as_any().type_id() {
            self.memory = ctx.props().part.begin();
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        ctx.props().part.show(&*self.memory, &self.change)
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        ctx.props().part.shown(&*self.memory, &self.change, first);
    }
}

/// The part in its place.
pub(crate) fn part(part: impl Part) -> Html {
    place(Rc::new(part), None)
}

/// The part in its place, told from its siblings by a key.
pub(crate) fn keyed(key: &str, part: impl Part) -> Html {
    place(Rc::new(part), Some(key))
}

#[inline(never)]
fn place(part: Rc<dyn AnyPart>, key: Option<&str>) -> Html {
    match key {
        Some(key) => html! { <Place {key} {part} /> },
        None => html! { <Place {part} /> },
    }
}
