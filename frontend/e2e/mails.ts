import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from '@playwright/test';

/** Where the site writes its mail. */
const MAIL_FOLDER = process.env['MAIL_FOLDER'] ?? '';
/** Mail is sent once a minute. */
const MAILED_MS = 120_000;
/** Between the mails of a file. */
const SEPARATOR = /^-{79}$/m;

/** Wait for a mail to an address that has a link of this form; return the link. */
export async function linkMailedTo(address: string, form: RegExp): Promise<string> {
  const find = async () =>
    (await mailsTo(address)).flatMap((mail) => form.exec(mail)?.[0] ?? [])[0];
  let link = await find();
  await expect
    .poll(async () => (link = await find()), {
      message: `a mail to ${address} with ${form.source}`,
      timeout: MAILED_MS,
    })
    .toBeDefined();
  return link ?? '';
}

async function mailsTo(address: string): Promise<readonly string[]> {
  const files = await readdir(MAIL_FOLDER);
  const texts = await Promise.all(files.map((file) => readFile(join(MAIL_FOLDER, file), 'utf8')));
  return texts
    .flatMap((text) => text.split(SEPARATOR))
    .filter((mail) => mail.includes(`To: ${address}`));
}
