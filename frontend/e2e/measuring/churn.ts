import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

interface Churned {
  readonly changes: number;
  readonly seconds: number;
}

interface ChurnOptions {
  readonly eventId: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly section?: string;
}

/** Run `watch` while seats change; it starts once changes arrive. */
export async function whileChurning<Seen>(
  { eventId, perSecond, seconds, section }: ChurnOptions,
  watch: () => Promise<Seen>,
): Promise<{ readonly seen: Seen; readonly changesPerSecond: number }> {
  const child = spawn(
    process.env['PYTHON'] ?? 'python3',
    [
      ...['-m', 'laboratory', 'churn', String(eventId)],
      ...['--per-second', String(perSecond), '--seconds', String(seconds + STARTS_IN_SECONDS)],
      ...(section === undefined ? [] : ['--section', section]),
    ],
    {
      cwd: ROOT,
      env: { ...process.env, DJANGO_SETTINGS_MODULE: 'config.settings' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  const ended = once(child, 'close');
  await new Promise((go) => setTimeout(go, STARTS_IN_SECONDS * 1000));
  const seen = await watch();
  await ended;
  const churned = JSON.parse(said) as Churned;
  return { seen, changesPerSecond: churned.changes / churned.seconds };
}

const STARTS_IN_SECONDS = 4;
