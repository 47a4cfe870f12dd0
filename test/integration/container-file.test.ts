import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const REPOSITORY = join(import.meta.dirname, '../..')
const DATA = '/var/lib/honeyjam'

interface Instruction {
  readonly name: string
  readonly text: string
}

const instructions = parseDockerfile(read('Dockerfile'))
/** The second stage: what users get. */
const image = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'))
const manifest = JSON.parse(read('package.json')) as {
  readonly version: string
  readonly files: readonly string[]
  readonly devDependencies: Readonly<Record<string, string>>
}

describe('the Dockerfile', () => {
  const copies = instructions.filter(({ name }) => name === 'COPY').map(({ text }) => text.split(/\s+/))
  const fromContext = copies.filter(([first]) => !first?.startsWith('--from'))
  const fromBuild = copies.filter(([first]) => first === '--from=build')

  it('copies what is there and what .dockerignore lets through', () => {
    const sources = fromContext.flatMap((words) => words.slice(0, -1))
    expect(sources).not.toEqual([])
    const ignore = read('.dockerignore').split('\n')
    expect(ignore).toContain('*')
    for (const source of sources) {
      expect(existsSync(join(REPOSITORY, source)), `${source} is there`).toBe(true)
      expect(ignore, `.dockerignore keeps ${source} out`).toContain(`!${source}`)
    }
  })

  it('puts into the image what the package holds, README and changelog aside', () => {
    const copied = fromBuild.flatMap((words) => words.slice(1, -1)).map((path) => path.split('/').at(-1))
    const needed = manifest.files.filter((file) => !file.endsWith('.md') && !/^(deploy|examples)/.test(file))
    expect(copied).toEqual(expect.arrayContaining([...needed, 'package.json', 'node_modules']))
  })

  it('takes no privileges', () => {
    const users = only(image, 'USER')
    expect(users).toHaveLength(1)
    const [user = '', group = ''] = (users[0] ?? '').split(':')
    expect(Number(user)).toBeGreaterThan(2000)
    expect(Number(group)).toBeGreaterThan(2000)
    const place = (name: string) => image.findIndex((instruction) => instruction.name === name)
    expect(place('USER')).toBeLessThan(place('ENTRYPOINT'))
    expect(image.filter(({ name, text }) => name === 'RUN' && text.includes('chown'))).toEqual([])
    expect(fromBuild.flat().filter((word) => word.startsWith('--chown'))).toEqual([])
    expect(only(image, 'RUN').join()).toContain(`--owner=${user} --group=${group} --mode=0700 ${DATA}`)
  })

  it('keeps its data in one place and looks after what runs there', () => {
    expect(only(image, 'VOLUME')).toEqual([DATA])
    expect(only(image, 'ENV').join()).toContain(`HONEYJAM_DATA=${DATA}`)
    const [, command = '[]'] = /CMD (\[.*\])$/.exec(only(image, 'HEALTHCHECK').join()) ?? []
    const [node, program = '', directory] = JSON.parse(command) as string[]
    expect([node, directory]).toEqual(['node', DATA])
    expect(program).toMatch(/^\/opt\/honeyjam\/dist\//)
    const source = program.replace('/opt/honeyjam/dist/', 'src/').replace(/\.js$/, '.ts')
    expect(existsSync(join(REPOSITORY, source)), `${source} is there`).toBe(true)
  })

  it('builds with the Node of the project, on the Debian it runs on', () => {
    const [build = '', runtime = ''] = only(instructions, 'FROM')
    const [, major, release] = /node:(\d+)-(\w+)-slim AS build$/.exec(build) ?? []
    expect(major).toBe(manifest.devDependencies['node']?.split('.')[0])
    expect(runtime).toBe(`docker.io/library/debian:${release}-slim`)
  })

  it('says which version it is', () => {
    expect(only(image, 'ARG')).toContain(`VERSION=${manifest.version}`)
    expect(only(image, 'LABEL').join()).toContain('org.opencontainers.image.version="$VERSION"')
  })
})

function only(from: readonly Instruction[], name: string): string[] {
  return from.filter((instruction) => instruction.name === name).map(({ text }) => text)
}

function parseDockerfile(text: string): Instruction[] {
  const lines = text.replace(/^#.*\n/gm, '').replace(/\\\n/g, ' ')
  return [...lines.matchAll(/^([A-Z]+) +(.*)$/gm)].map(([, name = '', rest = '']) => ({
    name,
    text: rest.replace(/\s+/g, ' ').trim(),
  }))
}

function read(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8')
}
