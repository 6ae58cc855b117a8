//! Elements from short descriptions: `el("button.ghost[type=button]")`, then whatever changes, step by step.
//!
//! `html!` writes out the making of each element where it stands, which is most of a page's WebAssembly. Here an element
//! is a few calls; what remembers something is a `Part`.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use yew::Callback;
use yew::html::{Html, NodeRef};
use yew::virtual_dom::{AttrValue, AttributeOrProperty, Key, Listener, ListenerKind, VList, VTag, VText};

/// An element that is being made.
pub(crate) struct El(Box<Parts>);

struct Parts {
    tag: VTag,
    children: Vec<Html>,
}

/// An element from its name, its classes after dots, and the attributes that never change in brackets:
/// `"input.field[type=range][min=0]"`.
pub(crate) fn el(what: &'static str) -> El {
    let (head, mut rest) = cut(what, '[');
    let (name, classes) = cut(head, '.');
    let mut element = El(Box::new(Parts { tag: VTag::new(name), children: Vec::new() }));
    if !classes.is_empty() {
        let several = classes.as_bytes().contains(&b'.');
        element.add("class", if several { spaced(classes).into() } else { AttrValue::Static(classes) });
    }
    while !rest.is_empty() {
        let (attribute, more) = cut(rest, ']');
        let (name, value) = cut(attribute, '=');
        element.add(name, AttrValue::Static(value));
        rest = cut(more, '[').1;
    }
    element
}

/// Before and after the first such letter; all and nothing where it does not occur.
fn cut(text: &'static str, at: char) -> (&'static str, &'static str) {
    text.split_once(at).unwrap_or((text, ""))
}

fn spaced(classes: &str) -> String {
    classes.chars().map(|letter| if letter == '.' { ' ' } else { letter }).collect()
}

/// Several children as one, which is itself compared child by child.
#[inline(never)]
pub(crate) fn many(children: Vec<Html>) -> Html {
    VList::with_children(children, None).into()
}

/// Text.
pub(crate) fn text(text: impl Into<AttrValue>) -> Html {
    VText::new(text).into()
}

/// A child that may be missing: its place stays, so that its neighbours are still known as themselves.
pub(crate) fn maybe<T: Into<Html>>(part: Option<T>) -> Html {
    part.map_or_else(Html::default, Into::into)
}

impl El {
    #[inline(never)]
    fn add(&mut self, name: &'static str, value: AttrValue) {
        self.0.tag.add_attribute(name, value);
    }

    #[inline(never)]
    fn put_html(mut self, child: Html) -> Self {
        self.0.children.push(child);
        self
    }

    #[inline(never)]
    fn hear(mut self, kind: &'static str, act: Callback<web_sys::Event>) -> Self {
        self.0.tag.add_listener(Rc::new(Ear { kind, act }));
        self
    }

    /// An attribute.
    #[inline(never)]
    fn with(mut self, name: &'static str, value: AttrValue) -> Self {
        self.add(name, value);
        self
    }

    /// An attribute.
    pub(crate) fn set(self, name: &'static str, value: impl Into<AttrValue>) -> Self {
        self.with(name, value.into())
    }

    /// An attribute whose value is a word of ours.
    #[inline(never)]
    pub(crate) fn word(self, name: &'static str, value: &'static str) -> Self {
        self.with(name, AttrValue::Static(value))
    }

    /// An attribute that is `true` or `false`.
    #[inline(never)]
    pub(crate) fn either(self, name: &'static str, is: bool) -> Self {
        self.word(name, if is { "true" } else { "false" })
    }

    /// An attribute that is there or not, such as `disabled`.
    #[inline(never)]
    pub(crate) fn flag(self, name: &'static str, is: bool) -> Self {
        if is { self.word(name, name) } else { self }
    }

    /// One more class; none for an empty word.
    #[inline(never)]
    pub(crate) fn class(mut self, more: &'static str) -> Self {
        if more.is_empty() {
            return self;
        }
        let joined = match self.0.tag.attributes.get_mut_index_map().get("class") {
            Some(AttributeOrProperty::Attribute(held)) => {
                let mut joined = held.to_string();
                joined.push(' ');
                joined.push_str(more);
                joined.into()
            }
            _ => AttrValue::Static(more),
        };
        self.add("class", joined);
        self
    }

    /// One more class, if so.
    #[inline(never)]
    pub(crate) fn class_if(self, is: bool, more: &'static str) -> Self {
        if is { self.class(more) } else { self }
    }

    /// What it is told from its siblings by.
    #[inline(never)]
    pub(crate) fn key(mut self, key: &str) -> Self {
        self.0.tag.key = Some(Key::from(key));
        self
    }

    /// The way to the element in the DOM.
    #[inline(never)]
    pub(crate) fn node(mut self, node: &NodeRef) -> Self {
        self.0.tag.node_ref = node.clone();
        self
    }

    /// What a field holds.
    pub(crate) fn value(mut self, value: impl Into<AttrValue>) -> Self {
        self.0.tag.set_value(value.into());
        self
    }

    /// Whether a box is ticked.
    pub(crate) fn checked(mut self, is: bool) -> Self {
        self.0.tag.set_checked(is);
        self
    }

    /// What happens on an event.
    pub(crate) fn on<E: JsCast + 'static>(self, kind: &'static str, act: impl Fn(E) + 'static) -> Self {
        self.hear(kind, Callback::from(move |event: web_sys::Event| act(event.unchecked_into())))
    }

    /// What is told when it is pressed.
    pub(crate) fn press<T: Clone + 'static>(self, to: &Callback<T>, what: T) -> Self {
        self.tell("click", to, what)
    }

    /// What is told on an event.
    #[inline(never)]
    pub(crate) fn tell<T: Clone + 'static>(self, kind: &'static str, to: &Callback<T>, what: T) -> Self {
        let to = to.clone();
        self.on(kind, move |_: web_sys::Event| to.emit(what.clone()))
    }

    /// A child.
    pub(crate) fn put(self, child: impl Into<Html>) -> Self {
        self.put_html(child.into())
    }

    /// Text as a child.
    pub(crate) fn text(self, text: impl Into<AttrValue>) -> Self {
        self.put_text(text.into())
    }

    #[inline(never)]
    fn put_text(self, text: AttrValue) -> Self {
        self.put_html(VText::new(text).into())
    }

    /// The element.
    #[inline(never)]
    pub(crate) fn html(self) -> Html {
        let Parts { mut tag, mut children } = *self.0;
        match children.len() {
            0 => {}
            1 => {
                if let (Some(place), Some(child)) = (tag.children_mut(), children.pop()) {
                    *place = child;
                }
            }
            _ => tag.add_children(children),
        }
        tag.into()
    }
}

impl From<El> for Html {
    fn from(element: El) -> Self {
        element.html()
    }
}

/// A listener of any kind.
struct Ear {
    kind: &'static str,
    act: Callback<web_sys::Event>,
}

impl Listener for Ear {
    fn kind(&self) -> ListenerKind {
        // The kinds that Yew names itself cost a branch each; one by name is the same to the browser.
        ListenerKind::other(self.kind.into())
    }

    fn handle(&self, event: web_sys::Event) {
        self.act.emit(event);
    }

    fn passive(&self) -> bool {
        false
    }
}
