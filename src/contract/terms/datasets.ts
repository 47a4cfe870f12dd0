/**
 * The datasets a report may name in `type`. The documents of Threat Jammer name these seven as examples;
 * its full list was never published.
 */
export const DATASETS = [
  'ABUSE',
  'ANONYMOUS_PROXY',
  'ANONYMOUS_VPN',
  'BOGONS',
  'FORUM_ACCOUNT_ABUSE',
  'REPUTATION',
  'TOR',
] as const

export type DatasetName = (typeof DATASETS)[number]

/** The dataset of a report that does not name one. */
export const DEFAULT_DATASET: DatasetName = 'ABUSE'

/** The form of a dataset's name (OpenAPI of the User API 1.2.27). */
export const DATASET_PATTERN = /^[A-Z0-9_]+$/

/** Whether `text` names a dataset there is. */
export function isDataset(text: string): text is DatasetName {
  return DATASETS.some((name) => name === text)
}
