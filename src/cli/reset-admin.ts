import { openAccounts } from '../accounts/index.ts'
import { createLogger, lockDirectory, systemClock } from '../runtime/index.ts'
import { type Administrator, resetAdminKey } from './administrator.ts'
import type { Context } from './context.ts'
import { findStoreUrl, openStore, type StoreOptions } from './open-store.ts'
import type { CommonOptions } from './options.ts'

/** Makes another administrator's key in a data directory that no service uses. */
export async function resetAdmin(
  options: CommonOptions & StoreOptions & { readonly data: string },
  context: Context,
): Promise<void> {
  const { data: directory, logFormat, logLevel } = options
  const storeUrl = await findStoreUrl(options, context)
  const lock = await lockDirectory(directory)
  try {
    const logger = createLogger({ format: logFormat, level: logLevel })
    const store = await openStore({ directory, storeUrl }, { logger })
    try {
      const accounts = await openAccounts({ store: store.accounts })
      const installation = { directory, store: store.accounts, accounts }
      printKey(await resetAdminKey(installation, systemClock.nowMs()), context.output)
    } finally {
      await store.close()
    }
  } finally {
    await lock.close()
  }
}

function printKey({ keyFile, newKey }: Administrator, output: Context['output']): void {
  if (output.json) {
    output.printJson({ key_file: keyFile, key: newKey })
    return
  }
  output.note(`The administrator's new key, kept in ${keyFile}; the old one is not valid any more:`)
  output.print(newKey ?? '')
}
