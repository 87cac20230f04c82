import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import {
  json,
  kafkaSink,
  kafkaSource,
  kafkaTopic,
  raw,
  secret,
  StreamExecutionEnvironment,
  type KafkaSasl,
  type KafkaSecurity,
} from '../../runtime/src/index.ts';
import { CERTIFICATE, CERTIFICATE_KEY } from '../runtime/connectors/server-certificate.ts';
import { Notebook, temporaryFolder } from '../runtime/engine/notebook.ts';
import { unsignedToken, USER, type SecuredListener, type securedListeners } from './secured-listeners.ts';

/** What brokers ask of those who connect, and what they and we make of the answer. */
export function whoConnects(
  ports: () => readonly number[],
  { certificate, portOf }: ReturnType<typeof securedListeners>,
): void {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const brokersAt = (listener: SecuredListener) => `127.0.0.1:${portOf(ports(), listener)}`;
  const topicAt = (listener: SecuredListener, security: KafkaSecurity, topic = 'secured') =>
    kafkaTopic<string>({ brokers: brokersAt(listener), topic, format: raw(), ...security });
  const env = () => StreamExecutionEnvironment.getExecutionEnvironment();
  const read = (listener: SecuredListener, security: KafkaSecurity, topic = 'secured') =>
    env()
      .fromSource(
        kafkaSource({ brokers: brokersAt(listener), topic, format: raw(), until: 'latest', ...security }),
      )
      .executeAndCollect();
  const errorOf = (listener: SecuredListener, security: KafkaSecurity) =>
    read(listener, security).then(
      () => new Error('It went through.'),
      (error: unknown) => error as Error & { code: string },
    );

  const byPassword = (mechanism: KafkaSasl['mechanism'], password: KafkaSasl['password']) => ({
    mechanism,
    username: USER.username,
    password,
  });
  const bySecret = (mechanism: KafkaSasl['mechanism']) => byPassword(mechanism, () => USER.password);
  const tls = { ca: certificate };
  const ways: readonly [string, SecuredListener, KafkaSecurity][] = [
    ['PLAIN', 'sasl', { sasl: bySecret('PLAIN') }],
    ['SCRAM-SHA-256', 'sasl', { sasl: bySecret('SCRAM-SHA-256') }],
    ['SCRAM-SHA-512', 'sasl', { sasl: bySecret('SCRAM-SHA-512') }],
    ['OAUTHBEARER', 'sasl', { sasl: { mechanism: 'OAUTHBEARER', token: () => unsignedToken('alice') } }],
    ['TLS', 'tls', { tls }],
    ['SCRAM over TLS', 'both', { tls, sasl: bySecret('SCRAM-SHA-512') }],
    [
      'TLS with a certificate to show',
      'mutual',
      { tls: { ...tls, cert: CERTIFICATE, key: CERTIFICATE_KEY } },
    ],
  ];

  describe('a broker that asks who connects', () => {
    test.each(ways)(
      'lets in by %s whoever is who he says, reading and writing',
      async (way, listener, security) => {
        const topic = `secured by ${way}`.replaceAll(' ', '-');
        await topicAt(listener, security, topic).create();
        const built = env();
        built.fromData(way).sinkTo(
          kafkaSink<string>({
            brokers: brokersAt(listener),
            topic,
            format: raw(),
            deliveryGuarantee: 'exactly-once',
            transactionalIdPrefix: topic,
            ...security,
          }),
        );
        await (await built.execute()).finished();
        expect(await read(listener, security, topic)).toEqual([way]);
      },
    );

    const wrong: readonly [string, KafkaSasl][] = [
      ['PLAIN', byPassword('PLAIN', 'guessed-secret')],
      ['SCRAM-SHA-256', byPassword('SCRAM-SHA-256', 'guessed-secret')],
      ['SCRAM-SHA-512', { ...byPassword('SCRAM-SHA-512', 'guessed-secret'), username: 'nobody' }],
      ['OAUTHBEARER', { mechanism: 'OAUTHBEARER', token: 'guessed-secret' }],
    ];
    test.each(wrong)(
      'wrong credentials of %s are an error at once, which does not repeat them',
      async (_, sasl) => {
        const source = kafkaSource({ brokers: brokersAt('sasl'), topic: 'secured', format: raw(), sasl });
        expect(JSON.stringify(source.parameters)).not.toContain('secret');
        const error = await errorOf('sasl', { sasl });
        expect(error).toMatchObject({ code: 'kafka-authentication-failed' });
        const byHand: unknown = await topicAt('sasl', { sasl })
          .records()
          .catch((error: unknown) => error);
        for (const said of [error, byHand])
          expect(inspect(said, { depth: 20 })).not.toContain('guessed-secret');
      },
    );

    test('a sink says under its cell that its credentials are wrong, and does not repeat them', async () => {
      const notebook = await Notebook.open(folder.path('wrong.sqlite'));
      const sasl = byPassword('PLAIN', 'guessed-secret');
      const sink = kafkaSink<number>({ brokers: brokersAt('sasl'), topic: 'secured', format: json(), sasl });
      notebook.cell('a', (env) => void env.fromData(1).sinkTo(sink));
      await notebook.untilNotice('a/0', (notice) => notice?.passes === false);
      const said = notebook.notices.get('a/0')!.error;
      expect(said.cause ?? said).toMatchObject({ code: 'kafka-authentication-failed' });
      expect(inspect(said, { depth: 20 })).not.toContain('guessed-secret');
      await notebook.crash();
    });

    test('a secret that is nowhere is named; a listener that hangs up on whoever says nothing is said to do so', async () => {
      const missing = byPassword('SCRAM-SHA-256', secret('NO_SUCH_PASSWORD'));
      expect(await errorOf('sasl', { sasl: missing })).toMatchObject({ code: 'secret-not-found' });
      await expect(topicAt('sasl', {}).records()).rejects.toMatchObject({
        code: 'kafka-unreachable',
        message: expect.stringContaining('give sasl or tls') as string,
      });
      await expect(topicAt('sasl', {}).records()).rejects.not.toThrow('It is tried again');
      await expect(topicAt('tls', {}).records()).rejects.toMatchObject({ code: 'kafka-tls-failed' });
    });

    test('a certificate that nobody vouches for, and none where one is asked for, are errors at once', async () => {
      expect(await errorOf('tls', { tls: {} })).toMatchObject({ code: 'kafka-tls-failed' });
      const unshown = await errorOf('mutual', { tls });
      expect(unshown).toMatchObject({ code: 'kafka-tls-failed' });
      expect(unshown.message).toMatch(/certificate[^]*tls: \{ cert, key \}/);
    });
  });
}
