"""A bar chart on a logarithmic scale, as SVG, for light and dark pages."""
from __future__ import annotations

import math
from typing import NamedTuple, Optional, Sequence
from xml.sax.saxutils import escape

WIDTH = 820
LEFT = 232
RIGHT = 92
TOP = 74
ROW = 30
BAR = 18
BOTTOM = 44

STYLE = """
    .page { fill: #ffffff } .text { fill: #1f2328 } .faint { fill: #59636e }
    .grid { stroke: #d8dee4 } .bar { fill: #8c9aab; stroke: #8c9aab }
    .own { fill: #d9480f; stroke: #d9480f } .halo { stroke: #ffffff }
    .line { stroke: #0969da } .mark { fill: #0969da }
    text { font: 13px system-ui, sans-serif } .title { font-size: 15px; font-weight: 600 }
    .small { font-size: 11.5px } .strong { font-weight: 600 } .open { fill-opacity: 0.25 }
    .halo { stroke-width: 4px; stroke-linejoin: round; paint-order: stroke }
"""
DARK = """
    .page { fill: #0d1117 } .text { fill: #e6edf3 } .faint { fill: #9198a1 }
    .grid { stroke: #30363d } .bar { fill: #6b7a8d; stroke: #6b7a8d }
    .own { fill: #ff8c42; stroke: #ff8c42 } .halo { stroke: #0d1117 }
    .line { stroke: #58a6ff } .mark { fill: #58a6ff }
"""


class Bar(NamedTuple):
    """One system."""

    name: str
    rate: float
    own: bool = False
    """Whether it is the one that the others are held beside."""
    durable: bool = True
    """Drawn as an outline if not."""
    note: str = ""


class Scale:
    """A logarithmic scale over whole decades."""

    def __init__(self, rates: Sequence[float]) -> None:
        self.first = math.floor(math.log10(min(rates)))
        self.last = max(math.ceil(math.log10(max(rates))), self.first + 1)

    def place(self, rate: float) -> float:
        """Where a rate lies, in the picture."""
        share = (math.log10(rate) - self.first) / (self.last - self.first)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def decades(self) -> list[int]:
        """The powers of ten."""
        return [10 ** power for power in range(self.first, self.last + 1)]


def short(rate: float) -> str:
    """A rate in a few letters."""
    for unit, letter in ((1e6, " M"), (1e3, " k")):
        if rate >= unit * 0.9995:
            digits = 0 if rate >= 100 * unit else 1 if rate >= 10 * unit else 2
            text = f"{rate / unit:.{digits}f}"
            return (text.rstrip("0").rstrip(".") if "." in text else text) + letter
    return f"{rate:.0f}"


def draw(title: str, below: str, bars: Sequence[Bar], ceiling: Optional[Bar], dark: bool = False
         ) -> str:
    """The picture. It follows the page's theme; `dark` makes it dark anywhere."""
    bars = sorted(bars, key=lambda bar: -bar.rate)
    scale = Scale([bar.rate for bar in bars] + ([ceiling.rate] if ceiling else []))
    foot = TOP + ROW * len(bars)
    height = foot + BOTTOM
    theme = DARK if dark else f"@media (prefers-color-scheme: dark) {{{DARK}}}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}{theme}</style>",
        f'<rect class="page" width="{WIDTH}" height="{height}"/>',
        f'<text class="text title" x="16" y="26">{escape(title)}</text>']
    for decade in scale.decades():
        x = scale.place(decade)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{foot}"/>')
        parts.append(f'<text class="faint small" x="{x:.1f}" y="{foot + 17}" '
                     f'text-anchor="middle">{short(decade)}</text>')
    if ceiling:
        x = scale.place(ceiling.rate)
        parts.append(f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 14}" y2="{foot}" '
                     'stroke-width="1.5" stroke-dasharray="5 3"/>')
        parts.append(f'<text class="mark small" x="{x:.1f}" y="{TOP - 20}" text-anchor="middle">'
                     f"{escape(ceiling.name)}: {short(ceiling.rate)}</text>")
    for number, bar in enumerate(bars):
        parts += row(bar, TOP + ROW * number, scale)
    parts.append(f'<text class="faint small" x="16" y="{height - 8}">{escape(below)}</text>')
    parts.append("</svg>\n")
    return "\n".join(parts)


def row(bar: Bar, y: int, scale: Scale) -> list[str]:
    """A name, its bar, and the rate behind it."""
    length = max(scale.place(bar.rate) - LEFT, 1)
    middle = y + ROW / 2 + 4.5
    kind = ("own" if bar.own else "bar") + ("" if bar.durable else " open")
    return [
        f'<text class="text{" strong" if bar.own else ""}" x="{LEFT - 10}" y="{middle:.1f}" '
        f'text-anchor="end">{escape(bar.name)}</text>',
        f'<rect class="{kind}" x="{LEFT}" y="{y + (ROW - BAR) / 2:.1f}" '
        f'width="{length:.1f}" height="{BAR}" rx="2"/>',
        f'<text class="text small halo" x="{LEFT + length + 7:.1f}" y="{middle:.1f}">'
        f"{escape(short(bar.rate) + bar.note)}</text>"]
