//! The numbers.

use yew::prelude::*;

use super::log::tone;
use crate::lab::Readout;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// The numbers with their names.
    pub(crate) readouts: Vec<Readout>,
}

/// Tiles, one a number.
#[component]
pub(crate) fn Readouts(props: &Props) -> Html {
    html! {
        <dl class="tiles num" data-part="readouts">
            for readout in props.readouts.iter() {
                <div class={tone(readout.tone)} key={readout.id} data-readout={readout.id}>
                    <dt>{ readout.label }</dt>
                    <dd>{ &readout.value }</dd>
                </div>
            }
        </dl>
    }
}
