/** Somewhere a store keeps its data: opened, closed and opened again by the tests of a contract. */
export interface Place<Port> {
  /** Opens what is there; what was opened before is closed first. */
  open(): Promise<Port>
  /** Closes what is open and deletes the data. */
  remove(): Promise<void>
}

/** Makes an empty place. */
export type MakePlace<Port> = () => Promise<Place<Port>>
