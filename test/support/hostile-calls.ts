import fc from 'fast-check'

/** Parts of requests: such as an operation takes, and such as nobody sends but to do harm. */

export const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    '.',
    '..',
    '%00',
    '%2F',
    '/',
    "' OR 1=1 --",
    '<script>',
    '\u202e',
    '0',
    '-1',
    '1e9',
    'NaN',
    'null',
    '__proto__',
  ),
)
export const addresses = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom(
    '8.1.1.1',
    '2a00::1',
    '10.0.0.1',
    '::ffff:8.8.8.8',
    '0.0.0.0',
    '255.255.255.255',
    '8.8.8.0/24',
    'ff02::1',
  ),
)
export const times = fc.constantFrom('0', '1700000000', '1700000000000', '99999999999999', '-5', 'x')
export const words = fc.constantFrom(
  'ABUSE',
  'TOR',
  'NONE',
  'cidr',
  'CIDR',
  'country',
  'as',
  'ACTIVE',
  'DELETED',
  'IPV4',
  'JSON',
  'CSV',
  'AWS-WAF',
  '7D',
  'true',
  'all',
  'ip',
  'id',
  'owned',
)

/** What stands in a path or a query; `list N` stands for one of the lists there are. */
export const part = fc.oneof(
  hostile,
  addresses,
  times,
  words,
  fc.constantFrom('list 0', 'list 1', 'list 2', 'list 3', 'list 4', 'list 5', 'list 6'),
)

/** What stands in a body. */
export const scalars = fc.oneof(part, fc.integer(), fc.double(), fc.boolean(), fc.constant(null))

/** How many calls a test makes, and how long that may take. */
export const FUZZ_RUNS = Number(process.env['HONEYJAM_FUZZ_RUNS'] ?? 3000)
export const FUZZ_PATIENCE_MS = 60_000 + 60 * FUZZ_RUNS

/** Bodies with these fields and anything in them, and bodies of any kind. */
export function nonsenseOf(names: readonly string[]): fc.Arbitrary<unknown> {
  const fields = fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(scalars, fc.array(scalars, { maxLength: 4 })),
    { maxKeys: 6 },
  )
  return fc.oneof(fields, fc.jsonValue(), fc.string({ maxLength: 20 }))
}
