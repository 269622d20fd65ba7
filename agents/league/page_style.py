"""The style sheet of the league's page: no fonts, images or scripts from anywhere."""

from __future__ import annotations

_LIGHT = """
  --paper: #ffffff; --raised: #f6f7f9; --ink: #1b1f24; --muted: #5b6470; --faint: #d9dde3;
  --good: #137a4b; --bad: #b3261e; --s0: #1f6fc4; --s1: #c25700; --s2: #0b8573; --s3: #a03a8e;
  --s4: #6a51a3; --s5: #866400; --s6: #b0324b; --s7: #3f6b1f;
"""
_DARK = """
  --paper: #14171b; --raised: #1d2127; --ink: #e8eaed; --muted: #a3abb6; --faint: #363c45;
  --good: #5fd39a; --bad: #ff8f84; --s0: #6db3ff; --s1: #ffa45c; --s2: #4fd0bd; --s3: #e78fd6;
  --s4: #b7a3f5; --s5: #dcbb52; --s6: #ff8ba0; --s7: #a2d07a;
"""

STYLE = f"""
:root {{ color-scheme: light dark; {_LIGHT}
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; padding: 2rem clamp(1rem, 3vw, 3rem) 4rem; max-width: 100rem;
  background: var(--paper); color: var(--ink); font: 16px/1.5 var(--font); }}
h1 {{ font-size: 2rem; line-height: 1.2; margin: 0 0 .3rem; }}
h2 {{ font-size: 1.5rem; margin: 3.5rem 0 .2rem; padding-top: 1.2rem;
  border-top: 2px solid var(--ink); }}
h3 {{ font-size: 1.05rem; margin: 2rem 0 .5rem; }}
p, ul, dl {{ max-width: 52rem; }}
.lede {{ font-size: 1.15rem; margin: 0 0 .6rem; }}
.meta {{ color: var(--muted); margin: 0 0 1rem; font-size: .93rem; }}
.how ul {{ max-width: none; columns: 2 26rem; column-gap: 3rem; padding-left: 1.2rem; }}
.how li {{ margin: 0 0 .5rem; break-inside: avoid; }}
nav ul {{ list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; }}
a {{ color: var(--s0); }}
.table {{ overflow-x: auto; margin: 1.2rem 0 0; }}
.table:focus-visible {{ outline: 2px solid var(--s0); }}
table {{ border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums;
  min-width: 100%; }}
caption {{ text-align: left; color: var(--muted); padding: 0 0 .4rem; }}
th, td {{ padding: .38rem .6rem; text-align: right; vertical-align: top;
  border-bottom: 1px solid var(--faint); white-space: nowrap; }}
thead th {{ vertical-align: bottom; border-bottom: 1.5px solid var(--ink); font-weight: 600;
  line-height: 1.25; white-space: normal; }}
thead small, td small, tbody th small {{ display: block; color: var(--muted);
  font-weight: 400; font-size: .92em; }}
thead tr.groups th {{ border-bottom: 1px solid var(--faint); color: var(--muted);
  font-weight: 400; text-align: left; padding-bottom: .1rem; }}
tbody th {{ text-align: left; font-weight: 600; position: sticky; left: 0;
  background: var(--paper); white-space: normal; min-width: 10.5rem; max-width: 17rem;
  overflow-wrap: anywhere; }}
thead th:first-child {{ text-align: left; }}
tbody tr:hover td, tbody tr:hover th {{ background: var(--raised); }}
.begins {{ border-left: 1px solid var(--faint); }}
.first {{ font-weight: 700; }}
.good {{ color: var(--good); }} .bad {{ color: var(--bad); }}
.mark {{ display: inline-block; width: 1.3em; }}
.verdicts {{ display: grid; grid-template-columns: minmax(10rem, max-content) 1fr;
  gap: .35rem 1.2rem; max-width: 64rem; margin: .6rem 0; }}
.verdicts dt {{ font-weight: 600; overflow-wrap: anywhere; }} .verdicts dd {{ margin: 0; }}
@media screen and (max-width: 44rem) {{ .verdicts {{ grid-template-columns: 1fr; gap: 0; }}
  .verdicts dd {{ margin-bottom: .6rem; }} }}
.figures {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(34rem, 100%), 1fr));
  gap: 1.5rem 2rem; align-items: start; }}
figure {{ margin: 1rem 0 0; break-inside: avoid; min-width: 0; }}
figcaption {{ font-size: .95rem; margin: 0 0 .3rem; }}
figcaption b {{ font-weight: 600; }} figcaption span {{ color: var(--muted); display: block;
  font-size: .9rem; }}
svg {{ display: block; width: 100%; height: auto; overflow: visible; }}
svg * {{ stroke-linejoin: round; stroke-linecap: butt; }}
.note {{ color: var(--muted); font-size: .93rem; }}
footer {{ margin-top: 4rem; color: var(--muted); font-size: .93rem; }}
@media print {{
  @page {{ size: A4 landscape; margin: 12mm; }}
  body {{ padding: 0; max-width: none; font-size: 11px; }}
  h2 {{ break-before: page; border: 0; margin-top: 0; }} h3 {{ break-after: avoid; }}
  nav {{ display: none; }} .table {{ overflow: visible; }}
  table {{ font-size: 9px; }} th, td {{ padding: .2rem .3rem; }} tr {{ break-inside: avoid; }}
  tbody th {{ position: static; min-width: 7rem; }}
  .figures {{ grid-template-columns: 1fr 1fr; gap: .5rem 1.2rem; }}
}}
"""
