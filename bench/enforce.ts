/**
 * From a report to the first dropped packet: npm run bench:enforce [-- --entries 100000] [--reports 500]
 * In network namespaces of its own: a host with service and nftables enforcer, and an attacker beside it that sends packets from the
 * address that is reported. Needs Linux, nft and ip; as another user than root also user namespaces.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ROOT } from './programs.ts'

const inside = join(ROOT, 'bench/enforce/victim.ts')
// root of a namespace of users cannot have long messages to the kernel, and an enforcer needs several for what is one else
const privileges = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
const words = [...privileges, '--net', '--', process.execPath, inside, ...process.argv.slice(2)]
const child = spawn('unshare', words, { stdio: 'inherit' })
const [code] = (await once(child, 'exit')) as [number | null]
process.exitCode = code ?? 1
