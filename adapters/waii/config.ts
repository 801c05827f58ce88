import { z } from 'zod';

export const settings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .describe(
      'Address of the API, which ends in /api/. The hosted service: https://tweakit.waii.ai/api/. A server of your own: http://localhost:9859/api/.',
    ),
  serviceId: z
    .string()
    .min(1)
    .optional()
    .describe('What this instance goes by in references. By default the host of baseUrl; set it before the server moves to another address.'),
  variables: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Names of the `variables` of users, tenants and organizations that may be shown. They can hold anything, secrets too, so none is shown by default.',
    ),
  allowOpenServer: z
    .boolean()
    .default(false)
    .describe('Read a server that answers whoever asks, with any key. Anybody in its network can then make accounts there in the name of others.'),
  credentials: z
    .strictObject({
      apiKey: z
        .string()
        .regex(/^[\x21-\x7e]+$/, 'expected printable ASCII without spaces')
        .describe('An access key. It has the rights of the user who made it: an org admin for one organization, a super admin for all.'),
    })
    .describe('What this service asks for.'),
});

export type WaiiSettings = z.infer<typeof settings>;

/** No call names the instance, so its address does: the host, and what stands before `/api` in the path. */
export function serviceIdOf({ serviceId, baseUrl }: WaiiSettings): string {
  const { host, pathname } = new URL(baseUrl);
  return serviceId ?? host + pathname.replace(/\/+$/, '').replace(/\/api$/, '');
}
