import { ERROR_PAGES_PATH, OPENAPI_PATH } from '../../contract/index.ts'
import type { OpenApi, OpenApiOperation, OpenApiParameter } from '../../contract/openapi/index.ts'
import { escapeHtml } from '../escape-html.ts'
import { exampleOf } from './example-of.ts'

/** Where the page finds its script and its style. */
export const DOCS_ASSETS = { script: '/docs/page.js', style: '/docs/page.css' } as const

/** The page of everything that is served, with a form for each operation. It needs nothing of any other host. */
export function renderDocs(document: OpenApi): string {
  const { info, tags } = document
  const groups = tags.map((tag) => renderGroup(document, tag)).join('\n')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(info.title)} API</title>
<link rel="stylesheet" href="${DOCS_ASSETS.style}">
<script src="${DOCS_ASSETS.script}" defer></script>
</head>
<body>
<header>
<h1>${escapeHtml(info.title)} ${escapeHtml(info.version)}</h1>
<label>Key, to try operations out <input id="key" type="password" autocomplete="off" spellcheck="false" placeholder="tja_..."></label>
</header>
<p>${escapeHtml(info.description)}</p>
<p><a href="${OPENAPI_PATH}">OpenAPI document</a> · <a href="${ERROR_PAGES_PATH}">errors</a></p>
${groups}
<h2>Schemas</h2>
${renderSchemas(document)}
</body>
</html>
`
}

function renderGroup(document: OpenApi, { name, description }: OpenApi['tags'][number]): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(name))
      .map(([method, operation]) =>
        renderOperation(document, { method: method.toUpperCase(), path, operation }),
      ),
  )
  return `<h2>${escapeHtml(name)}</h2>\n<p>${escapeHtml(description)}</p>\n${operations.join('\n')}`
}

interface Place {
  readonly method: string
  readonly path: string
  readonly operation: OpenApiOperation
}

function renderOperation(document: OpenApi, { method, path, operation }: Place): string {
  const { operationId, summary, description = 'No key is needed.', parameters } = operation
  const fields = parameters.map(renderParameter).join('\n')
  return `<details id="${escapeHtml(operationId)}">
<summary><span class="method ${method}">${method}</span> <code>${escapeHtml(path)}</code> ${escapeHtml(summary)}</summary>
<p>${escapeHtml(description)}</p>
<form data-method="${method}" data-path="${escapeHtml(path)}">
${fields}
${renderBody(document, operation)}
<button>Send</button>
</form>
<pre hidden></pre>
<table>
${renderResponses(operation)}
</table>
</details>`
}

function renderParameter({ in: place, name, required, schema }: OpenApiParameter): string {
  const hint = escapeHtml(
    Object.entries(schema)
      .map(([word, value]) => `${word}: ${String(value)}`)
      .join(', '),
  )
  const need = required ? ' required' : ''
  const field = `<input name="${place}:${escapeHtml(name)}" placeholder="${hint}" autocomplete="off"${need}>`
  return `<label><span><code>${escapeHtml(name)}</code> (${place})</span> ${field}</label>`
}

function renderBody({ components }: OpenApi, { requestBody }: OpenApiOperation): string {
  if (requestBody === undefined) return ''
  const schema = requestBody.content['application/json']?.schema
  if (schema === undefined) return '<label>File <input type="file" name="file:" required></label>'
  const example = JSON.stringify(exampleOf(schema, components.schemas), undefined, 2)
  const text = requestBody.required ? escapeHtml(example) : ''
  return `<label><span>Body: ${linkSchema(schema)}</span> <textarea name="body:" spellcheck="false">${text}</textarea></label>`
}

function renderResponses({ responses }: OpenApiOperation): string {
  return Object.entries(responses)
    .map(([status, { description, content = {} }]) => {
      const kinds = Object.entries(content).map(([type, { schema }]) => {
        return schema !== undefined && '$ref' in schema
          ? linkSchema(schema)
          : `<code>${escapeHtml(type)}</code>`
      })
      return `<tr><td>${status}</td><td>${escapeHtml(description)}</td><td>${kinds.join(', ')}</td></tr>`
    })
    .join('\n')
}

function linkSchema(schema: object): string {
  const name = escapeHtml('$ref' in schema ? String(schema.$ref).replace(/^.*\//, '') : '')
  return `<a href="#schema-${name}">${name}</a>`
}

function renderSchemas({ components }: OpenApi): string {
  return Object.entries(components.schemas)
    .map(([name, schema]) => {
      const text = escapeHtml(JSON.stringify(schema, undefined, 2))
      return `<details id="schema-${escapeHtml(name)}"><summary><code>${escapeHtml(name)}</code></summary><pre>${text}</pre></details>`
    })
    .join('\n')
}
