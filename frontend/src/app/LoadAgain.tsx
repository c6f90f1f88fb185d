import type { ReactNode } from 'react';

import { Button } from '@/components/Button';
import { Message } from '@/components/Message';
import { t } from '@/i18n/language';

interface LoadAgainProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** A message with a button that reloads the page. */
export function LoadAgain({ title, children }: LoadAgainProps) {
  return (
    <Message
      title={title}
      actions={
        <Button
          look="primary"
          onClick={() => {
            location.reload();
          }}
        >
          {t('app:failed_again')}
        </Button>
      }
    >
      {children}
    </Message>
  );
}
