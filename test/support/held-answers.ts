import type { Dispatcher } from 'undici'
import { expect } from 'vitest'
import type { Answer, ApiPlace, Ask } from './api-place.ts'
import { OwnContractChecker } from './own-contract.ts'
import { ContractChecker, findPublishedContract } from './published-contract.ts'

const contract = findPublishedContract()

/** The published contract, or `undefined` where its file is not at hand. */
export const publishedContract = contract === undefined ? undefined : new ContractChecker(contract)

export const ownContract = new OwnContractChecker()

/** Asks a service, and holds each answer to the published contract, and to the document of the service. */
export function heldToContract(api: () => ApiPlace) {
  return async (method: Dispatcher.HttpMethod, path: string, options: Ask = {}): Promise<Answer> => {
    const answer = await api().ask(method, path, options)
    expect(publishedContract?.faultsOf(method, path, answer) ?? []).toEqual([])
    expect(ownContract.faultsOf(method, path, answer)).toEqual([])
    return answer
  }
}
