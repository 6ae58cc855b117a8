//! Stand-in until the diagram component is merged.

use yew::prelude::*;

use crate::lab::scene::{Act, Diagram, Shape};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) diagram: std::rc::Rc<Diagram>,
    pub(crate) on_act: Callback<Act>,
    pub(crate) playing: bool,
}

/// Stand-in.
#[component]
pub(crate) fn DiagramView(props: &Props) -> Html {
    let d = &props.diagram;
    html! {
        <svg viewBox={format!("0 0 {} {}", d.width, d.height)} role="img" aria-label={d.name.clone()}>
            for mark in d.marks.iter() {
                { match &mark.shape {
                    Shape::Node { at } => html! { <>
                        <rect x={at.x.to_string()} y={at.y.to_string()} width={at.w.to_string()} height={at.h.to_string()} rx="14" fill="none" stroke="gray" />
                        <text x={at.centre().x.to_string()} y={at.centre().y.to_string()} text-anchor="middle" fill="gray">{ &mark.label }</text>
                        <text x={at.centre().x.to_string()} y={(at.centre().y + 16.0).to_string()} text-anchor="middle" font-size="11" fill="gray">{ &mark.note }</text>
                    </> },
                    Shape::Switch { at, radius, .. } => html! { <>
                        <circle cx={at.x.to_string()} cy={at.y.to_string()} r={radius.to_string()} fill="none" stroke="gray" stroke-width="6" />
                        <text x={at.x.to_string()} y={at.y.to_string()} text-anchor="middle" fill="gray">{ &mark.label }</text>
                    </> },
                    Shape::Token { at, .. } => html! { <circle cx={at.x.to_string()} cy={at.y.to_string()} r="9" fill="steelblue" /> },
                    _ => Html::default(),
                } }
            }
        </svg>
    }
}
