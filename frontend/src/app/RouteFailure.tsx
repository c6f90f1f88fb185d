import { Button } from '@/components/Button';
import { Message } from '@/components/Message';

/** The error boundary: a fault in a page must not take the whole site along. */
export function RouteFailure() {
  return (
    <Message
      title="This page has stumbled"
      actions={
        <Button
          look="primary"
          onClick={() => {
            location.reload();
          }}
        >
          Load it again
        </Button>
      }
    >
      <title>Something went wrong · Seatcast</title>
      <p>
        The fault is ours. Seats that you hold stay held; loading the page again brings them back.
      </p>
    </Message>
  );
}
