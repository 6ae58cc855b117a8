//! The component.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, HtmlDetailsElement, HtmlElement, Window};
use yew::prelude::*;

use super::super::el::{el, maybe};
use super::super::{dom, num};
use super::table;
use super::watch::{Event, Watch};
use super::{canvas, matches, palette, save_csv, save_png, save_svg};
use crate::lab::Lane;
use crate::lab::scene::Chart;
use crate::paint::{self, Look, Palette, Plot, Scale};

/// What a chart on the page is made from.
#[derive(Clone, Debug, Properties)]
pub struct ChartProps {
    /// What to show. Only another value is drawn anew.
    pub chart: Rc<Chart>,
    /// Begins the names of its files and elements; unique with the chart's id on the page.
    pub slug: AttrValue,
    /// `light` or `dark`; anything else follows the page's `data-theme`, then the system. Changing it redraws.
    #[prop_or_default]
    pub theme: AttrValue,
}

impl PartialEq for ChartProps {
    fn eq(&self, other: &Self) -> bool {
        self.slug == other.slug
            && self.theme == other.theme
            // Mostly the same one: then its points need not be compared.
            && (Rc::ptr_eq(&self.chart, &other.chart) || self.chart == other.chart)
    }
}

/// Shows a chart: heading and reading line, the picture or its table, and a menu to save it.
pub struct ChartView {
    section: NodeRef,
    canvas: NodeRef,
    menu: NodeRef,
    watch: Option<Watch>,
    table: bool,
    seen: bool,
    pointed: Option<f64>,
    drawn: Option<(Rc<Chart>, Drawn)>,
    plot: Option<Plot>,
    /// The ground as it was measured last, and how many drawings may still do with that.
    ground: Option<(Ground, u32)>,
}

/// Drawings that are made upon one measuring. Measuring has the browser lay out the page in the middle of a frame, and what
/// a running lab changes is data; only the text above may still move a chart by a part of a pixel.
const DRAWN_PER_MEASURING: u32 = 24;

/// What a chart is drawn on: its place, and how the reader's browser shows it.
#[derive(Clone, Copy, PartialEq)]
struct Ground {
    /// The frame's width and its corner on the page, in CSS pixels.
    width: f64,
    corner: (f64, f64),
    ratio: f64,
    text: f64,
    palette: &'static Palette,
    background: bool,
}

/// What a drawing was made for: as long as it stays the same, the drawing does too.
#[derive(Clone, Copy, PartialEq)]
struct Drawn {
    width: u32,
    height: u32,
    ground: Ground,
    pointed: Option<f64>,
}

/// What the reader or the browser did.
pub enum Msg {
    /// Picture instead of table, or the other way round.
    Switch,
    /// One of the files is wanted.
    Save(Format),
    /// Pointed at so many CSS pixels from the picture's left edge.
    Point(f64),
    /// A key pressed on the picture.
    Key(KeyboardEvent),
    /// No longer pointed at.
    Leave,
    /// Escape in the menu.
    CloseMenu,
    /// Something that may make the drawing stale.
    #[doc(hidden)]
    Watched(Watched),
}

/// Wraps what only this module understands.
pub struct Watched(Event);

/// What a chart is saved as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A picture of pixels.
    Png,
    /// A picture of shapes.
    Svg,
    /// Numbers.
    Csv,
}

impl Component for ChartView {
    type Message = Msg;
    type Properties = ChartProps;

    fn create(_: &Context<Self>) -> Self {
        Self {
            section: NodeRef::default(),
            canvas: NodeRef::default(),
            menu: NodeRef::default(),
            watch: None,
            table: false,
            // Until told otherwise: a page that is printed before it was scrolled shows its charts too.
            seen: true,
            pointed: None,
            drawn: None,
            plot: None,
            ground: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Switch => {
                self.table = !self.table;
                self.pointed = None;
                true
            }
            Msg::Save(format) => {
                self.close_menu();
                let (chart, palette) = (&ctx.props().chart, palette(&ctx.props().theme));
                let name = ctx.props().name();
                match format {
                    Format::Png => save_png(chart, palette, &name),
                    Format::Svg => save_svg(chart, palette, &name),
                    Format::Csv => save_csv(chart, &name),
                }
                false
            }
            Msg::Point(x) => self.point(ctx, self.plot.and_then(|plot| plot.value(x))),
            Msg::Leave => self.point(ctx, None),
            Msg::Key(event) => self.key(ctx, &event),
            Msg::CloseMenu => {
                self.close_menu();
                false
            }
            Msg::Watched(Watched(event)) => {
                self.ground = None;
                match event {
                    Event::Stale => {}
                    Event::Seen(seen) => self.seen = seen,
                    // Paper shows those too that were never scrolled to.
                    Event::Printed => {
                        let seen = std::mem::replace(&mut self.seen, true);
                        self.draw(ctx);
                        self.seen = seen;
                        return false;
                    }
                    Event::Pressed(target) => {
                        let menu = self.menu.cast::<HtmlDetailsElement>();
                        if let Some(menu) = menu.filter(|menu| menu.open() && !menu.contains(target.as_ref())) {
                            menu.set_open(false);
                        }
                        return false;
                    }
                }
                self.draw(ctx);
                false
            }
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &ChartProps) -> bool {
        if ctx.props().theme != old.theme {
            self.ground = None;
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let chart = &ctx.props().chart;
        let (id, titled) = (ctx.props().name(), chart.heading());
        let (heading, told) = (format!("{id}-title"), format!("{id}-told"));
        let switch = if self.table { "Show as chart" } else { "Show as table" };
        let tell = ctx.link().callback(|msg: Msg| msg);
        let save = |format: Format, label: &'static str| {
            let tell = tell.clone();
            let press = move |_: web_sys::Event| tell.emit(Msg::Save(format));
            el("li").put(el("button[type=button]").on("click", press).text(label))
        };
        let (switched, escaped) = (tell.clone(), tell.clone());
        let tools = el("div.chart-tools")
            .put(
                el("button.chart-switch[type=button]")
                    .on("click", move |_: web_sys::Event| switched.emit(Msg::Switch))
                    .set("aria-label", format!("{switch}: {titled}"))
                    .text(switch),
            )
            .put(
                el("details.chart-save")
                    .node(&self.menu)
                    .on("keydown", move |event: KeyboardEvent| {
                        if event.key() == "Escape" {
                            escaped.emit(Msg::CloseMenu);
                        }
                    })
                    .put(el("summary").set("aria-label", format!("Save: {titled}")).text("Save"))
                    .put(
                        el("ul")
                            .put(save(Format::Png, "Picture (PNG)"))
                            .put(save(Format::Svg, "Picture (SVG)"))
                            .put(save(Format::Csv, "Numbers (CSV)")),
                    ),
            );
        let title = el("h2.chart-title").set("id", heading.clone()).text(titled);
        let reading = (!chart.reading.is_empty()).then(|| el("p.chart-reading").text(chart.reading.clone()));
        el("section.chart")
            .node(&self.section)
            .set("aria-labelledby", heading)
            .put(el("div.chart-head").put(title).put(tools))
            .put(maybe(reading))
            .put(if self.table { table::show(chart) } else { self.picture(ctx, &told, &tell) })
            .put(el("p.chart-told").set("id", told).text(chart.summary.clone()))
            .html()
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        if self.watch.is_none() {
            let tell = ctx.link().callback(|event| Msg::Watched(Watched(event)));
            self.watch = self.section.cast::<Element>().and_then(|section| Watch::new(&section, tell));
        }
        self.draw(ctx);
    }
}

impl ChartProps {
    /// Of its files and elements.
    fn name(&self) -> String {
        format!("{}-{}{}", self.slug, self.chart.id, self.chart.lane.map_or("", Lane::name))
    }
}

impl ChartView {
    fn picture(&self, ctx: &Context<Self>, told: &str, tell: &Callback<Msg>) -> Html {
        let chart = &ctx.props().chart;
        let hear = |msg: fn(PointerEvent) -> Msg| {
            let tell = tell.clone();
            move |event: PointerEvent| tell.emit(msg(event))
        };
        let point = hear(|event| Msg::Point(f64::from(event.offset_x())));
        let leave = hear(|_| Msg::Leave);
        let (pressed, turned) = (tell.clone(), tell.clone());
        let (from, to) = (chart.x.from, chart.x.to);
        let now = self.pointed.unwrap_or(to);
        // The same words while nothing is pointed at: a running chart is not to talk over everything else.
        let value = self.pointed.map_or_else(|| "arrow keys read its values".to_owned(), |x| paint::told(chart, x));
        let canvas = el("canvas[role=img]")
            .node(&self.canvas)
            // It has a transition on its colour, so that a change of theme ends in this event, whatever made it.
            .on("transitionend", move |_: web_sys::Event| turned.emit(Msg::Watched(Watched(Event::Stale))));
        let reader = el("div.chart-reader[role=slider][tabindex=0]")
            .set("aria-label", format!("Read values: {}", chart.heading()))
            .set("aria-valuemin", dom::exact(from))
            .set("aria-valuemax", dom::exact(to))
            .set("aria-valuenow", dom::exact(now))
            .set("aria-valuetext", value)
            .on("pointerdown", point.clone())
            .on("pointermove", point)
            .on("pointerleave", leave.clone())
            .on("blur", leave)
            .on("keydown", move |event: KeyboardEvent| pressed.emit(Msg::Key(event)));
        el("div.chart-plot")
            .put(canvas.set("aria-label", chart.heading()).set("aria-describedby", told.to_owned()))
            .put(reader)
            .html()
    }

    /// Moves the pointed place; renders only when it did move.
    fn point(&mut self, ctx: &Context<Self>, to: Option<f64>) -> bool {
        let moved = to != self.pointed && !ctx.props().chart.lines.is_empty();
        if moved {
            self.pointed = to;
        }
        moved
    }

    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) -> bool {
        let chart = &ctx.props().chart;
        let (from, to) = (chart.x.from, chart.x.to);
        let here = self.pointed.unwrap_or(to);
        let target = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => here - (to - from) / 100.0,
            "ArrowRight" | "ArrowUp" => here + (to - from) / 100.0,
            "PageDown" => here - (to - from) / 10.0,
            "PageUp" => here + (to - from) / 10.0,
            "Home" => from,
            "End" => to,
            "Escape" => return self.point(ctx, None),
            // All other keys are not ours.
            _ => return false,
        };
        event.prevent_default();
        self.point(ctx, Some(target.max(from).min(to)))
    }

    /// Closes the menu; the focus goes back to what opened it, if it was inside.
    fn close_menu(&self) {
        let Some(menu) = self.menu.cast::<HtmlDetailsElement>() else { return };
        menu.set_open(false);
        if let Some(summary) =
            menu.query_selector("summary").ok().flatten().and_then(|it| it.dyn_into::<HtmlElement>().ok())
        {
            let _ = summary.focus();
        }
    }

    /// Draws, if there is something new to draw and a place to see it in.
    fn draw(&mut self, ctx: &Context<Self>) {
        let (Some(canvas), Some(window)) = (self.canvas.cast::<HtmlCanvasElement>(), web_sys::window()) else {
            self.drawn = None;
            return;
        };
        let Some(frame) = canvas.parent_element().filter(|_| self.seen || self.drawn.is_none()) else { return };
        let chart = &ctx.props().chart;
        let held = self.ground.filter(|(_, left)| *left > 0 && self.drawn.is_some());
        let (ground, left) =
            held.unwrap_or_else(|| (Ground::measure(&frame, &window, &ctx.props().theme), DRAWN_PER_MEASURING));
        self.ground = (ground.width > 0.0).then_some((ground, left.saturating_sub(1)));
        let ratio = ground.ratio;
        let height = paint::height(chart, ground.width);
        // Whole pixels of the device, so that nothing is resampled, at fractional ratios neither.
        let whole = |css: f64| libm::floor(css * ratio + 0.01) as u32;
        let wanted =
            Drawn { width: whole(ground.width), height: whole(f64::from(height)), ground, pointed: self.pointed };
        let fresh = self.drawn.as_ref().is_some_and(|(drawn, made)| *made == wanted && Rc::ptr_eq(drawn, chart));
        if fresh || wanted.width == 0 {
            return;
        }
        let before = self.drawn.as_ref().map(|(_, made)| *made);
        if before.is_some_and(|made| made.ground.ratio != ratio)
            && let Some(watch) = &mut self.watch
        {
            watch.arm();
        }
        // Setting a canvas' size empties it, even to the same.
        if (canvas.width(), canvas.height()) != (wanted.width, wanted.height) {
            canvas.set_width(wanted.width);
            canvas.set_height(wanted.height);
        }
        if before.is_none_or(|made| (made.ground, made.width, made.height) != (ground, wanted.width, wanted.height)) {
            if let Some(frame) = frame.dyn_ref::<HtmlElement>() {
                let _ = frame.style().set_property("height", &format!("{height}px"));
            }
            for (side, pixels) in [("width", wanted.width), ("height", wanted.height)] {
                let _ = canvas.style().set_property(side, &num::with(f64::from(pixels) / ratio, 4, "px"));
            }
            // Its corner on a whole pixel of the device too: at fractional ratios a box's corner seldom is.
            for (side, css) in [("left", ground.corner.0), ("top", ground.corner.1)] {
                let off = (libm::ceil(css * ratio - 0.01) - css * ratio) / ratio;
                let _ = canvas.style().set_property(side, &num::with(off, 4, "px"));
            }
        }
        let scale = Scale { text: ground.text, ..Scale::PLAIN };
        let look = Look { background: ground.background, pointed: wanted.pointed, ..Look::new(ground.palette, scale) };
        self.plot = canvas::draw(&canvas, chart, look, ratio);
        self.drawn = Some((chart.clone(), wanted));
    }
}

impl Ground {
    fn measure(frame: &Element, window: &Window, theme: &str) -> Self {
        let place = frame.get_bounding_client_rect();
        let scrolled = |offset: Result<f64, wasm_bindgen::JsValue>| offset.unwrap_or(0.0);
        Self {
            width: place.width(),
            corner: (place.x() + scrolled(window.scroll_x()), place.y() + scrolled(window.scroll_y())),
            ratio: window.device_pixel_ratio().clamp(0.5, 8.0),
            text: text_size(window),
            palette: palette(theme),
            // Forced colours change the page's ground but not a canvas: it then brings its own.
            background: matches("(forced-colors: active)"),
        }
    }
}

/// Text in charts grows with the reader's own font size.
fn text_size(window: &Window) -> f64 {
    let root = window.document().and_then(|document| document.document_element());
    let style = root.and_then(|root| window.get_computed_style(&root).ok().flatten());
    let size = style.and_then(|style| style.get_property_value("font-size").ok());
    // Whole pixels do: reading decimals would bring several kilobytes of code.
    let size = size.and_then(|size| size.split(['.', 'p']).next().and_then(|whole| whole.parse::<u32>().ok()));
    let size = size.map_or(16.0, f64::from);
    (size * Scale::TEXT / 16.0).clamp(11.0, 24.0)
}
