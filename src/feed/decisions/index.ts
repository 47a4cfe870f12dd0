export type { DecisionFeedOptions, DecisionFormat, FeedDecision } from './decision-format.ts'
export { DECISION_FORMATS } from './formats.ts'
