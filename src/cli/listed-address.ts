import type { ReportedAddress } from '../contract/index.ts'

/** The address itself, from the path that identifies it. */
export function addressOf({ self }: ReportedAddress): string {
  return decodeURIComponent(lastSegment(self))
}

/** The name of its dataset. */
export function datasetName({ dataset }: ReportedAddress): string {
  return lastSegment(dataset)
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
