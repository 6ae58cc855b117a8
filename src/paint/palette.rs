//! Colours of charts in the light and the dark theme, fit for the colour-blind and with enough contrast on the cards.

use crate::lab::scene::Tone;

/// A colour: red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The colours of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Below everything; also text upon a band.
    pub card: Rgb,
    /// Lines and text that matter.
    pub ink: Rgb,
    /// Quieter text.
    pub soft: Rgb,
    /// Grid lines: decoration, hence without a least contrast.
    pub line: Rgb,
    /// The axis.
    pub strong: Rgb,
    /// [`Tone::Ok`].
    pub ok: Rgb,
    /// [`Tone::Bad`].
    pub bad: Rgb,
    /// [`Tone::Half`].
    pub half: Rgb,
    /// [`Tone::Info`].
    pub info: Rgb,
    /// [`Tone::Faint`].
    pub faint: Rgb,
    /// [`Tone::LaneA`].
    pub lane_a: Rgb,
    /// [`Tone::LaneB`].
    pub lane_b: Rgb,
}

impl Rgb {
    const fn hex(rgb: u32) -> Self {
        Self((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
    }

    /// WCAG's contrast ratio, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Relative luminance as WCAG 2.2 defines it.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let share = f64::from(part) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

impl Palette {
    /// On white cards.
    pub const LIGHT: Self = Self {
        card: Rgb::hex(0xffffff),
        ink: Rgb::hex(0x1b1d22),
        soft: Rgb::hex(0x5b616e),
        line: Rgb::hex(0xe7e5df),
        strong: Rgb::hex(0x8b8f99),
        ok: Rgb::hex(0x00795a),
        bad: Rgb::hex(0xb8420f),
        half: Rgb::hex(0x8a5a00),
        info: Rgb::hex(0x0b6aa8),
        faint: Rgb::hex(0x6d7380),
        lane_a: Rgb::hex(0x3b4cca),
        lane_b: Rgb::hex(0xa8327e),
    };

    /// On dark cards.
    pub const DARK: Self = Self {
        card: Rgb::hex(0x1c1f26),
        ink: Rgb::hex(0xeceef2),
        soft: Rgb::hex(0xa4abb8),
        line: Rgb::hex(0x2d323c),
        strong: Rgb::hex(0x6d7482),
        ok: Rgb::hex(0x3ecf9f),
        bad: Rgb::hex(0xff8a5c),
        half: Rgb::hex(0xf0b642),
        info: Rgb::hex(0x63b7f0),
        faint: Rgb::hex(0x929aa8),
        lane_a: Rgb::hex(0x8f9cff),
        lane_b: Rgb::hex(0xf08bc8),
    };

    /// What a tone looks like.
    pub fn tone(&self, tone: Tone) -> Rgb {
        match tone {
            Tone::Plain => self.ink,
            Tone::Ok => self.ok,
            Tone::Bad => self.bad,
            Tone::Half => self.half,
            Tone::Info => self.info,
            Tone::Faint => self.faint,
            Tone::LaneA => self.lane_a,
            Tone::LaneB => self.lane_b,
        }
    }
}
