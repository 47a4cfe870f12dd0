import { isLoopbackHost } from '../ip/index.ts'
import type { Context } from './context.ts'
import type { RunningService } from './start-service.ts'
import { indent, renderPairs } from './table.ts'

/** Says in plain lines where the service listens and where its key is. */
export function announceService(
  service: RunningService,
  context: Context,
  more: readonly (readonly [name: string, value: string])[] = [],
): void {
  const { output, version } = context
  if (output.json) {
    output.printJson(describeService(service))
  } else {
    output.print(`honeyjam ${version} serves ${output.style('bold', service.url)}`)
    const pairs = [...describeForPeople(service), ...more, ['stop', 'Ctrl-C'] as const]
    output.print(indent(renderPairs(pairs)))
  }
  warnAboutService(service, context)
}

function describeForPeople({
  url,
  localUrl,
  directory,
  administrator,
  sharedStore,
}: RunningService): [string, string][] {
  const { keyFile, newKey } = administrator
  const key =
    newKey === undefined
      ? `in ${keyFile}`
      : `${newKey}\nThe administrator's key, shown this once and kept in ${keyFile}`
  return [
    ...(url === localUrl
      ? []
      : [['here', `${localUrl} (plain HTTP, for this machine alone)`] satisfies [string, string]]),
    ['data', directory],
    ...(sharedStore === undefined ? [] : [['store', sharedStore] satisfies [string, string]]),
    ['key', key],
  ]
}

function describeService({ url, localUrl, directory, administrator, sharedStore }: RunningService): object {
  return {
    url,
    local_url: localUrl,
    pid: process.pid,
    data: directory,
    store: sharedStore,
    admin_key_file: administrator.keyFile,
    admin_key: administrator.newKey,
  }
}

function warnAboutService(service: RunningService, { output, commandName }: Context): void {
  const { administrator, directory, host, url, sharedStore } = service
  const { keyFile, keyState } = administrator
  if (keyState === 'missing' && sharedStore !== undefined) {
    output.note(
      `Note: another service of ${sharedStore} has the administrator's key. For commands here, copy its admin.key to ${keyFile}.`,
    )
  } else if (keyState === 'missing' || keyState === 'invalid') {
    const fault = keyState === 'missing' ? 'is missing' : 'holds a key that is not valid any more'
    output.note(
      `Warning: ${keyFile} ${fault}. For another one, stop the service and run: ${commandName} key reset-admin --data ${directory}`,
    )
  }
  if (!isLoopbackHost(host) && url.startsWith('http:')) {
    output.note(
      `Warning: ${host} can be reached from other machines, and keys cross the network unencrypted. Name a certificate with --tls-cert and --tls-key, or put a proxy with TLS in front of ${url}.`,
    )
  }
}
