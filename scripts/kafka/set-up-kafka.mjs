// Apache Kafka for those who want a real broker: its jars from Maven Central, into .tidemark/kafka, checked by digest.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { own, root } from '../setup/paths.mjs';
import { runCommand } from '../setup/run-command.mjs';
import { readStamp, writeStamp } from '../setup/stamp.mjs';
import { SetupError } from '../setup/step.mjs';

export const kafkaVersion = '4.3.1';
export const kafkaFolder = join(own, 'kafka');
export const libsFolder = join(kafkaFolder, 'libs');

const jars = JSON.parse(readFileSync(join(root, 'scripts', 'kafka', 'jars.json'), 'utf8'));
const stampFile = join(kafkaFolder, 'stamp');
const oldestJava = 17;

/** Path of a Java that can run the broker; `undefined` if there is none. */
export function findJava() {
  const home = process.env.JAVA_HOME;
  const candidates = [...(home ? [join(home, 'bin', 'java')] : []), 'java'];
  return candidates.find((java) => {
    const { stderr, error } = spawnSync(java, ['-version'], { encoding: 'utf8' });
    return error === undefined && Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0) >= oldestJava;
  });
}

/** Finds Java; installs Debian's when this is a machine of root's, such as a container. */
export async function setUpJava(progress) {
  const present = findJava();
  if (present !== undefined) return `${present} is there`;
  await installByApt(
    'default-jre-headless',
    `A Kafka broker needs Java ${oldestJava} or newer, and none was found (JAVA_HOME may name one).`,
    progress,
  );
  if (findJava() === undefined)
    throw new SetupError(
      "'apt-get install default-jre-headless' brought no Java that is new enough.",
      'install one by hand and name it: JAVA_HOME=/path/to/java.',
    );
  return 'default-jre-headless installed';
}

/** Installs a package of Debian's on a machine of root's, such as a container; elsewhere says what is missing. */
async function installByApt(name, missing, progress) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new SetupError(
      missing,
      `install it ('sudo apt-get install ${name}'). Notebooks need no broker: brokers: 'embedded'.`,
    );
  }
  const nextStep = `install it by hand ('apt-get install ${name}') and start again.`;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  progress('apt-get update');
  await runCommand('apt-get', ['update'], { cwd: root, env, nextStep });
  progress(`apt-get install ${name}`);
  await runCommand('apt-get', ['install', '-y', name], { cwd: root, env, nextStep });
}

function mavenRuns() {
  return spawnSync('mvn', ['-v']).error === undefined;
}

/** Brings the jars that are missing, by Maven, since it knows how this machine reaches the network. */
export async function setUpKafka(progress) {
  if (readStamp(stampFile) === kafkaVersion) return `${kafkaVersion} is there`;
  rmSync(libsFolder, { recursive: true, force: true });
  mkdirSync(libsFolder, { recursive: true });
  if (!mavenRuns())
    await installByApt('maven', 'Fetching Kafka needs Maven (mvn), and it was not found.', progress);
  await byMaven(progress);
  for (const [path, digest] of Object.entries(jars)) {
    const file = join(libsFolder, basename(path));
    if (!existsSync(file) || digestOf(readFileSync(file)) !== digest) {
      throw new SetupError(`${basename(path)} of Kafka ${kafkaVersion} is not what it should be.`, again);
    }
  }
  writeStamp(stampFile, kafkaVersion);
  return `${Object.keys(jars).length} jars of ${kafkaVersion} fetched`;
}

const again = `check the network connection, remove ${kafkaFolder} and start again.`;

async function byMaven(progress) {
  progress(`mvn dependency:copy-dependencies (${Object.keys(jars).length} jars)`);
  const pom = join(kafkaFolder, 'pom.xml');
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
  <groupId>tidemark</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency></dependencies>
</project>\n`,
  );
  const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${libsFolder}`];
  await runCommand('mvn', args, { cwd: kafkaFolder, env: {}, nextStep: again });
}

function digestOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
