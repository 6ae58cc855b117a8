//! Parts of the program that arrive when they are needed.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::pages::Pages;
use super::stage::Panels;
use crate::lab::{Entrance, Listed};

/// Something under way; `None` when it did not get here.
pub type Arriving<T> = Pin<Box<dyn Future<Output = Option<T>>>>;

/// How the page asks for its chunks. What has arrived once is there at once.
#[derive(Clone, Copy)]
pub struct Chunks {
    /// A lab, as a list of one.
    pub lab: fn(Listed) -> Arriving<&'static [Entrance]>,
    /// What unfolds below a stage.
    pub panels: fn() -> Arriving<Panels>,
    /// The pages without a lab.
    pub pages: fn() -> Arriving<Pages>,
}

/// There is one program, and so one set of chunks.
impl PartialEq for Chunks {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

/// What is there.
pub(crate) fn already<T: 'static>(it: T) -> Arriving<T> {
    Box::pin(std::future::ready(Some(it)))
}

/// What arrives, made into something else.
pub(crate) fn map<T: 'static, U: 'static>(it: Arriving<T>, make: fn(T) -> U) -> Arriving<U> {
    Box::pin(async move { it.await.map(make) })
}

/// Both, on their way at the same time; each may be missing.
pub(crate) async fn both<A, B>(mut a: Arriving<A>, mut b: Arriving<B>) -> (Option<A>, Option<B>) {
    let (mut got_a, mut got_b) = (Poll::Pending, Poll::Pending);
    poll_fn(|cx| {
        if got_a.is_pending() {
            got_a = a.as_mut().poll(cx);
        }
        if got_b.is_pending() {
            got_b = b.as_mut().poll(cx);
        }
        if got_a.is_pending() || got_b.is_pending() { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    let arrived = |poll| if let Poll::Ready(it) = poll { it } else { None };
    (arrived(got_a), if let Poll::Ready(it) = got_b { it } else { None })
}
