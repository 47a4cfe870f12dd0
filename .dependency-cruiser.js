/**
 * Holds the layout of src/: which room may know which, see docs/explanation/architecture.md.
 * Type-only imports count: an arrow in the types is an arrow in the design.
 */

/** What each room may import besides itself, `ip` and `runtime`. A new folder in src/ needs a line here. */
const ROOMS = {
  ip: [],
  runtime: [],
  cowrie: [],
  contract: [],
  config: [],
  denylist: [],
  accounts: [],
  roster: [],
  bouncers: ['denylist', 'roster'],
  activity: [],
  client: ['contract'],
  agent: ['cowrie', 'client', 'contract', 'config'],
  crowd: ['denylist'],
  feed: ['denylist'],
  store: ['denylist', 'accounts', 'roster', 'bouncers', 'activity'],
  queue: ['denylist'],
  api: ['contract', 'denylist', 'accounts', 'roster', 'bouncers', 'activity', 'crowd', 'feed', 'protection'],
  enforce: ['client', 'contract', 'host'],
  host: [],
  protection: ['denylist', 'host'],
  decoy: ['cowrie'],
  dashboard: ['contract'],
}
/** The only room that knows every part. */
const JOINER = 'cli'
/** Rooms any other may use; they use nothing of ours, not even each other. */
const GROUND = ['ip', 'runtime']
/** Rooms whose folders are adapters or parts, each with its own door. */
const ROOMS_OF_ROOMS = ['contract', 'feed', 'store', 'queue', 'enforce', 'decoy']
/** Parts of one room that do not know one another. */
const SIBLINGS = { api: ['report', 'user', 'management', 'feeds'] }

/** Libraries that stay behind the room (or rooms) that wrap them. */
const LIBRARIES = {
  fastify: ['api'],
  undici: ['client'],
  'better-sqlite3': ['store/sqlite', 'agent', 'runtime'],
  pg: ['store/postgres'],
  pino: ['runtime'],
  'pino-pretty': ['runtime'],
  commander: ['cli'],
  'prom-client': ['agent', 'api'],
}
/** Rooms that hold rules only: what goes in and out of the process is somebody else's. */
const PURE_ROOMS = ['ip', 'contract', 'denylist', 'accounts', 'roster', 'bouncers', 'activity', 'crowd']
const INPUT_OUTPUT =
  '^(node:)?(child_process|cluster|dgram|dns|fs|http|http2|https|net|sqlite|tls|worker_threads)(/|$)'

/** What an agent loads of ours. */
const AGENT_FILES =
  '^src/(ip|runtime|config|cowrie|client|agent)/|^src/cli/(main|program|run-once|run-report)[.]ts$'

const TEST_FILE = '^(test|bench)/|[.]test[.]ts$'

const anyOf = (names) => `(${names.join('|')})`

const roomRules = Object.entries(ROOMS).map(([room, others]) => {
  const known = [room, ...(GROUND.includes(room) ? [] : GROUND), ...others]
  return {
    name: `${room}-knows-its-place`,
    comment: `src/${room} may import ${known.map((name) => `src/${name}`).join(', ')} and nothing else of ours.`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: TEST_FILE },
    to: { path: '^(src|bin|scripts|bench|test)/', pathNot: `^src/${anyOf(known)}/` },
  }
})

const siblingRules = Object.entries(SIBLINGS).map(([room, parts]) => ({
  name: `${room}-parts-stay-apart`,
  comment: `Parts of src/${room} (${parts.join(', ')}) do not import one another.`,
  severity: 'error',
  from: { path: `^src/${room}/${anyOf(parts)}/`, pathNot: TEST_FILE },
  to: { path: `^src/${room}/${anyOf(parts)}/`, pathNot: `^src/${room}/$1/` },
}))

const libraryRules = Object.entries(LIBRARIES).map(([library, rooms]) => ({
  name: `${library.replace(/\W+/g, '-').replace(/^-/, '')}-stays-wrapped`,
  comment: `${library} is imported in ${rooms.map((room) => `src/${room}`).join(', ')} only.`,
  severity: 'error',
  from: { path: '^src/', pathNot: [`^src/${anyOf(rooms)}/`, TEST_FILE] },
  to: { path: `(^|/)node_modules/(@types/)?${library}/` },
}))

export default {
  forbidden: [
    ...roomRules,
    ...siblingRules,
    ...libraryRules,
    {
      name: 'no-unknown-room',
      comment: 'Every folder of src/ stands in the table of this file, so that its arrows are held.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/${anyOf([...Object.keys(ROOMS), JOINER])}/` },
      to: {},
    },
    {
      name: 'door-only',
      comment: 'Other folders import a room through its index.ts; only its own tests reach inside.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: {
        path: '^src/([^/]+)/',
        pathNot: ['^src/$1/', '^src/[^/]+/index[.]ts$', `^src/${anyOf(ROOMS_OF_ROOMS)}/[^/]+/index[.]ts$`],
      },
    },
    {
      name: 'door-only-from-outside',
      comment:
        'What is not in src/ uses the doors as well. Power cuts are an exception: each concerns the files of one module.',
      severity: 'error',
      from: { pathNot: '^src/|^test/power-cut/' },
      to: {
        path: '^src/',
        pathNot: ['^src/[^/]+/index[.]ts$', `^src/${anyOf(ROOMS_OF_ROOMS)}/[^/]+/index[.]ts$`],
      },
    },
    {
      name: 'adapters-stay-apart',
      comment: 'An adapter does not reach into the one beside it.',
      severity: 'error',
      from: { path: `^src/${anyOf(ROOMS_OF_ROOMS)}/([^/]+)/` },
      to: {
        path: '^src/$1/[^/]+/',
        pathNot: ['^src/$1/$2/', '^src/$1/[^/]+/index[.]ts$'],
      },
    },
    {
      name: 'agent-stays-small',
      comment:
        'An agent runs without zod (docs/decisions/0007-agent-without-zod.md): of the contract it takes terms and types.',
      severity: 'error',
      from: { path: AGENT_FILES, pathNot: [TEST_FILE, '^src/agent/status-schema[.]ts$'] },
      to: { path: '^src/contract/index[.]ts$|(^|/)node_modules/zod/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'agent-loads-no-fetch',
      comment:
        'An import of node:http makes Node load its fetch as well, 10 MB: who needs it imports it when it does.',
      severity: 'error',
      from: { path: AGENT_FILES, pathNot: [TEST_FILE, '^src/agent/metrics-server[.]ts$'] },
      to: {
        path: '^(node:)?https?$|^src/agent/metrics-server[.]ts$',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or a third idea is missing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { pathNot: TEST_FILE },
      to: { path: TEST_FILE },
    },
    {
      name: 'no-import-of-a-test-file',
      comment: 'What two tests share stands in test/support.',
      severity: 'error',
      from: {},
      to: { path: '[.]test[.]ts$' },
    },
    {
      name: 'rules-without-input-output',
      comment: `${PURE_ROOMS.join(', ')} know no files, sockets, processes or threads.`,
      severity: 'error',
      from: { path: `^src/${anyOf(PURE_ROOMS)}/`, pathNot: TEST_FILE },
      to: { path: INPUT_OUTPUT, dependencyTypes: ['core'] },
    },
    {
      name: 'no-undeclared-library',
      comment: 'What the product imports stands in "dependencies" of package.json.',
      severity: 'error',
      from: { path: '^(src|bin)/', pathNot: TEST_FILE },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'npm-optional'],
        // types of a library written in JavaScript come from @types and are gone after the build
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // TypeScript 7 has no programming interface, so the files are read with swc, which also keeps type-only imports
    parser: 'swc',
    doNotFollow: { path: 'node_modules|^dist/' },
    exclude: { path: '^test/fixtures/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
    moduleSystems: ['es6', 'cjs'],
    builtInModules: { add: ['node:sqlite', 'node:test'] },
  },
}
