import { Fragment, type ReactNode } from 'react';

import { t } from '@/i18n/language';
import type { MessageKey } from '@/i18n/messageKey';

interface TransProps {
  readonly i18nKey: MessageKey;
  /** Selects the plural form. */
  readonly count?: number;
  /** Replaces each `{{name}}` of the message. */
  readonly parts: Readonly<Record<string, ReactNode>>;
}

/** A translated message with React elements as parameters. */
export function Trans({ i18nKey, count, parts }: TransProps) {
  const template = t(i18nKey, { ...(count !== undefined && { count }), skipInterpolation: true });
  // The pattern captures names, so every other piece is one.
  return template
    .split(/\{\{(\w+)\}\}/)
    .map((piece, place) => (
      <Fragment key={place}>{place % 2 === 1 ? parts[piece] : piece}</Fragment>
    ));
}
