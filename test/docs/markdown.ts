import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { globSync } from 'tinyglobby'

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** All pages of the project, relative to it. */
export function listPages(): string[] {
  return globSync('**/*.md', {
    cwd: REPOSITORY,
    dot: true,
    ignore: [
      '**/node_modules/**',
      'dist/**',
      'coverage/**',
      'honeyjam-data/**',
      'test/fixtures/**',
      '.git/**',
    ],
  }).toSorted()
}

export function readPage(page: string): string {
  return readFileSync(join(REPOSITORY, page), 'utf8')
}

/** The page without what stands in code: links and headings there are examples. */
export function withoutCode(text: string): string {
  return text
    .replace(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.slice(1, -1))
}

/** Headings as written, top to bottom. */
export function headingsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = '']) => heading)
}

/** The anchor GitHub gives a heading; repeated ones are numbered there, which is not followed here. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Mark}\p{Number}\p{Connector_Punctuation} -]/gu, '')
    .replaceAll(' ', '-')
}

/** Targets of links and pictures. */
export function linksOf(text: string): string[] {
  const prose = text.replace(/^(```+|~~~+)[^\n]*\n[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '')
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)]
  const references = [...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)]
  const html = [...prose.matchAll(/<(?:img|a)\b[^>]*?(?:src|href)="([^"]+)"/g)]
  return [...inline, ...references, ...html].map(([, target = '']) => target)
}
