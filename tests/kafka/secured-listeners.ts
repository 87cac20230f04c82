import { spawnSync } from 'node:child_process';
import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CERTIFICATE } from '../runtime/connectors/server-certificate.ts';

const PASSWORD = 'broker-secret';

export const USER = { username: 'alice', password: 'alice-secret' };

/** Where a broker listens beside its plain port: by SASL, TLS, SASL over TLS, and TLS that asks for a certificate. */
export type SecuredListener = 'sasl' | 'tls' | 'both' | 'mutual';
const LISTENERS: readonly SecuredListener[] = ['sasl', 'tls', 'both', 'mutual'];

/** Listeners with a certificate of their own, and a user that is known by every mechanism. */
export function securedListeners(folder: string) {
  mkdirSync(folder, { recursive: true });
  const store = join(folder, 'keystore.p12');
  const certificate = join(folder, 'certificate.pem');
  const trusted = join(folder, 'trusted.pem');
  writeFileSync(trusted, CERTIFICATE);
  const common = ['-keystore', store, '-storepass', PASSWORD, '-alias', 'broker'];
  keytool('-genkeypair', ...common, '-keyalg', 'EC', '-storetype', 'PKCS12', '-validity', '2', '-dname', 'CN=localhost', '-ext', 'SAN=DNS:localhost,IP:127.0.0.1'); // prettier-ignore
  keytool('-exportcert', ...common, '-rfc', '-file', certificate);
  const saslLines = (listener: SecuredListener) => [
    `listener.name.${listener}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER`,
    `listener.name.${listener}.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${USER.username}="${USER.password}";`,
    ...['scram-sha-256', 'scram-sha-512'].map(
      (mechanism) =>
        `listener.name.${listener}.${mechanism}.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;`,
    ),
    `listener.name.${listener}.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
  ];
  const tlsLines = (listener: SecuredListener) => [
    `listener.name.${listener}.ssl.keystore.location=${store}`,
    `listener.name.${listener}.ssl.keystore.password=${PASSWORD}`,
    `listener.name.${listener}.ssl.key.password=${PASSWORD}`,
    `listener.name.${listener}.ssl.keystore.type=PKCS12`,
  ];
  return {
    certificate: readFileSync(certificate, 'utf8'),
    /** The port of a listener, among those of a broker. */
    portOf: (ports: readonly number[], listener: SecuredListener) => ports[2 + LISTENERS.indexOf(listener)]!,
    /** What its storage is made with: SCRAM's users are kept there. */
    users: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(
      (mechanism) => `${mechanism}=[name=${USER.username},password=${USER.password}]`,
    ),
    extra: (ports: readonly number[]) => ({
      listeners: LISTENERS.map((listener, at) => `${listener.toUpperCase()}://127.0.0.1:${ports[at]}`),
      protocols: ['SASL:SASL_PLAINTEXT', 'TLS:SSL', 'BOTH:SASL_SSL', 'MUTUAL:SSL'],
      lines: [
        // Compaction looks for work all the time.
        'log.cleaner.backoff.ms=50',
        'transaction.abort.timed.out.transaction.cleanup.interval.ms=100',
        ...saslLines('sasl'),
        ...saslLines('both'),
        ...tlsLines('tls'),
        ...tlsLines('both'),
        ...tlsLines('mutual'),
        'listener.name.mutual.ssl.client.auth=required',
        'listener.name.mutual.ssl.truststore.type=PEM',
        `listener.name.mutual.ssl.truststore.location=${trusted}`,
      ],
    }),
  };
}

/** A token that says who it is of, signed by nobody: what a broker takes that was told nothing else. */
export function unsignedToken(subject: string): string {
  const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now - 10, exp: now + 3_600 })}.`;
}

function keytool(...args: string[]): void {
  const home = process.env['JAVA_HOME'];
  const program = home === undefined ? 'keytool' : join(home, 'bin', 'keytool');
  const { status, stderr, stdout, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`keytool failed: ${error?.message ?? ''}${stdout}${stderr}`);
}
