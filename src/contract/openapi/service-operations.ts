import { z } from 'zod'
import { HealthInfo, ReadyInfo } from '../health.ts'
import { DOCS_PATH, ERROR_PAGES_PATH, METRICS_PATH, OPENAPI_PATH } from '../terms/index.ts'
import type { OperationGroup } from './operation.ts'

const page = { method: 'GET', answer: { others: ['text/html'] } } as const

export const SERVICE_GROUP: OperationGroup = {
  tag: 'Service',
  description: 'About the service itself; only the metrics need a key.',
  operations: [
    {
      method: 'GET',
      path: '/healthz',
      summary: 'Say that the process answers',
      answer: { name: 'HealthInfo', schema: HealthInfo },
    },
    {
      method: 'GET',
      path: '/readyz',
      summary: 'Say whether reports can be taken, and why not',
      answer: { name: 'ReadyInfo', schema: ReadyInfo },
      otherStatuses: [503],
    },
    {
      method: 'GET',
      path: METRICS_PATH,
      summary: 'What the service counts of itself, for Prometheus',
      scopes: ['admin'],
      answer: { others: ['text/plain'] },
    },
    {
      method: 'GET',
      path: OPENAPI_PATH,
      summary: 'This document',
      answer: { name: 'OpenApi', schema: z.looseObject({ openapi: z.string() }) },
    },
    { ...page, path: DOCS_PATH, summary: 'Page: everything that is served, to be tried out' },
    {
      method: 'GET',
      path: `${DOCS_PATH}/page.js`,
      summary: 'Its script',
      answer: { others: ['text/javascript'] },
    },
    { method: 'GET', path: `${DOCS_PATH}/page.css`, summary: 'Its style', answer: { others: ['text/css'] } },
    { ...page, path: ERROR_PAGES_PATH, summary: 'Page: all errors' },
    { ...page, path: `${ERROR_PAGES_PATH}/{slug}`, summary: 'Page: what one error means and what helps' },
  ],
}
