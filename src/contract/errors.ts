/** One kind of refusal: what the answer says and what its page explains. */
export interface ErrorKind {
  readonly status: number
  /** Short; the `title` of the body. */
  readonly title: string
  /** One or two sentences for the page behind `type`: why it happens and what helps. */
  readonly explanation: string
}

/**
 * Every kind of refusal by its slug. The first group are the pages that Threat Jammer had (their slugs are part of the
 * contract, even where no operation here answers them yet); the second are ours.
 */
export const ERRORS = {
  'combined-ip-protocol-not-supported': {
    status: 400,
    title: 'Combined IP Protocol Not Supported',
    explanation:
      'This output format holds addresses of one protocol only. Choose one with ip_protocol_version=IPV4 or ip_protocol_version=IPV6.',
  },
  'dataset-not-found': {
    status: 404,
    title: 'Dataset Not Found',
    explanation:
      'There is no dataset of this name, or the account may not use it. Check the name for a typo.',
  },
  'invalid-cidr': {
    status: 422,
    title: 'Invalid CIDR',
    explanation:
      'The text is not a network in CIDR notation, or the network may not be used. Send it as 192.0.2.0/24 or 2001:db8::/32.',
  },
  'invalid-ip-address': {
    status: 422,
    title: 'Invalid IP Address',
    explanation:
      'The text is not an IPv4 or IPv6 address. Leading zeros, ports, brackets, zone ids and prefix lengths are not accepted.',
  },
  'ip-address-cannot-be-private': {
    status: 400,
    title: 'IP Address Cannot Be Private',
    explanation: 'Addresses of private networks (RFC 1918, RFC 4193) cannot be used here.',
  },
  'ip-address-list-too-large': {
    status: 413,
    title: 'IP Address List Too Large',
    explanation:
      'One request holds at most 10,000 addresses, ranges or other elements. Send the rest in another request.',
  },
  'ip-address-must-be-public': {
    status: 400,
    title: 'IP Address Must Be Public',
    explanation:
      'No address of the request can be somebody on the Internet: all are private, loopback, reserved or never a source. A service inside a company network can accept private ones with the setting private-addresses=accept.',
  },
  'list-type-not-found': {
    status: 404,
    title: 'List Type Not Found',
    explanation: 'There is no list of this type, or the account may not use it.',
  },
  'logchange-id-not-found': {
    status: 404,
    title: 'Logchange ID Not Found',
    explanation: 'There is no logged change with this id, or the account may not see it.',
  },
  'reported-ip-address-not-found': {
    status: 404,
    title: 'Reported IP Address Not Found',
    explanation:
      'The address is not on the list of reported addresses of this account: it was never reported, its time has ended, it was removed, or it is on the allowlist.',
  },
  'resource-not-found': {
    status: 404,
    title: 'Resource not found',
    explanation: 'There is nothing at this path, or the account may not see it. Check the path for a typo.',
  },
  'resource-will-expire-before-current-time': {
    status: 400,
    title: 'Resource Will Expire Before Current Time',
    explanation: 'The expiry lies in the past. Send a time in the future.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too Many Requests',
    explanation:
      'The key has sent more requests in a minute, or its account in a month, than the plan allows. Wait as many seconds as the header Retry-After says; collect addresses for ten seconds or more and send them in one request.',
  },
  unauthorized: {
    status: 401,
    title: 'Unauthorized',
    explanation:
      'The request needs the header Authorization: Bearer KEY with a key of this service that is neither expired nor revoked. The word Bearer is required.',
  },
  'value-should-be-greater-than-zero': {
    status: 422,
    title: 'Value Should Be Greater Than Zero',
    explanation: 'The value is zero or negative and must be higher than zero.',
  },

  'account-name-taken': {
    status: 409,
    title: 'Account Name Taken',
    explanation: 'There is an account of this name already. Choose another name.',
  },
  'account-needed': {
    status: 409,
    title: 'Account Needed',
    explanation:
      'The account cannot be disabled: it is that of the administrator, the one of the key that asks, or it has the last valid key with the scope admin.',
  },
  'account-not-found': {
    status: 404,
    title: 'Account Not Found',
    explanation: 'There is no account of this name. honeyjam account list shows those there are.',
  },
  'expectation-failed': {
    status: 417,
    title: 'Expectation Failed',
    explanation: 'The header Expect may only say 100-continue.',
  },
  'feed-not-found': {
    status: 404,
    title: 'Feed Not Found',
    explanation: 'There is no feed of this name. The answer lists the names of those there are.',
  },
  'feed-unavailable': {
    status: 503,
    title: 'Feed Unavailable',
    explanation:
      'The service could not make the feed. The key was not looked at, or is good: keep what you have and ask again after the seconds that the header Retry-After says.',
  },
  forbidden: {
    status: 403,
    title: 'Forbidden',
    explanation:
      'The key is valid, but may not do this: its scopes, its networks or its expiry do not allow it. Use another key or create one.',
  },
  'element-limit-exceeded': {
    status: 413,
    title: 'Element Limit Exceeded',
    explanation:
      'The plan lets the account have fewer elements on its private lists together, or fewer lists. What is reported does not count. Take others off first.',
  },
  'internal-error': {
    status: 500,
    title: 'Internal Error',
    explanation:
      'The service failed in a way it does not know. Its log says more; sending the request again may help.',
  },
  'invitation-not-found': {
    status: 404,
    title: 'Invitation Not Found',
    explanation: 'There is no invitation with this id. honeyjam invite list shows those there are.',
  },
  'invitation-not-valid': {
    status: 403,
    title: 'Invitation Not Valid',
    explanation:
      'No account can be made with this invitation: it is mistyped, unknown, used up, expired or revoked. Ask whoever runs the service for another one.',
  },
  'invalid-dataset-name': {
    status: 400,
    title: 'Invalid Dataset Name',
    explanation: 'The name of a dataset holds capital letters, digits and underscores only.',
  },
  'invalid-origin': {
    status: 400,
    title: 'Invalid Origin',
    explanation: 'An origin is the protocol and domain of a web site, as https://www.example.org.',
  },
  'key-not-found': {
    status: 404,
    title: 'Key Not Found',
    explanation: 'The account has no key with this id.',
  },
  'key-not-in-force': {
    status: 409,
    title: 'Key Not In Force',
    explanation:
      'The key is revoked, expired or replaced already, so it cannot be replaced. A key that was replaced names its successor in replaced_by: replace that one, or make a new key.',
  },
  'last-administrator-key': {
    status: 409,
    title: 'Last Administrator Key',
    explanation:
      'This is the last valid key with the scope admin: without it nobody could manage the service. Create another one first.',
  },
  'list-cannot-be-changed': {
    status: 403,
    title: 'List Cannot Be Changed',
    explanation:
      'Every account has this list. It can be emptied, but neither changed nor deleted, and what is reported comes onto its list by the Report API alone.',
  },
  'list-not-active': {
    status: 409,
    title: 'List Not Active',
    explanation:
      'The public list is not switched on for this account, so it has no origins. Set its status to ACTIVE first.',
  },
  'malformed-csv': {
    status: 400,
    title: 'Malformed CSV',
    explanation:
      'A line of the file is not an IPv4 or IPv6 address, and strict_parse was asked for. Without it such lines are left out.',
  },
  'malformed-request': {
    status: 400,
    title: 'Malformed Request',
    explanation: 'What arrived is not a request by the rules of HTTP, or it was cut off.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method Not Allowed',
    explanation: 'This path does not know the method. The header Allow lists those it knows.',
  },
  'not-acceptable': {
    status: 406,
    title: 'Not Acceptable',
    explanation:
      'The client accepts none of the forms that there are. A TAXII 2.1 server answers application/taxii+json;version=2.1; older versions of TAXII are not served.',
  },
  'not-implemented': {
    status: 501,
    title: 'Not Implemented',
    explanation:
      'The operation is part of the User API of Threat Jammer, but this service does not have what it needs. Its documentation lists the operations that are served.',
  },
  'receipt-not-found': {
    status: 404,
    title: 'Receipt Not Found',
    explanation: 'The account has no receipt with this id, or it is too old to be kept.',
  },
  'request-body-too-large': {
    status: 413,
    title: 'Request Body Too Large',
    explanation: 'A request body holds at most 1 MiB. Send the addresses in several requests.',
  },
  'request-header-too-large': {
    status: 431,
    title: 'Request Header Too Large',
    explanation: 'The request line and the headers together hold at most 16 KiB.',
  },
  'request-timeout': {
    status: 408,
    title: 'Request Timeout',
    explanation: 'The request did not arrive completely in time. Send it again over a better connection.',
  },
  'store-unavailable': {
    status: 503,
    title: 'Store Unavailable',
    explanation:
      'The service cannot write to its storage. Send the same request again after the seconds that the header Retry-After says; with the same Idempotency-Key it counts once in any case.',
  },
  'timestamp-in-the-future': {
    status: 400,
    title: 'Timestamp In The Future',
    explanation:
      'No report can have a time in the future. Timestamps are milliseconds (or seconds) since 1970.',
  },
  'too-many-keys': {
    status: 409,
    title: 'Too Many Keys',
    explanation:
      'The account has as many keys as it may: 2,000 that are valid or were made within a day. Revoke those that nobody needs; they make room a day after they were made.',
  },
  'too-many-sign-ups': {
    status: 429,
    title: 'Too Many Sign-ups',
    explanation:
      'There were more tries to sign up than the service takes in an hour from one network, or in all. Wait as many seconds as the header Retry-After says.',
  },
  'too-many-wrong-keys': {
    status: 429,
    title: 'Too Many Wrong Keys',
    explanation:
      'Too many wrong keys came from this address, or the IPv6 /64 it lies in. A valid key works at once: check the key. Wrong ones are answered like this for as many seconds as the header Retry-After says, and for longer the next time.',
  },
  'unprocessable-request': {
    status: 422,
    title: 'Unprocessable Request',
    explanation:
      'The request is not valid. The body lists every fault under detail: loc is the place, msg says what is wrong, type names the kind of fault.',
  },
} as const satisfies Record<string, ErrorKind>

/** The name of a kind of refusal: the last part of its page's path. */
export type ErrorSlug = keyof typeof ERRORS

/** Whether `text` names a kind of refusal. */
export function isErrorSlug(text: string): text is ErrorSlug {
  return Object.hasOwn(ERRORS, text)
}
