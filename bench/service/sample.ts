/** What a service says of itself. */
export interface Sample {
  /** Delays of the event loop since the sample before. */
  readonly loopP99Ms: number
  readonly loopWorstMs: number
  readonly rssBytes: number
  /** Used by objects, after a collection. */
  readonly heapBytes: number
  readonly arrayBufferBytes: number
  readonly cpuSeconds: number
  /** Of these, what the thread took that answers. */
  readonly mainCpuSeconds: number
}
