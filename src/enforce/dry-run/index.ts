export { createDryRun, type DryRunStep } from './dry-run-enforcer.ts'
