"""The one place for colours and layout. Hues after Okabe and Ito, safe for colour-blind readers.

Colour never stands alone: each state also has a glyph, a word and another depth of shade.
"""

from __future__ import annotations

from collections.abc import Mapping

# name -> colour; `x` and `x-ink` are a ground and the text on it.
LIGHT: Mapping[str, str] = {
    "page": "#ffffff",
    "page-ink": "#1b1f24",
    "quiet-ink": "#4f5863",
    "card": "#f5f7f9",
    "line": "#c9d1d9",
    "link": "#005a8f",
    "in": "#0072b2",
    "in-ink": "#ffffff",
    "in-soft": "#d9ecf7",
    "in-soft-ink": "#003f63",
    "open": "#f0c060",
    "open-ink": "#2b1d00",
    "open-soft": "#fdf0d2",
    "open-soft-ink": "#4a3200",
    "out": "#a63c00",
    "out-ink": "#ffffff",
    "out-soft": "#fbe3d6",
    "out-soft-ink": "#6e2800",
    "idle": "#e6e9ed",
    "idle-ink": "#4a525c",
}
DARK: Mapping[str, str] = {
    "page": "#14181d",
    "page-ink": "#e8ecf0",
    "quiet-ink": "#aab4bf",
    "card": "#1d232a",
    "line": "#3a444f",
    "link": "#7cc4f0",
    "in": "#56b4e9",
    "in-ink": "#06202f",
    "in-soft": "#123449",
    "in-soft-ink": "#bfe3f8",
    "open": "#e6b04a",
    "open-ink": "#241800",
    "open-soft": "#3d3014",
    "open-soft-ink": "#f7dfa8",
    "out": "#f08a4b",
    "out-ink": "#2b1000",
    "out-soft": "#4a2412",
    "out-soft-ink": "#fcd2ba",
    "idle": "#2a313a",
    "idle-ink": "#aab4bf",
}

# Segments of a score by organ, in the order of its groups: ground and ink, in both themes.
ORGANS: tuple[tuple[str, str], ...] = (
    ("#0072b2", "#ffffff"),
    ("#d55e00", "#000000"),
    ("#1fa37c", "#000000"),
    ("#e69f00", "#000000"),
    ("#cc79a7", "#000000"),
    ("#8ccbf0", "#000000"),
    ("#f0e442", "#000000"),
    ("#b0b0b0", "#000000"),
    ("#5b3a8c", "#ffffff"),
)
# Letters on their shades: class -> ground and ink, in both themes; what says nothing has the ground
# of the page, so that it is not the brightest in the dark.
SHADES: Mapping[str, tuple[str, str]] = {
    "b-A": ("#a63c00", "#ffffff"),
    "b-B": ("#f0a860", "#2b1000"),
    "b-C": ("#fdf0d2", "#4a3200"),
    "b-D": ("#d9ecf7", "#003f63"),
    "b-E": ("var(--page)", "var(--page-ink)"),
    "out-CR": ("#0072b2", "#ffffff"),
    "out-PR": ("#bcdff2", "#003f63"),
    "out-NR": ("#e6e9ed", "#3a424c"),
    "out-F": ("#a63c00", "#ffffff"),
    "out-none": ("var(--page)", "var(--quiet-ink)"),
    "k0": ("#fbe3d6", "#6e2800"),
    "k1": ("var(--page)", "var(--page-ink)"),
    "k2": ("#d9ecf7", "#003f63"),
    "k3": ("#a9d5ee", "#003350"),
    "k4": ("#56b4e9", "#06202f"),
    "k5": ("#0072b2", "#ffffff"),
    "k-none": ("#e6e9ed", "#4a525c"),
}

_FIGURES = """
svg{display:block;max-width:100%;height:auto}
svg text{font-family:inherit;fill:var(--page-ink)}
svg .t-line{fill:var(--quiet-ink)}
svg .value{paint-order:stroke;stroke:var(--card);stroke-width:3;stroke-linejoin:round}
.f-page{fill:var(--page)}
.gridline{stroke:var(--line);stroke-width:1;fill:none}
.axis{stroke:var(--quiet-ink);stroke-width:1.2;fill:none}
.limit{stroke:var(--out);stroke-width:1.3;stroke-dasharray:5 3;fill:none}
.trace{stroke:var(--in);stroke-width:1.8;fill:none}
.dot{fill:var(--in)}
.whisker{stroke:var(--page-ink);stroke-width:1.4;fill:none}
.dot-line{stroke:var(--in);stroke-width:1.8}
.hollow-line{stroke:var(--quiet-ink);stroke-width:1.1}
.hollow{fill:var(--page);stroke:var(--page-ink);stroke-width:1.2}
.hatch{stroke:var(--quiet-ink);stroke-width:1.1;fill:none}
.open-edge{stroke:var(--quiet-ink);stroke-width:1;stroke-dasharray:3 2}
.organ{stroke:var(--page);stroke-width:1}
.cell{stroke:var(--line);stroke-width:1}
"""

_LAYOUT = """
*{box-sizing:border-box}
html{color-scheme:light dark;scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--page-ink);
 font:16px/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans",sans-serif}
header,main,footer{max-width:76rem;margin:0 auto;padding:1rem}
h1{font-size:1.9rem;line-height:1.2;margin:.5rem 0}
h2{font-size:1.5rem;line-height:1.25;margin:3rem 0 .75rem;padding-top:1rem;
 border-top:3px solid var(--in)}
h3{font-size:1.2rem;margin:2rem 0 .5rem}
h4{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.5rem 0;max-width:48rem}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);
 outline-offset:2px}
code{font:.82em/1.45 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;
 overflow-wrap:anywhere;white-space:pre-wrap}
.quiet{color:var(--quiet-ink);font-size:.9rem}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--page);padding:.5rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem;
 margin:1rem 0}
.banner{border-left:6px solid var(--open)}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0}
dl.facts dt{color:var(--quiet-ink)}
dl.facts dd{margin:0;overflow-wrap:anywhere}
nav ol,nav ul{margin:.25rem 0;padding-left:1.5rem}
nav li{padding:.15rem 0;break-inside:avoid}
.counts{display:grid;grid-template-columns:repeat(3,1fr);gap:.75rem;margin:1rem 0 .5rem;padding:0;
 list-style:none;max-width:48rem}
.counts li{border-radius:.5rem;padding:.6rem .9rem;border:1px solid var(--line)}
.counts b{display:block;font-size:2rem;line-height:1.15;font-variant-numeric:tabular-nums}
.in{background:var(--in);color:var(--in-ink)}
.open{background:var(--open);color:var(--open-ink)}
.out{background:var(--out);color:var(--out-ink)}
.counts .out{background:var(--idle);color:var(--page-ink)}
.f-in{fill:var(--in)}.f-open{fill:var(--open)}.f-out{fill:var(--out)}.f-idle{fill:var(--idle)}
.f-card{fill:var(--card);stroke:var(--line)}
svg .t-in{fill:var(--in-ink)}svg .t-open{fill:var(--open-ink)}
.wire{stroke:var(--quiet-ink);stroke-width:1.5;fill:none}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr));
 gap:1.25rem 1.5rem;align-items:start;margin:1rem 0}
.panels svg{width:100%;max-width:26rem}
.broad{min-width:34rem}
.course td{min-width:6rem}
.strip{width:100%;max-width:48rem;height:1.25rem;border-radius:.3rem;border:1px solid var(--line)}
.bar{width:14rem;height:.8rem;margin-top:.25rem}
.reasons tr td:not(.n){min-width:9rem}
.reasons td:nth-child(2):not(.n){min-width:12rem;max-width:26rem}
.scroll{position:relative;overflow-x:auto;margin:1rem 0;max-width:100%}
table{border-collapse:collapse;font-size:.9rem}
caption{text-align:left;font-weight:600;padding:.25rem 0 .5rem}
caption span{display:inline-block;position:sticky;left:0;max-width:min(48rem,100vw - 3rem)}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line)}
thead th{border-bottom:2px solid var(--quiet-ink);vertical-align:bottom}
tbody th{font-weight:600;white-space:nowrap}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.flow{display:grid;grid-template-columns:minmax(0,25rem);gap:1rem 2rem;align-items:start}
.steps{font-size:.85rem}
.steps td:nth-child(3){min-width:10rem}
.criteria td:nth-child(3){min-width:11rem}
.criteria td:nth-child(4),.criteria td:nth-child(6){min-width:17rem}
.criteria td:nth-child(5),.criteria td:nth-child(7){min-width:6rem}
.wide td{min-width:8rem}
.wide td:last-child{min-width:17rem}
.rates td:nth-child(n),.flips td:nth-child(n){min-width:0}
.rates td:nth-child(2){min-width:9rem}
.rates code,.flips code,.kappa code,.course td:first-child code{white-space:nowrap}
.rates td:nth-child(n+3){white-space:nowrap}
.claims td:nth-child(2),.claims td:nth-child(3){white-space:nowrap}
.claims td:nth-child(4){min-width:14rem}
.records{font-size:.85rem;margin-bottom:.25rem}
.finding .scroll{margin:.25rem 0}
.finding caption{font-weight:400;color:var(--quiet-ink);padding:0}
.records td{white-space:nowrap}
.records tbody th{font-weight:400;white-space:normal;min-width:14rem;max-width:28rem}
.grid{border-collapse:separate;border-spacing:2px;font-size:.8rem}
.grid th,.grid td{border:0;padding:.1rem .2rem;text-align:center}
.grid thead th{writing-mode:vertical-rl;transform:rotate(180deg);padding:.2rem .1rem;
 border:0;vertical-align:top;text-align:left;white-space:nowrap}
.grid tbody th{text-align:right;position:sticky;left:0;background:var(--page);padding-right:.5rem}
.grid td{min-width:1.35rem;height:1.5rem;border-radius:.15rem}
.grid .s{white-space:nowrap;text-align:left;padding:.1rem .4rem}
.grid .a,.tag.a{background:var(--in-soft);color:var(--in-soft-ink)}
.grid .b,.tag.b{background:var(--out);color:var(--out-ink);font-weight:700}
.grid .b{outline:2px solid var(--out)}
.grid .c,.tag.c{background:var(--open-soft);color:var(--open-soft-ink);font-weight:700;
 outline:1px dashed var(--open-soft-ink);outline-offset:-1px}
.grid .d,.tag.d{background:var(--idle);color:var(--idle-ink)}
.tag{display:inline-block;border-radius:.25rem;padding:0 .5rem;white-space:nowrap}
.key{display:flex;flex-wrap:wrap;gap:.4rem .8rem;padding:0;list-style:none;font-size:.9rem}
.key .tag{white-space:normal}
.finding{border-left:4px solid var(--line);padding:.1rem 0 .1rem .8rem;margin:1rem 0}
.finding.x{border-color:var(--out)}.finding.q{border-color:var(--open)}
.finding p{margin:.2rem 0}
.finding ul{margin:.2rem 0;padding-left:1.2rem}
details{margin:.75rem 0}
summary{cursor:pointer;font-weight:600;padding:.3rem 0}
footer{border-top:1px solid var(--line);margin-top:3rem}
@media screen and (min-width:64rem){nav ol{columns:2}
 .flow{grid-template-columns:22rem minmax(0,1fr)}.flow th,.flow td{padding:.25rem .4rem}}
@media (max-width:40rem){body{font-size:15px}header,main,footer{padding:.75rem}
 .counts{grid-template-columns:1fr;gap:.4rem}.counts li{padding:.3rem .6rem}
 .counts b{display:inline-block;font-size:1.5rem;margin-right:.5rem}.card{padding:.5rem .6rem}
 dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:.4rem}}
@media print{body{font-size:10pt}header,main,footer{max-width:none;padding:0}
 *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
 .scroll{overflow:visible}.skip{display:none}
 main h2{break-before:page}h2,h3,h4,caption,summary{break-after:avoid}
 tr,.counts,svg{break-inside:avoid}h2{margin-top:1rem}
 table{font-size:7.5pt}th,td{padding:.15rem .3rem}
 .n{white-space:normal}.grid{font-size:6.5pt;border-spacing:1px}
 .grid td{min-width:0;height:auto}.records td{white-space:normal}
 .flow{grid-template-columns:15rem;gap:.5rem}.steps{width:100%}.steps,.records{font-size:7.5pt}
 .steps td:nth-child(3){min-width:14rem}.records td{max-width:12rem}
 .finding{margin:.35rem 0}.records caption{display:none}p{margin:.2rem 0}
 .finding p,.finding li{font-size:8.5pt}
 .criteria td:nth-child(n),.wide td:nth-child(n){min-width:0}
 details:not(.shut)::details-content{content-visibility:visible;block-size:auto;display:block}}
@page{margin:14mm}
"""


def _variables(colours: Mapping[str, str]) -> str:
    return ":root{" + "".join(f"--{name}:{value};" for name, value in colours.items()) + "}"


def _shades() -> str:
    """The rules of grounds and of the letters on them."""
    rules = [
        f".o{k}{{fill:{ground}}}svg .oi{k}{{fill:{ink}}}"
        for k, (ground, ink) in enumerate(ORGANS, start=1)
    ]
    rules += [
        f".{name}{{fill:{ground}}}svg .i-{name}{{fill:{ink}}}"
        for name, (ground, ink) in SHADES.items()
    ]
    return "".join(rules)


def style_sheet(*, figures_only: bool = False) -> str:
    """The whole style sheet; dark where the reader prefers it, light on paper.

    Args:
        figures_only: what a figure needs as a file of its own: light, on a white page.
    """
    figures = _FIGURES + _shades()
    if figures_only:
        ground = 'svg{background:#ffffff;font-family:system-ui,"Noto Sans",sans-serif}'
        return f"{_variables(LIGHT)}{figures}{ground}"
    dark = f"@media screen and (prefers-color-scheme:dark){{{_variables(DARK)}}}"
    return f"{_variables(LIGHT)}{dark}{figures}{_LAYOUT}"
