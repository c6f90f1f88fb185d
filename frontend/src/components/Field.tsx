import { type ComponentProps, useId } from 'react';

import './field.css';

interface FieldProps extends ComponentProps<'input'> {
  readonly label: string;
  readonly hint?: string;
  readonly errors?: readonly string[];
}

export function Field({ label, hint, errors = [], ...input }: FieldProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = errors.length > 0 ? errors.join(' ') : hint;
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <input
        {...input}
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
