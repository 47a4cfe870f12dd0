import type { Context } from '../context.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { listenForStop } from '../stop-request.ts'
import type { DoctorOptions } from './doctor-options.ts'
import { listChecks } from './list-checks.ts'
import { renderFinding, renderVerdict } from './render-finding.ts'
import { runChecks } from './run-checks.ts'

/** Longest time of one check besides the watching of a log. */
const CHECK_LIMIT_MS = 30_000

/** Looks at everything an agent needs, and says whether it will work; exit code 1 when something failed. */
export async function runDoctor(options: DoctorOptions, context: Context): Promise<void> {
  const { output, defaultDataDirectory } = context
  const stop = listenForStop()
  const style = output.style.bind(output)
  try {
    const findings = await runChecks(
      listChecks({ ...options, data: options.data ?? defaultDataDirectory }, context),
      {
        signal: stop.signal,
        limitMs: CHECK_LIMIT_MS + options.watchSeconds * 1000,
        onFinding: (finding) => {
          if (!output.json) output.print(renderFinding(finding, style))
        },
      },
    )
    const isFailed = findings.some(({ status }) => status === 'failed')
    const received = stop.receivedSignal()
    if (received !== undefined) {
      process.exitCode = received === 'SIGINT' ? EXIT_CODES.interrupted : EXIT_CODES.terminated
    } else if (isFailed) process.exitCode = EXIT_CODES.failure
    if (output.json) output.printJson({ ok: !isFailed && received === undefined, checks: findings })
    else if (received === undefined) output.print(`\n${renderVerdict(findings, style)}`)
  } finally {
    stop.close()
  }
}
