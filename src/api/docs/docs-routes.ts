import type { FastifyInstance, FastifyReply } from 'fastify'
import { DOCS_PATH } from '../../contract/index.ts'
import type { ApiContext } from '../context.ts'

/** The page runs its own script and speaks to this service; nothing else, and nothing written into it. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

interface Assets {
  readonly page: string
  readonly script: string
  readonly style: string
}

/** `GET /docs`: the live page of everything that is served. It is made when it is first asked for. */
export function addDocsRoutes(app: FastifyInstance, { settings: { version } }: ApiContext): void {
  let made: Promise<Assets> | undefined
  const serve = (url: string, type: string, part: keyof Assets) => {
    const handler = async (_request: unknown, reply: FastifyReply) => {
      made ??= makeAssets(version)
      const assets = await made
      void reply.header('content-security-policy', CONTENT_SECURITY_POLICY)
      return await reply.type(`${type}; charset=utf-8`).send(assets[part])
    }
    app.route({ method: ['GET', 'HEAD'], url, handler })
  }
  serve(DOCS_PATH, 'text/html', 'page')
  serve(`${DOCS_PATH}/page.js`, 'text/javascript', 'script')
  serve(`${DOCS_PATH}/page.css`, 'text/css', 'style')
}

async function makeAssets(version: string): Promise<Assets> {
  const [{ createOpenApi }, { renderDocs }, { DOCS_SCRIPT }, { DOCS_STYLE }] = await Promise.all([
    import('../../contract/openapi/index.ts'),
    import('./docs-page.ts'),
    import('./docs-script.ts'),
    import('./docs-style.ts'),
  ])
  return { page: renderDocs(createOpenApi(version)), script: DOCS_SCRIPT, style: DOCS_STYLE }
}
