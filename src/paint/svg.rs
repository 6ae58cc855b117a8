//! A chart as an SVG document, byte for byte the same everywhere: for snapshots, the command line and *Save as SVG*.
//!
//! Our own backend and not plotters-svg: it merges the dashes of a line into one path, keeps tenths of a pixel, and
//! needs no style attribute.

use std::convert::Infallible;
use std::fmt::Write;

use plotters::drawing::IntoDrawingArea;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};

use super::{FAMILY, Look, Palette, Scale};
use crate::lab::scene::Chart;

/// Backend units per CSS pixel: coordinates keep a tenth.
const FINE: u32 = 10;

/// The chart as an SVG document of this size in CSS pixels, with its title above and its summary as description.
///
/// # Errors
/// None of its own; what plotters might refuse comes as its message.
pub fn svg(chart: &Chart, palette: &Palette, width: u32, height: u32) -> Result<String, String> {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" font-family=\"{FAMILY}\" font-variant=\"tabular-nums\" stroke-linejoin=\"round\">\n<title>"
    );
    escape(&mut out, &chart.heading());
    out.push_str("</title>\n<desc>");
    escape(&mut out, &chart.summary);
    out.push_str("</desc>\n");
    let scale = Scale { ratio: f64::from(FINE), pixel: f64::from(FINE), text: Scale::TEXT };
    let size = (width.saturating_mul(FINE), height.saturating_mul(FINE));
    let area = Svg { out: &mut out, size, stroke: None }.into_drawing_area();
    super::chart(&area, chart, &Look::new(palette, scale).framed()).map_err(|error| error.to_string())?;
    drop(area);
    out.push_str("</svg>\n");
    Ok(out)
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // XML 1.0 knows no way to write these.
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}

struct Svg<'a> {
    out: &'a mut String,
    size: (u32, u32),
    /// Width and colour of the path that is still open, so that the next one like it continues it.
    stroke: Option<(u32, Paint)>,
}

/// Opacity in hundredths, and the colour.
type Paint = (u32, (u8, u8, u8));

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

fn paint(colour: BackendColor) -> Paint {
    (libm::round(colour.alpha * 100.0) as u32, colour.rgb)
}

impl Svg<'_> {
    /// A number of backend units in CSS pixels.
    fn number(&mut self, units: i32) {
        let (magnitude, fine) = (units.unsigned_abs(), FINE);
        if units < 0 {
            self.out.push('-');
        }
        // Writing into a String cannot fail.
        let _ = write!(self.out, "{}", magnitude / fine);
        if !magnitude.is_multiple_of(fine) {
            let _ = write!(self.out, ".{}", magnitude % fine);
        }
    }

    fn attribute(&mut self, name: &str, units: i32) {
        let _ = write!(self.out, " {name}=\"");
        self.number(units);
        self.out.push('"');
    }

    fn paint(&mut self, name: &str, (opacity, (r, g, b)): Paint) {
        let _ = write!(self.out, " {name}=\"#{r:02x}{g:02x}{b:02x}\"");
        if opacity < 100 {
            let _ = write!(self.out, " {name}-opacity=\".{opacity:02}\"");
        }
    }

    fn corners(&mut self, path: impl IntoIterator<Item = BackendCoord>) {
        let mut last = None;
        for (x, y) in path {
            match last {
                None => {
                    self.out.push('M');
                    self.number(x);
                    self.out.push(' ');
                    self.number(y);
                }
                Some(before) if before == (x, y) => {}
                Some((_, level)) if level == y => {
                    self.out.push('H');
                    self.number(x);
                }
                Some((upright, _)) if upright == x => {
                    self.out.push('V');
                    self.number(y);
                }
                Some(_) => {
                    self.out.push('L');
                    self.number(x);
                    self.out.push(' ');
                    self.number(y);
                }
            }
            last = Some((x, y));
        }
    }

    /// Ends the open path.
    fn close(&mut self) {
        if let Some((width, colour)) = self.stroke.take() {
            self.out.push_str("\" fill=\"none\"");
            self.attribute("stroke-width", width as i32);
            self.paint("stroke", colour);
            self.out.push_str("/>\n");
        }
    }
}

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        self.close();
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Drawn {
        self.draw_rect(point, (point.0 + 1, point.1 + 1), &colour, true)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, _fill: bool) -> Drawn {
        self.close();
        self.out.push_str("<rect");
        self.attribute("x", from.0);
        self.attribute("y", from.1);
        self.attribute("width", to.0 - from.0);
        self.attribute("height", to.1 - from.1);
        self.paint("fill", paint(style.color()));
        self.out.push_str("/>\n");
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let stroke = (style.stroke_width(), paint(style.color()));
        if self.stroke != Some(stroke) {
            self.close();
            self.out.push_str("<path d=\"");
            self.stroke = Some(stroke);
        }
        self.corners(path);
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        self.close();
        self.out.push_str("<path d=\"");
        self.corners(path);
        self.out.push_str("Z\"");
        self.paint("fill", paint(style.color()));
        self.out.push_str("/>\n");
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, _fill: bool) -> Drawn {
        self.close();
        self.out.push_str("<circle");
        self.attribute("cx", centre.0);
        self.attribute("cy", centre.1);
        self.attribute("r", radius as i32);
        self.paint("fill", paint(style.color()));
        self.out.push_str("/>\n");
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        self.close();
        let size = libm::round(style.size()) as i32;
        self.out.push_str("<text");
        self.attribute("x", at.0);
        // The spot is the middle of the letters; `dominant-baseline` differs between programs, so it is worked out here.
        self.attribute("y", at.1 + size * 36 / 100);
        self.attribute("font-size", size);
        match style.anchor().h_pos {
            HPos::Left => {}
            HPos::Center => self.out.push_str(" text-anchor=\"middle\""),
            HPos::Right => self.out.push_str(" text-anchor=\"end\""),
        }
        if matches!(style.style(), FontStyle::Bold) {
            self.out.push_str(" font-weight=\"bold\"");
        }
        self.paint("fill", paint(style.color()));
        self.out.push('>');
        escape(self.out, text);
        self.out.push_str("</text>\n");
        Ok(())
    }

    /// A cautious guess by kinds of letters: an SVG is read with fonts unknown here.
    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let hundredths: u32 = text
            .chars()
            .map(|c| match c {
                'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '\u{202f}' => 30,
                'f' | 't' | 'r' | ' ' | '\u{a0}' | '(' | ')' | '-' | '/' => 40,
                'm' | 'w' | 'M' | 'W' | '%' | '…' => 92,
                c if c.is_ascii_lowercase() || c.is_ascii_digit() => 61,
                c if c.is_ascii() => 68,
                _ => 80,
            })
            .sum();
        let bold = if matches!(style.style(), FontStyle::Bold) { 1.1 } else { 1.0 };
        let size = style.size();
        Ok((libm::ceil(f64::from(hundredths) * size * bold / 100.0) as u32, libm::ceil(size * 1.2) as u32))
    }
}
