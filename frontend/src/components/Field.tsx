import { type ComponentProps, useId, useState } from 'react';

import './field.css';

const NONE: readonly string[] = [];

interface FieldProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly hint?: string;
  readonly errors?: readonly string[];
}

/** Errors are of the value that was sent: they go when another one is typed. */
export function Field({ label, hint, errors: sent = NONE, ...input }: FieldProps) {
  const id = useId();
  const [outdated, setOutdated] = useState(NONE);
  const errors = sent === outdated ? NONE : sent;
  const noteId = `${id}-note`;
  const note = errors.length > 0 ? errors.join(' ') : hint;
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <input
        {...input}
        onInput={(event) => {
          setOutdated(sent);
          input.onInput?.(event);
        }}
        id={id}
        className="field__input"
        aria-invalid={errors.length > 0}
        aria-describedby={note === undefined ? undefined : noteId}
      />
      {note !== undefined && (
        <p id={noteId} className="field__note" data-error={errors.length > 0}>
          {note}
        </p>
      )}
    </div>
  );
}
