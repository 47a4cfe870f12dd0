/** `/docs/page.css`. */
export const DOCS_STYLE = `:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
header { position: sticky; top: 0; padding: .5rem 0; background: Canvas; border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: 1.4rem; }
h2 { margin: 2rem 0 0; font-size: 1.2rem; }
h2 + p { margin-top: 0; opacity: .8; }
code, pre, textarea, input { font: 14px/1.4 ui-monospace, monospace; }
details { border: 1px solid var(--line); border-radius: 4px; margin: .25rem 0; }
summary { cursor: pointer; padding: .35rem .6rem; overflow-wrap: anywhere; }
details > :not(summary) { margin: .5rem .8rem; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; }
.GET { color: #2a7fb8; } .POST { color: #2b8a3e; } .PUT, .PATCH { color: #b7791f; } .DELETE { color: #c92a2a; }
label { display: grid; grid-template-columns: 14rem 1fr; gap: .5rem; margin: .25rem 0; align-items: start; }
#key { width: 24rem; max-width: 100%; }
textarea { min-height: 8rem; }
button { margin: .5rem 0; padding: .3rem 1.2rem; }
pre { overflow: auto; background: var(--soft); padding: .5rem; max-height: 30rem; }
td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
`
