export { awsWafFormat } from './aws-waf-format.ts'
