import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createCowrie, loginLine } from './support/cowrie.ts'
import { buildProgram, type Running, run, start, temporaryDirectory, waitFor } from './support/program.ts'
import { addressesOf, fetchListed, firstLine, readServiceFile, type ServiceLine } from './support/service.ts'

beforeAll(buildProgram)

describe('honeyjam up', () => {
  it('finds the Cowrie it stands in, says what it does, and lists the attackers', async () => {
    const cowrie = createCowrie({ flush_seconds: 1 })
    const data = temporaryDirectory()
    const up = start(['up', '--data', data, '--port', '0'], { workingDirectory: cowrie.root })
    await waitFor('the last line', () => up.stdout().includes('Ctrl-C'))
    const { url } = readServiceFile(data)!
    for (const part of [
      `serves ${url}`,
      cowrie.log,
      join(data, 'admin.key'),
      'within 1 s',
      'stays listed for 1d',
    ]) {
      expect(up.stdout()).toContain(part)
    }
    cowrie.attack('45.0.0.7')
    await waitFor('the entry', async () => (await listedBy(url, data)).length === 1)
    expect(await listedBy(url, data)).toEqual(['45.0.0.7'])
    expect(statSync(join(data, 'agent.key')).mode & 0o777).toBe(0o600)
    const agentKey = readFileSync(join(data, 'agent.key'), 'utf8')
    await end(up)

    const again = start(['up', '--data', data, '--port', '0', '--json'], { workingDirectory: cowrie.root })
    await firstLine<ServiceLine>(again)
    cowrie.attack('45.0.0.8')
    await waitFor('the second entry', async () => {
      return (await listedBy(readServiceFile(data)!.url, data)).length === 2
    })
    expect(readFileSync(join(data, 'agent.key'), 'utf8')).toBe(agentKey)
    await end(again)
  })

  it('works as it says: the line it prints reads the list', async () => {
    const data = temporaryDirectory()
    const up = start(['up', '--data', data, '--port', '0'])
    await waitFor('the last line', () => up.stdout().includes('Ctrl-C'))
    const [, keyFile, url] =
      /curl -H "Authorization: Bearer \$\(cat '([^']+)'\)" (\S+)/.exec(up.stdout()) ?? []
    const headers = { authorization: `Bearer ${readFileSync(keyFile ?? '', 'utf8').trim()}` }
    expect((await fetch(url ?? '', { headers })).status).toBe(200)
    await end(up)
  })

  it('without a Cowrie says how to point it at one, and serves', async () => {
    const data = temporaryDirectory()
    const up = start(['up', '--data', data, '--port', '0'])
    await waitFor('the last line', () => up.stdout().includes('Ctrl-C'))
    expect(up.stdout()).toContain('no Cowrie was found')
    expect(up.stdout()).toContain('--log /path/to/cowrie.json')
    expect(await listedBy(readServiceFile(data)!.url, data)).toEqual([])
    await end(up)
  })

  it('waits for a log that is named and not there yet', async () => {
    const data = temporaryDirectory()
    const later = join(temporaryDirectory(), 'later', 'cowrie.json')
    const cowrie = createCowrie({ flush_seconds: 1 })
    const words = ['up', '--data', data, '--port', '0', '--cowrie-config', cowrie.configFile, '--log', later]
    const up = start(words)
    await waitFor('the last line', () => up.stdout().includes('Ctrl-C'))
    mkdirSync(join(later, '..'))
    appendFileSync(later, `${loginLine('45.0.0.7')}\n`)
    await waitFor('the entry', async () => (await listedBy(readServiceFile(data)!.url, data)).length === 1)
    await end(up)
  })

  it('reports nothing when the configuration says so, names the line, and serves', async () => {
    const cowrie = createCowrie({ enabled: 'no' })
    const data = temporaryDirectory()
    const up = start(['up', '--data', data, '--port', '0'], { workingDirectory: cowrie.root })
    await waitFor('the last line', () => up.stdout().includes('Ctrl-C'))
    expect(up.stdout()).toContain(`${cowrie.configFile}:2`)
    await end(up)
  })
})

describe('honeyjam up --demo', () => {
  it('shows the attack and the denylist that comes of it, and leaves nothing behind', async () => {
    const temporary = temporaryDirectory()
    const environment = { TMPDIR: temporary }
    const words = ['up', '--demo', '--port', '0', '--exit-after-demo']
    const { code, stdout, stderr } = await run(words, { environment })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}198\.51\.100\.\d+ +(?:let in|refused) +root \/ /m)
    expect(
      stdout.match(/^(?:198\.51\.100|203\.0\.113|2001:db8)\S+ +\d+ .* ABUSE +COWRIE,LOGIN,SESSION$/gm),
    ).toHaveLength(49)
    expect(stdout).not.toMatch(/[^\P{C}\n]/u)
    expect(readdirSync(temporary)).toEqual([])
  })

  it('goes on serving until it is stopped', async () => {
    const temporary = temporaryDirectory()
    const demo = start(['up', '--demo', '--port', '0'], { environment: { TMPDIR: temporary } })
    await waitFor('the suggestions', () => demo.stdout().includes(' check 203.0.113.10 --data'))
    const data = /--data (\S+)/.exec(demo.stdout())![1]!
    const check = await run(['check', '203.0.113.10', '--data', data])
    expect(check.stdout).toMatch(/^203\.0\.113\.10 {2}listed$/m)
    demo.kill('SIGINT')
    expect(await demo.finished).toMatchObject({ code: 0, signal: null })
    expect(existsSync(data)).toBe(false)
  })
})

async function listedBy(url: string, data: string): Promise<string[]> {
  return addressesOf(await fetchListed(url, readFileSync(join(data, 'admin.key'), 'utf8').trim()))
}

async function end(running: Running): Promise<void> {
  running.kill('SIGTERM')
  expect(await running.finished).toMatchObject({ code: 0, signal: null })
}
