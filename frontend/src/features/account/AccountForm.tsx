import { type ReactNode, type SubmitEvent } from 'react';

import type { ApiError } from '@/api/apiError';
import { Button } from '@/components/Button';
import { FormError } from '@/features/account/FormError';

import '@/components/cards.css';
import './account.css';

interface AccountFormProps {
  readonly title: string;
  readonly lead: string;
  readonly submitLabel: string;
  readonly busy: boolean;
  readonly error: ApiError | null;
  readonly onSubmit: (fields: FormData) => void;
  readonly children: ReactNode;
  readonly footer: ReactNode;
}

export function AccountForm({
  title,
  lead,
  submitLabel,
  busy,
  error,
  onSubmit,
  children,
  footer,
}: AccountFormProps) {
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    onSubmit(new FormData(event.currentTarget));
  }

  return (
    <div className="cards">
      <form className="card" onSubmit={submit}>
        <h1 className="card__title">{title}</h1>
        <p className="account__lead">{lead}</p>
        {children}
        <FormError error={error} />
        <Button look="primary" type="submit" busy={busy}>
          {submitLabel}
        </Button>
        <p className="account__footer">{footer}</p>
      </form>
    </div>
  );
}
