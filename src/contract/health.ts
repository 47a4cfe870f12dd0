import { z } from 'zod'

/** Answer of `GET /healthz`: the process answers. */
export const HealthInfo = z.object({ status: z.literal('ok'), version: z.string() })
export type HealthInfo = z.infer<typeof HealthInfo>

/** Answer of `GET /readyz`: 200 when it is ready, else 503 with the reasons in plain words. */
export const ReadyInfo = z.object({ ready: z.boolean(), reasons: z.array(z.string()) })
export type ReadyInfo = z.infer<typeof ReadyInfo>
