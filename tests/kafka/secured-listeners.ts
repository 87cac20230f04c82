import { spawnSync } from 'node:child_process';
import { readFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const PASSWORD = 'broker-secret';

export const USER = { username: 'alice', password: 'alice-secret' };

/** Listeners of a broker beside its plain one: SASL (PLAIN and SCRAM are told by port), and TLS with a certificate of its own. */
export function securedListeners(folder: string) {
  mkdirSync(folder, { recursive: true });
  const store = join(folder, 'keystore.p12');
  const certificate = join(folder, 'certificate.pem');
  const common = ['-keystore', store, '-storepass', PASSWORD, '-alias', 'broker'];
  keytool('-genkeypair', ...common, '-keyalg', 'EC', '-storetype', 'PKCS12', '-validity', '2', '-dname', 'CN=localhost', '-ext', 'SAN=DNS:localhost,IP:127.0.0.1'); // prettier-ignore
  keytool('-exportcert', ...common, '-rfc', '-file', certificate);
  return {
    certificate: readFileSync(certificate, 'utf8'),
    extra: ([sasl, tls]: readonly number[]) => ({
      listeners: [`SASL://127.0.0.1:${sasl}`, `TLS://127.0.0.1:${tls}`],
      protocols: ['SASL:SASL_PLAINTEXT', 'TLS:SSL'],
      lines: [
        // Compaction looks for work all the time.
        'log.cleaner.backoff.ms=50',
        'transaction.abort.timed.out.transaction.cleanup.interval.ms=100',
        'listener.name.sasl.sasl.enabled.mechanisms=PLAIN',
        `listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_${USER.username}="${USER.password}";`,
        `listener.name.tls.ssl.keystore.location=${store}`,
        `listener.name.tls.ssl.keystore.password=${PASSWORD}`,
        `listener.name.tls.ssl.key.password=${PASSWORD}`,
        'listener.name.tls.ssl.keystore.type=PKCS12',
      ],
    }),
  };
}

function keytool(...args: string[]): void {
  const home = process.env['JAVA_HOME'];
  const program = home === undefined ? 'keytool' : join(home, 'bin', 'keytool');
  const { status, stderr, stdout, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`keytool failed: ${error?.message ?? ''}${stdout}${stderr}`);
}
