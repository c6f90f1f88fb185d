import type { ButtonHTMLAttributes } from 'react';

import './button.css';

type Look = 'primary' | 'quiet' | 'plain' | 'danger';

/** A `busy` button ignores clicks but keeps the focus, which a disabled button would lose. */
interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
  readonly busy?: boolean;
}

export function Button({
  look = 'quiet',
  busy = false,
  type = 'button',
  className = '',
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={`button button--${look} ${className}`}
      aria-disabled={busy || undefined}
      aria-busy={busy}
      onClick={(click) => {
        // Enter in a field submits the form by clicking its button.
        if (busy) click.preventDefault();
        else onClick?.(click);
      }}
    />
  );
}
