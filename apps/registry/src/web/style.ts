/** The style of all pages. Colours are pairs of light and dark; every text on its ground has a contrast of 4.5 at least. */

export const STYLE = `:root {
  color-scheme: light dark;
  --ground: light-dark(#fbfaf8, #16151b);
  --panel: light-dark(#ffffff, #1e1d25);
  --soft: light-dark(#f1eff6, #282632);
  --line: light-dark(#dcd8e4, #3a3746);
  --text: light-dark(#1f1c28, #eceaf3);
  --quiet: light-dark(#5c5769, #aaa5b9);
  --link: light-dark(#5533b5, #bda6ff);
  --on-link: light-dark(#ffffff, #1a1330);
  --warn-ground: light-dark(#fdf0d8, #3a2c10);
  --warn-line: light-dark(#c98a1b, #a97a25);
  --bad: light-dark(#a81d2f, #ff9aa5);
  --bad-ground: light-dark(#fdeaec, #3d1a20);
  --mono: ui-monospace, "SFMono-Regular", "Cascadia Code", "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--text);
  font: 16px/1.6 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", Arial, sans-serif; overflow-wrap: anywhere;
}
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.6em 0 0.6em; }
h1 { font-size: 1.9rem; margin-top: 0; }
h2 { font-size: 1.3rem; }
h3 { font-size: 1.1rem; }
p, ul, ol, dl, pre, table, blockquote { margin: 0 0 1em; }
code, pre, kbd, samp, .mono { font-family: var(--mono); font-size: 0.9em; }
bdi { unicode-bidi: isolate; }
.skip { position: absolute; left: -999px; top: 0; padding: 0.5rem 1rem; background: var(--panel); z-index: 1; }
.skip:focus { left: 0.5rem; top: 0.5rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.wide { width: 100%; max-width: 74rem; margin: 0 auto; padding: 0 1.25rem; }
.top { background: var(--panel); border-bottom: 1px solid var(--line); }
.top .wide { display: flex; flex-wrap: wrap; align-items: center; gap: 0.6rem 1.25rem; padding-top: 0.7rem; padding-bottom: 0.7rem; }
.brand { display: inline-flex; align-items: center; gap: 0.5rem; font-weight: 650; color: var(--text); text-decoration: none; }
.brand img { display: block; }
.top nav { display: flex; align-items: center; gap: 1rem; margin-left: auto; }
.top nav form { margin: 0; }
main.wide { flex: 1; padding-top: 2rem; padding-bottom: 3rem; }
footer { border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.9rem; padding: 1rem 0; }
footer p { margin: 0; }
input, select, textarea, button { font: inherit; color: inherit; }
input:not([type=radio]), select, textarea {
  width: 100%; padding: 0.5rem 0.7rem; background: var(--panel); border: 1px solid light-dark(#8d879c, #6f6a80); border-radius: 8px;
}
button, .button {
  display: inline-block; padding: 0.5rem 1rem; border: 1px solid var(--link); border-radius: 8px; background: var(--link); color: var(--on-link);
  font-weight: 600; text-decoration: none; white-space: nowrap; cursor: pointer;
}
button.plain { background: none; color: var(--link); }
button.bad { background: none; border-color: var(--bad); color: var(--bad); }
button.text { background: none; border: 0; padding: 0; color: var(--link); font-weight: inherit; text-decoration: underline; text-underline-offset: 0.15em; }
.top search { flex: 1 1 18rem; max-width: 34rem; }
.search { display: flex; gap: 0.5rem; margin: 0; }
.search input { min-width: 0; }
.hero { text-align: center; padding: 2.5rem 0 2rem; }
.hero h1 { font-size: clamp(1.9rem, 5vw, 2.6rem); margin-bottom: 0.4rem; }
.hero p { color: var(--quiet); max-width: 38rem; margin-left: auto; margin-right: auto; }
.hero .search { max-width: 38rem; margin: 1.5rem auto 0; }
.list { list-style: none; padding: 0; margin: 0; }
.list > li { padding: 0.9rem 0; border-top: 1px solid var(--line); }
.list > li:last-child { border-bottom: 1px solid var(--line); }
.list h2 { font-size: 1.1rem; margin: 0; display: inline; }
.list p { margin: 0.15rem 0 0; }
.quiet { color: var(--quiet); }
.small { font-size: 0.9rem; }
.marks { display: inline-flex; flex-wrap: wrap; gap: 0.35rem; vertical-align: middle; }
.mark { display: inline-block; padding: 0 0.5rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--soft); color: var(--text);
  font-size: 0.8rem; line-height: 1.5rem; font-weight: 500; text-decoration: none; }
a.mark { color: var(--link); }
.mark.bad { background: var(--bad-ground); border-color: var(--bad); color: var(--bad); }
.title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.3rem 0.8rem; margin-bottom: 0.6rem; }
.title h1 { margin: 0; }
.title .version { font-family: var(--mono); color: var(--quiet); }
.about { font-size: 1.1rem; margin-bottom: 1rem; }
.note { border: 1px solid var(--warn-line); border-left-width: 5px; background: var(--warn-ground); border-radius: 8px; padding: 0.7rem 1rem; margin: 0 0 1rem; }
.note.bad { border-color: var(--bad); background: var(--bad-ground); }
.note p:last-child { margin-bottom: 0; }
.note strong { display: block; }
.tabs { display: flex; flex-wrap: wrap; gap: 0 1.5rem; border-bottom: 1px solid var(--line); margin: 1.2rem 0 1.5rem; }
.tabs a { padding: 0.5rem 0; color: var(--quiet); text-decoration: none; border-bottom: 3px solid transparent; margin-bottom: -1px; }
.tabs a:hover { color: var(--text); }
.tabs a[aria-current] { color: var(--text); font-weight: 600; border-color: var(--link); }
.columns { display: grid; grid-template-columns: minmax(0, 1fr); gap: 2rem; }
@media (min-width: 60rem) { .columns { grid-template-columns: minmax(0, 1fr) 22rem; gap: 3rem; } }
.columns > div > :first-child { margin-top: 0; }
aside section { margin-bottom: 1.6rem; }
aside h2 { font-size: 1rem; margin: 0 0 0.5rem; }
.installs { list-style: none; padding: 0; margin: 0 0 0.5rem; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); }
.installs li { display: flex; gap: 0.8rem; padding: 0.35rem 0.8rem; border-top: 1px solid var(--line); }
.installs li:first-child { border-top: 0; }
.installs span { flex: 0 0 3.2rem; color: var(--quiet); font-size: 0.85rem; line-height: 1.7; }
.installs code { user-select: all; }
details { margin: 0 0 1rem; }
details pre { margin: 0.5rem 0 0; }
summary { cursor: pointer; }
.facts { margin: 0; }
.facts div { padding: 0.4rem 0; border-top: 1px solid var(--line); display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: 0.5rem; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; }
.facts dd code { font-size: 0.78rem; line-height: 1.5; display: block; }
.readme { max-width: 46rem; }
.readme > :first-child { margin-top: 0; }
.readme img { max-width: 100%; }
.readme .image { color: var(--quiet); border: 1px dashed var(--line); border-radius: 4px; padding: 0 0.3em; font-size: 0.85em; }
.readme a .image { color: var(--link); }
.readme h2 { border-bottom: 1px solid var(--line); padding-bottom: 0.25em; font-size: 1.5rem; }
.readme h3 { font-size: 1.25rem; }
.readme blockquote { margin-left: 0; padding-left: 1rem; border-left: 4px solid var(--line); color: var(--quiet); }
.readme hr { border: 0; border-top: 1px solid var(--line); margin: 1.5em 0; }
pre { padding: 0.8rem 1rem; background: var(--soft); border-radius: 8px; overflow-x: auto; overflow-wrap: normal; line-height: 1.45; }
:not(pre) > code { background: var(--soft); border-radius: 4px; padding: 0.1em 0.3em; }
.installs code, .facts code, .rows code { background: none; padding: 0; }
table { display: block; overflow-x: auto; border-collapse: collapse; }
th, td { padding: 0.4rem 0.8rem; border: 1px solid var(--line); text-align: left; overflow-wrap: normal; }
th { background: var(--soft); }
.rows { list-style: none; padding: 0; margin: 0 0 1.5rem; }
.rows li { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.2rem 0.8rem; padding: 0.45rem 0; border-top: 1px solid var(--line); }
.rows li:last-child { border-bottom: 1px solid var(--line); }
.rows .end { margin-left: auto; }
.turns { display: flex; gap: 1.5rem; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 1.5rem; max-width: 30rem; margin: 0 auto 1.5rem; }
.card > :first-child { margin-top: 0; }
.card > :last-child, .card > form:last-child > :last-child { margin-bottom: 0; }
.field { margin: 0 0 1rem; }
.field label, fieldset legend { display: block; font-weight: 600; margin-bottom: 0.25rem; padding: 0; }
.field .hint { color: var(--quiet); font-size: 0.9rem; margin: 0.25rem 0 0; }
fieldset { border: 0; padding: 0; margin: 0 0 1rem; min-width: 0; }
fieldset label { display: block; padding: 0.15rem 0; }
.code { font-family: var(--mono); font-size: 2rem; letter-spacing: 0.1em; text-align: center; padding: 0.6rem; background: var(--soft); border-radius: 8px; }
.actions { display: flex; flex-wrap: wrap; gap: 0.8rem; }
.secret { display: block; padding: 0.8rem 1rem; background: var(--soft); border-radius: 8px; user-select: all; }
.tokens { list-style: none; padding: 0; margin: 0 0 2rem; }
.tokens li { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 1rem; padding: 0.8rem 0; border-top: 1px solid var(--line); }
.tokens li:last-child { border-bottom: 1px solid var(--line); }
.tokens .what { flex: 1 1 16rem; }
.tokens p, .tokens form { margin: 0; }
.narrow { max-width: 46rem; margin: 0 auto; }
.narrow .card { max-width: none; }
@media (max-width: 40rem) {
  main.wide { padding-top: 1.3rem; }
  .top search { order: 3; flex-basis: 100%; max-width: none; }
  .tabs { gap: 0 0.8rem; font-size: 0.88rem; }
  .facts div { grid-template-columns: 6.5rem minmax(0, 1fr); }
  .rows .end { margin-left: 0; }
}
@media (prefers-reduced-motion: no-preference) { a, button { transition: color 0.1s, border-color 0.1s; } }
`
