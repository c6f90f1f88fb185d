import { Fragment, type ReactNode } from 'react';

import { t } from '@/i18n/language';
import type { MessageKey } from '@/i18n/messageKey';

interface TransProps {
  readonly i18nKey: MessageKey;
  /** Chooses the plural. */
  readonly count?: number;
  /** What stands for each `{{name}}` of the sentence. */
  readonly parts: Readonly<Record<string, ReactNode>>;
}

/** A sentence with elements in it, each in the place that the language gives it. */
export function Trans({ i18nKey, count, parts }: TransProps) {
  const template = t(i18nKey, { ...(count !== undefined && { count }), skipInterpolation: true });
  // Every other piece is a name, since the pattern captures it.
  return template
    .split(/\{\{(\w+)\}\}/)
    .map((piece, place) => (
      <Fragment key={place}>{place % 2 === 1 ? parts[piece] : piece}</Fragment>
    ));
}
