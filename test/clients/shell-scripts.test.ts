import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'

/** Scripts of curl and jq, as the documents and articles of Threat Jammer taught them, written anew. */

let api: ApiPlace
let slack: Server
let posted: SlackMessage[] = []

interface SlackMessage {
  readonly attachments: readonly { readonly color: string; readonly text: string }[]
}

beforeAll(async () => {
  api = await openApi()
  await api.ask('POST', '/v1/ip', { body: { addresses: ['8.1.1.1'] } })
  slack = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    request.on('end', () => {
      posted.push(JSON.parse(text) as SlackMessage)
      response.end('ok')
    })
  })
  await once(slack.listen(0, '127.0.0.1'), 'listening')
})
afterAll(async () => {
  slack.close()
  await api.close()
})

async function shell(script: string, environment: Record<string, string> = {}): Promise<string> {
  const env = { PATH: process.env['PATH'], HOST: api.url, KEY: api.adminKey, ...environment }
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env })
  return stdout
}

const LOGIN_TO_SLACK = `
ask() { curl -s -H 'accept: application/json' -H "Authorization: Bearer $KEY" "$HOST$1"; }
assessment=$(ask "/v1/assess/ip/$PAM_RHOST")
score=$(jq -r .score <<<"$assessment")
asn=$(jq -r .asn <<<"$assessment")
owner=$(ask "$asn")
place=$(ask "/v1/geo/$PAM_RHOST")
color=good
[ "$score" -gt 34 ] && color=warning
[ "$score" -gt 67 ] && color=danger
text="$PAM_USER from $PAM_RHOST, risk $(jq -r .risk <<<"$assessment") ($score): $(jq -r .reason <<<"$assessment")"
text="$text AS \${asn:8} $(jq -r .name <<<"$owner"), $(jq -r '.city_name, .country_iso_code' <<<"$place" | xargs)"
jq -n --arg text "$text" --arg color "$color" '{attachments: [{color: $color, text: $text}]}' |
  curl -s -X POST -H 'Content-Type: application/json' -d @- "$SLACK"
`

describe('the script that tells Slack of logins', () => {
  const logIn = async (address: string) => {
    posted = []
    const { port } = slack.address() as AddressInfo
    const environment = { PAM_USER: 'root', PAM_RHOST: address, SLACK: `http://127.0.0.1:${port}/` }
    await shell(LOGIN_TO_SLACK, environment)
    return posted.flatMap(({ attachments }) => attachments)
  }

  // what it asks of the AS and the place is answered 404 and 501 in JSON: jq prints null and the alert goes out
  it('sends its alert in red for a reported address, with null for owner and place', async () => {
    expect(await logIn('8.1.1.1')).toEqual([
      {
        color: 'danger',
        text: 'root from 8.1.1.1, risk HIGH (99): Found in one or more denylists of the user. AS  null, null null',
      },
    ])
  })

  it('sends it in green for an address nothing is known of', async () => {
    expect(await logIn('8.3.3.3')).toEqual([
      {
        color: 'good',
        text: 'root from 8.3.3.3, risk UNKNOWN (1): Not found in any list or dataset. AS  null, null null',
      },
    ])
  })
})

/** Prints the status and the body. */
const POST = `post() { curl -s -o - -w ' %{http_code}' -X POST "$HOST$1" -H 'accept: application/json' \
  -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d "$2"; }
`

describe('the requests of the documents, by curl', () => {
  it.each([
    ['/v1/ip', '{"addresses": ["8.4.4.1", "2a00::4:1"]}'],
    ['/v1/ip', '{"addresses": ["8.4.4.2"], "type": "ABUSE", "ttl": 86400, "tags": ["MY-DEVICE"]}'],
    ['/v1/unban/ip', '{"addresses": ["8.4.4.1"]}'],
    ['/v1/false/add/ip', '{"addresses": ["8.4.4.3"], "type": "ABUSE", "ttl": 86400, "tags": ["MY-DEVICE"]}'],
    ['/v1/false/remove/ip', '{"addresses": ["8.4.4.3"]}'],
  ])('to %s are answered 202 with nothing in them: %s', async (path, body) => {
    expect(await shell(`${POST} post ${path} '${body}'`)).toBe(' 202')
  })

  it('tell a valid key from another by GET and by POST of /test', async () => {
    const test = `for verb in GET POST; do for key in "$KEY" "$OTHER"; do
      curl -s -o /dev/null -w '%{http_code} ' -X $verb -H "Authorization: Bearer $key" "$HOST/test"; done; done`
    expect(await shell(test, { OTHER: `tja_${'0'.repeat(36)}` })).toBe('200 401 200 401 ')
  })

  it('are told which prefix is missing when the key stands alone', async () => {
    const text = await shell('curl -s -H "Authorization: $KEY" "$HOST/v1/token"')
    expect(text).toContain('Bearer')
  })
})

describe('the fail2ban action of the tutorial', () => {
  const ACTION = `${POST}
ban() { post /v1/ip "{\\"addresses\\": [\\"$1\\"], \\"ttl\\": 600, \\"type\\": \\"ABUSE\\", \\"tags\\": [\\"FAIL2BAN\\"]}"; }
unban() { post /v1/unban/ip "{\\"addresses\\": [\\"$1\\"]}"; }
`

  it.each(['8.5.5.5', '2a00::5'])('bans and unbans %s', async (address) => {
    const path = `/v1/denylist/reported/ip/${address}`
    expect(await shell(`${ACTION} ban ${address}`)).toBe(' 202')
    const { json } = await api.ask('GET', path)
    expect(json).toMatchObject({ dataset: '/v1/dataset/ip/ABUSE', tags: ['FAIL2BAN'], total_reports: 1 })
    const { expiry, last_report: last } = json as { expiry: number; last_report: number }
    expect(expiry - last).toBe(600_000)
    expect(await shell(`${ACTION} unban ${address}`)).toBe(' 202')
    expect((await api.ask('GET', path)).status).toBe(404)
  })
})
