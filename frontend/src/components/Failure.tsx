import { Button } from '@/components/Button';
import { Message } from '@/components/Message';

interface FailureProps {
  readonly error: Error;
  readonly onRetry: () => void;
}

export function Failure({ error, onRetry }: FailureProps) {
  return (
    <Message
      title="That did not load"
      actions={
        <Button look="primary" onClick={onRetry}>
          Try again
        </Button>
      }
    >
      <p>{error.message}</p>
    </Message>
  );
}
