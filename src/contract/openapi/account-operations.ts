import {
  AccountInfo,
  AccountList,
  ChangeAccountRequest,
  CreateAccountRequest,
  CreatedAccount,
} from '../account-api.ts'
import { CreatedKey, CreateKeyRequest, KeyList, RotateKeyRequest } from '../management-api.ts'
import {
  CreatedInvitation,
  CreateInvitationRequest,
  InvitationList,
  SignedUp,
  SignUpRequest,
} from '../sign-up-api.ts'
import { MANAGEMENT_PATHS } from '../terms/index.ts'
import type { DocumentedOperation, OperationGroup } from './operation.ts'

const createdKey = { name: 'CreatedKey', schema: CreatedKey }
const account = { name: 'AccountInfo', schema: AccountInfo }
const administering = { scopes: ['admin'] } as const
const ofOne = `${MANAGEMENT_PATHS.accounts}/{account}`

function keyOperations(path: string, scopes: readonly string[]): DocumentedOperation[] {
  return [
    {
      method: 'GET',
      path,
      scopes,
      summary: 'List the keys',
      answer: { name: 'KeyList', schema: KeyList },
    },
    {
      method: 'POST',
      path,
      scopes,
      summary: 'Make a key; its text is shown this once',
      body: { name: 'CreateKeyRequest', schema: CreateKeyRequest },
      answer: createdKey,
      status: 201,
    },
    { method: 'DELETE', path: `${path}/{id}`, scopes, summary: 'Revoke a key', status: 204 },
    {
      method: 'POST',
      path: `${path}/{id}/rotate`,
      scopes,
      summary: 'Replace a key; the old one works for a while',
      body: { name: 'RotateKeyRequest', schema: RotateKeyRequest },
      isBodyOptional: true,
      answer: createdKey,
      status: 201,
    },
  ]
}

const INVITATION_OPERATIONS: readonly DocumentedOperation[] = [
  {
    ...administering,
    method: 'GET',
    path: MANAGEMENT_PATHS.invitations,
    summary: 'List the invitations',
    answer: { name: 'InvitationList', schema: InvitationList },
  },
  {
    ...administering,
    method: 'POST',
    path: MANAGEMENT_PATHS.invitations,
    summary: 'Make an invitation; its text is shown this once',
    body: { name: 'CreateInvitationRequest', schema: CreateInvitationRequest },
    isBodyOptional: true,
    answer: { name: 'CreatedInvitation', schema: CreatedInvitation },
    status: 201,
  },
  {
    ...administering,
    method: 'DELETE',
    path: `${MANAGEMENT_PATHS.invitations}/{id}`,
    summary: 'Revoke an invitation',
    status: 204,
  },
  {
    method: 'POST',
    path: MANAGEMENT_PATHS.signUp,
    summary: 'Make an account of your own, where the service lets strangers in',
    body: { name: 'SignUpRequest', schema: SignUpRequest },
    answer: { name: 'SignedUp', schema: SignedUp },
    status: 201,
  },
]

export const ACCOUNT_GROUP: OperationGroup = {
  tag: 'Accounts and keys',
  description: 'The keys of the own account, and for administrators all accounts.',
  operations: [
    ...keyOperations(MANAGEMENT_PATHS.keys, ['manage']),
    {
      ...administering,
      method: 'GET',
      path: MANAGEMENT_PATHS.accounts,
      summary: 'List the accounts',
      answer: { name: 'AccountList', schema: AccountList },
    },
    {
      ...administering,
      method: 'POST',
      path: MANAGEMENT_PATHS.accounts,
      summary: 'Make an account',
      body: { name: 'CreateAccountRequest', schema: CreateAccountRequest },
      answer: { name: 'CreatedAccount', schema: CreatedAccount },
      status: 201,
    },
    { ...administering, method: 'GET', path: ofOne, summary: 'Show an account', answer: account },
    {
      ...administering,
      method: 'PATCH',
      path: ofOne,
      summary: 'Change an account',
      body: { name: 'ChangeAccountRequest', schema: ChangeAccountRequest },
      answer: account,
    },
    ...keyOperations(`${ofOne}/keys`, administering.scopes),
    ...INVITATION_OPERATIONS,
  ],
}
