const ADDRESSES = 1000

/** One failed login of a random one of a thousand public addresses, now, as the newest Cowrie writes it. */
export function randomLoginLine(): string {
  const number = Math.floor(Math.random() * ADDRESSES)
  const line = {
    session: 'c854c392c5a2',
    protocol: 'ssh',
    src_ip: `45.83.${number >> 8}.${number & 255}`,
    src_port: 40_000,
    dst_ip: '203.0.113.1',
    dst_port: 2222,
    username: 'root',
    password: 'hunter2',
    eventid: 'cowrie.login.failed',
    sensor: 'bench',
    uuid: '0b7a3f0e-0000-4000-8000-000000000000',
    timestamp: new Date().toISOString().replace('Z', '000Z'),
    message: 'login attempt [root/hunter2] failed',
  }
  return `${JSON.stringify(line)}\n`
}
