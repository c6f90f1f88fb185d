import { Link } from 'react-router';

import { Message } from '@/components/Message';

export function NotFoundPage() {
  return (
    <Message
      title="There is nothing at this address"
      actions={
        <Link className="button button--primary" to="/">
          See all events
        </Link>
      }
    >
      <title>Not found · Seatcast</title>
      <p>The page may have moved, or the link may be incomplete.</p>
    </Message>
  );
}
