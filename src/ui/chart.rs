//! Stand-in until the chart component is merged.

use std::rc::Rc;

use yew::prelude::*;

use crate::lab::Chart;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) chart: Rc<Chart>,
    pub(crate) lab_slug: &'static str,
}

/// Stand-in.
#[component]
pub(crate) fn ChartView(props: &Props) -> Html {
    html! { <figure class="chart"><figcaption>{ props.chart.title }</figcaption><p>{ &props.chart.summary }</p></figure> }
}
