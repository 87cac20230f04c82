// Apache Kafka for those who want a real broker: its jars from Maven Central, into .tidemark/kafka, checked by digest.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { own, root } from '../setup/paths.mjs';
import { runCommand } from '../setup/run-command.mjs';
import { readStamp, writeStamp } from '../setup/stamp.mjs';
import { SetupError } from '../setup/step.mjs';

export const kafkaVersion = '4.3.1';
export const kafkaFolder = join(own, 'kafka');
export const libsFolder = join(kafkaFolder, 'libs');

const central = 'https://repo1.maven.org/maven2';
const jars = JSON.parse(readFileSync(join(root, 'scripts', 'kafka', 'jars.json'), 'utf8'));
const stampFile = join(kafkaFolder, 'stamp');
const oldestJava = 17;
const parallelDownloads = 6;

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
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new SetupError(
      `A Kafka broker needs Java ${oldestJava} or newer, and none was found.`,
      "install one ('sudo apt-get install default-jre-headless', or from adoptium.net), or name it: JAVA_HOME=/path/to/java. " +
        "Notebooks need none: brokers: 'embedded'.",
    );
  }
  const nextStep = "install Java by hand ('apt-get install default-jre-headless') and start again.";
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  progress('apt-get update');
  await runCommand('apt-get', ['update'], { cwd: root, env, nextStep });
  progress('apt-get install default-jre-headless');
  await runCommand('apt-get', ['install', '-y', 'default-jre-headless'], { cwd: root, env, nextStep });
  if (findJava() === undefined)
    throw new SetupError(
      "'apt-get install default-jre-headless' brought no Java that is new enough.",
      nextStep,
    );
  return 'default-jre-headless installed';
}

/** Brings the jars that are missing; by Maven where there is one, since it knows how this machine reaches the network. */
export async function setUpKafka(progress) {
  if (readStamp(stampFile) === kafkaVersion) return `${kafkaVersion} is there`;
  rmSync(libsFolder, { recursive: true, force: true });
  mkdirSync(libsFolder, { recursive: true });
  if (spawnSync('mvn', ['-v']).error === undefined) await byMaven(progress);
  else await byHttps(progress);
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

async function byHttps(progress) {
  const wanted = Object.keys(jars);
  let done = 0;
  const next = async () => {
    for (let path = wanted.shift(); path !== undefined; path = wanted.shift()) {
      const response = await fetch(`${central}/${path}`).catch((error) => error);
      if (!(response instanceof Response) || !response.ok)
        throw new SetupError(
          `${central}/${path} could not be fetched: ${response.status ?? response}.`,
          again,
        );
      const file = join(libsFolder, basename(path));
      writeFileSync(`${file}.partial`, new Uint8Array(await response.arrayBuffer()));
      renameSync(`${file}.partial`, file);
      progress(`${++done} of ${Object.keys(jars).length} jars`);
    }
  };
  await Promise.all(Array.from({ length: parallelDownloads }, next));
}

function digestOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
