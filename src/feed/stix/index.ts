export {
  type StixObject,
  type StixSource,
  stixIdentity,
  stixIndicator,
  stixTime,
} from './stix-objects.ts'
