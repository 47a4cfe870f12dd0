// Prints the last line of a run, `N passed, N failed, N skipped`, from vitest's JSON report, and ends as the run did.
// Usage: node summary.mjs REPORT FAILED_STEPS
import { readFileSync } from 'node:fs'

const [reportPath, failedSteps] = process.argv.slice(2)
const counts = countTests(reportPath)
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`)
process.exitCode = failedSteps === '0' && counts.failed === 0 && counts.passed > 0 ? 0 : 1

function countTests(path) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(path, 'utf8'),
    )
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
  } catch (error) {
    process.stderr.write(`no test report: ${error.message}\n`)
    return { passed: 0, failed: 0, skipped: 0 }
  }
}
