#!/usr/bin/env node
// Starts honeyjam, with the Node it needs. Plain JavaScript for any Node since 18: nothing of dist may be loaded before
// the version is known, since the SQLite binding ends an older Node with a segmentation fault.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

const OLDEST_NODE = 22
const SELF = fileURLToPath(import.meta.url)
const MAIN = new URL('../dist/cli/main.js', import.meta.url)
/** The Node that `npm ci` brings into a checkout. */
const OWN_NODES = ['../node_modules/node/bin/node', '../node_modules/.bin/node'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)
/** Set for the Node that this file starts, so that it never starts a third one. */
const STARTED_BY_LAUNCHER = 'HONEYJAM_STARTED_BY_LAUNCHER'
const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

const isChild = process.env[STARTED_BY_LAUNCHER] === '1' && process.connected !== undefined
delete process.env[STARTED_BY_LAUNCHER]

if (process.pid === 1) endAtSignals()
if (isChild) endWithParent()
if (isNewEnough()) await runHere()
else if (isChild) refuse()
else runWithOwnNode()

function isNewEnough() {
  return Number(process.versions.node.split('.')[0]) >= OLDEST_NODE
}

async function runHere() {
  if (!existsSync(MAIN)) {
    fail('honeyjam is not built yet', 'Run `npm ci` (or `npm run build`) in its directory first.')
    return
  }
  if (process.argv[2] === 'report') saveMemory()
  const { main } = await import(MAIN.href)
  await main({ argv: process.argv.slice(2) })
}

/**
 * An agent shares its host with the honeypot, and some 30 MB of its peak are no use to it. A running V8 takes these flags, if they
 * come before the modules.
 */
function saveMemory() {
  // V8 lets the space for new objects grow while modules load, and then fills it before it cleans up
  setFlagsFromString('--semi-space-growth-factor=1')
  // the HTTP parser is WebAssembly: optimizing it takes 25 MB for a moment and 10 MB for good, for a few requests a minute.
  // Either flag alone still lets V8 optimize
  setFlagsFromString('--no-wasm-dynamic-tiering')
  setFlagsFromString('--no-wasm-tier-up')
}

function runWithOwnNode() {
  const node = OWN_NODES.find((path) => existsSync(path))
  if (node === undefined) {
    refuse()
    return
  }
  const child = spawn(node, [SELF, ...process.argv.slice(2)], {
    // the channel carries nothing: it closes with this process, however that ends
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [STARTED_BY_LAUNCHER]: '1' },
  })
  for (const signal of FORWARDED_SIGNALS) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`${node} does not start: ${error.message}`, 'Run `npm ci` again.'))
  child.on('exit', (code, signal) => endLike(code, signal))
}

/** Ends as the child did, so that a shell or a supervisor sees what happened. */
function endLike(code, signal) {
  if (signal === null) {
    process.exitCode = code ?? 1
    return
  }
  process.exitCode = 128 + (constants.signals[signal] ?? 0)
  for (const forwarded of FORWARDED_SIGNALS) process.removeAllListeners(forwarded)
  process.kill(process.pid, signal)
}

/**
 * The kernel keeps signals from process 1 that it does not listen for: without this a container would not stop while the program
 * starts, nor during a command that has nothing to write behind. Whoever listens later decides alone.
 */
function endAtSignals() {
  for (const signal of FORWARDED_SIGNALS) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal])
    })
  }
}

/** The launcher cannot forward SIGKILL; a service that outlives it would hold the port and the data directory. */
function endWithParent() {
  if (!process.connected) dieAtOnce()
  process.on('disconnect', dieAtOnce)
  process.channel?.unref()
}

function dieAtOnce() {
  process.kill(process.pid, 'SIGKILL')
}

function refuse() {
  fail(
    `honeyjam needs Node.js ${OLDEST_NODE} or newer; this is ${process.version}`,
    'Install it from https://nodejs.org (or with your package manager), or run `npm ci` in a checkout, which brings its own.',
  )
}

function fail(message, help) {
  process.stderr.write(`honeyjam: ${message}\n  ${help}\n`)
  process.exitCode = 1
}
