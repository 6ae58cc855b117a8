//! What the reader should know about a link: told once, in words, and put away by a click.

use yew::prelude::*;

use super::icons::{Draw, Icon};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// The sentences, none when there is nothing to tell.
    pub(crate) notices: Vec<AttrValue>,
    /// The reader has read them.
    pub(crate) on_dismiss: Callback<()>,
}

/// The region is always there, so that what comes into it is announced.
#[component]
pub(crate) fn Notices(props: &Props) -> Html {
    let onclick = props.on_dismiss.reform(|_: MouseEvent| ());
    html! {
        <div class="notices" role="status" data-part="notices">
            if !props.notices.is_empty() {
                <div class="notice">
                    <ul>
                        for notice in props.notices.iter() {
                            <li>{ notice }</li>
                        }
                    </ul>
                    <button type="button" class="ghost" {onclick} aria-label="Dismiss"><Draw icon={Icon::Close} /></button>
                </div>
            }
        </div>
    }
}
