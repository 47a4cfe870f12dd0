import type { FastifyInstance, FastifyReply } from 'fastify'
import { DOCS_PATH, ERROR_PAGES_PATH, ERRORS, isErrorSlug } from '../contract/index.ts'
import { escapeHtml } from './escape-html.ts'
import { refuseUnknown } from './refusal.ts'

/** `/docs/errors/SLUG`: the pages that the `type` of error bodies names. */
export function addErrorPages(app: FastifyInstance): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: ERROR_PAGES_PATH,
    handler: (_request, reply) => sendPage(reply, listPage()),
  })
  app.route<{ Params: { slug: string } }>({
    method: ['GET', 'HEAD'],
    url: `${ERROR_PAGES_PATH}/:slug`,
    handler: (request, reply) => {
      const { slug } = request.params
      if (!isErrorSlug(slug)) throw refuseUnknown('resource-not-found', slug)
      const { title, status, explanation } = ERRORS[slug]
      return sendPage(reply, page(title, `<p>Status ${status}</p>\n<p>${escapeHtml(explanation)}</p>`))
    },
  })
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(html)
}

function listPage(): string {
  const items = Object.entries(ERRORS).map(([slug, { title, status }]) => {
    return `<li><a href="${ERROR_PAGES_PATH}/${slug}">${escapeHtml(title)}</a> (${status})</li>`
  })
  return page('Errors', `<ul>\n${items.join('\n')}\n</ul>`)
}

function page(title: string, content: string): string {
  const heading = escapeHtml(title)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${heading} - honeyjam</title>
</head>
<body>
<h1>${heading}</h1>
${content}
<p><a href="${ERROR_PAGES_PATH}">All errors</a>, <a href="${DOCS_PATH}">all operations</a></p>
</body>
</html>
`
}
