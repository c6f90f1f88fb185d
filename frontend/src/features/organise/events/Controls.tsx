import { type ComponentProps, type ReactNode, useId } from 'react';

import '@/components/field.css';

interface ControlProps {
  readonly label: string;
  readonly hint?: string;
  readonly errors?: readonly string[];
}

export function TextArea({
  label,
  hint,
  errors = [],
  ...area
}: ControlProps & ComponentProps<'textarea'>) {
  const id = useId();
  const note = errors.length > 0 ? errors.join(' ') : hint;
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <textarea
        rows={4}
        {...area}
        id={id}
        className="field__input event-form__area"
        aria-invalid={errors.length > 0}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
      />
      {note !== undefined && (
        <p id={`${id}-note`} className="field__note" data-error={errors.length > 0}>
          {note}
        </p>
      )}
    </div>
  );
}

export function Select({
  label,
  hint,
  errors = [],
  children,
  ...select
}: ControlProps & ComponentProps<'select'>) {
  const id = useId();
  const note = errors.length > 0 ? errors.join(' ') : hint;
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      <select
        {...select}
        id={id}
        className="field__input"
        aria-invalid={errors.length > 0}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
      >
        {children}
      </select>
      {note !== undefined && (
        <p id={`${id}-note`} className="field__note" data-error={errors.length > 0}>
          {note}
        </p>
      )}
    </div>
  );
}

export function Check({ label, ...input }: { readonly label: string } & ComponentProps<'input'>) {
  return (
    <label className="event-form__check">
      <input {...input} type="checkbox" />
      {label}
    </label>
  );
}

interface SectionProps {
  readonly title: string;
  readonly note?: string;
  readonly children: ReactNode;
}

export function Section({ title, note, children }: SectionProps) {
  const id = useId();
  return (
    <section className="event-section" aria-labelledby={id}>
      <h2 id={id} className="event-section__title">
        {title}
      </h2>
      {note !== undefined && <p className="event-section__note">{note}</p>}
      {children}
    </section>
  );
}
