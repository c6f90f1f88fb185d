import { Button } from '@/components/Button';
import { Message } from '@/components/Message';
import { Reference } from '@/components/Reference';
import { t } from '@/i18n/language';

interface FailureProps {
  readonly error: Error;
  readonly onRetry: () => void;
}

export function Failure({ error, onRetry }: FailureProps) {
  return (
    <Message
      title={t('loadFailed')}
      actions={
        <Button look="primary" onClick={onRetry}>
          {t('tryAgain')}
        </Button>
      }
    >
      <p>{error.message}</p>
      <Reference error={error} />
    </Message>
  );
}
