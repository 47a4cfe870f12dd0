import { describe, expect, it } from 'vitest'
import { RouteTable } from './route-table.ts'

describe('the table of routes', () => {
  const routes = new RouteTable()
  routes.add('GET', '/v1/list')
  routes.add(['GET', 'DELETE'], '/v1/list/:id')
  routes.add('PUT', '/v1/list/all')

  it.each([
    ['/v1/list', ['GET']],
    ['/v1/list/', ['GET']],
    ['/v1/list?x=/', ['GET']],
    ['/v1/list/7', ['DELETE', 'GET']],
    ['/v1/list/all', ['DELETE', 'GET', 'PUT']],
    ['/v1/list/7/', ['DELETE', 'GET']],
    ['/v1/list/7/8', []],
    ['/v1/list//', []],
    ['/V1/list', []],
    ['/', []],
    ['', []],
    ['*', []],
  ])('knows the methods of %j', (url, methods) => {
    expect(routes.methodsAt(url)).toEqual(methods)
  })

  it('knows all', () => {
    expect(routes.all).toEqual([
      'GET /v1/list',
      'GET /v1/list/:id',
      'DELETE /v1/list/:id',
      'PUT /v1/list/all',
    ])
  })
})
