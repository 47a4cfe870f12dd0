// Adds to package-lock.json the optional packages of other platforms that the registry at hand did not offer:
// without an entry for each of them `npm ci` refuses the lock. Run it after every change of a dependency:
//   npm install && node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs'

const LOCK = new URL('../package-lock.json', import.meta.url)
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const PROCESSORS = ['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64']

const lock = JSON.parse(readFileSync(LOCK, 'utf8'))
const { packages } = lock
const missing = Object.entries(packages).flatMap(([path, parent]) =>
  Object.entries(parent.optionalDependencies ?? {})
    .filter(
      ([name]) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    )
    .map(([name, version]) => [`node_modules/${name}`, entryOf(name, version, parent.dev)]),
)
lock.packages = Object.fromEntries(
  [...Object.entries(packages), ...missing].toSorted(([left], [right]) => (left < right ? -1 : 1)),
)
writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`${missing.length} entries added\n`)

/** The platform stands in the name, as in `@oxlint/binding-linux-arm64-musl`. */
function entryOf(name, version, isDev) {
  const words = name.split(/[/-]/)
  const os = SYSTEMS.filter((system) => words.includes(system))
  const cpu = PROCESSORS.filter((processor) => words.includes(processor))
  const isMusl = words.some((word) => word.startsWith('musl'))
  if (os.length + cpu.length === 0) throw new Error(`${name} names no platform: add it by hand`)
  return { version, cpu, ...(isDev && { dev: true }), ...(isMusl && { libc: ['musl'] }), optional: true, os }
}
