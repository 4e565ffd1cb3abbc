/** The page's one style sheet: for a phone first, light and dark, and nothing to load. */

const LIGHT = `--page:#f6f7f9;--card:#fff;--text:#16191d;--faint:#545b66;--line:#d5d9e0;--link:#0b57a4;--button:#1d2530;--button-text:#fff;
--good:#146c36;--bad:#a8201a;--bad-page:#fdeceb;--warn:#7a5200;--warn-page:#fff4dc;--note-page:#e6f1fd;
--admitted:#2f6fde;--checkouts:#7a4fd0;--ordered:#1d8a4a;--delivered:#0b8494;--dead:#c9302c;--refused:#b26a00`;
const DARK = `--page:#101317;--card:#191e24;--text:#e9ecf0;--faint:#a3abb7;--line:#333b46;--link:#8cc0ff;--button:#e4e8ee;--button-text:#14181d;
--good:#6fd08c;--bad:#ff9c95;--bad-page:#3a1917;--warn:#f2c063;--warn-page:#33270d;--note-page:#12283f;
--admitted:#6ea3ff;--checkouts:#b08cff;--ordered:#4fc27d;--delivered:#3fc1d0;--dead:#ff7a73;--refused:#f0a63c`;

export const STYLE = `:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.45 system-ui,sans-serif;font-variant-numeric:tabular-nums}
header,main{max-width:76rem;margin:0 auto;padding:1rem}
header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;padding-bottom:0}
h1{font-size:1.5rem;margin:0;flex:1 1 auto}
h2{font-size:1.125rem;margin:0}
p{margin:0}
a{color:var(--link)}
nav a{display:inline-block;line-height:44px}
.faint{color:var(--faint);font-size:.875rem}
section{margin-top:1.25rem}
.heading{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;margin-bottom:.5rem}
.heading h2{flex:0 1 auto}
.heading .faint{flex:1 1 16rem;overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin:0}
.tiles div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.625rem .875rem}
.tiles dt{font-weight:600;font-size:.9375rem}
.tiles dd{margin:0}
.tiles .number{font-size:1.75rem;line-height:1.2;font-weight:650}
.tiles .alarm{border-color:var(--bad);background:var(--bad-page)}
.tiles .alarm .number{color:var(--bad)}
.plots{display:grid;grid-template-columns:repeat(3,1fr);gap:.75rem}
.plot{display:flex;flex-direction:column;margin:0;background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.625rem .875rem;color:var(--link)}
.plot figcaption{flex:1;display:flex;gap:.5rem;justify-content:space-between;color:var(--text);font-weight:600}
.plot svg{display:block;width:100%;height:3.5rem;margin:.375rem 0 .125rem}
.plot rect{fill:currentColor}
.plot line{stroke:var(--line)}
.plot .axis{display:flex;justify-content:space-between;color:var(--faint);font-size:.8125rem}
.admitted{color:var(--admitted)}.checkouts{color:var(--checkouts)}.ordered{color:var(--ordered)}
.delivered{color:var(--delivered)}.dead{color:var(--dead)}.refused{color:var(--refused)}
.notice,.alert{border-radius:.5rem;padding:.75rem 1rem;margin-top:1rem;border:1px solid;overflow-wrap:anywhere}
.notice{background:var(--note-page);border-color:var(--link)}
.alert{background:var(--bad-page);border-color:var(--bad)}
.alert b{color:var(--bad)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr));gap:.75rem;margin:0}
.facts div{background:var(--card);border:1px solid var(--line);border-left-width:.25rem;border-radius:.5rem;padding:.625rem .875rem}
.facts dt{font-weight:600}
.facts dd{margin:0;overflow-wrap:anywhere}
.facts .good{border-left-color:var(--good)}.facts .bad{border-left-color:var(--bad)}.facts .idle{border-left-color:var(--faint)}
table{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--line)}
th,td{text-align:left;vertical-align:top;padding:.5rem .75rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{font-size:.875rem;color:var(--faint);font-weight:600;overflow-wrap:normal}
tr:last-child td{border-bottom:0}
.amount{text-align:right}
td.actions-cell{width:1%}
code{font:.875rem/1.4 ui-monospace,monospace}
.actions{display:flex;gap:.5rem}
.narrow{max-width:34rem}
.warn b{color:var(--warn)}.error b{color:var(--bad)}
ol.news{list-style:none;margin:0;padding:0 .875rem}
.news li{padding:.5rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.news li:last-child{border-bottom:0}
form{margin:0}
.search{display:flex;gap:.5rem;flex-wrap:wrap;align-items:end;margin-top:1rem}
.search label{flex:1 1 16rem;font-weight:600}
input[type=search]{display:block;width:100%;min-height:2.75rem;margin-top:.25rem;padding:0 .75rem;font:inherit;font-weight:400;color:var(--text);background:var(--card);border:1px solid var(--faint);border-radius:.375rem}
button,.button{display:inline-flex;align-items:center;min-height:2.75rem;padding:0 1rem;font:inherit;font-weight:600;border:1px solid var(--button);border-radius:.375rem;background:var(--button);color:var(--button-text);text-decoration:none;white-space:nowrap;cursor:pointer}
.quiet{background:transparent;color:var(--text);border-color:var(--faint)}
.danger{background:transparent;color:var(--bad);border-color:var(--bad)}
.pages{display:flex;gap:.5rem;align-items:center;margin-top:.5rem}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
@media (max-width:44rem){
table,tbody,tr,td{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{border-bottom:.25rem solid var(--page);padding:.25rem 0}
td{border:0;padding:.25rem .75rem;display:grid;grid-template-columns:4.5rem 1fr;gap:.5rem}
td::before{content:attr(data-label);color:var(--faint);font-size:.875rem}
td.actions-cell{display:block;padding-bottom:.75rem}
td.actions-cell::before{content:none}
td.amount{text-align:left}
.actions form{display:contents}
.actions button,.actions .button{flex:1 1 0;justify-content:center}
.plots{grid-template-columns:1fr 1fr}
.plot,.tiles div{padding:.5rem .625rem}
.tiles{grid-template-columns:repeat(3,1fr);gap:.5rem}
}`;
